//! Which extractor a path is for: millions of paths are asked about, nearly none is wanted.

use std::collections::HashMap;

use crate::{Extractor, Pattern};

/// The patterns of a set of extractors, arranged for lookup.
#[derive(Debug, Default)]
pub struct Dispatcher {
    /// Patterns whose last component has no `*`, by that component.
    exact: HashMap<&'static [u8], Vec<Candidate>>,
    /// Those that end in an extension, by what follows the last dot.
    extensions: HashMap<&'static [u8], Vec<Candidate>>,
    /// The rest.
    others: Vec<Candidate>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    pattern: Pattern,
    extractor: &'static Extractor,
}

impl Dispatcher {
    /// Arranges the patterns of these extractors; where several fit a path, the first one has it.
    pub fn new(extractors: impl IntoIterator<Item = &'static Extractor>) -> Dispatcher {
        let mut made = Dispatcher::default();
        for extractor in extractors {
            for &pattern in extractor.files {
                let candidate = Candidate { pattern, extractor };
                let last = pattern.rsplit('/').next().unwrap_or(pattern);
                match (last.contains('*'), last.rsplit_once('.')) {
                    (false, _) => made.exact.entry(last.as_bytes()).or_default().push(candidate),
                    (true, Some((_, extension))) if !extension.contains('*') => {
                        let known = made.extensions.entry(extension.as_bytes()).or_default();
                        known.push(candidate);
                    }
                    (true, _) => made.others.push(candidate),
                }
            }
        }
        made
    }

    /// The extractor for a path from the root, without leading `/`.
    pub fn find(&self, path: &[u8]) -> Option<&'static Extractor> {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        let extension = name.iter().rposition(|&byte| byte == b'.').map(|dot| &name[dot + 1..]);
        let exact = self.exact.get(name);
        let by_extension = extension.and_then(|extension| self.extensions.get(extension));
        let lists = [exact, by_extension].into_iter().flatten().flatten();
        lists
            .chain(&self.others)
            .find(|candidate| matches(candidate.pattern.as_bytes(), path))
            .map(|candidate| candidate.extractor)
    }
}

/// Whether a path ends as the pattern says. One `*` in a component, `**` for any components.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let mut path = Some(path);
    let mut parts = pattern.rsplit(|&byte| byte == b'/').peekable();
    while let Some(part) = parts.next() {
        if part == b"**" {
            // Only one `**` per pattern: whatever is left of the pattern must end somewhere in what
            // is left of the path.
            let rest: Vec<&[u8]> = parts.collect();
            let Some(mut at) = path else { return rest.is_empty() };
            loop {
                if ends_with(&rest, at) {
                    return true;
                }
                match at.iter().rposition(|&byte| byte == b'/') {
                    Some(slash) => at = &at[..slash],
                    None => return false,
                }
            }
        }
        let Some(whole) = path else { return false };
        let (before, name) = match whole.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => (Some(&whole[..slash]), &whole[slash + 1..]),
            None => (None, whole),
        };
        if !component_matches(part, name) {
            return false;
        }
        path = before;
    }
    true
}

fn ends_with(parts: &[&[u8]], path: &[u8]) -> bool {
    let mut names = path.rsplit(|&byte| byte == b'/');
    parts.iter().all(|part| names.next().is_some_and(|name| component_matches(part, name)))
}

fn component_matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.iter().position(|&byte| byte == b'*') {
        None => pattern == name,
        Some(star) => {
            let (start, end) = (&pattern[..star], &pattern[star + 1..]);
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_matched_from_the_end() {
        for (pattern, path, expected) in [
            ("package-lock.json", "srv/app/package-lock.json", true),
            ("package-lock.json", "package-lock.json", true),
            ("package-lock.json", "srv/my-package-lock.json", false),
            ("*.dist-info/METADATA", "usr/lib/python3/a-1.0.dist-info/METADATA", true),
            ("*.dist-info/METADATA", "a/METADATA", false),
            ("*.dist-info/METADATA", "METADATA", false),
            ("requirements*.txt", "requirements-dev.txt", true),
            ("requirements*.txt", "requirement.txt", false),
            ("node_modules/**/package.json", "a/node_modules/@b/c/package.json", true),
            ("node_modules/**/package.json", "node_modules/package.json", true),
            ("node_modules/**/package.json", "modules/c/package.json", false),
            ("specifications/*.gemspec", "gems/specifications/rack-1.gemspec", true),
            ("specifications/*.gemspec", "gems/specifications/default/rack-1.gemspec", false),
            ("*.jar", ".jar", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), path.as_bytes()), expected, "{pattern} {path}");
        }
    }
}
