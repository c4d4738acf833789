//! CycloneDX 1.2 to 1.7, <https://cyclonedx.org/docs/1.6/json/>.

pub(crate) mod xml;

use std::collections::{HashMap, HashSet};

use plimsoll_language::{ProblemKind, Relationship};
use serde_json::Value;

use crate::draft::{Draft, Sink};
use crate::json::{as_text, list, some, text};
use crate::{Purl, PurlKind, properties};

/// Reads a document, be it written as JSON or as XML.
pub(crate) fn read(document: &Value, sink: &mut Sink) {
    sink.bom.version = text(document, "specVersion");
    properties::apply_to_document(sink, &pairs(document));
    let mut root = String::new();
    if let Some(component) = document.get("metadata").and_then(|metadata| metadata.get("component"))
    {
        // An image does not ask for what is in it.
        if text(component, "type") != "container" {
            root = text(component, "bom-ref");
        }
        sink.bom.name = full_name(component);
        properties::apply_to_document(sink, &pairs(component));
        let is_package = matches!(
            Purl::parse(&text(component, "purl")).map(|purl| purl.kind()),
            Some(PurlKind::Library(_))
        );
        if is_package {
            let mut draft = draft(component);
            draft.package.relationship = Relationship::Root;
            sink.add(draft);
        }
    }
    // Components may have components of their own.
    let nested = document.get("metadata").and_then(|metadata| metadata.get("component"));
    let mut pending: Vec<&Value> =
        nested.map(|root| list(root, "components")).unwrap_or_default().iter().rev().collect();
    pending.extend(list(document, "components").iter().rev());
    while let Some(component) = pending.pop() {
        pending.extend(list(component, "components").iter().rev());
        if !component.is_object() {
            sink.problem(ProblemKind::Malformed, "a component is no object");
            continue;
        }
        if text(component, "type") == "operating-system" {
            let known = properties::system(
                text(component, "name"),
                text(component, "version"),
                &pairs(component),
            );
            sink.bom.system.get_or_insert(known);
            continue;
        }
        sink.add(draft(component));
    }
    let mut edges: HashMap<String, Vec<String>> = HashMap::new();
    for dependency in list(document, "dependencies") {
        let needed = list(dependency, "dependsOn").iter().map(|one| match one {
            // 1.2's and XML's form is a list of objects.
            Value::Object(_) => text(one, "ref"),
            _ => as_text(one),
        });
        edges
            .entry(text(dependency, "ref"))
            .or_default()
            .extend(needed.filter(|one| !one.is_empty()));
    }
    relate(sink, &root, &edges);
    sink.depend(&edges);
}

/// What the root needs is wanted directly; other things that something needs are not.
fn relate(sink: &mut Sink, root: &str, edges: &HashMap<String, Vec<String>>) {
    let Some(direct) = edges.get(root).filter(|_| !root.is_empty()) else { return };
    let direct: HashSet<&str> = direct.iter().map(String::as_str).collect();
    for package in &mut sink.bom.packages {
        let is_open = package.relationship == Relationship::Unknown && package.extractor.is_none();
        if is_open
            && direct.contains(package.reference.as_str())
            && is_library(package.purl.as_ref())
        {
            package.relationship = Relationship::Direct;
        }
    }
}

fn is_library(purl: Option<&Purl>) -> bool {
    purl.is_some_and(|purl| matches!(purl.kind(), PurlKind::Library(_)))
}

fn full_name(component: &Value) -> String {
    match (text(component, "group"), text(component, "name")) {
        (group, name) if group.is_empty() => name,
        (group, name) => format!("{group}/{name}"),
    }
}

fn draft(component: &Value) -> Draft {
    let mut draft = Draft {
        purl: text(component, "purl"),
        group: text(component, "group"),
        properties: pairs(component),
        ..Draft::default()
    };
    let package = &mut draft.package;
    package.reference = text(component, "bom-ref");
    if package.reference.is_empty() {
        package.reference.clone_from(&draft.purl);
    }
    package.name = text(component, "name");
    package.version = text(component, "version");
    package.dev = text(component, "scope") == "excluded";
    package.cpes = some(component, "cpe").into_iter().collect();
    let supplier = component.get("supplier").and_then(|supplier| some(supplier, "name"));
    package.maintainer = supplier.or_else(|| some(component, "publisher"));
    package.licenses = licenses(component);
    for hash in list(component, "hashes") {
        let algorithm = text(hash, "alg").to_ascii_lowercase();
        let algorithm = match algorithm.as_str() {
            "md5" => "md5",
            "sha-1" => "sha1",
            "sha-256" => "sha256",
            "sha-384" => "sha384",
            "sha-512" => "sha512",
            _ => continue,
        };
        package.digests.push(format!("{algorithm}:{}", text(hash, "content").to_ascii_lowercase()));
    }
    if let Some(evidence) = component.get("evidence") {
        let place = list(evidence, "occurrences").first();
        package.path = place.map(|place| text(place, "location")).unwrap_or_default();
    }
    let kind = text(component, "type");
    draft.is_structure = match kind.as_str() {
        "library" | "framework" | "firmware" | "device-driver" => false,
        // Trivy has one for each lock file.
        "application" | "platform" => package.version.is_empty(),
        _ => true,
    };
    draft
}

fn licenses(component: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for choice in list(component, "licenses") {
        let license = choice.get("license");
        let named = license.and_then(|license| {
            some(license, "id").or_else(|| some(license, "name")).or_else(|| some(license, "url"))
        });
        found.extend(some(choice, "expression").or(named));
    }
    found
}

fn pairs(holder: &Value) -> Vec<(String, String)> {
    list(holder, "properties").iter().map(|one| (text(one, "name"), text(one, "value"))).collect()
}
