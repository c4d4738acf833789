//! Brings one file here: conditionally, resumably, bounded, verified, and whole or not at all.
//!
//! A download grows in the notes as a partial file beside the tags by which the server can tell
//! whether its rest is still of the same (<https://www.rfc-editor.org/rfc/rfc9110#field.if-range>).
//! Only when it is complete and right does it take the place of the file before.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{
    CONTENT_RANGE, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED,
    RANGE,
};
use reqwest::{StatusCode, Url};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};

use crate::Failure;
use crate::client::{Answer, Client, Request, path_of};
use crate::signature::{self, mismatch};
use crate::state::{FileState, write_atomically};

/// Progress that makes earlier breaks forgotten.
const PROGRESS: u64 = 1 << 20;

/// Breaks of one file after which it is given up, whatever the progress.
const MAX_BREAKS: u32 = 100;

/// A digest that a publisher promises, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checksum {
    Sha256(String),
    Sha512(String),
}

/// Reads from the first bytes of a file which commit it is a copy of.
pub(crate) type CommitOf = fn(&[u8]) -> Option<String>;

/// What is to be brought.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    pub(crate) url: Url,
    /// Where it belongs.
    pub(crate) target: PathBuf,
    /// How it is named there, for its kind.
    pub(crate) name: &'a str,
    /// What is known of the file that is there.
    pub(crate) known: Option<&'a FileState>,
    pub(crate) checksum: Option<&'a Checksum>,
    /// The most bytes that may come.
    pub(crate) limit: u64,
    pub(crate) delay: Duration,
    /// How the file tells its commit, if it does.
    pub(crate) commit_of: Option<CommitOf>,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The file is still the one that is there; its tags may be newer.
    Same(FileState),
    /// A new one is there.
    New(FileState),
}

/// What the server said of a partial file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tags {
    url: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Tags {
    fn of(url: &Url, answer: &Answer) -> Tags {
        let text = |name: &HeaderName| answer.header(name).map(str::to_owned);
        Tags { url: url.to_string(), etag: text(&ETAG), last_modified: text(&LAST_MODIFIED) }
    }

    /// What can prove that the rest is of the same file. A weak tag cannot.
    fn validator(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|tag| !tag.starts_with("W/"));
        strong.or(self.last_modified.as_deref())
    }
}

/// One partial file.
struct Part {
    content: PathBuf,
    tags: PathBuf,
}

impl Part {
    fn new(parts: &Path, url: &Url) -> Part {
        let name = hex(&Sha256::digest(url.as_str().as_bytes()));
        let file = |end: &str| parts.join(format!("{}.{end}", &name[..32]));
        Part { content: file("part"), tags: file("tags") }
    }

    /// Its length and tags, if it can be gone on with.
    fn start(&self, url: &Url) -> Option<(u64, Tags)> {
        let length = fs::metadata(&self.content).ok()?.len();
        let tags: Tags = serde_json::from_slice(&fs::read(&self.tags).ok()?).ok()?;
        let usable = length > 0 && tags.url == url.as_str() && tags.validator().is_some();
        usable.then_some((length, tags))
    }

    fn remove(&self) {
        // Either may be absent.
        let _ = fs::remove_file(&self.tags);
        let _ = fs::remove_file(&self.content);
    }
}

/// One connection's end.
enum End {
    Complete(Tags),
    Unchanged,
    SameCommit(Tags),
}

/// Brings a file. `received` is told of every byte.
pub(crate) async fn deliver(
    client: &Client,
    parts: &Path,
    order: &Order<'_>,
    received: &(dyn Fn(u64) + Sync),
) -> Result<Delivery, Failure> {
    let part = Part::new(parts, &order.url);
    // What is remembered of a file that is gone or another is worth nothing.
    let known = order.known.filter(|known| {
        fs::metadata(&order.target).is_ok_and(|file| file.is_file() && file.len() == known.size)
    });
    if let (Some(Checksum::Sha256(promised)), Some(known)) = (order.checksum, known)
        && known.sha256.eq_ignore_ascii_case(promised)
    {
        return Ok(Delivery::Same(known.clone()));
    }
    let (mut breaks, mut fruitless, mut mark) = (0, 0, 0);
    let tags = loop {
        let failure = match connection(client, &part, order, known, received).await {
            Ok(End::Complete(tags)) => break tags,
            Ok(End::Unchanged) => {
                part.remove();
                return Ok(Delivery::Same(known.cloned().unwrap_or_default()));
            }
            Ok(End::SameCommit(tags)) => {
                part.remove();
                let mut state = known.cloned().unwrap_or_default();
                (state.etag, state.last_modified) = (tags.etag, tags.last_modified);
                return Ok(Delivery::Same(state));
            }
            Err(Break::Final(failure)) => return Err(failure),
            Err(Break::Again(failure)) => failure,
        };
        let length = fs::metadata(&part.content).map_or(0, |file| file.len());
        if length >= mark + PROGRESS {
            (fruitless, mark) = (0, length);
        }
        if fruitless >= client.retry().retries || breaks >= MAX_BREAKS {
            return Err(failure);
        }
        tokio::time::sleep(client.retry().wait(fruitless)).await;
        (fruitless, breaks) = (fruitless + 1, breaks + 1);
    };
    let state = match examine(&part, order, tags) {
        Ok(state) => state,
        Err(failure) => {
            // The next attempt must not build on it.
            part.remove();
            return Err(failure);
        }
    };
    if known.is_some_and(|known| known.sha256 == state.sha256) {
        part.remove();
        return Ok(Delivery::Same(state));
    }
    place(&part, &order.target)?;
    Ok(Delivery::New(state))
}

enum Break {
    Final(Failure),
    Again(Failure),
}

impl From<Failure> for Break {
    fn from(failure: Failure) -> Break {
        Break::Final(failure)
    }
}

async fn connection(
    client: &Client,
    part: &Part,
    order: &Order<'_>,
    known: Option<&FileState>,
    received: &(dyn Fn(u64) + Sync),
) -> Result<End, Break> {
    let mut request = Request::new(order.url.clone(), order.delay);
    let begun = part.start(&order.url);
    if let Some((length, tags)) = &begun {
        request = request
            .header(RANGE, Some(&format!("bytes={length}-")))
            .header(IF_RANGE, tags.validator());
    } else if let Some(known) = known.filter(|known| known.url == order.url.as_str()) {
        request = request.header(IF_NONE_MATCH, known.etag.as_deref());
        if known.etag.is_none() {
            request = request.header(IF_MODIFIED_SINCE, known.last_modified.as_deref());
        }
    }
    let mut answer = client.send(&request).await?;
    let (mut length, tags) = match (answer.status, begun) {
        (StatusCode::NOT_MODIFIED, None) if known.is_some() => return Ok(End::Unchanged),
        (StatusCode::PARTIAL_CONTENT, Some((length, tags))) => {
            if first_byte(&answer) != Some(length) {
                part.remove();
                return Err(Break::Again(Failure::Protocol {
                    host: crate::client::host_of(&order.url),
                    what: "another part than was asked for".to_owned(),
                }));
            }
            (length, tags)
        }
        (StatusCode::OK, _) => (0, Tags::of(&order.url, &answer)),
        (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => {
            // It has become shorter meanwhile.
            part.remove();
            return Err(Break::Again(answer.failure(&order.url)));
        }
        _ => return Err(answer.failure(&order.url).into()),
    };
    let too_large = || Failure::TooLarge { what: path_of(&order.url), limit: order.limit };
    let mut file = open(part, length, &tags)?;
    let mut asked = order.commit_of.filter(|_| length == 0);
    let mut head = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Break::Again)? {
        received(chunk.len() as u64);
        length += chunk.len() as u64;
        if length > order.limit {
            part.remove();
            return Err(too_large().into());
        }
        file.write_all(&chunk).map_err(Failure::local(&part.content))?;
        if let Some(commit_of) = asked {
            head.extend_from_slice(&chunk[..chunk.len().min(COMMIT_HEAD - head.len())]);
            let commit = commit_of(&head);
            if commit.is_some() && commit == known.and_then(|known| known.commit.clone()) {
                return Ok(End::SameCommit(tags));
            }
            if commit.is_some() || head.len() == COMMIT_HEAD {
                asked = None;
            }
        }
    }
    file.sync_all().map_err(Failure::local(&part.content))?;
    Ok(End::Complete(tags))
}

/// A tarball says its commit in its first block, which is packed into less than this.
const COMMIT_HEAD: usize = 2048;

fn open(part: &Part, length: u64, tags: &Tags) -> Result<File, Failure> {
    if length > 0 {
        let file = OpenOptions::new().append(true).open(&part.content);
        return file.map_err(Failure::local(&part.content));
    }
    // The tags must never be those of another content: first they go, then they come back.
    part.remove();
    let file = File::create(&part.content).map_err(Failure::local(&part.content))?;
    let text = serde_json::to_vec(tags).map_err(|error| Failure::document(&tags.url, error))?;
    let temporary = part.tags.with_extension("tags~");
    write_atomically(&temporary, &part.tags, &text).map_err(Failure::local(&part.tags))?;
    Ok(file)
}

/// The first byte of `bytes FIRST-LAST/TOTAL`.
fn first_byte(answer: &Answer) -> Option<u64> {
    let range = answer.header(&CONTENT_RANGE)?.strip_prefix("bytes")?.trim_start();
    range.split_once('-')?.0.parse().ok()
}

/// Reads the complete file once more: its digest, its kind, its commit.
fn examine(part: &Part, order: &Order<'_>, tags: Tags) -> Result<FileState, Failure> {
    let local = || Failure::local(&part.content);
    let mut file = File::open(&part.content).map_err(local())?;
    let mut buffer = vec![0; 128 << 10];
    let (mut sha256, mut sha512, mut size) = (Sha256::new(), Sha512::new(), 0);
    let mut head = Vec::new();
    loop {
        let read = file.read(&mut buffer).map_err(local())?;
        if read == 0 {
            break;
        }
        let bytes = &buffer[..read];
        let room = COMMIT_HEAD.max(signature::HEAD) - head.len();
        head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        sha256.update(bytes);
        if matches!(order.checksum, Some(Checksum::Sha512(_))) {
            sha512.update(bytes);
        }
        size += read as u64;
    }
    let what = || path_of(&order.url);
    let sha256 = hex(&sha256.finalize());
    let right = match order.checksum {
        None => true,
        Some(Checksum::Sha256(promised)) => promised.eq_ignore_ascii_case(&sha256),
        Some(Checksum::Sha512(promised)) => promised.eq_ignore_ascii_case(&hex(&sha512.finalize())),
    };
    if !right {
        return Err(Failure::Checksum { what: what() });
    }
    if let Some(expected) = mismatch(order.name, &head) {
        return Err(Failure::Content { what: what(), expected });
    }
    let commit = order.commit_of.and_then(|commit_of| commit_of(&head));
    let Tags { url, etag, last_modified } = tags;
    Ok(FileState { url, etag, last_modified, sha256, size, fetched: String::new(), commit })
}

fn place(part: &Part, target: &Path) -> Result<(), Failure> {
    if let Some(directory) = target.parent() {
        fs::create_dir_all(directory).map_err(Failure::local(directory))?;
    }
    fs::rename(&part.content, target).map_err(Failure::local(target))?;
    part.remove();
    Ok(())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
