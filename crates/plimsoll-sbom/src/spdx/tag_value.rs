//! SPDX as tags and values, turned into the tree that its JSON would be.
//!
//! <https://spdx.github.io/spdx-spec/v2.3/conformance/>: `Tag: value` lines; a value between
//! `<text>` and `</text>` may have several.

use serde_json::{Map, Value};

/// What the following tags belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Document,
    Package,
    /// Files, snippets and licence texts, of which nothing is read.
    Other,
}

/// Reads a document.
pub(crate) fn tree(text: &str) -> Value {
    let mut document = Map::new();
    let mut packages: Vec<Map<String, Value>> = Vec::new();
    let mut part = Part::Document;
    let mut annotations: Vec<(String, String)> = Vec::new();
    let mut annotated = String::new();
    let mut rest = text;
    while let Some((tag, value)) = next(&mut rest) {
        match tag {
            "PackageName" => {
                packages.push(Map::new());
                part = Part::Package;
            }
            "FileName" | "SnippetSPDXID" | "LicenseID" => part = Part::Other,
            "Relationship" => {
                relationship(&mut document, value);
                continue;
            }
            "Annotator" => {
                annotated = String::new();
                continue;
            }
            "SPDXREF" => {
                value.clone_into(&mut annotated);
                continue;
            }
            "AnnotationComment" => {
                annotations.push((annotated.clone(), value.to_owned()));
                continue;
            }
            _ => {}
        }
        match (part, packages.last_mut()) {
            (Part::Package, Some(package)) => of_package(package, tag, value),
            (Part::Document, _) => of_document(&mut document, tag, value),
            _ => {}
        }
    }
    annotate(&mut document, &mut packages, annotations);
    let packages = packages.into_iter().map(Value::Object).collect();
    document.insert("packages".to_owned(), Value::Array(packages));
    Value::Object(document)
}

/// The next tag and its value.
fn next<'t>(rest: &mut &'t str) -> Option<(&'t str, &'t str)> {
    loop {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at_checked(end)?;
        let found = line.split_once(':').filter(|_| !line.trim_start().starts_with('#'));
        let Some((tag, value)) = found else {
            *rest = after;
            continue;
        };
        let value = value.trim();
        if let Some(begun) = value.strip_prefix("<text>") {
            let from = begun.as_ptr() as usize - rest.as_ptr() as usize;
            let whole = rest.get(from..).unwrap_or_default();
            let close = memchr::memmem::find(whole.as_bytes(), b"</text>").unwrap_or(whole.len());
            let value = whole.get(..close).unwrap_or_default();
            *rest =
                whole.get(close..).unwrap_or_default().strip_prefix("</text>").unwrap_or_default();
            return Some((tag.trim(), value.trim()));
        }
        *rest = after;
        return Some((tag.trim(), value));
    }
}

fn push(holder: &mut Map<String, Value>, key: &str, value: Value) {
    if let Value::Array(items) = holder.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
        items.push(value);
    }
}

fn object(fields: &[(&str, &str)]) -> Value {
    let pairs = fields.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value)));
    Value::Object(pairs.collect())
}

fn of_document(document: &mut Map<String, Value>, tag: &str, value: &str) {
    let key = match tag {
        "SPDXVersion" => "spdxVersion",
        "DocumentName" => "name",
        "SPDXID" => "SPDXID",
        _ => return,
    };
    document.insert(key.to_owned(), Value::from(value));
}

fn of_package(package: &mut Map<String, Value>, tag: &str, value: &str) {
    let key = match tag {
        "PackageName" => "name",
        "SPDXID" => "SPDXID",
        "PackageVersion" => "versionInfo",
        "PackageFileName" => "packageFileName",
        "PackageSupplier" => "supplier",
        "PackageOriginator" => "originator",
        "PackageLicenseDeclared" => "licenseDeclared",
        "PackageLicenseConcluded" => "licenseConcluded",
        "PackageSourceInfo" => "sourceInfo",
        "PrimaryPackagePurpose" => "primaryPackagePurpose",
        "PackageAttributionText" => return push(package, "attributionTexts", Value::from(value)),
        "PackageChecksum" => {
            if let Some((algorithm, sum)) = value.split_once(':') {
                let sum = object(&[("algorithm", algorithm.trim()), ("checksumValue", sum.trim())]);
                push(package, "checksums", sum);
            }
            return;
        }
        "ExternalRef" => {
            let mut words = value.splitn(3, char::is_whitespace);
            if let (Some(_), Some(kind), Some(locator)) = (words.next(), words.next(), words.next())
            {
                let found =
                    object(&[("referenceType", kind), ("referenceLocator", locator.trim())]);
                push(package, "externalRefs", found);
            }
            return;
        }
        _ => return,
    };
    package.insert(key.to_owned(), Value::from(value));
}

fn relationship(document: &mut Map<String, Value>, value: &str) {
    let mut words = value.split_whitespace();
    if let (Some(from), Some(kind), Some(to)) = (words.next(), words.next(), words.next()) {
        let found = object(&[
            ("spdxElementId", from),
            ("relationshipType", kind),
            ("relatedSpdxElement", to),
        ]);
        push(document, "relationships", found);
    }
}

/// Annotations stand anywhere and name what they are about.
fn annotate(
    document: &mut Map<String, Value>,
    packages: &mut [Map<String, Value>],
    annotations: Vec<(String, String)>,
) {
    let ids = packages
        .iter()
        .enumerate()
        .filter_map(|(index, package)| Some((package.get("SPDXID")?.as_str()?.to_owned(), index)));
    let ids: std::collections::HashMap<String, usize> = ids.collect();
    for (id, comment) in annotations {
        let package = ids.get(&id).and_then(|&index| packages.get_mut(index));
        push(package.unwrap_or(document), "annotations", object(&[("comment", &comment)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_the_tree_of_json() {
        let document = tree(
            "SPDXVersion: SPDX-2.3\nDocumentName: x\n# comment: no\n\nPackageName: a\nSPDXID: SPDXRef-a\n\
             PackageVersion: 1\nPackageComment: <text>several\nlines: here\n</text>\n\
             PackageChecksum: SHA256: ab\nExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\n\
             Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\n\
             Annotator: Tool: t\nSPDXREF: SPDXRef-a\nAnnotationComment: <text>k=v</text>\n\
             FileName: f\nSPDXID: SPDXRef-f\nPackageName: b\nSPDXID: SPDXRef-b\nPackageDescription: <text>open",
        );
        assert_eq!(document["packages"][0]["SPDXID"], "SPDXRef-a");
        assert_eq!(document["packages"][0]["externalRefs"][0]["referenceLocator"], "pkg:npm/a@1");
        assert_eq!(document["packages"][0]["annotations"][0]["comment"], "k=v");
        assert_eq!(document["packages"][0]["checksums"][0]["checksumValue"], "ab");
        assert_eq!(document["packages"][1]["SPDXID"], "SPDXRef-b");
        assert_eq!(document["relationships"][0]["relationshipType"], "DESCRIBES");
    }
}
