//! Paths of a tar made safe: relative to the image's root, without detours.

use crate::{Limits, ProblemKind};

/// What became of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cleaned {
    /// It is as [`crate::Entry`] promises.
    Fine,
    /// It is so now, but it climbed over the root; runtimes that do not refuse it stop there too.
    Clamped,
    /// It cannot be used.
    Unusable(ProblemKind, String),
}

/// Puts the clean form of `raw` into `clean`.
///
/// As container runtimes do, `..` is resolved by the text alone, before any link is followed.
pub(super) fn clean(raw: &[u8], clean: &mut Vec<u8>, limits: &Limits) -> Cleaned {
    clean.clear();
    if raw.len() > limits.path {
        let message = format!("a path of {} bytes; the limit is {}", raw.len(), limits.path);
        return Cleaned::Unusable(ProblemKind::TooLarge, message);
    }
    if raw.contains(&0) {
        let message = "a path with a NUL byte, which no system can have".to_owned();
        return Cleaned::Unusable(ProblemKind::UnsafePath, message);
    }
    let mut depth = 0;
    let mut clamped = false;
    for component in raw.split(|&byte| byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." if depth == 0 => clamped = true,
            b".." => {
                let parent = clean.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                clean.truncate(parent);
                depth -= 1;
            }
            name => {
                if depth > 0 {
                    clean.push(b'/');
                }
                clean.extend_from_slice(name);
                depth += 1;
            }
        }
    }
    if depth > limits.depth {
        let message = format!("a path of {depth} components; the limit is {}", limits.depth);
        return Cleaned::Unusable(ProblemKind::TooLarge, message);
    }
    if clamped { Cleaned::Clamped } else { Cleaned::Fine }
}

/// The clean form of a path that must be text; nothing if it has none.
pub(crate) fn tidy(raw: &[u8], limits: &Limits) -> Option<String> {
    let mut path = Vec::new();
    match clean(raw, &mut path, limits) {
        Cleaned::Fine | Cleaned::Clamped => String::from_utf8(path).ok(),
        Cleaned::Unusable(..) => None,
    }
}

/// A path as text for a person, shortened when it is absurdly long.
pub(crate) fn display(path: &[u8]) -> String {
    const LONGEST: usize = 300;
    let shown = path.get(..LONGEST).unwrap_or(path);
    let mut text = String::from_utf8_lossy(shown).into_owned();
    if shown.len() < path.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_detours() {
        let limits = Limits { path: 20, depth: 3, ..Limits::default() };
        let mut buffer = Vec::new();
        for (raw, expected, outcome) in [
            ("usr/bin/sh", "usr/bin/sh", Cleaned::Fine),
            ("./usr//bin/./", "usr/bin", Cleaned::Fine),
            ("/etc/passwd", "etc/passwd", Cleaned::Fine),
            ("./", "", Cleaned::Fine),
            ("a/../b", "b", Cleaned::Fine),
            ("a/b/../../c", "c", Cleaned::Fine),
            ("../etc/passwd", "etc/passwd", Cleaned::Clamped),
            ("/../../x", "x", Cleaned::Clamped),
            ("a/../../b", "b", Cleaned::Clamped),
            ("...", "...", Cleaned::Fine),
        ] {
            assert_eq!(clean(raw.as_bytes(), &mut buffer, &limits), outcome, "{raw}");
            assert_eq!(buffer, expected.as_bytes(), "{raw}");
        }
        for raw in ["a/b/c/d", "a\0b", "aaaaaaaaaaaaaaaaaaaaa"] {
            let outcome = clean(raw.as_bytes(), &mut buffer, &limits);
            assert!(matches!(outcome, Cleaned::Unusable(..)), "{raw}: {outcome:?}");
        }
    }
}
