//! One feed at work: what every way of retrieval needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use plimsoll_image::Secret;
use reqwest::header::{ETAG, HeaderMap, IF_NONE_MATCH};
use reqwest::{StatusCode, Url};

use crate::client::{Client, Request, host_of, path_of};
use crate::delivery::{Checksum, CommitOf, Delivery, Order, deliver};
use crate::name::is_path;
use crate::outcome::Event;
use crate::state::{FeedState, FileState, State};
use crate::{Failure, Feed};

/// Bytes of an index, list or page that is held in memory. The largest is OSV's list of all npm
/// records, which has some 15 MB.
const MAX_DOCUMENT: u64 = 128 << 20;

/// Files of one feed that may fail one after the other before the rest is not tried any more.
const MOST_FAILURES_IN_A_ROW: u32 = 3;

/// Problems of one feed that are told; of more only the number is.
const MOST_PROBLEMS: usize = 20;

/// What all feeds of a fetch share.
pub(crate) struct Shared {
    pub(crate) client: Client,
    /// The directory of all feeds.
    pub(crate) directory: PathBuf,
    /// For files that are not complete yet.
    pub(crate) parts: PathBuf,
    /// For lists of earlier fetches.
    pub(crate) lists: PathBuf,
    pub(crate) nvd_key: Option<Secret>,
    pub(crate) now: Option<SystemTime>,
    pub(crate) most_changes: usize,
    pub(crate) state: Mutex<State>,
    pub(crate) observer: Arc<dyn Fn(&Event<'_>) + Send + Sync>,
}

impl Shared {
    pub(crate) fn now(&self) -> Timestamp {
        // A clock before 1677 or after 2262 is not one.
        Timestamp::try_from(self.now.unwrap_or_else(SystemTime::now)).unwrap_or_default()
    }

    /// Remembers what is known about a feed.
    pub(crate) fn remember(&self, feed: &str, known: &FeedState) -> Result<(), Failure> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.feeds.insert(feed.to_owned(), known.clone());
        state.write(&self.directory).map_err(Failure::local(State::path(&self.directory)))
    }
}

/// A document that was asked for on condition that it changed.
pub(crate) struct Document {
    pub(crate) content: Vec<u8>,
    pub(crate) etag: Option<String>,
}

/// One feed.
pub(crate) struct Job {
    pub(crate) shared: Arc<Shared>,
    pub(crate) feed: &'static Feed,
    pub(crate) base: Url,
    pub(crate) delay: Duration,
    pub(crate) state: FeedState,
    /// Files that are new, newer or gone.
    pub(crate) changed: u64,
    pub(crate) bytes: u64,
    pub(crate) problems: Vec<String>,
    more_problems: u64,
    failures_in_a_row: u32,
    /// Files, pages or repositories that did not fail, and that did.
    well: u64,
    failed: u64,
}

impl Job {
    pub(crate) fn new(shared: Arc<Shared>, feed: &'static Feed, base: Url) -> Job {
        let known = {
            let state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.feeds.get(&feed.id).cloned().unwrap_or_default()
        };
        Job {
            shared,
            feed,
            base,
            delay: Duration::from_millis(feed.delay_milliseconds),
            state: known,
            changed: 0,
            bytes: 0,
            problems: Vec::new(),
            more_problems: 0,
            failures_in_a_row: 0,
            well: 0,
            failed: 0,
        }
    }

    /// The feed's own directory.
    pub(crate) fn directory(&self) -> PathBuf {
        self.shared.directory.join(&self.feed.id)
    }

    /// Where a file of the feed belongs. The name comes from a server, so it is checked.
    pub(crate) fn target(&self, name: &str) -> Result<PathBuf, Failure> {
        if !is_path(name) {
            let what = format!("a file with the name {name:?}, which is not safe to use here");
            return Err(Failure::Protocol { host: host_of(&self.base), what });
        }
        Ok(self.directory().join(name))
    }

    /// An address below the feed's base.
    pub(crate) fn url(&self, path: &str) -> Result<Url, Failure> {
        join(&self.base, path)
    }

    /// Bytes that may still come.
    fn room(&self) -> u64 {
        (self.feed.most_megabytes << 20).saturating_sub(self.bytes)
    }

    /// Brings a file and remembers it. Tells whether it is another than before.
    pub(crate) async fn file(
        &mut self,
        url: Url,
        name: &str,
        checksum: Option<&Checksum>,
        commit_of: Option<CommitOf>,
    ) -> Result<bool, Failure> {
        let target = self.target(name)?;
        let order = Order {
            url,
            target,
            name,
            known: self.state.files.get(name),
            checksum,
            limit: self.room(),
            delay: self.delay,
            commit_of,
        };
        let (feed, observer) = (&self.feed.id, &self.shared.observer);
        let count = std::sync::atomic::AtomicU64::new(0);
        let received = |bytes| {
            count.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
            observer(&Event::Received { feed, bytes });
        };
        let delivered = deliver(&self.shared.client, &self.shared.parts, &order, &received).await;
        self.bytes += count.into_inner();
        let (new, mut state) = match delivered? {
            Delivery::Same(state) => (false, state),
            Delivery::New(state) => (true, state),
        };
        if new || state.fetched.is_empty() {
            state.fetched = self.shared.now().to_string();
        }
        self.note(name, state, new)?;
        Ok(new)
    }

    /// Remembers a file that is there.
    pub(crate) fn note(&mut self, name: &str, file: FileState, new: bool) -> Result<(), Failure> {
        self.changed += u64::from(new);
        self.state.files.insert(name.to_owned(), file);
        self.remember()
    }

    /// Remembers how far the feed came, so that a fetch that is killed need not begin again.
    pub(crate) fn remember(&self) -> Result<(), Failure> {
        self.shared.remember(&self.feed.id, &self.state)
    }

    /// Reads a small document into memory.
    pub(crate) async fn document(&mut self, url: &Url) -> Result<Vec<u8>, Failure> {
        let document = self.loose_document(url, HeaderMap::new()).await?;
        self.received(document.content.len() as u64);
        Ok(document.content)
    }

    /// Reads a small document into memory unless it has a certain tag.
    pub(crate) async fn document_unless(
        &mut self,
        url: &Url,
        etag: Option<&str>,
    ) -> Result<Option<Document>, Failure> {
        let limit = MAX_DOCUMENT.min(self.room());
        let request = Request::new(url.clone(), self.delay).header(IF_NONE_MATCH, etag);
        let document = read(&self.shared.client, &request, limit).await?;
        if let Some(document) = &document {
            self.received(document.content.len() as u64);
        }
        Ok(document)
    }

    /// Reads a small document without taking note of its bytes, for several at a time;
    /// [`Job::received`] does that afterwards.
    pub(crate) async fn loose_document(
        &self,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Document, Failure> {
        let limit = MAX_DOCUMENT.min(self.room());
        let mut request = Request::new(url.clone(), self.delay);
        request.headers.extend(headers);
        let document = read(&self.shared.client, &request, limit).await?;
        document.ok_or_else(|| Failure::Protocol {
            host: host_of(url),
            what: "no answer to an unconditional question".to_owned(),
        })
    }

    /// Takes note of bytes that came.
    pub(crate) fn received(&mut self, bytes: u64) {
        self.bytes += bytes;
        (self.shared.observer)(&Event::Received { feed: &self.feed.id, bytes });
    }

    /// Takes note of a file that failed while others did not. An error means that there is no use
    /// in trying more of them.
    pub(crate) fn put_up_with(&mut self, failure: Failure) -> Result<(), Failure> {
        self.failures_in_a_row += 1;
        self.failed += 1;
        if failure.is_of_the_server() || self.failures_in_a_row >= MOST_FAILURES_IN_A_ROW {
            return Err(failure);
        }
        self.problem(failure.to_string());
        Ok(())
    }

    /// Takes note of a file that did not fail.
    pub(crate) fn went_well(&mut self) {
        self.failures_in_a_row = 0;
        self.well += 1;
    }

    /// Whether all of several files failed, each for itself.
    pub(crate) fn nothing_went_well(&self) -> bool {
        self.failed > 0 && self.well == 0
    }

    /// Takes note of something that is wrong.
    pub(crate) fn problem(&mut self, problem: String) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }

    /// All problems, at the end.
    pub(crate) fn take_problems(&mut self) -> Vec<String> {
        let mut problems = std::mem::take(&mut self.problems);
        if self.more_problems > 0 {
            problems.push(format!("and {} more", self.more_problems));
        }
        problems
    }

    /// Removes files of the time before that upstream does not have any more. As long as not
    /// everything could be seen, nothing is believed to be gone.
    pub(crate) fn keep_only(&mut self, names: &BTreeSet<String>) -> Result<(), Failure> {
        if !self.problems.is_empty() {
            return Ok(());
        }
        let gone: Vec<String> =
            self.state.files.keys().filter(|name| !names.contains(*name)).cloned().collect();
        for name in gone {
            let target = self.target(&name)?;
            remove(&target)?;
            self.state.files.remove(&name);
            self.changed += 1;
        }
        self.remember()
    }
}

/// Removes a file that may be gone already.
pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::local(path)(error))
        }
        _ => Ok(()),
    }
}

/// Joins a path to an address.
pub(crate) fn join(base: &Url, path: &str) -> Result<Url, Failure> {
    base.join(path).map_err(|error| Failure::Protocol {
        host: host_of(base),
        what: format!("a reference that is no address ({path:?}: {error})"),
    })
}

/// Reads a document; a broken connection is made again.
pub(crate) async fn read(
    client: &Client,
    request: &Request,
    limit: u64,
) -> Result<Option<Document>, Failure> {
    let mut attempt = 0;
    loop {
        let mut answer = client.send(request).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED => return Ok(None),
            _ => return Err(answer.failure(&request.url)),
        }
        let mut content = Vec::new();
        let failure = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if (content.len() + chunk.len()) as u64 > limit => {
                    return Err(Failure::TooLarge { what: path_of(&request.url), limit });
                }
                Ok(Some(chunk)) => content.extend_from_slice(&chunk),
                Ok(None) => {
                    let etag = answer.header(&ETAG).map(str::to_owned);
                    return Ok(Some(Document { content, etag }));
                }
                Err(failure) => break failure,
            }
        };
        drop(answer);
        if attempt >= client.retry().retries {
            return Err(failure);
        }
        tokio::time::sleep(client.retry().wait(attempt)).await;
        attempt += 1;
    }
}
