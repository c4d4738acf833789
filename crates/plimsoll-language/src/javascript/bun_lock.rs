//! `bun.lock` of Bun: JSON with comments.
//!
//! <https://bun.com/docs/pm/lockfile>. `workspaces` are the members with what they ask for, by
//! directory; `packages` are lists that begin with `name@version`, by the path at which each is
//! found: `a/b` is what `a` gets for `b` where it differs from what all others get.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;
use serde_json::value::RawValue;

use super::graph::Graph;
use super::integrity;
use super::json::{self, Object};
use super::manifest::{self, DEVELOPMENT, PRODUCTION};
use super::npm_lock::{MAX_PATH, split_descriptor};
use crate::{Component, Input, Positions, Relationship};

/// Packages inside of each other in a path; real ones have under ten.
const MAX_LEVELS: usize = 32;

/// Reads the lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    if manifest::is_installed(input.path) {
        return parsed;
    }
    let text = json::without_comments(&String::from_utf8_lossy(input.content));
    let root = match Object::parse(&text) {
        Ok(root) => root,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let positions = Positions::new(text.as_bytes());
    let mut graph = Graph::default();
    let workspaces = root.object("workspaces");
    // Members by directory; the project itself has none.
    let mut members: HashMap<String, Object<'_>> = HashMap::new();
    for (directory, raw) in workspaces.iter() {
        members.extend(Object::of(raw).map(|object| (directory.to_owned(), object)));
    }
    let packages = root.object("packages");
    let mut entries = Vec::new();
    for (key, raw) in packages.iter() {
        let line = positions.of(raw.get()).map_or(0, |lines| lines.start);
        let place: String = format!("line {line}: {key:?}").chars().take(200).collect();
        let Some(entry) = Entry::read(key, raw).filter(|_| key.len() <= MAX_PATH) else {
            parsed.problem(
                ProblemKind::Malformed,
                format!("{place} has no name and version, or too long a path"),
            );
            continue;
        };
        let mut component = Component::new(Ecosystem::Npm, &*entry.name, "");
        component.lines.extend(positions.of(raw.get()));
        match entry.source.strip_prefix("workspace:") {
            Some(directory) => {
                component.relationship = Relationship::Workspace;
                let member = members.get(directory);
                component.version =
                    member.and_then(|member| member.text("version")).unwrap_or_default().into();
            }
            None => {
                component.version = entry.source.clone();
                component.digests = entry.digests;
                component.doubt = integrity::doubt(&entry.source).or_else(|| {
                    let address = entry.source.contains(['/', ':']);
                    address.then(|| "its version is an address, where a version should be".into())
                });
            }
        }
        let Some(node) = graph.add(component, &place, &mut parsed) else { continue };
        entries.push((key.to_owned(), node, entry.needs));
    }
    let nodes: HashMap<&str, usize> =
        entries.iter().map(|(key, node, _)| (key.as_str(), *node)).collect();
    for (key, node, needs) in &entries {
        let Some(needs) = needs else { continue };
        for name in PRODUCTION.iter().flat_map(|kind| names(needs, kind)) {
            if let Some(needed) = find(&nodes, key, &name) {
                graph.need(*node, needed);
            }
        }
    }
    let (mut production, mut development) = (Vec::new(), Vec::new());
    for member in members.values() {
        let name = member.text("name").unwrap_or_default();
        let own = nodes.get(&*name).copied();
        for (kinds, found) in
            [(&PRODUCTION[..], &mut production), (&[DEVELOPMENT][..], &mut development)]
        {
            for needed in kinds.iter().flat_map(|kind| names(member, kind)) {
                let Some(needed) = find(&nodes, &name, &needed) else { continue };
                found.push(needed);
                if let Some(own) = own {
                    graph.need(own, needed);
                }
            }
        }
    }
    graph.mark_development(&production, &development);
    graph.relate(production.into_iter().chain(development));
    graph.finish(&mut parsed);
    parsed
}

struct Entry<'a> {
    name: String,
    /// What follows the name: a version, or where it comes from.
    source: String,
    digests: Vec<String>,
    needs: Option<Object<'a>>,
}

impl<'a> Entry<'a> {
    fn read(key: &str, raw: &'a RawValue) -> Option<Entry<'a>> {
        let members = json::list(raw);
        let first = json::text(members.first()?)?;
        let (name, source) = match split_descriptor(&first) {
            Some((name, source)) => (name, source),
            None => (key, first.strip_prefix('@').unwrap_or(&first)),
        };
        // The registry, the needs, and the checksum follow; other sources have fewer of them.
        let rest = members.get(1..).unwrap_or_default();
        let needs = rest.iter().find_map(|raw| Object::of(raw));
        let texts = rest.iter().filter_map(|raw| json::text(raw));
        let digests = texts.flat_map(|text| integrity::digests(&text)).collect();
        let (name, source) = (name.to_owned(), source.to_owned());
        Some(Entry { name, source, digests, needs })
    }
}

fn names(object: &Object<'_>, kind: &str) -> Vec<String> {
    object.object(kind).iter().map(|(name, _)| name.to_owned()).collect()
}

/// What a package at a path gets for a name.
fn find(nodes: &HashMap<&str, usize>, from: &str, name: &str) -> Option<usize> {
    let mut at = from;
    for _ in 0..MAX_LEVELS {
        if at.is_empty() {
            break;
        }
        if let Some(node) = nodes.get(&*format!("{at}/{name}")) {
            return Some(*node);
        }
        at = at.rsplit_once('/').map_or("", |(above, _)| above);
    }
    nodes.get(name).copied()
}
