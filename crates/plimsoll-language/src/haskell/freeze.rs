//! `cabal.project.freeze`: `constraints: any.NAME ==VERSION, …`.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::source_text::one_line;
use crate::{Component, Input};

/// Reads the constraints; those on flags are none on packages.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let text = input.lossy();
    let (mut inside, mut seen) = (false, false);
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim_start().starts_with("--") || line.trim().is_empty() {
            continue;
        }
        let mut rest = line;
        if !line.starts_with([' ', '\t']) {
            // A field; its value goes on in lines that are indented.
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            inside = field.trim().eq_ignore_ascii_case("constraints");
            seen |= inside;
            rest = value;
        }
        if !inside {
            continue;
        }
        for constraint in rest.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let Some((name, version)) = constraint.split_once("==") else {
                // `aeson -bytestring-builder` chooses a flag.
                if !constraint.contains([' ', '\t']) {
                    let message = format!("line {number}: {constraint} has no version");
                    parsed.problem(ProblemKind::Malformed, message);
                }
                continue;
            };
            let name = name.trim().rsplit_once('.').map_or(name, |(_, name)| name);
            let name = name.rsplit_once(':').map_or(name, |(_, name)| name).trim();
            let version = version.trim();
            if name.is_empty() || !version.starts_with(|sign: char| sign.is_ascii_digit()) {
                let message = format!("line {number}: {constraint} is no name with a version");
                parsed.problem(ProblemKind::Malformed, message);
                continue;
            }
            let mut component = Component::new(Ecosystem::Hackage, name, version);
            component.lines.push(one_line(number));
            parsed.add(component);
        }
    }
    if !seen {
        parsed.problem(ProblemKind::Malformed, "has no constraints");
    }
    parsed
}
