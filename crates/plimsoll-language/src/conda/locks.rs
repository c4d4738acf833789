//! Lock files of pixi and conda-lock: packages of conda and of PyPI side by side.

use std::collections::HashMap;

use plimsoll_version::Ecosystem;

use super::{archive, document};
use crate::yaml::Node;
use crate::{Component, Input, Parsed, ProblemKind};

/// Packages while they are gathered: one for each name and version, whatever its platforms.
#[derive(Default)]
struct Gathered {
    components: Vec<Component>,
    known: HashMap<(Ecosystem, String), usize>,
}

impl Gathered {
    fn add(&mut self, component: Component) {
        let key = (component.ecosystem, component.id());
        if let Some(one) = self.known.get(&key).and_then(|&index| self.components.get_mut(index)) {
            one.lines.extend(component.lines);
            one.digests.extend(component.digests);
            one.dev &= component.dev;
            return;
        }
        self.known.insert(key, self.components.len());
        self.components.push(component);
    }

    fn finish(self, parsed: &mut Parsed<Vec<Component>>) {
        for component in self.components {
            if !parsed.add(component) {
                break;
            }
        }
    }
}

/// Reads a lock file of conda-lock, version 1: a package for each platform that has it.
pub(super) fn parse_conda_lock(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let Some(root) = document(input, &mut parsed) else { return parsed };
    let mut gathered = Gathered::default();
    for node in root.elements_of("package") {
        let ecosystem = match node.text_of("manager") {
            Some("pip") => Ecosystem::PyPi,
            _ => Ecosystem::Conda,
        };
        let Some(mut component) = component(node, ecosystem, &mut parsed) else {
            continue;
        };
        component.dev = node.text_of("category") == Some("dev");
        if let Some(hash) = node.get("hash") {
            component.digests = digests(hash);
        }
        gathered.add(component);
    }
    gathered.finish(&mut parsed);
    parsed
}

/// Reads a lock file of pixi, of any version: until 5 packages have a name, from 6 on conda's are
/// known by their archive.
pub(super) fn parse_pixi(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let Some(root) = document(input, &mut parsed) else { return parsed };
    let mut gathered = Gathered::default();
    for node in root.elements_of("packages") {
        let kind = node.text_of("kind");
        let is_python = kind == Some("pypi") || node.get("pypi").is_some();
        let ecosystem = if is_python { Ecosystem::PyPi } else { Ecosystem::Conda };
        let Some(mut component) = component(node, ecosystem, &mut parsed) else {
            continue;
        };
        component.digests = digests(node);
        if let Some(license) = node.text_of("license") {
            component.licenses = vec![license.to_owned()];
        }
        gathered.add(component);
    }
    gathered.finish(&mut parsed);
    parsed
}

fn component(
    node: &Node,
    ecosystem: Ecosystem,
    parsed: &mut Parsed<Vec<Component>>,
) -> Option<Component> {
    let text = |key| node.text_of(key);
    let from_archive = text("conda").or_else(|| text("url")).and_then(archive);
    let name = text("name").or(from_archive.map(|(name, _)| name));
    let version = text("version").or(from_archive.map(|(_, version)| version));
    let (Some(name), Some(version)) = (name, version) else {
        // Packages that are built from source, or lie in a directory, have no version before.
        if text("conda").or_else(|| text("pypi")).is_none_or(|place| place.contains("://")) {
            let message = format!("line {}: a package without name or version", node.line);
            parsed.problem(ProblemKind::Malformed, message);
        }
        return None;
    };
    let mut component = Component::new(ecosystem, name, version);
    component.lines = vec![node.lines()];
    Some(component)
}

fn digests(node: &Node) -> Vec<String> {
    let digest = |function: &str| Some(format!("{function}:{}", node.text_of(function)?));
    ["md5", "sha256"].into_iter().filter_map(digest).collect()
}
