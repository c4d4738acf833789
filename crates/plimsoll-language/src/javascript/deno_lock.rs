//! `deno.lock` of Deno, versions 2 to 5.
//!
//! <https://docs.deno.com/runtime/fundamentals/modules/#integrity-checking-and-lock-files>. Packages
//! of npm, and of JSR, which npm's tools know as `@jsr/scope__name` (<https://jsr.io/docs/npm-compatibility>).
//! Versions 2 and 3 have them a level deeper than 4 and 5. Modules by address are files, not packages.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;
use serde_json::value::RawValue;

use super::graph::Graph;
use super::integrity;
use super::json::{self, Object};
use super::manifest;
use super::npm_lock::split_descriptor;
use crate::{Component, Input, Positions};

/// Reads the lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    if manifest::is_installed(input.path) {
        return parsed;
    }
    let text = String::from_utf8_lossy(input.content);
    let root = match Object::parse(&text) {
        Ok(root) => root,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let nested = root.object("packages");
    let npm = match root.object("npm") {
        // Version 2.
        old if old.get("packages").is_some() => old.object("packages"),
        npm if npm.iter().next().is_some() => npm,
        _ => nested.object("npm"),
    };
    let (mut specifiers, mut jsr) = (root.object("specifiers"), root.object("jsr"));
    if specifiers.iter().next().is_none() {
        specifiers = nested.object("specifiers");
    }
    if jsr.iter().next().is_none() {
        jsr = nested.object("jsr");
    }
    let mut lock = Lock::new(Positions::new(text.as_bytes()));
    for (key, raw) in npm.iter() {
        lock.add("npm:", key, raw, &mut parsed);
    }
    for (key, raw) in jsr.iter() {
        lock.add("jsr:", key, raw, &mut parsed);
    }
    lock.specifiers =
        specifiers.texts().map(|(wanted, found)| (wanted.to_owned(), found.into_owned())).collect();
    lock.relate(&root.object("workspace"));
    let Lock { graph, .. } = lock;
    graph.finish(&mut parsed);
    parsed
}

struct Lock<'a> {
    positions: Positions<'a>,
    graph: Graph,
    entries: Vec<(usize, Object<'a>)>,
    /// Nodes by registry and key: `npm:a@1.0.0_peer@2.0.0`.
    nodes: HashMap<String, usize>,
    /// Nodes by registry and name, for needs that do not say which version.
    by_name: HashMap<String, usize>,
    specifiers: HashMap<String, String>,
}

impl<'a> Lock<'a> {
    fn new(positions: Positions<'a>) -> Lock<'a> {
        Lock {
            positions,
            graph: Graph::default(),
            entries: Vec::new(),
            nodes: HashMap::new(),
            by_name: HashMap::new(),
            specifiers: HashMap::new(),
        }
    }

    fn add(
        &mut self,
        registry: &str,
        key: &str,
        raw: &'a RawValue,
        parsed: &mut Parsed<Vec<Component>>,
    ) {
        let line = self.positions.of(raw.get()).map_or(0, |lines| lines.start);
        let place: String = format!("line {line}: {key:?}").chars().take(200).collect();
        let Some((name, rest)) = split_descriptor(key) else {
            parsed.problem(ProblemKind::Malformed, format!("{place} has no name and version"));
            return;
        };
        // Peers follow.
        let version = rest.split('_').next().unwrap_or(rest);
        let object = Object::of(raw).unwrap_or_default();
        let (own, is_jsr) = match (registry, name.strip_prefix('@')) {
            ("jsr:", Some(scoped)) => (format!("@jsr/{}", scoped.replacen('/', "__", 1)), true),
            _ => (name.to_owned(), registry == "jsr:"),
        };
        let mut component = Component::new(Ecosystem::Npm, own, version);
        component.lines.extend(self.positions.of(raw.get()));
        // JSR's checksum is of a list of files.
        if let Some(text) = object.text("integrity").filter(|_| !is_jsr) {
            component.digests = integrity::digests(&text);
        }
        let Some(node) = self.graph.add(component, &place, parsed) else { return };
        self.nodes.insert(format!("{registry}{key}"), node);
        self.by_name.insert(format!("{registry}{name}"), node);
        self.entries.push((node, object));
    }

    /// The node that a need means: a key, a name alone, or a specifier.
    fn find(&self, registry: &str, wanted: &str) -> Option<usize> {
        // Version 5 names the package behind an alias: `alias@npm:a@1.0.0`.
        let wanted = wanted.split_once("@npm:").map_or(wanted, |(_, real)| real);
        let has_registry = wanted.starts_with("npm:") || wanted.starts_with("jsr:");
        let full = if has_registry { wanted.to_owned() } else { format!("{registry}{wanted}") };
        if let Some(node) = self.nodes.get(&full).or_else(|| self.by_name.get(&full)) {
            return Some(*node);
        }
        let found = self.specifiers.get(&full)?;
        let node = self.nodes.get(found).copied();
        node.or_else(|| {
            // From version 4 on only the version, with its peers, stands there.
            let (scheme, bare) = full.split_at_checked(4)?;
            let name = split_descriptor(bare).map_or(bare, |(name, _)| name);
            self.nodes.get(&format!("{scheme}{name}@{found}")).copied()
        })
    }

    fn relate(&mut self, workspace: &Object<'a>) {
        let mut needs = Vec::new();
        for (node, object) in &self.entries {
            for kind in ["dependencies", "optionalDependencies"] {
                let Some(raw) = object.get(kind) else { continue };
                let wanted: Vec<String> = match Object::of(raw) {
                    Some(members) => members.texts().map(|(_, key)| key.into_owned()).collect(),
                    None => json::list(raw)
                        .into_iter()
                        .filter_map(|raw| json::text(raw).map(std::borrow::Cow::into_owned))
                        .collect(),
                };
                for wanted in wanted {
                    needs.extend(self.find("npm:", &wanted).map(|needed| (*node, needed)));
                }
            }
        }
        for (node, needed) in needs {
            self.graph.need(node, needed);
        }
        let mut direct = Vec::new();
        let members = workspace.object("members");
        let members = members.iter().filter_map(|(_, raw)| Object::of(raw));
        for member in members {
            for list in [&member, &member.object("packageJson")] {
                self.specified(list, &mut direct);
            }
        }
        for list in [workspace, &workspace.object("packageJson")] {
            self.specified(list, &mut direct);
        }
        // Without a configuration nothing says what scripts import themselves.
        if !direct.is_empty() {
            self.graph.relate(direct);
        }
    }

    fn specified(&self, list: &Object<'_>, found: &mut Vec<usize>) {
        for raw in list.list("dependencies") {
            found.extend(json::text(raw).and_then(|wanted| self.find("npm:", &wanted)));
        }
    }
}
