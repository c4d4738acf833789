//! One exchange with a server: turns, redirects, repetition.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::BodyExt;
use plimsoll_image::RetryPolicy;
use plimsoll_image::http::{
    innermost, is_definite, is_loopback, is_transient, may_follow, retry_after, tls_config,
};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Response, StatusCode, Url};

use crate::host::{Hosts, Turn};
use crate::{Failure, FetchError, FetchOptions};

/// Redirects of one request; storage behind a publisher needs one or two.
const MAX_REDIRECTS: usize = 5;

/// Talks to servers.
pub(crate) struct Client {
    direct: reqwest::Client,
    proxied: reqwest::Client,
    retry: RetryPolicy,
    read_timeout: Duration,
    longest_delay: Duration,
    insecure: bool,
    hosts: Hosts,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// Time until the next request to the same host.
    pub(crate) delay: Duration,
}

impl Request {
    pub(crate) fn new(url: Url, delay: Duration) -> Request {
        Request { url, headers: HeaderMap::new(), delay }
    }

    /// Adds a header; a value that is none is left out, because it came from a server.
    pub(crate) fn header(mut self, name: HeaderName, value: Option<&str>) -> Request {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// An answer; the host counts it as a connection until it is dropped.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: reqwest::Body,
    host: String,
    read_timeout: Duration,
    _turn: Turn,
}

/// Why an attempt failed, and whether another one may help.
enum Attempt {
    Final(Failure),
    Again(Failure),
}

impl Client {
    pub(crate) fn new(options: &FetchOptions) -> Result<Client, FetchError> {
        let settings = |error: &dyn std::fmt::Display| FetchError::Settings(error.to_string());
        let tls = tls_config(&options.certificate_authorities, options.insecure)
            .map_err(|error| settings(&error))?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                // Connections are counted, so each is to be one.
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(options.connect_timeout)
                .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| {
                settings(&format!("cannot set up the HTTP client: {}", innermost(&error)))
            })
        };
        Ok(Client {
            direct: build(builder().no_proxy())?,
            proxied: build(builder())?,
            retry: options.retry.clone(),
            read_timeout: options.read_timeout,
            longest_delay: options.longest_delay,
            insecure: options.insecure,
            hosts: Hosts::default(),
        })
    }

    /// How often and how long to try again.
    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    /// Whether an address that a document names may be gone to from the document's own.
    pub(crate) fn may_go(&self, from: &Url, to: &Url) -> bool {
        may_follow(from, to, self.insecure)
    }

    /// Asks until there is an answer that repetition will not change.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, Failure> {
        let mut attempt = 0;
        loop {
            let mut asked = None;
            let failure = match self.follow(request).await {
                Ok(answer) if !is_transient(answer.status) => return Ok(answer),
                Ok(answer) => {
                    let host = host_of(&request.url);
                    asked = retry_after(&answer.headers, SystemTime::now());
                    if let Some(wait) = asked.filter(|wait| *wait > self.retry.longest_retry_after)
                    {
                        return Err(Failure::Busy { host, wait });
                    }
                    Failure::Status {
                        host,
                        status: answer.status.to_string(),
                        what: path_of(&request.url),
                    }
                }
                Err(Attempt::Final(failure)) => return Err(failure),
                Err(Attempt::Again(failure)) => failure,
            };
            if attempt >= self.retry.retries {
                return Err(failure);
            }
            if let Some(wait) = asked {
                // It is tired of all of us, not of this request.
                self.hosts.put_off(&host_of(&request.url), wait);
            }
            tokio::time::sleep(self.retry.wait(attempt)).await;
            attempt += 1;
        }
    }

    async fn follow(&self, request: &Request) -> Result<Answer, Attempt> {
        let delay = request.delay.min(self.longest_delay);
        let turn = self.hosts.turn(&host_of(&request.url), delay).await;
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.once(request, &url).await?;
            let redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            let target = response.headers().get(LOCATION).filter(|_| redirect);
            let Some(target) = target else {
                return Ok(Answer {
                    status: response.status(),
                    headers: response.headers().clone(),
                    body: reqwest::Body::from(response),
                    host: host_of(&url),
                    read_timeout: self.read_timeout,
                    _turn: turn,
                });
            };
            let protocol = |what: &str| {
                Attempt::Final(Failure::Protocol { host: host_of(&url), what: what.to_owned() })
            };
            let next = target.to_str().ok().and_then(|text| url.join(text).ok());
            let next = next.ok_or_else(|| protocol("a redirect to no valid address"))?;
            if !self.may_go(&url, &next) {
                return Err(protocol("a redirect to an address that is not safe to follow"));
            }
            url = next;
        }
        Err(Attempt::Final(Failure::Protocol {
            host: host_of(&request.url),
            what: format!("more than {MAX_REDIRECTS} redirects"),
        }))
    }

    async fn once(&self, request: &Request, url: &Url) -> Result<Response, Attempt> {
        let client = if is_loopback(url) { &self.direct } else { &self.proxied };
        let mut headers = request.headers.clone();
        // Sizes and ranges are those of the file itself.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if url.origin() != request.url.origin() {
            // What is secret is for the server that was asked.
            let secret: Vec<_> = headers
                .iter()
                .filter(|(_, value)| value.is_sensitive())
                .map(|(name, _)| name.clone())
                .collect();
            for name in secret {
                headers.remove(name);
            }
        }
        let host = host_of(url);
        let sent = client.get(url.clone()).headers(headers).send();
        match tokio::time::timeout(self.read_timeout, sent).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let failure = Failure::Unreachable { host, reason: innermost(&error) };
                if error.is_builder() || is_definite(&error) {
                    return Err(Attempt::Final(failure));
                }
                Err(Attempt::Again(failure))
            }
            Err(_) => Err(Attempt::Again(silent(host, self.read_timeout))),
        }
    }
}

fn silent(host: String, timeout: Duration) -> Failure {
    Failure::Unreachable { host, reason: format!("no byte within {} s", timeout.as_secs_f32()) }
}

impl Answer {
    /// A header that is text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The next bytes of the body. An error here is worth another attempt.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            match tokio::time::timeout(self.read_timeout, self.body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Ok(Some(Err(error))) => {
                    let reason = format!("the connection broke: {}", innermost(&error));
                    return Err(Failure::Unreachable { host: self.host.clone(), reason });
                }
                Ok(None) => return Ok(None),
                Err(_) => return Err(silent(self.host.clone(), self.read_timeout)),
            }
        }
    }

    /// The failure that a status is which is no success.
    pub(crate) fn failure(&self, url: &Url) -> Failure {
        let (host, what) = (host_of(url), path_of(url));
        match self.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Failure::Missing { host, what },
            status => Failure::Status { host, status: status.to_string(), what },
        }
    }
}

/// Host and explicit port of an address.
pub(crate) fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    }
}

/// What an address is of, for people.
pub(crate) fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
