//! `packages.config`: the list that projects had before `PackageReference`.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::xml::elements;
use crate::{Component, Input};

/// Reads the list, which has everything that is needed in exact versions.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let (elements, problem) = elements(input);
    for element in elements {
        if element.name != "package" {
            continue;
        }
        let line = element.lines.start;
        match (element.attribute("id"), element.attribute("version")) {
            (Some(id), Some(version)) => {
                let mut component = Component::new(Ecosystem::NuGet, id, version);
                component.dev =
                    element.attribute("developmentDependency").is_some_and(|value| value == "true");
                component.lines.push(element.lines);
                parsed.add(component);
            }
            _ => {
                let message = format!("line {line}: no id or no version");
                parsed.problem(ProblemKind::Malformed, message);
            }
        }
    }
    if let Some(problem) = problem {
        parsed.problem(ProblemKind::Malformed, problem);
    }
    parsed
}
