//! `Cargo.lock`, versions 1 to 4: a `[[package]]` for each crate, with the crates that it needs.

use std::collections::{HashMap, VecDeque};

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;
use toml::de::{DeTable, DeValue};

use super::manifest::{self, Manifest};
use crate::{Component, Files, Input, Positions, Relationship};

/// The registry that advisories are about, by both of its protocols.
const CRATES_IO: &[&str] =
    &["registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"];

/// Reads a lock file, with the manifests of the packages beside and below it.
pub(super) fn read(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed: Parsed<Vec<Component>> = Parsed::default();
    if is_foreign(input, files) {
        return parsed;
    }
    let text = match std::str::from_utf8(input.content) {
        Ok(text) => text,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error.to_string());
            return parsed;
        }
    };
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let line =
                error.span().map_or(0, |span| Positions::new(text.as_bytes()).line(span.start));
            let message = format!("line {line}: {}", error.message());
            parsed.problem(ProblemKind::Malformed, message);
            return parsed;
        }
    };
    let table = table.get_ref();
    let positions = Positions::new(text.as_bytes());
    let mut lock = Lock::default();
    // Before 2016 the project itself stood in a table of its own.
    let root = table.get("root").into_iter();
    let list = table.get("package").map(|list| list.get_ref());
    let list = match list {
        Some(DeValue::Array(list)) => list.iter().collect(),
        None => Vec::new(),
        Some(_) => {
            parsed.problem(ProblemKind::Malformed, "package is no array of tables");
            Vec::new()
        }
    };
    for value in root.chain(list) {
        let lines = positions.lines(value.span().start, value.span().end);
        let package = match value.get_ref() {
            DeValue::Table(package) => package_of(package),
            _ => None,
        };
        let Some(mut package) = package else {
            let message = format!("line {}: a package has no name or version", lines.start);
            parsed.problem(ProblemKind::Malformed, message);
            continue;
        };
        // A table's own place is its head.
        let end = end_of(value.get_ref()).unwrap_or(value.span().end);
        package.component.lines = vec![positions.lines(value.span().start, end)];
        lock.add(package);
    }
    lock.take_checksums(table);
    lock.connect(&mut parsed);
    let manifests = manifests(input, files, &mut parsed);
    lock.relate(input, &manifests);
    for package in lock.packages {
        if !parsed.add(package.component) {
            break;
        }
    }
    parsed
}

/// Where the last value of a table ends.
fn end_of(value: &DeValue<'_>) -> Option<usize> {
    match value {
        DeValue::Table(table) => table.values().map(|value| value.span().end).max(),
        _ => None,
    }
}

/// Whether it came with a crate in Cargo's own directories or in a copy below a project: nobody
/// builds by the lock file of a dependency.
fn is_foreign(input: Input<'_>, files: &dyn Files) -> bool {
    let directory = format!("/{}/", input.directory());
    let in_cache = ["/registry/src/", "/git/checkouts/"].iter().any(|at| directory.contains(at));
    let mut parts = input.directory().rsplitn(3, '/');
    let copied = match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some("vendor"), project) => {
            let project = project.unwrap_or("");
            files.content(&crate::join(project, "Cargo.lock")).is_some()
        }
        _ => false,
    };
    in_cache || copied
}

/// A crate as it stands in the lock file.
struct Package<'t> {
    component: Component,
    source: Option<&'t str>,
    needs: Vec<&'t str>,
    /// The packages that `needs` means.
    edges: Vec<usize>,
}

fn package_of<'t>(table: &'t DeTable<'_>) -> Option<Package<'t>> {
    let text = |key: &str| table.get(key).and_then(|value| value.get_ref().as_str());
    let (name, version) = (text("name")?, text("version")?);
    let mut component = Component::new(Ecosystem::Cargo, name, version);
    let source = text("source");
    component.doubt = match source {
        None => None,
        Some(source) if CRATES_IO.contains(&source) => None,
        Some(source) => Some(format!("from {source}, not from crates.io")),
    };
    component.digests.extend(text("checksum").map(|sum| format!("sha256:{sum}")));
    let needs = match table.get("dependencies").map(|list| list.get_ref()) {
        Some(DeValue::Array(list)) => {
            list.iter().filter_map(|needed| needed.get_ref().as_str()).collect()
        }
        _ => Vec::new(),
    };
    Some(Package { component, source, needs, edges: Vec::new() })
}

#[derive(Default)]
struct Lock<'t> {
    packages: Vec<Package<'t>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl<'t> Lock<'t> {
    fn add(&mut self, package: Package<'t>) {
        let index = self.packages.len();
        self.by_name.entry(package.component.name.clone()).or_default().push(index);
        self.packages.push(package);
    }

    /// Checksums of version 1: `"checksum name version (source)" = "…"`.
    fn take_checksums(&mut self, table: &DeTable<'_>) {
        let Some(DeValue::Table(metadata)) = table.get("metadata").map(|table| table.get_ref())
        else {
            return;
        };
        for (key, value) in metadata {
            let Some(of) = key.get_ref().strip_prefix("checksum ") else { continue };
            let Some(sum) = value.get_ref().as_str().filter(|sum| *sum != "<none>") else {
                continue;
            };
            if let Some(index) = self.find(of)
                && let Some(package) = self.packages.get_mut(index)
            {
                package.component.digests = vec![format!("sha256:{sum}")];
            }
        }
    }

    /// The package that `name`, `name version` or `name version (source)` means.
    fn find(&self, wanted: &str) -> Option<usize> {
        let mut words = wanted.splitn(3, ' ');
        let (name, version, source) = (words.next()?, words.next(), words.next());
        let source = source.map(|source| source.trim_matches(['(', ')']));
        self.by_name.get(name)?.iter().copied().find(|&index| {
            self.packages.get(index).is_some_and(|package| {
                version.is_none_or(|version| package.component.version == version)
                    && source.is_none_or(|source| package.source == Some(source))
            })
        })
    }

    fn connect(&mut self, parsed: &mut Parsed<Vec<Component>>) {
        for index in 0..self.packages.len() {
            let Some(package) = self.packages.get(index) else { continue };
            let (mut edges, mut ids) = (Vec::new(), Vec::new());
            for needed in &package.needs {
                match self.find(needed).and_then(|at| Some((at, self.packages.get(at)?))) {
                    Some((at, found)) => {
                        edges.push(at);
                        ids.push(found.component.id());
                    }
                    None => {
                        let id = package.component.id();
                        let message = format!("{id} needs {needed}, which is not there");
                        parsed.problem(ProblemKind::Malformed, message);
                    }
                }
            }
            if let Some(package) = self.packages.get_mut(index) {
                (package.edges, package.component.depends_on) = (edges, ids);
            }
        }
    }

    /// Says of each package how it is related to the project, and whether only tests need it.
    fn relate(&mut self, input: Input<'_>, manifests: &[(String, Manifest)]) {
        let own: HashMap<&str, (&str, &Manifest)> = manifests
            .iter()
            .map(|(directory, manifest)| (manifest.name.as_str(), (directory.as_str(), manifest)))
            .collect();
        // Without a manifest nothing is told of what is for tests.
        let needed = |package: &Package<'_>, name: &str| {
            own.get(package.component.name.as_str()).is_none_or(|(_, manifest)| {
                manifest.needed.contains(name) || !manifest.dev.contains(name)
            })
        };
        let is_local = |package: &Package<'_>| package.source.is_none();
        let (mut direct, mut used) = (vec![false; self.packages.len()], Vec::new());
        let mut waiting = VecDeque::new();
        used.resize(self.packages.len(), false);
        for (index, package) in self.packages.iter().enumerate().filter(|(_, one)| is_local(one)) {
            if let Some(used) = used.get_mut(index) {
                *used = true;
            }
            for &edge in &package.edges {
                let Some(found) = self.packages.get(edge) else { continue };
                if let Some(direct) = direct.get_mut(edge) {
                    *direct = true;
                }
                if needed(package, &found.component.name) {
                    waiting.push_back(edge);
                }
            }
        }
        while let Some(index) = waiting.pop_front() {
            let Some(place) = used.get_mut(index).filter(|used| !**used) else { continue };
            *place = true;
            waiting.extend(self.packages.get(index).into_iter().flat_map(|one| &one.edges));
        }
        let alone = self.packages.iter().filter(|one| is_local(one)).count() == 1;
        for ((package, direct), used) in self.packages.iter_mut().zip(direct).zip(used) {
            let directory = own.get(package.component.name.as_str()).map(|(at, _)| *at);
            package.component.dev = !used;
            package.component.relationship = match (package.source, directory) {
                (None, Some(directory)) if directory == input.directory() => Relationship::Root,
                (None, None) if alone => Relationship::Root,
                (None, _) => Relationship::Workspace,
                (Some(_), _) if direct => Relationship::Direct,
                (Some(_), _) => Relationship::Indirect,
            };
        }
    }
}

/// The manifests at and below the lock file, with their directories.
fn manifests(
    input: Input<'_>,
    files: &dyn Files,
    parsed: &mut Parsed<Vec<Component>>,
) -> Vec<(String, Manifest)> {
    let below = match input.directory() {
        "" => String::new(),
        directory => format!("{directory}/"),
    };
    let mut found = Vec::new();
    for path in files.named("Cargo.toml") {
        let Some(relative) = path.strip_prefix(&below) else { continue };
        if relative.split('/').any(|part| matches!(part, "vendor" | "target")) {
            continue;
        }
        let Some(content) = files.content(&path) else { continue };
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
        match manifest::read(&String::from_utf8_lossy(content)) {
            Ok(manifest) if !manifest.name.is_empty() => found.push((directory, manifest)),
            Ok(_) => {}
            // Templates are no manifests; only the project's own one must be right.
            Err(_) if directory != input.directory() => {}
            Err(error) => parsed.problem(ProblemKind::Malformed, format!("Cargo.toml: {error}")),
        }
    }
    // With several of one name the one nearest to the lock file is meant.
    found.sort_by_key(|(directory, _)| std::cmp::Reverse(directory.matches('/').count()));
    found
}
