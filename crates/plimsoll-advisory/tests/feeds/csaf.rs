//! CSAF and VEX documents, and the rest of what Red Hat publishes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::time::Instant;

use plimsoll_advisory::model::{Affected, Status};
use serde::Deserialize;

use crate::support::{Watch, each_file};

#[test]
fn csaf_harvest() {
    let begun = Instant::now();
    let mut watch = Watch::everything();
    let mut raw = Raw::default();
    let (mut entries, mut largest) = (0, (0, 0));
    let found = each_file("data/csaf-harvest/csaf-harvest.tar.zst", |path, bytes| {
        let before = watch.affected.len();
        assert_eq!(watch.read(path, bytes), path.ends_with(".json"), "{path}");
        if path.contains("/vex/") || path.contains("/advisories/") {
            let document: Document = serde_json::from_slice(bytes).unwrap();
            let own = raw.check(path, &document, &watch.affected[before..]);
            entries += own;
            if path.ends_with("cve-2024-7348.json") {
                largest = (own, watch.affected.len() - before);
            }
        }
    });
    if !found {
        return;
    }
    watch.report("CSAF harvest", begun);
    println!("{entries} product statuses in {} statements", watch.affected.len());
    assert_eq!(entries, 53_247);
    assert_eq!(largest, (2712, 411), "product statuses and statements of CVE-2024-7348");
    assert_eq!(watch.problems, []);
    let counts = watch.counts("redhat");
    assert_eq!((counts.kept, counts.skipped, counts.rejected), (40 + 10_590, 0, 0));
    assert_eq!(watch.repositories_total, 10_590);
    let counts = watch.counts("redhat-csaf");
    assert_eq!((counts.kept, counts.skipped, counts.rejected), (85, 0, 0));
    // Seven documents on their own, and a list of the same seven CVEs less one.
    let counts = watch.counts("redhat-api");
    assert_eq!((counts.kept, counts.skipped, counts.rejected), (11, 0, 0));
    let counts = watch.counts("suse");
    assert_eq!((counts.kept, counts.skipped, counts.rejected), (1, 1, 0));
    let counts = watch.counts("suse-csaf");
    assert_eq!((counts.kept, counts.skipped, counts.rejected), (67, 0, 0));

    let verdicts = |namespace, package, id| watch.verdicts(namespace, package, id);
    assert_eq!(
        verdicts("redhat:9", "postgresql", "CVE-2024-7348"),
        [
            (Status::Fixed, "13.16-1.el9_4".to_owned()),
            (Status::Fixed, "15.8-1.module+el9.4.0+22208+cd6b92ff".to_owned()),
            (Status::Fixed, "16.4-1.module+el9.4.0+22207+8466e31f".to_owned()),
        ]
    );
    assert_eq!(
        verdicts("redhat:6", "postgresql", "CVE-2024-7348"),
        [(Status::EndOfLife, String::new())]
    );
    assert_eq!(
        verdicts("redhat:8", "python39:3.9", "CVE-2024-6923"),
        [(Status::Fixed, "3.9-8100020240826142629.d47b87a4".to_owned())]
    );
    // The data API still speaks of RHEL 7 itself, VEX of its extended life.
    let python = watch.affected.iter().find(|one| {
        one.namespace == "redhat:7"
            && one.package == "python"
            && one.vulnerability == "CVE-2024-6923"
            && one.channel.as_deref() == Some("els")
    });
    let python = python.unwrap();
    assert_eq!(python.status, Status::WillNotFix);
    assert_eq!(python.architectures, ["src"]);
    assert_eq!(
        verdicts("opensuse-tumbleweed", "ctdb", "CVE-2023-5568"),
        [(Status::Fixed, "4.19.2+git.322.7e9201cef5-1.1".to_owned())]
    );
}

#[test]
fn csaf_samples() {
    let begun = Instant::now();
    let mut watch = Watch::everything();
    let mut raw = Raw::default();
    let (mut documents, mut entries) = (0, 0);
    let mut take = |path: &str, bytes: &[u8]| {
        let before = watch.affected.len();
        if !watch.read(path, bytes) {
            return;
        }
        // `.jsonl` has one document a line.
        for document in serde_json::Deserializer::from_slice(bytes).into_iter::<Document>() {
            let Ok(document) = document else { break };
            if !document.vulnerabilities.is_empty() {
                documents += 1;
                entries += raw.check(path, &document, &watch.affected[before..]);
            }
        }
    };
    let wanted = [
        "claircore/rhel/vex/",
        "vuln-list-update/redhat/csaf/",
        "vulnerablecode/redhat/csaf_2_0/",
        "vuls-data-update/redhat/csaf/",
        "vuls-data-update/redhat/vex/",
        "vunnel/hummingbird/",
        "vunnel/rhel/csaf/advisories/",
        "vunnel/rhel/csaf/server/",
    ];
    let found =
        each_file("data/upstream-feed-samples/upstream-feed-samples.tar.zst", |path, bytes| {
            if !wanted.iter().any(|start| path.starts_with(start)) {
                return;
            }
            if path.ends_with(".txtar") {
                txtar(path, bytes).for_each(|(path, bytes)| take(&path, bytes));
            } else if path.ends_with(".tar.zst") {
                packed(path, bytes).iter().for_each(|(path, bytes)| take(path, bytes));
            } else {
                take(path, bytes);
            }
        });
    if !found {
        return;
    }
    each_file("data/oval-documents/redhat-photon-oval.tar.zst", |path, bytes| {
        if path.contains("vex") {
            take(path, bytes);
        }
    });
    watch.report("CSAF samples", begun);
    println!("{documents} documents, {entries} product statuses");
    assert_eq!((documents, entries), (58, 24_728));
    // One document is broken on purpose: it says nothing but a severity.
    let [problem] = watch.problems.as_slice() else { panic!("{:?}", watch.problems) };
    assert_eq!(problem.reason, "the document has no publisher");
    assert!(problem.file.contains("invalid.txtar"), "{problem:?}");
    let counts = watch.counts("redhat");
    // Lines of deletions and notices of deleted documents are among those kept; those skipped have no
    // vulnerability.
    assert_eq!((counts.kept, counts.skipped, counts.rejected), (49, 5, 0));
    let counts = watch.counts("redhat-csaf");
    assert_eq!((counts.kept, counts.skipped, counts.rejected), (61, 0, 0));
    let taken_back = |source: &str| -> Vec<&str> {
        let of = watch.deleted.iter().filter(|(from, _)| from == source);
        of.map(|(_, id)| &**id).collect()
    };
    assert_eq!(taken_back("redhat").len(), 11);
    assert_eq!(
        taken_back("redhat-csaf"),
        ["RHSA-2023:6202", "RHSA-2023:7434", "RHSA-2020:1344", "RHEA-2024:5245", "RHSA-2024:2106"]
    );
    assert!(taken_back("redhat").contains(&"CVE-2023-0031"));
}

/// Looks for each entry of a document, read by hand, among the statements made of it.
#[derive(Default)]
struct Raw {
    purls: BTreeMap<String, String>,
    links: BTreeMap<String, String>,
}

impl Raw {
    /// The number of entries.
    fn check(&mut self, path: &str, document: &Document, said: &[Affected]) -> usize {
        self.purls.clear();
        self.links.clear();
        document.product_tree.branches.iter().for_each(|branch| self.branch(branch));
        for link in &document.product_tree.relationships {
            let id = link.full_product_name.product_id.clone();
            self.links.insert(id, link.product_reference.clone());
        }
        let mut count = 0;
        for vulnerability in &document.vulnerabilities {
            let id = &vulnerability.cve;
            let mut names = BTreeMap::<Group, BTreeSet<&str>>::new();
            let mut fixes = BTreeSet::new();
            let mut builds = BTreeSet::new();
            for one in said.iter().filter(|one| one.vulnerability == *id) {
                // A module stands under `name:stream`.
                let names = names.entry(group(one.status)).or_default();
                names.extend([&*one.package, one.package.split(':').next().unwrap_or_default()]);
                if one.status == Status::Fixed {
                    let fixed = one.ranges[0].fixed.clone().expect("a fix");
                    builds.insert(format!("{}-{fixed}", one.package));
                    fixes.insert(fixed);
                }
            }
            for (word, products) in &vulnerability.product_status {
                let group = match &**word {
                    "fixed" | "first_fixed" | "recommended" => Group::Fixed,
                    "known_not_affected" => Group::NotAffected,
                    _ => Group::Affected,
                };
                for product in products {
                    count += 1;
                    // What is said of a product as a whole is no statement about a package.
                    let Some(component) = self.links.get(product) else { continue };
                    if component.contains("-debuginfo") || component.contains("-debugsource") {
                        continue;
                    }
                    let purl = self.purls.get(component).map_or("", |purl| purl);
                    let known = names.get(&group);
                    let has = |name: &str| known.is_some_and(|known| known.contains(name));
                    let found = if let Some(rest) = purl.strip_prefix("pkg:rpm/redhat/") {
                        let version = version(rest);
                        let name = decoded(rest.split(['@', '?']).next().unwrap_or_default());
                        match group {
                            Group::Fixed => fixes.contains(&version),
                            _ => has(&name),
                        }
                    } else if purl.starts_with("pkg:") && !purl.starts_with("pkg:rpmmod/") {
                        // No package: kept where it is affected, and in the container's own words
                        // where it is fixed.
                        group != Group::Affected || known.is_some_and(|known| !known.is_empty())
                    } else if purl.starts_with("pkg:rpmmod/") {
                        // A module is said by its packages, or by itself.
                        known.is_some()
                    } else if component.ends_with(".jar") || component.ends_with(".json") {
                        true
                    } else {
                        let stem = component.rsplit_once('.').map_or("", |(stem, _)| stem);
                        let plain = stem.replace("-0:", "-");
                        has(component)
                            || builds.contains(component)
                            || builds.contains(&plain)
                            || group != Group::Fixed && known.is_some()
                    };
                    assert!(found, "{path}: {id}: {word}: {product} ({purl}) is lost");
                }
            }
        }
        count
    }

    fn branch(&mut self, branch: &Branch) {
        if let Some(product) = &branch.product {
            let purl = product.product_identification_helper.purl.clone();
            self.purls.insert(product.product_id.clone(), purl);
        }
        branch.branches.iter().for_each(|branch| self.branch(branch));
    }
}

/// What of a document is looked for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Document {
    product_tree: ProductTree,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProductTree {
    branches: Vec<Branch>,
    relationships: Vec<Relationship>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Branch {
    branches: Vec<Branch>,
    product: Option<Product>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Relationship {
    full_product_name: Product,
    product_reference: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Product {
    product_id: String,
    product_identification_helper: Helper,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Helper {
    purl: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Vulnerability {
    cve: String,
    product_status: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Fixed,
    Affected,
    NotAffected,
}

fn group(status: Status) -> Group {
    match status {
        Status::Fixed => Group::Fixed,
        Status::NotAffected => Group::NotAffected,
        _ => Group::Affected,
    }
}

/// The version of `bash@4.4.19-14.el8?arch=src&epoch=1`.
fn version(rest: &str) -> String {
    let version = rest
        .split('?')
        .next()
        .unwrap_or_default()
        .split_once('@')
        .map_or("", |(_, version)| version);
    let epoch = rest.split_once("epoch=").map_or("0", |(_, epoch)| epoch);
    match epoch.split('&').next().unwrap_or_default() {
        "0" => decoded(version),
        epoch => format!("{epoch}:{}", decoded(version)),
    }
}

fn decoded(text: &str) -> String {
    text.replace("%2B", "+").replace("%3A", ":").replace("%5E", "^").replace("%7E", "~")
}

/// The files in a `txtar`: `-- NAME --` and what follows.
fn txtar<'t>(path: &'t str, bytes: &'t [u8]) -> impl Iterator<Item = (String, &'t [u8])> {
    let text = std::str::from_utf8(bytes).expect("the sample is text");
    text.split("\n-- ").flat_map(|part| part.strip_prefix("-- ").or(Some(part))).filter_map(
        move |part| {
            let (head, content) = part.split_once('\n')?;
            let name = head.strip_suffix(" --")?.split(' ').next()?;
            Some((format!("{path}/{}", name.trim_start_matches('/')), content.as_bytes()))
        },
    )
}

/// The files in a `.tar.zst` that is itself a sample, or nothing if it is none.
fn packed(path: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Ok(unpacked) = zstd::decode_all(bytes) else { return Vec::new() };
    let mut archive = tar::Archive::new(&*unpacked);
    let entries = archive.entries().expect("it is a tar");
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.header().entry_type().is_file())
        .map(|mut entry| {
            let name = format!("{path}/{}", entry.path().expect("a path").to_string_lossy());
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("whole content");
            (name, content)
        })
        .collect()
}
