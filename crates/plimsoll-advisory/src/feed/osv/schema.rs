//! The fields of an OSV record that say something about packages and problems.
//!
//! What the schema fixes is read strictly, so that a record of another shape is refused; but for
//! `null` in place of a list, and one range in place of a list of them, which live records have.
//! What it leaves to each database (`database_specific` and `ecosystem_specific`) is read for the
//! fields that are known, and only where they have the known form.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// One document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub(super) id: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) summary: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) details: String,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) withdrawn: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) aliases: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) related: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) upstream: Vec<String>,
    pub(super) severity: Known<Vec<Rating>>,
    #[serde(deserialize_with = "nullable")]
    pub(super) affected: Vec<Product>,
    #[serde(deserialize_with = "nullable")]
    pub(super) references: Vec<Reference>,
    pub(super) database_specific: Known<RecordNotes>,
}

/// A score: a CVSS vector, or a word of a source (`Ubuntu`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rating {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) score: String,
}

/// A link.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reference {
    #[serde(deserialize_with = "nullable")]
    pub(super) url: String,
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub(super) kind: String,
}

/// A package, and its affected versions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Product {
    pub(super) package: Option<Package>,
    #[serde(deserialize_with = "one_or_many")]
    pub(super) ranges: Vec<EventRange>,
    #[serde(deserialize_with = "listed")]
    pub(super) versions: Vec<String>,
    pub(super) severity: Known<Vec<Rating>>,
    pub(super) ecosystem_specific: Known<EcosystemNotes>,
    pub(super) database_specific: Known<ProductNotes>,
}

/// A name in an ecosystem.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Package {
    #[serde(deserialize_with = "nullable")]
    pub(super) ecosystem: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) name: String,
}

/// Versions between events.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventRange {
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub(super) kind: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) repo: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) events: Vec<Event>,
}

/// A place in the order of versions; one of the fields, or none, is set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Event {
    pub(super) introduced: Option<String>,
    pub(super) fixed: Option<String>,
    pub(super) last_affected: Option<String>,
    pub(super) limit: Option<String>,
}

/// What databases add to a record.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RecordNotes {
    /// GitHub's word, Bitnami's, curl's.
    pub(super) severity: Known<String>,
    /// GitHub.
    pub(super) cwe_ids: Known<Vec<String>>,
    /// opam.
    pub(super) cwe: Known<Vec<String>>,
    /// curl.
    #[serde(rename = "CWE")]
    pub(super) curl_cwe: Known<Weakness>,
    /// curl: the project that the record is about.
    pub(super) package: Known<String>,
    /// Go: `UNREVIEWED` for what was copied from elsewhere.
    pub(super) review_status: Known<String>,
}

/// What databases add to a product.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProductNotes {
    /// GitHub: `<= 1.2`, where no fix ends the range.
    pub(super) last_known_affected_version_range: Known<String>,
    /// RustSec: `unmaintained`, `unsound`, `notice`.
    pub(super) informational: Known<String>,
    /// RustSec: `memory-corruption`, `malicious`.
    pub(super) categories: Known<Vec<String>>,
    /// Malicious packages.
    pub(super) cwes: Known<Vec<Weakness>>,
    /// Ubuntu: the CVEs of this product, in a notice about several.
    pub(super) cves_map: Known<CveMap>,
}

/// A CWE, as two databases write it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Weakness {
    #[serde(alias = "cweId")]
    pub(super) id: String,
}

/// Ubuntu's list of the CVEs that a notice fixes in one release.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CveMap {
    pub(super) cves: Known<Vec<RatedCve>>,
}

/// A CVE with Ubuntu's scores.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RatedCve {
    pub(super) id: String,
    pub(super) severity: Known<Vec<Rating>>,
}

/// What ecosystems add to a product.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EcosystemNotes {
    /// Go.
    pub(super) imports: Known<Vec<GoImport>>,
    /// Go, until 2022: symbols of the module's own package.
    pub(super) symbols: Known<Vec<String>>,
    /// Go: versions that the module proxy does not know.
    pub(super) custom_ranges: Known<Vec<EventRange>>,
    /// RustSec.
    pub(super) affects: Known<RustAffects>,
    /// Python's advisories at GitHub: dotted paths.
    pub(super) affected_functions: Known<Vec<String>>,
    /// SUSE: name and version of each binary; Ubuntu has another form of it.
    pub(super) binaries: Known<Vec<Known<Binaries>>>,
    /// Ubuntu.
    pub(super) ubuntu_priority: Known<String>,
    /// Ubuntu: which subscription has the fix.
    pub(super) availability: Known<String>,
    /// Debian.
    pub(super) urgency: Known<String>,
    /// OSS-Fuzz.
    pub(super) severity: Known<String>,
    /// AlmaLinux, as others complete it.
    pub(super) rpm_modularity: Known<String>,
    /// openEuler: files by architecture, as are the next three.
    pub(super) aarch64: Known<Vec<String>>,
    pub(super) x86_64: Known<Vec<String>>,
    pub(super) noarch: Known<Vec<String>>,
    pub(super) riscv64: Known<Vec<String>>,
    pub(super) loongarch64: Known<Vec<String>>,
}

/// Versions of packages, by name.
pub(super) type Binaries = BTreeMap<String, Known<String>>;

/// A Go package with its vulnerable symbols.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GoImport {
    #[serde(deserialize_with = "nullable")]
    pub(super) path: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) symbols: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) goos: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) goarch: Vec<String>,
}

/// What of a crate is affected, and where.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RustAffects {
    #[serde(deserialize_with = "nullable")]
    pub(super) arch: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) os: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) functions: Vec<String>,
}

/// `null` is the same as nothing.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A value of a form that nobody promised: what has another form is as if it were not there.
///
/// Only the outermost form is forgiven, so that no value is read twice.
#[derive(Debug, Default)]
pub(super) struct Known<T>(pub(super) T);

impl<'de, T: Form<'de>> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KnownVisitor(PhantomData)).map(Known)
    }
}

/// How a type is made from a scalar, a list or a map; the form that is not its own makes nothing.
pub(super) trait Form<'de>: Default {
    fn from_text(_: String) -> Self {
        Self::default()
    }

    fn from_list<A: SeqAccess<'de>>(mut access: A) -> Result<Self, A::Error> {
        while access.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn from_map<A: MapAccess<'de>>(mut access: A) -> Result<Self, A::Error> {
        while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

impl Form<'_> for String {
    fn from_text(text: String) -> String {
        text
    }
}

impl<'de> Form<'de> for Vec<String> {
    fn from_text(text: String) -> Vec<String> {
        vec![text]
    }

    fn from_list<A: SeqAccess<'de>>(mut access: A) -> Result<Self, A::Error> {
        let mut texts = Vec::new();
        while let Some(Known(text)) = access.next_element::<Known<String>>()? {
            if !text.is_empty() {
                texts.push(text);
            }
        }
        Ok(texts)
    }
}

impl<'de> Form<'de> for Vec<Rating> {
    /// A word without a type is somebody's severity.
    fn from_text(score: String) -> Self {
        vec![Rating { kind: String::new(), score }]
    }

    fn from_list<A: SeqAccess<'de>>(access: A) -> Result<Self, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(access))
    }
}

macro_rules! form_of_a_list {
    ($($type:ty),*) => {$(
        impl<'de> Form<'de> for Vec<$type> {
            fn from_list<A: SeqAccess<'de>>(access: A) -> Result<Self, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(access))
            }
        }
    )*};
}

macro_rules! form_of_a_map {
    ($($type:ty),*) => {$(
        impl<'de> Form<'de> for $type {
            fn from_map<A: MapAccess<'de>>(access: A) -> Result<Self, A::Error> {
                Self::deserialize(MapAccessDeserializer::new(access))
            }
        }
    )*};
}

form_of_a_list!(Weakness, RatedCve, GoImport, EventRange, Known<Binaries>);
form_of_a_map!(RecordNotes, ProductNotes, EcosystemNotes, Weakness, CveMap, RustAffects, Binaries);

struct KnownVisitor<T>(PhantomData<T>);

impl<'de, T: Form<'de>> Visitor<'de> for KnownVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        Ok(T::from_text(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        Ok(T::from_text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok(T::from_text(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        Ok(T::from_text(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        Ok(T::from_text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<T, E> {
        Ok(T::from_text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<T, A::Error> {
        T::from_list(access)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<T, A::Error> {
        T::from_map(access)
    }
}

/// Photon's records have one range where the schema has a list.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<EventRange>, D::Error> {
    struct OneOrMany;

    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<EventRange>;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a list of ranges")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(access))
        }

        fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
            EventRange::deserialize(MapAccessDeserializer::new(access)).map(|range| vec![range])
        }
    }

    deserializer.deserialize_any(OneOrMany)
}

/// Recorded answers of OSV's interface may have the number of versions where the list was.
fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Listed;

    impl<'de> Visitor<'de> for Listed {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a list of versions")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(access))
        }
    }

    deserializer.deserialize_any(Listed)
}
