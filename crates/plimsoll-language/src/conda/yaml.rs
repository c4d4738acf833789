//! YAML as a tree that knows its lines: all that is asked of these files are texts.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::{Component, Lines, Parsed, Positions, ProblemKind};

/// Depth of nesting; real files have half of it.
const MAX_DEPTH: usize = 16;

/// Nodes of a document. A node takes two bytes at least, so this only stops what expands itself.
const MAX_NODES: usize = 16 << 20;

/// A document.
pub(super) struct Document<'a> {
    text: &'a str,
    positions: Positions<'a>,
    root: Node,
}

/// A value and its place.
pub(super) type Node = Spanned<Value>;

/// A value.
pub(super) enum Value {
    Text(String),
    /// A number or the like, whose text is that of the document: 1.10 is not 1.1.
    Plain,
    List(Vec<Node>),
    Map(BTreeMap<String, Node>),
}

impl<'a> Document<'a> {
    /// Reads a document; nothing, and a problem, if it is none.
    pub(super) fn read(
        content: &'a [u8],
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Option<Document<'a>> {
        let Ok(text) = std::str::from_utf8(content) else {
            parsed.problem(ProblemKind::Malformed, "the file is not in UTF-8");
            return None;
        };
        if text.trim().is_empty() {
            return None;
        }
        let nodes = text.len().clamp(64, MAX_NODES);
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: MAX_DEPTH,
                max_nodes: nodes,
                max_events: nodes.saturating_mul(3),
                max_anchors: 64,
                max_aliases: 1024,
            },
            with_snippet: false,
        };
        match serde_saphyr::from_str_with_options(text, options) {
            Ok(root) => Some(Document { text, positions: Positions::new(content), root }),
            Err(error) => {
                let message = error.to_string();
                let first = message.lines().next().unwrap_or_default();
                parsed.problem(ProblemKind::Malformed, format!("the file is no YAML: {first}"));
                None
            }
        }
    }

    /// All of it.
    pub(super) fn root(&self) -> &Value {
        &self.root.value
    }

    /// The text of a node, unless it is empty, a list or a map.
    pub(super) fn text<'d>(&'d self, node: &'d Node) -> Option<&'d str> {
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Plain => {
                let span = node.defined.span();
                let start = usize::try_from(span.byte_offset()?).ok()?;
                let length = usize::try_from(span.byte_len()?).ok()?;
                self.text.get(start..start.checked_add(length)?)?
            }
            Value::List(_) | Value::Map(_) => return None,
        };
        Some(text.trim()).filter(|text| !text.is_empty() && *text != "null" && *text != "~")
    }

    /// The text at a key.
    pub(super) fn text_at<'d>(&'d self, value: &'d Value, key: &str) -> Option<&'d str> {
        self.text(value.get(key)?)
    }

    /// The lines from a node to the last one of what is in it.
    pub(super) fn lines(&self, node: &Node) -> Lines {
        let line = |node: &Node| u32::try_from(node.referenced.line()).unwrap_or(u32::MAX).max(1);
        let start = line(node);
        let mut end = start;
        let mut pending = vec![node];
        while let Some(node) = pending.pop() {
            match &node.value {
                Value::List(members) => pending.extend(members),
                Value::Map(members) => pending.extend(members.values()),
                Value::Text(_) | Value::Plain => end = end.max(line(node)),
            }
        }
        Lines { start, end }
    }

    /// The line of the first byte of a text's part, for problems.
    pub(super) fn line(&self, node: &Node) -> u32 {
        let offset = node.referenced.span().byte_offset().and_then(|at| usize::try_from(at).ok());
        offset.map_or_else(|| self.lines(node).start, |offset| self.positions.line(offset))
    }
}

impl Value {
    /// The member of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Value::Map(members) => members.get(key),
            _ => None,
        }
    }

    /// The members of a list; of anything else, none.
    pub(super) fn list(&self) -> &[Node] {
        match self {
            Value::List(members) => members,
            _ => &[],
        }
    }

    /// The members of the list at a key.
    pub(super) fn list_at(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], |node| node.value.list())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Plain)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_element()? {
            members.push(member);
        }
        Ok(Value::List(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((key, value)) = access.next_entry::<String, Node>()? {
            members.insert(key, value);
        }
        Ok(Value::Map(members))
    }
}
