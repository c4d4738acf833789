//! One exchange with a server: time-outs, redirects, repetition. Knows nothing of authentication
//! but that its header stays with the server that it was made for.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::BodyExt;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue,
    IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE,
};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Deserialize;

use super::endpoint::{host_and_port, is_loopback, may_speak};
use super::options::RegistryOptions;
use super::retry::{RetryPolicy, is_transient, retry_after};
use super::tls;
use crate::RemoteError;

/// Redirects of one request; storage behind a registry needs one or two.
const MAX_REDIRECTS: usize = 8;
/// Bytes of an error document that are looked at.
const MAX_ERROR_DOCUMENT: u64 = 64 << 10;

/// Bytes in a second below which an upload counts as stuck: the answer comes only after the last
/// byte, so that time without an answer says nothing by itself.
const SLOWEST_UPLOAD: u64 = 16 << 10;

/// Sends requests.
pub(super) struct Transport {
    direct: reqwest::Client,
    proxied: reqwest::Client,
    retry: RetryPolicy,
    read_timeout: Duration,
    insecure: bool,
}

/// What is asked for.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) accept: Option<String>,
    /// Only sent to the origin of `url`.
    pub(super) authorization: Option<HeaderValue>,
    /// The first byte wanted.
    pub(super) range_from: Option<u64>,
    /// The `If-None-Match` of a document that is known already.
    pub(super) if_none_match: Option<HeaderValue>,
    /// The `If-Range` of a file that is asked for from `range_from` on.
    pub(super) if_range: Option<HeaderValue>,
    /// The `Content-Range` of a part, as registries want it: `FIRST-LAST`.
    pub(super) content_range: Option<String>,
    pub(super) payload: Option<Payload>,
    /// Whether a failing connection is worth another attempt.
    pub(super) retry_connect: bool,
    /// Whether the same request may be sent again after the server may have acted on it.
    pub(super) repeatable: bool,
}

/// What a request brings along.
#[derive(Clone)]
pub(super) struct Payload {
    pub(super) media_type: String,
    pub(super) content: Bytes,
    /// Whether it may be told to another server: a token request must not be.
    pub(super) secret: bool,
}

impl Request {
    pub(super) fn new(method: Method, url: Url) -> Request {
        Request {
            method,
            url,
            accept: None,
            authorization: None,
            range_from: None,
            if_none_match: None,
            if_range: None,
            content_range: None,
            payload: None,
            retry_connect: true,
            repeatable: true,
        }
    }

    pub(super) fn get(url: Url) -> Request {
        Request::new(Method::GET, url)
    }

    /// Posts a form.
    pub(super) fn form(url: Url, form: String) -> Request {
        let payload = Payload {
            media_type: "application/x-www-form-urlencoded".to_owned(),
            content: form.into(),
            secret: true,
        };
        Request { payload: Some(payload), ..Request::new(Method::POST, url) }
    }

    /// Whether a redirect with this status can be followed without changing what was asked for.
    fn keeps_meaning(&self, status: StatusCode) -> bool {
        let reads = self.method == Method::GET || self.method == Method::HEAD;
        reads || matches!(status.as_u16(), 307 | 308)
    }
}

/// An answer, and whether it came from the server that was asked.
pub(super) struct Answer {
    pub(super) response: Response,
    pub(super) redirected_away: bool,
}

impl Transport {
    pub(super) fn new(options: &RegistryOptions) -> Result<Transport, RemoteError> {
        let tls = tls::config(&options.certificate_authorities, options.insecure)?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                // Layers come side by side: one connection each is faster than one window for all.
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(options.connect_timeout)
                .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| {
                RemoteError::Settings(format!(
                    "cannot set up the HTTP client: {}",
                    innermost(&error)
                ))
            })
        };
        Ok(Transport {
            direct: build(builder().no_proxy())?,
            proxied: build(builder())?,
            retry: options.retry.clone(),
            read_timeout: options.read_timeout,
            insecure: options.insecure,
        })
    }

    pub(super) fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    pub(super) fn insecure(&self) -> bool {
        self.insecure
    }

    /// Sends a request until there is an answer that repetition will not change.
    pub(super) async fn send(&self, request: &Request) -> Result<Answer, RemoteError> {
        let mut attempt = 0;
        loop {
            let wait = match self.follow(request).await {
                Ok(answer) if !is_transient(answer.response.status()) => return Ok(answer),
                Ok(answer) if attempt >= self.retry.retries => return Ok(answer),
                // A server that turns a request away at the door has not acted on it.
                Ok(answer) if !request.repeatable && answer.response.status() != 429 => {
                    return Ok(answer);
                }
                Ok(answer) => {
                    let asked = retry_after(answer.response.headers(), SystemTime::now());
                    if let Some(wait) = asked.filter(|wait| *wait > self.retry.longest_retry_after)
                    {
                        return Err(RemoteError::Busy { host: host_and_port(&request.url), wait });
                    }
                    asked.unwrap_or_default().max(self.retry.wait(attempt))
                }
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Connect(error)) => {
                    // A name that cannot be resolved seldom can be a moment later.
                    if !request.retry_connect || attempt >= self.retry.retries.min(1) {
                        return Err(error);
                    }
                    self.retry.wait(attempt)
                }
                Err(Failure::Broken(error)) => {
                    if !request.repeatable || attempt >= self.retry.retries {
                        return Err(error);
                    }
                    self.retry.wait(attempt)
                }
            };
            attempt += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn follow(&self, request: &Request) -> Result<Answer, Failure> {
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let at_origin = url.origin() == request.url.origin();
            let response = self.once(request, &url, at_origin).await?;
            let status = response.status();
            let redirect = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
            let target = response.headers().get(LOCATION).filter(|_| redirect);
            let Some(target) = target else {
                return Ok(Answer { response, redirected_away: !at_origin });
            };
            let protocol = |message: &str| {
                Failure::Final(RemoteError::Protocol {
                    host: host_and_port(&url),
                    message: message.to_owned(),
                })
            };
            if request.payload.as_ref().is_some_and(|payload| payload.secret) {
                return Err(protocol("a token request was redirected"));
            }
            if !request.keeps_meaning(status) {
                return Err(protocol("a redirect that would change what is asked for"));
            }
            let next = target.to_str().ok().and_then(|text| url.join(text).ok());
            let next = next.ok_or_else(|| protocol("a redirect to no valid address"))?;
            if !may_follow(&url, &next, self.insecure) {
                return Err(protocol("a redirect to an address that is not safe to follow"));
            }
            url = next;
        }
        Err(Failure::Final(RemoteError::Protocol {
            host: host_and_port(&request.url),
            message: format!("more than {MAX_REDIRECTS} redirects"),
        }))
    }

    async fn once(
        &self,
        request: &Request,
        url: &Url,
        at_origin: bool,
    ) -> Result<Response, Failure> {
        let client = if is_loopback(url) { &self.direct } else { &self.proxied };
        let mut builder = client.request(request.method.clone(), url.clone());
        if let Some(accept) = &request.accept {
            builder = builder.header(ACCEPT, accept);
        }
        if let (Some(value), true) = (&request.authorization, at_origin) {
            builder = builder.header(AUTHORIZATION, value.clone());
        }
        if let Some(first) = request.range_from {
            builder = builder.header(RANGE, format!("bytes={first}-"));
        }
        if let Some(known) = &request.if_none_match {
            builder = builder.header(IF_NONE_MATCH, known.clone());
        }
        if let Some(tag) = &request.if_range {
            builder = builder.header(IF_RANGE, tag.clone());
        }
        if let Some(range) = &request.content_range {
            builder = builder.header(CONTENT_RANGE, range);
        }
        let mut patience = self.read_timeout;
        if let Some(payload) = &request.payload {
            let content = payload.content.clone();
            patience += Duration::from_secs(content.len() as u64 / SLOWEST_UPLOAD);
            builder = builder.header(CONTENT_TYPE, &payload.media_type).body(content);
        } else if request.method != Method::GET && request.method != Method::HEAD {
            // Some proxies refuse a POST that does not say that it is empty.
            builder = builder.header(CONTENT_LENGTH, "0");
        }
        let host = host_and_port(url);
        match tokio::time::timeout(patience, builder.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let message = explain(&error);
                let unreachable = RemoteError::Unreachable { host, message };
                Err(if error.is_builder() || is_definite(&error) {
                    Failure::Final(unreachable)
                } else if error.is_connect() {
                    Failure::Connect(unreachable)
                } else {
                    Failure::Broken(unreachable)
                })
            }
            Err(_) => Err(Failure::Broken(self.timed_out(host))),
        }
    }

    fn timed_out(&self, host: String) -> RemoteError {
        let seconds = self.read_timeout.as_secs_f32();
        RemoteError::Unreachable { host, message: format!("no answer within {seconds} s") }
    }

    /// The next bytes of a body. An error here is worth another attempt.
    pub(super) async fn chunk(
        &self,
        host: &str,
        body: &mut reqwest::Body,
    ) -> Result<Option<Bytes>, RemoteError> {
        loop {
            match tokio::time::timeout(self.read_timeout, body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Ok(Some(Err(error))) => {
                    let message = format!("the connection broke: {}", explain(&error));
                    return Err(RemoteError::Unreachable { host: host.to_owned(), message });
                }
                Ok(None) => return Ok(None),
                Err(_) => return Err(self.timed_out(host.to_owned())),
            }
        }
    }

    /// All of a body, up to a limit.
    pub(super) async fn document(
        &self,
        host: &str,
        what: &str,
        response: Response,
        limit: u64,
    ) -> Result<Vec<u8>, RemoteError> {
        let too_large = || RemoteError::TooLarge { what: what.to_owned(), limit };
        if response.content_length().is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut body = reqwest::Body::from(response);
        let mut content = Vec::new();
        while let Some(chunk) = self.chunk(host, &mut body).await? {
            if (content.len() + chunk.len()) as u64 > limit {
                return Err(too_large());
            }
            content.extend_from_slice(&chunk);
        }
        Ok(content)
    }

    /// The error for an answer that is one.
    pub(super) async fn status_error(
        &self,
        host: &str,
        what: &str,
        response: Response,
    ) -> RemoteError {
        let (status, host, what) = (response.status(), host.to_owned(), what.to_owned());
        let document = self.document(&host, "the error", response, MAX_ERROR_DOCUMENT).await;
        let codes = document.map(|content| error_codes(&content)).unwrap_or_default();
        match status {
            StatusCode::NOT_FOUND => RemoteError::NotFound { host, what },
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                RemoteError::Denied { host, what, message: format!("it answered {status}{codes}") }
            }
            _ => RemoteError::Status { host, status: status.to_string(), what, codes },
        }
    }
}

enum Failure {
    /// Repetition will not help.
    Final(RemoteError),
    /// There was no connection.
    Connect(RemoteError),
    /// There was one.
    Broken(RemoteError),
}

/// A redirect must not lead from a verified connection to an open one, nor from a public registry
/// to services on this machine.
pub fn may_follow(from: &Url, to: &Url, insecure: bool) -> bool {
    let downgrade = from.scheme() == "https" && to.scheme() != "https";
    let inwards = is_loopback(to) && !is_loopback(from);
    may_speak(to, insecure) && (insecure || !downgrade && !inwards)
}

/// The registry's own error codes; its free text is left out, since it may repeat what we sent.
fn error_codes(document: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Item>,
    }
    #[derive(Deserialize)]
    struct Item {
        code: String,
    }
    let Ok(document) = serde_json::from_slice::<Errors>(document) else { return String::new() };
    let is_code = |code: &str| {
        (1..=40).contains(&code.len()) && code.bytes().all(|c| c.is_ascii_uppercase() || c == b'_')
    };
    let codes = document.errors.into_iter().map(|item| item.code);
    let codes: Vec<_> = codes.filter(|code| is_code(code)).take(4).collect();
    if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) }
}

/// The innermost reason, which is the one that says something and never names the address.
pub fn innermost(error: &reqwest::Error) -> String {
    let mut inner = match error.source() {
        Some(inner) => inner,
        None if error.is_builder() => return "the address is not valid".to_owned(),
        None => return "the request failed".to_owned(),
    };
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}

/// Whether a failed connection was refused on purpose: by the other machine, or for its
/// certificate.
pub fn is_definite(error: &reqwest::Error) -> bool {
    let mut inner = error.source();
    while let Some(cause) = inner {
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            let refused = error.kind() == std::io::ErrorKind::ConnectionRefused;
            let tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
            if refused || tls {
                return true;
            }
        }
        inner = cause.source();
    }
    false
}

fn explain(error: &reqwest::Error) -> String {
    let reason = innermost(error);
    if reason.contains("certificate") {
        return format!(
            "{reason} (if you trust this server, name the file of its certificate authority \
             with --cacert, or use --insecure)"
        );
    }
    reason
}

/// The values of headers that are digests or plain words.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_outside_and_encrypted() {
        let allowed = |from: &str, to: &str, insecure| {
            may_follow(&from.parse().unwrap(), &to.parse().unwrap(), insecure)
        };
        assert!(allowed("https://r.example", "https://cdn.example/x", false));
        assert!(!allowed("https://r.example", "http://cdn.example/x", false));
        assert!(!allowed("https://r.example", "https://127.0.0.1/x", false));
        assert!(!allowed("https://r.example", "http://[::1]/x", false));
        assert!(!allowed("https://r.example", "file:///etc/passwd", true));
        assert!(allowed("http://127.0.0.1:1", "http://localhost:2", false));
        assert!(allowed("https://r.example", "http://cdn.example/x", true));
    }

    #[test]
    fn only_codes_of_an_error_are_repeated() {
        let document =
            br#"{"errors":[{"code":"DENIED","message":"token hunter2"},{"code":"x y"}]}"#;
        assert_eq!(error_codes(document), " (DENIED)");
        assert_eq!(error_codes(b"<html>"), "");
    }
}
