//! `pylock.toml`, the lock file that all tools are to agree on.

use plimsoll_version::Ecosystem;
use toml::de::DeTable;

use super::graph::{Graph, Need};
use super::lock::{self, Document, Record, table_at, tables_at, text, text_at, texts_at};
use crate::{Component, Input, Parsed, ProblemKind};

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
        let Some(mut component) = component(&record, &mut parsed) else { continue };
        let marker = text_at(record.table, "marker").unwrap_or_default();
        component.dev = is_for_groups(marker, &defaults);
        let needs = tables_at(record.table, "dependencies").filter_map(need).collect();
        graph.add(component, needs);
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
    let kinds = ["vcs", "directory", "archive"];
    let source = kinds.into_iter().find_map(|kind| {
        let table = table_at(record.table, kind)?;
        Some((kind, text_at(table, "url").or_else(|| text_at(table, "path"))?))
    });
    let version = text_at(record.table, "version");
    if version.is_none() && source.is_none() {
        parsed.problem(ProblemKind::Malformed, format!("line {line}: no version of {name}"));
        return None;
    }
    let mut component = Component::new(Ecosystem::PyPi, name, version.unwrap_or_default());
    component.lines = vec![record.lines];
    component.doubt = lock::doubt(source);
    let single = ["sdist", "archive"].into_iter().filter_map(|key| table_at(record.table, key));
    for file in single.chain(tables_at(record.table, "wheels")) {
        for (function, hash) in table_at(file, "hashes").into_iter().flatten() {
            component
                .digests
                .extend(text(hash).map(|hash| format!("{}:{hash}", function.get_ref())));
        }
    }
    Some(component)
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
