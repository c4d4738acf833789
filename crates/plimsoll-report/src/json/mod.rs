//! The JSON report: Trivy's schema version 2, and ours on top.
//!
//! Names, order and "leave out what is empty" are Trivy's, so that scripts written for it work
//! (<https://trivy.dev/latest/docs/configuration/reporting/#json>). What Trivy has no place for
//! stands under one additional key of each object, `Plimsoll`. What differs on purpose:
//!
//! - `UID`, `ReportID` and `Fingerprint` are stable, but are other hashes than Trivy's.
//! - The purl of a deb has its epoch in the version, where the purl specification wants it.
//! - `Size` is that of the layer as stored, not unpacked.
//! - `PrimaryURL` leads to the vulnerability's own page, not to a scanner's.
//! - Several images in one run are one array.

mod license;
mod metadata;
mod ours;
mod package;
mod vulnerability;

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};

use plimsoll_image::SourceKind;
use serde::Serialize;

use crate::results::{Part, PartKind, parts};
use crate::{Report, Text, Texts, identity};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    schema_version: u32,
    /// Scripts look here for the version of the tool.
    trivy: Tool<'a>,
    #[serde(rename = "ReportID")]
    report_id: String,
    created_at: &'a str,
    #[serde(rename = "ArtifactID", skip_serializing_if = "String::is_empty")]
    artifact_id: String,
    artifact_name: &'a str,
    artifact_type: &'static str,
    metadata: metadata::Metadata<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<PartResult<'a>>,
    plimsoll: ours::Report<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tool<'a> {
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PartResult<'a> {
    target: String,
    class: &'static str,
    #[serde(rename = "Type", skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    packages: Vec<package::Package<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vulnerabilities: Vec<vulnerability::Vulnerability<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<license::License<'a>>,
}

/// Writes one report as an object, several as an array of them.
pub(crate) fn write(out: &mut dyn Write, reports: &[Report], texts: Texts<'_>) -> io::Result<()> {
    let documents: Vec<_> = reports.iter().map(|report| document(report, texts)).collect();
    match documents.as_slice() {
        [one] => serde_json::to_writer_pretty(&mut *out, one)?,
        several => serde_json::to_writer_pretty(&mut *out, several)?,
    }
    writeln!(out)
}

fn document<'a>(report: &'a Report, texts: Texts<'_>) -> Document<'a> {
    let artifact_id = identity::artifact_id(report);
    // One problem is found in many packages, and its text must be inflated, together with those of
    // its neighbours by name.
    let findings = &report.outcome.findings;
    let ids: BTreeSet<&str> = findings.iter().map(|one| one.vulnerability.as_str()).collect();
    let known: HashMap<&str, Text> = ids.into_iter().map(|id| (id, texts(id))).collect();
    let parts = parts(report);
    let of = |part| result(report, part, &artifact_id, &known);
    let mut results: Vec<_> = parts.iter().map(of).collect();
    results.extend(license::results(report));
    Document {
        schema_version: 2,
        trivy: Tool { version: &report.tool_version },
        report_id: identity::report_id(report),
        created_at: &report.created_at,
        artifact_id,
        artifact_name: &report.image.name,
        artifact_type: artifact_type(report),
        metadata: metadata::Metadata::of(report),
        results,
        plimsoll: ours::Report::of(report),
    }
}

fn artifact_type(report: &Report) -> &'static str {
    match report.image.source {
        SourceKind::Directory => "filesystem",
        SourceKind::Repository => "repository",
        SourceKind::Document => report.document.unwrap_or("sbom"),
        _ => "container_image",
    }
}

fn result<'a>(
    report: &'a Report,
    part: &Part<'a>,
    artifact_id: &str,
    texts: &HashMap<&str, Text>,
) -> PartResult<'a> {
    let (target, class, kind) = match part.kind {
        PartKind::System => {
            let (family, version) = report.system().unwrap_or(("", ""));
            let system = format!("{family} {version}");
            let target = match system.trim() {
                "" => report.image.name.clone(),
                system => format!("{} ({system})", report.image.name),
            };
            (target, "os-pkgs", family)
        }
        PartKind::Library(kind) => (part.target.to_owned(), "lang-pkgs", kind),
    };
    let packages = if report.list_all_packages {
        let listed = part.packages.iter().filter_map(|&index| report.inventory.packages.get(index));
        listed.map(|package| package::Package::of(report, part, package)).collect()
    } else {
        Vec::new()
    };
    let vulnerabilities = part
        .findings
        .iter()
        .filter_map(|finding| {
            let package = report.package(finding)?;
            let text = texts.get(finding.vulnerability.as_str()).cloned().unwrap_or_default();
            let place = vulnerability::Place { artifact_id, target: &target, part };
            Some(vulnerability::Vulnerability::of(report, finding, package, text, place))
        })
        .collect();
    PartResult { target, class, kind, packages, vulnerabilities, licenses: Vec::new() }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
