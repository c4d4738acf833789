//! `LIBRARY/NAME/DESCRIPTION` of an installed package.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::source_text::Paragraph;
use crate::{Component, Input};

/// Reads a description, if R installed what it is about: sources have no `Built`, and R finds a
/// package in a directory of its name only.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let text = input.lossy();
    let Some(paragraph) = Paragraph::all(&text).into_iter().next() else { return parsed };
    if paragraph.get("Built").is_none() {
        return parsed;
    }
    let directory = input.directory().rsplit('/').next().unwrap_or_default();
    let (Some(name), Some(version)) = (paragraph.get("Package"), paragraph.get("Version")) else {
        parsed.problem(ProblemKind::Malformed, "has no Package or no Version, though it was built");
        return parsed;
    };
    if name != directory {
        return parsed;
    }
    let mut component = Component::new(Ecosystem::Cran, name, version);
    component.licenses.extend(paragraph.get("License").map(str::to_owned));
    let remote = |field| paragraph.get(field).unwrap_or("?");
    component.doubt = if paragraph.get("Priority") == Some("base") {
        Some("part of R itself, versioned with it".to_owned())
    } else if let Some(kind) = paragraph.get("RemoteType").filter(|kind| *kind != "standard") {
        let (owner, repository) = (remote("RemoteUsername"), remote("RemoteRepo"));
        Some(format!("from {kind} {owner}/{repository}, not from CRAN"))
    } else {
        None
    };
    parsed.add(component);
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_installed_packages_in_their_places_count() {
        let built = "Package: tide\nVersion: 1.0-2\nBuilt: R 4.2.2; ; 2023-01-01; unix\n";
        let source = "Package: tide\nVersion: 1.0-2\n";
        for (path, text, expected) in [
            ("usr/lib/R/site-library/tide/DESCRIPTION", built, 1),
            ("usr/lib/R/site-library/tide/DESCRIPTION", source, 0),
            ("usr/lib/R/site-library/other/tests/testthat/data/DESCRIPTION", built, 0),
            ("etc/DESCRIPTION", "This is a text.\n", 0),
        ] {
            let parsed = parse(Input { path, content: text.as_bytes() });
            assert_eq!((parsed.value.len(), parsed.problems.len()), (expected, 0), "{path}");
        }
    }
}
