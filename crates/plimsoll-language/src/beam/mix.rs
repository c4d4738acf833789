//! `mix.lock`: a map with one package on each line.

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use super::term::{self, Term};
use crate::graph::Graph;
use crate::source_text::one_line;
use crate::{Component, Input};

/// Reads a lock file line by line, as Mix writes it, so that one broken entry costs only itself.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    if input.is_below(&["deps", "_build"]) {
        return graph.finish();
    }
    let text = input.lossy();
    let mut is_map = false;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let line = line.trim();
        // Before Elixir 1.8 the first entry stood on the first line and the last brace on the last.
        let entry = line.strip_prefix("%{").unwrap_or(line);
        is_map |= entry.len() < line.len();
        if matches!(entry, "" | "}") || entry.starts_with('#') {
            continue;
        }
        match term::first(entry).as_ref().and_then(component) {
            Some((mut component, needs)) => {
                component.lines.push(one_line(number));
                graph.add(component, needs);
            }
            None => graph.malformed(format!("line {number}: no package as Mix writes it")),
        }
    }
    if !is_map {
        graph.malformed("is no map");
    }
    graph.finish()
}

/// The package and the names of Hex that it needs.
fn component(entry: &Term<'_>) -> Option<(Component, Vec<String>)> {
    let Term::Pair(key, value) = entry else { return None };
    match value.tuple() {
        [kind, name, version, rest @ ..] if kind.text() == Some("hex") => {
            let mut component = Component::new(Ecosystem::Hex, name.text()?, version.text()?);
            if let Some(repository) = rest.get(3).and_then(Term::text)
                && repository != "hexpm"
            {
                component.doubt = Some(format!("from the repository {repository}, not from Hex"));
            }
            let sum = rest.get(4).and_then(Term::text);
            component.digests.extend(sum.map(|sum| format!("sha256:{sum}")));
            let needs = rest.get(2).map(Term::list).unwrap_or_default();
            Some((component, needs.iter().filter_map(requirement).collect()))
        }
        [kind, url, revision, ..] if kind.text() == Some("git") => {
            let (url, revision) = (url.text()?, revision.text()?);
            let mut component = Component::new(Ecosystem::Hex, *key, "");
            component.doubt = Some(format!("from {url} at {revision}, not from a release"));
            Some((component, Vec::new()))
        }
        _ => None,
    }
}

/// Of `{:cowlib, "~> 2.11", [hex: :cowlib, …]}` the name on Hex.
fn requirement(term: &Term<'_>) -> Option<String> {
    let parts = term.tuple();
    let on_hex =
        parts.get(2).map(Term::list).unwrap_or_default().iter().find_map(|option| match option {
            Term::Pair("hex", name) => name.text(),
            _ => None,
        });
    on_hex.or_else(|| parts.first()?.text()).map(str::to_owned)
}
