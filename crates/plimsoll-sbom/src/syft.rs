//! Syft's own JSON, <https://github.com/anchore/syft/tree/main/schema/json>.

use std::collections::HashMap;

use plimsoll_language::ProblemKind;
use serde_json::Value;

use crate::BomSystem;
use crate::draft::{Draft, Sink};
use crate::json::{as_text, list, some, text, texts};
use crate::properties;

/// Reads a document.
pub(crate) fn read(document: &Value, sink: &mut Sink) {
    sink.bom.version =
        document.get("schema").map(|schema| text(schema, "version")).unwrap_or_default();
    if let Some(distro) = document.get("distro").filter(|distro| some(distro, "id").is_some()) {
        sink.bom.system = Some(BomSystem {
            id: text(distro, "id"),
            version: text(distro, "versionID"),
            codename: text(distro, "versionCodename"),
            pretty_name: text(distro, "prettyName"),
            extended_support: false,
        });
    }
    if let Some(source) = document.get("source") {
        of_source(source, sink);
    }
    for artifact in list(document, "artifacts") {
        if artifact.is_object() {
            sink.add(draft(artifact));
        } else {
            sink.problem(ProblemKind::Malformed, "an artifact is no object");
        }
    }
    let mut needs: HashMap<String, Vec<String>> = HashMap::new();
    let mut owners: HashMap<String, String> = HashMap::new();
    for relation in list(document, "artifactRelationships") {
        let (parent, child) = (text(relation, "parent"), text(relation, "child"));
        match text(relation, "type").as_str() {
            "dependency-of" => needs.entry(child).or_default().push(parent),
            "ownership-by-file-overlap" => {
                owners.entry(child).or_insert(parent);
            }
            _ => {}
        }
    }
    for package in &mut sink.bom.packages {
        package.owner = owners.remove(&package.reference);
    }
    sink.depend(&needs);
}

fn of_source(source: &Value, sink: &mut Sink) {
    let metadata = source.get("metadata").or_else(|| source.get("target")).unwrap_or(&Value::Null);
    sink.bom.name = some(metadata, "userInput").unwrap_or_else(|| text(source, "name"));
    sink.bom.image_id = some(metadata, "imageID");
    sink.bom.repo_tags = texts(metadata, "tags");
    sink.bom.repo_digests = texts(metadata, "repoDigests");
    for layer in list(metadata, "layers") {
        sink.layer("", &text(layer, "digest"));
    }
}

fn draft(artifact: &Value) -> Draft {
    let mut draft = Draft { purl: text(artifact, "purl"), ..Draft::default() };
    let package = &mut draft.package;
    package.reference = text(artifact, "id");
    package.name = text(artifact, "name");
    package.version = text(artifact, "version");
    package.cpes = list(artifact, "cpes")
        .iter()
        .map(|cpe| if cpe.is_object() { text(cpe, "cpe") } else { as_text(cpe) })
        .filter(|cpe| !cpe.is_empty())
        .collect();
    package.licenses = list(artifact, "licenses")
        .iter()
        .filter_map(|license| match license {
            Value::Object(_) => some(license, "spdxExpression").or_else(|| some(license, "value")),
            other => Some(as_text(other)).filter(|text| !text.is_empty()),
        })
        .collect();
    let metadata = artifact.get("metadata").unwrap_or(&Value::Null);
    package.modularity = some(metadata, "modularityLabel");
    package.maintainer = some(metadata, "vendor").or_else(|| some(metadata, "maintainer"));
    package.source = some(metadata, "sourceRpm")
        .and_then(|file| properties::source_rpm(&file))
        .or_else(|| Some((some(metadata, "source")?, text(metadata, "sourceVersion"))))
        .or_else(|| Some((some(metadata, "originPackage")?, String::new())));
    let locations = list(artifact, "locations")
        .iter()
        .map(|place| (text(place, "path"), text(place, "layerID")));
    properties::place(&mut draft, &locations.collect::<Vec<_>>());
    draft
}
