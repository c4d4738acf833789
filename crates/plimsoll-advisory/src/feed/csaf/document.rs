//! The parts of a CSAF document that say something about packages.
//!
//! Field names are those of the standard. Everything may be missing, `null` counts as missing, and
//! a text may be any scalar: vendors take such liberties, and none is worth a whole document.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Document<'a> {
    #[serde(borrow)]
    pub(in crate::feed) document: Head<'a>,
    #[serde(borrow)]
    pub(in crate::feed) product_tree: ProductTree<'a>,
    #[serde(borrow)]
    pub(in crate::feed) vulnerabilities: List<Vulnerability<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Head<'a> {
    #[serde(borrow)]
    pub(in crate::feed) aggregate_severity: AggregateSeverity<'a>,
    #[serde(borrow)]
    pub(in crate::feed) category: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) publisher: Publisher<'a>,
    #[serde(borrow)]
    pub(in crate::feed) title: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) tracking: Tracking<'a>,
    #[serde(borrow)]
    pub(in crate::feed) notes: List<Note<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) references: List<Reference<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct AggregateSeverity<'a> {
    #[serde(borrow)]
    pub(in crate::feed) text: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Publisher<'a> {
    #[serde(borrow)]
    pub(in crate::feed) name: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) namespace: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Tracking<'a> {
    #[serde(borrow)]
    pub(in crate::feed) id: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) status: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) initial_release_date: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) current_release_date: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct ProductTree<'a> {
    #[serde(borrow)]
    pub(in crate::feed) branches: List<Branch<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) full_product_names: List<Product<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) relationships: List<Relationship<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Branch<'a> {
    #[serde(borrow)]
    pub(in crate::feed) branches: List<Branch<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) product: Option<Product<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Product<'a> {
    #[serde(borrow)]
    pub(in crate::feed) product_id: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) name: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) product_identification_helper: Helper<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Helper<'a> {
    #[serde(borrow)]
    pub(in crate::feed) cpe: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) purl: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Relationship<'a> {
    #[serde(borrow)]
    pub(in crate::feed) category: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) full_product_name: Product<'a>,
    #[serde(borrow)]
    pub(in crate::feed) product_reference: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) relates_to_product_reference: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Vulnerability<'a> {
    #[serde(borrow)]
    pub(in crate::feed) cve: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) cwe: Weakness<'a>,
    #[serde(borrow)]
    pub(in crate::feed) title: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) ids: List<Id<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) notes: List<Note<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) references: List<Reference<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) release_date: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) flags: List<Flag<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) threats: List<Threat<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) remediations: List<Remediation<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) scores: List<Score<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) product_status: ProductStatus<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Weakness<'a> {
    #[serde(borrow)]
    pub(in crate::feed) id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Id<'a> {
    #[serde(borrow)]
    pub(in crate::feed) text: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Note<'a> {
    #[serde(borrow)]
    pub(in crate::feed) category: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) text: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Reference<'a> {
    #[serde(borrow)]
    pub(in crate::feed) url: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Flag<'a> {
    #[serde(borrow)]
    pub(in crate::feed) label: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) product_ids: List<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Threat<'a> {
    #[serde(borrow)]
    pub(in crate::feed) category: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) details: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) product_ids: List<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Remediation<'a> {
    #[serde(borrow)]
    pub(in crate::feed) category: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) details: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) url: Text<'a>,
    #[serde(borrow)]
    pub(in crate::feed) product_ids: List<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct Score<'a> {
    #[serde(borrow)]
    pub(in crate::feed) cvss_v2: Cvss<'a>,
    #[serde(borrow)]
    pub(in crate::feed) cvss_v3: Cvss<'a>,
    #[serde(borrow)]
    pub(in crate::feed) cvss_v4: Cvss<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::feed) struct Cvss<'a> {
    #[serde(borrow)]
    pub(in crate::feed) vector_string: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::feed) struct ProductStatus<'a> {
    #[serde(borrow)]
    pub(in crate::feed) first_fixed: List<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) fixed: List<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) recommended: List<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) first_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) known_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) last_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) known_not_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(in crate::feed) under_investigation: List<Text<'a>>,
}

/// A text; empty where there is none.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::feed) struct Text<'a>(Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }
}

/// A list, where a single element stands for a list of one.
#[derive(Debug)]
pub(in crate::feed) struct OneOrMore<T>(Vec<T>);

impl<T> Default for OneOrMore<T> {
    fn default() -> OneOrMore<T> {
        OneOrMore(Vec::new())
    }
}

impl<T> std::ops::Deref for OneOrMore<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'l, T> IntoIterator for &'l OneOrMore<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMore<T>, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let list = match raw.as_bytes().first() {
            Some(b'[') => serde_json::from_str(raw),
            Some(b'n') => Ok(Vec::new()),
            _ => serde_json::from_str(raw).map(|one| vec![one]),
        };
        list.map(OneOrMore).map_err(D::Error::custom)
    }
}

/// A list; empty where there is none, or something else.
#[derive(Debug)]
pub(in crate::feed) struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List(Vec::new())
    }
}

impl<T> std::ops::Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List<T>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData)).map(List)
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element()? {
            list.push(element);
        }
        Ok(list)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Vec::new())
    }
}
