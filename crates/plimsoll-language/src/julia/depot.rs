//! `packages/NAME/SLUG/Project.toml` of a depot, where Julia unpacks the versions of a package.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;
use toml::de::DeTable;

use crate::{Component, Input};

/// Characters of a slug, which Julia makes of a package's UUID and tree.
const SLUG_LENGTH: usize = 5;

/// Reads a package that is where a depot would have it; projects of a repository that happen to lie
/// in a directory called `packages` are something else.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let mut directories = input.directory().rsplit('/');
    let (Some(slug), Some(directory)) = (directories.next(), directories.next()) else {
        return parsed;
    };
    if slug.len() != SLUG_LENGTH || !slug.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return parsed;
    }
    let text = match input.text() {
        Ok(text) => text,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, error);
            return parsed;
        }
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let field = |name: &str| root.get_ref().get(name).and_then(|value| value.get_ref().as_str());
    let name = field("name");
    if let Some(error) = errors.first() {
        parsed.problem(ProblemKind::Malformed, error.message());
    }
    if field("uuid").is_some() && name == Some(directory) {
        match field("version") {
            Some(version) => {
                parsed.add(Component::new(Ecosystem::Julia, directory, version));
            }
            None => parsed.problem(ProblemKind::Malformed, format!("{directory} has no version")),
        }
    }
    parsed
}
