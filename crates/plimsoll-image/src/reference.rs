//! Image references: `[host[:port]/]name[:tag][@digest]`.
//!
//! The grammar and the short forms are those that Docker made and everybody copied:
//! <https://github.com/distribution/reference>. `alpine` means `docker.io/library/alpine:latest`.

use std::fmt;
use std::str::FromStr;

use crate::Digest;

/// The registry that a reference without a host means.
pub const DEFAULT_HOST: &str = "docker.io";
/// Docker Hub's older name.
const LEGACY_DEFAULT_HOST: &str = "index.docker.io";
/// Where Docker Hub keeps its own images.
const OFFICIAL_PREFIX: &str = "library/";
/// The tag that a reference without tag and digest means.
const DEFAULT_TAG: &str = "latest";
/// Bytes of host and repository together, as in the distribution project.
const MAX_NAME: usize = 255;
/// Bytes of a tag.
const MAX_TAG: usize = 128;
/// Hexadecimal digits of a full image id, which cannot be a name.
const IDENTIFIER_LENGTH: usize = 64;

/// A reference in its full form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    host: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text that is not an image reference, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an image reference: {reason}")]
pub struct InvalidReference {
    /// The text, shortened.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Reference {
    /// The registry, with its port where one was given (`docker.io` where none was).
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository inside the registry (`library/alpine`).
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag; `latest` when neither tag nor digest was given.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest that the manifest (or index) must have.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Host and repository, without tag and digest.
    pub fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    /// The short name that Docker shows (`alpine` for `docker.io/library/alpine`), without tag and
    /// digest.
    pub fn familiar_name(&self) -> String {
        if self.host != DEFAULT_HOST {
            return self.name();
        }
        match self.repository.strip_prefix(OFFICIAL_PREFIX) {
            Some(official) if !official.contains('/') => official.to_owned(),
            _ => self.repository.clone(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Reference, InvalidReference> {
        parse(text).map_err(|reason| InvalidReference { text: shown(text), reason })
    }
}

/// What of a wrong reference may be repeated: user information in a pasted URL is a secret.
fn shown(text: &str) -> String {
    let text = match text.split_once("://") {
        Some((_, rest)) => rest.rsplit_once('@').map_or(rest, |(_, after)| after),
        None => text,
    };
    text.chars().take(300).collect()
}

fn parse(text: &str) -> Result<Reference, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.contains("://") {
        return Err("leave out the scheme (https://): write host/name:tag".to_owned());
    }
    if let Some(odd) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("it contains {odd:?}"));
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => {
            let digest = digest.parse::<Digest>().map_err(|_| {
                "what follows '@' must be a digest, such as sha256: and 64 hexadecimal digits"
                    .to_owned()
            })?;
            (rest, Some(digest))
        }
        None => (text, None),
    };
    let (host, rest) = split_host(rest);
    let (path, tag) = match rest.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    if let Some(host) = host {
        check_host(host)?;
    }
    check_repository(path)?;
    if let Some(tag) = tag {
        check_tag(tag)?;
    }
    if host.is_none() && path.len() == IDENTIFIER_LENGTH && path.bytes().all(is_hexadecimal) {
        return Err("64 hexadecimal digits are an image id, which only a local daemon knows; \
             write name@sha256:… for a digest"
            .to_owned());
    }
    let host = match host {
        None | Some(LEGACY_DEFAULT_HOST) => DEFAULT_HOST,
        Some(host) => host,
    };
    let repository = if host == DEFAULT_HOST && !path.contains('/') {
        format!("{OFFICIAL_PREFIX}{path}")
    } else {
        path.to_owned()
    };
    if host.len() + 1 + repository.len() > MAX_NAME {
        return Err(format!("host and name together are longer than {MAX_NAME} bytes"));
    }
    let tag = match (tag, &digest) {
        (Some(tag), _) => Some(tag.to_owned()),
        (None, Some(_)) => None,
        (None, None) => Some(DEFAULT_TAG.to_owned()),
    };
    Ok(Reference { host: host.to_owned(), repository, tag, digest })
}

/// The first component is a host when it cannot be part of a repository name, or is `localhost`.
fn split_host(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((first, rest))
            if first == "localhost"
                || first.contains(['.', ':', '['])
                || first.bytes().any(|byte| byte.is_ascii_uppercase()) =>
        {
            (Some(first), rest)
        }
        _ => (None, text),
    }
}

fn check_host(host: &str) -> Result<(), String> {
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let (address, after) =
            rest.split_once(']').ok_or_else(|| format!("the host {host:?} lacks a ']'"))?;
        if address.parse::<std::net::Ipv6Addr>().is_err() {
            return Err(format!("{address:?} is not an IPv6 address"));
        }
        let port = match after {
            "" => None,
            _ => Some(
                after
                    .strip_prefix(':')
                    .ok_or_else(|| format!("the host {host:?} is not host:port"))?,
            ),
        };
        (None, port)
    } else {
        match host.split_once(':') {
            Some((name, port)) => (Some(name), Some(port)),
            None => (Some(host), None),
        }
    };
    if let Some(port) = port {
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || port.parse::<u16>().is_err() {
            return Err(format!("the port {port:?} is not a number up to 65535"));
        }
    }
    let label_is_fine = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match name {
        Some(name) if !name.split('.').all(label_is_fine) => {
            Err(format!("{name:?} is not a host name"))
        }
        _ => Ok(()),
    }
}

fn check_repository(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err("the name is missing".to_owned());
    }
    for component in path.split('/') {
        check_component(component)?;
    }
    Ok(())
}

/// `[a-z0-9]+` joined by `.`, `_`, `__` or any number of `-`.
fn check_component(component: &str) -> Result<(), String> {
    if component.is_empty() {
        return Err("a part of the name between slashes is empty".to_owned());
    }
    if component.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(format!("names are in lower case, {component:?} is not"));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if let Some(odd) = component.chars().find(|&c| !allowed(c)) {
        return Err(format!(
            "{odd:?} cannot stand in a name (letters, digits, '.', '_', '-' and '/' can)"
        ));
    }
    let is_separator = |c: char| "._-".contains(c);
    if component.starts_with(is_separator) || component.ends_with(is_separator) {
        return Err(format!("{component:?} must begin and end with a letter or digit"));
    }
    let runs = component.split(|c: char| !is_separator(c)).filter(|run| !run.is_empty());
    for run in runs {
        let fine = matches!(run, "." | "_" | "__") || run.bytes().all(|byte| byte == b'-');
        if !fine {
            return Err(format!("{run:?} cannot join two parts of a name"));
        }
    }
    Ok(())
}

fn check_tag(tag: &str) -> Result<(), String> {
    let first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fine = tag.len() <= MAX_TAG
        && tag.bytes().next().is_some_and(first)
        && tag.bytes().all(|byte| first(byte) || byte == b'.' || byte == b'-');
    if fine {
        return Ok(());
    }
    Err(format!(
        "{:?} is not a tag (up to {MAX_TAG} letters, digits, '_', '.' and '-', \
         not beginning with '.' or '-')",
        tag.chars().take(MAX_TAG).collect::<String>()
    ))
}

fn is_hexadecimal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn short_forms_become_full() {
        for (short, full) in [
            ("alpine", "docker.io/library/alpine:latest"),
            ("alpine:3.19", "docker.io/library/alpine:3.19"),
            ("bitnami/redis", "docker.io/bitnami/redis:latest"),
            ("index.docker.io/alpine", "docker.io/library/alpine:latest"),
            ("docker.io/library/alpine", "docker.io/library/alpine:latest"),
            ("localhost/alpine", "localhost/alpine:latest"),
            ("localhost:5000/a/b/c:1", "localhost:5000/a/b/c:1"),
            ("UPPER/alpine", "UPPER/alpine:latest"),
            ("[::1]:5000/x", "[::1]:5000/x:latest"),
            ("[::1]/x:y", "[::1]/x:y"),
            ("quay.io/a__b/c--d.e:V_1.2-x", "quay.io/a__b/c--d.e:V_1.2-x"),
            ("sha256:abc", "docker.io/library/sha256:abc"),
        ] {
            assert_eq!(short.parse::<Reference>().unwrap().to_string(), full, "{short}");
        }
    }

    #[test]
    fn a_digest_stands_alone_or_beside_a_tag() {
        let alone: Reference = format!("ghcr.io/o/n@{HASH}").parse().unwrap();
        assert_eq!(alone.tag(), None);
        assert_eq!(alone.to_string(), format!("ghcr.io/o/n@{HASH}"));
        let both: Reference = format!("ghcr.io:443/o/n:1@{HASH}").parse().unwrap();
        assert_eq!((both.host(), both.repository()), ("ghcr.io:443", "o/n"));
        assert_eq!(both.tag(), Some("1"));
        assert_eq!(both.digest().unwrap().to_string(), HASH);
    }

    #[test]
    fn familiar_names_are_dockers() {
        for (text, familiar) in [
            ("docker.io/library/alpine", "alpine"),
            ("bitnami/redis", "bitnami/redis"),
            ("quay.io/library/x", "quay.io/library/x"),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().familiar_name(), familiar);
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let long = format!("a/{}", "b".repeat(300));
        let tag = format!("a:{}", "b".repeat(129));
        let identifier = "a".repeat(64);
        for (text, reason) in [
            ("", "empty"),
            ("https://docker.io/alpine", "scheme"),
            ("al pine", "contains ' '"),
            ("Alpine", "lower case"),
            ("quay.io/", "name is missing"),
            (":tag", "name is missing"),
            ("a//b", "empty"),
            ("a/../b", "begin and end"),
            ("a_-b", "cannot join"),
            ("a:.b", "not a tag"),
            ("a:", "not a tag"),
            ("a:b:c", "not a tag"),
            ("a@sha256:12", "must be a digest"),
            ("host.io:99999/a", "port"),
            ("host.io:/a", "port"),
            ("-x.io/a", "host name"),
            ("[::zz]/a", "IPv6"),
            ("a%2fb", "cannot stand"),
            (long.as_str(), "longer than"),
            (tag.as_str(), "not a tag"),
            (identifier.as_str(), "image id"),
        ] {
            let error = text.parse::<Reference>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_password_in_a_pasted_url_is_not_repeated() {
        let error = "https://me:hunter2@quay.io/a".parse::<Reference>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}
