//! Package URLs, read leniently.
//!
//! <https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst>. Documents have
//! URLs that a strict parser refuses (`@` and `:` as they are, empty qualifiers, `//` behind the
//! type); what is meant is clear, and a package that is not read is a vulnerability not found.

use plimsoll_version::Ecosystem;

/// A longer one names no package.
const LONGEST: usize = 4_096;

/// A package URL in its parts, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purl {
    /// The type, in lower case.
    pub purl_type: String,
    /// The namespace, its parts joined by `/`; may be empty.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The version; may be empty.
    pub version: String,
    /// Qualifiers in the document's order.
    pub qualifiers: Vec<(String, String)>,
    /// The path inside of the package.
    pub subpath: String,
}

/// What a type of package URL stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurlKind {
    /// A distribution's package.
    System,
    /// A language's package, or a project by its upstream name.
    Library(Ecosystem),
    /// Not a package: an image.
    Image,
    /// A type that Plimsoll has no rules for.
    Unknown,
}

impl Purl {
    /// Reads a package URL; nothing for what is none.
    pub fn parse(text: &str) -> Option<Purl> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let rest = text
            .get(4..)
            .filter(|_| text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkg:")))?;
        let rest = rest.trim_start_matches('/');
        let (rest, subpath) = match rest.split_once('#') {
            Some((rest, subpath)) => (rest, decode(subpath.trim_matches('/'))),
            None => (rest, String::new()),
        };
        let (rest, qualifiers) = match rest.split_once('?') {
            Some((rest, qualifiers)) => (rest, qualifiers),
            None => (rest, ""),
        };
        let (purl_type, rest) = rest.split_once('/')?;
        let path = rest.trim_matches('/');
        // A scope of npm may begin with a plain `@`.
        let (path, version) =
            match path.rfind('@').filter(|&at| at > 0 && !path[..at].ends_with('/')) {
                Some(at) => (&path[..at], decode(&path[at + 1..])),
                None => (path, String::new()),
            };
        let (namespace, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
        let name = decode(name);
        let namespace: Vec<String> =
            namespace.split('/').filter(|part| !part.is_empty()).map(decode).collect();
        if name.is_empty() || purl_type.is_empty() {
            return None;
        }
        let qualifiers = qualifiers
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_ascii_lowercase(), decode(value)))
            .filter(|(key, value)| !key.is_empty() && !value.is_empty())
            .collect();
        Some(Purl {
            purl_type: purl_type.to_ascii_lowercase(),
            namespace: namespace.join("/"),
            name,
            version,
            qualifiers,
            subpath,
        })
    }

    /// The value of a qualifier.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        let found = self.qualifiers.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    }

    /// What its type stands for.
    pub fn kind(&self) -> PurlKind {
        match self.purl_type.as_str() {
            "deb" | "rpm" | "apk" | "alpm" => PurlKind::System,
            "oci" | "docker" => PurlKind::Image,
            other => Ecosystem::from_purl_type(other).map_or(PurlKind::Unknown, PurlKind::Library),
        }
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let pair = match (byte, after) {
            (b'%', [high, low, ..]) => hexadecimal(*high).zip(hexadecimal(*low)),
            _ => None,
        };
        match pair {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, String, String) {
        let purl = Purl::parse(text).unwrap();
        (purl.purl_type, purl.namespace, purl.name, purl.version)
    }

    #[test]
    fn urls_come_apart() {
        for (text, purl_type, namespace, name, version) in [
            ("pkg:npm/%40babel/core@7.1.0", "npm", "@babel", "core", "7.1.0"),
            ("pkg:npm/@babel/core@7.1.0", "npm", "@babel", "core", "7.1.0"),
            ("pkg:npm/@babel/core", "npm", "@babel", "core", ""),
            ("pkg:NPM/lodash@4", "npm", "", "lodash", "4"),
            ("pkg://pypi/django@2.2", "pypi", "", "django", "2.2"),
            (
                "pkg:golang/github.com/a/b/v2@v2.0.1#cmd/x",
                "golang",
                "github.com/a/b",
                "v2",
                "v2.0.1",
            ),
            ("pkg:golang/github.com/a/b@(devel)", "golang", "github.com/a", "b", "(devel)"),
            (
                "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64",
                "deb",
                "debian",
                "zlib1g",
                "1:1.2.13.dfsg-1",
            ),
            ("pkg:deb/debian/libstdc%2B%2B6@1%3A12?x=", "deb", "debian", "libstdc++6", "1:12"),
            (
                "pkg:maven/org.slf4j/slf4j-api@1.7?type=jar",
                "maven",
                "org.slf4j",
                "slf4j-api",
                "1.7",
            ),
        ] {
            let expected =
                (purl_type.to_owned(), namespace.to_owned(), name.to_owned(), version.to_owned());
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in
            ["", "pkg:", "pkg:npm", "pkg:npm/", "npm/lodash", "pkg:/lodash", "pkg:npm/%", "é"]
        {
            let _ = Purl::parse(text);
        }
        assert_eq!(Purl::parse("pkg:npm/"), None);
        assert_eq!(Purl::parse("lodash@1"), None);
    }

    #[test]
    fn qualifiers_are_decoded() {
        let purl =
            Purl::parse("pkg:rpm/redhat/bash@5?distro=rhel-9.3&upstream=a%2Bb.src.rpm&empty=")
                .unwrap();
        assert_eq!(purl.qualifier("distro"), Some("rhel-9.3"));
        assert_eq!(purl.qualifier("upstream"), Some("a+b.src.rpm"));
        assert_eq!((purl.qualifier("empty"), purl.kind()), (None, PurlKind::System));
    }
}
