//! Which package of the distribution brought a file, and which ones bring code at all.
//!
//! A Python module that Debian installed is patched by Debian: its version says nothing about the
//! problems that it has, and Debian's advisories do. So a package whose file belongs to one of the
//! distribution's is that one's business.

use std::collections::HashMap;

use plimsoll_image::EntryKind;

use crate::layer::{Document, LayerFacts};
use crate::tree::{NodeId, NodeKind, Tree};
use crate::{Package, PackageKind};

/// Extensions of what is run or linked without being executable itself.
const CODE: &[&[u8]] = &[
    b"so", b"py", b"pyc", b"pl", b"pm", b"rb", b"js", b"mjs", b"cjs", b"php", b"jar", b"war",
    b"class", b"ko", b"wasm", b"lua", b"tcl", b"el", b"elc", b"sh", b"r", b"jl", b"dll", b"exe",
    b"beam", b"node", b"vim", b"scm", b"go", b"hs", b"ml", b"cmxs", b"efi", b"ts", b"awk", b"ps1",
];

/// Says of every package outside of the distribution whether one of the distribution's owns it.
///
/// `nodes` are the nodes of the packages from `first` on, which are those outside.
pub(crate) fn attribute(
    tree: &Tree,
    layers: &[LayerFacts],
    packages: &mut [Package],
    first: usize,
    nodes: &[NodeId],
) {
    let (system, libraries) = packages.split_at_mut(first);
    let mut wanted: HashMap<NodeId, Vec<usize>> = HashMap::new();
    for (index, node) in nodes.iter().enumerate() {
        wanted.entry(*node).or_default().push(index);
    }
    if wanted.is_empty() {
        return;
    }
    for (index, package) in (0u32..).zip(system.iter()) {
        each_node(tree, package, |node, _| {
            let Some(node) = node else { return };
            for &library in wanted.get(&node).into_iter().flatten() {
                let Some(found) = libraries.get_mut(library) else { continue };
                let replaced = found.layer > package.layer && package.layer.is_some();
                if replaced && !says_the_same(layers, found, package.layer.unwrap_or(0)) {
                    continue;
                }
                if let Some(library) = &mut found.library {
                    library.owner.get_or_insert(index);
                }
            }
        });
    }
}

/// Whether the layers up to `below` have a file at the same path with the same packages in it: then
/// a later layer has only touched it (changed its owner or mode).
fn says_the_same(layers: &[LayerFacts], package: &Package, below: u32) -> bool {
    let Some(library) = &package.library else { return false };
    let path = library.file.as_bytes();
    let beneath = layers.get(..=below as usize).unwrap_or(layers);
    for facts in beneath.iter().rev() {
        let mut entries = facts.entries.reader();
        let mut index = 0u32;
        while let Some(entry) = entries.next_entry() {
            if entry.path == path && entry.kind == EntryKind::File {
                let Some(found) = facts.document(index) else { return false };
                return names(&found.document)
                    .any(|(name, version)| name == package.name && version == package.version);
            }
            index += 1;
        }
    }
    false
}

fn names(document: &Document) -> Box<dyn Iterator<Item = (&str, &str)> + '_> {
    match document {
        Document::Components(_, components) => {
            Box::new(components.iter().map(|one| (&*one.name, &*one.version)))
        }
        Document::Program(program) => {
            let components = program.parts.iter().flat_map(|(_, components)| components);
            Box::new(components.map(|one| (&*one.name, &*one.version)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// Says of every package of the distribution whether it brings anything that can be run: headers,
/// documentation and the like cannot be exploited in a container, whatever advisories say of their
/// source.
pub(crate) fn mark_code(tree: &Tree, packages: &mut [Package]) {
    for package in packages.iter_mut().filter(|package| package.kind != PackageKind::Library) {
        if package.files.is_empty() {
            continue;
        }
        let mut code = false;
        each_node(tree, package, |node, path| {
            code |= match node {
                Some(node) if tree.kind(node) == NodeKind::File => {
                    tree.mode(node) & 0o111 != 0 || has_extension_of_code(path)
                }
                Some(_) => false,
                None => has_extension_of_code(path),
            };
        });
        package.code = Some(code);
    }
}

fn has_extension_of_code(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    if memchr::memmem::find(name, b".so.").is_some() {
        return true;
    }
    let Some(dot) = name.iter().rposition(|&byte| byte == b'.') else { return false };
    let extension = name[dot + 1..].to_ascii_lowercase();
    // `.so` files of development packages are links, so a file of that name is a library.
    CODE.contains(&extension.as_slice())
}

/// Offers the nodes at the paths that a package owns. Neighbours share their directory, so that is
/// looked up once.
fn each_node(tree: &Tree, package: &Package, mut each: impl FnMut(Option<NodeId>, &[u8])) {
    let mut recent: Option<(&[u8], Option<NodeId>)> = None;
    for path in package.files.iter() {
        let (directory, name) = match path.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&path[..0], path),
        };
        let parent = match recent {
            Some((known, node)) if known == directory => node,
            _ => tree.lookup(directory),
        };
        recent = Some((directory, parent));
        each(parent.and_then(|parent| tree.named(parent, name)), path);
    }
}
