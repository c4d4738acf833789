//! `.meta/DISTRIBUTION-VERSION/install.json`.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::name_and_version;
use crate::raw_json::{Members, texts};
use crate::{Component, Files, Input};

/// Reads what cpanm noted. Its `name` and `version` are those of one module, whose version need not
/// be the distribution's; `dist` has both of the distribution, by which advisories go.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let members = match input.text().and_then(|text| Members::read(text).map_err(|e| e.to_string()))
    {
        Ok(members) => members,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let distribution = members.text("dist");
    let Some((name, version)) = distribution.as_deref().and_then(name_and_version) else {
        parsed.problem(ProblemKind::Malformed, "has no distribution with a version");
        return parsed;
    };
    let mut component = Component::new(Ecosystem::Cpan, name, version);
    component.licenses = files
        .content(&input.beside("MYMETA.json"))
        .and_then(|content| std::str::from_utf8(content).ok())
        .and_then(|text| Members::read(text).ok())
        .and_then(|meta| meta.get("license").map(texts))
        .unwrap_or_default()
        .into_iter()
        .filter(|license| license != "unknown")
        .collect();
    parsed.add(component);
    parsed
}
