//! `.registry/NAME.reg`: what PEAR and PECL installed.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::serialized::Value;
use crate::{Component, Input};

/// Reads one package.
///
/// PEAR writes `channel/Name`, with the alias of its two own channels: `pear/Archive_Tar`, which is
/// also what Packagist, and so advisories, call it.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let Some(value) = Value::read(input.content) else {
        parsed.problem(ProblemKind::Malformed, "is no array as PHP serialises it");
        return parsed;
    };
    let field = |name: &str| value.get(name);
    // The first format of packages had the version as a text, the second one has two: that of the
    // release and that of its interface.
    let version = field("version")
        .and_then(|version| version.text().or_else(|| version.get("release")?.text()));
    let name = field("name").or_else(|| field("package")).and_then(Value::text);
    let (Some(name), Some(version)) = (name, version) else {
        parsed.problem(ProblemKind::Malformed, "has no name or no version");
        return parsed;
    };
    let channel = field("channel").and_then(Value::text);
    let name = match channel.as_deref() {
        None | Some("pear.php.net") => format!("pear/{name}"),
        Some("pecl.php.net") => format!("pecl/{name}"),
        Some(channel) => format!("{channel}/{name}"),
    };
    let mut component = Component::new(Ecosystem::Composer, name, version);
    let license = field("license")
        .and_then(|license| license.text().or_else(|| license.get("_content")?.text()));
    component.licenses.extend(license);
    parsed.add(component);
    parsed
}
