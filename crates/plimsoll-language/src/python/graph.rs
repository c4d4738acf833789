//! The packages of a lock file with what they need of each other.

use std::collections::HashMap;

use plimsoll_version::{Ecosystem, Syntax, constraint};

use super::requirement::Requirement;
use crate::{Component, Parsed, Relationship};

/// Versions of one package that are considered; a lock file has as many as it has forks.
const MAX_FORKS: usize = 16;

/// What a package asks for.
#[derive(Debug, Clone)]
pub(super) struct Need {
    /// Name, normalised.
    name: String,
    /// `>=1.0,<2`; empty for any version.
    specifier: String,
    /// Whether only developers need it.
    dev: bool,
}

/// All packages.
#[derive(Default)]
pub(super) struct Graph {
    components: Vec<Component>,
    needs: Vec<Vec<Need>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Need {
    pub(super) fn new(name: &str, specifier: &str) -> Need {
        let name = Ecosystem::PyPi.normalize(name).into_owned();
        Need { name, specifier: specifier.to_owned(), dev: false }
    }

    /// The same for developers only.
    pub(super) fn for_developers(self) -> Need {
        Need { dev: true, ..self }
    }

    /// What a dependency specifier asks for.
    pub(super) fn parse(text: &str) -> Option<Need> {
        let read = Requirement::parse(text)?;
        Some(Need::new(read.name, read.specifier))
    }
}

impl Graph {
    /// Adds a package. Where the file has one twice (once for each of its extras), it is one.
    pub(super) fn add(&mut self, component: Component, needs: Vec<Need>) -> usize {
        let name = Ecosystem::PyPi.normalize(&component.name).into_owned();
        let known = self.by_name.entry(name).or_default();
        let twin = known.iter().take(MAX_FORKS).find(|&&index| {
            self.components.get(index).is_some_and(|one| one.version == component.version)
        });
        if let Some(&twin) = twin {
            if let (Some(one), Some(known)) =
                (self.components.get_mut(twin), self.needs.get_mut(twin))
            {
                one.lines.extend(component.lines);
                one.dev &= component.dev;
                one.digests.extend(component.digests);
                known.extend(needs);
            }
            return twin;
        }
        let index = self.components.len();
        known.push(index);
        self.components.push(component);
        self.needs.push(needs);
        index
    }

    /// The packages that can be meant by a need.
    pub(super) fn find(&self, need: &Need) -> Vec<usize> {
        let Some(known) = self.by_name.get(&need.name) else { return Vec::new() };
        let known = known.get(..MAX_FORKS).unwrap_or(known);
        if known.len() == 1 || need.specifier.is_empty() {
            return known.to_vec();
        }
        let Ok(ranges) = constraint::parse(Syntax::Pep440, &need.specifier) else {
            return known.to_vec();
        };
        let scheme = Ecosystem::PyPi.scheme();
        let fits = |index: &&usize| {
            self.components.get(**index).is_some_and(|one| {
                ranges.iter().any(|range| range.contains(scheme, &one.version).unwrap_or(true))
            })
        };
        let fitting: Vec<usize> = known.iter().filter(fits).copied().collect();
        // Overrides may lock what nobody asked for.
        if fitting.is_empty() { known.to_vec() } else { fitting }
    }

    /// Says of all packages whether the project asks for them itself.
    pub(super) fn relate<'n>(&mut self, direct: impl IntoIterator<Item = &'n Need>) {
        let direct: Vec<usize> = direct.into_iter().flat_map(|need| self.find(need)).collect();
        for component in &mut self.components {
            if component.relationship == Relationship::Unknown {
                component.relationship = Relationship::Indirect;
            }
        }
        for index in direct {
            if let Some(component) = self.components.get_mut(index)
                && component.relationship == Relationship::Indirect
            {
                component.relationship = Relationship::Direct;
            }
        }
    }

    /// Marks what is not needed by any of these as being for development.
    pub(super) fn mark_dev(&mut self, mut pending: Vec<usize>) {
        let mut needed = vec![false; self.components.len()];
        while let Some(index) = pending.pop() {
            match needed.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let needs = self.needs.get(index).into_iter().flatten();
            for need in needs.filter(|need| !need.dev) {
                pending.extend(
                    self.find(need)
                        .into_iter()
                        .filter(|&it| !needed.get(it).is_some_and(|seen| *seen)),
                );
            }
        }
        for (component, needed) in self.components.iter_mut().zip(needed) {
            component.dev = !needed;
        }
    }

    /// Hands over the packages, each with the ids of those that it needs.
    pub(super) fn finish(mut self, parsed: &mut Parsed<Vec<Component>>) {
        let ids: Vec<String> = self.components.iter().map(Component::id).collect();
        for index in 0..self.components.len() {
            let needs = self.needs.get(index).into_iter().flatten();
            let mut needed: Vec<usize> = needs.flat_map(|need| self.find(need)).collect();
            needed.sort_unstable();
            needed.dedup();
            let depends_on =
                needed.into_iter().filter(|&other| other != index).filter_map(|it| ids.get(it));
            let depends_on: Vec<String> = depends_on.cloned().collect();
            if let Some(component) = self.components.get_mut(index) {
                component.depends_on = depends_on;
                component.digests.sort();
                component.digests.dedup();
            }
        }
        for component in self.components {
            if !parsed.add(component) {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str) -> Component {
        Component::new(Ecosystem::PyPi, name, version)
    }

    #[test]
    fn needs_choose_among_versions() {
        let mut graph = Graph::default();
        let app = graph.add(package("app", "1"), vec![Need::parse("A.b>=2").unwrap()]);
        graph.add(package("a-b", "1.0"), vec![]);
        graph.add(package("a-b", "2.0"), vec![Need::new("app", "")]);
        graph.add(package("tool", "1"), vec![Need::new("a-b", "<2"), Need::new("gone", "")]);
        graph.add(package("a-b", "2.0"), vec![Need::new("tool", "")]);
        graph.relate([&Need::new("tool", "")]);
        graph.mark_dev(vec![app]);
        let mut parsed = Parsed::clean(Vec::new());
        graph.finish(&mut parsed);
        let read: Vec<_> = parsed
            .value
            .iter()
            .map(|one| (one.id(), one.dev, one.relationship.word(), one.depends_on.join(",")))
            .collect();
        let line = |id: &str, dev, word, needs: &str| (id.to_owned(), dev, word, needs.to_owned());
        assert_eq!(
            read,
            [
                line("app@1", false, "indirect", "a-b@2.0"),
                line("a-b@1.0", false, "indirect", ""),
                line("a-b@2.0", false, "indirect", "app@1,tool@1"),
                line("tool@1", false, "direct", "a-b@1.0"),
            ]
        );
    }
}
