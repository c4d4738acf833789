//! YAML whose entries know their lines.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::Lines;

/// Levels of a document; lock files have six, workflows seldom more.
const MAX_DEPTH: usize = 32;

/// Any node. Scalars are their text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Yaml {
    /// Nothing.
    #[default]
    Null,
    /// A scalar.
    Text(String),
    /// A sequence.
    List(Vec<Yaml>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// An entry of a mapping.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// The line of the key, from 1.
    pub(crate) line: u32,
    pub(crate) value: Yaml,
}

impl Yaml {
    /// Reads all documents of a stream; the error is a sentence fragment.
    pub(crate) fn documents(text: &str) -> Result<Vec<Yaml>, String> {
        // A node takes two bytes at least, so this only stops what expands itself.
        let nodes = text.len().clamp(64, 8_000_000);
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: MAX_DEPTH,
                max_nodes: nodes,
                max_events: nodes.saturating_mul(3),
                max_anchors: 256,
                max_aliases: 1024,
            },
            duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
            // A hash such as 5e01539330380570 looks like a number.
            non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        };
        serde_saphyr::from_multiple_with_options(text, options)
            .map_err(|error| error.to_string().lines().next().unwrap_or("").to_owned())
    }

    /// The value of a key; nothing where it is missing.
    pub(crate) fn get(&self, key: &str) -> Option<&Yaml> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The text of a key; nothing where it is missing or empty.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Yaml::Text(text)) => Some(text.as_str()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The entries of a key that is a mapping.
    pub(crate) fn map(&self, key: &str) -> &[Entry] {
        self.get(key).map_or(&[], Yaml::entries)
    }

    /// The entries of a mapping; of anything else, none.
    pub(crate) fn entries(&self) -> &[Entry] {
        match self {
            Yaml::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The members of a sequence; of anything else, none.
    pub(crate) fn members(&self) -> &[Yaml] {
        match self {
            Yaml::List(members) => members,
            _ => &[],
        }
    }

    /// The last line that an entry below this has; 0 if there is none.
    pub(crate) fn last_line(&self) -> u32 {
        let last = |entry: &Entry| entry.line.max(entry.value.last_line());
        match self {
            Yaml::Map(entries) => entries.iter().map(last).max().unwrap_or(0),
            Yaml::List(members) => members.iter().map(Yaml::last_line).max().unwrap_or(0),
            Yaml::Null | Yaml::Text(_) => 0,
        }
    }
}

impl Entry {
    /// The lines from the key to the last key below it.
    pub(crate) fn lines(&self) -> Lines {
        Lines { start: self.line, end: self.line.max(self.value.last_line()) }
    }
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Yaml, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = Yaml;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a document")
    }

    fn visit_unit<E: Error>(self) -> Result<Yaml, E> {
        Ok(Yaml::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Yaml, E> {
        Ok(Yaml::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Yaml, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Yaml, E> {
        Ok(Yaml::Text(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Yaml, E> {
        Ok(Yaml::Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Yaml, E> {
        Ok(Yaml::Text(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Yaml, E> {
        Ok(Yaml::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Yaml, E> {
        Ok(Yaml::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Yaml, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_element()? {
            members.push(member);
        }
        Ok(Yaml::List(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Yaml, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = access.next_entry::<Spanned<String>, Yaml>()? {
            let line = u32::try_from(key.referenced.line()).unwrap_or(u32::MAX);
            entries.push(Entry { key: key.value, line, value });
        }
        Ok(Yaml::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_know_their_lines() {
        let documents =
            Yaml::documents("a: 1\n---\nb:\n  'c@1':\n    d: {e: f}\n  g: x\n").unwrap();
        let second = &documents[1];
        assert_eq!(documents[0].text("a"), Some("1"));
        let entries = second.map("b");
        assert_eq!(
            (entries[0].key.as_str(), entries[0].lines()),
            ("c@1", Lines { start: 4, end: 5 })
        );
        assert_eq!(second.get("b").unwrap().text("g"), Some("x"));
        assert!(Yaml::documents("a: [").is_err());
    }
}
