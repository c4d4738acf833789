//! Where a container keeps its package databases, found in the merged view.

use crate::tree::{NodeKind, Origin, Tree};

/// Databases in one file, at the paths where their tools look.
const FILES: &[&str] = &[
    "var/lib/dpkg/status",
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "var/lib/rpmmanifest/container-manifest-2",
    "var/lib/chisel/manifest.wall",
    "usr/share/bottlerocket/application-inventory.json",
    "x86_64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json",
    "aarch64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json",
];

/// Directories in which rpm may keep its database, and the names of the database in the order in
/// which rpm 4.16 and later prefer them.
const RPM_DIRECTORIES: &[&str] = &["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];
const RPM_NAMES: &[&str] = &["rpmdb.sqlite", "Packages.db", "Packages"];

/// A file that proves packages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Database {
    /// Whose contents it has.
    pub(crate) origin: Origin,
    /// Where a container sees it, links resolved.
    pub(crate) path: Vec<u8>,
    /// Which way it was found; files beside it are looked up from here.
    pub(crate) found_as: FoundAs,
}

/// Which way a database was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FoundAs {
    /// One file with all packages.
    Whole,
    /// A distroless record in `var/lib/dpkg/status.d`.
    DpkgRecord,
    /// pacman's directory of one package.
    PacmanRecord,
}

/// All databases of the merged view, each file once, whatever links lead to it.
pub(crate) fn locate(tree: &Tree) -> Vec<Database> {
    let mut found = Vec::new();
    for path in FILES {
        push(&mut found, tree, path.as_bytes(), FoundAs::Whole);
    }
    for directory in RPM_DIRECTORIES {
        for name in RPM_NAMES {
            push(&mut found, tree, format!("{directory}/{name}").as_bytes(), FoundAs::Whole);
        }
    }
    each_child(tree, "var/lib/dpkg/status.d", |name| {
        if !name.ends_with(b".md5sums") {
            let path = [b"var/lib/dpkg/status.d/", name].concat();
            push(&mut found, tree, &path, FoundAs::DpkgRecord);
        }
    });
    each_child(tree, "var/lib/pacman/local", |name| {
        let path = [b"var/lib/pacman/local/", name, b"/desc"].concat();
        push(&mut found, tree, &path, FoundAs::PacmanRecord);
    });
    found.sort();
    found.dedup();
    found
}

fn push(found: &mut Vec<Database>, tree: &Tree, path: &[u8], found_as: FoundAs) {
    if let Some(node) = tree.lookup(path)
        && tree.kind(node) == NodeKind::File
        // An empty file is how images without packages satisfy tools that look for it.
        && tree.size(node) > 0
    {
        found.push(Database { origin: tree.origin(node), path: tree.path(node), found_as });
    }
}

fn each_child(tree: &Tree, directory: &str, mut each: impl FnMut(&[u8])) {
    let Some(node) = tree.lookup(directory.as_bytes()) else { return };
    for child in tree.children(node) {
        each(tree.name(child));
    }
}
