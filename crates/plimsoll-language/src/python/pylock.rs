//! `pylock.toml`, the lock file that all tools are to agree on.

use toml::de::DeTable;

use super::graph::{Graph, Need};
use super::lock::{self, Document, table_at, tables_at, text, text_at, texts_at};
use crate::{Component, Input, Parsed};

/// Reads a lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if super::is_in_package(input.path) {
        return parsed;
    }
    let Some(document) = Document::read(input.content, &mut parsed) else { return parsed };
    let defaults: Vec<&str> = texts_at(document.root(), "default-groups").collect();
    let mut graph = Graph::default();
    for record in document.records("packages") {
        let source = source(record.table);
        let Some(mut component) = lock::component(&record, source, &mut parsed) else { continue };
        component.digests = digests(record.table);
        let marker = text_at(record.table, "marker").unwrap_or_default();
        component.dev = is_for_groups(marker, &defaults);
        let needs = tables_at(record.table, "dependencies").filter_map(need).collect();
        graph.add(component, needs);
    }
    graph.finish(&mut parsed);
    parsed
}

/// Where a package comes from, if not from a registry.
fn source<'t>(record: &'t DeTable<'_>) -> Option<(&'t str, &'t str)> {
    ["vcs", "directory", "archive"].into_iter().find_map(|kind| {
        let table = table_at(record, kind)?;
        Some((kind, text_at(table, "url").or_else(|| text_at(table, "path"))?))
    })
}

fn digests(record: &DeTable<'_>) -> Vec<String> {
    let single = ["sdist", "archive"].into_iter().filter_map(|key| table_at(record, key));
    let files = single.chain(tables_at(record, "wheels"));
    let hashes = files.filter_map(|file| table_at(file, "hashes")).flatten();
    hashes
        .filter_map(|(function, hash)| Some(format!("{}:{}", function.get_ref(), text(hash)?)))
        .collect()
}

fn need(table: &DeTable<'_>) -> Option<Need> {
    let version = text_at(table, "version").map(|version| format!("=={version}"));
    Some(Need::new(text_at(table, "name")?, &version.unwrap_or_default()))
}

/// Whether a marker asks for dependency groups, and for none that is installed by default.
fn is_for_groups(marker: &str, defaults: &[&str]) -> bool {
    let mut groups = marker.split("in dependency_groups").collect::<Vec<_>>();
    groups.pop();
    let name = |before: &str| {
        let quoted = before.trim_end();
        let inner = quoted.strip_suffix(['"', '\''])?;
        inner.rsplit(['"', '\'']).next().map(str::to_owned)
    };
    let names: Option<Vec<String>> = groups.into_iter().map(name).collect();
    names.is_some_and(|names| {
        !names.is_empty()
            && !marker.contains("extras")
            && !marker.contains("not in dependency_groups")
            && names.iter().all(|name| !defaults.contains(&name.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_that_are_not_asked_for_are_for_developers() {
        for (marker, expected) in [
            ("'dev' in dependency_groups", true),
            ("\"dev\" in dependency_groups or \"docs\" in dependency_groups", true),
            ("\"dev\" in dependency_groups or 'default' in dependency_groups", false),
            ("'dev' in dependency_groups or 'x' in extras", false),
            ("'dev' not in dependency_groups", false),
            ("python_version < '3.9'", false),
            ("", false),
        ] {
            assert_eq!(is_for_groups(marker, &["default"]), expected, "{marker}");
        }
    }
}
