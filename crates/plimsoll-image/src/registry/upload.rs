//! Uploads of blobs, whole or in parts, that survive broken connections.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs>. A server
//! says where an upload goes on; after a break it is asked how far the upload came.

use bytes::Bytes;
use reqwest::header::LOCATION;
use reqwest::{Method, Response, StatusCode, Url};

use super::client::Client;
use super::transport::{Payload, Request, header, may_follow};
use crate::{Digest, RemoteError};

/// Bytes that are sent in one request. Longer blobs come in parts, so that a break costs no more
/// than this, and because proxies before registries refuse bodies that are much longer.
pub(super) const PART: usize = 16 << 20;
/// The largest part that a server may insist on; its word must not decide how long a request is.
const MAX_PART: usize = 256 << 20;

/// One blob on its way.
pub(super) struct Upload<'c> {
    client: &'c Client,
    what: String,
    digest: Digest,
    content: Bytes,
    part: usize,
}

/// A session at the server.
struct Session {
    location: Url,
    /// Bytes that the server has.
    offset: usize,
}

impl<'c> Upload<'c> {
    pub(super) fn new(
        client: &'c Client,
        digest: Digest,
        content: Bytes,
        part: usize,
    ) -> Upload<'c> {
        Upload { client, what: format!("blob {digest}"), digest, content, part }
    }

    /// Stores the blob; one that is there already is left alone.
    pub(super) async fn run(mut self) -> Result<(), RemoteError> {
        let retry = self.client.transport.retry();
        let (mut fruitless, mut session) = (0, None::<Session>);
        loop {
            if session.is_none() {
                if exists(self.client, &self.digest).await? {
                    return Ok(());
                }
                session = Some(self.start().await?);
            }
            let Some(current) = &mut session else { continue };
            let before = current.offset;
            let error = match self.advance(current).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    fruitless = 0;
                    continue;
                }
                Err(error) => error,
            };
            if !is_worth_another(&error) || fruitless >= retry.retries {
                return Err(error);
            }
            tokio::time::sleep(retry.wait(fruitless)).await;
            fruitless += 1;
            // A session of which the server knows nothing useful any more is begun anew.
            session = match session {
                Some(session) if self.content.len() > self.part => {
                    self.recover(session).await.filter(|session| session.offset >= before)
                }
                _ => None,
            };
        }
    }

    async fn start(&mut self) -> Result<Session, RemoteError> {
        let url = self.client.endpoint.url(&self.client.repository, "blobs", "uploads/")?;
        let request = Request::new(Method::POST, url.clone());
        let response = self.client.exchange(&request, &self.what, &[StatusCode::ACCEPTED]).await?;
        let least = header(response.headers(), "oci-chunk-min-length");
        if let Some(least) = least.and_then(|text| text.parse::<usize>().ok()) {
            self.part = self.part.max(least.min(MAX_PART));
        }
        Ok(Session { location: self.location(&url, &response)?, offset: 0 })
    }

    /// Sends the next part. The answer is whether it was the last.
    async fn advance(&self, session: &mut Session) -> Result<bool, RemoteError> {
        let whole = self.content.len() <= self.part;
        if whole || session.offset == self.content.len() {
            let mut url = session.location.clone();
            url.query_pairs_mut().append_pair("digest", &self.digest.to_string());
            let rest = self.content.slice(session.offset..);
            let request = self.with_payload(Request::new(Method::PUT, url), rest);
            let expected = [StatusCode::CREATED, StatusCode::NO_CONTENT];
            self.client.exchange(&request, &self.what, &expected).await?;
            return Ok(true);
        }
        let end = self.content.len().min(session.offset + self.part);
        let part = self.content.slice(session.offset..end);
        let request = Request {
            content_range: Some(format!("{}-{}", session.offset, end - 1)),
            ..self.with_payload(Request::new(Method::PATCH, session.location.clone()), part)
        };
        let expected = [StatusCode::ACCEPTED, StatusCode::NO_CONTENT];
        let response = self.client.exchange(&request, &self.what, &expected).await?;
        session.location = self.location(&session.location, &response)?;
        session.offset = end;
        Ok(false)
    }

    fn with_payload(&self, request: Request, content: Bytes) -> Request {
        let media_type = "application/octet-stream".to_owned();
        let payload = Some(Payload { media_type, content, secret: false });
        Request { payload, repeatable: false, ..request }
    }

    /// Asks how far an upload came. Nothing is returned where the server does not know.
    async fn recover(&self, session: Session) -> Option<Session> {
        let request = Request::get(session.location.clone());
        let expected = [StatusCode::NO_CONTENT, StatusCode::ACCEPTED];
        let response = self.client.exchange(&request, &self.what, &expected).await.ok()?;
        let offset = received(header(response.headers(), "range")?)?;
        let location = self.location(&session.location, &response).unwrap_or(session.location);
        (offset <= self.content.len()).then_some(Session { location, offset })
    }

    /// Where the upload goes on.
    fn location(&self, asked: &Url, response: &Response) -> Result<Url, RemoteError> {
        let protocol = |message: &str| RemoteError::Protocol {
            host: self.client.endpoint.host.clone(),
            message: message.to_owned(),
        };
        let text = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let next = text.and_then(|text| asked.join(text).ok());
        let next = next.ok_or_else(|| protocol("no address to upload to"))?;
        if !may_follow(asked, &next, self.client.transport.insecure()) {
            return Err(protocol("an address to upload to that is not safe to use"));
        }
        Ok(next)
    }
}

/// Whether a server has a blob.
pub(super) async fn exists(client: &Client, digest: &Digest) -> Result<bool, RemoteError> {
    let url = client.endpoint.url(&client.repository, "blobs", &digest.to_string())?;
    let request = Request::new(Method::HEAD, url);
    match client.exchange(&request, &format!("blob {digest}"), &[StatusCode::OK]).await {
        Ok(_) => Ok(true),
        Err(RemoteError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the same upload may succeed later: broken connections, servers in trouble, sessions
/// that expired or are out of step.
fn is_worth_another(error: &RemoteError) -> bool {
    match error {
        RemoteError::Unreachable { .. } | RemoteError::NotFound { .. } => true,
        RemoteError::Status { status, .. } => {
            status.starts_with('5') || status.starts_with("408") || status.starts_with("416")
        }
        _ => false,
    }
}

/// Reads `0-LAST` into the number of bytes. Servers say `0-0` of an upload without any, and a part
/// of one byte is never sent before others.
fn received(range: &str) -> Option<usize> {
    let range = range.strip_prefix("bytes=").unwrap_or(range);
    let (first, last) = range.split_once('-')?;
    let last = last.parse::<usize>().ok()?;
    match (first, last) {
        ("0", 0) => Some(0),
        ("0", last) => last.checked_add(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_uploads_are_read() {
        for (text, offset) in [
            ("0-0", Some(0)),
            ("0-9", Some(10)),
            ("bytes=0-9", Some(10)),
            ("1-9", None),
            ("0-", None),
            ("", None),
            ("0-99999999999999999999999", None),
        ] {
            assert_eq!(received(text), offset, "{text}");
        }
        assert_eq!(received(&format!("0-{}", usize::MAX)), None);
    }
}
