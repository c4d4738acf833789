//! Downloads of blobs that survive broken connections.
//!
//! A blob is named by its contents, so what came before the break stays good: the rest is asked for
//! with `Range`, from the same server or the next. A server that does not know ranges sends all
//! again, and the known part is skipped.

use std::sync::Arc;

use reqwest::StatusCode;

use super::client::Client;
use super::transport::header;
use crate::bridge::{ChunkReader, ReaderGone, Sink};
use crate::manifest::Descriptor;
use crate::{Digest, RemoteError};

/// Progress that makes earlier breaks forgotten.
const PROGRESS: u64 = 1 << 20;
/// Breaks of one blob after which the download is given up, whatever the progress.
const MAX_BREAKS: u32 = 200;

/// A reader of a blob; the request is made at the first read.
pub(super) fn open(clients: Vec<Arc<Client>>, layer: &Descriptor) -> ChunkReader {
    let (digest, size, foreign) = (layer.digest, layer.size, layer.is_foreign());
    ChunkReader::new(move |sink| async move {
        let mut download = Download { digest, size, offset: 0, sink };
        let mut errors = Vec::new();
        for client in &clients {
            match download.from(client).await {
                Ok(()) | Err(Stop::ReaderGone) => return Ok(()),
                Err(Stop::Failed(RemoteError::NotFound { host, .. })) if foreign => {
                    errors.push(RemoteError::ForeignLayer { host, digest });
                }
                Err(Stop::Failed(error)) => errors.push(error),
            }
        }
        Err(only_or_all(errors))
    })
}

/// One error as it is, several as a list.
pub(super) fn only_or_all(mut errors: Vec<RemoteError>) -> RemoteError {
    // Two addresses of one server often fail alike.
    errors.dedup_by_key(|error| error.to_string());
    match errors.pop() {
        Some(only) if errors.is_empty() => only,
        last => {
            errors.extend(last);
            RemoteError::Several(errors)
        }
    }
}

struct Download {
    digest: Digest,
    size: u64,
    /// Bytes handed over.
    offset: u64,
    sink: Arc<Sink>,
}

enum Stop {
    ReaderGone,
    Failed(RemoteError),
}

impl From<ReaderGone> for Stop {
    fn from(_: ReaderGone) -> Stop {
        Stop::ReaderGone
    }
}

impl From<RemoteError> for Stop {
    fn from(error: RemoteError) -> Stop {
        Stop::Failed(error)
    }
}

impl Download {
    /// Takes what is missing from a server, with as many connections as it needs.
    async fn from(&mut self, client: &Client) -> Result<(), Stop> {
        let retry = client.transport.retry();
        let (mut breaks, mut fruitless, mut mark) = (0, 0, self.offset);
        while self.offset < self.size {
            let broken = match self.connection(client).await? {
                None => return Ok(()),
                Some(error) => error,
            };
            if self.offset - mark >= PROGRESS {
                fruitless = 0;
                mark = self.offset;
            }
            if fruitless >= retry.retries || breaks >= MAX_BREAKS {
                return Err(broken.into());
            }
            tokio::time::sleep(retry.wait(fruitless)).await;
            fruitless += 1;
            breaks += 1;
        }
        Ok(())
    }

    /// One connection. Nothing is returned when the blob is complete, and the reason when the
    /// connection broke before.
    async fn connection(&mut self, client: &Client) -> Result<Option<RemoteError>, Stop> {
        let host = &client.endpoint.host;
        let what = format!("blob {}", self.digest);
        let url = client.endpoint.url(&client.repository, "blobs", &self.digest.to_string())?;
        let from = (self.offset > 0).then_some(self.offset);
        let response = client.get(&url, &what, None, from).await?;
        let mut skip = self.check_extent(host, &response)?;
        let mut body = reqwest::Body::from(response);
        while self.offset < self.size {
            let mut chunk = match client.transport.chunk(host, &mut body).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => {
                    let message =
                        format!("{what} ended after {} of {} bytes", self.offset, self.size);
                    return Ok(Some(RemoteError::Unreachable { host: host.clone(), message }));
                }
                Err(error) => return Ok(Some(error)),
            };
            let known = skip.min(chunk.len() as u64);
            skip -= known;
            // Never more than the chunk is long.
            let chunk = chunk.split_off(known as usize);
            let room = self.size - self.offset;
            if chunk.len() as u64 > room {
                return Err(self.wrong_length(host, "more").into());
            }
            let length = chunk.len() as u64;
            self.sink.chunk(chunk).await?;
            self.offset += length;
        }
        Ok(None)
    }

    /// How many bytes at the beginning of an answer are known already.
    fn check_extent(&self, host: &str, response: &reqwest::Response) -> Result<u64, RemoteError> {
        let length = response.content_length();
        if response.status() == StatusCode::OK {
            return match length {
                Some(length) if length != self.size => {
                    Err(self.wrong_length(host, &length.to_string()))
                }
                _ => Ok(self.offset),
            };
        }
        let range = header(response.headers(), "content-range").and_then(content_range);
        match range {
            Some((first, total))
                if first == self.offset
                    && self.offset > 0
                    && total.unwrap_or(self.size) == self.size =>
            {
                Ok(0)
            }
            _ => Err(RemoteError::Protocol {
                host: host.to_owned(),
                message: format!("another part of blob {} than was asked for", self.digest),
            }),
        }
    }

    fn wrong_length(&self, host: &str, actual: &str) -> RemoteError {
        RemoteError::Protocol {
            host: host.to_owned(),
            message: format!(
                "blob {} has {actual} bytes where the manifest promises {}",
                self.digest, self.size
            ),
        }
    }
}

/// Reads `bytes FIRST-LAST/TOTAL` into the first byte and, where known, the total.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
    let total = match total {
        "*" => None,
        total => Some(total.parse::<u64>().ok()?),
    };
    (first <= last).then_some((first, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        for text in ["", "bytes */10", "bytes 9-5/10", "5-9/10", "bytes 5-9", "bytes -1-2/3"] {
            assert_eq!(content_range(text), None, "{text}");
        }
    }
}
