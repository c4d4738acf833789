//! `rebar.lock`: packages with their distance from the project, then checksums.

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use super::term::{self, Term};
use crate::graph::Graph;
use crate::{Component, Input, Positions, Relationship};

/// Reads a lock file of either form: since Rebar 3.0 a version stands before the list.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    if input.is_below(&["deps", "_build"]) {
        return graph.finish();
    }
    let text = input.lossy();
    let positions = Positions::new(text.as_bytes());
    let terms = match term::read(&text) {
        Ok(terms) => terms,
        Err(at) => {
            graph.malformed(format!("line {}: is no Erlang term", positions.line(at)));
            return graph.finish();
        }
    };
    let packages = match terms.first() {
        Some(Term::Tuple(parts)) => parts.get(1).map(Term::list),
        Some(Term::List(packages)) => Some(packages.as_slice()),
        _ => None,
    };
    let Some(packages) = packages else {
        graph.malformed("has no list of packages");
        return graph.finish();
    };
    for (index, package) in packages.iter().enumerate() {
        match component(package, &positions) {
            Some(component) => graph.add(component, Vec::new()),
            None => graph.malformed(format!("package {index} is not as Rebar writes it")),
        }
    }
    graph.finish()
}

fn component(package: &Term<'_>, positions: &Positions<'_>) -> Option<Component> {
    let [name, source, rest @ ..] = package.tuple() else { return None };
    let name = name.text()?;
    let mut component = match source.tuple() {
        [kind, name, version, ..] if kind.text() == Some("pkg") => {
            Component::new(Ecosystem::Hex, name.text()?, version.text()?)
        }
        // `{git, Url, {ref, Sha}}`, likewise `git_subdir` and `hg`.
        [_, url, revision, ..] => {
            let mut component = Component::new(Ecosystem::Hex, name, "");
            let revision = revision.tuple().get(1).and_then(Term::text).unwrap_or("?");
            let url = url.text().unwrap_or("?");
            component.doubt = Some(format!("from {url} at {revision}, not from a release"));
            component
        }
        _ => return None,
    };
    component.relationship = match rest.first().and_then(Term::text) {
        Some("0") => Relationship::Direct,
        Some(_) => Relationship::Indirect,
        None => Relationship::Unknown,
    };
    component.lines.extend(positions.of(name));
    Some(component)
}
