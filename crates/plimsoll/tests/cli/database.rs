//! Databases from their making to their use: build, search, diff, delta, publish, pull, verify,
//! import, fetch.

use plimsoll_bolt::{Tree, write};
use plimsoll_image::{Access, ArtifactManifest, Reference, RegistryOptions, Repository};
use plimsoll_loopback::{Server, Store};

use crate::machine::Machine;

const OLD: &str = "[15 Mar 2022] DSA-5103-1 openssl - security update\n\
                   \t{CVE-2022-0778}\n\
                   \t[bullseye] - openssl 1.1.1k-1+deb11u2\n";

const NEWER: &str = "[17 Jan 2023] DSA-5321-1 sudo - security update\n\
                     \t{CVE-2023-22809}\n\
                     \t[bullseye] - sudo 1.9.5p2-3+deb11u1\n";

/// Two databases, `old.db` and `new.db`; the second has one advisory more.
fn with_two_databases() -> Machine {
    let machine = Machine::with_vulnerable_debian()
        .write("old/DSA/list", OLD)
        .write("new/DSA/list", &format!("{NEWER}{OLD}"));
    machine.run("db build --from old --output old.db").succeeds(&["1 files", "debian"]);
    machine.run("db build --from new --output new.db").succeeds(&["1 files", "debian"]);
    machine
}

#[test]
fn a_person_finds_a_vulnerability_and_a_package() {
    let machine = with_two_databases();
    machine.run("db search CVE-2022-0778 --db new.db").succeeds(&[
        "CVE-2022-0778",
        "debian:11",
        "openssl",
        "before 1.1.1k-1+deb11u2",
    ]);
    machine.run("db search cve-2023-22809 --db new.db").succeeds(&["sudo"]);
    machine.run("db search SSL --db new.db").succeeds(&["1 packages", "openssl"]);
    machine.run("db search zlib --db new.db").succeeds(&["nothing about \"zlib\""]);
    let json = machine.run("db search sudo --db new.db --format json").stdout;
    assert!(json.contains("\"VulnerabilityID\": \"CVE-2023-22809\""), "{json}");
}

#[test]
fn differences_are_told_by_package_and_a_delta_gives_the_very_file() {
    let machine = with_two_databases();
    machine.run("db diff old.db new.db").succeeds(&[
        "1 packages with other advisories; vulnerabilities: 1 new, 0 gone, 0 changed",
        "+ debian:11 sudo CVE-2023-22809 fixed before 1.9.5p2-3+deb11u1 (debian)",
    ]);
    let json = machine.run("db diff old.db new.db --format json").stdout;
    assert!(json.contains("\"Name\": \"sudo\""), "{json}");
    machine.run("db diff old.db old.db").succeeds(&["0 packages"]);
    machine.run("db delta old.db new.db -o step.delta").succeeds(&["step.delta"]);
    machine.run("db diff old.db nothing.db").fails(2, &["nothing.db"]);
}

#[test]
fn a_signed_database_travels_by_delta_and_is_believed_only_with_its_key() {
    let machine = with_two_databases().variable("COSIGN_PASSWORD", "secret");
    machine.run("db generate-key-pair --output-key-prefix me").succeeds(&["me.key", "me.pub"]);
    machine
        .run("db generate-key-pair --output-key-prefix me")
        .fails(2, &["me.key is there already"]);
    machine.run("db generate-key-pair --output-key-prefix other").succeeds(&["other.pub"]);
    machine.run("db push old.db ./mirror --key me.key").succeeds(&["./mirror"]);

    machine
        .run("db pull ./mirror --key me.pub --output local.db")
        .succeeds(&["updated from file:./mirror", "signed by"]);
    machine.run("db delta old.db new.db -o step.delta").succeeds(&[]);
    machine.run("db push new.db ./mirror --key me.key --delta step.delta").succeeds(&["1 deltas"]);
    machine
        .run("db pull ./mirror --key me.pub --output local.db")
        .succeeds(&["updated by a delta from file:./mirror"]);
    machine.run("db pull ./mirror --output local.db").succeeds(&["up to date", "0 bytes"]);
    let same = std::fs::read(machine.path("local.db")).unwrap()
        == std::fs::read(machine.path("new.db")).unwrap();
    assert!(same);

    // Another key, and nothing at hand: an error. With a database at hand: a warning.
    machine
        .run("db pull ./mirror --key other.pub --output another.db")
        .fails(2, &["no database could be had", "signature"]);
    let stale = machine.run("db pull ./absent --output local.db");
    stale.succeeds(&["kept as it was"]);
    assert!(stale.stderr.contains("warning"), "{stale:?}");

    machine.run("db sign new.db --key me.key").succeeds(&["new.db.sig"]);
    machine.run("db verify new.db --key me.pub").succeeds(&["whole", "signed by"]);
    machine.run("db verify new.db --key other.pub").fails(2, &["must not be used"]);
    machine.run("db verify new.db").succeeds(&["not checked"]);
    machine.run("rootfs root --db new.db --db-key me.pub").succeeds(&["CVE-2022-0778"]);
    machine.run("rootfs root --db new.db --db-key other.pub").fails(2, &["not to be trusted"]);
    machine.run("rootfs root --db old.db --db-key me.pub").fails(2, &["old.db.sig"]);

    // What lies in the cache must be signed too, whoever put it there and whenever.
    let cached = ".cache/plimsoll/db/plimsoll.db";
    std::fs::create_dir_all(machine.path(".cache/plimsoll/db")).unwrap();
    std::fs::copy(machine.path("new.db"), machine.path(cached)).unwrap();
    machine.run("rootfs root").succeeds(&["CVE-2022-0778"]);
    machine.run("rootfs root --db-key me.pub").fails(2, &["not to be trusted"]);
    machine.run("db pull ./mirror --key me.pub").succeeds(&["signed by"]);
    machine.run("rootfs root --db-key me.pub").succeeds(&["CVE-2022-0778"]);
    machine.run("rootfs root --db-key other.pub").fails(2, &["not to be trusted"]);
}

#[test]
fn a_scan_gets_its_database_from_a_source_and_keeps_it_when_the_source_is_gone() {
    let machine = with_two_databases().variable("PLIMSOLL_SKIP_DB_UPDATE", "false");
    machine.run("db push old.db ./mirror").succeeds(&["./mirror"]);
    let scan = "rootfs root --db-repository ./mirror --exit-code 7";
    let ran = machine.run(scan);
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stdout.contains("CVE-2022-0778"), "{ran:?}");
    std::fs::remove_dir_all(machine.path("mirror")).unwrap();
    assert_eq!(machine.run(scan).code, 7, "the database is kept");
    // The source is asked, and its silence is told.
    let later = machine.variable("SOURCE_DATE_EPOCH", "1709337600");
    let ran = later.run(scan);
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stderr.contains("could not be updated"), "{ran:?}");
    later.run("rootfs root --db-max-age 1h").fails(2, &["--db-max-age"]);
    assert_eq!(later.run("rootfs root --db-max-age 9999h").code, 0);
    later
        .run("rootfs root --db ./nowhere/plimsoll.db")
        .fails(2, &["nowhere/plimsoll.db cannot be used"]);
}

#[test]
fn a_build_that_loses_a_source_is_not_kept() {
    let machine = with_two_databases();
    let before = std::fs::read(machine.path("new.db")).unwrap();
    machine
        .run("db build --from old --output new.db")
        .fails(2, &["debian has shrunk from 2 to 1 records", "--allow-shrink"]);
    assert!(std::fs::read(machine.path("new.db")).unwrap() == before);
    machine.run("db build --from old --output new.db --allow-shrink debian").succeeds(&["debian"]);
    machine
        .run("db build --from old --output third.db --previous gone.db")
        .fails(2, &["--previous", "gone.db"]);
    machine.run("db build --from new --output day.db --until yesterday").fails(2, &["yesterday"]);
}

#[test]
fn a_build_that_is_killed_leaves_the_old_database_or_the_new_one() {
    let machine = with_two_databases();
    let old = std::fs::read(machine.path("old.db")).unwrap();
    let new = std::fs::read(machine.path("new.db")).unwrap();
    for round in 0..24 {
        std::fs::write(machine.path("kept.db"), &old).unwrap();
        // From before the first write to after the last.
        machine.kill_after("db build --from new --output kept.db", round * 3);
        let kept = std::fs::read(machine.path("kept.db")).unwrap();
        assert!(kept == old || kept == new, "round {round}");
        machine.run("db verify kept.db").succeeds(&["whole"]);
    }
}

/// A `trivy.db` with one advisory.
fn trivy_db() -> Vec<u8> {
    let advisory = br#"{"FixedVersion":"1.1.1k-1+deb11u2","VendorIDs":["DSA-5103-1"]}"#;
    let details = br#"{"Title":"openssl: infinite loop","VendorSeverity":{"nvd":3},"CVSS":{"nvd":{"V3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H","V3Score":7.5}}}"#;
    let source = br#"{"ID":"debian","Name":"Debian Security Tracker","URL":"https://security-tracker.debian.org/"}"#;
    let mut tree = Tree::default();
    tree.bucket("debian 11").bucket("openssl").put("CVE-2022-0778", *advisory);
    tree.bucket("vulnerability").put("CVE-2022-0778", *details);
    tree.bucket("data-source").put("debian 11", *source);
    write(&tree, 4096)
}

#[test]
fn trivys_database_is_imported_and_answers() {
    let machine = Machine::with_vulnerable_debian();
    std::fs::write(machine.path("trivy.db"), trivy_db()).unwrap();
    machine.run("db import trivy.db -o imported.db").succeeds(&["imported.db", "debian"]);
    machine.run("rootfs root --db imported.db").succeeds(&[
        "CVE-2022-0778",
        "1.1.1k-1+deb11u2",
        "HIGH",
    ]);
    let machine = machine.write("no.db", "nothing of the kind");
    machine.run("db import no.db -o x.db").fails(2, &["none of trivy.db"]);
}

/// `trivy.db` as Trivy publishes it: one layer, a tar with the file and when it was made.
fn published_trivy_db(made: &str) -> (Store, Server) {
    let metadata = format!(r#"{{"Version":2,"UpdatedAt":"{made}","NextUpdate":"{made}"}}"#);
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, content) in
        [("trivy.db", trivy_db().as_slice()), ("metadata.json", metadata.as_bytes())]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content).unwrap();
    }
    let archive = archive.into_inner().unwrap().finish().unwrap();
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let reference: Reference = format!("{}/mirror/trivy-db:2", server.host()).parse().unwrap();
    let repository =
        Repository::open(&reference, &RegistryOptions::default(), Access::Push).unwrap();
    let config = "application/vnd.aquasec.trivy.config.v1+json";
    let layer = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip";
    let mut manifest =
        ArtifactManifest::with_config(repository.push_blob(config, &b"{}"[..]).unwrap());
    manifest.layers.push(repository.push_blob(layer, archive).unwrap());
    repository.push_artifact(Some("2"), &manifest).unwrap();
    (store, server)
}

#[test]
fn a_first_time_user_gets_trivys_data_from_a_registry_with_nothing_set_up() {
    let (_store, server) = published_trivy_db("2024-02-29T12:00:00Z");
    let machine = Machine::with_vulnerable_debian().variable("PLIMSOLL_SKIP_DB_UPDATE", "false");
    let source = format!("trivy:{}/mirror/trivy-db:2", server.host());
    let scan = format!("rootfs root --exit-code 7 --db {source}");
    let ran = machine.run(&scan);
    assert_eq!(ran.code, 7, "{ran:?}");
    assert!(ran.stdout.contains("CVE-2022-0778") && ran.stdout.contains("2024-02-29"), "{ran:?}");
    // Half a gigabyte of another format is not left behind.
    let left = std::fs::read_dir(machine.path(".cache/plimsoll/db")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("import")), "{left:?}");
    machine.run(&format!("db pull {source}")).succeeds(&["up to date with trivy:"]);
    // As Trivy's users prepare a machine.
    let plain = format!("{}/mirror/trivy-db:2", server.host());
    machine
        .run(&format!("image --download-db-only --db-repository {plain}"))
        .succeeds(&["up to date with trivy:"]);
    // Scripts for Trivy name the repository without a scheme.
    let plain = format!("rootfs root --db-repository {}/mirror/trivy-db:2", server.host());
    machine.run(&plain).succeeds(&["CVE-2022-0778"]);
    machine.run("db info").succeeds(&["imported", "trivy:"]);
    machine.run(&format!("db pull {source} --only-scores")).succeeds(&["kept as it was"]);
    // What somebody builds in its place is theirs: nobody is asked about it any more.
    let machine = machine.write("feeds/DSA/list", NEWER);
    let cached = ".cache/plimsoll/db/plimsoll.db";
    let build = format!("db build --from feeds --output {cached} --allow-shrink trivy-db nvd");
    machine.run(&build).succeeds(&["debian"]);
    drop(server);
    let ran = machine.run("rootfs root");
    ran.succeeds(&["CLEAN"]);
    assert!(!ran.stderr.contains("could not be"), "{ran:?}");
    machine
        .run(&format!("db pull {source} --key root/etc/debian_version"))
        .fails(2, &["no public key"]);
}

#[test]
fn feeds_are_listed_and_a_dead_one_is_a_warning() {
    let machine = Machine::new();
    machine.run("db fetch --list").succeeds(&["kev", "epss", "osv"]);
    machine.run("db fetch no-such-feed").fails(2, &["no-such-feed"]);
    // Nobody listens on port 1.
    let ran = machine.run("db fetch kev --mirror kev=http://127.0.0.1:1/ --output feeds");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.contains("failed") && ran.stdout.contains("0 of 1 feeds"), "{ran:?}");
}
