//! `renv.lock`: the library of a project.

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use crate::graph::Graph;
use crate::raw_json::{Members, texts};
use crate::{Component, Input, Positions};

/// Reads a lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    let text = match input.text() {
        Ok(text) => text,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    let packages = match Members::read(text) {
        Ok(members) => members.get("Packages").map(Members::of),
        Err(error) => {
            graph.malformed(error.to_string());
            return graph.finish();
        }
    };
    let Some(packages) = packages else {
        graph.malformed("has no Packages");
        return graph.finish();
    };
    let positions = Positions::new(text.as_bytes());
    for (key, raw) in packages.iter() {
        let package = Members::of(raw);
        let Some(version) = package.text("Version") else {
            graph.malformed(format!("{key} has no Version"));
            continue;
        };
        let name = package.text("Package").unwrap_or_else(|| key.to_owned());
        let mut component = Component::new(Ecosystem::Cran, name, version);
        component.lines.extend(positions.of(raw.get()));
        component.licenses.extend(package.text("License"));
        component.doubt = match package.text("Source").as_deref() {
            None | Some("Repository" | "CRAN" | "Bioconductor") => None,
            Some(source) => Some(format!("from {source}, not from a repository of packages")),
        };
        // Files of renv 1.1 have the fields of the description instead, with versions.
        let mut needs = package.get("Requirements").map(texts).unwrap_or_default();
        for field in ["Depends", "Imports", "LinkingTo"] {
            let listed = package.get(field).map(texts).unwrap_or_default();
            needs.extend(listed.iter().filter_map(|text| requirement(text)));
        }
        graph.add(component, needs);
    }
    graph.finish()
}

/// Of `cli (>= 3.0)` the name.
fn requirement(text: &str) -> Option<String> {
    text.split([' ', '(']).next().filter(|name| !name.is_empty()).map(str::to_owned)
}
