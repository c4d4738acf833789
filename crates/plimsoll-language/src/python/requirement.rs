//! One [dependency specifier][format]: `requests[socks]==2.31 ; python_version < "3.9"`.
//!
//! [format]: https://packaging.python.org/en/latest/specifications/dependency-specifiers/

/// The parts of a dependency specifier.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Requirement<'a> {
    /// The package, as written.
    pub(crate) name: &'a str,
    /// `>=1.0,<2`; empty for any version.
    pub(crate) specifier: &'a str,
    /// Where it comes from, instead of a version.
    pub(crate) url: Option<&'a str>,
}

impl<'a> Requirement<'a> {
    /// Reads a specifier; nothing where it is none.
    pub(crate) fn parse(text: &'a str) -> Option<Requirement<'a>> {
        let text = text.trim();
        let is_in_name = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
        let end = text.find(|sign| !is_in_name(sign)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let name = Some(name).filter(|name| super::is_name(name))?;
        let mut rest = rest.trim_start();
        if let Some(extras) = rest.strip_prefix('[') {
            rest = extras.split_once(']')?.1.trim_start();
        }
        if let Some(url) = rest.strip_prefix('@') {
            // A semicolon is part of the address unless a space stands before it.
            let url = url.trim_start();
            let url = url.split_once(" ;").map_or(url, |(url, _)| url).trim_end();
            return (!url.is_empty()).then_some(Requirement {
                name,
                specifier: "",
                url: Some(url),
            });
        }
        let specifier = rest.split_once(';').map_or(rest, |(specifier, _)| specifier).trim();
        let specifier = match specifier.strip_prefix('(') {
            Some(inner) => inner.strip_suffix(')')?.trim(),
            None => specifier,
        };
        let well_formed = specifier.is_empty() || specifier.split(',').all(is_clause);
        well_formed.then_some(Requirement { name, specifier, url: None })
    }

    /// The one version that fulfils it.
    pub(crate) fn pin(&self) -> Option<&'a str> {
        self.specifier.split(',').find_map(|clause| {
            let version = clause.trim().strip_prefix("==")?.trim_start_matches('=').trim();
            (!version.is_empty() && !version.contains('*')).then_some(version)
        })
    }

    /// The version in the name of the [wheel] or [source archive][sdist] that it points to.
    ///
    /// [wheel]: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    /// [sdist]: https://packaging.python.org/en/latest/specifications/source-distribution-format/
    pub(crate) fn version_of_archive(&self) -> Option<&'a str> {
        let url = self.url?;
        let path = url.split(['#', '?']).next().unwrap_or(url);
        let file = path.rsplit('/').next().unwrap_or(path);
        let version = match file.strip_suffix(".whl") {
            Some(stem) => stem.split('-').nth(1)?,
            None => {
                let stem = file.strip_suffix(".tar.gz").or_else(|| file.strip_suffix(".zip"))?;
                let (name, version) = stem.rsplit_once('-')?;
                let same = |text| plimsoll_version::Ecosystem::PyPi.normalize(text).into_owned();
                (same(name) == same(self.name)).then_some(version)?
            }
        };
        version.starts_with(|sign: char| sign.is_ascii_digit()).then_some(version)
    }
}

fn is_clause(clause: &str) -> bool {
    let clause = clause.trim();
    // A comma may stand at the end.
    if clause.is_empty() {
        return true;
    }
    let operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
    let Some(version) = operators.iter().find_map(|operator| clause.strip_prefix(operator)) else {
        return false;
    };
    let version = version.trim();
    let is_in_version = |sign: char| sign.is_ascii_alphanumeric() || ".!+_-*".contains(sign);
    !version.is_empty() && version.len() <= super::MAX_WORD && version.chars().all(is_in_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_taken_apart() {
        for (text, expected) in [
            ("requests", Some(("requests", None))),
            ("requests [a, b] == 2.31 ; python_version < '3'", Some(("requests", Some("2.31")))),
            ("requests>=2,<3", Some(("requests", None))),
            ("requests>=2,==2.1", Some(("requests", Some("2.1")))),
            ("requests==2.*", Some(("requests", None))),
            ("requests===2.1-local", Some(("requests", Some("2.1-local")))),
            ("requests (==1.0)", Some(("requests", Some("1.0")))),
            ("zope.interface==8.0,", Some(("zope.interface", Some("8.0")))),
            ("a@https://example.com/a.zip", Some(("a", None))),
            ("requests==", None),
            ("requests=2.0", None),
            ("requests==={{ version }}", None),
            ("You need Python 3.8", None),
            ("requests[socks==1", None),
            ("-r", None),
            ("", None),
        ] {
            let read = Requirement::parse(text);
            assert_eq!(read.as_ref().map(|one| (one.name, one.pin())), expected, "{text}");
        }
    }

    #[test]
    fn archives_say_their_version() {
        for (text, expected) in [
            ("a-b @ https://x.org/a_b-1.2-py3-none-any.whl#sha256=00 ; a == 'b'", Some("1.2")),
            ("a-b @ https://x.org/a_b-1.2.tar.gz", Some("1.2")),
            ("a-b @ https://x.org/archive/v1.2.tar.gz", None),
            ("a-b @ git+https://x.org/a-b.git@v1.2", None),
        ] {
            assert_eq!(Requirement::parse(text).unwrap().version_of_archive(), expected, "{text}");
        }
    }
}
