//! `luarocks.lock`: a Lua table with a table of versions for each kind of dependency.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::source_text::one_line;
use crate::{Component, Input};

/// Reads a lock file line by line, as LuaRocks writes it.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    // An installed rock keeps the lock file that it was built with; what is installed is told by
    // the rocks themselves.
    if input.directory().split('/').any(|name| name.starts_with("rocks-")) {
        return parsed;
    }
    let text = input.lossy();
    // The kind of dependency whose table is open, and whether it is for development.
    let mut kind: Option<bool> = None;
    let mut seen = false;
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim().trim_end_matches(','));
        if let Some((name, rest)) = line.split_once('=')
            && rest.trim_start().starts_with('{')
        {
            let name = name.trim();
            seen |= name.ends_with("dependencies");
            let open = !rest.trim_end().ends_with('}');
            kind = (open && name.ends_with("dependencies")).then_some(name != "dependencies");
            continue;
        }
        if line.starts_with('}') {
            kind = None;
            continue;
        }
        let Some(dev) = kind.filter(|_| !line.is_empty() && !line.starts_with("--")) else {
            continue;
        };
        match entry(line) {
            Some((name, version)) => {
                let mut component = Component::new(Ecosystem::LuaRocks, name, version);
                component.dev = dev;
                component.lines.push(one_line(number));
                if name == "lua" {
                    component.doubt = Some("the interpreter, not a rock".to_owned());
                }
                parsed.add(component);
            }
            None => {
                let message = format!("line {number}: no name with a version");
                parsed.problem(ProblemKind::Malformed, message);
            }
        }
    }
    if !seen {
        parsed.problem(ProblemKind::Malformed, "has no table of dependencies");
    }
    parsed
}

/// Of `["lua-cjson"] = "2.1.0-1"` or `luasocket = "3.0-1"` name and version.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (name, version) = line.split_once('=')?;
    let name = name.trim().trim_start_matches('[').trim_end_matches(']').trim_matches(['"', '\'']);
    let version = version.trim().trim_matches(['"', '\'']);
    let fits = |text: &str| !text.is_empty() && !text.contains(['"', '\'', ' ']);
    (fits(name) && fits(version)).then_some((name, version))
}
