//! `Package.resolved`: the versions that Swift's package manager decided on.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;
use serde_json::value::RawValue;

use crate::raw_json::Members;
use crate::{Component, Input, Positions};

/// Reads a file of any version.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    if input.is_below(&["checkouts"]) {
        return parsed;
    }
    let text = match input.text() {
        Ok(text) => text,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let members = match Members::read(text) {
        Ok(members) => members,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error.to_string());
            return parsed;
        }
    };
    let holder = members.get("object").map(Members::of);
    let Some(pins) = holder.as_ref().unwrap_or(&members).get("pins") else {
        parsed.problem(ProblemKind::Malformed, "has no pins");
        return parsed;
    };
    let positions = Positions::new(text.as_bytes());
    for (index, raw) in crate::raw_json::elements(pins).into_iter().enumerate() {
        match component(raw) {
            Some(mut component) => {
                component.lines.extend(positions.of(raw.get()));
                parsed.add(component);
            }
            None => {
                let message = format!("pin {index} has no address or no state");
                parsed.problem(ProblemKind::Malformed, message);
            }
        }
    }
    parsed
}

fn component(raw: &RawValue) -> Option<Component> {
    let pin = Members::of(raw);
    let state = Members::of(pin.get("state")?);
    let location = pin.text("location").or_else(|| pin.text("repositoryURL"));
    let (name, mut doubt) = match (location, pin.text("kind").as_deref()) {
        // A registry's packages have an identity, `scope.name`, and no address.
        (_, Some("registry")) | (None, _) => {
            (pin.text("identity")?, Some("from a registry, whose names are its own".to_owned()))
        }
        (Some(location), Some("localSourceControl")) => {
            let doubt = format!("from {location} on the disk of whoever resolved it");
            (pin.text("identity").unwrap_or(location), Some(doubt))
        }
        (Some(location), _) => (repository(&location), None),
    };
    let version = state.text("version");
    if version.is_none() {
        let revision = state.text("revision").unwrap_or_default();
        doubt = Some(match state.text("branch") {
            Some(branch) => format!("branch {branch} at {revision}, not a release"),
            None => format!("revision {revision}, not a release"),
        });
    }
    let mut component = Component::new(Ecosystem::Swift, name, version.unwrap_or_default());
    component.doubt = doubt;
    Some(component)
}

/// An address without scheme, user, and `.git`: `github.com/apple/swift-nio`.
fn repository(location: &str) -> String {
    let rest = location.split_once("://").map_or(location, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    // `git@github.com:apple/swift-nio.git` has the owner behind a colon.
    let host = if location.contains("://") { host.to_owned() } else { host.replacen(':', "/", 1) };
    if path.is_empty() { host } else { format!("{host}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_names() {
        for address in [
            "https://github.com/apple/swift-nio.git",
            "https://user:secret@github.com/apple/swift-nio",
            "git@github.com:apple/swift-nio.git",
            "ssh://git@github.com/apple/swift-nio/",
        ] {
            assert_eq!(repository(address), "github.com/apple/swift-nio");
        }
    }
}
