//! Packages of a lock file and which of them need which.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};

use crate::{Component, Relationship};

/// The registry takes names of up to 214 characters. Longer ones would be repeated by everything
/// that needs them.
const MAX_NAME: usize = 256;

/// Versions are short, save where an address takes their place.
const MAX_VERSION: usize = 1024;

/// Bytes of the ids of what is needed, altogether; ten thousand packages take 3 MiB. Short references
/// to long names would fill the memory otherwise.
const MAX_NEEDS: usize = 64 << 20;

/// What a lock file has, entry by entry. Indices are in the order of [`Graph::add`].
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    component: Component,
    needs: Vec<usize>,
    /// The project itself is there for what it needs only.
    listed: bool,
}

impl Graph {
    /// Adds an entry, unless its name or version cannot be one; `place` says which, for the problem.
    pub(super) fn add(
        &mut self,
        component: Component,
        place: &str,
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Option<usize> {
        let (name, version) = (component.name.len(), component.version.len());
        if component.name.is_empty() || name > MAX_NAME || version > MAX_VERSION {
            let place: String = place.chars().take(MAX_NAME).collect();
            let what = if name == 0 { "has no name" } else { "has no possible name or version" };
            parsed.problem(ProblemKind::Malformed, format!("{place} {what}"));
            return None;
        }
        self.nodes.push(Node { component, needs: Vec::new(), listed: true });
        Some(self.nodes.len() - 1)
    }

    /// Adds the project itself, which is not listed.
    pub(super) fn add_project(&mut self) -> usize {
        let component = Component::new(plimsoll_version::Ecosystem::Npm, "", "");
        self.nodes.push(Node { component, needs: Vec::new(), listed: false });
        self.nodes.len() - 1
    }

    /// Says that one entry needs another.
    pub(super) fn need(&mut self, node: usize, needed: usize) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.needs.push(needed);
        }
    }

    /// Says of all entries whether the project asked for them; those of its workspaces keep their
    /// relationship.
    pub(super) fn relate(&mut self, direct: impl IntoIterator<Item = usize>) {
        let mut asked = vec![false; self.nodes.len()];
        for node in direct {
            if let Some(asked) = asked.get_mut(node) {
                *asked = true;
            }
        }
        for (node, asked) in self.nodes.iter_mut().zip(asked) {
            let relationship = &mut node.component.relationship;
            match relationship {
                Relationship::Workspace | Relationship::Root => {}
                _ if asked => *relationship = Relationship::Direct,
                _ => *relationship = Relationship::Indirect,
            }
        }
    }

    /// Marks what only development needs: what is reached from those entries, but not from those of
    /// production.
    pub(super) fn mark_development(&mut self, production: &[usize], development: &[usize]) {
        let shipped = self.reached(production);
        let needed = self.reached(development);
        for (node, (shipped, needed)) in self.nodes.iter_mut().zip(shipped.into_iter().zip(needed))
        {
            node.component.dev = needed && !shipped;
        }
    }

    fn reached(&self, from: &[usize]) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut pending = from.to_vec();
        while let Some(next) = pending.pop() {
            let (Some(seen), Some(node)) = (reached.get_mut(next), self.nodes.get(next)) else {
                continue;
            };
            // What a member of the workspace needs is asked for by itself, with its own kind.
            let member = node.component.relationship == Relationship::Workspace;
            if !std::mem::replace(seen, true) && !member {
                pending.extend(&node.needs);
            }
        }
        reached
    }

    /// Hands over the components. Entries for the same name and version become one.
    pub(super) fn finish(self, parsed: &mut Parsed<Vec<Component>>) {
        let ids: Vec<String> = self.nodes.iter().map(|node| node.component.id()).collect();
        let listed: Vec<bool> = self.nodes.iter().map(|node| node.listed).collect();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut components: Vec<Component> = Vec::new();
        let (mut left, mut cut) = (MAX_NEEDS, false);
        for (index, mut node) in self.nodes.into_iter().enumerate() {
            let Some(id) = ids.get(index).filter(|_| node.listed) else { continue };
            node.needs.sort_unstable();
            node.needs.dedup();
            let mut needs = Vec::new();
            for needed in node.needs.iter().filter(|needed| listed.get(**needed) == Some(&true)) {
                let Some(needed) = ids.get(*needed).filter(|needed| *needed != id) else {
                    continue;
                };
                match left.checked_sub(needed.len()) {
                    Some(rest) => left = rest,
                    None => {
                        cut = true;
                        break;
                    }
                }
                needs.push(needed.clone());
            }
            match known.get(id).and_then(|at| components.get_mut(*at)) {
                Some(first) => {
                    first.depends_on.extend(needs);
                    merge(first, node.component);
                }
                None => {
                    known.insert(id.clone(), components.len());
                    let mut component = node.component;
                    component.depends_on.extend(needs);
                    components.push(component);
                }
            }
        }
        if cut {
            let message = "packages need so many others that not all of it is listed";
            parsed.problem(ProblemKind::TooLarge, message);
        }
        for mut component in components {
            component.depends_on.sort_unstable();
            component.depends_on.dedup();
            component.digests.sort_unstable();
            component.digests.dedup();
            if !parsed.add(component) {
                break;
            }
        }
    }
}

/// Adds what another entry says of the same package.
fn merge(first: &mut Component, other: Component) {
    first.dev &= other.dev;
    first.lines.extend(other.lines);
    first.digests.extend(other.digests);
    if other.relationship == Relationship::Direct || first.relationship == Relationship::Unknown {
        first.relationship = other.relationship;
    }
    if first.licenses.is_empty() {
        first.licenses = other.licenses;
    }
    // One of them is beyond doubt, then the package is.
    if other.doubt.is_none() {
        first.doubt = None;
    }
}
