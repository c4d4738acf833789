//! What a fetch leaves behind is named so that a build recognises it.
//!
//! Each feed of the table is fetched from a server that has a small document of its kind. A document
//! is then what [`plimsoll_advisory::feed::detect`] gets to see: under the name that it has here, or
//! under the name that it has inside of an archive.

use std::collections::BTreeSet;

use plimsoll_advisory::feed::{FEEDS, detect};
use plimsoll_fetch::{Kind, Outcome, feeds};

use crate::server::{Reply, Server};
use crate::support::{Place, gzip, sha256};

/// One document of a feed.
struct Sample {
    feed: &'static str,
    /// The file that it comes in, in the directory of the feed.
    file: &'static str,
    /// Its name inside the file, where that is an archive.
    member: &'static str,
    content: &'static str,
    /// The format that it must be recognised as.
    format: &'static str,
}

const fn sample(
    feed: &'static str,
    file: &'static str,
    member: &'static str,
    content: &'static str,
    format: &'static str,
) -> Sample {
    Sample { feed, file, member, content, format }
}

const OSV: &str = r#"{"schema_version":"1.7.0","id":"X-1","modified":"2026-01-01T00:00:00Z",
    "affected":[{"package":{"ecosystem":"PyPI","name":"x"}}]}"#;
const OSV_YAML: &str = "id: PYSEC-1\nmodified: 2026-01-01T00:00:00Z\naffected:\n- package:\n    \
    ecosystem: PyPI\n    name: x\n";
const SECDB: &str = r#"{"apkurl":"x","distroversion":"v3.20","packages":[{"pkg":{"name":"x",
    "secfixes":{"1-r0":["CVE-2024-1"]}}}]}"#;
const CSAF: &str = r#"{"document":{"category":"csaf_vex","csaf_version":"2.0","tracking":{}}}"#;
const NVD: &str = r#"{"format":"NVD_CVE","version":"2.0","vulnerabilities":[
    {"cve":{"id":"CVE-2024-1","sourceIdentifier":"x","lastModified":"x"}}]}"#;

const SAMPLES: &[Sample] = &[
    sample(
        "epss",
        "epss_scores-current.csv.gz",
        "",
        "#model_version:v1,score_date:2026-01-01\ncve,epss,percentile\n",
        "epss",
    ),
    sample(
        "kev",
        "known_exploited_vulnerabilities.json",
        "",
        r#"{"vulnerabilities":[{"cveID":"CVE-2014-0160","dateAdded":"2022-05-04"}]}"#,
        "known-exploited",
    ),
    sample(
        "endoflife",
        "products.json",
        "",
        r#"{"result":[{"name":"debian","releases":[{"name":"12","eolFrom":"2028-06-30"}]}]}"#,
        "endoflife-api",
    ),
    sample("distro-info", "debian.csv", "", "version,codename,series,created\n", "distro-info"),
    sample("distro-info", "ubuntu.csv", "", "version,codename,series,created\n", "distro-info"),
    sample(
        "vulnrichment",
        "vulnrichment.tar.gz",
        "vulnrichment-develop/2024/0xxx/CVE-2024-1.json",
        r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2024-1"}}"#,
        "cve-records",
    ),
    sample("nvd", "nvdcve-2.0-2024.json.gz", "", NVD, "nvd"),
    sample(
        "nvd-overrides",
        "nvd-data-overrides.tar.gz",
        "nvd-data-overrides-main/data/2024/CVE-2024-1.json",
        r#"{"_annotation":{"cve_id":"CVE-2024-1"},"cve":{"configurations":[{"nodes":[]}]}}"#,
        "nvd-overrides",
    ),
    sample("osv", "PyPI/all.zip", "PYSEC-1.json", OSV, "osv"),
    sample("osv", "GitHub Actions/changed/X-1.json", "", OSV, "osv"),
    sample(
        "ghsa",
        "advisory-database.tar.gz",
        "advisory-database-main/advisories/github-reviewed/2024/01/GHSA-x/GHSA-x.json",
        OSV,
        "osv",
    ),
    sample(
        "gitlab-community",
        "advisories-community-main.tar.gz",
        "advisories-community-main/npm/lodash/CVE-2024-1.yml",
        "---\nidentifier: \"CVE-2024-1\"\npackage_slug: \"npm/lodash\"\n",
        "gitlab-community",
    ),
    sample("go", "vulndb.zip", "ID/GO-2024-1.json", OSV, "osv"),
    sample(
        "rustsec",
        "advisory-db.tar.gz",
        "advisory-db-main/crates/x/RUSTSEC-2024-0001.md",
        "```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\n```\n",
        "rustsec-markdown",
    ),
    sample(
        "pypa",
        "advisory-database.tar.gz",
        "advisory-database-main/vulns/x/PYSEC-1.yaml",
        OSV_YAML,
        "osv-yaml",
    ),
    sample(
        "rubysec",
        "ruby-advisory-db.tar.gz",
        "ruby-advisory-db-master/gems/rails/CVE-2024-1.yml",
        "---\ngem: rails\ncve: 2024-1\ntitle: x\n",
        "rubysec",
    ),
    sample(
        "friendsofphp",
        "security-advisories.tar.gz",
        "security-advisories-master/a/b/CVE-2024-1.yaml",
        "title: x\nbranches:\n    2.x:\n        versions: ['<2.1']\nreference: composer://a/b\n",
        "friendsofphp",
    ),
    sample(
        "nodejs",
        "security-wg.tar.gz",
        "security-wg-main/vuln/core/1.json",
        r#"{"cve":["CVE-2024-1"],"vulnerable":"8.x","patched":"^8.1.1"}"#,
        "nodejs-security-wg",
    ),
    sample(
        "retirejs",
        "jsrepository-v4.json",
        "",
        r#"{"jquery":{"vulnerabilities":[{"below":"1"}]}}"#,
        "retirejs",
    ),
    sample(
        "retirejs",
        "npmrepository.json",
        "",
        r#"{"growl":{"vulnerabilities":[{"below":"1"}]}}"#,
        "retirejs",
    ),
    sample("bitnami", "vulndb.tar.gz", "vulndb-main/data/x/BIT-x-2024-1.json", OSV, "osv"),
    sample(
        "malicious-packages",
        "malicious-packages.tar.gz",
        "malicious-packages-main/osv/malicious/npm/x/MAL-2024-1.json",
        OSV,
        "osv",
    ),
    sample(
        "kubernetes",
        "cve-feed-osv.tar.gz",
        "cve-feed-osv-main/vulns/CVE-2024-1.json",
        OSV,
        "osv",
    ),
    sample(
        "debian-tracker",
        "data/json",
        "",
        r#"{"x":{"CVE-2024-1":{"releases":{"bookworm":{"repositories":{"bookworm":"1"}}}}}}"#,
        "debian-tracker",
    ),
    sample(
        "debian-lists",
        "data/DSA/list",
        "",
        "[12 Feb 2025] DSA-5865-1 webkit2gtk - security update\n",
        "debian-lists",
    ),
    sample(
        "debian-lists",
        "data/DLA/list",
        "",
        "[12 Feb 2025] DLA-1-1 x - security update\n",
        "debian-lists",
    ),
    sample("debian-cve-list", "data/CVE/list", "", "CVE-2024-1 (x)\n", "debian-cve-list"),
    sample("ubuntu-osv", "osv-all.tar.xz", "osv/cve/2024/UBUNTU-CVE-2024-1.json", OSV, "osv"),
    sample(
        "ubuntu-vex",
        "vex-all.tar.xz",
        "vex/cve/2024/CVE-2024-1.json",
        r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}"#,
        "openvex",
    ),
    sample("alpine-secdb", "v3.20/main.json", "", SECDB, "alpine-secdb"),
    sample("alpine-secdb", "edge/community.json", "", SECDB, "alpine-secdb"),
    sample(
        "alpine-tracker",
        "all.tar.gz",
        "all/CVE-2024-1.json",
        r#"{"id":"https://security.alpinelinux.org/vuln/CVE-2024-1","type":"Vulnerability",
        "state":[]}"#,
        "alpine-tracker",
    ),
    sample("wolfi", "security.json", "", SECDB, "alpine-secdb"),
    sample("chainguard", "security.json", "", SECDB, "alpine-secdb"),
    sample("minimos", "security.json", "", SECDB, "alpine-secdb"),
    sample("redhat-vex", "archive.tar.zst", "2024/cve-2024-1.json", CSAF, "csaf"),
    sample("redhat-vex", "changed/2026/cve-2026-2.json", "", CSAF, "csaf"),
    sample("redhat-advisories", "archive.tar.zst", "2024/rhsa-2024_1.json", CSAF, "csaf"),
    sample(
        "redhat-repositories",
        "repository-to-cpe.json",
        "",
        r#"{"data":{"x":{"cpes":["cpe:/o:redhat:enterprise_linux:9"]}}}"#,
        "redhat-repositories",
    ),
    sample(
        "almalinux-osv",
        "osv-database.tar.gz",
        "osv-database-master/advisories/almalinux9/ALSA-2024:1.json",
        r#"{"id":"ALSA-2024:1","affected":[]}"#,
        "almalinux-osv",
    ),
    sample(
        "almalinux-errata",
        "9/errata.full.json",
        "",
        r#"{"data":[{"id":"ALSA-2024:1","issued_date":1,"updateinfo_id":"ALSA-2024:1"}]}"#,
        "almalinux-errata",
    ),
    sample(
        "rocky",
        "advisories.tar.gz",
        "page-00001.json",
        r#"{"advisories":[{"name":"RLSA-2024:1","synopsis":"x","red_hat_advisory_id":1}],
        "links":{"next":null}}"#,
        "rocky-apollo",
    ),
    sample(
        "oracle",
        "com.oracle.elsa-all.xml.bz2",
        "",
        "<?xml version=\"1.0\"?><oval_definitions><definition id=\"oval:com.oracle.elsa:def:1\"/>",
        "oracle-oval",
    ),
    sample(
        "amazon",
        "al2023/core/x86_64/updateinfo.xml.gz",
        "",
        "<?xml version=\"1.0\"?><updates><update from=\"linux-security@amazon.com\">",
        "amazon-updateinfo",
    ),
    sample("suse-vex", "csaf-vex.tar.bz2", "csaf-vex/cve-2024-1.json", CSAF, "csaf"),
    sample("suse-csaf", "csaf.tar.bz2", "csaf/suse-su-2024_1-1.json", CSAF, "csaf"),
    sample(
        "suse-cvrf",
        "cvrf.tar.bz2",
        "cvrf/cvrf-suse-su-2024-1-1.xml",
        "<?xml version=\"1.0\"?><cvrfdoc><ContactDetails>security@suse.de</ContactDetails>",
        "suse-cvrf",
    ),
    sample("suse-osv", "osv.tar.bz2", "osv/SUSE-SU-2024:1-1.json", OSV, "osv"),
    sample(
        "photon",
        "cve_data_photon5.0.json",
        "",
        r#"[{"cve_id":"CVE-2024-1","pkg":"x"}]"#,
        "photon-cves",
    ),
    sample(
        "azurelinux",
        "AzureLinuxVulnerabilityData.tar.gz",
        "AzureLinuxVulnerabilityData-main/azurelinux-3.0-oval.xml",
        "<?xml version=\"1.0\"?><oval_definitions>",
        "azurelinux-oval",
    ),
    sample(
        "bottlerocket",
        "updateinfo.xml.gz",
        "",
        "<?xml version=\"1.0\"?><updates><update><id>BRSA-x</id>",
        "bottlerocket-updateinfo",
    ),
    sample(
        "fedora",
        "F42.tar.gz",
        "page-00001.json",
        r#"{"updates":[{"alias":"FEDORA-2024-1","autokarma":true}],"page":1,"pages":1}"#,
        "fedora-bodhi",
    ),
    sample("openeuler", "changed/2024/csaf-openeuler-sa-2024-1.json", "", CSAF, "csaf"),
    sample(
        "arch",
        "all.json",
        "",
        r#"[{"name":"AVG-1","packages":["x"],"status":"Fixed","issues":["CVE-2024-1"]}]"#,
        "arch-groups",
    ),
];

/// Formats that this table calls by the name that their parser has; others of the same job count.
fn is_known(format: &str) -> bool {
    FEEDS.iter().any(|feed| feed.id == format)
}

/// A server that has a feed's sample, and what leads there.
fn serve(sample: &'static Sample) -> Server {
    let feed = feeds().iter().find(|feed| feed.id == sample.feed).unwrap();
    Server::new(move |received| {
        let path = received.target.trim_start_matches('/').replace("%20", " ");
        let content = || Reply::ok(packed(sample.file, sample.content));
        match (feed.kind, path.as_str()) {
            (Kind::Listing, "") => Reply::ok(r#"<a href="v3.20/">"#),
            (Kind::Listing, "v3.20/") => Reply::ok(r#"<a href="main.json">"#),
            (Kind::Listing, "edge/") => Reply::ok(r#"<a href="community.json">"#),
            (Kind::Updateinfo, path) if path.ends_with("mirror.list") => {
                let base = received.base();
                Reply::ok(format!("{base}/{}", path.trim_end_matches("mirror.list")))
            }
            (Kind::Updateinfo, path) if path.ends_with("repomd.xml") => Reply::ok(format!(
                "<repomd><data type=\"updateinfo\"><checksum type=\"sha256\">{}</checksum>\
                 <location href=\"repodata/u.xml.gz\"/></data></repomd>",
                sha256(&packed(sample.file, sample.content))
            )),
            (Kind::Updateinfo, "2/extras-catalog.json") => Reply::ok(r#"{"topics":[]}"#),
            (Kind::Photon, "photon_versions.json") => Reply::ok(r#"{"branches":["5.0"]}"#),
            (Kind::Csaf, "archive_latest.txt") => Reply::ok("csaf_2026-01-01.tar.zst"),
            (Kind::Csaf, "index.txt") => Reply::ok(sample.file.trim_start_matches("changed/")),
            (Kind::Csaf, "changes.csv") => {
                Reply::ok("\"2026/cve-2026-2.json\",\"2026-01-02T00:00:00Z\"\n")
            }
            (Kind::Csaf, "deletions.csv") => Reply::ok(""),
            (Kind::Csaf, path) if path.ends_with(".tar.zst") => {
                Reply::ok(packed("archive.tar.zst", ""))
            }
            (Kind::Osv, path) if path.ends_with("/modified_id.csv") => {
                Reply::ok("2026-01-01T00:00:00Z,X-1\n")
            }
            (Kind::Osv, path) if path.ends_with("/all.zip") => Reply::ok(packed("all.zip", ""))
                .header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
            (Kind::Bodhi, path) if path.starts_with("releases/") => {
                Reply::ok(r#"{"releases":[{"name":"F42","id_prefix":"FEDORA"}]}"#)
            }
            (Kind::Bodhi | Kind::Pages, _) => Reply::ok(sample.content),
            _ => content(),
        }
    })
}

/// Content as a file of that name has it. Of archives only the beginning is right: they are not
/// opened here.
fn packed(file: &str, content: &str) -> Vec<u8> {
    let end = file.rsplit_once('.').map_or("", |(_, end)| end);
    match end {
        "gz" => gzip(content.as_bytes()),
        "zip" => b"PK\x03\x04".to_vec(),
        "xz" => b"\xfd7zXZ\0".to_vec(),
        "bz2" => b"BZh91AY".to_vec(),
        "zst" => vec![0x28, 0xb5, 0x2f, 0xfd],
        _ => content.as_bytes().to_vec(),
    }
}

#[test]
fn what_is_fetched_is_recognised() {
    let mut waiting = BTreeSet::new();
    for sample in SAMPLES {
        let server = serve(sample);
        let place = Place::new(sample.feed, &server);
        let report = place.fetch();
        let name = format!("{}/{}", sample.feed, sample.file);
        assert_eq!(report.outcome, Outcome::Updated, "{name}: {report:?}");
        let there = place.files();
        assert!(there.contains(&name), "{name} is not among {there:?}");
        if !is_known(sample.format) {
            waiting.insert(sample.format);
            continue;
        }
        // As the build names them: with the directory that was fetched into before them.
        let name = match sample.member {
            "" => {
                let plain = [".gz", ".bz2"].iter().find_map(|end| name.strip_suffix(end));
                format!("feeds/{}", plain.unwrap_or(&name))
            }
            member => member.to_owned(),
        };
        let found = detect(&name, sample.content.as_bytes()).map(|feed| feed.id);
        assert_eq!(found, Some(sample.format), "{name}");
    }
    eprintln!("formats without a parser here, whose recognition was not tested: {waiting:?}");
}

#[test]
fn every_feed_that_is_on_has_a_sample() {
    let sampled: BTreeSet<_> = SAMPLES.iter().map(|sample| sample.feed).collect();
    for feed in feeds().iter().filter(|feed| feed.on) {
        assert!(sampled.contains(feed.id.as_str()), "{}", feed.id);
    }
}
