//! `Podfile.lock`: the pods that CocoaPods installed, with their parts.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use crate::graph::Graph;
use crate::yaml::{Node, Value};
use crate::{Component, Input};

/// Reads a lock file. Parts of a pod (`Firebase/Core`) are of the pod's version and come in its
/// archive, so that they are the pod, which needs what they need.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let root = match input.text().and_then(Node::read) {
        Ok(root) => root,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    let Some(pods) = root.get("PODS") else {
        graph.malformed("has no PODS");
        return graph.finish();
    };
    let elsewhere: BTreeMap<&str, &Node> = root
        .entries_of("EXTERNAL SOURCES")
        .iter()
        .map(|entry| (main(&entry.key), &entry.node))
        .collect();
    for node in root.elements_of("DEPENDENCIES") {
        if let Some(name) = node.text().and_then(|text| text.split(' ').next()) {
            graph.ask(Ecosystem::CocoaPods, main(name), false);
        }
    }
    for node in pods.elements() {
        let (text, needs) = match &node.value {
            Value::Map(entries) => match entries.first() {
                Some(entry) => (Some(entry.key.as_str()), entry.node.elements()),
                None => (None, Default::default()),
            },
            _ => (node.text(), Default::default()),
        };
        let lines = node.lines();
        let Some((name, version)) = text.and_then(name_and_version) else {
            graph.malformed(format!("line {}: no pod with a version", lines.start));
            continue;
        };
        let name = main(name);
        let needs: BTreeSet<String> = needs
            .iter()
            .filter_map(|node| Some(main(node.text()?.split(' ').next()?).to_owned()))
            .collect();
        let mut component = Component::new(Ecosystem::CocoaPods, name, version);
        component.doubt = elsewhere.get(name).map(|source| origin(source));
        component.lines.push(lines);
        graph.add(component, needs.into_iter().collect());
    }
    graph.finish()
}

/// The pod of a part.
fn main(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

/// Of `Name (1.0)` both.
fn name_and_version(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(" (")?;
    let version = rest.strip_suffix(')')?;
    (!name.is_empty() && version.starts_with(|sign: char| sign.is_ascii_digit()))
        .then_some((name, version))
}

fn origin(source: &Node) -> String {
    let from = source.entries().iter().find_map(|entry| entry.node.text()).unwrap_or("elsewhere");
    format!("from {from}, not from a registry")
}
