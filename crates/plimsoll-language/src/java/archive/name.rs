//! What the name of an archive says: `ARTIFACT-VERSION[-CLASSIFIER].EXTENSION`, as
//! [Maven lays out repositories][layout].
//!
//! [layout]: https://maven.apache.org/repository/layout.html

/// Extensions of what is a Java archive.
const EXTENSIONS: &[&str] = &["jar", "war", "ear", "par", "hpi", "jpi", "sar", "kar", "nar", "rar"];

/// Extensions that others use as well (Perl's PAR, RAR archives, karaoke): there, what is no ZIP
/// archive is none of ours.
const SHARED: &[&str] = &["par", "sar", "kar", "nar", "rar"];

/// Words that go on with a version behind a hyphen: `1.0-beta-9`, `31.1-jre`.
const QUALIFIERS: &[&str] = &[
    "alpha",
    "android",
    "b",
    "beta",
    "build",
    "cr",
    "final",
    "ga",
    "incubating",
    "jbossorg",
    "jre",
    "m",
    "milestone",
    "patch",
    "rc",
    "redhat",
    "release",
    "rev",
    "sec",
    "snapshot",
    "sp",
];

/// The parts of a file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    /// Without extension.
    pub(super) stem: &'a str,
    /// What stands before the version; all of the stem without one.
    pub(super) artifact: &'a str,
    pub(super) version: Option<&'a str>,
    /// What stands behind the version.
    pub(super) classifier: Option<&'a str>,
}

impl<'a> FileName<'a> {
    /// Divides a file's own name, without directory.
    pub(super) fn parse(name: &'a str) -> FileName<'a> {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let plain = FileName { stem, artifact: stem, version: None, classifier: None };
        // Where each part between hyphens begins.
        let starts: Vec<usize> =
            std::iter::once(0).chain(stem.match_indices('-').map(|(at, _)| at + 1)).collect();
        let part = |index: usize| {
            let start = starts.get(index).copied()?;
            let end = starts.get(index + 1).map_or(stem.len(), |next| next - 1);
            stem.get(start..end)
        };
        let is_number = |part: &str| part.starts_with(|sign: char| sign.is_ascii_digit());
        // The last run of numbers and qualifiers: `log4j-1.2-api-2.17.1` has two.
        let Some(last) = (1..starts.len()).rev().find(|&at| part(at).is_some_and(is_number)) else {
            return plain;
        };
        let belongs =
            |at: usize| part(at).is_some_and(|part| is_number(part) || is_qualifier(part));
        let mut first = last;
        let mut at = last;
        while at > 1 && belongs(at - 1) {
            at -= 1;
            // `log4j-1.2-1.2.17` has the beginning of its version in its name.
            let before = part(at).filter(|before| is_number(before));
            let is_repeated = |before: &str| {
                let later = part(first).and_then(|later| later.strip_prefix(before));
                later.is_some_and(|rest| rest.starts_with('.'))
            };
            match before {
                Some(before) if is_repeated(before) => break,
                Some(_) => first = at,
                None => {}
            }
        }
        let mut behind = last + 1;
        while behind < starts.len() && belongs(behind) {
            behind += 1;
        }
        let start = starts.get(first).copied().unwrap_or(stem.len());
        let end = starts.get(behind).map_or(stem.len(), |next| next - 1);
        match (start.checked_sub(1).and_then(|end| stem.get(..end)), stem.get(start..end)) {
            (Some(artifact), Some(version)) if !artifact.is_empty() => FileName {
                stem,
                artifact,
                // Debian calls a file `spring3-core-3.x.jar` whatever version of 3 it is.
                version: Some(version).filter(|version| !version.ends_with(".x")),
                classifier: stem.get(end + 1..).filter(|text| !text.is_empty()),
            },
            _ => plain,
        }
    }

    /// Whether the file carries documentation or source text by its name.
    pub(super) fn is_text(&self) -> bool {
        ["-sources", "-javadoc", "-test-sources", "-groovydoc", "-scaladoc"]
            .iter()
            .any(|end| self.stem.ends_with(end))
    }
}

fn is_qualifier(part: &str) -> bool {
    let word = part.split(|sign: char| !sign.is_ascii_alphabetic()).next().unwrap_or(part);
    QUALIFIERS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a file with this name is a Java archive.
pub(super) fn is_archive(name: &str) -> bool {
    extension(name)
        .is_some_and(|found| EXTENSIONS.iter().any(|one| found.eq_ignore_ascii_case(one)))
}

/// Whether a file with this name may as well be of another format.
pub(super) fn may_be_other(name: &str) -> bool {
    extension(name).is_some_and(|found| SHARED.iter().any(|one| found.eq_ignore_ascii_case(one)))
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_names() {
        for (name, artifact, version, classifier) in [
            ("log4j-core-2.14.1.jar", "log4j-core", Some("2.14.1"), None),
            ("log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", Some("2.17.1"), None),
            ("guava-31.1-jre.jar", "guava", Some("31.1-jre"), None),
            ("servlet-api-3.0-alpha-1.jar", "servlet-api", Some("3.0-alpha-1"), None),
            ("scala-xml_2.12-1.0.6.jar", "scala-xml_2.12", Some("1.0.6"), None),
            ("bcprov-jdk15on-1.70.jar", "bcprov-jdk15on", Some("1.70"), None),
            ("aws-java-sdk-s3-1.12.3.jar", "aws-java-sdk-s3", Some("1.12.3"), None),
            (
                "netty-transport-native-epoll-4.1.1.Final-linux-x86_64.jar",
                "netty-transport-native-epoll",
                Some("4.1.1.Final"),
                Some("linux-x86_64"),
            ),
            ("a-1.0-SNAPSHOT.war", "a", Some("1.0-SNAPSHOT"), None),
            ("a-1.0-20200101.120000-3.jar", "a", Some("1.0-20200101.120000-3"), None),
            ("hadoop-common-3.3.1-tests.jar", "hadoop-common", Some("3.3.1"), Some("tests")),
            ("log4j-1.2-1.2.17.jar", "log4j-1.2", Some("1.2.17"), None),
            ("spring3-core-3.x.jar", "spring3-core", None, None),
            ("app.jar", "app", None, None),
            ("commons-lang3.jar", "commons-lang3", None, None),
            ("-1.0.jar", "-1.0", None, None),
            (".jar", "", None, None),
        ] {
            let found = FileName::parse(name);
            assert_eq!(
                (found.artifact, found.version, found.classifier),
                (artifact, version, classifier),
                "{name}"
            );
        }
    }
}
