//! What several targets share.

use plimsoll_image::{Limits, Opened};
use plimsoll_inventory::{ScanOptions, take_inventory};

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
    let options = ScanOptions {
        cache: None,
        limits,
        threads: 1,
        skip: &|_| false,
        skip_key: "",
        progress: &|_| {},
    };
    let _ = take_inventory(image, &options);
}
