//! The elements of a project file or list, each with its attributes, text and place.

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use crate::{Input, Lines, Positions};

/// Elements within elements; project files have six.
const MAX_DEPTH: usize = 64;

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    /// Its name without prefix.
    pub(super) name: String,
    /// The name of the element that it stands in; empty for the outermost.
    pub(super) parent: String,
    /// From its first to its last tag.
    pub(super) lines: Lines,
    /// Its own text, trimmed.
    pub(super) text: String,
    attributes: Vec<(String, String)>,
    /// Names and texts of the elements in it.
    children: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute, not empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        find(&self.attributes, name)
    }

    /// The value of an attribute or of an element in it, which MSBuild takes for the same.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name).or_else(|| find(&self.children, name))
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// The elements in the order in which they end, and what is wrong with the rest of the file.
pub(super) fn elements(input: Input<'_>) -> (Vec<Element>, Option<String>) {
    let text = input.lossy();
    let mut found = Vec::new();
    let problem = walk(&text, &mut found).err();
    (found, problem)
}

fn walk(text: &str, found: &mut Vec<Element>) -> Result<(), String> {
    let positions = Positions::new(text.as_bytes());
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(Element, usize)> = Vec::new();
    loop {
        let start = offset(&reader);
        let event = reader
            .read_event()
            .map_err(|error| format!("line {}: {error}", positions.line(start)))?;
        match event {
            Event::Start(tag) | Event::Empty(tag) if open.len() >= MAX_DEPTH => {
                let name = tag.local_name().as_ref().to_owned();
                return Err(format!("<{name}> is nested deeper than {MAX_DEPTH} elements"));
            }
            Event::Start(tag) => open.push((element(&tag, &open), start)),
            Event::Empty(tag) => {
                let mut element = element(&tag, &open);
                element.lines = positions.lines(start, offset(&reader));
                found.push(element);
            }
            Event::Text(part) => add_text(&mut open, &part),
            Event::CData(part) => add_text(&mut open, &part),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(sign)) => add_text(&mut open, sign.encode_utf8(&mut [0; 4])),
                _ => add_text(&mut open, resolve_predefined_entity(&reference).unwrap_or_default()),
            },
            Event::End(_) => {
                let Some((mut element, start)) = open.pop() else { continue };
                element.lines = positions.lines(start, offset(&reader));
                element.text = element.text.trim().to_owned();
                if let Some((parent, _)) = open.last_mut() {
                    parent.children.push((element.name.clone(), element.text.clone()));
                }
                found.push(element);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match (open.last(), found.is_empty()) {
        (Some((element, _)), _) => Err(format!("the file ends inside <{}>", element.name)),
        (None, true) => Err("the file has no element".to_owned()),
        (None, false) => Ok(()),
    }
}

fn offset(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn add_text(open: &mut [(Element, usize)], text: &str) {
    if let Some((element, _)) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(tag: &BytesStart<'_>, open: &[(Element, usize)]) -> Element {
    // Looking for repeated attributes would take the square of their number.
    let mut attributes = tag.attributes();
    let attributes = attributes
        .with_checks(false)
        .flatten()
        .filter_map(|attribute| {
            let value = unescape(&attribute.value).ok()?.into_owned();
            Some((attribute.key.local_name().as_ref().to_owned(), value))
        })
        .collect();
    Element {
        name: tag.local_name().as_ref().to_owned(),
        parent: open.last().map(|(element, _)| element.name.clone()).unwrap_or_default(),
        lines: Lines { start: 0, end: 0 },
        text: String::new(),
        attributes,
        children: Vec::new(),
    }
}
