//! Version catalogues of Gradle: `gradle/libs.versions.toml`.
//!
//! <https://docs.gradle.org/current/userguide/version_catalogs.html>. A catalogue says which versions
//! a build would use; only what is pinned to one version is a package.

use plimsoll_version::Ecosystem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::gradle_version::{Version, version};
use crate::{Component, Input, Parsed, Positions, ProblemKind, Relationship};

type Table<'a> = DeTable<'a>;

/// Reads a catalogue.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let text = String::from_utf8_lossy(input.content);
    let root = match DeTable::parse(&text) {
        Ok(root) => root,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error.message());
            return parsed;
        }
    };
    let positions = Positions::new(text.as_bytes());
    let versions = table(root.get_ref(), "versions");
    for (alias, value) in table(root.get_ref(), "libraries").into_iter().flatten() {
        let lines = positions.lines(alias.span().start, value.span().end);
        let mut tell = |message: &str| {
            let message = format!("line {}: {} {message}", lines.start, alias.get_ref());
            parsed.problem(ProblemKind::Malformed, message);
        };
        let (name, found) = match library(value, versions) {
            Ok(found) => found,
            Err(message) => {
                tell(message);
                continue;
            }
        };
        let mut component = Component::new(Ecosystem::Maven, name, "");
        component.relationship = Relationship::Direct;
        component.lines.push(lines);
        match found {
            Version::Pinned(version) => component.version = version,
            Version::Open(text) => {
                component.doubt = Some(format!("asks for {text}, which is no single version"));
            }
            // A platform sets it, which is not read here.
            Version::Absent => {
                component.doubt = Some("its version is set by a platform".to_owned());
            }
        }
        parsed.value.push(component);
    }
    parsed
}

fn table<'t, 'a>(root: &'t Table<'a>, name: &str) -> Option<&'t Table<'a>> {
    root.get(name)?.get_ref().as_table()
}

/// Name and version of an entry: `"group:artifact:version"`, or a table.
fn library(
    value: &Spanned<DeValue<'_>>,
    versions: Option<&Table<'_>>,
) -> Result<(String, Version), &'static str> {
    const NO_NAME: &str = "has no group and artifact";
    if let Some(text) = value.get_ref().as_str() {
        let mut parts = text.splitn(3, ':');
        let (Some(group), Some(artifact)) = (parts.next(), parts.next()) else {
            return Err(NO_NAME);
        };
        let found = parts.next().map_or(Version::Absent, Version::of_text);
        return Ok((format!("{group}:{artifact}"), found));
    }
    let entry = value.get_ref().as_table().ok_or(NO_NAME)?;
    let text = |name: &str| entry.get(name).and_then(|value| value.get_ref().as_str());
    let name = match (text("module"), text("group"), text("name")) {
        (Some(module), _, _) if module.contains(':') => module.to_owned(),
        (None, Some(group), Some(name)) => format!("{group}:{name}"),
        _ => return Err(NO_NAME),
    };
    let stated = entry.get("version").map(Spanned::get_ref);
    let reference = stated.and_then(|stated| stated.as_table()?.get("ref")?.get_ref().as_str());
    let found = match reference {
        Some(reference) => {
            let known = versions.and_then(|versions| versions.get(reference));
            version(known.ok_or("refers to a version that is not there")?.get_ref())
        }
        None => stated.map_or(Version::Absent, version),
    };
    Ok((name, found))
}
