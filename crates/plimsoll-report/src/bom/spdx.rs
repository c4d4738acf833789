//! SPDX 2.3 as JSON, <https://spdx.github.io/spdx-spec/v2.3/>.

use std::io::{self, Write};

use serde::Serialize;

use super::license::{self, Other};
use super::{Document, Entry, Naming, Properties, image_purl, is_of_system, is_program, only_one};
use crate::{Report, text};

pub(super) const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const ROOT: &str = "SPDXRef-Image";
const SYSTEM: &str = "SPDXRef-OperatingSystem";

/// A document, as JSON and tag-value have it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spdx {
    pub(super) spdx_version: &'static str,
    pub(super) data_license: &'static str,
    #[serde(rename = "SPDXID")]
    pub(super) id: &'static str,
    pub(super) name: String,
    pub(super) document_namespace: String,
    pub(super) creation_info: CreationInfo,
    pub(super) packages: Vec<Package>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) has_extracted_licensing_infos: Vec<ExtractedLicense>,
    pub(super) relationships: Vec<Relationship>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreationInfo {
    pub(super) created: String,
    pub(super) creators: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package {
    pub(super) name: String,
    #[serde(rename = "SPDXID")]
    pub(super) id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) version_info: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) supplier: String,
    pub(super) download_location: &'static str,
    pub(super) files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) checksums: Vec<Checksum>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) source_info: String,
    pub(super) license_concluded: &'static str,
    pub(super) license_declared: String,
    pub(super) copyright_text: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) external_refs: Vec<ExternalReference>,
    pub(super) primary_package_purpose: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) annotations: Vec<Annotation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checksum {
    pub(super) algorithm: &'static str,
    pub(super) checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExternalReference {
    pub(super) reference_category: &'static str,
    pub(super) reference_type: &'static str,
    pub(super) reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Annotation {
    pub(super) annotation_date: String,
    pub(super) annotation_type: &'static str,
    pub(super) annotator: String,
    pub(super) comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExtractedLicense {
    pub(super) license_id: String,
    pub(super) extracted_text: String,
    pub(super) name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relationship {
    pub(super) spdx_element_id: String,
    pub(super) relationship_type: &'static str,
    pub(super) related_spdx_element: String,
}

/// Writes the one report.
pub(crate) fn write(out: &mut dyn Write, reports: &[Report]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(only_one(reports)?))?;
    writeln!(out)
}

/// The document of a report.
pub(super) fn document(report: &Report) -> Spdx {
    let document = Document::of(report, Naming::Spdx);
    let name = document.root_name();
    let plain =
        |sign: char| if sign.is_ascii_alphanumeric() || "._-/".contains(sign) { sign } else { '-' };
    let address: String = name.trim_matches('/').chars().map(plain).collect();
    let kind = if report.is_directory() { "directory" } else { "image" };
    let mut others = Vec::new();
    let author = Author {
        tool: format!("Tool: plimsoll-{}", report.tool_version),
        created: created(report),
    };
    let mut packages = vec![root(&document, &author)];
    packages.extend(system(&document, &author));
    packages.extend(document.packages.iter().map(|entry| package(entry, &author, &mut others)));
    others.sort();
    others.dedup();
    Spdx {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        document_namespace: format!(
            "https://github.com/plimsoll-scanner/plimsoll/sbom/{kind}/{address}-{}",
            document.uuid
        ),
        name: if name.is_empty() { kind.to_owned() } else { name },
        creation_info: CreationInfo {
            created: author.created.clone(),
            creators: vec![author.tool.clone()],
        },
        packages,
        has_extracted_licensing_infos: others.into_iter().map(ExtractedLicense::of).collect(),
        relationships: relationships(&document),
    }
}

/// Who says so, and when.
struct Author {
    tool: String,
    created: String,
}

/// To the second, as the format wants it.
fn created(report: &Report) -> String {
    match report.created_at.get(..19) {
        Some(moment) => format!("{moment}Z"),
        None => "1970-01-01T00:00:00Z".to_owned(),
    }
}

impl Author {
    fn annotations(&self, properties: &Properties) -> Vec<Annotation> {
        let annotation = |(name, value): &(&str, String)| Annotation {
            annotation_date: self.created.clone(),
            annotation_type: "OTHER",
            annotator: self.tool.clone(),
            comment: format!("{name}={value}"),
        };
        properties.iter().map(annotation).collect()
    }
}

fn bare(name: String, id: &str, version: String, purpose: &'static str) -> Package {
    Package {
        name: if name.trim().is_empty() { "unnamed".to_owned() } else { name },
        id: id.to_owned(),
        version_info: version,
        supplier: String::new(),
        download_location: "NOASSERTION",
        files_analyzed: false,
        checksums: Vec::new(),
        source_info: String::new(),
        license_concluded: "NOASSERTION",
        license_declared: "NOASSERTION".to_owned(),
        copyright_text: "NOASSERTION",
        external_refs: Vec::new(),
        primary_package_purpose: purpose,
        annotations: Vec::new(),
    }
}

fn root(document: &Document<'_>, author: &Author) -> Package {
    let report = document.report;
    let digest = report.image.manifest_digest.or(report.image.id).map(|digest| digest.to_string());
    let purpose = if report.is_directory() { "OTHER" } else { "CONTAINER" };
    Package {
        checksums: digest.iter().filter_map(|digest| checksum(digest)).collect(),
        external_refs: image_purl(report).into_iter().map(ExternalReference::purl).collect(),
        annotations: author.annotations(&document.properties),
        ..bare(document.root_name(), ROOT, digest.unwrap_or_default(), purpose)
    }
}

fn system(document: &Document<'_>, author: &Author) -> Option<Package> {
    let system = document.system.as_ref()?;
    Some(Package {
        annotations: author.annotations(&system.properties),
        ..bare(text::clean(system.family), SYSTEM, text::clean(system.version), "OPERATING-SYSTEM")
    })
}

fn package(entry: &Entry<'_>, author: &Author, others: &mut Vec<Other>) -> Package {
    let package = entry.package;
    let library = package.library.as_deref();
    let purpose = if is_program(package) { "APPLICATION" } else { "LIBRARY" };
    let mut references = Vec::new();
    if !entry.purl.is_empty() {
        references.push(ExternalReference::purl(entry.purl.clone()));
    }
    for cpe in library.map(|library| library.cpes.as_slice()).unwrap_or_default() {
        references.push(ExternalReference {
            reference_category: "SECURITY",
            reference_type: if cpe.starts_with("cpe:2.3:") { "cpe23Type" } else { "cpe22Type" },
            reference_locator: text::clean(cpe),
        });
    }
    // The names after the first are in an external reference each.
    let properties =
        entry.properties.iter().filter(|(name, _)| *name != plimsoll_sbom::property::CPE);
    let properties: Properties = properties.cloned().collect();
    let digests = library.map(|library| library.digests.as_slice()).unwrap_or_default();
    let source = package
        .source
        .as_ref()
        .map(|source| format!("built package from: {} {}", source.name, source.version));
    Package {
        supplier: package.maintainer.as_deref().map(supplier).unwrap_or_default(),
        checksums: digests.iter().filter_map(|digest| checksum(digest)).collect(),
        source_info: text::clean(source.unwrap_or_default().trim()),
        license_declared: license::expression(package, others)
            .unwrap_or_else(|| "NOASSERTION".to_owned()),
        external_refs: references,
        annotations: author.annotations(&properties),
        ..bare(text::clean(&package.name), &entry.reference, text::clean(&package.version), purpose)
    }
}

/// `Organization: NAME (ADDRESS)`; parentheses are for the address only.
fn supplier(maintainer: &str) -> String {
    let clean = text::clean(maintainer);
    let (name, address) = match clean.split_once('<') {
        Some((name, rest)) => (name, rest.trim_end_matches(['>', ' '])),
        None => (clean.as_str(), ""),
    };
    let name: String = name.chars().filter(|sign| !matches!(sign, '(' | ')' | '<' | '>')).collect();
    let is_address = address.contains('@') && !address.contains(['(', ')', '<', '>', ' ']);
    match (name.trim(), is_address) {
        ("", _) => "NOASSERTION".to_owned(),
        (name, true) => format!("Organization: {name} ({address})"),
        (name, false) => format!("Organization: {name}"),
    }
}

fn checksum(digest: &str) -> Option<Checksum> {
    let (algorithm, value) = digest.split_once(':')?;
    let (algorithm, length) = match algorithm {
        "md5" => ("MD5", 32),
        "sha1" => ("SHA1", 40),
        "sha256" => ("SHA256", 64),
        "sha384" => ("SHA384", 96),
        "sha512" => ("SHA512", 128),
        _ => return None,
    };
    let is_hex = value.len() == length && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| Checksum { algorithm, checksum_value: value.to_lowercase() })
}

impl ExternalReference {
    fn purl(purl: String) -> ExternalReference {
        ExternalReference {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: purl,
        }
    }
}

impl ExtractedLicense {
    fn of(other: Other) -> ExtractedLicense {
        ExtractedLicense {
            license_id: other.id,
            extracted_text: format!("The package states its licence as: {}", other.name),
            name: other.name,
        }
    }
}

fn relationships(document: &Document<'_>) -> Vec<Relationship> {
    let relation = |from: &str, kind: &'static str, to: &str| Relationship {
        spdx_element_id: from.to_owned(),
        relationship_type: kind,
        related_spdx_element: to.to_owned(),
    };
    let mut all = vec![relation(DOCUMENT, "DESCRIBES", ROOT)];
    if document.system.is_some() {
        all.push(relation(ROOT, "CONTAINS", SYSTEM));
    }
    for entry in &document.packages {
        let holder =
            if document.system.is_some() && is_of_system(entry.package) { SYSTEM } else { ROOT };
        all.push(relation(holder, "CONTAINS", &entry.reference));
        for needed in entry.needs.iter().filter_map(|&index| document.packages.get(index)) {
            all.push(relation(&entry.reference, "DEPENDS_ON", &needed.reference));
        }
    }
    all
}
