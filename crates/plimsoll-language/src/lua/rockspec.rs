//! The rockspec of an installed rock.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::{Component, Input};

/// Name and version are those of the directories, as LuaRocks itself looks them up: a rockspec is a
/// program, and many put their versions together. The licence is read where it is plain.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let mut directories = input.directory().rsplit('/');
    let (Some(version), Some(name)) = (directories.next(), directories.next()) else {
        return parsed;
    };
    if input.name().strip_suffix(".rockspec") != Some(&format!("{name}-{version}")) {
        let message = format!("is not the rockspec of {name} {version}, in whose directory it is");
        parsed.problem(ProblemKind::Malformed, message);
        return parsed;
    }
    let mut component = Component::new(Ecosystem::LuaRocks, name, version);
    let text = input.lossy();
    component.licenses.extend(text.lines().find_map(license).map(str::to_owned));
    parsed.add(component);
    parsed
}

/// Of `license = "MIT",` the text.
fn license(line: &str) -> Option<&str> {
    let value = line.trim().strip_prefix("license")?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
    value.split(quote).nth(1).map(str::trim).filter(|text| !text.is_empty())
}
