//! Installed packages: the `package.json` at the top of each.
//!
//! <https://docs.npmjs.com/cli/configuring-npm/folders>. Packages are full of further files of that
//! name (test data, markers that say `{"type": "module"}`, templates), so the path decides: a package
//! lies directly in `node_modules`, or directly in the `node_modules` of another.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::json::Object;
use super::manifest;
use crate::{Component, Input};

/// Directories of a package whose contents are no part of the program.
const NO_CODE: [&str; 18] = [
    "__fixtures__",
    "__mocks__",
    "__tests__",
    "demo",
    "demos",
    "doc",
    "docs",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "mock",
    "mocks",
    "spec",
    "specs",
    "template",
    "templates",
    "testdata",
];

/// Reads the manifest of an installed package.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let Some(place) = Place::of(input.path) else { return parsed };
    let text = String::from_utf8_lossy(input.content);
    let object = match Object::parse(&text) {
        Ok(object) => object,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, format!("it is no manifest: {error}"));
            return parsed;
        }
    };
    parsed.value.extend(component(&object, &place));
    parsed
}

/// The package that a manifest at this place describes.
pub(super) fn component(object: &Object<'_>, place: &Place) -> Option<Component> {
    let (name, version) = (object.text("name"), object.text("version"));
    // A marker, not a manifest; or what Yarn puts in the place of what does not fit the platform.
    if (name.is_none() && version.is_none()) || object.truth("mocked") {
        return None;
    }
    if place.only.is_some_and(|only| name.as_deref() != Some(only)) {
        return None;
    }
    let mut doubt = place.doubt.clone();
    let name = name.map_or_else(
        || {
            doubt = Some("its package.json has no name; it is named after its directory".into());
            place.name.clone()
        },
        std::borrow::Cow::into_owned,
    );
    let version = version.map_or_else(
        || {
            doubt = Some("its package.json has no version".into());
            String::new()
        },
        std::borrow::Cow::into_owned,
    );
    let mut component = Component::new(Ecosystem::Npm, name, version);
    component.licenses = manifest::licenses(object);
    component.doubt = doubt;
    Some(component)
}

/// Where a package lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The name of its directory, with the scope.
    name: String,
    /// The only name that it may have.
    only: Option<&'static str>,
    doubt: Option<String>,
}

impl Place {
    /// The package whose manifest has this path, if it is one.
    pub(super) fn of(path: &str) -> Option<Place> {
        let parts: Vec<&str> = path.split('/').collect();
        let (&"package.json", directories) = parts.split_last()? else { return None };
        let root =
            directories.iter().enumerate().position(|(at, part)| is_root(directories, at, part));
        match root {
            Some(root) => below(directories.get(root + 1..)?),
            None => alone(directories),
        }
    }
}

/// Whether packages lie in this directory.
fn is_root(directories: &[&str], at: usize, part: &str) -> bool {
    let above = |distance: usize| at.checked_sub(distance).and_then(|at| directories.get(at));
    match part {
        "node_modules" => true,
        // Debian and its children.
        "nodejs" => {
            matches!(above(1), Some(&("share" | "lib")))
                || (above(2) == Some(&"lib") && above(3) == Some(&"usr"))
        }
        // Fedora keeps several versions of Node.js beside each other.
        other => other.strip_prefix("node_modules_").is_some_and(is_number),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The package at the end of what follows `node_modules`.
fn below(mut rest: &[&str]) -> Option<Place> {
    let mut doubt = None;
    loop {
        let (name, inner) = match rest {
            // pnpm, npm, Bun, Deno and Yarn keep the real directories in a store with one directory
            // for each version, where packages lie in `node_modules` again.
            [store, _entry, "node_modules", inner @ ..] if store.starts_with('.') => {
                rest = inner;
                continue;
            }
            [".store", entry, "package", inner @ ..] => ((*entry).to_owned(), inner),
            [hidden, ..] if hidden.starts_with('.') => return None,
            [scope, name, inner @ ..] if scope.starts_with('@') => {
                (format!("{scope}/{name}"), inner)
            }
            [scope] if scope.starts_with('@') => return None,
            [name, inner @ ..] => ((*name).to_owned(), inner),
            [] => return None,
        };
        match inner {
            [] => return Some(Place { name, only: None, doubt }),
            ["node_modules", inner @ ..] => rest = inner,
            _ => {
                let next = inner.iter().position(|part| *part == "node_modules")?;
                let (between, inner) = inner.split_at(next);
                if between.iter().any(|part| is_no_code(part)) {
                    return None;
                }
                let between = between.join("/");
                doubt = Some(format!("it lies in {between} of {name}, as nobody installs it"));
                rest = inner.get(1..)?;
            }
        }
    }
}

/// Whether a directory has tests, documentation or the like.
pub(super) fn is_no_code(part: &str) -> bool {
    part.starts_with("test") || NO_CODE.contains(&part)
}

/// Packages that lie by themselves: package managers that Node.js or an image brings along, and what
/// Deno runs from its cache.
fn alone(directories: &[&str]) -> Option<Place> {
    let place = |name: String, only| Some(Place { name, only, doubt: None });
    match directories {
        [.., "corepack", "v1", name, _version] => {
            let only = ["npm", "pnpm", "yarn"].into_iter().find(|known| known == name)?;
            place((*name).to_owned(), Some(only))
        }
        [.., "registry.npmjs.org", scope, name, _version] if scope.starts_with('@') => {
            place(format!("{scope}/{name}"), None)
        }
        [.., "npm", "registry.npmjs.org", name, _version] => place((*name).to_owned(), None),
        [.., directory] if directory.starts_with("yarn-v") => {
            place("yarn".to_owned(), Some("yarn"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_lies_directly_in_node_modules() {
        for (path, name, doubtful) in [
            ("srv/node_modules/a/package.json", "a", false),
            ("node_modules/@s/a/package.json", "@s/a", false),
            ("node_modules/a/node_modules/@s/b/package.json", "@s/b", false),
            ("node_modules/.pnpm/a@1.0.0_b@2/node_modules/a/package.json", "a", false),
            ("node_modules/.pnpm/a@1.0.0/node_modules/a/node_modules/b/package.json", "b", false),
            (
                "node_modules/.store/a-npm-1.0.0-0a1b/package/package.json",
                "a-npm-1.0.0-0a1b",
                false,
            ),
            ("node_modules/a/dist/node_modules/b/package.json", "b", true),
            ("usr/share/nodejs/a/package.json", "a", false),
            ("usr/share/nodejs/@s/a/package.json", "@s/a", false),
            ("usr/share/nodejs/a/node_modules/b/package.json", "b", false),
            ("usr/lib/x86_64-linux-gnu/nodejs/a/package.json", "a", false),
            ("usr/lib/node_modules_20/npm/package.json", "npm", false),
            ("opt/yarn-v1.22.19/package.json", "yarn", false),
            ("root/.cache/node/corepack/v1/pnpm/9.0.0/package.json", "pnpm", false),
            ("deno-dir/npm/registry.npmjs.org/a/1.0.0/package.json", "a", false),
            ("deno-dir/npm/registry.npmjs.org/@s/a/1.0.0/package.json", "@s/a", false),
        ] {
            let place = Place::of(path).unwrap_or_else(|| panic!("{path}"));
            assert_eq!((&*place.name, place.doubt.is_some()), (name, doubtful), "{path}");
        }
    }

    #[test]
    fn other_manifests_are_none() {
        for path in [
            "srv/app/package.json",
            "node_modules/a/LICENSE",
            "node_modules/a/",
            "node_modules/package.json",
            "node_modules/@s/package.json",
            "node_modules/a/dist/esm/package.json",
            "node_modules/@s/a/es/package.json",
            "node_modules/a/test/fixtures/package.json",
            "node_modules/a/test/node_modules/b/package.json",
            "node_modules/a/lib/__tests__/node_modules/b/package.json",
            "node_modules/.cache/a/package.json",
            "node_modules/.vite/deps/package.json",
            "usr/share/nodejs/a/lib/package.json",
            "srv/nodejs/a/package.json",
            "root/.cache/node/corepack/v1/other/9.0.0/package.json",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }
}
