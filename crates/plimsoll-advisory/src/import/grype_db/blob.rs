//! The JSON of blobs.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::model::{Import, Severity};

/// A blob of this size is damage; the largest real ones have some hundred kilobytes.
const LARGEST: usize = 4 << 20;

/// Reads a blob.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    if text.len() > LARGEST {
        return Err(format!("the blob has {} bytes", text.len()));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// What a handle of a vulnerability points to.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct VulnerabilityBlob {
    #[serde(deserialize_with = "or_default")]
    pub(super) description: String,
    #[serde(deserialize_with = "or_default")]
    pub(super) refs: Vec<Reference>,
    #[serde(deserialize_with = "or_default")]
    pub(super) aliases: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) severities: Vec<Rating>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Reference {
    pub(super) url: String,
}

/// A severity in one of several schemes: a word, or a CVSS vector.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Rating {
    pub(super) scheme: String,
    pub(super) value: Value,
}

impl VulnerabilityBlob {
    /// The first word.
    pub(super) fn severity(&self) -> Option<Severity> {
        self.severities
            .iter()
            .filter(|rating| !rating.scheme.starts_with("CVSS"))
            .find_map(|rating| Severity::from_word(rating.value.as_str()?))
    }

    /// All vectors.
    pub(super) fn vectors(&self) -> Vec<String> {
        let ratings = self.severities.iter().filter(|rating| rating.scheme.starts_with("CVSS"));
        ratings
            .filter_map(|rating| rating.value.get("vector").unwrap_or(&rating.value).as_str())
            .filter(|vector| !vector.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// What a handle of a package, or of a CPE, points to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PackageBlob {
    #[serde(deserialize_with = "or_default")]
    pub(super) cves: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) ranges: Vec<VersionRange>,
    #[serde(deserialize_with = "or_default")]
    pub(super) qualifiers: Qualifiers,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct VersionRange {
    #[serde(deserialize_with = "or_default")]
    pub(super) version: Constraint,
    #[serde(deserialize_with = "or_default")]
    pub(super) fix: Fix,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Constraint {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) constraint: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Fix {
    pub(super) version: String,
    pub(super) state: String,
}

/// What must hold besides the version.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Qualifiers {
    pub(super) rpm_modularity: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) platform_cpes: Vec<String>,
    pub(super) architecture: Option<Words>,
    #[serde(deserialize_with = "or_default")]
    pub(super) go_imports: Vec<GoImport>,
    pub(super) rootio: Option<Value>,
}

/// One word or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    One(String),
    Several(Vec<String>),
}

impl Words {
    pub(super) fn into_list(self) -> Vec<String> {
        let list = match self {
            Words::One(word) => vec![word],
            Words::Several(words) => words,
        };
        list.into_iter().filter(|word| !word.is_empty()).collect()
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct GoImport {
    path: String,
    #[serde(deserialize_with = "or_default")]
    symbols: Vec<String>,
}

impl From<GoImport> for Import {
    fn from(import: GoImport) -> Import {
        Import { path: import.path, symbols: import.symbols, ..Import::default() }
    }
}

/// What a handle of a known exploited vulnerability points to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ExploitedBlob {
    pub(super) date_added: Option<String>,
    pub(super) due_date: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) known_ransomware_campaign_use: String,
}
