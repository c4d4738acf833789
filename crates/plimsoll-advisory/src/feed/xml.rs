//! Walks XML documents whose shape cannot be trusted, without recursion.

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

/// The deepest real document is OVAL, with some twelve elements. This also bounds the recursion of
/// whoever keeps the tree.
const DEEPEST: usize = 64;

/// Gets a document, element by element. Names come without their prefixes.
pub(super) trait Handler {
    /// An element starts; `parent` is empty for the outermost.
    fn open(&mut self, element: &Element, parent: &str);

    /// An element ends. `text` is what stands in it behind its last child, trimmed.
    fn close(&mut self, name: &str, parent: &str, text: &str);
}

/// An element that has just started.
pub(super) struct Element<'e> {
    start: &'e BytesStart<'e>,
}

impl Element<'_> {
    pub(super) fn name(&self) -> String {
        self.start.local_name().as_ref().to_owned()
    }

    /// The value of an attribute; empty where there is none.
    pub(super) fn attribute(&self, name: &str) -> String {
        // Looking for repeated attributes would take the square of their number.
        let mut all = self.start.attributes();
        let found = all
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().as_ref() == name);
        found.and_then(|found| Some(unescape(&found.value).ok()?.into_owned())).unwrap_or_default()
    }
}

/// Hands on as much as is well-formed, and says what is wrong with the rest.
pub(super) fn walk(bytes: &[u8], handler: &mut dyn Handler) -> Result<(), String> {
    let source = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(&source);
    // The elements that are open, outermost first.
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut seen = false;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("at byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(start) => {
                if path.len() >= DEEPEST {
                    return Err(format!("nested deeper than {DEEPEST} elements"));
                }
                seen = true;
                text.clear();
                let element = Element { start: &start };
                handler.open(&element, path.last().map_or("", String::as_str));
                path.push(element.name());
            }
            Event::Empty(start) => {
                seen = true;
                let element = Element { start: &start };
                let parent = path.last().map_or("", String::as_str);
                handler.open(&element, parent);
                handler.close(&element.name(), parent, "");
            }
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(sign)) => text.push(sign),
                _ => text.push_str(resolve_predefined_entity(&reference).unwrap_or_default()),
            },
            Event::End(_) => {
                let name = path.pop().unwrap_or_default();
                handler.close(&name, path.last().map_or("", String::as_str), text.trim());
                text.clear();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !path.is_empty() {
        return Err(format!("the file ends inside <{}>", path.join("/")));
    }
    if seen { Ok(()) } else { Err("the file has no element".to_owned()) }
}
