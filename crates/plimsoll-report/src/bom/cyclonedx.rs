//! CycloneDX 1.6 as JSON, <https://cyclonedx.org/docs/1.6/json/>.

use std::io::{self, Write};

use plimsoll_image::Digest;
use plimsoll_inventory::Package;
use serde::Serialize;

use super::license::{self, Choice};
use super::vulnerability::{self, moment, vulnerabilities, weaknesses};
use super::{Document, Entry, Naming, Properties, image_purl, is_of_system, is_program, only_one};
use crate::{Report, Texts, text};

pub(super) const VERSION: &str = "1.6";
/// Reference of the image.
pub(super) const ROOT: &str = "image";
/// Reference of the operating system.
pub(super) const SYSTEM: &str = "operating-system";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bom<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<&'a str>,
    tools: Tools<'a>,
    component: Component,
}

#[derive(Serialize)]
struct Tools<'a> {
    components: [Tool<'a>; 1],
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    name: &'static str,
    version: &'a str,
}

/// A component, as JSON and XML have it.
#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Component {
    pub(super) bom_ref: String,
    pub(super) r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) supplier: Option<Named>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) group: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) licenses: Vec<License>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpe: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) properties: Vec<Property>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<Evidence>,
}

#[derive(Serialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Serialize)]
pub(super) struct Hash {
    pub(super) alg: &'static str,
    pub(super) content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum License {
    License(LicenseName),
    Expression(String),
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LicenseName {
    Id(String),
    Name(String),
}

#[derive(Serialize)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) value: String,
}

#[derive(Serialize)]
pub(super) struct Evidence {
    pub(super) occurrences: Vec<Occurrence>,
}

#[derive(Serialize)]
pub(super) struct Occurrence {
    pub(super) location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    pub(super) r#ref: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) depends_on: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Vulnerability<'a> {
    id: &'a str,
    source: Source<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Reference<'a>>,
    ratings: Vec<Rating<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cwes: Vec<u32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommendation: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advisories: Vec<Advisory<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<&'a str>,
    affects: Vec<Affects<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
}

#[derive(Serialize)]
struct Reference<'a> {
    id: &'a str,
    source: Source<'a>,
}

#[derive(Serialize)]
struct Rating<'a> {
    source: Source<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<&'a str>,
}

#[derive(Serialize)]
struct Advisory<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct Affects<'a> {
    r#ref: &'a str,
    versions: [AffectedVersion<'a>; 1],
}

#[derive(Serialize)]
struct AffectedVersion<'a> {
    version: &'a str,
    status: &'static str,
}

/// Writes the one report.
pub(crate) fn write(out: &mut dyn Write, reports: &[Report], texts: Texts<'_>) -> io::Result<()> {
    let report = only_one(reports)?;
    let document = Document::of(report, Naming::Purl);
    let found = vulnerabilities(&document, texts);
    let bom = Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: VERSION,
        serial_number: format!("urn:uuid:{}", document.uuid),
        version: 1,
        metadata: Metadata {
            timestamp: moment(Some(&report.created_at)),
            tools: Tools {
                components: [Tool {
                    r#type: "application",
                    name: "plimsoll",
                    version: &report.tool_version,
                }],
            },
            component: root(&document),
        },
        components: components(&document),
        dependencies: dependencies(&document),
        vulnerabilities: found.iter().map(Vulnerability::of).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &bom)?;
    writeln!(out)
}

/// The image.
pub(super) fn root(document: &Document<'_>) -> Component {
    let report = document.report;
    let image = &report.image;
    let digest = image.manifest_digest.or(image.id);
    Component {
        bom_ref: ROOT.to_owned(),
        r#type: if report.is_directory() { "application" } else { "container" },
        name: document.root_name(),
        version: digest.map(|digest| digest.to_string()).unwrap_or_default(),
        hashes: digest.iter().filter_map(hash_of).collect(),
        purl: image_purl(report),
        properties: properties(&document.properties),
        ..Component::default()
    }
}

fn hash_of(digest: &Digest) -> Option<Hash> {
    hash(&digest.to_string())
}

/// `sha256:` and digits; nothing for other texts, which the format does not allow.
fn hash(digest: &str) -> Option<Hash> {
    let (algorithm, content) = digest.split_once(':')?;
    let (alg, length) = match algorithm {
        "md5" => ("MD5", 32),
        "sha1" => ("SHA-1", 40),
        "sha256" => ("SHA-256", 64),
        "sha384" => ("SHA-384", 96),
        "sha512" => ("SHA-512", 128),
        _ => return None,
    };
    let is_hex = content.len() == length && content.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| Hash { alg, content: content.to_lowercase() })
}

fn properties(properties: &Properties) -> Vec<Property> {
    properties.iter().map(|(name, value)| Property { name, value: value.clone() }).collect()
}

/// The operating system and the packages.
pub(super) fn components(document: &Document<'_>) -> Vec<Component> {
    let system = document.system.as_ref().map(|system| Component {
        bom_ref: SYSTEM.to_owned(),
        r#type: "operating-system",
        name: text::clean(system.family),
        version: text::clean(system.version),
        properties: properties(&system.properties),
        ..Component::default()
    });
    system.into_iter().chain(document.packages.iter().map(component)).collect()
}

fn component(entry: &Entry<'_>) -> Component {
    let package = entry.package;
    let library = package.library.as_deref();
    let (group, name) = group(package);
    let maintainer = package.maintainer.as_deref().filter(|name| !name.trim().is_empty());
    let digests = library.map(|library| library.digests.as_slice()).unwrap_or_default();
    Component {
        bom_ref: entry.reference.clone(),
        r#type: if is_program(package) { "application" } else { "library" },
        supplier: maintainer.map(|name| Named { name: text::clean(name) }),
        group: text::clean(group),
        name: text::clean(name),
        version: text::clean(&package.version),
        scope: library.filter(|library| library.dev).map(|_| "excluded"),
        hashes: digests.iter().filter_map(|digest| hash(digest)).collect(),
        licenses: license::choices(package).into_iter().map(License::of).collect(),
        cpe: library.and_then(|library| library.cpes.first().cloned()),
        purl: Some(entry.purl.clone()).filter(|purl| !purl.is_empty()),
        properties: properties(&entry.properties),
        evidence: evidence(package),
    }
}

/// What registries call group or scope stands apart.
fn group(package: &Package) -> (&str, &str) {
    use plimsoll_version::Ecosystem;
    let split = match package.library.as_ref().map(|library| library.ecosystem) {
        Some(Ecosystem::Maven) => package.name.split_once(':'),
        Some(Ecosystem::Npm) => {
            package.name.split_once('/').filter(|(scope, _)| scope.starts_with('@'))
        }
        _ => None,
    };
    split.unwrap_or(("", &package.name))
}

fn evidence(package: &Package) -> Option<Evidence> {
    if package.found_in.path.is_empty() {
        return None;
    }
    let location = text::clean(&package.found_in.path);
    let lines =
        package.library.as_ref().map(|library| library.lines.as_slice()).unwrap_or_default();
    let occurrences = match lines {
        [] => vec![Occurrence { location, line: None }],
        lines => lines
            .iter()
            .map(|lines| Occurrence { location: location.clone(), line: Some(lines.start) })
            .collect(),
    };
    Some(Evidence { occurrences })
}

impl License {
    fn of(choice: Choice) -> License {
        match choice {
            Choice::Id(id) => License::License(LicenseName::Id(id)),
            Choice::Name(name) => License::License(LicenseName::Name(name)),
            Choice::Expression(expression) => License::Expression(expression),
        }
    }
}

/// The image needs the operating system and what nothing else needs; the operating system its
/// packages.
pub(super) fn dependencies(document: &Document<'_>) -> Vec<Dependency> {
    let references = |wanted: &dyn Fn(&Entry<'_>) -> bool| -> Vec<String> {
        let found = document.packages.iter().filter(|entry| wanted(entry));
        found.map(|entry| entry.reference.clone()).collect()
    };
    let mut all = Vec::with_capacity(document.packages.len() + 2);
    let of_system = references(&|entry| is_of_system(entry.package));
    let mut of_image = references(&|entry| !is_of_system(entry.package) && entry.is_direct);
    let mut system = None;
    if document.system.is_some() {
        of_image.insert(0, SYSTEM.to_owned());
        system = Some(Dependency { r#ref: SYSTEM.to_owned(), depends_on: of_system });
    } else {
        of_image.extend(of_system);
    }
    all.push(Dependency { r#ref: ROOT.to_owned(), depends_on: of_image });
    all.extend(system);
    for entry in &document.packages {
        let needs = entry.needs.iter().filter_map(|&index| document.packages.get(index));
        // A package that needs itself is no news, and not allowed.
        let needs = needs.filter(|needed| needed.reference != entry.reference);
        let depends_on = needs.map(|needed| needed.reference.clone()).collect();
        all.push(Dependency { r#ref: entry.reference.clone(), depends_on });
    }
    all
}

impl<'a> Vulnerability<'a> {
    fn of(one: &'a vulnerability::Vulnerability<'_>) -> Vulnerability<'a> {
        let source = &one.finding.source;
        Vulnerability {
            id: one.id,
            source: Source { name: &source.id, url: &one.url },
            references: one
                .finding
                .aliases
                .iter()
                .map(|id| Reference { id, source: Source { name: &source.id, url: &source.url } })
                .collect(),
            ratings: one
                .ratings
                .iter()
                .map(|rating| Rating {
                    source: Source { name: &rating.source, url: "" },
                    score: rating.score,
                    severity: rating.severity,
                    method: rating.method,
                    vector: rating.vector.as_deref(),
                })
                .collect(),
            cwes: weaknesses(&one.text),
            description: match one.text.description.as_str() {
                "" => &one.text.title,
                description => description,
            },
            recommendation: one.recommendation.as_deref(),
            advisories: one.text.references.iter().map(|url| Advisory { url }).collect(),
            published: moment(one.text.published.as_deref()),
            updated: moment(one.text.modified.as_deref()),
            affects: one
                .affects
                .iter()
                .map(|(reference, version)| Affects {
                    r#ref: reference,
                    versions: [AffectedVersion { version, status: "affected" }],
                })
                .collect(),
        }
    }
}
