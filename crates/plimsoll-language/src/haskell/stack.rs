//! `stack.yaml.lock`: exact sources of a project's packages.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::yaml::Node;
use crate::{Component, Input, Relationship};

/// Reads a lock file. The packages of the snapshot itself are not listed in it.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
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
    for node in packages.elements() {
        let lines = node.lines();
        match node.get("completed").and_then(component) {
            Some(mut component) => {
                component.relationship = Relationship::Direct;
                component.lines.push(lines);
                parsed.add(component);
            }
            None => {
                let message = format!("line {}: no package with a version", lines.start);
                parsed.problem(ProblemKind::Malformed, message);
            }
        }
    }
    parsed
}

fn component(completed: &Node) -> Option<Component> {
    if let Some(text) = completed.text_of("hackage") {
        // `acme-missiles-0.3@sha256:…,613` or `…@rev:1`; the checksum is that of the description.
        let (name, version) = text.split('@').next()?.rsplit_once('-')?;
        let is_version = version.starts_with(|sign: char| sign.is_ascii_digit());
        return is_version.then(|| Component::new(Ecosystem::Hackage, name, version));
    }
    let name = completed.text_of("name")?;
    let mut component = Component::new(Ecosystem::Hackage, name, completed.text_of("version")?);
    let source = ["git", "url", "hg"].iter().find_map(|key| completed.text_of(key));
    let at = completed.text_of("commit").map(|commit| format!(" at {commit}")).unwrap_or_default();
    component.doubt = source.map(|source| format!("from {source}{at}, not from Hackage"));
    Some(component)
}
