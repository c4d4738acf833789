//! A small tree for YAML and JSON documents whose shape cannot be trusted.
//!
//! Unlike a map of maps it keeps the order and the repeated keys of the document, so that nothing
//! that somebody wrote twice is lost.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor,
};

/// Any node. Scalars are kept as they are written, as far as the format tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    pub(super) fn get(&self, key: &str) -> Option<&Tree> {
        match self {
            Tree::Map(entries) => entries.iter().find(|entry| entry.0 == key).map(|entry| &entry.1),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text under a key; nothing where it is missing or empty.
    pub(super) fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.text().filter(|text| !text.is_empty())
    }

    /// The members of a list; of anything else, none.
    pub(super) fn list(&self) -> &[Tree] {
        match self {
            Tree::List(members) => members,
            _ => &[],
        }
    }

    pub(super) fn list_at(&self, key: &str) -> &[Tree] {
        self.get(key).map_or(&[], Tree::list)
    }
}

/// Reads YAML into a tree.
pub(super) fn from_yaml(text: &str) -> Result<Tree, String> {
    yaml(text)
}

/// Reads YAML. Its size bounds the number of nodes, and anchors must not multiply it.
pub(super) fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    // A node takes two bytes at least, so this only stops what expands itself.
    let nodes = text.len().clamp(64, 4_000_000);
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_nodes: nodes,
            max_events: nodes.saturating_mul(3),
            max_anchors: 64,
            max_aliases: 1024,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
        // A hash such as 5e01539330380570 looks like a number.
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| first_line(&error.to_string()))
}

/// Reads JSON.
pub(super) fn from_json(bytes: &[u8]) -> Result<Tree, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// An error that quotes the document in several lines says enough in its first.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").to_owned()
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a document")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_element()? {
            members.push(member);
        }
        Ok(Tree::List(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}
