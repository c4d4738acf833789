//! Project files, and `Directory.Packages.props`, which has the versions for all of them.

use std::collections::HashMap;

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::xml::{Element, elements};
use crate::{Component, Files, Input, Relationship};

/// Properties that stand for other properties; MSBuild itself would go on, real files have two.
const MAX_EXPANSIONS: usize = 8;

/// A text that properties make longer than this is no version.
const MAX_VALUE: usize = 256;

/// Reads the versions that are managed centrally: all of them were asked for.
pub(super) fn central(input: Input<'_>) -> Parsed<Vec<Component>> {
    read(input, &["PackageVersion", "GlobalPackageReference"], "Version")
}

/// Reads a project's references that have a version. Those without get it from the central file,
/// which is read by itself; a lock file beside the project knows better.
pub(super) fn project(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let own_name = input.name().rsplit_once('.').map_or("", |(name, _)| name);
    let locks = ["packages.lock.json".to_owned(), format!("packages.{own_name}.lock.json")];
    if locks.iter().any(|lock| files.content(&input.beside(lock)).is_some()) {
        return Parsed::default();
    }
    read(input, &["PackageReference"], "VersionOverride")
}

fn read(input: Input<'_>, wanted: &[&str], preferred: &str) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let (elements, problem) = elements(input);
    let properties: HashMap<&str, &str> = elements
        .iter()
        .filter(|element| element.parent == "PropertyGroup")
        .map(|element| (element.name.as_str(), element.text.as_str()))
        .collect();
    for element in elements.iter().filter(|element| wanted.contains(&element.name.as_str())) {
        let Some(name) = element.attribute("Include").or_else(|| element.attribute("Update"))
        else {
            // `Remove` takes one away.
            if element.attribute("Remove").is_none() {
                let message = format!("line {}: a package without a name", element.lines.start);
                parsed.problem(ProblemKind::Malformed, message);
            }
            continue;
        };
        let version = element.value(preferred).or_else(|| element.value("Version"));
        let version = match version.map(|version| expand(version, &properties)) {
            Some(version) if !version.is_empty() => version,
            _ if element.name == "PackageReference" => continue,
            _ => {
                let message = format!("line {}: {name} has no version", element.lines.start);
                parsed.problem(ProblemKind::Malformed, message);
                continue;
            }
        };
        parsed.add(component(element, &expand(name, &properties), &version));
    }
    if let Some(problem) = problem {
        parsed.problem(ProblemKind::Malformed, problem);
    }
    parsed
}

fn component(element: &Element, name: &str, asked: &str) -> Component {
    // `1.0` asks for 1.0 or newer, and NuGet takes the oldest that fits; so does `[1.0]`.
    let exact = asked.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(asked);
    let is_plain = exact.starts_with(|sign: char| sign.is_ascii_digit())
        && !exact.contains(['*', ',', '$', '(', ')', '[', ']']);
    let mut component =
        Component::new(Ecosystem::NuGet, name, if is_plain { exact.trim() } else { "" });
    if !is_plain {
        component.doubt = Some(format!("asked for as {asked}, which is not one version"));
    }
    component.relationship = Relationship::Direct;
    // What no part of which gets into the result is a tool for building.
    component.dev = element
        .value("PrivateAssets")
        .is_some_and(|assets| assets.trim().eq_ignore_ascii_case("all"));
    component.lines.push(element.lines);
    component
}

/// Puts the file's own properties in; those of other files stay as they are written.
fn expand(text: &str, properties: &HashMap<&str, &str>) -> String {
    let mut text = text.trim().to_owned();
    for _ in 0..MAX_EXPANSIONS {
        let Some((before, rest)) = text.split_once("$(") else { break };
        let Some((name, after)) = rest.split_once(')') else { break };
        let Some(value) = properties.get(name) else { break };
        let expanded = format!("{before}{value}{after}");
        if expanded.len() > MAX_VALUE {
            break;
        }
        text = expanded;
    }
    text
}
