//! Objects of JSON whose values are parts of the text, so that they know their lines.
//!
//! Nothing is trusted: a number stands for its digits, what has the wrong type is as good as
//! missing, and only what is asked for is read.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// An object, its members in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads a whole document; the error is a sentence fragment.
    pub(crate) fn parse(text: &'a str) -> Result<Object<'a>, String> {
        // npm and Yarn read files that begin with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The object that a value is.
    pub(crate) fn of(raw: &'a RawValue) -> Option<Object<'a>> {
        // Spares the text of an error.
        raw.get().starts_with('{').then(|| serde_json::from_str(raw.get()).ok()).flatten()
    }

    /// A member; the last one if there are several, as in JavaScript.
    pub(crate) fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, raw)| *raw)
    }

    /// A member that is a text or a number, without space around it; nothing if it is empty.
    pub(crate) fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        text(self.get(key)?)
    }

    /// A member that is an object; an empty one otherwise.
    pub(crate) fn object(&self, key: &str) -> Object<'a> {
        self.get(key).and_then(Object::of).unwrap_or_default()
    }

    /// A member that is a list; an empty one otherwise.
    pub(crate) fn list(&self, key: &str) -> Vec<&'a RawValue> {
        self.get(key).map(list).unwrap_or_default()
    }

    /// Whether a member is `true`.
    pub(crate) fn truth(&self, key: &str) -> bool {
        self.get(key).is_some_and(|raw| raw.get() == "true")
    }

    /// All members.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, raw)| (&**key, *raw))
    }

    /// All members that are texts or numbers.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, Cow<'a, str>)> {
        self.iter().filter_map(|(key, raw)| Some((key, text(raw)?)))
    }
}

/// The text or the number that a value is.
pub(crate) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'_>>(raw.get()).ok()?.0,
        b'-' | b'0'..=b'9' => Cow::Borrowed(raw.get()),
        _ => return None,
    };
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!text.is_empty()).then_some(text)
}

/// The members of a list.
pub(crate) fn list(raw: &RawValue) -> Vec<&RawValue> {
    if !raw.get().starts_with('[') {
        return Vec::new();
    }
    serde_json::from_str::<List<'_>>(raw.get()).map(|list| list.0).unwrap_or_default()
}

/// JSON of a text with comments and commas before closing brackets, which become spaces: every part
/// stays where it was.
pub(crate) fn without_comments(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    let mut comma = None;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let end = match (byte, next) {
            (b'"', _) => {
                at = end_of_string(&bytes, at);
                comma = None;
                continue;
            }
            (b'/', Some(b'/')) => memchr::memchr(b'\n', &bytes[at..]).map(|length| at + length),
            (b'/', Some(b'*')) => {
                let inside = at + 2;
                memchr::memmem::find(bytes.get(inside..).unwrap_or_default(), b"*/")
                    .map(|length| inside + length + 2)
            }
            _ => {
                match byte {
                    b',' => comma = Some(at),
                    b'}' | b']' => {
                        if let Some(comma) = comma.take() {
                            bytes[comma] = b' ';
                        }
                    }
                    byte if byte.is_ascii_whitespace() => {}
                    _ => comma = None,
                }
                at += 1;
                continue;
            }
        };
        let end = end.unwrap_or(bytes.len());
        for byte in bytes.get_mut(at..end).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    // Only whole comments were replaced, so this is text still.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The byte behind the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

struct Text<'a>(Cow<'a, str>);

struct List<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(value.to_owned())))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor).map(Object)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, raw)) = access.next_entry::<Text<'de>, &'de RawValue>()? {
            members.push((key.0, raw));
        }
        Ok(members)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor).map(List)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(raw) = access.next_element()? {
            members.push(raw);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_not_trusted() {
        let object = Object::parse("\u{feff}{\"a\": 1.10, \"b\": false, \"c\": \" \\u0041 \", \"d\": {}, \"d\": [1, \"x\"]}").unwrap();
        assert_eq!(object.text("a").as_deref(), Some("1.10"));
        assert_eq!(object.text("b"), None);
        assert_eq!(object.text("c").as_deref(), Some("A"));
        assert_eq!(object.list("d").len(), 2);
        assert!(object.object("b").iter().next().is_none());
    }

    #[test]
    fn comments_become_spaces() {
        for (text, expected) in [
            ("[1, // one\n 2, /* é , */ ]", "[1,       \n 2             ]"),
            ("{\"a//b\": \"\\\"/*\", }", "{\"a//b\": \"\\\"/*\"  }"),
            ("[1 // open", "[1        "),
            ("[1 /* open\n", "[1        \n"),
            ("\"\\", "\"\\"),
        ] {
            assert_eq!(without_comments(text), expected);
            assert_eq!(without_comments(text).len(), text.len());
        }
    }
}
