//! The HTTP client for a daemon on this machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use reqwest::{Response, StatusCode};

use crate::RemoteError;

/// A daemon on a socket answers at once or not at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes of an error document.
const MAX_ERROR: u64 = 64 << 10;
/// Characters of an error's text that are shown.
const MAX_REASON: usize = 300;

/// Where a daemon listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A Unix socket.
    Unix(PathBuf),
    /// Host and port, plain HTTP.
    Tcp(String),
}

impl Address {
    /// Reads the value of `DOCKER_HOST` or `CONTAINER_HOST`.
    pub(super) fn parse(text: &str) -> Result<Address, RemoteError> {
        let fail = |reason: &str| {
            // A value may hold a user's password for ssh, so it is not repeated.
            RemoteError::Settings(format!("the address of the daemon {reason}"))
        };
        match text.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Address::Unix(path.into())),
            Some(("unix", _)) => Err(fail("needs a full path behind unix://")),
            Some(("tcp" | "http", rest)) => {
                let host = rest.trim_end_matches('/');
                let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
                if host.is_empty() || !host.chars().all(plain) {
                    return Err(fail("needs host:port behind tcp://"));
                }
                Ok(Address::Tcp(host.to_owned()))
            }
            Some(("ssh", _)) => Err(fail(
                "is ssh://, which Plimsoll does not speak; forward the socket with \
                 `ssh -L` and give unix://…",
            )),
            Some(_) => Err(fail("must begin with unix:// or tcp://")),
            None if text.starts_with('/') => Ok(Address::Unix(text.into())),
            None => Err(fail("must begin with unix:// or tcp://")),
        }
    }

    /// Whether somebody listens on a Unix socket. What is asked here gets a clear answer, which an
    /// HTTP library would wrap.
    pub(super) fn probe(&self, daemon: &'static str) -> Result<(), RemoteError> {
        let Address::Unix(path) = self else { return Ok(()) };
        let Err(error) = std::os::unix::net::UnixStream::connect(path) else { return Ok(()) };
        use std::io::ErrorKind::{ConnectionRefused, NotFound, PermissionDenied};
        let message = match error.kind() {
            NotFound => "there is no such socket".to_owned(),
            ConnectionRefused => "nobody listens on the socket".to_owned(),
            PermissionDenied => {
                return Err(RemoteError::Unreachable {
                    host: format!("{daemon} at {}", path.display()),
                    message: "this user may not use its socket (join its group, or run as root)"
                        .to_owned(),
                });
            }
            _ => error.to_string(),
        };
        Err(RemoteError::Absent { daemon, address: path.display().to_string(), message })
    }
}

/// A client for one daemon.
#[derive(Clone)]
pub(super) struct Socket {
    client: reqwest::Client,
    base: String,
    /// What users call the daemon.
    pub(super) daemon: &'static str,
}

impl Socket {
    /// `http2` is for gRPC, which speaks nothing else.
    pub(super) fn new(
        daemon: &'static str,
        address: &Address,
        http2: bool,
    ) -> Result<Socket, RemoteError> {
        let unused_tls = tls_for_nobody()?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(unused_tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")));
        builder = if http2 { builder.http2_prior_knowledge() } else { builder.http1_only() };
        let base = match address {
            Address::Unix(path) => {
                builder = builder.unix_socket(path.as_path() as &Path);
                "http://localhost".to_owned()
            }
            Address::Tcp(host) => format!("http://{host}"),
        };
        let client = builder.build().map_err(|error| {
            RemoteError::Settings(format!(
                "cannot set up a client for {daemon}: {}",
                error.without_url()
            ))
        })?;
        Ok(Socket { client, base, daemon })
    }

    pub(super) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}{path}", self.base))
    }

    /// Asks for a path; 404 means that there is no such image.
    pub(super) async fn get(
        &self,
        path: &str,
        image: &str,
        wait: Duration,
    ) -> Result<Response, RemoteError> {
        let request = self.client.get(format!("{}{path}", self.base));
        let response = self.send(request, wait).await?;
        let (host, what) = (self.daemon.to_owned(), format!("image {image:?}"));
        match response.status() {
            StatusCode::OK => Ok(response),
            StatusCode::NOT_FOUND => Err(RemoteError::NotFound { host, what }),
            status => {
                let document = self.document(response, MAX_ERROR, wait).await.unwrap_or_default();
                let codes = reason(&document);
                Err(RemoteError::Status { host, status: status.to_string(), what, codes })
            }
        }
    }

    pub(super) async fn send(
        &self,
        request: reqwest::RequestBuilder,
        wait: Duration,
    ) -> Result<Response, RemoteError> {
        match tokio::time::timeout(wait, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_) => Err(self.silent(wait)),
        }
    }

    /// The next bytes of a body.
    pub(super) async fn chunk(
        &self,
        body: &mut reqwest::Body,
        wait: Duration,
    ) -> Result<Option<Bytes>, RemoteError> {
        loop {
            match tokio::time::timeout(wait, body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Ok(Some(Err(error))) => return Err(self.broken(&error)),
                Ok(None) => return Ok(None),
                Err(_) => return Err(self.silent(wait)),
            }
        }
    }

    /// All of a body, up to a limit.
    pub(super) async fn document(
        &self,
        response: Response,
        limit: u64,
        wait: Duration,
    ) -> Result<Vec<u8>, RemoteError> {
        let mut body = reqwest::Body::from(response);
        let mut content = Vec::new();
        while let Some(chunk) = self.chunk(&mut body, wait).await? {
            if (content.len() + chunk.len()) as u64 > limit {
                let what = format!("an answer of {}", self.daemon);
                return Err(RemoteError::TooLarge { what, limit });
            }
            content.extend_from_slice(&chunk);
        }
        Ok(content)
    }

    pub(super) fn broken(&self, error: &reqwest::Error) -> RemoteError {
        let mut inner: &dyn std::error::Error = error;
        while let Some(next) = inner.source() {
            inner = next;
        }
        RemoteError::Unreachable { host: self.daemon.to_owned(), message: inner.to_string() }
    }

    pub(super) fn silent(&self, wait: Duration) -> RemoteError {
        let message = format!("no answer within {} s", wait.as_secs());
        RemoteError::Unreachable { host: self.daemon.to_owned(), message }
    }

    pub(super) fn protocol(&self, message: impl Into<String>) -> RemoteError {
        RemoteError::Protocol { host: self.daemon.to_owned(), message: message.into() }
    }
}

/// What an engine says went wrong. It is this machine's own and was shown no secret.
fn reason(document: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Document {
        message: String,
    }
    match serde_json::from_slice::<Document>(document) {
        Ok(Document { message }) => {
            let shown = message.chars().filter(|c| !c.is_control()).take(MAX_REASON);
            format!(" ({})", shown.collect::<String>())
        }
        Err(_) => String::new(),
    }
}

/// TLS settings that trust nobody: the addresses here are all plain, and making the default ones
/// would read the machine's certificates.
fn tls_for_nobody() -> Result<rustls::ClientConfig, RemoteError> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| RemoteError::Settings(format!("cannot set up TLS: {error}")))?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_explained() {
        let tcp = |host: &str| Address::Tcp(host.to_owned());
        for (text, address) in [
            ("unix:///run/docker.sock", Address::Unix("/run/docker.sock".into())),
            ("/run/docker.sock", Address::Unix("/run/docker.sock".into())),
            ("tcp://127.0.0.1:2375", tcp("127.0.0.1:2375")),
            ("tcp://[::1]:2375/", tcp("[::1]:2375")),
        ] {
            assert_eq!(Address::parse(text).unwrap(), address);
        }
        for (text, reason) in [
            ("ssh://me:hunter2@host", "ssh -L"),
            ("tcp://me:hunter2@host", "host:port"),
            ("unix://relative", "full path"),
            ("npipe:////./pipe/x", "unix://"),
            ("", "unix://"),
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn an_absent_socket_is_told_from_a_broken_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.sock");
        let address = Address::Unix(path.clone());
        let absent = address.probe("Docker").unwrap_err();
        assert!(matches!(&absent, RemoteError::Absent { .. }), "{absent}");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let stale = address.probe("Docker").unwrap_err().to_string();
        assert!(stale.contains("nobody listens"), "{stale}");
    }
}
