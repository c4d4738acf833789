//! `.opam-switch/packages/NAME.VERSION/opam`.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::{Component, Input};

/// Reads an installed package: the directory has name and version, and a name has no point.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let directory = input.directory().rsplit('/').next().unwrap_or_default();
    let Some((name, version)) = directory.split_once('.').filter(|(name, _)| !name.is_empty())
    else {
        let message = format!("is in {directory}, which is no name with a version");
        parsed.problem(ProblemKind::Malformed, message);
        return parsed;
    };
    let mut component = Component::new(Ecosystem::Opam, name, version);
    let text = input.lossy();
    let license = text.lines().find_map(|line| line.strip_prefix("license:"));
    // One text, or several between brackets on the same line.
    let texts = license.into_iter().flat_map(|value| value.split('"').skip(1).step_by(2));
    component.licenses.extend(texts.filter(|text| !text.is_empty()).map(str::to_owned));
    parsed.add(component);
    parsed
}
