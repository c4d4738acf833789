//! From the facts of single layers to the inventory of the image.

use std::collections::HashMap;

use plimsoll_image::{Problem, ProblemKind};

use crate::content_sets;
use crate::databases::{self, Database, FoundAs};
use crate::layer::{Document, Found, LayerFacts};
use crate::library;
use crate::os::{self, OS_FILES};
use crate::tree::{Origin, Tree};
use crate::{FileList, Inventory, Location, Package};

/// Merges layers, bottom first, into what a container would see.
///
/// `skip` says which paths the user wants left out of the result (`--skip-files`, `--skip-dirs`);
/// it is asked only for files that would add to it.
pub fn assemble(layers: &[LayerFacts], skip: &dyn Fn(&str) -> bool) -> Inventory {
    let mut tree = Tree::default();
    let mut problems = Vec::new();
    let mut history = History::default();
    for (index, facts) in (0u32..).zip(layers) {
        let own = facts.problems.iter().cloned();
        let placed = tree.apply(index, &facts.entries);
        problems.extend(own.chain(placed).map(|problem| (Some(index), problem)));
        history.record(index, databases::locate(&tree), layers);
    }
    let view = View { tree: &tree, layers, skip };
    let mut packages = Vec::new();
    for database in &history.databases {
        view.read(database, &history, &mut packages, &mut problems);
    }
    packages.sort_by(|a, b| order(a).cmp(&order(b)));
    packages.dedup_by(|a, b| identity(a) == identity(b));
    library::mark_code(&tree, &mut packages);
    let first = packages.len();
    let library::Collected { packages: mut found, symbols } =
        library::collect(&tree, layers, skip, &mut problems);
    found.sort_by(|(_, a), (_, b)| order(a).cmp(&order(b)));
    let ecosystem = |package: &Package| package.library.as_ref().map(|library| library.ecosystem);
    found
        .dedup_by(|(_, a), (_, b)| order(a).cmp(&order(b)).is_eq() && ecosystem(a) == ecosystem(b));
    library::drop_listed_twice(&mut found);
    let (nodes, libraries): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    packages.extend(libraries);
    library::attribute(&tree, layers, &mut packages, first, &nodes);
    let detected = view.operating_system(&mut problems);
    let repositories = view.repositories(&mut problems);
    let busybox = os::is_busybox(|path| tree.lookup(path.as_bytes()).is_some());
    let file_count = tree.file_count();
    Inventory { os: detected, packages, problems, repositories, file_count, symbols, busybox }
}

/// Since which layer each installed version has been there without a break.
#[derive(Default)]
struct History {
    databases: Vec<Database>,
    since: HashMap<u64, u32>,
    hasher: std::hash::RandomState,
}

impl History {
    fn record(&mut self, layer: u32, databases: Vec<Database>, layers: &[LayerFacts]) {
        if databases == self.databases {
            return;
        }
        let mut since = HashMap::with_capacity(self.since.len());
        for found in databases.iter().filter_map(|database| document(layers, database.origin)) {
            if let Document::Packages(packages) = &found.document {
                for package in packages {
                    let key = self.key(package);
                    since.insert(key, self.since.get(&key).copied().unwrap_or(layer));
                }
            }
        }
        (self.databases, self.since) = (databases, since);
    }

    fn key(&self, package: &Package) -> u64 {
        use std::hash::BuildHasher as _;
        self.hasher.hash_one(identity(package))
    }
}

pub(crate) fn identity(package: &Package) -> (crate::PackageKind, &str, &str, &str) {
    (package.kind, &package.name, &package.version, &package.architecture)
}

pub(crate) fn order(package: &Package) -> impl Ord + '_ {
    (identity(package), &package.found_in)
}

fn document(layers: &[LayerFacts], origin: Origin) -> Option<&Found> {
    layers.get(origin.layer as usize)?.document(origin.entry)
}

/// The finished tree with the documents that stand in it.
struct View<'a> {
    tree: &'a Tree,
    layers: &'a [LayerFacts],
    skip: &'a dyn Fn(&str) -> bool,
}

impl View<'_> {
    fn read(
        &self,
        database: &Database,
        history: &History,
        packages: &mut Vec<Package>,
        problems: &mut Vec<(Option<u32>, Problem)>,
    ) {
        let path = String::from_utf8_lossy(&database.path).into_owned();
        if (self.skip)(&path) {
            return;
        }
        let layer = database.origin.layer;
        let Some(found) = document(self.layers, database.origin) else {
            // A file over the limit was reported by its layer; this says what follows from it.
            problems.push((Some(layer), unread(path)));
            return;
        };
        problems.extend(found.problems.iter().map(|problem| (Some(layer), problem.clone())));
        let Document::Packages(listed) = &found.document else {
            if found.problems.is_empty() {
                problems.push((Some(layer), unread(path)));
            }
            return;
        };
        for package in listed {
            let mut package = package.clone();
            package.layer = history.since.get(&history.key(&package)).copied().or(Some(layer));
            package.found_in = Location { path: path.clone(), layer };
            if package.files.is_empty()
                && let Some(files) = self.owned_files(database, &package)
            {
                package.files = files;
            }
            if package.licenses.is_empty()
                && let Some(licenses) = self.licenses(&package)
            {
                package.licenses = licenses;
            }
            packages.push(package);
        }
    }

    /// The file list that dpkg and pacman keep beside their database.
    fn owned_files(&self, database: &Database, package: &Package) -> Option<FileList> {
        let (name, architecture) = (&package.name, &package.architecture);
        let candidates = match (database.found_as, package.kind) {
            (FoundAs::DpkgRecord, _) => vec![beside(&database.path, b".md5sums", false)],
            (FoundAs::PacmanRecord, _) => vec![beside(&database.path, b"/files", true)],
            (FoundAs::Whole, crate::PackageKind::Deb) => vec![
                format!("var/lib/dpkg/info/{name}:{architecture}.list").into_bytes(),
                format!("var/lib/dpkg/info/{name}.list").into_bytes(),
            ],
            (FoundAs::Whole, _) => return None,
        };
        candidates.iter().find_map(|path| match &self.document_at(path)?.document {
            Document::Files(files) => Some(files.clone()),
            _ => None,
        })
    }

    fn licenses(&self, package: &Package) -> Option<Vec<String>> {
        if package.kind != crate::PackageKind::Deb {
            return None;
        }
        let path = format!("usr/share/doc/{}/copyright", package.name);
        match &self.document_at(path.as_bytes())?.document {
            Document::Licenses(licenses) => Some(licenses.clone()),
            _ => None,
        }
    }

    fn document_at(&self, path: &[u8]) -> Option<&Found> {
        document(self.layers, self.tree.origin(self.tree.lookup(path)?))
    }

    fn repositories(&self, problems: &mut Vec<(Option<u32>, Problem)>) -> Vec<String> {
        let mut named = Vec::new();
        for path in content_sets::manifests(self.tree) {
            let Some(node) = self.tree.lookup(&path) else { continue };
            let origin = self.tree.origin(node);
            if (self.skip)(&String::from_utf8_lossy(&path)) {
                continue;
            }
            if let Some(found) = document(self.layers, origin)
                && let Document::Repositories(names) = &found.document
            {
                named.extend(names.iter().cloned());
                let told = found.problems.iter().cloned();
                problems.extend(told.map(|problem| (Some(origin.layer), problem)));
            }
        }
        named.sort();
        named.dedup();
        named
    }

    fn operating_system(
        &self,
        problems: &mut Vec<(Option<u32>, Problem)>,
    ) -> Option<crate::OperatingSystem> {
        let mut files = Vec::new();
        for path in OS_FILES {
            let Some(node) = self.tree.lookup(path.as_bytes()) else { continue };
            let origin = self.tree.origin(node);
            if let Some(Found { document: Document::Text(text), .. }) =
                document(self.layers, origin)
                && !(self.skip)(path)
            {
                files.push((*path, origin.layer, text.as_slice()));
            }
        }
        let detected = os::detect(&files);
        problems.extend(detected.problems.into_iter().map(|problem| (None, problem)));
        detected.value
    }
}

/// The file beside a record: `NAME.md5sums` for `NAME`, `files` for `desc`.
fn beside(path: &[u8], suffix: &[u8], replace_name: bool) -> Vec<u8> {
    let stem = match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) if replace_name => &path[..slash],
        _ => path,
    };
    [stem, suffix].concat()
}

fn unread(path: String) -> Problem {
    Problem {
        path: Some(path),
        kind: ProblemKind::Malformed,
        message: "a package database stands here, but no package could be read from it: packages \
                  of this image are missing from the result"
            .into(),
    }
}
