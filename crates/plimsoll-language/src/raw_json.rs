//! JSON, one level at a time: a member is read when it is wanted, so that a strange one spoils
//! nothing else, and knows where in the text it stands.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object in their order, each as it is written.
#[derive(Debug, Default)]
pub(crate) struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Reads a text that is an object.
    pub(crate) fn read(text: &'a str) -> Result<Members<'a>, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The members of a value, none if it is no object.
    pub(crate) fn of(value: &'a RawValue) -> Members<'a> {
        Members::read(value.get()).unwrap_or_default()
    }

    /// The member with this name; the last one counts, as for every reader of JSON.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The members of the member with this name.
    pub(crate) fn inner(&self, name: &str) -> Members<'a> {
        self.get(name).map(Members::of).unwrap_or_default()
    }

    /// The elements of the member with this name.
    pub(crate) fn list(&self, name: &str) -> Vec<&'a RawValue> {
        self.get(name).map(elements).unwrap_or_default()
    }

    /// The text of the member with this name, not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(text).filter(|text| !text.is_empty())
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }

    /// The names.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }
}

/// The elements of an array, none if it is no array.
pub(crate) fn elements(value: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(value.get()).unwrap_or_default()
}

/// The texts of an array, or of one text by itself.
pub(crate) fn texts(value: &RawValue) -> Vec<String> {
    match text(value) {
        Some(one) => vec![one],
        None => elements(value).into_iter().filter_map(text).collect(),
    }
}

/// A text, or a number as it is written: some tools write `1.0` without quotes.
pub(crate) fn text(value: &RawValue) -> Option<String> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw).ok().map(|text| text.trim().to_owned()),
        Some(b'0'..=b'9') => Some(raw.to_owned()),
        _ => None,
    }
}

impl<'a> Deserialize<'a> for Members<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Members<'a>, D::Error> {
        struct Reader;

        impl<'a> Visitor<'a> for Reader {
            type Value = Members<'a>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Members<'a>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strange_members_spoil_nothing() {
        let members = Members::read(r#"{"a": 1.10, "b": ["x", 2, {}], "c": null, "a": "z"}"#);
        let members = members.unwrap();
        assert_eq!(members.text("a").as_deref(), Some("z"));
        assert_eq!(texts(members.get("b").unwrap()), ["x", "2"]);
        assert_eq!((members.text("c"), members.inner("b").keys().count()), (None, 0));
    }
}
