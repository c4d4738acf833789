//! `environment.yml`: what `conda env create` is asked for, of which pinned versions are packages.

use plimsoll_version::Ecosystem;

use super::document;
use crate::python::Requirement;
use crate::yaml::Node;
use crate::{Component, Input, Parsed, ProblemKind, Relationship};

/// Reads a declaration, with what it wants of pip.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let Some(root) = document(input, &mut parsed) else { return parsed };
    // Others have files of this name, too; theirs have no such list.
    for node in root.elements_of("dependencies") {
        if let Some(text) = node.text() {
            match package(text) {
                Ok(component) => add(&mut parsed, node, component),
                Err(problem) => {
                    let line = node.line;
                    parsed.problem(ProblemKind::Malformed, format!("line {line}: {problem}"));
                }
            }
            continue;
        }
        for node in node.elements_of("pip") {
            let Some(text) = node.text().filter(|text| !text.starts_with('-')) else {
                continue;
            };
            // A path or an address has no version that anybody could know.
            let pinned = Requirement::parse(text)
                .and_then(|it| Some(Component::new(Ecosystem::PyPi, it.name, it.pin()?)));
            add(&mut parsed, node, pinned);
        }
    }
    parsed
}

fn add(parsed: &mut Parsed<Vec<Component>>, node: &Node, component: Option<Component>) {
    if let Some(mut component) = component {
        component.relationship = Relationship::Direct;
        component.lines = vec![node.lines()];
        parsed.add(component);
    }
}

/// Reads a [match specification][spec] as the command line has it: `channel::name=version=build`.
///
/// [spec]: https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html
fn package(text: &str) -> Result<Option<Component>, String> {
    let text = text.split(" #").next().unwrap_or(text).trim();
    let spec = text.rsplit_once("::").map_or(text, |(_, spec)| spec).trim_start();
    let is_in_name = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let (name, rest) = spec.split_at(spec.find(|sign| !is_in_name(sign)).unwrap_or(spec.len()));
    if name.is_empty() {
        return Err(format!("{text:?} is no package"));
    }
    let rest = rest.trim();
    // Brackets hold what else is to match; ranges and alternatives are not pinned.
    let (exact, version) = match rest.strip_prefix("==") {
        Some(version) => (true, version),
        None => match rest.strip_prefix('=') {
            Some(version) => (false, version),
            // The form `name 1.0 build` has a space.
            None if rest.starts_with(|sign: char| sign.is_ascii_digit()) => (true, rest),
            None => return Ok(None),
        },
    };
    let mut parts = version.trim().split(['=', ' ']).filter(|part| !part.is_empty());
    let (version, build) = (parts.next().unwrap_or_default(), parts.next());
    let is_in_version = |sign: char| sign.is_ascii_alphanumeric() || "._!+-".contains(sign);
    if version.is_empty() || !version.chars().all(is_in_version) {
        return Ok(None);
    }
    let mut component = Component::new(Ecosystem::Conda, name, version);
    // With a build, one equals sign is exact: `conda env export` writes so.
    if !exact && build.is_none() {
        component.doubt = Some(format!("any version that begins with {version} would do"));
    }
    Ok(Some(component))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifications_are_taken_apart() {
        for (text, expected) in [
            ("numpy=1.26.4=py311h64a7726_0", Some(("numpy", "1.26.4", false))),
            ("conda-forge::numpy==1.26.4", Some(("numpy", "1.26.4", false))),
            ("conda-forge/linux-64::numpy=1.26", Some(("numpy", "1.26", true))),
            ("numpy 1.26.4 py311_0", Some(("numpy", "1.26.4", false))),
            ("numpy = 1.26", Some(("numpy", "1.26", true))),
            ("numpy>=1.26,<2", None),
            ("numpy=1.26.*", None),
            ("numpy=1.26|1.27", None),
            ("numpy[version='1.26']", None),
            ("numpy", None),
        ] {
            let read = package(text).unwrap();
            let read = read.as_ref().map(|one| (&*one.name, &*one.version, one.doubt.is_some()));
            assert_eq!(read, expected, "{text}");
        }
        assert!(package("{{ name }}").is_err());
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let content = b"default: &default\n  host: localhost\ndevelopment:\n  <<: *default\n";
        let parsed = parse(Input { path: "config/environment.yml", content });
        assert_eq!(parsed, Parsed::clean(Vec::new()));
    }
}
