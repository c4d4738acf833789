//! The parts of a CSAF document that say something about packages.
//!
//! Field names are those of the standard. Everything may be missing, `null` counts as missing, and
//! a text may be any scalar: vendors take such liberties, and none is worth a whole document.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Document<'a> {
    #[serde(borrow)]
    pub(super) document: Head<'a>,
    #[serde(borrow)]
    pub(super) product_tree: ProductTree<'a>,
    #[serde(borrow)]
    pub(super) vulnerabilities: List<Vulnerability<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) aggregate_severity: AggregateSeverity<'a>,
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow)]
    pub(super) publisher: Publisher<'a>,
    #[serde(borrow)]
    pub(super) title: Text<'a>,
    #[serde(borrow)]
    pub(super) tracking: Tracking<'a>,
    #[serde(borrow)]
    pub(super) notes: List<Note<'a>>,
    #[serde(borrow)]
    pub(super) references: List<Reference<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct AggregateSeverity<'a> {
    #[serde(borrow)]
    pub(super) text: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Publisher<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) namespace: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Tracking<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow)]
    pub(super) initial_release_date: Text<'a>,
    #[serde(borrow)]
    pub(super) current_release_date: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ProductTree<'a> {
    #[serde(borrow)]
    pub(super) branches: List<Branch<'a>>,
    #[serde(borrow)]
    pub(super) full_product_names: List<Product<'a>>,
    #[serde(borrow)]
    pub(super) relationships: List<Relationship<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Branch<'a> {
    #[serde(borrow)]
    pub(super) branches: List<Branch<'a>>,
    #[serde(borrow)]
    pub(super) product: Option<Product<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Product<'a> {
    #[serde(borrow)]
    pub(super) product_id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) product_identification_helper: Helper<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Helper<'a> {
    #[serde(borrow)]
    pub(super) cpe: Text<'a>,
    #[serde(borrow)]
    pub(super) purl: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Relationship<'a> {
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow)]
    pub(super) full_product_name: Product<'a>,
    #[serde(borrow)]
    pub(super) product_reference: Text<'a>,
    #[serde(borrow)]
    pub(super) relates_to_product_reference: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Vulnerability<'a> {
    #[serde(borrow)]
    pub(super) cve: Text<'a>,
    #[serde(borrow)]
    pub(super) cwe: Weakness<'a>,
    #[serde(borrow)]
    pub(super) title: Text<'a>,
    #[serde(borrow)]
    pub(super) ids: List<Id<'a>>,
    #[serde(borrow)]
    pub(super) notes: List<Note<'a>>,
    #[serde(borrow)]
    pub(super) references: List<Reference<'a>>,
    #[serde(borrow)]
    pub(super) release_date: Text<'a>,
    #[serde(borrow)]
    pub(super) flags: List<Flag<'a>>,
    #[serde(borrow)]
    pub(super) threats: List<Threat<'a>>,
    #[serde(borrow)]
    pub(super) remediations: List<Remediation<'a>>,
    #[serde(borrow)]
    pub(super) scores: List<Score<'a>>,
    #[serde(borrow)]
    pub(super) product_status: ProductStatus<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Weakness<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Id<'a> {
    #[serde(borrow)]
    pub(super) text: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Note<'a> {
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow)]
    pub(super) text: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Reference<'a> {
    #[serde(borrow)]
    pub(super) url: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Flag<'a> {
    #[serde(borrow)]
    pub(super) label: Text<'a>,
    #[serde(borrow)]
    pub(super) product_ids: List<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Threat<'a> {
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow)]
    pub(super) details: Text<'a>,
    #[serde(borrow)]
    pub(super) product_ids: List<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Remediation<'a> {
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow)]
    pub(super) details: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Text<'a>,
    #[serde(borrow)]
    pub(super) product_ids: List<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Score<'a> {
    #[serde(borrow)]
    pub(super) cvss_v2: Cvss<'a>,
    #[serde(borrow)]
    pub(super) cvss_v3: Cvss<'a>,
    #[serde(borrow)]
    pub(super) cvss_v4: Cvss<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Cvss<'a> {
    #[serde(borrow)]
    pub(super) vector_string: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ProductStatus<'a> {
    #[serde(borrow)]
    pub(super) first_fixed: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) fixed: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) recommended: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) first_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) known_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) last_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) known_not_affected: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) under_investigation: List<Text<'a>>,
}

/// A text; empty where there is none.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Text<'a>(Cow<'a, str>);

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

/// A list; empty where there is none, or something else.
#[derive(Debug)]
pub(super) struct List<T>(Vec<T>);

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
