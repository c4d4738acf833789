//! NVD's records and Anchore's additions, and full CVE records.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::time::Instant;

use plimsoll_advisory::model::{Affected, Status};
use serde_json::Value;

use crate::support::{Counts, Watch, each_file};

const SAMPLES: &str = "data/upstream-feed-samples/upstream-feed-samples.tar.zst";

/// A match as another reader finds it: product, criterion with version, bounds, and whether the
/// configuration says of it that it is vulnerable.
struct Match<'v> {
    value: &'v Value,
    excepted: bool,
}

/// All matches of a record of the 2.0 form that speak of products themselves.
fn matches(configurations: &Value) -> Vec<Match<'_>> {
    let mut found = Vec::new();
    for configuration in configurations.as_array().into_iter().flatten() {
        let joined = configuration["operator"] == "AND";
        for node in configuration["nodes"].as_array().into_iter().flatten() {
            let negated = node["negate"] == true || configuration["negate"] == true;
            for value in node["cpeMatch"].as_array().into_iter().flatten() {
                let vulnerable = value["vulnerable"] == true;
                if vulnerable || !(joined || node["operator"] == "AND") {
                    found.push(Match { value, excepted: negated || !vulnerable });
                }
            }
        }
    }
    found
}

/// Whether a statement of this vulnerability has the match.
fn is_said(statements: &[Affected], one: &Match) -> bool {
    let criterion = one.value["criteria"].as_str().expect("a criterion");
    // Colons behind a backslash are no joints, and a backslash behind one is meant.
    let hidden = criterion.replace("\\\\", "\u{2}").replace("\\:", "\u{1}");
    let parts: Vec<&str> = hidden.split(':').collect();
    let plain = |part: &str| part.replace('\u{1}', ":").replace('\\', "").replace('\u{2}', "\\");
    let package = format!("{}:{}", plain(parts[3]), plain(parts[4])).to_lowercase();
    let bound = |field: &str| one.value[field].as_str().map(|text| text.trim().replace(' ', "_"));
    let bounds = [
        bound("versionStartIncluding"),
        bound("versionStartExcluding"),
        bound("versionEndExcluding"),
        bound("versionEndIncluding"),
    ];
    let mut version = plain(parts[5]);
    if !["*", "-"].contains(&parts[6]) && !["*", "-"].contains(&parts[5]) {
        version = format!("{version}-{}", plain(parts[6]));
    }
    let enumerated = bounds.iter().all(Option::is_none) && version != "*";
    statements.iter().any(|said| {
        said.package == package
            && (said.status == Status::NotAffected) == one.excepted
            && if enumerated {
                said.versions.contains(&version)
            } else {
                said.ranges.iter().any(|range| {
                    [&range.introduced, &range.after, &range.fixed, &range.last_affected]
                        .into_iter()
                        .eq(&bounds)
                })
            }
    })
}

#[test]
fn overrides() {
    let begun = Instant::now();
    let mut counts = Counts::default();
    let mut criteria = 0;
    let found = each_file("data/nvd-data-overrides/nvd-data-overrides.tar.zst", |path, bytes| {
        let is_record = path.contains("/CVE-");
        let id = path.rsplit('/').next().unwrap().trim_end_matches(".json");
        let mut alone = Watch::of(&[id]);
        assert_eq!(alone.read(path, bytes), is_record, "{path}");
        if !is_record {
            return;
        }
        let one = alone.counts("anchore-overrides");
        counts.kept += one.kept;
        counts.skipped += one.skipped;
        counts.rejected += one.rejected;
        assert!(alone.covered.iter().all(|namespace| namespace == "cpe"));
        let document: Value = serde_json::from_slice(bytes).unwrap();
        for one in matches(&document["cve"]["configurations"]) {
            criteria += 1;
            assert!(is_said(&alone.affected, &one), "{path}: {}", one.value);
        }
    });
    if !found {
        return;
    }
    println!("{counts:?}, {criteria} criteria in {:.1} s", begun.elapsed().as_secs_f64());
    // The CVEs of those that are skipped were rejected later.
    assert_eq!(counts, Counts { kept: 32_127, skipped: 57, rejected: 0 });
    assert_eq!(criteria, 96_562);
}

fn unpacked<'b>(path: &str, bytes: &'b [u8]) -> Cow<'b, [u8]> {
    if !path.ends_with(".gz") {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).expect("whole gzip");
    Cow::Owned(text)
}

/// The records of a sample, in either form.
fn records(document: &Value) -> Vec<&Value> {
    if let Some(list) = document.get("vulnerabilities").or(document.get("CVE_Items")) {
        return list.as_array().into_iter().flatten().collect();
    }
    if document["totalResults"].is_number() { Vec::new() } else { vec![document] }
}

#[test]
fn samples_of_nvd() {
    let mut files = BTreeSet::new();
    let (mut read, mut withdrawn, mut criteria) = (0, 0, 0);
    let found = each_file(SAMPLES, |path, bytes| {
        let bytes = unpacked_if_json(path, bytes);
        let name = path.trim_end_matches(".gz");
        let head = &bytes[..bytes.len().min(plimsoll_advisory::feed::HEAD)];
        let feed = plimsoll_advisory::feed::detect(name, head);
        if feed.is_none_or(|feed| feed.id != "nvd") {
            return;
        }
        let document: Value = serde_json::from_slice(&bytes).expect(path);
        let records = records(&document);
        let body = |record: &Value| record.get("cve").unwrap_or(record).clone();
        let id = |record: &Value| {
            let body = body(record);
            let id = body.get("id").or(body["CVE_data_meta"].get("ID"));
            id.and_then(Value::as_str).unwrap_or("").to_owned()
        };
        let ids: Vec<String> = records.iter().map(|record| id(record)).collect();
        let mut watch = Watch::of(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(watch.read(name, &bytes));
        let counts = watch.counts("nvd");
        // One id of the samples is an attack on paths.
        let bad = ids.iter().filter(|id| id.contains('/')).count();
        assert_eq!(
            (counts.all(), counts.rejected),
            (ids.len(), bad),
            "{path}: {:?}",
            watch.problems
        );
        for record in records {
            let body = body(record);
            let statements: Vec<Affected> = watch
                .affected
                .iter()
                .filter(|one| one.vulnerability == id(record))
                .cloned()
                .collect();
            if body["vulnStatus"] == "Rejected" {
                withdrawn += 1;
                assert!(statements.is_empty());
                continue;
            }
            for one in matches(&body["configurations"]) {
                criteria += 1;
                assert!(is_said(&statements, &one), "{path}: {}", one.value);
            }
        }
        read += counts.kept;
        files.insert(path.to_owned());
    });
    if !found {
        return;
    }
    println!(
        "{} files, {read} records, {withdrawn} rejected by NVD, {criteria} criteria",
        files.len()
    );
    for path in [
        "vunnel/nvd/full-page.json",
        "vunnel/nvd/single-entry.json",
        "vuln-list-update/nvd/fixtures/respPageFull.json",
        "vuln-list-update/nvd/golden/api/2024/CVE-2024-5732.json",
        "vulnerablecode/nvd/nvd_test.json",
        "vulnerablecode/nvd_v2/rejected_nvd.json",
        "vuls-data-update/nvd/api/cve/3_pages/0-3.json",
        "vuls-data-update/nvd/feed/cve/v1/nvdcve-1.1-2021.json.gz",
        "vuls-data-update/nvd/feed/cve/v2/nvdcve-2.0-2021.json.gz",
        "osv.dev/nvdcve-1.1-test-data.json",
        "osv.dev/nvdcve-2.0/CVE-2024-3094.json",
        "vuls-data-update-per-record/nvd/feed/cve/v1/2021/CVE-2021-34791.json",
    ] {
        assert!(files.contains(path), "{path} was not read as NVD's");
    }
    // Lists of names, of matches and of changes are none of vulnerabilities.
    for part in ["/cpematch/", "/cpe/", "/cvehistory/", "osv.dev/parts/", "combine-to-osv"] {
        assert!(!files.iter().any(|path| path.contains(part)), "{part}");
    }
}

fn unpacked_if_json<'b>(path: &str, bytes: &'b [u8]) -> Cow<'b, [u8]> {
    if path.ends_with(".json.gz") { unpacked(path, bytes) } else { Cow::Borrowed(bytes) }
}

#[test]
fn samples_of_cve_records() {
    let mut watch = Watch::of(&["CVE-2023-45803", "CVE-2024-3094", "CVE-2023-38408"]);
    let mut records = 0;
    let mut read = |path: &str, bytes: &[u8]| {
        let head = &bytes[..bytes.len().min(plimsoll_advisory::feed::HEAD)];
        let feed = plimsoll_advisory::feed::detect(path, head);
        if feed.is_some_and(|feed| feed.id == "cve-records") {
            records += 1;
            watch.read(path, bytes);
            true
        } else {
            false
        }
    };
    let mut not_read = Vec::new();
    let found = each_file(SAMPLES, |path, bytes| {
        if path == "vuls-data-update/mitre/cve/v5/cvelistV5-main.tar.gz" {
            let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
            for entry in archive.entries().unwrap() {
                let mut entry = entry.unwrap();
                let path = entry.path().unwrap().to_string_lossy().into_owned();
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                let is_record = path.contains("/CVE-");
                assert_eq!(read(&path, &bytes), is_record, "{path}");
            }
            return;
        }
        let place = ["osv.dev/cve5/", "osv.dev/cvelistV5/", "vulnerablecode/vulnrichment/"];
        if !read(path, bytes) && place.iter().any(|place| path.starts_with(place)) {
            not_read.push(path.to_owned());
        }
    });
    if !found {
        return;
    }
    println!("{records} records, {:?}, {} statements", watch.counts("cve"), watch.affected_total);
    assert_eq!(not_read, Vec::<String>::new());
    assert_eq!(watch.counts("cve"), Counts { kept: records, ..Counts::default() });
    let urllib3 = watch.vulnerabilities.iter().find(|(_, one)| one.id == "CVE-2023-45803").unwrap();
    assert_eq!(urllib3.1.aliases, ["GHSA-g4mx-q9vg-27p4"]);
}

/// Every so many records of the large set are looked at here; all of them are read in another test.
const EVERY: usize = 8;

#[test]
fn products_of_cve_records_are_found_again() {
    let (mut seen, mut names) = (0, 0);
    let found = each_file("data/cisa-vulnrichment/vulnrichment.tar.zst", |path, bytes| {
        seen += 1;
        if seen % EVERY != 0 || !path.contains("/CVE-") {
            return;
        }
        let document: Value = serde_json::from_slice(bytes).unwrap();
        let id = document["cveMetadata"]["cveId"].as_str().unwrap();
        let mut watch = Watch::of(&[id]);
        watch.read(path, bytes);
        if document["cveMetadata"]["state"] == "REJECTED" {
            assert!(watch.affected.is_empty());
            return;
        }
        let others = document["containers"]["adp"].as_array().into_iter().flatten();
        for container in std::iter::once(&document["containers"]["cna"]).chain(others) {
            for product in container["affected"].as_array().into_iter().flatten() {
                // A name in a collection is a package; where CPE names stand beside it, it is a
                // distribution's, and none of ours.
                if product.get("packageName").is_some() {
                    continue;
                }
                for cpe in product["cpes"].as_array().into_iter().flatten() {
                    let cpe = cpe.as_str().unwrap();
                    let parts: Vec<&str> = cpe.split(':').collect();
                    for version in product["versions"].as_array().into_iter().flatten() {
                        let Some(end) = version["lessThan"].as_str() else { continue };
                        let plain = version["status"] == "affected"
                            && version["versionType"] != "git"
                            && version.get("changes").is_none()
                            && end.bytes().any(|byte| byte.is_ascii_digit())
                            && end
                                .bytes()
                                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
                        if !plain || cpe.contains('\\') || !cpe.starts_with("cpe:2.3:") {
                            continue;
                        }
                        names += 1;
                        let package = format!("{}:{}", parts[3], parts[4]).to_lowercase();
                        assert!(
                            watch.affected.iter().any(|one| one.package == package
                                && one
                                    .ranges
                                    .iter()
                                    .any(|range| range.fixed.as_deref() == Some(end))),
                            "{path}: {cpe} < {end}: {:?}",
                            watch.affected
                        );
                    }
                }
            }
        }
    });
    if !found {
        return;
    }
    println!("{names} ends of ranges");
    assert!(names > 1000);
}
