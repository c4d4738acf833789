//! What the caller decides about registries.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::retry::RetryPolicy;
use crate::credentials::{Credential, CredentialSources};
use crate::{Limits, Platform};

/// Settings for registries. Nothing is taken from the environment but what the HTTP and TLS
/// libraries themselves honour: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` (never for loopback) and
/// `SSL_CERT_FILE`, `SSL_CERT_DIR`.
#[derive(Debug, Clone)]
pub struct RegistryOptions {
    /// The platform wanted of an image for several; without one Linux on this machine's processor,
    /// or the only one.
    pub platform: Option<Platform>,
    /// Do not verify certificates, and speak plain HTTP where HTTPS does not answer.
    pub insecure: bool,
    /// PEM files of authorities to trust besides the machine's own.
    pub certificate_authorities: Vec<PathBuf>,
    /// Credential for the registry of the reference; [`Credential::Anonymous`] means that
    /// `credential_sources` are asked. Mirrors never see it.
    pub credential: Credential,
    /// Stored credentials.
    pub credential_sources: CredentialSources,
    /// Base addresses to try before a registry itself, by the registry's host
    /// (`docker.io` → `https://mirror.example:5000`).
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// Repetition of requests.
    pub retry: RetryPolicy,
    /// Time for a connection to be made.
    pub connect_timeout: Duration,
    /// Time without a byte after which a connection counts as broken.
    pub read_timeout: Duration,
    /// Sizes of manifests and configurations, number of layers.
    pub limits: Limits,
}

impl Default for RegistryOptions {
    fn default() -> RegistryOptions {
        RegistryOptions {
            platform: None,
            insecure: false,
            certificate_authorities: Vec::new(),
            credential: Credential::Anonymous,
            credential_sources: CredentialSources::default(),
            mirrors: BTreeMap::new(),
            retry: RetryPolicy::default(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            limits: Limits::default(),
        }
    }
}
