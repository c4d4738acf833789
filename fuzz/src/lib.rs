//! What several targets share.

use plimsoll_image::{Limits, Opened};
use plimsoll_inventory::{ScanOptions, Selection, take_inventory};

/// A path for each feed that it recognises its files by, and that some feeds take facts from.
const FEED_PATHS: &[(&str, &str)] = &[
    ("almalinux-osv", "advisories/almalinux8/ALSA-2021:2363.json"),
    ("debian-lists", "data/DSA/list"),
    ("debian-cve-list", "data/CVE/list"),
    ("debian-tracker", "data/json"),
    ("ubuntu-cve-tracker", "active/CVE-2022-3786"),
    ("alpine-secdb", "v3.19/main.json"),
    ("wolfi-advisories", "openssl.advisories.yaml"),
    ("azurelinux-oval", "azurelinux-3.0-oval.xml"),
    ("redhat-oval", "rhel-8.oval.xml"),
    ("almalinux-oval", "org.almalinux.alsa-9.xml"),
    ("oracle-oval", "com.oracle.elsa-all.xml"),
    ("suse-oval", "suse.linux.enterprise.server.15.xml"),
    ("photon-oval", "com.vmware.phsa-photon5.xml"),
    ("debian-oval", "oval-definitions-bullseye.xml"),
    ("ubuntu-oval", "com.ubuntu.jammy.cve.oval.xml"),
    ("almalinux-updateinfo", "repodata/updateinfo.xml"),
    ("amazon-updateinfo", "repodata/updateinfo.xml"),
    ("bottlerocket-updateinfo", "repodata/updateinfo.xml"),
    ("fedora-updateinfo", "repodata/updateinfo.xml"),
    ("openeuler-updateinfo", "repodata/updateinfo.xml"),
    ("photon-updateinfo", "repodata/updateinfo.xml"),
    ("rocky-updateinfo", "repodata/updateinfo.xml"),
    ("suse-updateinfo", "repodata/updateinfo.xml"),
    ("fedora-bodhi", "updates.json"),
    ("rocky-apollo", "page1.json"),
    ("almalinux-errata", "8/errata.json"),
    ("alpine-tracker", "CVE-2019-1003051.json"),
    ("arch-groups", "all.json"),
    ("bottlerocket-advisories", "advisories/2.8.1/BRSA-r8uf9b2maepy.toml"),
    ("photon-cves", "cve_data_photon4.0.json"),
    ("suse-cvrf", "cvrf-suse-su-2019-1608-1.xml"),
    ("known-exploited", "known_exploited_vulnerabilities.json"),
    ("epss", "epss_scores-current.csv"),
    ("osv", "GO-2024-0001.json"),
    ("osv-yaml", "vulns/some-thing/PYSEC-2024-0001.yaml"),
    ("rustsec-markdown", "crates/some-thing/RUSTSEC-2024-0001.md"),
    ("cve-records", "2024/3xxx/CVE-2024-3094.json"),
    ("endoflife-products", "products/debian.md"),
    ("endoflife-api", "full.json"),
    ("distro-info", "debian.csv"),
    ("rubysec", "gems/activerecord/CVE-2022-0001.yml"),
    ("friendsofphp", "vendor/package/CVE-2022-0001.yaml"),
    ("gitlab-community", "maven/org.example/thing/CVE-2022-0001.yml"),
    ("nodejs-security-wg", "vuln/core/1.json"),
    ("retirejs", "repository/jsrepository-v5.json"),
    ("retirenet", "Content/3.json"),
    ("project-kb", "statements/CVE-2022-0001/statement.yaml"),
    ("nvd-overrides", "data/2024/CVE-2024-0072.json"),
    ("nvd", "nvdcve-2.0-2024.json"),
    ("csaf", "vex/2024/cve-2024-1.json"),
    ("openvex", "vex/cve/2016/CVE-2016-20013.json"),
    ("redhat-api", "hydra/rest/securitydata/cve/CVE-2023-48161.json"),
    ("rootio", "external/cve_feed"),
    ("echo", "echo/data.json"),
    ("redhat-deletions", "vex/deletions.csv"),
    ("redhat-repositories", "meta/v1/repository-to-cpe.json"),
];

/// The path that a feed's file is said to have.
pub fn feed_path(feed: &str) -> &'static str {
    FEED_PATHS
        .iter()
        .find(|(id, _)| *id == feed)
        .map(|(_, path)| *path)
        .unwrap_or_else(|| panic!("FEED_PATHS has no path for {feed}"))
}

/// Takes the inventory of an image with limits that a fuzzer can reach.
pub fn scan(image: Opened) {
    let limits = Limits { layer_size: 64 << 20, entries: 10_000, ..Limits::default() };
    let selection = Selection::default();
    let options = ScanOptions {
        selection: &selection,
        cache: None,
        limits,
        threads: 1,
        skip: &|_| false,
        skip_key: "",
        progress: &|_| {},
    };
    let _ = take_inventory(image, &options);
}

/// Makes the checksums of a bbolt file's two metas right, which a fuzzer cannot. The offsets are
/// those of plimsoll-bolt's `meta.rs`; pages are taken to have 1024 bytes, as the seeds' have.
pub fn with_bolt_sums(mut file: Vec<u8>) -> Vec<u8> {
    for page in [0, 1024] {
        let Some(meta) = file.get_mut(page + 16..page + 80) else { break };
        let sum = meta[..56].iter().fold(0xcbf2_9ce4_8422_2325u64, |sum, &byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        meta[56..].copy_from_slice(&sum.to_le_bytes());
    }
    file
}

/// A delta for a database with this document, and with the checksums that it should have. The
/// layout is that of docs/database-format.md.
pub fn sealed_delta(base: &plimsoll_advisory::Database, document: &[u8]) -> Vec<u8> {
    let body = zstd::bulk::compress(document, 1).unwrap_or_default();
    let mut delta = b"PLIMDELT\x01\0\0\0\0\0\0\0".to_vec();
    let digest = blake3::Hash::from_hex(base.digest()).expect("a database tells its digest in hex");
    delta.extend_from_slice(digest.as_bytes());
    delta.extend_from_slice(&[0; 32]);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&delta).update(&body);
    delta.extend_from_slice(hasher.finalize().as_bytes());
    delta.extend_from_slice(&body);
    delta
}

/// A path by which a kind of file is recognised.
pub fn example_path(row: &plimsoll_language::Extractor) -> String {
    let pattern = row.files.first().copied().unwrap_or("program");
    pattern.replace("**/", "a/").replace('*', "a")
}
