//! `pnpm-lock.yaml` of pnpm, versions 5 to 9.
//!
//! <https://github.com/pnpm/spec/tree/master/lockfile>. `importers` are the members of the workspace
//! (before there were workspaces, the project's lists stand at the top), `packages` has an entry for
//! each version, and for each set of peers it is used with: `/a/1.0.0_peer@2.0.0` in version 5,
//! `/a@1.0.0(peer@2.0.0)` in 6, `a@1.0.0` in 9, where `snapshots` has the peers and what is needed.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::graph::Graph;
use super::integrity;
use super::manifest::{self, DEVELOPMENT, Manifest};
use super::npm_lock::split_descriptor;
use crate::yaml::{Entry, Node};
use crate::{Component, Files, Input, Relationship, join};

/// Lists of what is needed at run time. Peers stand among the dependencies once they are found.
const PRODUCTION: [&str; 2] = ["dependencies", "optionalDependencies"];

/// Reads the lock file.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    if manifest::is_installed(input.path) {
        return parsed;
    }
    let text = String::from_utf8_lossy(input.content);
    let documents = match Node::read_all(&text) {
        Ok(documents) => documents,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let mut lock = Lock::default();
    // From version 11 on, what pnpm itself needs has a document of its own before the project's.
    for document in &documents {
        lock.packages(document, &mut parsed);
        lock.importers(document, &input, files, &mut parsed);
    }
    lock.relate();
    lock.graph.finish(&mut parsed);
    parsed
}

#[derive(Default)]
struct Lock {
    graph: Graph,
    /// Nodes by their keys, and by those of their snapshots.
    nodes: HashMap<String, usize>,
    production: Vec<usize>,
    development: Vec<usize>,
    /// Whether entries say themselves what is for development, as they do up to version 6.
    flagged: bool,
}

impl Lock {
    fn packages(&mut self, document: &Node, parsed: &mut Parsed<Vec<Component>>) {
        let old = document
            .text_of("lockfileVersion")
            .and_then(|text| text.split('.').next()?.parse::<u32>().ok())
            .is_some_and(|major| major < 6);
        for entry in document.entries_of("packages") {
            let place = format!("line {}: {:?}", entry.line, entry.key);
            let place: String = place.chars().take(200).collect();
            let value = &entry.node;
            let resolution = value.get("resolution");
            let source = |key: &str| resolution.and_then(|node| node.text_of(key));
            let (name, version) = if old { old_key(&entry.key) } else { key(&entry.key) };
            let name = value.text_of("name").unwrap_or(name);
            let written = value.text_of("version");
            let version = written.unwrap_or(version);
            let mut component = Component::new(Ecosystem::Npm, name, version);
            component.lines.push(entry.lines());
            if let Some(text) = source("integrity") {
                component.digests = integrity::digests(text);
            }
            if let Some(dev) = value.text_of("dev") {
                self.flagged = true;
                component.dev = dev == "true";
            }
            let sources = [source("tarball"), source("repo")];
            component.doubt = sources.into_iter().flatten().find_map(integrity::doubt);
            if let Some(directory) = source("directory") {
                component.doubt = integrity::doubt(&format!("file:{directory}"));
            }
            if version.contains(':') || version.contains('/') || version.is_empty() {
                component.doubt =
                    Some("its version is an address, where a version should be".into());
            }
            if let Some(node) = self.graph.add(component, &place, parsed) {
                self.nodes.insert(entry.key.clone(), node);
            }
        }
        let snapshots = document.entries_of("snapshots");
        for entry in snapshots {
            let bare = without_peers(&entry.key);
            match self.nodes.get(bare).copied() {
                Some(node) => {
                    self.nodes.insert(entry.key.clone(), node);
                }
                None => parsed.problem(
                    ProblemKind::Malformed,
                    format!("line {}: the snapshot has no package", entry.line),
                ),
            }
        }
        for entry in document.entries_of("packages").iter().chain(snapshots) {
            let Some(node) = self.nodes.get(&entry.key).copied() else { continue };
            for needed in PRODUCTION.iter().flat_map(|kind| entry.node.entries_of(kind)) {
                if let Some(needed) = self.needed(needed) {
                    self.graph.need(node, needed);
                }
            }
        }
    }

    /// The entry that `name: reference` means; the reference may be a version, a whole key, or both
    /// with what they belong to.
    fn needed(&self, entry: &Entry) -> Option<usize> {
        let reference = entry.node.text().or_else(|| entry.node.text_of("version"))?;
        let name = &entry.key;
        let keys = [
            reference.to_owned(),
            format!("{name}@{reference}"),
            format!("/{name}@{reference}"),
            format!("/{name}/{reference}"),
        ];
        keys.iter().find_map(|key| self.nodes.get(key).copied())
    }

    fn importers(
        &mut self,
        document: &Node,
        input: &Input<'_>,
        files: &dyn Files,
        parsed: &mut Parsed<Vec<Component>>,
    ) {
        self.importer(document, None);
        for entry in document.entries_of("importers") {
            let manifest = (entry.key != ".")
                .then(|| Manifest::find(files, &join(input.directory(), &entry.key)))
                .flatten();
            // Only its manifest knows its name.
            let node = manifest.filter(|manifest| !manifest.name.is_empty()).and_then(|manifest| {
                let mut component = Component::new(Ecosystem::Npm, manifest.name, manifest.version);
                component.relationship = Relationship::Workspace;
                component.lines.push(entry.lines());
                self.graph.add(component, &format!("line {}", entry.line), parsed)
            });
            self.importer(&entry.node, node);
        }
    }

    fn importer(&mut self, lists: &Node, node: Option<usize>) {
        let production =
            PRODUCTION.iter().chain(&["configDependencies", "packageManagerDependencies"]);
        let found: Vec<usize> = production
            .flat_map(|kind| lists.entries_of(kind))
            .filter_map(|entry| self.needed(entry))
            .collect();
        let development: Vec<usize> =
            lists.entries_of(DEVELOPMENT).iter().filter_map(|entry| self.needed(entry)).collect();
        if let Some(node) = node {
            for needed in found.iter().chain(&development) {
                self.graph.need(node, *needed);
            }
        }
        self.production.extend(found);
        self.development.extend(development);
    }

    fn relate(&mut self) {
        if !self.flagged {
            self.graph.mark_development(&self.production, &self.development);
        }
        self.graph.relate(self.production.iter().chain(&self.development).copied());
    }
}

/// Name and version of `/@s/a/1.0.0_peer@2.0.0`, and of `registry.example.org/a/1.0.0`.
fn old_key(key: &str) -> (&str, &str) {
    let path = match key.strip_prefix('/') {
        Some(path) => path,
        None => key.split_once('/').map_or(key, |(_, path)| path),
    };
    let name = match path.strip_prefix('@') {
        Some(scoped) => {
            let mut slashes = scoped.match_indices('/').map(|(at, _)| at + 1);
            slashes.nth(1)
        }
        None => path.find('/'),
    };
    let Some((name, version)) = name.and_then(|at| path.split_at_checked(at)) else {
        return (path, "");
    };
    let version = version.trim_start_matches('/');
    (name, version.split('_').next().unwrap_or(version))
}

/// Name and version of `/a@1.0.0(peer@2.0.0)` and `@s/a@1.0.0`, and of
/// `registry.example.org/a@1.0.0`.
fn key(key: &str) -> (&str, &str) {
    let bare = without_peers(key);
    let bare = match (bare.strip_prefix('/'), bare.split_once('/')) {
        (Some(path), _) => path,
        (None, Some((host, path)))
            if host.contains('.') && !host.contains('@') && path.contains('@') =>
        {
            path
        }
        _ => bare,
    };
    split_descriptor(bare).unwrap_or((bare, ""))
}

fn without_peers(key: &str) -> &str {
    key.split_once('(').map_or(key, |(bare, _)| bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_names_and_versions() {
        for (text, expected) in [
            ("/a/1.0.0", ("a", "1.0.0")),
            ("/@s/a/1.0.0_peer@2.0.0+@s+x@1", ("@s/a", "1.0.0")),
            ("registry.npmjs.org/@s/a/1.0.0", ("@s/a", "1.0.0")),
            ("nothing", ("nothing", "")),
        ] {
            assert_eq!(old_key(text), expected);
        }
        for (text, expected) in [
            ("/a@1.0.0(peer@2.0.0)(@s/x@1)", ("a", "1.0.0")),
            ("/@s/a@1.0.0", ("@s/a", "1.0.0")),
            ("@s/a.js@1.0.0", ("@s/a.js", "1.0.0")),
            ("a.js@1.0.0", ("a.js", "1.0.0")),
            ("registry.npmjs.org/a@1.0.0", ("a", "1.0.0")),
            (
                "a@https://codeload.github.com/b/a/tar.gz/0",
                ("a", "https://codeload.github.com/b/a/tar.gz/0"),
            ),
        ] {
            assert_eq!(key(text), expected);
        }
    }
}
