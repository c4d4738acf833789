//! Compiles the starter database from `starter/*.toml` with the crate's own writer.
//!
//! The writer's modules are included by path, because a build script cannot depend on the crate
//! that it builds. The texts are stored as they are: they are small, and this way the script does
//! not need the compressor.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "these modules serve the crate, not only this script"
)]

#[path = "src/collector.rs"]
mod collector;
#[path = "src/database"]
mod database {
    pub(crate) mod format;
    pub(crate) mod write;
}
#[path = "src/deletions.rs"]
mod deletions;
#[path = "src/model.rs"]
mod model;
#[path = "src/sink.rs"]
mod sink;

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

use collector::Collector;
use database::write::Packer;
use model::{Affected, EndOfLife, Exploited, Range, Severity, Source, Status, Vulnerability};
use sink::{Fate, Sink};

/// One file of `starter/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    vulnerability: Vec<Entry>,
    #[serde(default)]
    product: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    title: String,
    #[serde(default)]
    aliases: Vec<String>,
    severity: Option<Severity>,
    #[serde(default)]
    cvss: Vec<String>,
    #[serde(default)]
    weaknesses: Vec<String>,
    #[serde(default)]
    references: Vec<String>,
    exploited: Option<Known>,
    #[serde(default)]
    fixed: Vec<Fixed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    added: String,
    due: Option<String>,
    #[serde(default)]
    ransomware: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    /// Namespace.
    r#in: String,
    packages: Vec<String>,
    /// First version that has the fix.
    version: String,
    /// First version that has the problem, where earlier ones of the release do not.
    from: Option<String>,
    advisory: Option<String>,
    /// Subscription that brings the fix.
    channel: Option<String>,
    severity: Option<Severity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    name: String,
    /// Release, end of life, end of extended support; dates may be empty.
    releases: Vec<(String, String, String)>,
}

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let starter = root.join("starter");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=starter");
    for included in [
        "collector.rs",
        "deletions.rs",
        "database/format.rs",
        "database/write.rs",
        "database/write",
    ] {
        println!("cargo::rerun-if-changed=src/{included}");
    }

    let mut collector = Collector::new();
    let source = collector.source(&Source {
        id: "starter".to_owned(),
        name: "Plimsoll starter database".to_owned(),
        url: "https://github.com/plimsoll-scanner/plimsoll".to_owned(),
        license: "Apache-2.0".to_owned(),
    });
    for path in toml_files(&starter) {
        let text = fs::read_to_string(&path).expect("the file was listed just now");
        let document: Document =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for entry in document.vulnerability {
            add_entry(&mut collector, source, entry);
        }
        for product in document.product {
            add_product(&mut collector, source, &product);
        }
    }
    assert!(collector.problems().is_empty(), "{:?}", collector.problems());

    let options = database::write::WriteOptions { starter: true, ..Default::default() };
    let stored = |_: &[Vec<u8>]| Packer { dictionary: Vec::new(), compress: Box::new(|_| None) };
    let written = database::write::write(collector, &options, stored)
        .expect("hand-made facts are far below 4 GiB");
    fs::write(out.join("starter.plimsoll"), written.bytes).expect("cargo made the directory");
}

fn toml_files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .expect("the starter directory is part of the crate")
        .map(|entry| entry.expect("its entries can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

fn add_entry(collector: &mut Collector, source: sink::SourceId, entry: Entry) {
    let Entry { id, title, aliases, severity, cvss, weaknesses, mut references, .. } = entry;
    references.push(format!("https://nvd.nist.gov/vuln/detail/{id}"));
    if let Some(Known { added, due, ransomware }) = entry.exploited {
        collector.exploited(source, Exploited { id: id.clone(), added, due, ransomware });
    }
    for fixed in entry.fixed {
        assert!(!fixed.packages.is_empty(), "{id}: a fact without packages");
        for package in fixed.packages {
            collector.affected(
                source,
                Affected {
                    namespace: fixed.r#in.clone(),
                    package,
                    vulnerability: id.clone(),
                    advisories: fixed.advisory.iter().cloned().collect(),
                    ranges: vec![Range {
                        introduced: fixed.from.clone(),
                        fixed: Some(fixed.version.clone()),
                        ..Range::default()
                    }],
                    severity: fixed.severity,
                    channel: fixed.channel.clone(),
                    ..Affected::with_status(Status::Fixed)
                },
            );
        }
    }
    collector.vulnerability(
        source,
        Vulnerability {
            id,
            aliases,
            title,
            severity,
            cvss,
            weaknesses,
            references,
            ..Default::default()
        },
    );
    collector.count(source, Fate::Kept);
}

fn add_product(collector: &mut Collector, source: sink::SourceId, product: &Product) {
    let date = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    for (release, end, extended) in &product.releases {
        collector.end_of_life(
            source,
            EndOfLife {
                product: product.name.clone(),
                release: release.clone(),
                end_of_life: date(end),
                extended_support: date(extended),
            },
        );
        collector.count(source, Fate::Kept);
    }
}
