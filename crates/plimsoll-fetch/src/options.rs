//! What the caller decides.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use plimsoll_image::{RetryPolicy, Secret};

/// Which feeds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Selection {
    /// Those that are on in the table.
    #[default]
    On,
    /// Of those, the ones that a published database may contain.
    Publishable,
    /// These, by id.
    Named(Vec<String>),
}

/// Settings of a fetch. Nothing is taken from the environment but what the HTTP and TLS libraries
/// themselves honour: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` (never for loopback) and
/// `SSL_CERT_FILE`, `SSL_CERT_DIR`.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Which feeds.
    pub selection: Selection,
    /// Another base address for a feed, by its id.
    pub mirrors: BTreeMap<String, String>,
    /// Key for the interface of the NVD, which makes it ten times as quick.
    pub nvd_key: Option<Secret>,
    /// Do not verify certificates, and allow plain HTTP.
    pub insecure: bool,
    /// PEM files of authorities to trust besides the machine's own.
    pub certificate_authorities: Vec<PathBuf>,
    /// Repetition of requests.
    pub retry: RetryPolicy,
    /// Time for a connection to be made.
    pub connect_timeout: Duration,
    /// Time without a byte after which a connection counts as broken.
    pub read_timeout: Duration,
    /// Time for a whole feed. What is there by then stays, and the next fetch goes on from it.
    pub feed_timeout: Duration,
    /// Newer documents beside an archive; more are better had by a new archive, if there is one.
    pub most_changes: usize,
    /// No wait between two requests to a host is longer, whatever the table says.
    pub longest_delay: Duration,
    /// What time it is; the clock's without it.
    pub now: Option<SystemTime>,
}

impl Default for FetchOptions {
    fn default() -> FetchOptions {
        FetchOptions {
            selection: Selection::On,
            mirrors: BTreeMap::new(),
            nvd_key: None,
            insecure: false,
            certificate_authorities: Vec::new(),
            retry: RetryPolicy {
                // A feed comes once a day and nobody waits for it at a prompt.
                first_wait: Duration::from_secs(1),
                longest_wait: Duration::from_secs(60),
                longest_retry_after: Duration::from_secs(600),
                ..RetryPolicy::default()
            },
            connect_timeout: Duration::from_secs(20),
            read_timeout: Duration::from_secs(60),
            feed_timeout: Duration::from_secs(2 * 3600),
            most_changes: 5000,
            longest_delay: Duration::MAX,
            now: None,
        }
    }
}
