//! `conan.lock` of both forms.

use std::collections::HashMap;

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use crate::graph::Graph;
use crate::raw_json::{Members, elements, text, texts};
use crate::{Component, Input, Lines, Positions};

/// Characters of a reference without its revisions; Conan allows 101 for a name and as many for a
/// version, and each is repeated for whoever needs it.
const MAX_REFERENCE: usize = 255;

/// Reads a lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let document = match input.text() {
        Ok(text) => text,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    let members = match Members::read(document) {
        Ok(members) => members,
        Err(error) => {
            graph.malformed(error.to_string());
            return graph.finish();
        }
    };
    let positions = Positions::new(document.as_bytes());
    let lists = ["requires", "build_requires", "python_requires", "config_requires"];
    if let Some(nodes) = members.inner("graph_lock").get("nodes") {
        read_nodes(&mut graph, &Members::of(nodes), &positions);
    } else if lists.iter().any(|list| members.get(list).is_some()) {
        for list in lists {
            // Conan runs the other three while it builds.
            let dev = list != "requires";
            let values = members.get(list).map(elements).unwrap_or_default();
            for (index, raw) in values.into_iter().enumerate() {
                let parsed = text(raw).and_then(|text| component(&text, positions.of(raw.get())));
                match parsed {
                    Some(mut component) => {
                        component.dev = dev;
                        graph.add(component, Vec::new());
                    }
                    None => graph.malformed(format!("{list}[{index}] is no name with a version")),
                }
            }
        }
    } else {
        graph.malformed("has neither a graph nor lists of what is required");
    }
    graph.finish()
}

/// The graph of Conan 1: nodes by number, of which the one without a reference, or with a path, is
/// the project.
fn read_nodes(graph: &mut Graph, nodes: &Members<'_>, positions: &Positions<'_>) {
    struct Node {
        component: Option<Component>,
        is_project: bool,
        requires: Vec<String>,
        build_requires: Vec<String>,
    }
    let mut read: HashMap<&str, Node> = HashMap::new();
    let mut order = Vec::new();
    for (number, raw) in nodes.iter() {
        let node = Members::of(raw);
        // Before 1.17 it was called `pref`, and had the package's id behind a colon.
        let reference = node.text("ref").or_else(|| node.text("pref"));
        let is_project = node.text("path").is_some() || reference.is_none();
        let parsed = reference.as_deref().and_then(|text| component(text, positions.of(raw.get())));
        if parsed.is_none() && !is_project {
            graph.malformed(format!("node {number} is no name with a version"));
        }
        let numbers = |name: &str| node.get(name).map(texts).unwrap_or_default();
        let component = parsed.filter(|_| !is_project).map(|mut component| {
            component.dev = node.text("context").as_deref() == Some("build");
            component
        });
        order.push(number);
        read.insert(
            number,
            Node {
                component,
                is_project,
                requires: numbers("requires"),
                build_requires: numbers("build_requires"),
            },
        );
    }
    for number in order {
        let Some(node) = read.get(number) else { continue };
        let required = |list: &[String]| -> Vec<Component> {
            list.iter().filter_map(|number| read.get(number.as_str())?.component.clone()).collect()
        };
        if node.is_project {
            for (list, dev) in [(&node.requires, false), (&node.build_requires, true)] {
                for component in required(list) {
                    graph.ask(Ecosystem::Conan, &component.name, dev);
                }
            }
        } else if let Some(component) = &node.component {
            let needs = required(&node.requires).iter().map(Component::id).collect();
            graph.add(component.clone(), needs);
        }
    }
}

/// Of `name/version@user/channel#revision:package%time` name and version.
fn component(reference: &str, lines: Option<Lines>) -> Option<Component> {
    let (name, rest) = reference.split_once('/')?;
    let version = rest.split(['@', '#', ':', '%']).next()?.trim();
    if name.is_empty() || version.is_empty() || name.len() + version.len() > MAX_REFERENCE {
        return None;
    }
    let mut component = Component::new(Ecosystem::Conan, name, version);
    let recipe = rest.split(['#', ':', '%']).next().unwrap_or_default();
    // `@_/_` is how older versions wrote that there is none.
    let channel = recipe.split_once('@').map(|(_, channel)| channel);
    component.doubt = channel
        .filter(|channel| !matches!(*channel, "" | "_/_" | "_"))
        .map(|channel| format!("built by {channel}, not by ConanCenter"));
    component.lines.extend(lines);
    Some(component)
}
