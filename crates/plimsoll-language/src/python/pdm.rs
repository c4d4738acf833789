//! `pdm.lock`, all versions.

use toml::de::DeTable;

use super::graph::{Graph, Need};
use super::lock::{self, Document, table_at, tables_at, text_at, texts_at};
use super::project::Project;
use crate::{Component, Files, Input, Parsed};

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
        let source = source(record.table);
        let Some(mut component) = lock::component(&record, source, &mut parsed) else { continue };
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

/// Where a package comes from, if not from a registry.
fn source<'t>(record: &'t DeTable<'_>) -> Option<(&'t str, &'t str)> {
    ["git", "path", "url"].into_iter().find_map(|kind| Some((kind, text_at(record, kind)?)))
}

fn digests(table: &DeTable<'_>, key: &str) -> Vec<String> {
    tables_at(table, key).filter_map(|file| text_at(file, "hash")).map(str::to_owned).collect()
}
