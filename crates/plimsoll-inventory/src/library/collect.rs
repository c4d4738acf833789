//! From documents in the merged tree to packages.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use plimsoll_binary::Symbols;
use plimsoll_image::Problem;
use plimsoll_language::{Component, Evidence, Files, Input, Parser};

use super::{Library, extractor};
use crate::layer::{Document, Found, LayerFacts};
use crate::tree::{NodeId, NodeKind, Origin, Tree};
use crate::{Location, Package, PackageKind};

/// The packages of a tree that no operating system's package manager installed.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// In the order of their files; each with the node of its file.
    pub(crate) packages: Vec<(NodeId, Package)>,
    /// See [`crate::Inventory::symbols`].
    pub(crate) symbols: Vec<Symbols>,
}

/// Reads what the visible documents say.
pub(crate) fn collect(
    tree: &Tree,
    layers: &[LayerFacts],
    skip: &dyn Fn(&str) -> bool,
    problems: &mut Vec<(Option<u32>, Problem)>,
) -> Collected {
    let kept = Kept::find(tree, layers, skip);
    let mut collected = Collected::default();
    for (path, (node, origin, found)) in &kept.visible {
        let mut tell = |told: &[Problem]| {
            problems.extend(told.iter().map(|one| (Some(origin.layer), one.clone())));
        };
        tell(&found.problems);
        let place = Place { node: *node, layer: origin.layer, path };
        match &found.document {
            Document::Components(id, components) => {
                collected.add(&place, id, components.clone(), None);
            }
            Document::Kept(id, content) => {
                let Some(Parser::WithOthers(parse)) = extractor(id).map(|row| row.parser) else {
                    continue;
                };
                let parsed = parse(Input { path, content }, &kept).at(path);
                tell(&parsed.problems);
                collected.add(&place, id, parsed.value, None);
            }
            Document::Program(program) => {
                for (id, components) in &program.parts {
                    collected.add(&place, id, components.clone(), program.symbols.as_ref());
                }
            }
            _ => {}
        }
    }
    collected
}

/// Leaves out what a bill of materials lists and better evidence proves: the crates of a program are
/// in the program itself and, since PEP 770, in the metadata of the wheel that brought it.
pub(crate) fn drop_listed_twice(found: &mut Vec<(NodeId, Package)>) {
    let key = |package: &Package| {
        let ecosystem = package.library.as_ref().map(|library| library.ecosystem);
        (ecosystem, package.name.clone(), package.version.clone())
    };
    let is_listed = |package: &Package| {
        let row = package.library.as_ref().and_then(|library| extractor(&library.extractor));
        row.is_some_and(|row| row.evidence == Evidence::Listed)
    };
    if !found.iter().any(|(_, package)| is_listed(package)) {
        return;
    }
    let proved: HashSet<_> = found
        .iter()
        .filter(|(_, package)| !is_listed(package))
        .map(|(_, package)| key(package))
        .collect();
    found.retain(|(_, package)| !is_listed(package) || !proved.contains(&key(package)));
}

struct Place<'a> {
    node: NodeId,
    layer: u32,
    path: &'a str,
}

impl Collected {
    fn add(
        &mut self,
        place: &Place<'_>,
        extractor: &str,
        components: Vec<Component>,
        symbols: Option<&Symbols>,
    ) {
        if components.is_empty() {
            return;
        }
        let symbols = symbols.map(|symbols| {
            if self.symbols.last() != Some(symbols) {
                self.symbols.push(symbols.clone());
            }
            self.symbols.len() as u32 - 1
        });
        for mut component in components {
            let path = match component.inside.take() {
                Some(inside) => format!("{}/{inside}", place.path),
                None => place.path.to_owned(),
            };
            let (name, version) =
                (std::mem::take(&mut component.name), std::mem::take(&mut component.version));
            let licenses = std::mem::take(&mut component.licenses);
            let library = Library { symbols, ..Library::new(extractor, place.path, component) };
            self.packages.push((
                place.node,
                Package {
                    licenses,
                    found_in: Location { path, layer: place.layer },
                    layer: Some(place.layer),
                    library: Some(Box::new(library)),
                    ..Package::new(PackageKind::Library, name, version)
                },
            ));
        }
    }
}

/// The documents that a container sees, by path.
struct Kept<'a> {
    tree: &'a Tree,
    layers: &'a [LayerFacts],
    visible: BTreeMap<String, (NodeId, Origin, &'a Found)>,
}

impl<'a> Kept<'a> {
    fn find(tree: &'a Tree, layers: &'a [LayerFacts], skip: &dyn Fn(&str) -> bool) -> Kept<'a> {
        let mut wanted = HashMap::new();
        for (layer, facts) in (0u32..).zip(layers) {
            for found in &facts.documents {
                if found.document.is_library() {
                    wanted.insert(Origin { layer, entry: found.entry }, found);
                }
            }
        }
        let mut visible: BTreeMap<String, (NodeId, Origin, &Found)> = BTreeMap::new();
        // Hard links are one file; the first of its paths stands for it.
        let mut first: HashMap<Origin, String> = HashMap::new();
        let mut pending = if wanted.is_empty() { Vec::new() } else { vec![Tree::ROOT] };
        while let Some(directory) = pending.pop() {
            for node in tree.children(directory) {
                match tree.kind(node) {
                    NodeKind::Directory => pending.push(node),
                    NodeKind::File => {
                        let origin = tree.origin(node);
                        let Some(found) = wanted.get(&origin) else { continue };
                        let path = String::from_utf8_lossy(&tree.path(node)).into_owned();
                        if skip(&path) {
                            continue;
                        }
                        match first.get(&origin) {
                            Some(known) if *known <= path => continue,
                            Some(known) => {
                                visible.remove(known);
                            }
                            None => {}
                        }
                        first.insert(origin, path.clone());
                        visible.insert(path, (node, origin, found));
                    }
                    NodeKind::Symlink | NodeKind::Special => {}
                }
            }
        }
        Kept { tree, layers, visible }
    }
}

impl Files for Kept<'_> {
    fn content(&self, path: &str) -> Option<&[u8]> {
        let origin = self.tree.origin(self.tree.lookup(path.as_bytes())?);
        match &self.layers.get(origin.layer as usize)?.document(origin.entry)?.document {
            Document::Kept(_, content) => Some(content),
            _ => None,
        }
    }

    fn named(&self, name: &str) -> Vec<String> {
        let has_name = |path: &&String| {
            let own = path.rsplit_once('/').map_or(Cow::from(path.as_str()), |(_, own)| own.into());
            own == name
        };
        self.visible.keys().filter(has_name).cloned().collect()
    }
}
