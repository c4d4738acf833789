//! Package URLs, as far as advisories use them:
//! <https://github.com/package-url/purl-spec/blob/main/purl-specification.md>.

use super::identifier::is_word;

/// `pkg:maven/org.apache.struts/struts2-core@2.0.5`, without qualifiers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Purl {
    /// The purl type in lower case, which is the ecosystem's id: `maven`.
    pub(super) ecosystem: String,
    /// Namespace and name, joined as the ecosystem writes them: `org.apache.struts:struts2-core`.
    pub(super) name: String,
    /// The version, where there is one.
    pub(super) version: Option<String>,
}

impl Purl {
    pub(super) fn parse(text: &str) -> Option<Purl> {
        let rest = text.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split(['?', '#']).next()?;
        let (ecosystem, path) = rest.split_once('/')?;
        // The `@` of an npm scope is at the beginning of a segment; that of a version never is.
        let (path, version) = match path.rsplit_once('@') {
            Some((before, version)) if !before.is_empty() && !before.ends_with('/') => {
                (before, Some(decoded(version)?))
            }
            _ => (path, None),
        };
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(decoded)
            .collect::<Option<_>>()?;
        let ecosystem = ecosystem.to_ascii_lowercase();
        let joint = if ecosystem == "maven" { ":" } else { "/" };
        let name = segments.join(joint);
        let whole = is_word(&ecosystem) && is_word(&name);
        (whole && version.as_deref().is_none_or(is_word)).then_some(Purl {
            ecosystem,
            name,
            version,
        })
    }
}

/// Percent-decoded text; nothing where it is no text then.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let value = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_their_ecosystem_does() {
        let read = |text: &str| {
            let purl = Purl::parse(text).expect("a purl");
            format!("{} {} {}", purl.ecosystem, purl.name, purl.version.unwrap_or_default())
        };
        assert_eq!(
            read("pkg:maven/org.apache.struts/struts2-core@2.0.5"),
            "maven org.apache.struts:struts2-core 2.0.5"
        );
        assert_eq!(read("pkg:npm/%40angular/core@1.0%2B2?x=y#z"), "npm @angular/core 1.0+2");
        assert_eq!(read("pkg:npm/@angular/core"), "npm @angular/core ");
        assert_eq!(read("pkg:GoLang/github.com/a/b/v2@v2.1.0"), "golang github.com/a/b/v2 v2.1.0");
        assert_eq!(read("pkg:pypi/a%zz%2"), "pypi a%zz%2 ");
    }

    #[test]
    fn what_is_none_is_refused() {
        for wrong in ["", "pkg:", "npm/a@1", "pkg:npm", "pkg:npm/", "pkg:npm/a b", "pkg:npm/%ff"] {
            assert_eq!(Purl::parse(wrong), None, "{wrong}");
        }
    }
}
