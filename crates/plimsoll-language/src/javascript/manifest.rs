//! `package.json`: who a package is, and what a project asks for.
//!
//! <https://docs.npmjs.com/cli/configuring-npm/package-json>

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::json::{self, Object};
use crate::{Files, join};

/// Members of `package.json` that name what is needed at run time.
pub(super) const PRODUCTION: [&str; 3] =
    ["dependencies", "optionalDependencies", "peerDependencies"];

/// The member that names what is needed to develop.
pub(super) const DEVELOPMENT: &str = "devDependencies";

/// What a project's own manifest says.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) version: String,
    /// Name and range.
    pub(super) production: Vec<(String, String)>,
    pub(super) development: Vec<(String, String)>,
    /// Patterns of the directories of its workspace.
    pub(super) workspaces: Vec<String>,
    /// Versions that it forces upon everybody, by name.
    pub(super) resolutions: Vec<(String, String)>,
}

impl Manifest {
    /// Reads the manifest in a directory, if there is one that can be read.
    pub(super) fn find(files: &dyn Files, directory: &str) -> Option<Manifest> {
        let content = files.content(&join(directory, "package.json"))?;
        let text = String::from_utf8_lossy(content);
        let object = Object::parse(&text).ok()?;
        let owned = |key: &str| object.text(key).map(Cow::into_owned).unwrap_or_default();
        let pairs = |key: &str| -> Vec<(String, String)> {
            let members = object.object(key);
            let pairs = members.texts();
            pairs.map(|(name, range)| (name.to_owned(), range.into_owned())).collect()
        };
        // Yarn 1 also has an object there, with the list in `packages`.
        let workspaces = match object.get("workspaces") {
            Some(raw) if raw.get().starts_with('{') => object.object("workspaces").list("packages"),
            _ => object.list("workspaces"),
        };
        Some(Manifest {
            name: owned("name"),
            version: owned("version"),
            production: PRODUCTION.iter().flat_map(|key| pairs(key)).collect(),
            development: pairs(DEVELOPMENT),
            workspaces: workspaces
                .into_iter()
                .filter_map(json::text)
                .map(Cow::into_owned)
                .collect(),
            resolutions: pairs("resolutions"),
        })
    }
}

/// The licences in all the forms that npm ever took: a text, an object with a type, a list of
/// either, under `license` or `licenses`.
pub(super) fn licenses(object: &Object<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for key in ["license", "licenses"] {
        let Some(raw) = object.get(key) else { continue };
        let members = json::list(raw);
        let each = if members.is_empty() { vec![raw] } else { members };
        for text in each.into_iter().filter_map(license) {
            if !found.contains(&text) {
                found.push(text);
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

fn license(raw: &RawValue) -> Option<String> {
    let text = json::text(raw).or_else(|| {
        let object = Object::of(raw)?;
        object.text("type").or_else(|| object.text("name")).or_else(|| object.text("url"))
    })?;
    Some(text.into_owned())
}

/// Whether a path lies inside of installed packages: what projects leave in there (lock files, test
/// data) is nobody's project here.
pub(super) fn is_installed(path: &str) -> bool {
    path.split('/').any(|part| part == "node_modules")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_have_many_forms() {
        for (text, expected) in [
            (r#"{"license":"MIT"}"#, &["MIT"][..]),
            (r#"{"license":{"type":"BSD-3-Clause","url":"http://a/"}}"#, &["BSD-3-Clause"]),
            (r#"{"license":["MIT",{"type":"GPL-2.0"},"MIT"]}"#, &["MIT", "GPL-2.0"]),
            (r#"{"licenses":[{"type":"MIT"},{"name":"Apache-2.0"}]}"#, &["MIT", "Apache-2.0"]),
            (r#"{"licenses":"ISC"}"#, &["ISC"]),
            (r#"{"license":"MIT","licenses":["ISC"]}"#, &["MIT"]),
            (r#"{"license":null,"licenses":[]}"#, &[]),
        ] {
            assert_eq!(licenses(&Object::parse(text).unwrap()), expected, "{text}");
        }
    }
}
