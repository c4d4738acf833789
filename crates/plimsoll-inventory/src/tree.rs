//! The merged view: layers applied one over the other until the tree is what a container sees.
//!
//! Follows the OCI layer specification
//! (<https://github.com/opencontainers/image-spec/blob/main/layer.md>) where it speaks, and what
//! extracting tools agree on where it does not:
//! - parents of an entry are followed through symbolic links, inside the root;
//! - an entry replaces what stands at its path, except that a directory over a directory keeps
//!   the contents;
//! - whiteouts and opaque markers take away what lower layers brought, never what their own layer
//!   brings, wherever in the archive they stand;
//! - a hard link is another name for the file its target names at that moment, also one of a lower
//!   layer.
//!
//! Nothing here recurses, and every link is followed a bounded number of times.

mod pending;

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use plimsoll_image::{Entry, EntryKind, Problem, ProblemKind};

use crate::layer::EntryTable;
use pending::Pending;

/// Symbolic links followed for one path before it counts as a loop; Linux allows 40.
const MAX_LINKS: u32 = 40;

/// Entries without a place that are told one by one for each layer; a hostile one has millions.
const MAX_PROBLEMS: usize = 1_000;

const NONE: u32 = u32::MAX;

/// A place in the [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// Which entry of which layer holds a file's contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// Index of the layer, bottom is 0.
    pub layer: u32,
    /// Index of the entry in that layer's [`EntryTable`]; of no meaning for a directory that no
    /// layer lists.
    pub entry: u32,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link.
    Symlink,
    /// A device, pipe or socket.
    Special,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: NodeKind,
    /// Last layer that wrote here or below; what a whiteout of that layer must spare.
    touched: u32,
    origin: Origin,
    mode: u32,
    size: u64,
    name: Slice,
    /// Target of a symbolic link.
    link: Slice,
    parent: u32,
    first_child: u32,
    next: u32,
    previous: u32,
}

/// A piece of [`Tree::text`].
#[derive(Debug, Clone, Copy, Default)]
struct Slice {
    start: u32,
    length: u32,
}

/// A file system tree under construction.
pub struct Tree {
    nodes: Vec<Node>,
    text: Vec<u8>,
    /// Nodes by (parent, name).
    index: HashTable<u32>,
    hasher: RandomState,
    /// The directory of the entry before, as written there: most entries share it.
    recent: Option<(Vec<u8>, u32)>,
    files: u64,
}

/// A directory that no layer lists, as tools make it: the root, and parents of what is listed.
const DIRECTORY: Node = Node {
    kind: NodeKind::Directory,
    touched: 0,
    origin: Origin { layer: 0, entry: NONE },
    mode: 0o755,
    size: 0,
    name: Slice { start: 0, length: 0 },
    link: Slice { start: 0, length: 0 },
    parent: 0,
    first_child: NONE,
    next: NONE,
    previous: NONE,
};

impl Default for Tree {
    fn default() -> Tree {
        Tree {
            nodes: vec![DIRECTORY],
            text: Vec::new(),
            index: HashTable::new(),
            hasher: RandomState::new(),
            recent: None,
            files: 0,
        }
    }
}

impl Tree {
    /// The root directory.
    pub const ROOT: NodeId = NodeId(0);

    /// Lays the next layer over the tree. Returns what could not be placed.
    pub fn apply(&mut self, layer: u32, entries: &EntryTable) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut reader = entries.reader();
        let mut index = 0;
        let mut untold = 0u32;
        while let Some(entry) = reader.next_entry() {
            if self.place(&entry, Origin { layer, entry: index }).is_none() {
                if problems.len() < MAX_PROBLEMS {
                    problems.push(broken(&entry));
                } else {
                    untold += 1;
                }
            }
            index += 1;
        }
        if untold > 0 {
            problems.push(Problem {
                path: None,
                kind: ProblemKind::BrokenLink,
                message: format!("{untold} more entries of this layer could not be placed"),
            });
        }
        if index != entries.len() {
            problems.push(Problem {
                path: None,
                kind: ProblemKind::Malformed,
                message: format!(
                    "the facts kept of this layer break off after {index} of {} entries; clean the \
                     scan cache",
                    entries.len()
                ),
            });
        }
        self.recent = None;
        problems
    }

    /// What a container finds at `path`, following all links.
    pub fn lookup(&self, path: &[u8]) -> Option<NodeId> {
        self.follow(0, path, true).map(NodeId)
    }

    /// The child of a directory with this name; a link is not followed.
    pub fn named(&self, directory: NodeId, name: &[u8]) -> Option<NodeId> {
        self.child(directory.0, name).map(NodeId)
    }

    /// Children of a directory, in no particular order.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut next = self.node(node.0).first_child;
        std::iter::from_fn(move || {
            let this = next;
            (this != NONE).then(|| {
                next = self.node(this).next;
                NodeId(this)
            })
        })
    }

    /// What a node is.
    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.node(node.0).kind
    }

    /// Where a node's contents come from.
    pub fn origin(&self, node: NodeId) -> Origin {
        self.node(node.0).origin
    }

    /// A node's permission bits.
    pub fn mode(&self, node: NodeId) -> u32 {
        self.node(node.0).mode
    }

    /// Length of a file's contents in bytes.
    pub fn size(&self, node: NodeId) -> u64 {
        self.node(node.0).size
    }

    /// A node's own name.
    pub fn name(&self, node: NodeId) -> &[u8] {
        self.slice(self.node(node.0).name)
    }

    /// The target of a symbolic link, as written; empty for the others.
    pub fn link(&self, node: NodeId) -> &[u8] {
        self.slice(self.node(node.0).link)
    }

    /// The path of a node from the root, without leading `/`.
    pub fn path(&self, node: NodeId) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = node.0;
        while at != 0 {
            names.push(self.slice(self.node(at).name));
            at = self.node(at).parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    /// Number of names of regular files.
    pub fn file_count(&self) -> u64 {
        self.files
    }

    fn node(&self, id: u32) -> &Node {
        // Ids come from this tree only and nodes are never taken out of the vector.
        &self.nodes[id as usize]
    }

    fn node_mut(&mut self, id: u32) -> &mut Node {
        &mut self.nodes[id as usize]
    }

    fn slice(&self, slice: Slice) -> &[u8] {
        let start = slice.start as usize;
        self.text.get(start..start + slice.length as usize).unwrap_or_default()
    }

    /// Puts an entry in its place; nothing if there is no such place.
    fn place(&mut self, entry: &Entry<'_>, origin: Origin) -> Option<()> {
        let (directory, name) = split(entry.path);
        match entry.kind {
            EntryKind::Whiteout => {
                if let Some(parent) = self.follow(0, directory, true)
                    && let Some(child) = self.child(parent, name)
                {
                    self.take_away_lower(child, origin.layer, true);
                }
                return Some(());
            }
            EntryKind::OpaqueDirectory => {
                if let Some(node) = self.follow(0, entry.path, true) {
                    self.take_away_lower(node, origin.layer, false);
                }
                return Some(());
            }
            _ => {}
        }
        if name.is_empty() {
            // The root is always a directory, whatever an archive says of it.
            if entry.kind == EntryKind::Directory {
                let root = self.node_mut(0);
                (root.origin, root.mode, root.touched) = (origin, entry.mode, origin.layer);
            }
            return Some(());
        }
        let parent = self.parent(directory, origin.layer)?;
        let mut fresh = Node {
            kind: NodeKind::File,
            touched: origin.layer,
            origin,
            mode: entry.mode,
            size: entry.size,
            parent,
            ..DIRECTORY
        };
        match entry.kind {
            EntryKind::Directory => fresh.kind = NodeKind::Directory,
            EntryKind::Special => fresh.kind = NodeKind::Special,
            EntryKind::Symlink(target) => {
                fresh.kind = NodeKind::Symlink;
                fresh.link = self.keep(target)?;
            }
            EntryKind::HardLink(target) => {
                let target = self.link_target(target)?;
                if self.child(parent, name) == Some(target) {
                    return Some(());
                }
                let target = *self.node(target);
                fresh = Node { name: fresh.name, parent, touched: origin.layer, ..target };
                (fresh.first_child, fresh.next, fresh.previous) = (NONE, NONE, NONE);
            }
            EntryKind::File | EntryKind::Whiteout | EntryKind::OpaqueDirectory => {}
        }
        match self.child(parent, name) {
            None => self.insert(fresh, name),
            Some(old) if fresh.kind == NodeKind::Directory => {
                if self.node(old).kind == NodeKind::Directory {
                    let node = self.node_mut(old);
                    (node.origin, node.mode, node.touched) = (origin, entry.mode, origin.layer);
                    Some(())
                } else {
                    self.remove(old);
                    self.insert(fresh, name)
                }
            }
            Some(old) => {
                self.remove(old);
                self.insert(fresh, name)
            }
        }
    }

    /// The node of a hard link's target: links on the way are followed, one at the end is not,
    /// because link(2) does not follow it either.
    fn link_target(&self, target: &[u8]) -> Option<u32> {
        let found = self.follow(0, target, false)?;
        (self.node(found).kind != NodeKind::Directory).then_some(found)
    }

    /// The directory in which an entry is to be placed. Missing directories are made, and marked
    /// as touched by the layer.
    fn parent(&mut self, path: &[u8], layer: u32) -> Option<u32> {
        if let Some((recent, node)) = &self.recent
            && recent == path
        {
            return Some(*node);
        }
        let node = self.make_directories(path, layer)?;
        let mut recent = self.recent.take().map(|(buffer, _)| buffer).unwrap_or_default();
        recent.clear();
        recent.extend_from_slice(path);
        self.recent = Some((recent, node));
        Some(node)
    }

    fn make_directories(&mut self, path: &[u8], layer: u32) -> Option<u32> {
        let mut links = 0;
        let mut at = 0;
        let mut pending = Pending::new(path);
        while let Some(name) = pending.next() {
            match name.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    at = self.node(at).parent;
                    continue;
                }
                _ => {}
            }
            let child = match self.child(at, &name) {
                Some(child) if self.node(child).kind == NodeKind::Symlink => {
                    links += 1;
                    if links > MAX_LINKS {
                        return None;
                    }
                    let target = self.link(NodeId(child)).to_vec();
                    if target.first() == Some(&b'/') {
                        at = 0;
                    }
                    pending.push(target);
                    continue;
                }
                Some(child) if self.node(child).kind == NodeKind::Directory => child,
                other => {
                    if let Some(file) = other {
                        self.remove(file);
                    }
                    let origin = Origin { layer, entry: NONE };
                    let implied = Node { origin, parent: at, touched: layer, ..DIRECTORY };
                    self.insert(implied, &name)?;
                    self.child(at, &name)?
                }
            };
            self.node_mut(child).touched = layer;
            at = child;
        }
        Some(at)
    }

    /// Follows `path` from `at` without changing anything.
    fn follow(&self, mut at: u32, path: &[u8], follow_last: bool) -> Option<u32> {
        let mut links = 0;
        let mut pending = Pending::new(path);
        while let Some(name) = pending.next() {
            match name.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    at = self.node(at).parent;
                    continue;
                }
                _ => {}
            }
            let child = self.child(at, &name)?;
            if self.node(child).kind == NodeKind::Symlink && (follow_last || !pending.is_done()) {
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                let target = self.link(NodeId(child));
                if target.first() == Some(&b'/') {
                    at = 0;
                }
                pending.push(target.to_vec());
            } else {
                at = child;
            }
        }
        Some(at)
    }

    /// Takes away what layers below `layer` brought under `top`, and with `itself` also `top`.
    fn take_away_lower(&mut self, top: u32, layer: u32, itself: bool) {
        if itself && self.node(top).touched < layer {
            self.remove(top);
            return;
        }
        let mut stack = vec![top];
        while let Some(directory) = stack.pop() {
            let mut next = self.node(directory).first_child;
            while next != NONE {
                let child = next;
                next = self.node(child).next;
                if self.node(child).touched < layer {
                    self.remove(child);
                } else {
                    stack.push(child);
                }
            }
        }
    }

    fn hash(&self, parent: u32, name: &[u8]) -> u64 {
        self.hasher.hash_one((parent, name))
    }

    fn child(&self, parent: u32, name: &[u8]) -> Option<u32> {
        let same = |&id: &u32| {
            let node = self.node(id);
            node.parent == parent && self.slice(node.name) == name
        };
        self.index.find(self.hash(parent, name), same).copied()
    }

    fn keep(&mut self, text: &[u8]) -> Option<Slice> {
        let start = u32::try_from(self.text.len()).ok()?;
        let length = u32::try_from(text.len()).ok()?;
        self.text.extend_from_slice(text);
        Some(Slice { start, length })
    }

    /// Adds a node that is known not to exist; nothing if the tree is full.
    fn insert(&mut self, mut node: Node, name: &[u8]) -> Option<()> {
        let id = u32::try_from(self.nodes.len()).ok().filter(|&id| id != NONE)?;
        node.name = self.keep(name)?;
        node.next = self.node(node.parent).first_child;
        if node.next != NONE {
            self.node_mut(node.next).previous = id;
        }
        self.node_mut(node.parent).first_child = id;
        self.files += u64::from(node.kind == NodeKind::File);
        let hash = self.hash(node.parent, name);
        self.nodes.push(node);
        let Tree { index, nodes, text, hasher, .. } = self;
        index.insert_unique(hash, id, |&id| {
            let node = &nodes[id as usize];
            let start = node.name.start as usize;
            let name = text.get(start..start + node.name.length as usize).unwrap_or_default();
            hasher.hash_one((node.parent, name))
        });
        Some(())
    }

    /// Removes a node and all below it.
    fn remove(&mut self, top: u32) {
        self.recent = None;
        let Node { parent, next, previous, .. } = *self.node(top);
        if previous == NONE {
            self.node_mut(parent).first_child = next;
        } else {
            self.node_mut(previous).next = next;
        }
        if next != NONE {
            self.node_mut(next).previous = previous;
        }
        let mut stack = vec![top];
        while let Some(id) = stack.pop() {
            let Node { parent, name, kind, first_child, .. } = *self.node(id);
            let hash = self.hash(parent, self.slice(name));
            if let Ok(found) = self.index.find_entry(hash, |&other| other == id) {
                found.remove();
            }
            self.files -= u64::from(kind == NodeKind::File);
            let mut child = first_child;
            while child != NONE {
                stack.push(child);
                child = self.node(child).next;
            }
        }
    }
}

fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&[], path),
    }
}

fn broken(entry: &Entry<'_>) -> Problem {
    let message = match entry.kind {
        EntryKind::HardLink(target) => format!(
            "hard link to {}, which no layer has as a file; the link was left out",
            String::from_utf8_lossy(target)
        ),
        _ => "its directory leads through a loop of symbolic links; the entry was left out".into(),
    };
    Problem {
        path: Some(String::from_utf8_lossy(entry.path).into_owned()),
        kind: ProblemKind::BrokenLink,
        message,
    }
}
