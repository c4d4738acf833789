//! `package-lock.json` and `npm-shrinkwrap.json` of npm.
//!
//! <https://docs.npmjs.com/cli/configuring-npm/package-lock-json>. Versions 2 and 3 have `packages`,
//! by the path at which each is installed; version 1 has only `dependencies`, a tree of the same
//! shape, and does not say what the project itself asks for: its `package.json` does. Both are
//! resolved as Node.js does it, from the nearest `node_modules` outwards.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;
use serde_json::value::RawValue;

use super::graph::Graph;
use super::integrity;
use super::json::Object;
use super::manifest::{self, DEVELOPMENT, Manifest, PRODUCTION};
use crate::{Component, Files, Input, Positions, Relationship};

/// Directories above each other in which a package is looked for; real trees have under 20.
const MAX_LEVELS: usize = 32;

/// A path longer than this is an attack: it is searched from once for everything that is needed.
pub(super) const MAX_PATH: usize = 1024;

/// Packages inside of packages, in version 1; each level is read once more.
const MAX_DEPTH: usize = 32;

/// Reads the lock file.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
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
    let positions = Positions::new(text.as_bytes());
    let mut lock =
        Lock { positions, graph: Graph::default(), parsed: &mut parsed, members: Vec::new() };
    if root.get("packages").is_some() {
        lock.packages(&root.object("packages"));
    } else if root.get("dependencies").is_some() {
        let manifest = Manifest::find(files, input.directory());
        let local = |path: &str| Manifest::find(files, &input.beside(path));
        lock.dependencies(root.object("dependencies"), manifest.as_ref(), &local);
    }
    let Lock { graph, .. } = lock;
    graph.finish(&mut parsed);
    parsed
}

struct Lock<'a, 'p> {
    positions: Positions<'a>,
    graph: Graph,
    parsed: &'p mut Parsed<Vec<Component>>,
    /// The manifests of local directories and their nodes, for version 1.
    members: Vec<(usize, Manifest)>,
}

/// The level and the package that a level of version 1 lies in.
type Around = Option<(usize, usize)>;

/// One member of `packages`.
struct Entry<'a> {
    key: String,
    object: Object<'a>,
    node: usize,
    /// The project or a member of its workspace.
    own: bool,
}

impl<'a> Lock<'a, '_> {
    /// Versions 2 and 3.
    fn packages(&mut self, packages: &Object<'a>) {
        let mut links: HashMap<&str, String> = HashMap::new();
        let mut names: HashMap<String, String> = HashMap::new();
        for (key, raw) in packages.iter() {
            let Some(object) = Object::of(raw).filter(|object| object.truth("link")) else {
                continue;
            };
            let target = object.text("resolved").unwrap_or_default().into_owned();
            if let Some(name) = installed_name(key) {
                names.insert(target.clone(), name.to_owned());
            }
            links.insert(key, target);
        }
        let mut entries = Vec::new();
        for (key, raw) in packages.iter().filter(|(key, _)| !links.contains_key(key)) {
            let Some(object) = Object::of(raw).filter(|_| key.len() <= MAX_PATH) else {
                self.told(raw, key, "is no object, or its path is too long");
                continue;
            };
            let own = installed_name(key).is_none();
            let node = if key.is_empty() {
                Some(self.graph.add_project())
            } else {
                let name = object.text("name");
                let name = name.as_deref().or_else(|| installed_name(key));
                let name = name.or_else(|| names.get(key).map(String::as_str)).unwrap_or("");
                self.entry(raw, &object, name.to_owned(), own)
            };
            entries.extend(node.map(|node| Entry { key: key.to_owned(), object, node, own }));
        }
        let nodes: HashMap<&str, usize> =
            entries.iter().map(|entry| (&*entry.key, entry.node)).collect();
        let find = |from: &str, name: &str| {
            let mut at = from;
            for _ in 0..MAX_LEVELS {
                let path = if at.is_empty() {
                    format!("node_modules/{name}")
                } else {
                    format!("{at}/node_modules/{name}")
                };
                let target = links.get(&*path).map_or(&*path, |target| target);
                if let Some(node) = nodes.get(target) {
                    return Some(*node);
                }
                if at.is_empty() {
                    break;
                }
                at = at.rsplit_once('/').map_or("", |(above, _)| above);
            }
            None
        };
        let mut direct = Vec::new();
        for entry in &entries {
            let kinds = PRODUCTION.iter().chain(entry.own.then_some(&DEVELOPMENT));
            for kind in kinds {
                for (name, _) in entry.object.object(kind).iter() {
                    let Some(needed) = find(&entry.key, name) else { continue };
                    self.graph.need(entry.node, needed);
                    if entry.own {
                        direct.push(needed);
                    }
                }
            }
        }
        self.graph.relate(direct);
    }

    fn entry(
        &mut self,
        raw: &'a RawValue,
        object: &Object<'a>,
        name: String,
        own: bool,
    ) -> Option<usize> {
        let version = object.text("version").unwrap_or_default();
        let mut component = Component::new(Ecosystem::Npm, name, version);
        component.licenses = manifest::licenses(object);
        // `devOptional` is needed by an optional package of production, too.
        component.dev = object.truth("dev");
        component.lines.extend(self.positions.of(raw.get()));
        component.digests = digests(object);
        if own {
            component.relationship = Relationship::Workspace;
        } else if component.version.is_empty() {
            component.doubt = Some("the lock file has no version of it".into());
        } else {
            component.doubt = object.text("resolved").and_then(|from| integrity::doubt(&from));
        }
        let place = format!("the package {:?}", component.name);
        self.graph.add(component, &place, self.parsed)
    }

    fn told(&mut self, raw: &RawValue, key: &str, what: &str) {
        let line = self.positions.of(raw.get()).map_or(0, |lines| lines.start);
        let key: String = key.chars().take(200).collect();
        self.parsed.problem(ProblemKind::Malformed, format!("line {line}: {key:?} {what}"));
    }

    /// Version 1.
    ///
    /// `local` reads the manifest in a directory beside the lock file.
    fn dependencies(
        &mut self,
        top: Object<'a>,
        manifest: Option<&Manifest>,
        local: &dyn Fn(&str) -> Option<Manifest>,
    ) {
        // Each level knows its own packages by name, and the level around it.
        let mut levels: Vec<(HashMap<String, usize>, Around)> = Vec::new();
        let mut needs: Vec<(usize, usize, Object<'a>)> = Vec::new();
        let mut pending: Vec<(Object<'a>, Around, usize)> = vec![(top, None, 0)];
        while let Some((dependencies, around, depth)) = pending.pop() {
            let level = levels.len();
            levels.push((HashMap::new(), around));
            for (name, raw) in dependencies.iter() {
                let Some(object) = Object::of(raw) else {
                    self.told(raw, name, "is no object");
                    continue;
                };
                let Some(node) = self.old_entry(raw, &object, name, local) else { continue };
                if let Some((names, _)) = levels.get_mut(level) {
                    names.insert(name.to_owned(), node);
                }
                let inner = object.object("dependencies");
                let requires = object.object("requires");
                if inner.iter().next().is_none() {
                    needs.push((node, level, requires));
                } else if depth < MAX_DEPTH {
                    pending.push((inner, Some((level, node)), depth + 1));
                    needs.push((node, level, requires));
                } else {
                    self.told(raw, name, "has packages in packages too deep to be read");
                }
            }
        }
        let mut inside: HashMap<usize, usize> = HashMap::new();
        for (level, (_, around)) in levels.iter().enumerate() {
            if let Some((_, node)) = around {
                inside.insert(*node, level);
            }
        }
        let find = |start: usize, name: &str| {
            let mut at = Some(start);
            while let Some((names, around)) = at.and_then(|at| levels.get(at)) {
                if let Some(needed) = names.get(name) {
                    return Some(*needed);
                }
                at = around.map(|(level, _)| level);
            }
            None
        };
        for (node, level, requires) in needs {
            let start = inside.get(&node).copied().unwrap_or(level);
            for (name, _) in requires.iter() {
                if let Some(needed) = find(start, name) {
                    self.graph.need(node, needed);
                }
            }
        }
        let Some(manifest) = manifest else { return };
        let members = self
            .members
            .iter()
            .map(|(node, member)| (inside.get(node).copied().unwrap_or(0), member));
        let mut direct = Vec::new();
        for (start, one) in std::iter::once((0, manifest)).chain(members) {
            let asked = one.production.iter().chain(&one.development);
            direct.extend(asked.filter_map(|(name, _)| find(start, name)));
        }
        self.graph.relate(direct);
    }

    fn old_entry(
        &mut self,
        raw: &'a RawValue,
        object: &Object<'a>,
        key: &str,
        local: &dyn Fn(&str) -> Option<Manifest>,
    ) -> Option<usize> {
        let written = object.text("version").unwrap_or_default();
        let alias = written.strip_prefix("npm:").and_then(split_descriptor);
        let (name, version) = alias.unwrap_or((key, &written));
        let mut component = Component::new(Ecosystem::Npm, name, version);
        component.dev = object.truth("dev");
        component.lines.extend(self.positions.of(raw.get()));
        component.digests = digests(object);
        component.doubt = if version.is_empty() {
            Some("the lock file has no version of it".into())
        } else if version.contains([':', '/']) {
            Some("its version is an address, where a version should be".into())
        } else {
            object.text("resolved").and_then(|from| integrity::doubt(&from))
        };
        let member = version.strip_prefix("file:").and_then(local);
        if let Some(member) = &member {
            component.version.clone_from(&member.version);
            component.relationship = Relationship::Workspace;
            component.doubt = None;
        }
        let place = format!("the package {key:?}");
        let node = self.graph.add(component, &place, self.parsed)?;
        self.members.extend(member.map(|member| (node, member)));
        Some(node)
    }
}

fn digests(object: &Object<'_>) -> Vec<String> {
    object.text("integrity").map(|text| integrity::digests(&text)).unwrap_or_default()
}

/// The name behind the last `node_modules` of a path, of which there may be none.
fn installed_name(key: &str) -> Option<&str> {
    let name = match key.rsplit_once("/node_modules/") {
        Some((_, name)) => name,
        None => key.strip_prefix("node_modules/")?,
    };
    Some(name)
}

/// Name and the rest of `name@rest`; a scope begins with `@`, too.
pub(super) fn split_descriptor(text: &str) -> Option<(&str, &str)> {
    let at = text.get(1..)?.find('@')? + 1;
    Some((text.get(..at)?, text.get(at + 1..)?))
}
