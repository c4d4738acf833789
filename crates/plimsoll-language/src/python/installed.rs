//! Installed distributions: `*.dist-info`, `*.egg-info` and unpacked eggs.

use plimsoll_version::Ecosystem;

use super::{is_name, metadata};
use crate::{Component, Input, Parsed, ProblemKind};

/// Directories in which a distribution is data of a test and cannot be imported.
const TESTS: &[&str] = &["tests", "testdata", "test_data", "test-data", "fixtures", "__tests__"];

/// Reads `METADATA` or `PKG-INFO`.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if !is_importable(input.path) {
        return parsed;
    }
    read(&mut parsed, input.path, input.content);
    parsed
}

/// Makes the package of a header, with the help of the path for what it does not say.
pub(super) fn read(parsed: &mut Parsed<Vec<Component>>, path: &str, content: &[u8]) {
    let metadata::Metadata { name, version, licenses } = metadata::parse(content);
    let (stem_name, stem_version) = stem(path);
    let named = name.clone().filter(|name| is_name(name)).or(stem_name);
    let Some(named) = named else {
        let message = match name {
            Some(name) => format!("{name:?} is no name of a package"),
            None => "neither the contents nor the path says the name of the package".to_owned(),
        };
        return parsed.problem(ProblemKind::Malformed, message);
    };
    let known = version.is_some();
    let Some(version) = version.or(stem_version) else {
        return parsed.problem(ProblemKind::Malformed, format!("no version of {named}"));
    };
    let mut component = Component::new(Ecosystem::PyPi, named, version);
    component.licenses = licenses;
    if name.as_deref() != Some(&component.name) {
        component.doubt =
            Some("its name is that of its directory; its metadata has no valid one".into());
    } else if !known {
        component.doubt =
            Some("its version is that of its directory; its metadata has none".into());
    } else if component.name == "UNKNOWN" {
        component.doubt = Some("it was built by tools that could not read its name".into());
    } else if is_cached(path) {
        component.doubt = Some("it lies in a cache; environments may be linked to it".into());
    }
    parsed.add(component);
}

/// Name and version as the path says them: `six-1.17.0.dist-info`, `six-1.17.0-py3.11.egg`.
fn stem(path: &str) -> (Option<String>, Option<String>) {
    let ends = [".dist-info", ".egg-info", ".egg"];
    let mut parts = path.rsplit('/');
    let Some(stem) = parts.find_map(|part| ends.iter().find_map(|end| part.strip_suffix(end)))
    else {
        return (None, None);
    };
    let mut pieces = stem.split('-');
    let name = pieces.next().filter(|name| is_name(name)).map(str::to_owned);
    let starts_with_digit = |text: &&str| text.starts_with(|sign: char| sign.is_ascii_digit());
    (name, pieces.next().filter(starts_with_digit).map(str::to_owned))
}

/// Whether Python could find the distribution there, as far as its path says.
pub(super) fn is_importable(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let is_root = |part: &&str| {
        let digits = part.strip_prefix("python").unwrap_or("x");
        matches!(*part, "site-packages" | "dist-packages")
            || (digits.contains('.')
                && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    };
    let root = parts.iter().rposition(is_root);
    let below = root.and_then(|root| parts.get(root + 1..)).unwrap_or(&parts);
    // Outside of Python's own directories `test` may be anybody's name for anything.
    let in_tests = below.split_last().is_some_and(|(_, directories)| {
        directories.iter().any(|part| TESTS.contains(part) || (root.is_some() && *part == "test"))
    });
    // pip moves what it is about to remove to `~name`, and leaves it there when it is interrupted.
    let is_left_over =
        parts.iter().any(|part| part.starts_with('~') && part.contains(".dist-info"))
            || parts.iter().any(|part| part.starts_with('~') && part.contains(".egg-info"));
    let is_build = parts.iter().any(|part| part.starts_with("bdist."));
    !in_tests && !is_left_over && !is_build
}

/// Whether the path is in a cache of uv's or conda's. Environments are made of hard links to it, and
/// of all links to a file an image has one as the file itself: so what is there may well be in use.
fn is_cached(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let is_bucket = |part: &&str| {
        let version = part.strip_prefix("archive-v").unwrap_or_default();
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
    };
    // NAME-VERSION-BUILD.
    let is_package = |part: &str| part.split('-').count() >= 3 && !part.ends_with("-info");
    let is_unpacked = |pair: &[&str]| matches!(pair, ["pkgs", package] if is_package(package));
    parts.iter().any(is_bucket) || parts.windows(2).any(is_unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_imported_counts() {
        for (path, expected) in [
            ("usr/lib/python3/dist-packages/six-1.16.0.egg-info", true),
            ("venv/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA", true),
            ("tests/venv/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA", true),
            (
                "lib/python3.12/site-packages/setuptools/_vendor/wheel-0.43.0.dist-info/METADATA",
                true,
            ),
            ("opt/test/six-1.16.0.dist-info/METADATA", true),
            ("var/task/six-1.16.0.dist-info/METADATA", true),
            ("usr/lib/python3.8/test/test_importlib/data/example-21.12-py3.6.egg", false),
            ("lib/python3.11/site-packages/a/tests/data/b-1.0.dist-info/METADATA", false),
            ("lib/python3.11/site-packages/a/test/b-1.0.dist-info/METADATA", false),
            ("src/a/tests/fixtures/b-1.0.egg-info/PKG-INFO", false),
            ("lib/python3.11/site-packages/~ix-1.16.0.dist-info/METADATA", false),
            ("src/build/bdist.linux-x86_64/wheel/a-1.0.dist-info/METADATA", false),
        ] {
            assert_eq!(is_importable(path), expected, "{path}");
        }
    }

    #[test]
    fn the_path_helps_out() {
        for (path, content, expected) in [
            ("a-1.0.dist-info/METADATA", "Name: A.b\nVersion: 1.0", Some(("A.b", "1.0", false))),
            ("a-1.0.dist-info/METADATA", "Summary: x", Some(("a", "1.0", true))),
            ("a-1.0-py3.11.egg/EGG-INFO/PKG-INFO", "Name: a", Some(("a", "1.0", true))),
            ("a.egg-info/PKG-INFO", "Name: a", None),
            (
                "a.egg-info/PKG-INFO",
                "Name: UNKNOWN\nVersion: 0.0.0",
                Some(("UNKNOWN", "0.0.0", true)),
            ),
            ("-.egg-info", "Name: {{ name }}\nVersion: 1", None),
        ] {
            let parsed = parse(Input { path, content: content.as_bytes() });
            let found = parsed.value.first();
            let found = found.map(|one| (&*one.name, &*one.version, one.doubt.is_some()));
            assert_eq!(found, expected, "{path} {content}");
            assert_eq!(parsed.problems.is_empty(), expected.is_some(), "{path} {content}");
        }
    }

    #[test]
    fn caches_are_doubted() {
        for (path, expected) in [
            ("root/.cache/uv/archive-v0/Abc/six-1.16.0.dist-info/METADATA", true),
            ("opt/conda/pkgs/six-1.16-py_0/site-packages/six-1.16.dist-info/METADATA", true),
            ("srv/pkgs/six-1.16.0.dist-info/METADATA", false),
            ("srv/archive-v/six-1.16.0.dist-info/METADATA", false),
        ] {
            let parsed = parse(Input { path, content: b"Name: six\nVersion: 1.16.0\n" });
            assert_eq!(parsed.value.first().unwrap().doubt.is_some(), expected, "{path}");
        }
    }
}
