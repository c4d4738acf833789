//! Lock files of pixi and conda-lock: packages of conda and of PyPI side by side.

use std::collections::HashMap;

use plimsoll_version::Ecosystem;

use super::archive;
use super::yaml::{Document, Node};
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
    let Some(document) = Document::read(input.content, &mut parsed) else { return parsed };
    let mut gathered = Gathered::default();
    for node in document.root().list_at("package") {
        let ecosystem = match document.text_at(&node.value, "manager") {
            Some("pip") => Ecosystem::PyPi,
            _ => Ecosystem::Conda,
        };
        let Some(mut component) = component(&document, node, ecosystem, &mut parsed) else {
            continue;
        };
        component.dev = document.text_at(&node.value, "category") == Some("dev");
        if let Some(hash) = node.value.get("hash") {
            component.digests = digests(&document, hash);
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
    let Some(document) = Document::read(input.content, &mut parsed) else { return parsed };
    let mut gathered = Gathered::default();
    for node in document.root().list_at("packages") {
        let kind = document.text_at(&node.value, "kind");
        let is_python = kind == Some("pypi") || node.value.get("pypi").is_some();
        let ecosystem = if is_python { Ecosystem::PyPi } else { Ecosystem::Conda };
        let Some(mut component) = component(&document, node, ecosystem, &mut parsed) else {
            continue;
        };
        component.digests = digests(&document, node);
        if let Some(license) = document.text_at(&node.value, "license") {
            component.licenses = vec![license.to_owned()];
        }
        gathered.add(component);
    }
    gathered.finish(&mut parsed);
    parsed
}

fn component(
    document: &Document<'_>,
    node: &Node,
    ecosystem: Ecosystem,
    parsed: &mut Parsed<Vec<Component>>,
) -> Option<Component> {
    let text = |key| document.text_at(&node.value, key);
    let from_archive = text("conda").or_else(|| text("url")).and_then(archive);
    let name = text("name").or(from_archive.map(|(name, _)| name));
    let version = text("version").or(from_archive.map(|(_, version)| version));
    let (Some(name), Some(version)) = (name, version) else {
        // Packages that are built from source, or lie in a directory, have no version before.
        if text("conda").or_else(|| text("pypi")).is_none_or(|place| place.contains("://")) {
            let message =
                format!("line {}: a package without name or version", document.line(node));
            parsed.problem(ProblemKind::Malformed, message);
        }
        return None;
    };
    let mut component = Component::new(ecosystem, name, version);
    component.lines = vec![document.lines(node)];
    Some(component)
}

fn digests(document: &Document<'_>, node: &Node) -> Vec<String> {
    let digest =
        |function: &str| Some(format!("{function}:{}", document.text_at(&node.value, function)?));
    ["md5", "sha256"].into_iter().filter_map(digest).collect()
}
