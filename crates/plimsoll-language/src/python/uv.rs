//! `uv.lock`: the whole workspace with its graph.

use plimsoll_version::Ecosystem;
use toml::de::DeTable;

use super::graph::{Graph, Need};
use super::lock::{self, Document, Record, table_at, tables_at, text_at};
use crate::{Component, Input, Parsed, ProblemKind, Relationship};

/// Reads a lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if super::is_in_package(input.path) {
        return parsed;
    }
    let Some(document) = Document::read(input.content, &mut parsed) else { return parsed };
    let mut graph = Graph::default();
    let (mut roots, mut direct) = (Vec::new(), Vec::new());
    // Older files call a package a distribution.
    for key in ["package", "distribution"] {
        for record in document.records(key) {
            let Some(component) = component(&record, &mut parsed) else { continue };
            let is_own =
                matches!(component.relationship, Relationship::Root | Relationship::Workspace);
            let mut needs: Vec<Need> =
                tables_at(record.table, "dependencies").filter_map(need).collect();
            needs.extend(grouped(record.table, &["optional-dependencies"]));
            if is_own {
                direct.extend(needs.iter().cloned());
                direct.extend(grouped(record.table, &["dev-dependencies", "dependency-groups"]));
            }
            let index = graph.add(component, needs);
            if is_own {
                roots.push(index);
            }
        }
    }
    if !roots.is_empty() {
        graph.relate(&direct);
        graph.mark_dev(roots);
    }
    graph.finish(&mut parsed);
    parsed
}

fn component(record: &Record<'_, '_>, parsed: &mut Parsed<Vec<Component>>) -> Option<Component> {
    let line = record.lines.start;
    let Some(name) = text_at(record.table, "name") else {
        parsed.problem(ProblemKind::Malformed, format!("line {line}: a package without a name"));
        return None;
    };
    let kinds = ["editable", "virtual", "directory", "git", "path", "url"];
    let source = table_at(record.table, "source")
        .and_then(|it| kinds.into_iter().find_map(|kind| Some((kind, text_at(it, kind)?))));
    // The version of a directory may be known only once it is built.
    let version = text_at(record.table, "version");
    if version.is_none() && source.is_none() {
        parsed.problem(ProblemKind::Malformed, format!("line {line}: no version of {name}"));
        return None;
    }
    let mut component = Component::new(Ecosystem::PyPi, name, version.unwrap_or_default());
    component.lines = vec![record.lines];
    match source {
        Some(("editable" | "virtual", ".")) => component.relationship = Relationship::Root,
        Some(("editable" | "virtual", _)) => component.relationship = Relationship::Workspace,
        source => component.doubt = lock::doubt(source),
    }
    let sdist = table_at(record.table, "sdist").into_iter();
    let files = sdist.chain(tables_at(record.table, "wheels"));
    component.digests = files.filter_map(|it| text_at(it, "hash")).map(str::to_owned).collect();
    Some(component)
}

/// uv names the version where there are several.
fn need(table: &DeTable<'_>) -> Option<Need> {
    let version = text_at(table, "version").map(|version| format!("=={version}"));
    Some(Need::new(text_at(table, "name")?, &version.unwrap_or_default()))
}

fn grouped(table: &DeTable<'_>, keys: &[&str]) -> Vec<Need> {
    let groups = keys.iter().filter_map(|key| table_at(table, key));
    let lists = groups.flat_map(|group| group.iter().map(move |(name, _)| (group, name)));
    lists.flat_map(|(group, name)| tables_at(group, name.get_ref()).filter_map(need)).collect()
}
