//! The packages of one lock file: each once, with what it needs and who asked for it.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::{Component, Relationship};

/// Versions of one name that a requirement without a version is taken to mean; only a made-up file
/// has more, and each would be repeated for everybody who needs the name.
const MAX_VERSIONS: usize = 16;

/// Bytes of all the ids by which packages refer to others. The largest real lock files have 2 MB; a
/// small made-up one could have a long name that everybody needs.
const MAX_REFERENCES: usize = 64 << 20;

/// Collects the packages of a file.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    parsed: Parsed<Vec<Component>>,
    by_id: HashMap<String, usize>,
    needs: Vec<Vec<String>>,
    /// Names that the project asks for, and whether for development only.
    asked: HashMap<String, bool>,
}

impl Graph {
    /// Adds a package and what it needs: names, or ids where the file knows versions. One that is there already (for another platform
    /// or target framework) gets what is new.
    pub(crate) fn add(&mut self, component: Component, needs: Vec<String>) {
        let id = component.id();
        match self
            .by_id
            .get(&id)
            .and_then(|&at| Some((self.parsed.value.get_mut(at)?, self.needs.get_mut(at)?)))
        {
            Some((known, known_needs)) => {
                merge(known, component);
                known_needs.extend(needs);
            }
            None => {
                if self.parsed.add(component) {
                    self.by_id.insert(id, self.needs.len());
                    self.needs.push(needs);
                }
            }
        }
    }

    /// Notes that the project itself asks for a name.
    pub(crate) fn ask(&mut self, ecosystem: Ecosystem, name: &str, dev: bool) {
        let key = ecosystem.normalize(name).into_owned();
        let known = self.asked.entry(key).or_insert(dev);
        *known &= dev;
    }

    /// Tells a broken record.
    pub(crate) fn malformed(&mut self, message: impl Into<String>) {
        self.parsed.problem(ProblemKind::Malformed, message);
    }

    /// Takes over what another graph came to: a part of the file with requirements of its own.
    pub(crate) fn absorb(&mut self, part: Parsed<Vec<Component>>) {
        for component in part.value {
            self.add(component, Vec::new());
        }
        for problem in part.problems {
            self.parsed.problem(problem.kind, problem.message);
        }
    }

    /// The package with this id.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Component> {
        self.by_id.get(id).and_then(|&at| self.parsed.value.get_mut(at))
    }

    /// Joins requirements and packages.
    pub(crate) fn finish(mut self) -> Parsed<Vec<Component>> {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, component) in self.parsed.value.iter().enumerate() {
            let name = component.ecosystem.normalize(&component.name).into_owned();
            let known = by_name.entry(name).or_default();
            if known.len() < MAX_VERSIONS {
                known.push(at);
            }
        }
        let edges: Vec<Vec<usize>> = std::iter::zip(&self.parsed.value, &self.needs)
            .map(|(component, needs)| {
                let mut found = Vec::new();
                for need in needs {
                    match self.by_id.get(need) {
                        Some(&at) => found.push(at),
                        None => found.extend(
                            by_name
                                .get(&*component.ecosystem.normalize(need))
                                .into_iter()
                                .flatten(),
                        ),
                    }
                }
                found.sort_unstable();
                found.dedup();
                found
            })
            .collect();
        let ids: Vec<String> = self.parsed.value.iter().map(Component::id).collect();
        let mut room = Some(MAX_REFERENCES);
        for (at, (component, edges)) in std::iter::zip(&mut self.parsed.value, &edges).enumerate() {
            for id in edges.iter().filter(|&&edge| edge != at).filter_map(|&edge| ids.get(edge)) {
                room = room.and_then(|room| room.checked_sub(id.len()));
                if room.is_some() {
                    component.depends_on.push(id.clone());
                }
            }
            tidy(&mut component.depends_on);
            tidy(&mut component.digests);
            tidy(&mut component.lines);
        }
        if room.is_none() {
            let message = "packages need each other too often; not all of it is kept";
            self.parsed.problem(ProblemKind::TooLarge, message);
        }
        self.relate(&edges);
        self.parsed
    }

    fn relate(&mut self, edges: &[Vec<usize>]) {
        if self.asked.is_empty() {
            return;
        }
        let mut kept = Vec::new();
        let mut for_development = Vec::new();
        for (at, component) in self.parsed.value.iter_mut().enumerate() {
            let asked = self.asked.get(&*component.ecosystem.normalize(&component.name));
            if component.relationship == Relationship::Unknown {
                component.relationship = match asked {
                    Some(_) => Relationship::Direct,
                    None => Relationship::Indirect,
                };
            }
            match (asked, component.relationship) {
                (Some(true), _) => for_development.push(at),
                (Some(false), _) | (None, Relationship::Root | Relationship::Workspace) => {
                    kept.push(at);
                }
                (None, _) => {}
            }
        }
        let kept = reach(kept, edges);
        let for_development = reach(for_development, edges);
        let flags = std::iter::zip(kept, for_development);
        for (component, (kept, for_development)) in std::iter::zip(&mut self.parsed.value, flags) {
            component.dev |= for_development && !kept;
        }
    }
}

fn merge(known: &mut Component, other: Component) {
    known.dev &= other.dev;
    if rank(other.relationship) > rank(known.relationship) {
        known.relationship = other.relationship;
    }
    known.lines.extend(other.lines);
    known.digests.extend(other.digests);
    if known.licenses.is_empty() {
        known.licenses = other.licenses;
    }
    known.depends_on.extend(other.depends_on);
    known.doubt = known.doubt.take().or(other.doubt);
}

/// Sorts a list that was put together from several places.
fn tidy<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

/// The more a relationship says of the project's own choice, the higher.
fn rank(relationship: Relationship) -> u8 {
    match relationship {
        Relationship::Unknown => 0,
        Relationship::Indirect => 1,
        Relationship::Direct => 2,
        Relationship::Workspace => 3,
        Relationship::Root => 4,
    }
}

/// Which packages are these or are needed by them.
fn reach(mut pending: Vec<usize>, edges: &[Vec<usize>]) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    while let Some(at) = pending.pop() {
        if let Some(flag) = seen.get_mut(at).filter(|flag| !**flag) {
            *flag = true;
            pending.extend(edges.get(at).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_spreads_unless_something_else_needs_it() {
        let mut graph = Graph::default();
        for (name, needs) in
            [("app", "shared"), ("test", "shared,only"), ("shared", ""), ("only", "")]
        {
            let needs = needs.split(',').map(str::to_owned).collect();
            graph.add(Component::new(Ecosystem::Gem, name, "1"), needs);
        }
        graph.ask(Ecosystem::Gem, "app", false);
        graph.ask(Ecosystem::Gem, "test", true);
        let components = graph.finish().value;
        let dev: Vec<&str> =
            components.iter().filter(|one| one.dev).map(|one| one.name.as_str()).collect();
        assert_eq!(dev, ["test", "only"]);
        assert_eq!(components[1].depends_on, ["only@1", "shared@1"]);
        assert_eq!(components[2].relationship, Relationship::Indirect);
    }

    #[test]
    fn long_names_that_all_need_do_not_fill_the_memory() {
        let mut graph = Graph::default();
        graph.add(Component::new(Ecosystem::Gem, "a".repeat(1 << 20), "1"), Vec::new());
        for index in 0..100 {
            let component = Component::new(Ecosystem::Gem, index.to_string(), "1");
            graph.add(component, vec!["a".repeat(1 << 20)]);
        }
        let parsed = graph.finish();
        let needs = parsed.value.iter().map(|one| one.depends_on.len()).sum::<usize>();
        assert_eq!((needs, parsed.problems.len()), (63, 1));
    }

    #[test]
    fn one_package_for_two_platforms_is_one() {
        let mut graph = Graph::default();
        for line in [3, 4] {
            let mut component = Component::new(Ecosystem::Gem, "nokogiri", "1.15");
            component.lines.push(crate::Lines { start: line, end: line });
            graph.add(component, Vec::new());
        }
        let components = graph.finish().value;
        assert_eq!((components.len(), components[0].lines.len()), (1, 2));
    }
}
