//! Checksums as lock files write them, and sources that are no registry.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Digests of a text of [subresource integrity](https://www.w3.org/TR/SRI/):
/// `sha512-<base64> sha1-<base64>`. What is not understood is left out.
pub(super) fn digests(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().filter_map(digest).collect()
}

fn digest(text: &str) -> Option<String> {
    let (algorithm, encoded) = text.split_once('-')?;
    let length = match algorithm {
        "md5" => 16,
        "sha1" => 20,
        "sha256" => 32,
        "sha384" => 48,
        "sha512" => 64,
        _ => return None,
    };
    // Options may follow, which nobody has defined.
    let encoded = encoded.split('?').next().unwrap_or(encoded);
    let bytes = STANDARD.decode(encoded).ok().filter(|bytes| bytes.len() == length)?;
    let mut digest = format!("{algorithm}:");
    for byte in bytes {
        let _ = write!(digest, "{byte:02x}");
    }
    Some(digest)
}

/// The digest at the end of an address in a `yarn.lock` of Yarn 1: `….tgz#<sha1>`.
pub(super) fn fragment(address: &str) -> Option<String> {
    let (_, fragment) = address.rsplit_once('#')?;
    let is_sha1 = fragment.len() == 40 && fragment.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Behind the address of a repository it names a commit.
    (is_sha1 && !is_repository(address)).then(|| format!("sha1:{fragment}"))
}

/// What is doubtful about a package from this address: whether it is what the registry has under
/// its name.
pub(super) fn doubt(address: &str) -> Option<String> {
    if ["file:", "link:", "portal:"].iter().any(|scheme| address.starts_with(scheme)) {
        Some(format!("it comes from the local {}, not from a registry", bounded(address)))
    } else if is_repository(address) {
        Some(format!("it comes from {}, not from a registry", bounded(address)))
    } else {
        None
    }
}

fn is_repository(address: &str) -> bool {
    const SCHEMES: [&str; 7] = ["git+", "git:", "git@", "ssh:", "github:", "gitlab:", "bitbucket:"];
    const HOSTS: [&str; 4] =
        ["://codeload.github.com/", "://github.com/", "://gitlab.com/", "://bitbucket.org/"];
    SCHEMES.iter().any(|scheme| address.starts_with(scheme))
        || HOSTS.iter().any(|host| address.contains(host))
}

/// As much of an address as a person reads.
fn bounded(address: &str) -> String {
    address.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_hexadecimal() {
        assert_eq!(
            digests("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= md4-AAAA sha512-AAAA sha1"),
            ["sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"]
        );
        let hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        let address = format!("https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#{hash}");
        assert_eq!(fragment(&address), Some(format!("sha1:{hash}")));
        assert_eq!(fragment(&format!("git+https://example.org/a.git#{hash}")), None);
    }

    #[test]
    fn sources_that_are_no_registry_are_doubtful() {
        for (address, doubtful) in [
            ("https://registry.npmjs.org/a/-/a-1.0.0.tgz", false),
            ("https://npm.example.org/a/-/a-1.0.0.tgz", false),
            ("git+ssh://git@github.com/a/b.git#0123", true),
            ("https://codeload.github.com/a/b/tar.gz/0123", true),
            ("file:../a", true),
        ] {
            assert_eq!(doubt(address).is_some(), doubtful, "{address}");
        }
    }
}
