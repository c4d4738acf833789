//! `cpanfile.snapshot`: distributions, the modules in them, and the modules that they need.

use std::collections::HashMap;

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use super::name_and_version;
use crate::graph::Graph;
use crate::source_text::one_line;
use crate::{Component, Input};

/// Reads a snapshot; indentation says what a line is.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let text = input.lossy();
    let mut found: Vec<(Component, Vec<String>)> = Vec::new();
    let mut providers: HashMap<String, String> = HashMap::new();
    let (mut list, mut seen, mut lost) = ("", false, false);
    for (index, line) in text.lines().enumerate() {
        let (number, content) = (index + 1, line.trim());
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        match line.len() - line.trim_start().len() {
            0 => seen |= content == "DISTRIBUTIONS",
            2 => match name_and_version(content) {
                Some((name, version)) => {
                    let mut component = Component::new(Ecosystem::Cpan, name, version);
                    component.lines.push(one_line(number));
                    found.push((component, Vec::new()));
                    lost = false;
                }
                None => {
                    graph.malformed(format!("line {number}: no distribution with a version"));
                    lost = true;
                }
            },
            4 => list = content.split(':').next().unwrap_or_default(),
            _ if lost => {}
            _ => {
                let module = content.split(' ').next().unwrap_or_default();
                let Some((component, needs)) = found.last_mut() else { continue };
                match list {
                    "provides" => {
                        providers.insert(module.to_owned(), component.name.clone());
                    }
                    "requirements" => needs.push(module.to_owned()),
                    _ => {}
                }
            }
        }
    }
    if !seen {
        graph.malformed("has no DISTRIBUTIONS");
    }
    for (component, modules) in found {
        let needs = modules.iter().filter_map(|module| providers.get(module).cloned()).collect();
        graph.add(component, needs);
    }
    graph.finish()
}
