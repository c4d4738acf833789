//! Versions as Gradle's builds ask for them.
//!
//! <https://docs.gradle.org/current/userguide/dependency_versions.html>

use toml::de::DeValue;

/// What a version says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Exactly this one, or at least: which of several is taken is known only to the lock file.
    Pinned(String),
    /// A range, or the latest of something.
    Open(String),
    /// Nothing.
    Absent,
}

impl Version {
    /// A plain text: `1.2`, `[1.0, 2.0)`, `1.+`, `1.7!!`.
    pub(super) fn of_text(text: &str) -> Version {
        let strict = text.split_once("!!").map_or(text, |(strict, preferred)| {
            if preferred.is_empty() { strict } else { preferred }
        });
        let is_open =
            strict.contains([',', '[', ']', '(', ')', '+']) || strict.starts_with("latest.");
        match strict.trim() {
            "" => Version::Absent,
            _ if is_open => Version::Open(text.to_owned()),
            exact => Version::Pinned(exact.to_owned()),
        }
    }
}

/// A version in a catalogue: a text, or a table of `strictly`, `require` and `prefer`.
pub(super) fn version(value: &DeValue<'_>) -> Version {
    if let Some(text) = value.as_str() {
        return Version::of_text(text);
    }
    let Some(table) = value.as_table() else { return Version::Absent };
    let given = ["prefer", "strictly", "require"].into_iter().filter_map(|name| {
        let text = table.get(name)?.get_ref().as_str()?;
        Some(Version::of_text(text))
    });
    let mut open = Version::Absent;
    for found in given {
        match found {
            Version::Pinned(_) => return found,
            Version::Open(_) => open = found,
            Version::Absent => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_single_versions_are_pinned() {
        let pinned = |text: &str| Version::Pinned(text.to_owned());
        for (text, expected) in [
            ("1.2", pinned("1.2")),
            ("1.7.15!!", pinned("1.7.15")),
            ("[1.7, 1.8[!!1.7.25", pinned("1.7.25")),
            ("1.+", Version::Open("1.+".to_owned())),
            ("[1.0,2.0)", Version::Open("[1.0,2.0)".to_owned())),
            ("latest.release", Version::Open("latest.release".to_owned())),
            ("", Version::Absent),
        ] {
            assert_eq!(Version::of_text(text), expected, "{text}");
        }
    }
}
