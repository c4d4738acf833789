//! Small XML documents as a tree of elements: `pom.xml` is all elements and text.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// Elements may stand this deep in each other; a POM has some ten levels, and plugins'
/// configurations a few more.
const MAX_DEPTH: usize = 128;

/// Elements of one document. The largest real POMs have some ten thousand.
const MAX_ELEMENTS: usize = 400_000;

/// An element with what is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Without prefix.
    pub(super) name: String,
    /// Its own text, trimmed.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
    /// First and last byte, to be turned into lines.
    pub(super) span: (usize, usize),
}

impl Element {
    /// The first child with a name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child with a name; nothing where it is empty.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// The children of a child: `dependencies` → each of them.
    pub(super) fn list(&self, name: &str) -> &[Element] {
        self.child(name).map_or(&[], |child| &child.children)
    }
}

/// The outermost element. Errors are sentence fragments.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    // Old POMs have a lone `&` in a description, which is no reason to lose them.
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut count = 0;
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader
            .read_event()
            .map_err(|error| format!("byte {}: {error}", reader.error_position()))?;
        let after = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let closed = match event {
            Event::Start(start) => {
                count += 1;
                if open.len() >= MAX_DEPTH || count > MAX_ELEMENTS {
                    return Err("it has more elements than a POM can have".to_owned());
                }
                let name = start.local_name().as_ref().to_owned();
                open.push(Element { name, span: (before, after), ..Element::default() });
                continue;
            }
            Event::Empty(start) => {
                count += 1;
                if count > MAX_ELEMENTS {
                    return Err("it has more elements than a POM can have".to_owned());
                }
                let name = start.local_name().as_ref().to_owned();
                Element { name, span: (before, after), ..Element::default() }
            }
            Event::End(_) => {
                let Some(mut element) = open.pop() else { continue };
                element.span.1 = after;
                element.text = element.text.trim().to_owned();
                element
            }
            Event::Text(part) => {
                add(&mut open, &part);
                continue;
            }
            Event::CData(part) => {
                add(&mut open, &part);
                continue;
            }
            Event::GeneralRef(reference) => {
                match reference.resolve_char_ref() {
                    Ok(Some(sign)) => add(&mut open, sign.encode_utf8(&mut [0; 4])),
                    _ => add(&mut open, resolve_predefined_entity(&reference).unwrap_or_default()),
                }
                continue;
            }
            Event::Eof => {
                return Err(match open.last() {
                    Some(element) => format!("it ends inside <{}>", element.name),
                    None => "it has no element".to_owned(),
                });
            }
            _ => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => return Ok(closed),
        }
    }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_text_and_place() {
        let text = "<?xml version='1.0'?>\n<p:a xmlns:p='x'><b> x &amp; y&#33; R & D</b><c/></p:a>";
        let root = parse(text).expect("well-formed");
        assert_eq!((root.name.as_str(), root.text_of("b")), ("a", Some("x & y! R & D")));
        let b = root.child("b").expect("there");
        assert!(text[b.span.0..b.span.1].starts_with("<b>"));
        assert!(text[b.span.0..b.span.1].ends_with("</b>"));
        assert!(parse("<a><b></a>").is_err());
        assert!(parse("<a>").is_err());
        assert!(parse(&"<a>".repeat(1000)).is_err());
        assert!(parse("").is_err());
    }
}
