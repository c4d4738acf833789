//! YAML as a tree whose parts know their lines, for files whose records may be of any shape.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use crate::Lines;

/// A value and where it begins.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    line: u32,
}

/// A value.
#[derive(Debug, Default)]
pub(crate) enum Value {
    /// Nothing, or what needs no telling apart from it.
    #[default]
    Null,
    /// A text or a number; `1.10` is `1.10`.
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) node: Node,
    line: u32,
}

impl Node {
    /// Reads a document; what is wrong as a sentence fragment.
    pub(crate) fn read(text: &str) -> Result<Node, String> {
        let mut raw: Spanned<Raw> = serde_saphyr::from_str(text).map_err(|error| {
            // The message shows the place in several lines; the first one says it all.
            let message = error.to_string();
            let line = message.lines().next().unwrap_or("is no YAML");
            line.strip_prefix("error: ").unwrap_or(line).to_owned()
        })?;
        let location = raw.referenced;
        raw.value.settle(text, location);
        Ok(raw.into())
    }

    /// The entries of a mapping.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list.
    pub(crate) fn elements(&self) -> &[Node] {
        match &self.value {
            Value::List(elements) => elements,
            _ => &[],
        }
    }

    /// The value under a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The text, not empty.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The text under a key of a mapping.
    pub(crate) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Its lines, from where it begins to where the last part of it begins.
    pub(crate) fn lines(&self) -> Lines {
        Lines { start: self.line, end: self.last_line() }
    }

    fn last_line(&self) -> u32 {
        let last = match &self.value {
            Value::List(elements) => elements.last().map(Node::last_line),
            Value::Map(entries) => {
                entries.last().map(|entry| entry.node.last_line().max(entry.line))
            }
            Value::Null | Value::Text(_) => None,
        };
        last.unwrap_or(self.line).max(self.line)
    }
}

impl Entry {
    /// Its lines, key and value.
    pub(crate) fn lines(&self) -> Lines {
        Lines { start: self.line, end: self.node.last_line().max(self.line) }
    }
}

/// What the library hands over: plain texts that look like something else have lost their spelling,
/// which is then taken from the document.
#[derive(Debug)]
enum Raw {
    Null,
    Text(String),
    Plain,
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl Raw {
    fn settle(&mut self, text: &str, location: Location) {
        match self {
            Raw::Plain => {
                let span = location.span();
                let range = span.byte_offset().zip(span.byte_len());
                let spelling = range.and_then(|(start, length)| {
                    let (start, length) =
                        (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
                    text.get(start..start.checked_add(length)?)
                });
                *self = spelling.map_or(Raw::Null, |text| Raw::Text(text.trim().to_owned()));
            }
            Raw::List(elements) => {
                for element in elements {
                    let location = element.defined;
                    element.value.settle(text, location);
                }
            }
            Raw::Map(entries) => {
                for (_, value) in entries {
                    let location = value.defined;
                    value.value.settle(text, location);
                }
            }
            Raw::Null | Raw::Text(_) => {}
        }
    }
}

impl From<Spanned<Raw>> for Node {
    fn from(raw: Spanned<Raw>) -> Node {
        let value = match raw.value {
            Raw::Null | Raw::Plain => Value::Null,
            Raw::Text(text) => Value::Text(text),
            Raw::List(elements) => Value::List(elements.into_iter().map(Node::from).collect()),
            Raw::Map(entries) => {
                let entry = |(key, value): (Spanned<String>, Spanned<Raw>)| Entry {
                    line: line(key.referenced),
                    key: key.value,
                    node: value.into(),
                };
                Value::Map(entries.into_iter().map(entry).collect())
            }
        };
        Node { value, line: line(raw.referenced) }
    }
}

fn line(location: Location) -> u32 {
    u32::try_from(location.line()).unwrap_or(u32::MAX)
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Raw::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_spelling_and_their_lines() {
        let text =
            "# x\nkey:\n  version: 1.10\n  list:\n    - a (1)\n    - b: [1e3, true]\nlast: ~\n";
        let node = Node::read(text).unwrap();
        let entry = &node.entries()[0];
        assert_eq!(entry.lines(), Lines { start: 2, end: 6 });
        assert_eq!(entry.node.text_of("version"), Some("1.10"));
        let list = entry.node.get("list").unwrap();
        assert_eq!(list.elements()[0].text(), Some("a (1)"));
        assert_eq!(list.elements()[0].lines(), Lines { start: 5, end: 5 });
        let inner = list.elements()[1].get("b").unwrap();
        assert_eq!(inner.elements()[0].text(), Some("1e3"));
        assert_eq!(node.text_of("last"), None);
        assert!(Node::read("a: [").is_err());
    }
}
