//! `packages.lock.json`: for each target framework, what NuGet decided on.

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use crate::graph::Graph;
use crate::raw_json::Members;
use crate::{Component, Input, Positions, Relationship};

/// Reads a lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let text = match input.text() {
        Ok(text) => text,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    let frameworks = match Members::read(text) {
        Ok(members) => members.get("dependencies").map(Members::of),
        Err(error) => {
            graph.malformed(error.to_string());
            return graph.finish();
        }
    };
    let Some(frameworks) = frameworks else {
        graph.malformed("has no dependencies");
        return graph.finish();
    };
    let positions = Positions::new(text.as_bytes());
    for (framework, packages) in frameworks.iter() {
        let mut part = Graph::default();
        for (name, raw) in Members::of(packages).iter() {
            let package = Members::of(raw);
            let kind = package.text("type").unwrap_or_default();
            // Other projects of the same solution; they are locked by themselves.
            if kind.eq_ignore_ascii_case("project") {
                continue;
            }
            let Some(version) = package.text("resolved") else {
                part.malformed(format!("{name} of {framework} has no resolved version"));
                continue;
            };
            let mut component = Component::new(Ecosystem::NuGet, name, version);
            component.relationship = match kind.to_ascii_lowercase().as_str() {
                "direct" => Relationship::Direct,
                "transitive" | "centraltransitive" => Relationship::Indirect,
                _ => Relationship::Unknown,
            };
            component.lines.extend(positions.of(raw.get()));
            let needs = package.inner("dependencies").keys().map(str::to_owned).collect();
            part.add(component, needs);
        }
        graph.absorb(part.finish());
    }
    graph.finish()
}
