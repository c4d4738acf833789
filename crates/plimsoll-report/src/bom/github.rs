//! A snapshot for GitHub's dependency graph,
//! <https://docs.github.com/en/rest/dependency-graph/dependency-submission>.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_inventory::{Evidence, Package, Relationship, extractor};
use serde::Serialize;

use super::{is_of_system, only_one};
use crate::{Report, identity, text};

/// The run of a workflow that a snapshot belongs to, as GitHub's variables tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GithubRun {
    /// `GITHUB_REF`.
    pub reference: String,
    /// `GITHUB_SHA`.
    pub commit: String,
    /// `GITHUB_WORKFLOW`.
    pub workflow: String,
    /// `GITHUB_JOB`.
    pub job: String,
    /// `GITHUB_RUN_ID`.
    pub run: String,
}

#[derive(Serialize)]
struct Snapshot<'a> {
    version: u32,
    sha: &'a str,
    r#ref: &'a str,
    job: Job,
    detector: Detector<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'static str, String>,
    scanned: &'a str,
    manifests: BTreeMap<String, Manifest>,
}

#[derive(Serialize)]
struct Job {
    correlator: String,
    /// The API insists on one.
    id: String,
}

#[derive(Serialize)]
struct Detector<'a> {
    name: &'static str,
    version: &'a str,
    url: &'static str,
}

#[derive(Serialize)]
struct Manifest {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<File>,
    resolved: BTreeMap<String, Dependency>,
}

#[derive(Serialize)]
struct File {
    source_location: String,
}

#[derive(Serialize)]
struct Dependency {
    package_url: String,
    relationship: &'static str,
    scope: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'static str, String>,
}

/// Writes the one report.
pub(crate) fn write(out: &mut dyn Write, reports: &[Report], run: &GithubRun) -> io::Result<()> {
    let report = only_one(reports)?;
    let os = report.inventory.os.as_ref();
    let mut manifests: BTreeMap<String, Manifest> = BTreeMap::new();
    for package in &report.inventory.packages {
        let purl = plimsoll_inventory::purl(package, os);
        if purl.is_empty() {
            continue;
        }
        let (key, name, file) = place(report, package);
        let manifest = manifests.entry(key).or_insert_with(|| Manifest {
            name,
            file: file.map(|source_location| File { source_location }),
            resolved: BTreeMap::new(),
        });
        // Not by name alone: two versions of one package are two entries.
        let id = plimsoll_language::component_id(&package.name, &package.version);
        manifest.resolved.entry(text::clean(&id)).or_insert_with(|| dependency(package, purl));
    }
    let mut metadata = BTreeMap::new();
    metadata.insert("plimsoll:name", text::clean(&report.image.name));
    if let Some(id) = report.image.id {
        metadata.insert("plimsoll:image:id", id.to_string());
    }
    let correlator = match (run.workflow.as_str(), run.job.as_str()) {
        ("", "") => "plimsoll".to_owned(),
        (workflow, job) => format!("{workflow}_{job}"),
    };
    let snapshot = Snapshot {
        version: 0,
        sha: &run.commit,
        r#ref: &run.reference,
        job: Job {
            correlator,
            id: if run.run.is_empty() { identity::content_id(report) } else { run.run.clone() },
        },
        detector: Detector {
            name: "plimsoll",
            version: &report.tool_version,
            url: "https://github.com/plimsoll-scanner/plimsoll",
        },
        metadata,
        scanned: &report.created_at,
        manifests,
    };
    serde_json::to_writer_pretty(&mut *out, &snapshot)?;
    writeln!(out)
}

/// In which manifest a package stands: key, name and file.
fn place(report: &Report, package: &Package) -> (String, String, Option<String>) {
    let image = text::clean(&report.image.name);
    let Some(library) = &package.library else {
        let (family, version) = report.system().unwrap_or(("", ""));
        let system = text::clean(format!("{family} {version}").trim());
        let key = if system.is_empty() { image } else { format!("{image} ({system})") };
        return (key, text::clean(family), None);
    };
    let row = extractor(&library.extractor);
    let type_name = row.map_or(library.extractor.as_str(), |row| row.type_name).to_owned();
    match row.map(|row| row.evidence) {
        Some(Evidence::Locked) => {
            let file = text::clean(&library.file);
            (file.clone(), type_name, Some(file))
        }
        _ => (format!("{image} ({type_name})"), type_name, None),
    }
}

fn dependency(package: &Package, purl: String) -> Dependency {
    let library = package.library.as_deref();
    let mut metadata = BTreeMap::new();
    if !is_of_system(package) && !package.found_in.path.is_empty() {
        metadata.insert("source_location", text::clean(&package.found_in.path));
    }
    let is_indirect = library.is_some_and(|library| library.relationship == Relationship::Indirect);
    let is_dev = library.is_some_and(|library| library.dev);
    Dependency {
        package_url: purl,
        relationship: if is_indirect { "indirect" } else { "direct" },
        scope: if is_dev { "development" } else { "runtime" },
        dependencies: library
            .map(|library| library.depends_on.iter().map(|id| text::clean(id)).collect())
            .unwrap_or_default(),
        metadata,
    }
}
