//! Plain files on web servers, fetched with the same care as blobs: repetition, ranges after a
//! break, bounded length, conditional requests.

use std::sync::Arc;

use reqwest::header::{ETAG, HeaderValue};
use reqwest::{StatusCode, Url};

use super::RegistryOptions;
use super::endpoint::{host_and_port, may_speak};
use super::transport::{Request, Transport};
use crate::{RemoteError, bridge};

/// Fetches files over HTTP. Its functions block; they must not be called from an asynchronous task.
pub struct WebClient {
    transport: Arc<Transport>,
}

/// What a web server gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebAnswer {
    /// The file is the one whose tag was told.
    Unchanged,
    /// The file.
    Content {
        /// All of it.
        content: Vec<u8>,
        /// By which to ask whether it is still the same.
        etag: Option<String>,
    },
}

impl WebClient {
    /// Makes ready to talk, with the time-outs, certificates and repetition of a registry's options.
    pub fn new(options: &RegistryOptions) -> Result<WebClient, RemoteError> {
        Ok(WebClient { transport: Arc::new(Transport::new(options)?) })
    }

    /// Fetches a file of at most `limit` bytes, unless it is the one with the tag `known`. `what`
    /// names it for a person, as addresses can hold secrets.
    pub fn get(
        &self,
        address: &str,
        what: &str,
        known: Option<&str>,
        limit: u64,
    ) -> Result<WebAnswer, RemoteError> {
        let settings =
            |reason: &str| RemoteError::Settings(format!("the address of {what} {reason}"));
        let url = Url::parse(address).map_err(|_| settings("cannot be understood"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(settings("must not contain a user or password"));
        }
        if !may_speak(&url, self.transport.insecure()) {
            return Err(settings(
                "must begin with https:// (http:// only for loopback or if insecure)",
            ));
        }
        let (transport, what) = (Arc::clone(&self.transport), what.to_owned());
        let known = known.and_then(|tag| HeaderValue::from_str(tag).ok());
        bridge::run(async move {
            let host = host_and_port(&url);
            let content = Vec::new();
            Download { transport, url, host, what, limit, content, etag: None }.run(known).await
        })
    }
}

struct Download {
    transport: Arc<Transport>,
    url: Url,
    host: String,
    what: String,
    limit: u64,
    content: Vec<u8>,
    etag: Option<HeaderValue>,
}

impl Download {
    async fn run(mut self, known: Option<HeaderValue>) -> Result<WebAnswer, RemoteError> {
        let retry = self.transport.retry().clone();
        let mut fruitless = 0;
        loop {
            let before = self.content.len();
            match self.connection(known.clone()).await {
                Ok(true) => {
                    let etag = self.etag.and_then(|tag| tag.to_str().ok().map(str::to_owned));
                    return Ok(WebAnswer::Content { content: self.content, etag });
                }
                Ok(false) => return Ok(WebAnswer::Unchanged),
                Err(error @ RemoteError::Unreachable { .. }) => {
                    if self.content.len() > before {
                        fruitless = 0;
                    }
                    if fruitless >= retry.retries {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(retry.wait(fruitless)).await;
            fruitless += 1;
        }
    }

    /// One connection; whether there is a file now, or it is unchanged.
    async fn connection(&mut self, known: Option<HeaderValue>) -> Result<bool, RemoteError> {
        // Only a strong tag says that two parts belong to the same bytes.
        let strong = self.etag.clone().filter(|tag| tag.as_bytes().starts_with(b"\""));
        if strong.is_none() {
            self.content.clear();
        }
        let going_on = !self.content.is_empty();
        let request = Request {
            range_from: going_on.then_some(self.content.len() as u64),
            if_range: strong.filter(|_| going_on),
            if_none_match: known.filter(|_| !going_on),
            ..Request::get(self.url.clone())
        };
        let response = self.transport.send(&request).await?.response;
        match response.status() {
            StatusCode::NOT_MODIFIED if request.if_none_match.is_some() => return Ok(false),
            StatusCode::OK => self.content.clear(),
            StatusCode::PARTIAL_CONTENT if going_on => {
                let first = response.headers().get("content-range");
                let wanted = format!("bytes {}-", self.content.len());
                if !first.is_some_and(|range| range.as_bytes().starts_with(wanted.as_bytes())) {
                    let message = format!("another part of {} than was asked for", self.what);
                    return Err(RemoteError::Protocol { host: self.host.clone(), message });
                }
            }
            _ => return Err(self.transport.status_error(&self.host, &self.what, response).await),
        }
        self.etag = response.headers().get(ETAG).cloned();
        let announced = response.content_length();
        let too_large = || RemoteError::TooLarge { what: self.what.clone(), limit: self.limit };
        if announced.is_some_and(|length| length > self.limit) {
            return Err(too_large());
        }
        let mut body = reqwest::Body::from(response);
        while let Some(chunk) = self.transport.chunk(&self.host, &mut body).await? {
            if (self.content.len() + chunk.len()) as u64 > self.limit {
                return Err(too_large());
            }
            self.content.extend_from_slice(&chunk);
        }
        Ok(true)
    }
}
