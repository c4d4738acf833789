//! Builds of Maven: `pom.xml`, with its parents and bills of materials as far as they are in the
//! same tree. Nothing is fetched.

mod effective;
mod model;
mod tree;

pub(super) use model::Pom;

use std::collections::{HashMap, HashSet};

use plimsoll_version::Ecosystem;

use self::effective::Effective;
use self::model::Dependency;
use self::tree::Poms;
use crate::{Component, Files, Input, Parsed, ProblemKind, Relationship, component_id};

/// Directories whose `pom.xml` belongs to no build of the tree: templates, what tests work on, and
/// copies that builds and archives have made.
const NOT_THEIRS: [&str; 5] =
    ["archetype-resources/", "src/test/", "src/it/", "META-INF/maven/", "target/"];

/// Reads a `pom.xml` of a source tree.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let is_below =
        |place: &&str| input.path.starts_with(*place) || input.path.contains(&format!("/{place}"));
    if NOT_THEIRS.iter().any(is_below) {
        return parsed;
    }
    let pom = match Pom::parse(input.content) {
        Ok(pom) => pom,
        Err(reason) => {
            parsed.problem(ProblemKind::Malformed, reason);
            return parsed;
        }
    };
    let poms = Poms::new(files);
    let effective = Effective::new(&pom, input.path, &poms);
    let mut dependencies: Vec<Component> = Vec::new();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut names: HashSet<String> = HashSet::new();
    for (dependency, is_own) in effective.dependencies() {
        let found = component(&effective, dependency, is_own, &mut parsed);
        let key = (found.name.clone(), found.version.clone());
        match places.get(&key).and_then(|&place| dependencies.get_mut(place)) {
            // The same with another classifier or type.
            Some(known) => {
                known.lines.extend(found.lines);
                known.dev &= found.dev;
            }
            // A project's own dependency wins over an inherited one.
            None if !is_own && names.contains(&found.name) => {}
            None => {
                places.insert(key, dependencies.len());
                names.insert(found.name.clone());
                dependencies.push(found);
            }
        }
    }
    let lost = dependencies.iter().filter(|one| one.version.is_empty()).count();
    if let (Some(first), 1..) = (effective.missing().first(), lost) {
        let more = match effective.missing().len() {
            1 => String::new(),
            count => format!(" (nor are {} more)", count - 1),
        };
        let message =
            format!("{first} is not in this tree{more}: {lost} dependencies without version");
        parsed.problem(ProblemKind::Unsupported, message);
    }
    parsed.value.extend(root(&effective, &pom, &dependencies));
    parsed.value.append(&mut dependencies);
    parsed
}

/// The project itself.
fn root(effective: &Effective<'_>, pom: &Pom, dependencies: &[Component]) -> Option<Component> {
    let (group, artifact) = (effective.group()?, effective.text(pom.artifact.as_deref()?)?);
    let version = effective.version();
    let mut component = Component::new(
        Ecosystem::Maven,
        format!("{group}:{artifact}"),
        version.clone().unwrap_or_default(),
    );
    component.relationship = Relationship::Root;
    component.lines.extend(pom.lines);
    component.licenses.clone_from(&pom.licenses);
    if version.is_none() {
        component.doubt = Some("its version is set elsewhere".to_owned());
    }
    component.depends_on = dependencies.iter().map(Component::id).collect();
    component.depends_on.sort_unstable();
    component.depends_on.dedup();
    // Some builds list themselves (a test JAR of their own).
    let own = component_id(&component.name, &component.version);
    component.depends_on.retain(|needed| *needed != own);
    Some(component)
}

fn component(
    effective: &Effective<'_>,
    dependency: &Dependency,
    is_own: bool,
    parsed: &mut Parsed<Vec<Component>>,
) -> Component {
    let named = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        effective.text(text).unwrap_or_else(|| text.to_owned())
    };
    let name = format!("{}:{}", named(&dependency.group), named(&dependency.artifact));
    let place = dependency.lines.filter(|_| is_own);
    let line = place.map_or_else(String::new, |lines| format!("line {}: ", lines.start));
    let managed = effective.managed(dependency);
    let (version, mut doubt) = match managed.version {
        Some(version) => match effective::pinned(&version) {
            Some(exact) => (exact.to_owned(), None),
            None => {
                (String::new(), Some(format!("asks for {version}, which is no single version")))
            }
        },
        None => match &managed.unresolved {
            Some(text) => {
                let message = format!("{line}the version {text} of {name} is not set in this tree");
                parsed.problem(ProblemKind::Malformed, message);
                (String::new(), Some(format!("its version {text} is not set in this tree")))
            }
            None if effective.missing().is_empty() => {
                let message = format!("{line}{name} has no version");
                parsed.problem(ProblemKind::Malformed, message);
                (String::new(), Some("no version is set in this tree".to_owned()))
            }
            None => (String::new(), Some("its version is set outside of this tree".to_owned())),
        },
    };
    if name.contains("${") {
        let message = format!("{line}the name {name} has a property that is not set in this tree");
        parsed.problem(ProblemKind::Malformed, message);
        doubt = Some("its name has a property that is not set in this tree".to_owned());
    }
    Component {
        relationship: Relationship::Direct,
        dev: managed.scope.as_deref() == Some("test"),
        lines: place.into_iter().collect(),
        doubt,
        ..Component::new(Ecosystem::Maven, name, version)
    }
}

#[cfg(test)]
mod tests;
