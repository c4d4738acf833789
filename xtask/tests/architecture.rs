//! The direction of the arrows between our crates, and what keeps the core pure.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Each crate of ours and those of ours that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("plimsoll-version", &[]),
    ("plimsoll-bolt", &[]),
    ("plimsoll-image", &[]),
    ("plimsoll-attest", &["plimsoll-image"]),
    (
        "plimsoll-sync",
        &["plimsoll-attest", "plimsoll-image", "plimsoll-advisory", "plimsoll-version"],
    ),
    // Servers for tests.
    ("plimsoll-loopback", &[]),
    ("plimsoll-sqlite", &[]),
    ("plimsoll-java-index", &["plimsoll-sqlite"]),
    ("plimsoll-git", &["plimsoll-image"]),
    ("plimsoll-license", &[]),
    ("plimsoll-language", &["plimsoll-version", "plimsoll-image", "plimsoll-sqlite"]),
    ("plimsoll-binary", &["plimsoll-version", "plimsoll-language"]),
    ("plimsoll-sbom", &["plimsoll-version", "plimsoll-language"]),
    (
        "plimsoll-inventory",
        &[
            "plimsoll-version",
            "plimsoll-image",
            "plimsoll-sqlite",
            "plimsoll-language",
            "plimsoll-binary",
            "plimsoll-sbom",
        ],
    ),
    ("plimsoll-advisory", &["plimsoll-version", "plimsoll-bolt", "plimsoll-sqlite"]),
    ("plimsoll-fetch", &["plimsoll-image"]),
    (
        "plimsoll-match",
        &["plimsoll-inventory", "plimsoll-advisory", "plimsoll-version", "plimsoll-image"],
    ),
    (
        "plimsoll-report",
        &[
            "plimsoll-language",
            "plimsoll-license",
            "plimsoll-sbom",
            "plimsoll-match",
            "plimsoll-inventory",
            "plimsoll-image",
            "plimsoll-advisory",
            "plimsoll-version",
        ],
    ),
    (
        "plimsoll",
        &[
            "plimsoll-attest",
            "plimsoll-fetch",
            "plimsoll-git",
            "plimsoll-sync",
            "plimsoll-java-index",
            "plimsoll-license",
            "plimsoll-sbom",
            "plimsoll-report",
            "plimsoll-match",
            "plimsoll-inventory",
            "plimsoll-image",
            "plimsoll-advisory",
            "plimsoll-version",
        ],
    ),
    (
        "xtask",
        &[
            "plimsoll-binary",
            "plimsoll-image",
            "plimsoll-language",
            "plimsoll-inventory",
            "plimsoll-advisory",
            "plimsoll-version",
        ],
    ),
];

/// Crates that may know no network, no asynchronous code and no clock of their own.
const PURE: &[&str] = &[
    "plimsoll-version",
    "plimsoll-language",
    "plimsoll-binary",
    "plimsoll-sbom",
    "plimsoll-license",
    "plimsoll-inventory",
    "plimsoll-match",
];
const IMPURE: &[&str] = &["tokio", "reqwest", "hyper", "jiff", "rustls"];

/// Crates in the release binary without its optional parts; the design allows about 250.
const MAX_CRATES: usize = 250;

/// Parts of the binary that a feature leaves out, each a leaf with what only it needs: Gitoxide is
/// one project in some sixty crates.
const OPTIONAL: &[&str] = &["plimsoll-git"];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .output()
        .expect("cargo runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

fn strings<'v>(values: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    let key = key.to_owned();
    let values = values.as_array().expect("a list");
    values.iter().map(move |value| value[&key].as_str().expect("a text"))
}

#[test]
fn dependencies_point_one_way() {
    let metadata = metadata();
    let members: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        if !package["source"].is_null() {
            continue;
        }
        let name = package["name"].as_str().unwrap();
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("{name} is not in the table of this test"));
        seen += 1;
        for dependency in package["dependencies"].as_array().unwrap() {
            // Tests may use whatever they like.
            if dependency["kind"] == "dev" {
                continue;
            }
            let other = dependency["name"].as_str().unwrap();
            if members.contains(other) {
                assert!(allowed.contains(&other), "{name} must not depend on {other}");
            }
            assert!(
                !(PURE.contains(&name) && IMPURE.contains(&other)),
                "{name} must not depend on {other}"
            );
        }
    }
    assert_eq!(seen, ALLOWED.len());
}

#[test]
fn the_binary_stays_small() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let id = |name: &str| {
        let packages = metadata["packages"].as_array().unwrap();
        let found = packages.iter().find(|package| package["name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let optional: Vec<String> = OPTIONAL.iter().map(|name| id(name)).collect();
    let mut reached = BTreeSet::from([id("plimsoll")]);
    let mut pending: Vec<String> = reached.iter().cloned().collect();
    while let Some(current) = pending.pop() {
        let node = nodes.iter().find(|node| node["id"] == *current).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let normal = strings_or_null(&dependency["dep_kinds"]).any(|kind| kind.is_none());
            let next = dependency["pkg"].as_str().unwrap().to_owned();
            if normal && !optional.contains(&next) && reached.insert(next.clone()) {
                pending.push(next);
            }
        }
    }
    eprintln!("{} crates are linked into plimsoll", reached.len());
    assert!(reached.len() < MAX_CRATES, "{}", reached.len());
    assert!(strings(&metadata["packages"], "name").count() > reached.len());
}

fn strings_or_null(kinds: &Value) -> impl Iterator<Item = Option<&str>> {
    kinds.as_array().expect("a list").iter().map(|kind| kind["kind"].as_str())
}
