//! The JSON of values: how numbers stand for words, and how large it may be.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::model::{Severity, Status};

/// A value of this size is damage: the largest real ones, texts, have some hundred kilobytes. Lists
/// of empty texts take ten times as much memory when they have been read.
const LARGEST: usize = 4 << 20;

/// Reads a value.
pub(super) fn from_json<T: DeserializeOwned>(value: &[u8]) -> Result<T, String> {
    if value.len() > LARGEST {
        return Err(format!("the value has {} bytes", value.len()));
    }
    serde_json::from_slice(value).map_err(|error| error.to_string())
}

/// Go writes `null` for an empty list.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The severity of a number.
pub(super) fn severity(number: i64) -> Result<Severity, String> {
    Ok(match number {
        0 => Severity::Unknown,
        1 => Severity::Low,
        2 => Severity::Medium,
        3 => Severity::High,
        4 => Severity::Critical,
        other => return Err(format!("severity {other} is unknown")),
    })
}

/// The status of a number, for a record that names no fixed version; and Trivy's word for it.
pub(super) fn status(number: i64) -> Result<(Status, Option<&'static str>), String> {
    Ok(match number {
        // Nothing was said about a status: no fix is known.
        0 => (Status::Affected, None),
        1 => (Status::NotAffected, Some("not_affected")),
        2 => (Status::Affected, Some("affected")),
        // There is a fix, and the record does not say which: so it cannot be installed by name.
        3 => (Status::Affected, Some("fixed")),
        4 => (Status::UnderInvestigation, Some("under_investigation")),
        5 => (Status::WillNotFix, Some("will_not_fix")),
        6 => (Status::FixDeferred, Some("fix_deferred")),
        7 => (Status::EndOfLife, Some("end_of_life")),
        other => return Err(format!("status {other} is unknown")),
    })
}
