//! Feeds of many files: index pages, manifests, repositories, pages.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use plimsoll_fetch::Outcome;

use crate::server::{Reply, Server};
use crate::support::{Place, gzip, members, reason, sha256};

#[test]
fn a_list_keeps_what_one_dead_file_leaves() {
    let more = Arc::new(AtomicBool::new(false));
    let grown = Arc::clone(&more);
    let server = Server::new(move |received| match received.target.as_str() {
        "/" if grown.load(Ordering::Relaxed) => Reply::ok(r#"<a href="v3.21/">"#),
        "/" => {
            Reply::ok(r#"<a href="../">.</a><a href="v3.20/"><a href="v3.21/"><a href="keys/">"#)
        }
        "/v3.20/" => Reply::ok(r#"<a href="main.json"><a href="main.json.sig">"#),
        "/v3.21/" | "/edge/" => Reply::ok(r#"<a href="main.json"><a href="community.json">"#),
        "/v3.21/community.json" => Reply::missing(),
        path if path.ends_with(".json") => Reply::ok(r#"{"packages":[],"apkurl":""}"#),
        _ => Reply::missing(),
    });
    let place = Place::new("alpine-secdb", &server);
    let report = place.fetch();
    assert_eq!((report.outcome, report.files), (Outcome::Updated, 4));
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].contains("v3.21/community.json"), "{:?}", report.problems);
    let all = ["edge/community.json", "edge/main.json", "v3.20/main.json", "v3.21/main.json"]
        .map(|name| format!("alpine-secdb/{name}"));
    assert_eq!(place.files(), all);
    // As long as not everything could be seen, nothing is believed to be gone.
    more.store(true, Ordering::Relaxed);
    assert_eq!(place.fetch().outcome, Outcome::Unchanged);
    assert_eq!(place.files(), all);
    assert_eq!(place.state("alpine-secdb").succeeded, None);
}

#[test]
fn files_that_upstream_removed_are_removed() {
    let old = Arc::new(AtomicBool::new(true));
    let there = Arc::clone(&old);
    let content = |text: &str| gzip(text.as_bytes());
    let server = Server::new(move |received| {
        let gone = if there.load(Ordering::Relaxed) {
            format!("RHEL6/b.xml.gz,{},9\n", sha256(&content("b")))
        } else {
            String::new()
        };
        match received.target.as_str() {
            "/PULP_MANIFEST" => {
                Reply::ok(format!("RHEL9/a.xml.gz,{},9\n{gone}", sha256(&content("a"))))
            }
            "/RHEL9/a.xml.gz" => Reply::ok(content("a")),
            "/RHEL6/b.xml.gz" => Reply::ok(content("b")),
            _ => Reply::missing(),
        }
    });
    let place = Place::new("redhat-oval", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.files(), ["redhat-oval/RHEL6/b.xml.gz", "redhat-oval/RHEL9/a.xml.gz"]);
    server.take();
    assert_eq!(place.fetch_all(), Outcome::Unchanged);
    assert_eq!(server.targets(), ["/PULP_MANIFEST"], "a checksum says that a file is the same");
    old.store(false, Ordering::Relaxed);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.files(), ["redhat-oval/RHEL9/a.xml.gz"]);
}

#[test]
fn a_manifest_cannot_write_elsewhere() {
    let sum = sha256(b"x");
    let manifest = format!("../../evil,{sum},1\n/evil,{sum},1\n.fetch/state.json,{sum},1\n");
    let server = Server::files(&[("/PULP_MANIFEST", manifest.as_bytes()), ("/evil", b"x")]);
    let place = Place::new("redhat-oval", &server);
    let report = place.fetch();
    assert!(reason(&report.outcome).contains("not safe to use here"), "{report:?}");
    assert_eq!(place.files(), [] as [&str; 0]);
    assert_eq!(server.targets(), ["/PULP_MANIFEST"]);
}

/// A repository's index that promises a checksum.
fn repomd(sum: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo">
        <data type="primary"><checksum type="sha256">00</checksum><location href="p.xml"/></data>
        <data type="updateinfo"><checksum type="sha256">{sum}</checksum>
        <location href="repodata/{sum}-updateinfo.xml.gz"/></data></repomd>"#
    )
}

/// Amazon's chain: lists of mirrors, the index of a repository, the updateinfo.
fn amazon(tampered: bool) -> Server {
    let update = gzip(b"<updates/>");
    let sum = sha256(&update);
    Server::new(move |received| {
        let path = received.target.as_str();
        if path == "/2/extras-catalog.json" {
            return Reply::ok(r#"{"topics":[{"n":"docker"},{"n":"../x"},{"n":"gone"}]}"#);
        }
        let is_core = path.starts_with("/2/core/") || path.starts_with("/al20");
        if path.ends_with("/mirror.list") {
            if !is_core && !path.contains("/docker/latest/x86_64/") {
                return Reply::missing();
            }
            let repository = path.trim_end_matches("/mirror.list").replace("latest", "guid");
            let base = received.base();
            return Reply::ok(format!("{base}/broken/\nftp://127.0.0.1/x\n{base}{repository}\n"));
        }
        if path.starts_with("/broken/") {
            return Reply::missing();
        }
        if path.ends_with("/repodata/repomd.xml") {
            // The driver's repository has no updateinfo.
            if path.contains("/nvidia/") {
                return Reply::ok("<repomd></repomd>");
            }
            return Reply::ok(repomd(&sum));
        }
        if path.ends_with(&format!("/{sum}-updateinfo.xml.gz")) {
            let content = if tampered { gzip(b"<other/>") } else { update.clone() };
            return Reply::ok(content);
        }
        Reply::missing()
    })
}

#[test]
fn amazons_mirrors_lead_to_verified_updates() {
    let server = amazon(false);
    let place = Place::new("amazon", &server);
    let report = place.fetch();
    assert_eq!(report.outcome, Outcome::Updated, "{report:?}");
    assert_eq!(report.problems, ["2/extras-catalog.json: \"../x\" is no topic"]);
    let expected = [
        "2/core/aarch64",
        "2/core/x86_64",
        "2/extras/docker/x86_64",
        "al2022/core/x86_64",
        "al2023/core/aarch64",
        "al2023/core/x86_64",
        "al2023/kernel-livepatch/aarch64",
        "al2023/kernel-livepatch/x86_64",
    ]
    .map(|name| format!("amazon/{name}/updateinfo.xml.gz"));
    assert_eq!(place.files(), expected);
    server.take();
    assert_eq!(place.fetch().outcome, Outcome::Unchanged);
    let updates = server.targets().into_iter().filter(|path| path.contains("-updateinfo"));
    assert_eq!(updates.count(), 0, "the checksum says that they are the same");
}

#[test]
fn an_update_with_a_wrong_checksum_is_refused() {
    let server = amazon(true);
    let place = Place::new("amazon", &server);
    let report = place.fetch();
    assert!(reason(&report.outcome).contains("checksum of"), "{report:?}");
    assert_eq!(place.files(), [] as [&str; 0]);
    assert_eq!(place.parts(), [] as [&str; 0]);
}

#[test]
fn repositories_are_found_by_number() {
    let update = gzip(b"<updates/>");
    let sum = sha256(&update);
    let server = Server::new(move |received| match received.target.as_str() {
        "/" => Reply::ok(r#"<a href="8/"><a href="8.10/"><a href="9/"><a href="RPM-GPG-KEY">"#),
        path if path.ends_with("/repodata/repomd.xml") => Reply::ok(repomd(&sum)),
        path if path.ends_with("-updateinfo.xml.gz") => Reply::ok(update.clone()),
        _ => Reply::missing(),
    });
    let place = Place::new("rocky-updateinfo", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let files = place.files();
    assert_eq!(files.len(), 8);
    assert_eq!(files[0], "rocky-updateinfo/8/AppStream/aarch64/os/updateinfo.xml.gz");
}

#[test]
fn photon_has_a_file_for_each_version() {
    let server = Server::files(&[
        ("/photon_versions.json", br#"{"branches":["4.0","5.0"]}"#),
        ("/cve_data_photon4.0.json", b"[]"),
        ("/cve_data_photon5.0.json", b"[]"),
    ]);
    let place = Place::new("photon", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.files(), ["photon/cve_data_photon4.0.json", "photon/cve_data_photon5.0.json"]);
    let server = Server::files(&[("/photon_versions.json", br#"{"branches":["../../x"]}"#)]);
    let report = Place::new("photon", &server).fetch();
    assert!(reason(&report.outcome).contains("is no version"), "{report:?}");
}

#[test]
fn the_file_of_a_year_may_not_be_there_yet() {
    let server = Server::new(|received| match received.target.as_str() {
        // It is the first second of 2026.
        "/nvdcve-2.0-2026.json.gz" => Reply::missing(),
        _ => Reply::ok(gzip(b"{}")),
    });
    let place = Place::new("nvd", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let files = place.files();
    assert_eq!(files.len(), 2025 - 2002 + 1);
    assert_eq!(files[0], "nvd/nvdcve-2.0-2002.json.gz");
}

/// A packed tarball as `git archive` makes it, with much after the commit's name.
fn git_archive(commit: &str) -> Vec<u8> {
    let comment = format!("52 comment={commit}\n");
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XGlobalHeader);
    header.set_size(comment.len() as u64);
    archive.append_data(&mut header, "pax_global_header", comment.as_bytes()).unwrap();
    let noise: Vec<u8> = (0..4_000_000_u64)
        .map(|n| (n.wrapping_mul(n).wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let mut header = tar::Header::new_ustar();
    header.set_size(noise.len() as u64);
    archive.append_data(&mut header, "main/noise", noise.as_slice()).unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&archive.into_inner().unwrap()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_commit_that_is_here_is_not_downloaded_again() {
    let moved = Arc::new(AtomicBool::new(false));
    let head = Arc::clone(&moved);
    let [old, new] = ["0", "1"].map(|digit| git_archive(&digit.repeat(40)));
    let length = new.len() as u64;
    // No tag, as if the server made the archive anew every time.
    let server = Server::new(move |received| {
        assert_eq!(received.target, "/main");
        Reply::ok(if head.load(Ordering::Relaxed) { new.clone() } else { old.clone() })
    });
    let place = Place::new("ghsa", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let state = place.state("ghsa");
    assert_eq!(state.files["advisory-database.tar.gz"].commit, Some("0".repeat(40)));
    let report = place.fetch();
    assert_eq!(report.outcome, Outcome::Unchanged);
    assert!(report.bytes < length / 2, "{} of {length}", report.bytes);
    moved.store(true, Ordering::Relaxed);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let state = place.state("ghsa");
    assert_eq!(state.files["advisory-database.tar.gz"].commit, Some("1".repeat(40)));
    assert_eq!(place.parts(), [] as [&str; 0]);
}

#[test]
fn pages_become_one_file() {
    let server = Server::new(|received| match received.query("page") {
        Some("1") => Reply::ok(r#"{"advisories":[1],"links":{"next":"/?page=2&size=100"}}"#),
        Some("2") => Reply::ok(r#"{"advisories":[2],"links":{"next":null}}"#),
        _ => Reply::missing(),
    });
    let mut place = Place::new("rocky-osv", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let pages = members(&place.read("rocky-osv/osv.tar.gz"));
    let names: Vec<_> = pages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["page-00001.json", "page-00002.json"]);
    assert!(pages[1].1.contains("[2]"));
    assert_eq!(place.fetch_all(), Outcome::Unchanged);

    // A page that leads in a circle, away, or nowhere, leaves the file as it was.
    for page in [
        r#"{"links":{"next":"http://127.0.0.1:1/?page=2"}}"#,
        r#"{"links":{"next":"?page=1&size=100"}}"#,
        "{",
        "<html>",
    ] {
        let server = Server::new(move |_| Reply::ok(page));
        place.mirror("rocky-osv", &server.base());
        let outcome = place.fetch().outcome;
        assert!(matches!(outcome, Outcome::Kept { .. }), "{outcome:?}");
        assert_eq!(members(&place.read("rocky-osv/osv.tar.gz")), pages);
    }
}

#[test]
fn numbered_pages_end_with_an_empty_one() {
    let server = Server::new(|received| {
        let page: u32 = received.query("page").unwrap().parse().unwrap();
        Reply::ok(if page <= 3 { format!(r#"[{{"CVE":"{page}"}}]"#) } else { "[]".to_owned() })
    });
    let place = Place::new("redhat-api", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(members(&place.read("redhat-api/cve.tar.gz")).len(), 3);
}

#[test]
fn fedora_has_pages_for_each_release() {
    let server = Server::new(|received| {
        if received.target.starts_with("/releases/") {
            return Reply::ok(
                r#"{"releases":[{"name":"F42","id_prefix":"FEDORA"},
                {"name":"F42F","id_prefix":"FEDORA-FLATPAK"},
                {"name":"EPEL-9","id_prefix":"FEDORA-EPEL"}]}"#,
            );
        }
        assert_eq!(received.query("type"), Some("security"));
        let (release, page) =
            (received.query("releases").unwrap(), received.query("page").unwrap());
        Reply::ok(format!(r#"{{"updates":["{release}"],"page":{page},"pages":2}}"#))
    });
    let place = Place::new("fedora", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.files(), ["fedora/EPEL-9.tar.gz", "fedora/F42.tar.gz"]);
    assert_eq!(members(&place.read("fedora/F42.tar.gz")).len(), 2);
}
