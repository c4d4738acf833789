//! SPDX 2.2 and 2.3, <https://spdx.github.io/spdx-spec/v2.3/>, as JSON; tag-value and version 3 are
//! brought into the same form first.

pub(crate) mod graph;
pub(crate) mod tag_value;

use std::collections::{HashMap, HashSet};

use plimsoll_language::ProblemKind;
use serde_json::Value;

use crate::draft::{Draft, Sink};
use crate::json::{as_text, list, some, text};
use crate::{Purl, PurlKind, properties};

/// Whether a text is SPDX in the form of tags and values.
pub(crate) fn is_tag_value(text: &str) -> bool {
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| line.starts_with("SPDXVersion:"))
}

/// Reads a document.
pub(crate) fn read(document: &Value, sink: &mut Sink) {
    sink.bom.version = text(document, "spdxVersion");
    sink.bom.name = text(document, "name");
    properties::apply_to_document(sink, &additions(document));
    let relations = Relations::of(document);
    for package in list(document, "packages") {
        if !package.is_object() {
            sink.problem(ProblemKind::Malformed, "a package is no object");
            continue;
        }
        let id = text(package, "SPDXID");
        let purpose = text(package, "primaryPackagePurpose").to_ascii_uppercase().replace('_', "-");
        if purpose == "OPERATING-SYSTEM" {
            let additions = additions(package);
            let known =
                properties::system(text(package, "name"), text(package, "versionInfo"), &additions);
            sink.bom.system.get_or_insert(known);
            continue;
        }
        let mut draft = draft(package, &id);
        let is_root = relations.roots.contains(&id);
        if is_root {
            properties::apply_to_document(sink, &draft.properties);
            if purpose == "CONTAINER" || relations.roots.len() == 1 && sink.bom.name.is_empty() {
                sink.bom.name = text(package, "name");
            }
            // An image, a directory or a repository; an application may be a package itself.
            let kind = Purl::parse(&draft.purl).map(|purl| purl.kind());
            if !matches!(kind, Some(PurlKind::Library(_) | PurlKind::System)) {
                continue;
            }
        }
        draft.is_structure = match purpose.as_str() {
            "APPLICATION" => draft.package.version.is_empty(),
            "CONTAINER" | "FILE" | "SOURCE" | "ARCHIVE" | "DEVICE" => true,
            _ => false,
        };
        draft.package.dev |= relations.development.contains(&id);
        sink.add(draft);
    }
    sink.depend(&relations.needs);
}

fn draft(package: &Value, id: &str) -> Draft {
    let mut draft = Draft { properties: additions(package), ..Draft::default() };
    for reference in list(package, "externalRefs") {
        let locator = text(reference, "referenceLocator");
        match text(reference, "referenceType").rsplit(['/', '#']).next().unwrap_or_default() {
            "purl" if draft.purl.is_empty() => draft.purl = locator,
            "cpe23Type" | "cpe22Type" => draft.package.cpes.push(locator),
            _ => {}
        }
    }
    let own = &mut draft.package;
    id.clone_into(&mut own.reference);
    own.name = text(package, "name");
    own.version = text(package, "versionInfo");
    for key in ["licenseDeclared", "licenseConcluded"] {
        let license = text(package, key);
        if own.licenses.is_empty() && !matches!(license.as_str(), "" | "NOASSERTION" | "NONE") {
            own.licenses.push(license);
        }
    }
    let supplier = [some(package, "supplier"), some(package, "originator")];
    own.maintainer = supplier.into_iter().flatten().find_map(|supplier| {
        let (kind, name) = supplier.split_once(':')?;
        matches!(kind, "Organization" | "Person").then(|| name.trim().to_owned())
    });
    for sum in list(package, "checksums") {
        let algorithm = text(sum, "algorithm").to_ascii_lowercase().replace('-', "");
        if matches!(algorithm.as_str(), "md5" | "sha1" | "sha256" | "sha384" | "sha512") {
            own.digests
                .push(format!("{algorithm}:{}", text(sum, "checksumValue").to_ascii_lowercase()));
        }
    }
    // Trivy's words for it.
    let source = text(package, "sourceInfo");
    if let Some((name, version)) =
        source.strip_prefix("built package from: ").and_then(|rest| rest.split_once(' '))
    {
        own.source = Some((name.to_owned(), version.to_owned()));
    }
    if let Some(path) = some(package, "packageFileName") {
        own.path = path;
    }
    draft
}

/// Annotations and attribution texts: ours are `NAME=VALUE`, Trivy's `Name: value`.
fn additions(holder: &Value) -> Vec<(String, String)> {
    let comments = list(holder, "annotations").iter().map(|one| text(one, "comment"));
    let texts = list(holder, "attributionTexts").iter().map(as_text);
    comments
        .chain(texts)
        .filter_map(|comment| {
            if comment.starts_with("plimsoll:") {
                let (name, value) = comment.split_once('=')?;
                return Some((name.to_owned(), value.to_owned()));
            }
            let (name, value) = comment.split_once(": ")?;
            Some((format!("aquasecurity:trivy:{name}"), value.to_owned()))
        })
        .collect()
}

/// What the relationships say.
#[derive(Default)]
struct Relations {
    /// What the document is about.
    roots: HashSet<String>,
    needs: HashMap<String, Vec<String>>,
    development: HashSet<String>,
}

impl Relations {
    fn of(document: &Value) -> Relations {
        let mut relations = Relations::default();
        relations.roots.extend(list(document, "documentDescribes").iter().map(as_text));
        for relation in list(document, "relationships") {
            let (from, to) =
                (text(relation, "spdxElementId"), text(relation, "relatedSpdxElement"));
            let kind = text(relation, "relationshipType").to_ascii_uppercase();
            let development = kind.starts_with("DEV_") || kind.starts_with("TEST_");
            match kind.as_str() {
                "DESCRIBES" => {
                    relations.roots.insert(to);
                }
                "DESCRIBED_BY" => {
                    relations.roots.insert(from);
                }
                "DEPENDS_ON" => relations.needs.entry(from).or_default().push(to),
                kind if kind.ends_with("DEPENDENCY_OF") => {
                    if development {
                        relations.development.insert(from.clone());
                    }
                    relations.needs.entry(to).or_default().push(from);
                }
                _ => {}
            }
        }
        relations
    }
}
