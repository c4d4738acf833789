//! YAML as a tree whose parts know their lines, for files whose records may be of any shape.
//!
//! A value is the text that the document has for it: what looks like a number or a truth is often
//! a version or a hash, and `5.10` is not `5.1`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

use crate::Lines;

/// Levels of a document; lock files have six, workflows seldom ten, and twice as many as this are too
/// many for the stack of a thread in a debug build.
const MAX_DEPTH: usize = 32;

/// Nodes of a document, each of some 30 bytes; a lock file of 100 MB has fewer.
const MAX_NODES: usize = 8_000_000;

/// Parts that may be used again, and how often all of them are; only people write such.
const MAX_ANCHORS: usize = 256;
const MAX_ALIASES: usize = 1024;

/// A value and where it begins.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// From 1.
    pub(crate) line: u32,
}

/// A value.
#[derive(Debug)]
pub(crate) enum Value {
    /// Nothing.
    Null,
    /// A text, a number or the like; `1.10` is `1.10`.
    Text(String),
    /// One that the library took for a number or the like, and where its text is. Only while the
    /// document is read.
    Plain {
        start: usize,
        end: usize,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) node: Node,
    /// The line of the key, from 1.
    pub(crate) line: u32,
}

impl Node {
    /// Reads a file that is one document, in which no key comes twice; what is wrong as a sentence
    /// fragment.
    pub(crate) fn read(text: &str) -> Result<Node, String> {
        let mut root: Node =
            serde_saphyr::from_str_with_options(text, options(text, DuplicateKeyPolicy::Error))
                .map_err(|error| message(&error))?;
        root.settle(text);
        Ok(root)
    }

    /// Reads all documents of a file, but those that are empty; of a key that comes twice, both.
    /// What is wrong as a sentence fragment.
    pub(crate) fn read_all(text: &str) -> Result<Vec<Node>, String> {
        let options = options(text, DuplicateKeyPolicy::PassThrough);
        let mut roots: Vec<Node> = serde_saphyr::from_multiple_with_options(text, options)
            .map_err(|error| message(&error))?;
        for root in &mut roots {
            root.settle(text);
        }
        Ok(roots)
    }

    /// The entries of a mapping; of anything else, none.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list; of anything else, none.
    pub(crate) fn elements(&self) -> &[Node] {
        match &self.value {
            Value::List(elements) => elements,
            _ => &[],
        }
    }

    /// The text, not empty.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The value under a key of a mapping; the first one if there are several.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry with a key of a mapping; the first one if there are several.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of the mapping under a key.
    pub(crate) fn entries_of(&self, key: &str) -> &[Entry] {
        self.get(key).map_or(&[], Node::entries)
    }

    /// The elements of the list under a key.
    pub(crate) fn elements_of(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::elements)
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
            Value::List(elements) => elements.iter().map(Node::last_line).max(),
            Value::Map(entries) => entries.iter().map(|entry| entry.lines().end).max(),
            Value::Null | Value::Text(_) | Value::Plain { .. } => None,
        };
        last.unwrap_or(self.line).max(self.line)
    }

    /// Gives values the text that the document has for them.
    fn settle(&mut self, document: &str) {
        match &mut self.value {
            Value::Plain { start, end } => {
                let text = document.get(*start..*end).map(|text| text.trim().to_owned());
                self.value = text.map_or(Value::Null, Value::Text);
            }
            Value::List(elements) => {
                elements.iter_mut().for_each(|element| element.settle(document));
            }
            Value::Map(entries) => {
                entries.iter_mut().for_each(|entry| entry.node.settle(document));
            }
            Value::Null | Value::Text(_) => {}
        }
    }
}

impl Entry {
    /// Its lines, from the key to where the last part of the value begins.
    pub(crate) fn lines(&self) -> Lines {
        Lines { start: self.line, end: self.node.last_line().max(self.line) }
    }
}

fn options(text: &str, duplicate_keys: DuplicateKeyPolicy) -> serde_saphyr::Options {
    // A node takes two bytes at least, so this only stops what expands itself.
    let nodes = text.len().clamp(64, MAX_NODES);
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: nodes,
            max_events: nodes.saturating_mul(3),
            max_anchors: MAX_ANCHORS,
            max_aliases: MAX_ALIASES,
        },
        duplicate_keys: duplicate_keys,
        // A hash such as 5e01539330380570 looks like a number that is too large.
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
    }
}

/// The message shows the place in several lines; the first one says it all.
fn message(error: &serde_saphyr::Error) -> String {
    let message = error.to_string();
    let line = message.lines().next().unwrap_or("is no YAML");
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn line(location: Location) -> u32 {
    u32::try_from(location.line()).unwrap_or(u32::MAX).max(1)
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let Spanned { mut value, referenced, defined } =
            Spanned::<Value>::deserialize(deserializer)?;
        if let Value::Plain { start, end } = &mut value {
            // An alias has the text of what it stands for.
            let span = defined.span();
            let place = span.byte_offset().zip(span.byte_len()).and_then(|(offset, length)| {
                let offset = usize::try_from(offset).ok()?;
                Some((offset, offset.checked_add(usize::try_from(length).ok()?)?))
            });
            match place {
                Some(place) => (*start, *end) = place,
                None => value = Value::Null,
            }
        }
        Ok(Node { value, line: line(referenced) })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

/// Where the text is becomes known outside of the value.
const PLAIN: Value = Value::Plain { start: 0, end: 0 };

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(PLAIN)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(PLAIN)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(PLAIN)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Value, E> {
        Ok(PLAIN)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Value, E> {
        Ok(PLAIN)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(PLAIN)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, node)) = access.next_entry::<Spanned<String>, Node>()? {
            entries.push(Entry { line: line(key.referenced), key: key.value, node });
        }
        Ok(Value::Map(entries))
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
        let list = entry.node.elements_of("list");
        assert_eq!(list[0].text(), Some("a (1)"));
        assert_eq!(list[0].lines(), Lines { start: 5, end: 5 });
        assert_eq!(list[1].elements_of("b")[0].text(), Some("1e3"));
        assert_eq!(node.text_of("last"), None);
        assert!(Node::read("a: [").is_err());
    }

    #[test]
    fn numbers_of_any_size_are_texts() {
        let text = "é: 5e01539330380570\nb: 99999999999999999999999999999999999999999\nc: -0x10";
        let node = Node::read(text).unwrap();
        assert_eq!(node.text_of("é"), Some("5e01539330380570"));
        assert_eq!(node.text_of("b").map(str::len), Some(41));
        assert_eq!(node.text_of("c"), Some("-0x10"));
    }

    #[test]
    fn entries_of_all_documents_know_their_lines() {
        let text = "a: 1\n---\n# nothing\n---\nb:\n  'c@1':\n    d: {e: f}\n  g: 2.10\n  g: x\n";
        let documents = Node::read_all(text).unwrap();
        assert_eq!((documents.len(), documents[0].text_of("a")), (2, Some("1")));
        let entries = documents[1].entries_of("b");
        assert_eq!(
            (entries[0].key.as_str(), entries[0].lines()),
            ("c@1", Lines { start: 6, end: 7 })
        );
        assert_eq!(documents[1].get("b").unwrap().text_of("g"), Some("2.10"));
        assert!(Node::read_all("a: [").is_err());
        assert!(Node::read("a: 1\n---\nb: 2\n").is_err() && Node::read("a: 1\na: 2\n").is_err());
    }

    #[test]
    fn parts_that_are_used_again_stand_where_they_are_used() {
        let text = "a: &a\n  version: 1.10\nb: *a\nc:\n  <<: *a\n  name: x\n";
        let node = Node::read(text).unwrap();
        assert_eq!(node.entry("b").unwrap().line, 3);
        for key in ["a", "b", "c"] {
            assert_eq!(node.get(key).unwrap().text_of("version"), Some("1.10"), "{key}");
        }
    }

    #[test]
    fn what_grows_or_is_too_deep_is_refused() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Node::read(&deep(MAX_DEPTH)).is_ok());
        for text in [
            deep(MAX_DEPTH + 1).as_str(),
            &deep(100_000),
            "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\ne: [*d,*d]\n",
            "a: &a [*a]\n",
        ] {
            let error = Node::read(text).unwrap_err();
            assert!(error.contains("line"), "{error}");
            assert!(Node::read_all(text).is_err());
        }
    }
}
