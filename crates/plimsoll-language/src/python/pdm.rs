//! `pdm.lock`, all versions.

use plimsoll_version::Ecosystem;
use toml::de::DeTable;

use super::graph::{Graph, Need};
use super::lock::{self, Document, Record, table_at, tables_at, text_at, texts_at};
use super::project::Project;
use crate::{Component, Files, Input, Parsed, ProblemKind};

/// Reads a lock file, and the project beside it for what its groups are for.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if super::is_in_package(input.path) {
        return parsed;
    }
    let Some(document) = Document::read(input.content, &mut parsed) else { return parsed };
    let project = Project::beside(input, files, &mut parsed);
    let files = table_at(document.root(), "metadata").and_then(|it| table_at(it, "files"));
    let mut graph = Graph::default();
    let mut says_groups = false;
    for record in document.records("package") {
        let Some(mut component) = component(&record, &mut parsed) else { continue };
        component.digests.extend(digests(record.table, "files"));
        if let Some(files) = files {
            // Up to version 4.2: `"six 1.16.0" = [...]`.
            component
                .digests
                .extend(digests(files, &format!("{} {}", component.name, component.version)));
        }
        let groups: Vec<&str> = texts_at(record.table, "groups").collect();
        says_groups |= !groups.is_empty();
        if let Some(project) = &project {
            component.dev = !groups.is_empty()
                && groups.iter().all(|group| project.dev_groups.contains(*group));
        }
        let needs = texts_at(record.table, "dependencies").filter_map(Need::parse).collect();
        graph.add(component, needs);
    }
    if let Some(project) = project {
        graph.relate(project.direct());
        if !says_groups {
            graph.mark_dev(project.main.iter().flat_map(|need| graph.find(need)).collect());
        }
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
    let sources = ["git", "path", "url"];
    let source = sources.into_iter().find_map(|kind| Some((kind, text_at(record.table, kind)?)));
    let version = text_at(record.table, "version");
    if version.is_none() && source.is_none() {
        parsed.problem(ProblemKind::Malformed, format!("line {line}: no version of {name}"));
        return None;
    }
    let mut component = Component::new(Ecosystem::PyPi, name, version.unwrap_or_default());
    component.lines = vec![record.lines];
    component.doubt = lock::doubt(source);
    Some(component)
}

fn digests(table: &DeTable<'_>, key: &str) -> Vec<String> {
    tables_at(table, key).filter_map(|file| text_at(file, "hash")).map(str::to_owned).collect()
}
