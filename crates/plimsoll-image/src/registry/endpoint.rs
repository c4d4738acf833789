//! Where a registry's interface is: its own address and those of its mirrors.

use reqwest::Url;

use super::options::RegistryOptions;
use crate::reference::DEFAULT_HOST;
use crate::{Reference, RemoteError};

/// Where Docker Hub really is.
const DOCKER_HUB_ADDRESS: &str = "registry-1.docker.io";

/// One server that may have the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// Base address, ending in `/`.
    pub(super) base: Url,
    /// What users and credential files call it.
    pub(super) host: String,
    /// Whether it is a mirror and not the registry itself.
    pub(super) mirror: bool,
}

impl Endpoint {
    /// The address of `kind` (`manifests` or `blobs`) with a tag or digest in a repository.
    ///
    /// All three were checked to consist of characters that need no escaping.
    pub(super) fn url(&self, repository: &str, kind: &str, item: &str) -> Result<Url, RemoteError> {
        self.base.join(&format!("v2/{repository}/{kind}/{item}")).map_err(|error| {
            RemoteError::Settings(format!("cannot make an address of {}: {error}", self.host))
        })
    }
}

/// All servers to try for a reference, in order: mirrors first, the registry itself last.
pub(super) fn endpoints(
    reference: &Reference,
    options: &RegistryOptions,
) -> Result<Vec<Endpoint>, RemoteError> {
    let host = reference.host();
    let mut endpoints = Vec::new();
    for mirror in options.mirrors.get(host).into_iter().flatten() {
        endpoints.push(mirror_endpoint(mirror, options.insecure)?);
    }
    let address = if host == DEFAULT_HOST { DOCKER_HUB_ADDRESS } else { host };
    let parse = |scheme: &str| {
        Url::parse(&format!("{scheme}://{address}/"))
            .map_err(|error| RemoteError::Settings(format!("{host:?} is not a host: {error}")))
    };
    let secure = parse("https")?;
    // A registry on loopback speaks plain HTTP more often than not, and nobody can listen in; the
    // other form is tried as well.
    let plain = if is_loopback(&secure) || options.insecure { Some(parse("http")?) } else { None };
    let loopback = is_loopback(&secure);
    let mut bases = vec![secure];
    bases.extend(plain);
    if loopback {
        bases.reverse();
    }
    let own = |base| Endpoint { base, host: host.to_owned(), mirror: false };
    endpoints.extend(bases.into_iter().map(own));
    Ok(endpoints)
}

fn mirror_endpoint(text: &str, insecure: bool) -> Result<Endpoint, RemoteError> {
    // The text may carry a password, so it is not repeated.
    let fail = |reason: &str| RemoteError::Settings(format!("a mirror's address {reason}"));
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut base = Url::parse(&full).map_err(|_| fail("cannot be understood"))?;
    if !base.username().is_empty() || base.password().is_some() {
        return Err(fail("must not contain a user or password; put them into a credential file"));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(fail("must not contain '?' or '#'"));
    }
    if !may_speak(&base, insecure) {
        return Err(fail("must begin with https:// (http:// only for loopback or if insecure)"));
    }
    if !base.path().ends_with('/') {
        let path = format!("{}/", base.path());
        base.set_path(&path);
    }
    let host = host_and_port(&base);
    Ok(Endpoint { base, host, mirror: true })
}

/// Host and explicit port of an address.
pub(super) fn host_and_port(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    }
}

/// Whether an address may be spoken to: plain HTTP is for loopback, or if insecure.
pub(super) fn may_speak(url: &Url, insecure: bool) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => url.has_host() && (insecure || is_loopback(url)),
        _ => false,
    }
}

/// Whether an address is this machine, by name or number and without asking a name server.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let number = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || number.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(reference: &str, options: &RegistryOptions) -> Vec<String> {
        let found = endpoints(&reference.parse().unwrap(), options).unwrap();
        found.into_iter().map(|endpoint| endpoint.base.to_string()).collect()
    }

    #[test]
    fn plain_http_is_for_loopback_or_on_request() {
        let plain = RegistryOptions::default();
        let insecure = RegistryOptions { insecure: true, ..RegistryOptions::default() };
        assert_eq!(bases("alpine", &plain), ["https://registry-1.docker.io/"]);
        assert_eq!(bases("[::1]:5000/x", &plain), ["http://[::1]:5000/", "https://[::1]:5000/"]);
        assert_eq!(bases("localhost/x", &plain), ["http://localhost/", "https://localhost/"]);
        // Looks like loopback, is a name.
        assert_eq!(bases("127.0.0.1.example/x", &plain), ["https://127.0.0.1.example/"]);
        assert_eq!(bases("r.example/x", &insecure), ["https://r.example/", "http://r.example/"]);
    }

    #[test]
    fn mirrors_come_first() {
        let mirrors = ["m.example:5000/prefix", "http://127.0.0.1:1"].map(str::to_owned).to_vec();
        let options = RegistryOptions {
            mirrors: [("docker.io".to_owned(), mirrors)].into(),
            ..RegistryOptions::default()
        };
        let found = endpoints(&"alpine".parse().unwrap(), &options).unwrap();
        assert_eq!(found[0].host, "m.example:5000");
        assert_eq!(
            found[0].url("library/alpine", "manifests", "3").unwrap().as_str(),
            "https://m.example:5000/prefix/v2/library/alpine/manifests/3"
        );
        assert_eq!(found[1].base.as_str(), "http://127.0.0.1:1/");
        assert_eq!((found.len(), found[2].mirror), (3, false));
        assert_eq!(bases("quay.io/x/y", &options), ["https://quay.io/"]);
    }

    #[test]
    fn odd_mirrors_are_refused_without_their_secrets() {
        for mirror in
            ["https://u:hunter2@m.example", "http://hunter2.example", "ftp://x", "https://"]
        {
            let options = RegistryOptions {
                mirrors: [("docker.io".to_owned(), vec![mirror.to_owned()])].into(),
                ..RegistryOptions::default()
            };
            let error = endpoints(&"alpine".parse().unwrap(), &options).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
