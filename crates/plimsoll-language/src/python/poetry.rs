//! `poetry.lock`, all versions: 1.0 (categories), 2.0 (no groups at all) and 2.1 (groups).

use toml::de::DeTable;

use super::graph::{Graph, Need};
use super::lock::{self, Document, table_at, tables_at, text, text_at, texts_at};
use super::project::Project;
use crate::{Component, Files, Input, Parsed};

/// Reads a lock file, and the project beside it for what is asked for directly.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if super::is_in_package(input.path) {
        return parsed;
    }
    let Some(document) = Document::read(input.content, &mut parsed) else { return parsed };
    let metadata = table_at(document.root(), "metadata");
    let mut graph = Graph::default();
    let mut says_dev = false;
    for record in document.records("package") {
        let source = source(record.table);
        let Some(mut component) = lock::component(&record, source, &mut parsed) else { continue };
        component.digests.extend(digests(record.table, "files"));
        if let Some(hashes) = metadata.and_then(|it| table_at(it, "files")) {
            component.digests.extend(digests(hashes, &component.name));
        }
        if let Some(hashes) = metadata.and_then(|it| table_at(it, "hashes")) {
            // Before version 1.0 the function was not named.
            let bare = texts_at(hashes, &component.name).map(|hash| format!("sha256:{hash}"));
            component.digests.extend(bare);
        }
        let groups: Vec<&str> = texts_at(record.table, "groups").collect();
        let category = text_at(record.table, "category");
        says_dev |= category.is_some() || !groups.is_empty();
        component.dev = category == Some("dev") || !(groups.is_empty() || groups.contains(&"main"));
        graph.add(component, needs(record.table));
    }
    if let Some(project) = Project::beside(input, files, &mut parsed) {
        graph.relate(project.direct());
        if !says_dev {
            graph.mark_dev(project.main.iter().flat_map(|need| graph.find(need)).collect());
        }
    }
    graph.finish(&mut parsed);
    parsed
}

/// Where a package comes from, if not from a registry.
fn source<'t>(record: &'t DeTable<'_>) -> Option<(&'t str, &'t str)> {
    let source = table_at(record, "source")?;
    // Others are registries, such as `legacy`.
    let kind = text_at(source, "type")
        .filter(|kind| ["git", "directory", "file", "url"].contains(kind))?;
    Some((kind, text_at(source, "url")?))
}

fn digests(table: &DeTable<'_>, key: &str) -> Vec<String> {
    tables_at(table, key).filter_map(|file| text_at(file, "hash")).map(str::to_owned).collect()
}

/// A dependency is a range, a table with one, or a list of either (one for each environment).
fn needs(table: &DeTable<'_>) -> Vec<Need> {
    let mut needs = Vec::new();
    for (name, value) in table_at(table, "dependencies").into_iter().flatten() {
        let alternatives = match value.get_ref().as_array() {
            Some(list) => list.iter().collect(),
            None => vec![value],
        };
        for one in alternatives {
            let range = match one.get_ref().as_table() {
                Some(table) => text_at(table, "version"),
                None => text(one),
            };
            let range = range.filter(|range| *range != "*").unwrap_or_default();
            needs.push(Need::new(name.get_ref(), range));
        }
    }
    needs
}
