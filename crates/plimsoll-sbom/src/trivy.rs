//! Trivy's JSON report with its packages, and ours, which has more under `Plimsoll`.
//!
//! <https://trivy.dev/latest/docs/configuration/reporting/#json>

use std::collections::{BTreeSet, HashMap};

use plimsoll_language::{Lines, ProblemKind};
use serde_json::Value;

use crate::draft::{Draft, Sink, relationship};
use crate::json::{is_true, list, number, some, text, texts};
use crate::properties::{TrivySource, evr};
use crate::{BomSystem, PurlKind, property};

/// Reads a report.
pub(crate) fn read(document: &Value, sink: &mut Sink) {
    sink.bom.version = text(document, "SchemaVersion");
    sink.bom.name = text(document, "ArtifactName");
    if let Some(metadata) = document.get("Metadata") {
        of_image(metadata, sink);
    }
    let mut has_packages = false;
    let mut repositories = BTreeSet::new();
    for result in list(document, "Results") {
        let packages = list(result, "Packages");
        has_packages |= !packages.is_empty();
        for package in packages {
            if package.is_object() {
                let build = package.get("BuildInfo").unwrap_or(&Value::Null);
                repositories.extend(texts(build, "ContentSets"));
                sink.add(draft(package));
            } else {
                sink.problem(ProblemKind::Malformed, "a package is no object");
            }
        }
    }
    if !has_packages && !list(document, "Results").is_empty() {
        let message = "the report lists no packages (it was written with --list-all-pkgs=false)";
        sink.problem(ProblemKind::Unsupported, message);
    }
    sink.bom.repositories.extend(repositories);
    resolve(sink);
}

fn of_image(metadata: &Value, sink: &mut Sink) {
    if let Some(os) = metadata.get("OS").filter(|os| some(os, "Family").is_some()) {
        let version = text(os, "Name");
        let version = version.strip_suffix("-ESM").unwrap_or(&version);
        sink.bom.system = Some(BomSystem {
            id: text(os, "Family"),
            version: version.to_owned(),
            extended_support: is_true(os, "extended") || text(os, "Name").ends_with("-ESM"),
            ..BomSystem::default()
        });
    }
    sink.bom.image_id = some(metadata, "ImageID");
    sink.bom.repo_tags = texts(metadata, "RepoTags");
    sink.bom.repo_digests = texts(metadata, "RepoDigests");
    for layer in list(metadata, "Layers") {
        sink.layer(&text(layer, "Digest"), &text(layer, "DiffID"));
    }
    for diff_id in texts(metadata, "DiffIDs") {
        sink.layer("", &diff_id);
    }
}

fn draft(package: &Value) -> Draft {
    let identifier = package.get("Identifier").unwrap_or(&Value::Null);
    let layer = package.get("Layer").unwrap_or(&Value::Null);
    let mut draft = Draft {
        purl: text(identifier, "PURL"),
        layer_digest: text(layer, "Digest"),
        layer_diff_id: text(layer, "DiffID"),
        ..Draft::default()
    };
    let mut source = TrivySource::default();
    for key in ["SrcName", "SrcVersion", "SrcRelease", "SrcEpoch"] {
        source.set(key, &text(package, key));
    }
    let own = &mut draft.package;
    own.source = source.finish();
    own.reference = text(package, "ID");
    own.name = text(package, "Name");
    own.version =
        evr(&text(package, "Epoch"), &text(package, "Version"), &text(package, "Release"));
    own.licenses = texts(package, "Licenses");
    own.maintainer = some(package, "Maintainer");
    own.modularity = some(package, "Modularitylabel");
    own.path = text(package, "FilePath");
    own.relationship = relationship(&text(package, "Relationship"));
    own.dev = is_true(package, "Dev");
    own.depends_on = texts(package, "DependsOn");
    own.digests = some(package, "Digest").into_iter().collect();
    own.lines = list(package, "Locations")
        .iter()
        .filter_map(|place| {
            Some(Lines { start: number(place, "StartLine")?, end: number(place, "EndLine")? })
        })
        .collect();
    if let Some(ours) = package.get("Plimsoll") {
        if let Some(path) = some(ours, "FoundIn") {
            own.path = path;
        }
        let additions = [
            ("Extractor", property::EXTRACTOR),
            ("File", property::FILE),
            ("Doubt", property::DOUBT),
            ("OwnedBy", property::OWNER),
            ("Code", property::CODE),
        ];
        for (key, name) in additions {
            draft.properties.extend(some(ours, key).map(|value| (name.to_owned(), value)));
        }
        draft.package.cpes = texts(ours, "CPEs");
    }
    draft
}

/// `ID`s are unique within a file only, and so are the names in `DependsOn`.
fn resolve(sink: &mut Sink) {
    let mut owners: HashMap<String, String> = HashMap::new();
    for package in &mut sink.bom.packages {
        let place = format!("{}\n", package.file.as_deref().unwrap_or(&package.path));
        package.reference.insert_str(0, &place);
        for needed in &mut package.depends_on {
            needed.insert_str(0, &place);
        }
        if package.purl.as_ref().is_some_and(|purl| purl.kind() == PurlKind::System) {
            let id = package.reference.get(place.len()..).unwrap_or_default().to_owned();
            owners.entry(id).or_insert_with(|| package.reference.clone());
        }
    }
    // An owner is named by its `ID` alone.
    for package in &mut sink.bom.packages {
        package.owner = package.owner.as_ref().and_then(|owner| owners.get(owner).cloned());
    }
}
