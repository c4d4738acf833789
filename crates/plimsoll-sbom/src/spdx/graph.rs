//! SPDX 3.0, <https://spdx.github.io/spdx-spec/v3.0.1/>, turned into the tree of version 2.
//!
//! A document is a graph of elements that refer to each other; packages, their external identifiers
//! and the relationships of dependency and licence are what version 2 has too.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::json::{as_text, list, some, text};

/// Brings the graph into the form of version 2.
pub(crate) fn tree(document: &Value) -> Value {
    let mut licenses: HashMap<String, String> = HashMap::new();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut packages: Vec<(String, Map<String, Value>)> = Vec::new();
    let mut relationships = Vec::new();
    let mut described: Vec<Value> = Vec::new();
    let (mut name, mut version) = (String::new(), String::new());
    for element in list(document, "@graph") {
        let id = some(element, "spdxId").unwrap_or_else(|| text(element, "@id"));
        let kind = some(element, "type").unwrap_or_else(|| text(element, "@type"));
        match kind.rsplit(['/', '#']).next().unwrap_or_default() {
            "CreationInfo" => version = text(element, "specVersion"),
            "SpdxDocument" => {
                name = text(element, "name");
                described.extend(list(element, "rootElement").iter().cloned());
            }
            "software_Sbom" | "Bom" => {
                described.extend(list(element, "rootElement").iter().cloned());
            }
            "software_Package" | "Package" => packages.push((id.clone(), package(element, &id))),
            "simplelicensing_LicenseExpression" => {
                licenses.insert(id, text(element, "simplelicensing_licenseExpression"));
            }
            "expandedlicensing_ListedLicense" | "expandedlicensing_CustomLicense" => {
                licenses.insert(id, text(element, "name"));
            }
            "Organization" | "Person" | "Agent" => {
                names.insert(id, text(element, "name"));
            }
            "Relationship" | "LifecycleScopedRelationship" | "software_DependencyRelationship" => {
                relationships.push(element);
            }
            _ => {}
        }
    }
    let mut edges = Vec::new();
    let mut stated: HashMap<String, Vec<(&str, String)>> = HashMap::new();
    for relation in relationships {
        let from = text(relation, "from");
        let kind = text(relation, "relationshipType");
        let development = matches!(text(relation, "scope").as_str(), "development" | "test");
        for to in list(relation, "to") {
            let to = as_text(to);
            let word = match kind.as_str() {
                "dependsOn" if development => {
                    edges.push(json!({"spdxElementId": to, "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": from}));
                    continue;
                }
                "dependsOn" => "DEPENDS_ON",
                "describes" => "DESCRIBES",
                "hasDeclaredLicense" | "hasConcludedLicense" => {
                    let key = if kind == "hasDeclaredLicense" {
                        "licenseDeclared"
                    } else {
                        "licenseConcluded"
                    };
                    // A licence may be named by its address at SPDX only.
                    let license = licenses.get(&to).cloned();
                    let license =
                        license.unwrap_or_else(|| to.rsplit('/').next().unwrap_or(&to).to_owned());
                    stated.entry(from.clone()).or_default().push((key, license));
                    continue;
                }
                _ => continue,
            };
            edges.push(
                json!({"spdxElementId": from, "relationshipType": word, "relatedSpdxElement": to}),
            );
        }
    }
    let packages = packages.into_iter().map(|(id, mut package)| {
        for (key, license) in stated.remove(&id).unwrap_or_default() {
            package.insert(key.to_owned(), Value::String(license));
        }
        let supplier = package.get("supplier").map(as_text).unwrap_or_default();
        if let Some(name) = names.get(&supplier) {
            package.insert("supplier".to_owned(), Value::String(format!("Organization: {name}")));
        }
        Value::Object(package)
    });
    let packages: Vec<Value> = packages.collect();
    json!({
        "spdxVersion": format!("SPDX-{version}"),
        "name": name,
        "documentDescribes": described,
        "packages": packages,
        "relationships": edges,
    })
}

fn package(element: &Value, id: &str) -> Map<String, Value> {
    let mut references = Vec::new();
    let mut add = |kind: &str, locator: String| {
        references.push(json!({"referenceType": kind, "referenceLocator": locator}));
    };
    if let Some(purl) = some(element, "software_packageUrl") {
        add("purl", purl);
    }
    for identifier in list(element, "externalIdentifier") {
        let kind = match text(identifier, "externalIdentifierType").as_str() {
            "packageUrl" | "purl" => "purl",
            "cpe23" => "cpe23Type",
            "cpe22" => "cpe22Type",
            _ => continue,
        };
        add(kind, text(identifier, "identifier"));
    }
    let sums = list(element, "verifiedUsing").iter().map(|hash| {
        json!({"algorithm": text(hash, "algorithm"), "checksumValue": text(hash, "hashValue")})
    });
    let sums: Vec<Value> = sums.collect();
    let supplier = list(element, "suppliedBy").first().map(as_text).unwrap_or_default();
    let purpose = text(element, "software_primaryPurpose");
    let purpose =
        if purpose == "operatingSystem" { "OPERATING-SYSTEM".to_owned() } else { purpose };
    let fields = [
        ("SPDXID", Value::from(id)),
        ("name", Value::String(text(element, "name"))),
        ("versionInfo", Value::String(text(element, "software_packageVersion"))),
        ("primaryPackagePurpose", Value::String(purpose)),
        ("sourceInfo", Value::String(text(element, "software_sourceInfo"))),
        ("supplier", Value::String(supplier)),
        (
            "attributionTexts",
            element.get("software_attributionText").cloned().unwrap_or(Value::Null),
        ),
        ("externalRefs", Value::Array(references)),
        ("checksums", Value::Array(sums)),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
