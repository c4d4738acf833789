//! A record of a distribution's or a language's bucket.

use serde::Deserialize;

use super::Records;
use super::json::{from_json, or_default, severity, status};
use crate::import::constraint;
use crate::import::namespace::{Family, Place, normalised};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Advisory {
    fixed_version: String,
    severity: i64,
    status: i64,
    #[serde(rename = "VendorIDs", deserialize_with = "or_default")]
    vendor_ids: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    arches: Vec<String>,
    /// First affected version, where a distribution says it.
    affected_version: String,
    #[serde(deserialize_with = "or_default")]
    vulnerable_versions: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    patched_versions: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    unaffected_versions: Vec<String>,
    /// Fixes of several builds; what stands beside them is then a summary for old readers.
    #[serde(deserialize_with = "or_default")]
    entries: Vec<Fix>,
}

/// One fix, or the reason why there is none.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Fix {
    fixed_version: String,
    severity: i64,
    status: i64,
    #[serde(rename = "VendorIDs", deserialize_with = "or_default")]
    vendor_ids: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    arches: Vec<String>,
}

/// A record has some ten builds; this bounds what a hostile one becomes.
pub(super) const MOST_BUILDS: usize = 10_000;

/// Reads one record.
pub(super) fn read(
    place: &Place,
    package: &str,
    id: &str,
    value: &[u8],
) -> Result<Records, String> {
    let advisory: Advisory = from_json(value)?;
    if advisory.entries.len() > MOST_BUILDS {
        return Err(format!("it has {} entries", advisory.entries.len()));
    }
    let own = Fix {
        fixed_version: advisory.fixed_version,
        severity: advisory.severity,
        status: advisory.status,
        vendor_ids: advisory.vendor_ids,
        arches: advisory.arches,
    };
    let has_ranges =
        [&advisory.vulnerable_versions, &advisory.patched_versions, &advisory.unaffected_versions]
            .iter()
            .any(|list| !list.is_empty());
    let (package, modularity) = match place.family {
        Family::Language => {
            // A supplier's namespace ends with the ecosystem.
            let ecosystem = place.namespace.rsplit(':').next().unwrap_or_default();
            (normalised(ecosystem, package).into_owned(), None)
        }
        Family::Distribution => {
            let (package, modularity) = modular(package);
            (package.to_owned(), modularity)
        }
    };
    let frame = |fix: &Fix| -> Result<Affected, String> {
        Ok(Affected {
            namespace: place.namespace.clone(),
            package: package.clone(),
            vulnerability: id.to_owned(),
            advisories: fix.vendor_ids.clone(),
            severity: stated(fix.severity)?,
            architectures: fix.arches.clone(),
            modularity: modularity.clone(),
            channel: place.channel.clone().or_else(|| channel(&fix.fixed_version)),
            ..Affected::with_status(Status::Affected)
        })
    };
    if has_ranges {
        let ranges = constraint::ranges(
            place.syntax,
            &advisory.vulnerable_versions,
            &advisory.patched_versions,
            &advisory.unaffected_versions,
        )?;
        let is_fixed = ranges.iter().any(|range| range.fixed.is_some());
        let unfixed = advisory.patched_versions.iter().all(String::is_empty);
        let (mut verdict, raw) = status(own.status)?;
        if verdict == Status::Affected && is_fixed && !unfixed {
            verdict = Status::Fixed;
        }
        let statement = Affected {
            status: verdict,
            raw_status: raw.filter(|_| verdict != Status::Fixed).map(str::to_owned),
            ranges,
            ..frame(&own)?
        };
        return Ok((vec![statement], also_known(place, id, &own.vendor_ids)));
    }
    let fixes = match &advisory.entries[..] {
        [] => std::slice::from_ref(&own),
        entries => entries,
    };
    let mut statements = Vec::new();
    for fix in fixes {
        let mut statement = frame(fix)?;
        let introduced = Some(advisory.affected_version.clone()).filter(|text| !text.is_empty());
        (statement.status, statement.raw_status, statement.ranges) =
            verdict(&fix.fixed_version, fix.status, introduced)?;
        statements.push(statement);
    }
    Ok((statements, also_known(place, id, &own.vendor_ids)))
}

/// Status, the word for it and the affected versions. Nothing stands for no fixed version, and
/// version `0` for a package that never had the problem.
pub(super) fn verdict(
    fixed: &str,
    number: i64,
    introduced: Option<String>,
) -> Result<(Status, Option<String>, Vec<Range>), String> {
    let (status, word) = status(number)?;
    let word = word.map(str::to_owned);
    Ok(match (fixed, introduced) {
        ("0", _) => (Status::NotAffected, None, Vec::new()),
        ("", None) => (status, word, Vec::new()),
        ("", introduced) => (status, word, vec![Range { introduced, ..Range::default() }]),
        (fixed, introduced) => {
            let range = Range { introduced, fixed: Some(fixed.to_owned()), ..Range::default() };
            (Status::Fixed, None, vec![range])
        }
    })
}

/// Trivy DB writes 0, or leaves the field out, where the source says nothing.
pub(super) fn stated(number: i64) -> Result<Option<Severity>, String> {
    Ok(Some(severity(number)?).filter(|severity| *severity != Severity::Unknown))
}

/// A package's name, and the module stream `name:stream` in front of it: `nodejs:12::npm`.
pub(super) fn modular(package: &str) -> (&str, Option<String>) {
    match package.split_once("::") {
        Some((module, name)) if module.contains(':') && !name.is_empty() => {
            (name, Some(module.to_owned()))
        }
        _ => (package, None),
    }
}

/// Oracle builds packages for other kinds of hosts, whose versions say so.
fn channel(fixed: &str) -> Option<String> {
    ["ksplice", "fips"].into_iter().find(|word| fixed.contains(word)).map(str::to_owned)
}

/// Names of the same problem: what sources of languages write as vendor ids. Those of distributions
/// are names of fixes.
fn also_known(place: &Place, id: &str, vendor_ids: &[String]) -> Vec<Vulnerability> {
    let aliases: Vec<String> = match place.family {
        Family::Distribution => Vec::new(),
        Family::Language => vendor_ids.iter().filter(|name| *name != id).cloned().collect(),
    };
    if aliases.is_empty() {
        return Vec::new();
    }
    vec![Vulnerability { id: id.to_owned(), aliases, ..Vulnerability::default() }]
}
