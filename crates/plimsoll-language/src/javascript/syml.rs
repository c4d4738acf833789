//! The text form of `yarn.lock`: blocks of keys and fields, of which Berry's are YAML and those of
//! Yarn 1 nearly so.
//!
//! Yarn writes both in one shape, with two spaces for each level, and reads both with one parser; so
//! this is one as well.

use plimsoll_image::{Parsed, ProblemKind};

use crate::Lines;

/// One entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// What it answers: `a@^1.0.0`.
    pub(super) keys: Vec<String>,
    /// Its fields: `version`, `resolved`.
    pub(super) fields: Vec<(String, String)>,
    /// Fields with fields: the name of the outer one, and both parts of the inner one.
    pub(super) inner: Vec<(String, String, String)>,
    pub(super) lines: Option<Lines>,
}

impl Block {
    /// A field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The fields of a field.
    pub(super) fn inner(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let name = name.to_owned();
        let inner = self.inner.iter().filter(move |(outer, _, _)| *outer == name);
        inner.map(|(_, key, value)| (key.as_str(), value.as_str()))
    }
}

/// Reads all blocks.
pub(super) fn read<T>(text: &str, parsed: &mut Parsed<T>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut outer = "";
    for (number, line) in (1u32..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        let rest = rest.trim_end();
        // A lonely colon follows a key that is too long for YAML: `? "a@1, a@2"`.
        if rest.is_empty() || rest.starts_with('#') || (rest == ":" && indent == 0) {
            continue;
        }
        let understood = match (indent, blocks.last_mut()) {
            (0, _) => keys(rest).map(|keys| {
                outer = "";
                let lines = Some(Lines { start: number, end: number });
                blocks.push(Block { keys, lines, ..Block::default() });
            }),
            (_, None) => None,
            (2, Some(block)) => field(rest).map(|(name, value)| {
                outer = if value.is_none() { name_of(rest) } else { "" };
                block.fields.extend(value.map(|value| (name, value)));
            }),
            (4, Some(block)) if !outer.is_empty() => field(rest).map(|(name, value)| {
                block.inner.extend(value.map(|value| (outer.to_owned(), name, value)));
            }),
            // Deeper ones (`dependenciesMeta`) say nothing that is asked for.
            (_, Some(_)) => Some(()),
        };
        match understood {
            Some(()) => {
                if let Some(lines) = blocks.last_mut().and_then(|block| block.lines.as_mut()) {
                    lines.end = number;
                }
            }
            None => {
                let start: String = rest.chars().take(80).collect();
                parsed.problem(
                    ProblemKind::Malformed,
                    format!("line {number}: {start:?} is neither entry nor field"),
                );
            }
        }
    }
    blocks
}

fn name_of(rest: &str) -> &str {
    rest.trim_end_matches(':').trim_matches('"')
}

/// `"a@^1", b@2:` and `"a@^1, b@2":` are two keys each.
fn keys(line: &str) -> Option<Vec<String>> {
    let (line, long) = match line.strip_prefix("? ") {
        Some(line) => (line, true),
        None => (line, false),
    };
    let mut keys = Vec::new();
    let mut rest = line.strip_suffix(':').or(long.then_some(line))?;
    loop {
        rest = rest.trim_start();
        let (token, after) = if rest.starts_with('"') {
            quoted(rest)?
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            (rest.get(..end)?.to_owned(), rest.get(end..)?)
        };
        keys.extend(token.split(", ").map(|key| key.trim().to_owned()));
        match after.trim_start().strip_prefix(',') {
            Some(after) => rest = after,
            None if after.trim().is_empty() => break,
            None => return None,
        }
    }
    keys.retain(|key| !key.is_empty());
    (!keys.is_empty()).then_some(keys)
}

/// `name value`, `name: value`, and `name:` without a value.
fn field(line: &str) -> Option<(String, Option<String>)> {
    let (name, rest) = if line.starts_with('"') {
        quoted(line)?
    } else {
        let end = line.find([' ', ':']).unwrap_or(line.len());
        (line.get(..end)?.to_owned(), line.get(end..)?)
    };
    let colon = rest.strip_prefix(':');
    let value = colon.unwrap_or(rest).trim();
    if value.is_empty() {
        return colon.map(|_| (name, None));
    }
    let value = if value.starts_with('"') { quoted(value)?.0 } else { value.to_owned() };
    Some((name, Some(value)))
}

/// The text in quotes at the beginning, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut end = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => {
                end = Some(at + 1);
                break;
            }
            _ => {}
        }
    }
    let (token, rest) = text.split_at_checked(end?)?;
    Some((serde_json::from_str(token).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let old = "# yarn lockfile v1\n\n\n\"@s/a@^1\", b@2:\n  version \"1.0.0\"\n  dependencies:\n    \"@s/c\" \"^1 || ^2\"\n    d \"\"\n    e 1.x\n";
        let new = "__metadata:\n  version: 8\n\n\"@s/a@npm:^1, b@npm:2\":\n  version: 1.0.0\n  dependencies:\n    \"@s/c\": \"npm:^1\"\n  dependenciesMeta:\n    d:\n      optional: true\n";
        let mut parsed = Parsed::clean(());
        let blocks = read(old, &mut parsed);
        assert_eq!(blocks[0].keys, ["@s/a@^1", "b@2"]);
        assert_eq!(blocks[0].field("version"), Some("1.0.0"));
        let needs: Vec<_> = blocks[0].inner("dependencies").collect();
        assert_eq!(needs, [("@s/c", "^1 || ^2"), ("d", ""), ("e", "1.x")]);
        assert_eq!(blocks[0].lines, Some(Lines { start: 4, end: 9 }));
        let blocks = read(new, &mut parsed);
        assert_eq!(blocks[1].keys, ["@s/a@npm:^1", "b@npm:2"]);
        assert_eq!(blocks[1].inner("dependencies").collect::<Vec<_>>(), [("@s/c", "npm:^1")]);
        assert_eq!(parsed.problems, []);
    }

    #[test]
    fn long_keys_and_conflicts() {
        let mut parsed = Parsed::clean(());
        let blocks = read("? \"a@1, a@2\"\n:\n  version: 1.0.0\n", &mut parsed);
        assert_eq!((blocks[0].keys.len(), blocks[0].field("version")), (2, Some("1.0.0")));
        read("<<<<<<< HEAD\na@1:\n  version \"1\n", &mut parsed);
        assert_eq!(parsed.problems.len(), 2);
    }
}
