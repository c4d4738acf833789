//! Which repositories an image's packages come from, as Red Hat's image builds note it.
//!
//! Each build leaves a manifest of its own in `root/buildinfo/content_manifests/`, named after the
//! image (`ubi9-container-9.4-1123.json`); newer builds write `content-sets.json` there or in
//! `usr/share/buildinfo/`. Its `content_sets` name the repositories (`rhel-9-for-x86_64-baseos-rpms`),
//! which tell the products whose advisories hold:
//! <https://github.com/containerbuildsystem/atomic-reactor/blob/master/atomic_reactor/schemas/content_manifest.json>.
//!
//! Manifests of lower layers stay visible, so all of them together name all repositories.

use plimsoll_image::ProblemKind;
use serde::Deserialize;

use crate::Parsed;
use crate::tree::{NodeKind, Tree};

/// Where builds leave their manifests.
pub(crate) const DIRECTORY: &str = "root/buildinfo/content_manifests";

/// Where newer builds leave theirs.
pub(crate) const FILE: &str = "usr/share/buildinfo/content-sets.json";

/// All of Red Hat has some ten thousand repositories, an image uses some ten.
const MOST_CONTENT_SETS: usize = 10_000;

/// Repository names have some fifty letters.
const LONGEST_NAME: usize = 256;

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    content_sets: Vec<serde_json::Value>,
}

/// Reads the names of the repositories in a content manifest.
pub fn parse_content_manifest(content: &[u8]) -> Parsed<Vec<String>> {
    let mut parsed = Parsed::clean(Vec::new());
    let manifest: Manifest = match serde_json::from_slice(content) {
        Ok(manifest) => manifest,
        Err(error) => {
            let message = format!("the content manifest cannot be read: {error}");
            parsed.problem(ProblemKind::Malformed, message);
            return parsed;
        }
    };
    for value in manifest.content_sets {
        if parsed.value.len() == MOST_CONTENT_SETS {
            let message = format!("there are more than {MOST_CONTENT_SETS} content sets");
            parsed.problem(ProblemKind::TooLarge, message);
            break;
        }
        match value.as_str() {
            Some(name) if is_name(name) => parsed.value.push(plain(name).to_owned()),
            _ => parsed.problem(ProblemKind::Malformed, "a content set is no name of a repository"),
        }
    }
    parsed
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A set may name the minor release it is pinned to, `…-rpms__8_DOT_6`; the repository is the same.
fn plain(name: &str) -> &str {
    name.split_once("__").map_or(name, |(name, _)| name)
}

/// The manifests of a merged view.
pub(crate) fn manifests(tree: &Tree) -> Vec<Vec<u8>> {
    let mut paths = vec![FILE.as_bytes().to_vec()];
    if let Some(node) = tree.lookup(DIRECTORY.as_bytes()) {
        let named = tree.children(node).map(|child| tree.name(child));
        paths.extend(
            named
                .filter(|name| name.ends_with(b".json"))
                .map(|name| [DIRECTORY.as_bytes(), b"/", name].concat()),
        );
    }
    paths.retain(|path| tree.lookup(path).is_some_and(|node| tree.kind(node) == NodeKind::File));
    paths
}

#[cfg(test)]
mod tests {
    use plimsoll_image::{Entry, EntryKind, Interest, LayerVisitor as _};

    use super::*;
    use crate::{LayerFacts, LayerScan, assemble};

    #[test]
    fn repositories_are_named_without_pins() {
        let parsed = parse_content_manifest(
            br#"{"metadata":{"icm_version":1,"image_layer_index":0},
                "content_sets":["rhel-8-for-x86_64-baseos-rpms","rhel-8-for-x86_64-appstream-rpms__8_DOT_6",7,"a b"],
                "image_contents":[{"purl":"pkg:golang/x"}]}"#,
        );
        assert_eq!(
            parsed.value,
            ["rhel-8-for-x86_64-baseos-rpms", "rhel-8-for-x86_64-appstream-rpms"]
        );
        assert_eq!(parsed.problems.len(), 2);
    }

    /// What a layer with these files shows.
    fn layer(files: &[(&str, &str)]) -> LayerFacts {
        let mut scan = LayerScan::default();
        for (path, content) in files {
            let entry = Entry {
                path: path.as_bytes(),
                kind: EntryKind::File,
                mode: 0o644,
                uid: 0,
                gid: 0,
                size: content.len() as u64,
            };
            if matches!(scan.entry(&entry), Interest::Read(_)) {
                scan.content(&entry, content.as_bytes());
            }
        }
        scan.finish()
    }

    #[test]
    fn manifests_of_all_layers_together_name_the_repositories() {
        let manifest = |name: &str| format!(r#"{{"content_sets":["{name}"]}}"#);
        let base = layer(&[
            ("root/buildinfo/content_manifests/ubi9-container-9.4-1.json", &manifest("baseos")),
            ("root/buildinfo/Dockerfile-ubi9", "FROM scratch"),
        ]);
        let top = layer(&[
            ("root/buildinfo/content_manifests/httpd-24-1-2.json", &manifest("appstream")),
            ("usr/share/buildinfo/content-sets.json", &manifest("baseos")),
            ("opt/content_manifests/other.json", &manifest("elsewhere")),
        ]);
        let facts = [base, top];
        let inventory = assemble(&facts, &|_| false);
        assert_eq!(inventory.repositories, ["appstream", "baseos"]);
        assert_eq!(inventory.problems, []);
        let without = assemble(&facts, &|path| path.starts_with("root/"));
        assert_eq!(without.repositories, ["baseos"]);
    }

    #[test]
    fn broken_manifests_are_told() {
        for text in ["", "7", "{\"content_sets\":7}", "{\"content_sets\":[\"a\""] {
            let parsed = parse_content_manifest(text.as_bytes());
            assert_eq!((parsed.value.len(), parsed.problems.len()), (0, 1), "{text}");
        }
        assert!(parse_content_manifest(b"{}").problems.is_empty());
    }

    #[test]
    fn the_number_of_sets_is_bounded() {
        let many = vec!["\"a\""; MOST_CONTENT_SETS + 5].join(",");
        let parsed = parse_content_manifest(format!("{{\"content_sets\":[{many}]}}").as_bytes());
        assert_eq!((parsed.value.len(), parsed.problems.len()), (MOST_CONTENT_SETS, 1));
    }
}
