//! Dart and Flutter: `pubspec.lock` (<https://dart.dev/tools/pub/glossary#lockfile>), written by
//! [pub's own `LockFile`][source]. Versions are [semantic ones][versions].
//!
//! [source]: https://github.com/dart-lang/pub/blob/master/lib/src/lock_file.dart
//! [versions]: https://dart.dev/tools/pub/versioning

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::yaml::{Entry, Node};
use crate::{Component, Evidence, Extractor, Input, Parser, Relationship};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[Extractor {
    id: "pubspec-lock",
    ecosystem: Ecosystem::Pub,
    type_name: "pub",
    evidence: Evidence::Locked,
    files: &["pubspec.lock"],
    limit: 16 << 20,
    parser: Parser::Alone(parse),
    defined_by: "https://dart.dev/tools/pub/glossary#lockfile",
}];

fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    if input.is_below(&[".pub-cache"]) {
        return parsed;
    }
    let root = match input.text().and_then(Node::read) {
        Ok(root) => root,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let Some(packages) = root.get("packages") else {
        parsed.problem(ProblemKind::Malformed, "has no packages");
        return parsed;
    };
    for entry in packages.entries() {
        match component(entry) {
            Some(component) => {
                parsed.add(component);
            }
            None => {
                let message = format!("line {}: {} has no version", entry.lines().start, entry.key);
                parsed.problem(ProblemKind::Malformed, message);
            }
        }
    }
    parsed
}

fn component(entry: &Entry) -> Option<Component> {
    let package = &entry.node;
    let description = package.get("description");
    let part = |key: &str| description.and_then(|node| node.text_of(key)).unwrap_or("?");
    let mut component =
        Component::new(Ecosystem::Pub, entry.key.trim(), package.text_of("version")?);
    let kind = package.text_of("dependency").unwrap_or_default();
    component.relationship = match kind {
        "transitive" => Relationship::Indirect,
        kind if kind.starts_with("direct") => Relationship::Direct,
        _ => Relationship::Unknown,
    };
    component.dev = kind == "direct dev";
    match package.text_of("source") {
        // `flutter` itself has no versions of its own and is written as 0.0.0.
        Some("sdk") => {
            let sdk = description.and_then(Node::text).unwrap_or("an");
            component.doubt = Some(format!("part of the {sdk} SDK, not from a registry"));
            component.version.clear();
        }
        Some("path") => component.relationship = Relationship::Workspace,
        Some("git") => {
            let (url, revision) = (part("url"), part("resolved-ref"));
            component.doubt = Some(format!("from {url} at {revision}, not from a release"));
        }
        _ => {}
    }
    if let Some(sum) = description.and_then(|node| node.text_of("sha256")) {
        component.digests.push(format!("sha256:{sum}"));
    }
    component.lines.push(entry.lines());
    Some(component)
}
