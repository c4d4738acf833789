//! CycloneDX as XML, turned into the tree that its JSON would be.
//!
//! <https://cyclonedx.org/docs/1.6/xml/>. Entities of the document's own are not resolved, so a
//! document cannot grow.

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

/// Components in components in evidence are some twenty elements deep.
const DEEPEST: usize = 64;

/// What holds a list of like elements: in JSON they are the list itself.
const LISTS: &[&str] = &[
    "components",
    "hashes",
    "licenses",
    "properties",
    "dependencies",
    "occurrences",
    "tools",
    "layers",
];

/// Reads a document.
pub(crate) fn tree(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err(format!("elements are nested deeper than {DEEPEST}"));
                }
                open.push(Node::new(&start));
            }
            Event::Empty(start) => {
                let node = Node::new(&start);
                if let Some(document) = close(node, &mut open) {
                    return root(document);
                }
            }
            Event::Text(part) => add_text(&mut open, &part),
            Event::CData(part) => add_text(&mut open, &part),
            Event::GeneralRef(reference) => {
                let mut sign = [0; 4];
                let text = match reference.resolve_char_ref() {
                    Ok(Some(found)) => &*found.encode_utf8(&mut sign),
                    _ => resolve_predefined_entity(&reference).unwrap_or_default(),
                };
                add_text(&mut open, text);
            }
            Event::End(_) => {
                let Some(node) = open.pop() else { continue };
                if let Some(document) = close(node, &mut open) {
                    return root(document);
                }
            }
            Event::Eof => return Err("the document ends early".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// An element that is not closed yet.
struct Node {
    name: String,
    fields: Map<String, Value>,
    items: Vec<Value>,
    text: String,
}

impl Node {
    fn new(start: &BytesStart<'_>) -> Node {
        let mut fields = Map::new();
        let mut all = start.attributes();
        for attribute in all.with_checks(false).flatten() {
            let key = attribute.key;
            let value =
                unescape(&attribute.value).map(|text| text.into_owned()).unwrap_or_default();
            if key.as_ref() == "xmlns" || key.as_ref().starts_with("xmlns:") {
                fields.insert("xmlns".to_owned(), Value::String(value));
            } else {
                fields.insert(key.local_name().as_ref().to_owned(), Value::String(value));
            }
        }
        let name = start.local_name().as_ref().to_owned();
        Node { name, fields, items: Vec::new(), text: String::new() }
    }

    /// A list, an object, or a text.
    fn value(mut self) -> Value {
        let text = self.text.trim().to_owned();
        match self.name.as_str() {
            name if LISTS.contains(&name) => return Value::Array(self.items),
            "hash" => {
                self.fields.insert("content".to_owned(), Value::String(text));
            }
            "property" => {
                self.fields.insert("value".to_owned(), Value::String(text));
            }
            // Attributes of an expression are of no interest.
            "expression" => return Value::String(text),
            "dependency" => {
                self.fields.insert("dependsOn".to_owned(), Value::Array(self.items));
            }
            _ if self.fields.is_empty() => return Value::String(text),
            _ => {}
        }
        Value::Object(self.fields)
    }
}

fn add_text(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

/// Hands an element to the one around it; the outermost is the document.
fn close(node: Node, open: &mut [Node]) -> Option<Node> {
    let Some(parent) = open.last_mut() else { return Some(node) };
    let name = node.name.clone();
    // JSON wraps what XML leaves bare: `{"license": …}` and `{"expression": …}` in a list.
    if LISTS.contains(&parent.name.as_str()) || parent.name == "dependency" {
        let value = match parent.name.as_str() {
            "licenses" => Value::Object(Map::from_iter([(name, node.value())])),
            _ => node.value(),
        };
        parent.items.push(value);
    } else {
        parent.fields.insert(name, node.value());
    }
    None
}

fn root(document: Node) -> Result<Value, String> {
    let namespace = document.fields.get("xmlns").and_then(Value::as_str).unwrap_or_default();
    let version = namespace.strip_prefix("http://cyclonedx.org/schema/bom/").map(str::to_owned);
    let Some(version) = version.filter(|_| document.name == "bom") else {
        return Err(format!(
            "<{}> is no CycloneDX document",
            document.name.chars().take(60).collect::<String>()
        ));
    };
    let mut fields = document.fields;
    fields.insert("specVersion".to_owned(), Value::String(version));
    Ok(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_that_of_json() {
        let document = tree(
            r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1">
            <metadata><component type="container" bom-ref="r"><name>image</name></component></metadata>
            <components><component type="library" bom-ref="a"><name>a &amp; b</name>
              <hashes><hash alg="SHA-256">ab</hash></hashes>
              <licenses><license><id>MIT</id></license><expression>MIT OR ISC</expression></licenses>
              <properties><property name="k">v</property></properties></component></components>
            <dependencies><dependency ref="r"><dependency ref="a"/></dependency></dependencies></bom>"#,
        )
        .unwrap();
        assert_eq!(document["specVersion"], "1.5");
        assert_eq!(document["components"][0]["name"], "a & b");
        assert_eq!(document["components"][0]["hashes"][0]["content"], "ab");
        assert_eq!(document["components"][0]["licenses"][1]["expression"], "MIT OR ISC");
        assert_eq!(document["components"][0]["licenses"][0]["license"]["id"], "MIT");
        assert_eq!(document["components"][0]["properties"][0]["value"], "v");
        assert_eq!(document["dependencies"][0]["dependsOn"][0]["ref"], "a");
    }

    #[test]
    fn hostile_documents_end() {
        let bomb = r#"<!DOCTYPE bom [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
            <bom xmlns="http://cyclonedx.org/schema/bom/1.5"><name>&b;</name></bom>"#;
        assert_eq!(tree(bomb).unwrap()["name"], "");
        assert!(tree(&"<a>".repeat(100)).is_err());
        assert!(tree("<html></html>").is_err());
        assert!(tree("<bom").is_err());
        assert!(tree("</bom>").is_err());
    }
}
