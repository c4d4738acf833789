//! `uv.lock`: the whole workspace with its graph.

use toml::de::DeTable;

use super::graph::{Graph, Need};
use super::lock::{self, Document, Record, table_at, tables_at, text_at};
use crate::{Component, Input, Parsed, Relationship};

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
                let groups = grouped(record.table, &["dev-dependencies", "dependency-groups"]);
                needs.extend(groups.into_iter().map(Need::for_developers));
                direct.extend(needs.iter().cloned());
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
    let kinds = ["editable", "virtual", "directory", "git", "path", "url"];
    let source = table_at(record.table, "source")
        .and_then(|it| kinds.into_iter().find_map(|kind| Some((kind, text_at(it, kind)?))));
    // The version of a directory may be known only once it is built.
    let mut component = lock::component(record, source, parsed)?;
    if let Some(("editable" | "virtual", path)) = source {
        component.doubt = None;
        component.relationship = match path {
            "." => Relationship::Root,
            _ => Relationship::Workspace,
        };
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
