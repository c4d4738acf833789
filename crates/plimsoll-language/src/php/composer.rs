//! `installed.json`, in both of its forms, and `composer.lock`.

use std::collections::HashSet;

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;
use serde_json::value::RawValue;

use crate::graph::Graph;
use crate::raw_json::{Members, elements, texts};
use crate::{Component, Files, Input, Positions};

/// Reads what is installed in a `vendor` directory.
///
/// Composer 1 wrote a list of packages, Composer 2 an object that has the list as `packages` and the
/// names of those that only development needs.
pub(super) fn installed(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    // A package's tests have whole `vendor` directories.
    if input.is_test_data_below("vendor") {
        return graph.finish();
    }
    let text = match input.text() {
        Ok(text) => text,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    let positions = Positions::new(text.as_bytes());
    let mut reader = Reader { graph, positions };
    if text.trim_start().starts_with('[') {
        match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(packages) => reader.packages("", packages, |_| false),
            Err(error) => reader.graph.malformed(error.to_string()),
        }
    } else {
        match Members::read(text) {
            Ok(members) => {
                let dev: HashSet<String> = members
                    .get("dev-package-names")
                    .map(texts)
                    .unwrap_or_default()
                    .into_iter()
                    .collect();
                match members.get("packages") {
                    Some(packages) => {
                        reader.packages("packages", elements(packages), |name| dev.contains(name));
                    }
                    None => reader.graph.malformed("has no list of packages"),
                }
            }
            Err(error) => reader.graph.malformed(error.to_string()),
        }
    }
    reader.graph.finish()
}

/// Reads a lock file; what the project itself asks for is in the `composer.json` beside it.
pub(super) fn lock(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut graph = Graph::default();
    if input.is_below(&["vendor"]) {
        return graph.finish();
    }
    let text = match input.text() {
        Ok(text) => text,
        Err(error) => {
            graph.malformed(error);
            return graph.finish();
        }
    };
    let members = match Members::read(text) {
        Ok(members) => members,
        Err(error) => {
            graph.malformed(error.to_string());
            return graph.finish();
        }
    };
    let mut reader = Reader { graph, positions: Positions::new(text.as_bytes()) };
    if members.get("packages").is_none() && members.get("packages-dev").is_none() {
        reader.graph.malformed("has no list of packages");
    }
    let manifest = files
        .content(&input.beside("composer.json"))
        .and_then(|content| std::str::from_utf8(content).ok())
        .and_then(|text| Members::read(text).ok())
        .unwrap_or_default();
    for (list, dev) in [("require", false), ("require-dev", true)] {
        for name in manifest.inner(list).keys() {
            reader.graph.ask(Ecosystem::Composer, name, dev);
        }
    }
    for (list, dev) in [("packages", false), ("packages-dev", true)] {
        reader.packages(list, members.list(list), |_| dev);
    }
    reader.graph.finish()
}

struct Reader<'a> {
    graph: Graph,
    positions: Positions<'a>,
}

impl<'a> Reader<'a> {
    fn packages(&mut self, list: &str, packages: Vec<&'a RawValue>, is_dev: impl Fn(&str) -> bool) {
        for (index, raw) in packages.into_iter().enumerate() {
            let package = Members::of(raw);
            let (name, version) = (package.text("name"), package.text("version"));
            let lines = self.positions.of(raw.get());
            let (Some(name), Some(version)) = (name, version) else {
                let line = lines.map_or(0, |lines| lines.start);
                let missing = "no name or no version";
                self.graph.malformed(format!("line {line}: {list}[{index}] has {missing}"));
                continue;
            };
            let mut component = Component::new(Ecosystem::Composer, name, version);
            component.dev = is_dev(&component.name);
            component.lines.extend(lines);
            component.licenses = package.get("license").map(texts).unwrap_or_default();
            // Most sources give none and leave it empty.
            let sum = package.inner("dist").text("shasum").filter(|sum| sum.len() == 40);
            component.digests.extend(sum.map(|sum| format!("sha1:{sum}")));
            let needs = package.inner("require").keys().map(str::to_owned).collect();
            self.graph.add(component, needs);
        }
    }
}
