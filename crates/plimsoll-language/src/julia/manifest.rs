//! `Manifest.toml`: the versions that Julia's package manager decided on.

use std::collections::HashSet;

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::graph::Graph;
use crate::{Component, Files, Input, Positions};

/// Reads a manifest; what the project asks for is in the `Project.toml` beside it.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let text = match input.text() {
        Ok(text) => text,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    // What can be read of a broken file is read, and the first thing that cannot is told.
    let (root, errors) = DeTable::parse_recoverable(text);
    let positions = Positions::new(text.as_bytes());
    if let Some(error) = errors.first() {
        let line = positions.line(error.span().map_or(0, |span| span.start));
        graph.malformed(format!("line {line}: {}", error.message()));
    }
    for name in asked(input, files) {
        graph.ask(Ecosystem::Julia, &name, false);
    }
    let root = root.get_ref();
    let julia = root.get("julia_version").and_then(|value| value.get_ref().as_str());
    // The first form had the packages at the top and nothing else.
    let packages = match root.get("manifest_format") {
        Some(_) => root.get("deps").and_then(|deps| deps.get_ref().as_table()),
        None => Some(root),
    };
    for (name, entries) in packages.into_iter().flatten() {
        // Two packages may have one name; their UUIDs tell them apart.
        let Some(entries) = entries.get_ref().as_array() else {
            let line = positions.line(name.span().start);
            graph.malformed(format!("line {line}: {} is no list of packages", name.get_ref()));
            continue;
        };
        for entry in entries.iter() {
            read(&mut graph, name, entry, julia, &positions);
        }
    }
    graph.finish()
}

fn read(
    graph: &mut Graph,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    entry: &Spanned<DeValue<'_>>,
    julia: Option<&str>,
    positions: &Positions<'_>,
) {
    let span = entry.span();
    let Some(fields) = entry.get_ref().as_table() else {
        let line = positions.line(span.start);
        graph.malformed(format!("line {line}: {} is no package", name.get_ref()));
        return;
    };
    let text = |key: &str| fields.get(key).and_then(|value| value.get_ref().as_str());
    let name = name.get_ref().trim();
    let mut component = Component::new(Ecosystem::Julia, name, text("version").unwrap_or_default());
    // Packages that come with Julia have no tree of a repository.
    component.doubt = match (text("git-tree-sha1"), text("path"), text("repo-url")) {
        (_, Some(path), _) => Some(format!("from {path}, not from a registry")),
        (_, _, Some(url)) => Some(format!("from {url}, not from a registry")),
        (None, None, None) => {
            if component.version.is_empty() {
                julia.unwrap_or_default().clone_into(&mut component.version);
            }
            Some("part of Julia itself, versioned with it".to_owned())
        }
        (Some(_), None, None) => None,
    };
    let end = fields.iter().map(|(_, value)| end(value)).fold(span.end, usize::max);
    component.lines.push(positions.lines(span.start, end));
    let needs = match fields.get("deps").map(Spanned::get_ref) {
        Some(DeValue::Array(names)) => {
            names.iter().filter_map(|name| name.get_ref().as_str()).map(str::to_owned).collect()
        }
        // Where names are not unique, they stand beside UUIDs.
        Some(DeValue::Table(names)) => {
            names.keys().map(|name| name.get_ref().to_string()).collect()
        }
        _ => Vec::new(),
    };
    graph.add(component, needs);
}

/// Where a value ends; a table ends with its last value and not with its header.
fn end(value: &Spanned<DeValue<'_>>) -> usize {
    let inner = value.get_ref().as_table().into_iter().flatten();
    inner.map(|(_, value)| value.span().end).fold(value.span().end, usize::max)
}

/// What the project asks for.
fn asked(input: Input<'_>, files: &dyn Files) -> HashSet<String> {
    let mut names = HashSet::new();
    let contents = ["Project.toml", "JuliaProject.toml"].map(|name| input.beside(name));
    for content in contents.iter().filter_map(|path| files.content(path)) {
        let Ok(text) = std::str::from_utf8(content) else { continue };
        let (root, _) = DeTable::parse_recoverable(text);
        let deps = root.get_ref().get("deps").and_then(|deps| deps.get_ref().as_table());
        names.extend(deps.into_iter().flatten().map(|(name, _)| name.get_ref().to_string()));
    }
    names
}
