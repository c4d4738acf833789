//! `yarn.lock`, of Yarn 1 and of Berry (2 and later).
//!
//! <https://classic.yarnpkg.com/en/docs/yarn-lock>, <https://yarnpkg.com/advanced/lexicon#lockfile>.
//! An entry answers ranges (`a@^1.0.0`, Berry: `a@npm:^1.0.0`). What the project itself asks for is
//! in its `package.json`; Berry has entries for the members of the workspace, too, but does not say
//! what is for development.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::graph::Graph;
use super::integrity;
use super::manifest::{self, Manifest};
use super::npm_lock::split_descriptor;
use super::syml::{self, Block};
use crate::{Component, Files, Input, Relationship, join};

/// Members of a workspace whose manifests are read.
const MAX_MEMBERS: usize = 10_000;

/// Patterns of a workspace; real ones have under 20.
const MAX_PATTERNS: usize = 200;

/// Reads the lock file.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    if manifest::is_installed(input.path) {
        return parsed;
    }
    let text = String::from_utf8_lossy(input.content);
    let blocks = syml::read(&text, &mut parsed);
    let berry = blocks.iter().any(|block| block.keys.iter().any(|key| key == "__metadata"));
    let mut lock = Lock::default();
    for block in &blocks {
        lock.block(block, berry, &input, files, &mut parsed);
    }
    if !berry {
        lock.members = old_members(&input, files);
    }
    lock.relate();
    lock.graph.finish(&mut parsed);
    parsed
}

#[derive(Default)]
struct Lock<'a> {
    graph: Graph,
    nodes: Vec<(usize, &'a Block)>,
    /// Nodes by what they answer.
    by_key: HashMap<&'a str, usize>,
    /// Nodes by the name that is asked for.
    by_name: HashMap<&'a str, Vec<usize>>,
    members: Vec<Member>,
}

/// The project, or a member of its workspace.
struct Member {
    production: Vec<(String, String)>,
    development: Vec<(String, String)>,
    resolutions: Vec<(String, String)>,
    node: Option<usize>,
}

impl<'a> Lock<'a> {
    fn block(
        &mut self,
        block: &'a Block,
        berry: bool,
        input: &Input<'_>,
        files: &dyn Files,
        parsed: &mut Parsed<Vec<Component>>,
    ) {
        let Some(first) = block.keys.first().filter(|key| *key != "__metadata") else { return };
        let line = block.lines.map_or(0, |lines| lines.start);
        let place = format!("line {line}: {:?}", first.chars().take(200).collect::<String>());
        let resolution = block.field("resolution").unwrap_or(first);
        let Some((asked, range)) = split_descriptor(first) else {
            parsed.problem(ProblemKind::Malformed, format!("{place} is no name with a range"));
            return;
        };
        let node = if berry {
            let (name, from) = split_descriptor(resolution).unwrap_or((asked, range));
            match from.strip_prefix("workspace:") {
                Some(directory) => {
                    self.member(name, directory, block, input, files, &place, parsed)
                }
                None => self.package(name, from, block, &place, parsed),
            }
        } else {
            let alias = range.strip_prefix("npm:");
            let name = alias.map_or(asked, |real| split_descriptor(real).map_or(real, |it| it.0));
            self.package(name, range, block, &place, parsed)
        };
        let Some(node) = node else { return };
        self.nodes.push((node, block));
        for key in &block.keys {
            self.by_key.insert(key, node);
            if let Some((name, _)) = split_descriptor(key) {
                let nodes = self.by_name.entry(name).or_default();
                if nodes.last() != Some(&node) {
                    nodes.push(node);
                }
            }
        }
    }

    fn package(
        &mut self,
        name: &str,
        from: &str,
        block: &Block,
        place: &str,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Option<usize> {
        let Some(version) = block.field("version") else {
            parsed.problem(ProblemKind::Malformed, format!("{place} has no version"));
            return None;
        };
        let mut component = Component::new(Ecosystem::Npm, name, version);
        component.lines.extend(block.lines);
        let resolved = block.field("resolved").unwrap_or("");
        // Berry's checksum is of an archive that Yarn makes, which nobody else knows.
        component.digests = block.field("integrity").map(integrity::digests).unwrap_or_default();
        if component.digests.is_empty() {
            component.digests.extend(integrity::fragment(resolved));
        }
        component.doubt = integrity::doubt(from).or_else(|| integrity::doubt(resolved));
        if version == "0.0.0-use.local" {
            component.version.clear();
        }
        self.graph.add(component, place, parsed)
    }

    #[expect(clippy::too_many_arguments, reason = "they are what one entry is read from")]
    fn member(
        &mut self,
        name: &str,
        directory: &str,
        block: &Block,
        input: &Input<'_>,
        files: &dyn Files,
        place: &str,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Option<usize> {
        let manifest = Manifest::find(files, &join(input.directory(), directory));
        let node = if matches!(directory, "." | "") {
            self.graph.add_project()
        } else {
            let version = manifest.as_ref().map_or("", |manifest| &manifest.version);
            let mut component = Component::new(Ecosystem::Npm, name, version);
            component.relationship = Relationship::Workspace;
            component.lines.extend(block.lines);
            self.graph.add(component, place, parsed)?
        };
        let manifest = manifest.unwrap_or_else(|| {
            let needs = block.inner("dependencies");
            let production = needs.map(|(name, range)| (name.to_owned(), range.to_owned()));
            Manifest { production: production.collect(), ..Manifest::default() }
        });
        self.members.push(Member::new(manifest, Some(node)));
        Some(node)
    }

    fn find(&self, name: &str, range: &str, resolutions: &HashMap<&str, &str>) -> Option<usize> {
        let by_range = |range: &str| {
            let plain = self.by_key.get(&*format!("{name}@{range}"));
            plain.or_else(|| self.by_key.get(&*format!("{name}@npm:{range}"))).copied()
        };
        by_range(range)
            .or_else(|| {
                // The project may force a version upon everybody; then nothing answers the range.
                by_range(resolutions.get(name)?)
            })
            .or_else(|| match self.by_name.get(name).map(Vec::as_slice) {
                Some([only]) => Some(*only),
                _ => None,
            })
    }

    fn relate(&mut self) {
        let forced = self.members.iter().flat_map(|member| &member.resolutions);
        let resolutions: HashMap<&str, &str> =
            forced.map(|(pattern, range)| (forced_name(pattern), range.as_str())).collect();
        let mut needs = Vec::new();
        for (node, block) in &self.nodes {
            for kind in ["dependencies", "optionalDependencies"] {
                for (name, range) in block.inner(kind) {
                    needs.extend(self.find(name, range, &resolutions).map(|it| (*node, it)));
                }
            }
        }
        let (mut production, mut development) = (Vec::new(), Vec::new());
        for member in &self.members {
            for (list, found) in
                [(&member.production, &mut production), (&member.development, &mut development)]
            {
                for (name, range) in list {
                    let Some(needed) = self.find(name, range, &resolutions) else { continue };
                    found.push(needed);
                    needs.extend(member.node.map(|node| (node, needed)));
                }
            }
        }
        for (node, needed) in needs {
            self.graph.need(node, needed);
        }
        if !self.members.is_empty() {
            self.graph.mark_development(&production, &development);
            self.graph.relate(production.into_iter().chain(development));
        }
    }
}

impl Member {
    fn new(manifest: Manifest, node: Option<usize>) -> Member {
        Member {
            production: manifest.production,
            development: manifest.development,
            resolutions: manifest.resolutions,
            node,
        }
    }
}

/// The manifests beside a lock file of Yarn 1.
fn old_members(input: &Input<'_>, files: &dyn Files) -> Vec<Member> {
    let Some(root) = Manifest::find(files, input.directory()) else { return Vec::new() };
    let patterns: Vec<String> = root.workspaces.iter().take(MAX_PATTERNS).cloned().collect();
    let mut members = vec![Member::new(root, None)];
    if patterns.is_empty() {
        return members;
    }
    let paths = files.named("package.json");
    for path in paths.iter().filter(|path| !manifest::is_installed(path)) {
        let Some(directory) = path.strip_suffix("/package.json") else { continue };
        let inside = match input.directory() {
            "" => Some(directory),
            base => directory.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')),
        };
        let Some(inside) = inside else { continue };
        let is_member = patterns.iter().any(|pattern| is_member(pattern, inside));
        if is_member && members.len() < MAX_MEMBERS {
            members.extend(
                Manifest::find(files, directory).map(|manifest| Member::new(manifest, None)),
            );
        }
    }
    members
}

/// The package that a resolution is about: the last one of `a/**/@s/b` and of `a/b@npm:^1`.
fn forced_name(pattern: &str) -> &str {
    let path = match pattern.rfind('@') {
        // The one that begins a scope stands at the beginning or behind a `/`.
        Some(at) if at > 0 && !pattern.get(..at).is_some_and(|before| before.ends_with('/')) => {
            pattern.get(..at).unwrap_or(pattern)
        }
        _ => pattern,
    };
    let start = match path.rsplit_once('/') {
        Some((before, _)) => {
            let scope = before.rfind('/').map_or(0, |at| at + 1);
            let is_scope = before.get(scope..).is_some_and(|part| part.starts_with('@'));
            if is_scope { scope } else { before.len() + 1 }
        }
        None => 0,
    };
    path.get(start..).unwrap_or(path)
}

/// Whether a pattern of a workspace (`packages/*`, `apps/**`) has this directory.
fn is_member(pattern: &str, directory: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let mut names = directory.split('/');
    for part in pattern.split('/') {
        if part == "**" {
            return true;
        }
        let Some(name) = names.next() else { return false };
        let matches = match part.split_once('*') {
            Some((start, end)) => {
                name.len() >= start.len() + end.len()
                    && name.starts_with(start)
                    && name.ends_with(end)
            }
            None => part == name,
        };
        if !matches {
            return false;
        }
    }
    names.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolutions_are_about_one_package() {
        for (pattern, expected) in [
            ("a", "a"),
            ("**/a", "a"),
            ("a/**/@s/b", "@s/b"),
            ("@s/b", "@s/b"),
            ("@s/a/b", "b"),
            ("a@npm:^1", "a"),
            ("@s/b@^1", "@s/b"),
        ] {
            assert_eq!(forced_name(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn members_match_patterns() {
        for (pattern, directory, expected) in [
            ("packages/*", "packages/a", true),
            ("packages/*", "packages/a/b", false),
            ("./packages/a-*/", "packages/a-b", true),
            ("apps/**", "apps/a/b", true),
            ("web", "web", true),
            ("web", "website", false),
        ] {
            assert_eq!(is_member(pattern, directory), expected, "{pattern} {directory}");
        }
    }
}
