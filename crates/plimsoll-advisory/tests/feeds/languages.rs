//! Feeds about packages of programming languages that have formats of their own.

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Instant;

use plimsoll_advisory::model::Status;
use plimsoll_version::Ecosystem;

use crate::support::{Counts, Watch, each_file};

/// One file, read alone: what was said about it all.
fn alone(path: &str, bytes: &[u8], ids: &[&str]) -> Watch {
    let mut watch = Watch::of(ids);
    assert!(watch.read(path, bytes), "no feed knows {path}");
    watch
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// The value of the first line `field: value`, without quotes.
fn field<'t>(text: &'t str, field: &str) -> Option<&'t str> {
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let value = line.trim().trim_matches(['"', '\'']);
    (!value.is_empty() && value != "~").then_some(value)
}

/// Package and id of a record, as another reader finds them, are among what the parser said.
fn assert_said(watch: &Watch, path: &str, namespace: &str, package: &str, id: &str) {
    let package = Ecosystem::from_id(namespace).expect("an ecosystem").normalize(package);
    assert!(
        watch.affected.iter().any(|one| one.namespace == namespace
            && one.package == package
            && one.vulnerability == id),
        "{path}: {namespace} {package} {id} is not among {:?}",
        watch.affected
    );
}

fn add(counts: &mut Counts, more: Counts) {
    counts.kept += more.kept;
    counts.skipped += more.skipped;
    counts.rejected += more.rejected;
}

fn kept(kept: usize) -> Counts {
    Counts { kept, ..Counts::default() }
}

#[test]
fn rubysec() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2020-8164"]);
    let found = each_file("data/ruby-advisory-db/ruby-advisory-db.tar.zst", |path, bytes| {
        assert_eq!(watch.read(path, bytes), path.ends_with(".yml"), "{path}");
        if !path.ends_with(".yml") {
            return;
        }
        let text = text(bytes);
        let id = match (field(text, "cve"), field(text, "ghsa")) {
            (Some(cve), _) => format!("CVE-{cve}"),
            (None, Some(ghsa)) => format!("GHSA-{ghsa}"),
            (None, None) => path.rsplit('/').next().unwrap().trim_end_matches(".yml").to_owned(),
        };
        let (namespace, package) = match (field(text, "gem"), field(text, "engine")) {
            (Some(gem), _) => ("gem", gem),
            (None, engine) => ("generic", engine.expect("an engine")),
        };
        assert_said(&alone(path, bytes, &[&id]), path, namespace, package, &id);
    });
    if !found {
        return;
    }
    watch.report("RubySec", begun);
    assert_eq!(watch.counts("ruby-advisory-db"), kept(1234 + 147));
    let bounds = watch.affected.iter().find(|one| one.package == "actionpack").expect("Rails");
    assert_eq!(bounds.status, Status::Fixed);
    let fixes: Vec<_> = bounds.ranges.iter().map(|range| range.fixed.as_deref()).collect();
    assert_eq!(fixes, [Some("5.2.4.3"), Some("6.0.3.1")]);
}

#[test]
fn friends_of_php() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2019-10909"]);
    let found = each_file("data/php-security-advisories/friendsofphp.tar.zst", |path, bytes| {
        assert_eq!(watch.read(path, bytes), path.ends_with(".yaml"), "{path}");
        if !path.ends_with(".yaml") {
            return;
        }
        let text = text(bytes);
        let package = field(text, "reference").expect("a reference");
        let package = package.trim_start_matches("composer://");
        let stem = path.rsplit('/').next().unwrap().trim_end_matches(".yaml");
        let id = match field(text, "cve").filter(|cve| *cve != "null") {
            Some(cve) => cve.to_owned(),
            None => format!("FOP-{}-{stem}", package.replace('/', "-")),
        };
        assert_said(&alone(path, bytes, &[&id]), path, "composer", package, &id);
    });
    if !found {
        return;
    }
    watch.report("FriendsOfPHP", begun);
    assert_eq!(watch.counts("php-security-advisories"), kept(1592));
    let symfony = watch.affected.iter().find(|one| one.package == "symfony/symfony").expect("it");
    assert!(symfony.ranges.iter().any(|range| range.fixed.as_deref() == Some("4.2.7")));
}

/// GitLab's ranges that cannot be read.
const WRONG_RANGES: [&str; 15] = [
    "go/github.com/minio/minio/CVE-2020-11012.yml",
    "go/github.com/pritunl/pritunl-client-electron/CVE-2022-25372.yml",
    "maven/org.jenkins-ci.main/jenkins-core/CVE-2020-2220.yml",
    "nuget/Microsoft.ChakraCore/CVE-2017-11894.yml",
    "nuget/Microsoft.ChakraCore/CVE-2017-11895.yml",
    "packagist/zencart/zencart/CVE-2020-6578.yml",
    "pypi/Django/CVE-2019-14233.yml",
    "pypi/Weblate/CVE-2022-24727.yml",
    "pypi/binderhub/CVE-2021-39159.yml",
    "pypi/neutron/CVE-2017-7543.yml",
    "pypi/paramiko/CVE-2018-7750.yml",
    "pypi/pyspark/CVE-2020-27218.yml",
    "pypi/pywin32/CVE-2021-32559.yml",
    "pypi/tensorflow-cpu/CVE-2020-26269.yml",
    "pypi/tensorflow-gpu/CVE-2020-26269.yml",
];

#[test]
fn gitlab() {
    let begun = Instant::now();
    let mut counts = Counts::default();
    let mut not_said = Vec::new();
    let archive = "data/gitlab-advisories-community/gitlab-advisories-community.tar.zst";
    let found = each_file(archive, |path, bytes| {
        if !path.ends_with(".yml") {
            return;
        }
        let text = text(bytes);
        let (kind, package) = field(text, "package_slug").unwrap().split_once('/').unwrap();
        let (namespace, package) = match kind {
            "go" => ("golang", package.to_owned()),
            "packagist" => ("composer", package.to_owned()),
            "maven" => ("maven", package.replacen('/', ":", 1)),
            kind => (kind, package.to_owned()),
        };
        // The identifiers stand at the end, quoted, one a line.
        let ids: Vec<&str> = text
            .rsplit("\nidentifiers:\n")
            .next()
            .unwrap()
            .lines()
            .map_while(|line| line.strip_prefix("- "))
            .map(|id| id.trim_matches('"'))
            .collect();
        let id = ids
            .iter()
            .find(|id| id.starts_with("CVE-"))
            .or_else(|| ids.iter().find(|id| id.starts_with("GHSA-")))
            .unwrap_or(&ids[0]);
        // One has words instead of a name.
        let own = format!("GITLAB-{}", field(text, "uuid").unwrap());
        let id = if *id == "All versions" { own.as_str() } else { id };
        let alone = alone(path, bytes, &[id]);
        add(&mut counts, alone.counts("gitlab"));
        if alone.counts("gitlab").rejected == 1 {
            // The words are there all the same.
            assert_eq!(alone.vulnerabilities[0].1.id, id);
            not_said.push(path.to_owned());
            return;
        }
        assert_said(&alone, path, namespace, &package, id);
    });
    if !found {
        return;
    }
    println!("GitLab: {counts:?} in {:.1} s", begun.elapsed().as_secs_f64());
    not_said.sort();
    assert_eq!(counts, Counts { kept: 13_566, skipped: 0, rejected: 15 });
    // Versions that their ecosystem does not know, and slips: brackets for Python, a range without
    // a version in it, a version that ends with a dot, commas where alternatives are meant.
    assert_eq!(not_said, WRONG_RANGES);
}

#[test]
fn gitlabs_samples() {
    let mut counts = Counts::default();
    let mut files = 0;
    let archive = "data/upstream-feed-samples/upstream-feed-samples.tar.zst";
    let found = each_file(archive, |path, bytes| {
        if !(path.contains("/glsa/advisories-community-main-") && path.ends_with(".tar.gz")) {
            return;
        }
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let inner = entry.path().unwrap().to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            let mut watch = Watch::of(&[]);
            assert!(watch.read(&inner, &bytes), "{path}: {inner}");
            assert_eq!(watch.problems, [], "{path}: {inner}");
            add(&mut counts, watch.counts("gitlab"));
            files += 1;
        }
    });
    if !found {
        return;
    }
    println!("{files} files, {counts:?}");
    assert_eq!(counts, kept(files));
    assert!(files > 0);
}

#[test]
fn node_working_group() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2024-27980"]);
    let mut files = 0;
    let found = each_file("data/nodejs-security-wg/nodejs-security-wg.tar.zst", |path, bytes| {
        let is_record = path.ends_with(".json") && !path.ends_with("index.json");
        assert_eq!(watch.read(path, bytes), is_record, "{path}");
        if !is_record {
            return;
        }
        files += 1;
        let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let number = path.rsplit('/').next().unwrap().trim_end_matches(".json");
        let (namespace, package, own) = match path.rsplit('/').nth(1).unwrap() {
            "npm" => ("npm", document["module_name"].as_str().unwrap(), "ECO"),
            "core" => ("generic", "node", "COR"),
            _ => ("generic", "node", "DEP"),
        };
        let cves = document.get("cve").or(document.get("cves")).unwrap().as_array().unwrap();
        let own = format!("NSWG-{own}-{number}");
        // One has a letter behind its number.
        let ids = cves.iter().map(|cve| cve.as_str().unwrap()).filter(|id| *id != "CVE-2014-4671A");
        let ids: Vec<&str> = ids.collect();
        let ids = if ids.is_empty() { vec![own.as_str()] } else { ids };
        let watch = alone(path, bytes, &ids);
        for id in ids {
            assert_said(&watch, path, namespace, package, id);
        }
    });
    if !found {
        return;
    }
    watch.report("Node.js", begun);
    assert_eq!(files, 467 + 171 + 6);
    assert_eq!(watch.counts("nodejs-security-wg"), kept(files));
    let node = &watch.affected[0];
    let fixes: Vec<_> = node.ranges.iter().map(|range| range.fixed.as_deref().unwrap()).collect();
    assert_eq!(fixes, ["18.20.2", "20.12.2", "21.7.3"]);
}

#[test]
fn retire_js() {
    let begun = Instant::now();
    let mut files = Vec::new();
    let found = each_file("data/retirejs/retirejs.tar.zst", |path, bytes| {
        let name = path.rsplit('/').next().unwrap();
        let is_repository = name.ends_with("repository.json") || name.starts_with("jsrepository-");
        if !is_repository {
            assert!(!Watch::of(&[]).read(path, bytes), "{path}");
            return;
        }
        let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let mut ids = BTreeSet::new();
        for (library, content) in document.as_object().unwrap() {
            for one in content["vulnerabilities"].as_array().unwrap() {
                for cve in one["identifiers"]["CVE"].as_array().into_iter().flatten() {
                    ids.insert((library.clone(), cve.as_str().unwrap().to_owned()));
                }
            }
        }
        let wanted: Vec<&str> = ids.iter().map(|(_, id)| id.as_str()).collect();
        let watch = alone(path, bytes, &wanted);
        let counts = watch.counts("retirejs");
        assert_eq!((counts.skipped, counts.rejected), (1, 0), "{path}: {:?}", watch.problems);
        for (library, id) in &ids {
            let npm = document[library]["npmname"].as_str();
            let npm = npm.or(name.starts_with("npm").then_some(library.as_str()));
            let package = npm.map_or_else(|| library.to_lowercase(), str::to_owned);
            // Made up, and a slip of a date.
            if library != "retire-example" && id != "CVE-2007-01-09" {
                let namespace = if npm.is_some() { "npm" } else { "generic" };
                assert_said(&watch, path, namespace, &package, id);
            }
        }
        files.push((name.to_owned(), counts.kept));
    });
    if !found {
        return;
    }
    println!("Retire.js: {files:?} in {:.2} s", begun.elapsed().as_secs_f64());
    files.sort();
    let expected = [
        ("jsrepository-master.json", 483),
        ("jsrepository-v4.json", 722),
        ("jsrepository-v5.json", 722),
        ("jsrepository.json", 722),
        ("npmrepository.json", 544),
    ];
    assert_eq!(files, expected.map(|(name, kept)| (name.to_owned(), kept)));
}

#[test]
fn retire_net() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2018-0765", "GHSA-62gw-3rmj-wmp2"]);
    let mut versions = 0;
    let found = each_file("data/retirenet-packages/retirenet-packages.tar.zst", |path, bytes| {
        let is_record = path.starts_with("Content/");
        assert_eq!(watch.read(path, bytes), is_record, "{path}");
        if is_record {
            let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
            let packages = document["packages"].as_array().unwrap().len();
            versions += packages;
        }
    });
    if !found {
        return;
    }
    watch.report("RetireNet", begun);
    assert_eq!(watch.counts("retirenet"), kept(20));
    assert_eq!(versions, 425);
    assert_eq!(watch.affected.len(), 2);
    assert_eq!(
        watch.fixed_in("nuget", "system.security.cryptography.xml", "CVE-2018-0765"),
        ["4.4.2"]
    );
}

#[test]
fn project_kb() {
    let begun = Instant::now();
    let mut watch = Watch::of(&["CVE-2015-1831"]);
    let (mut artifacts, mut said) = (0, 0);
    let archive = "data/sap-project-kb/sap-project-kb-statements.tar.zst";
    let found = each_file(archive, |path, bytes| {
        let is_record = path.ends_with("statement.yaml");
        assert_eq!(watch.read(path, bytes), is_record, "{path}");
        if !is_record {
            return;
        }
        let text = text(bytes);
        let own = field(text, "vulnerability_id").expect("an id");
        let watch = alone(path, bytes, &[own]);
        let lines: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix("id: pkg:maven/"))
            .collect();
        for artifact in &lines {
            let (name, version) = artifact.rsplit_once('@').expect("a version");
            let name = name.replacen('/', ":", 1);
            assert!(
                watch
                    .affected
                    .iter()
                    .any(|one| one.package == name
                        && one.versions.iter().any(|known| known == version)),
                "{path}: {artifact}"
            );
        }
        artifacts += lines.len();
        said += watch.affected.iter().map(|one| one.versions.len()).sum::<usize>();
    });
    if !found {
        return;
    }
    watch.report("project KB", begun);
    assert_eq!(watch.counts("project-kb"), kept(1297));
    println!("  {artifacts} artifacts, {said} versions");
    assert!(said >= artifacts && artifacts > 20_000);
    assert_eq!(watch.affected.len(), 4);
}
