//! A root file system from its files to a report.

use plimsoll_image::Digest;
use serde_json::{Value, json};

use crate::machine::Machine;

#[test]
fn a_known_vulnerability_is_found_in_every_format() {
    let machine = Machine::with_vulnerable_debian();
    let table = machine.run("rootfs root");
    assert!(table.stdout.contains("openssl"), "{table:?}");
    assert!(table.stdout.contains("1.1.1n-0+deb11u2"), "a fix is named: {}", table.stdout);
    assert!(table.stdout.to_lowercase().contains("starter"), "{}", table.stdout);
    assert!(!table.stdout.contains('\u{1b}'), "no colour in a pipe");
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 80), "{}", table.stdout);

    let json: Value = serde_json::from_str(&machine.run("rootfs root -f json").stdout).unwrap();
    assert_eq!(json["SchemaVersion"], 2);
    let found = json["Results"][0]["Vulnerabilities"].as_array().unwrap();
    let found = found.iter().find(|one| one["VulnerabilityID"] == "CVE-2022-0778").unwrap();
    assert_eq!(found["PkgName"], "openssl");
    assert_eq!(found["InstalledVersion"], "1.1.1k-1+deb11u1");
    assert_eq!(found["FixedVersion"], "1.1.1k-1+deb11u2");

    let sarif: Value = serde_json::from_str(&machine.run("rootfs root -f sarif").stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["ruleId"] == "CVE-2022-0778"));
}

#[test]
fn a_built_database_takes_the_place_of_the_starter() {
    let machine = Machine::with_vulnerable_debian().with_database();
    let info = machine.run("db info test.db -f json");
    let info: Value = serde_json::from_str(&info.stdout).unwrap();
    assert_eq!((&info["Starter"], &info["Vulnerabilities"]), (&false.into(), &1.into()));
    let table = machine.run("rootfs root").stdout;
    assert!(table.contains("CVE-2022-0778") && !table.contains("STARTER"), "{table}");
    let later = machine.variable("SOURCE_DATE_EPOCH", "1719792000");
    let ran = later.run("rootfs root -f json");
    assert!(ran.stderr.contains("122 days old"), "{}", ran.stderr);
    assert!(ran.stdout.contains("122 days old"), "an old database is told in the report too");
}

#[test]
fn a_report_goes_to_a_file_and_is_the_same_every_time() {
    let machine = Machine::with_vulnerable_debian();
    let ran = machine.run("rootfs root -f json -o first.json");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    machine.run("rootfs root -f json -o second.json --parallel 1 --cache-backend memory");
    assert_eq!(machine.read("first.json"), machine.read("second.json"));
}

#[test]
fn skipped_files_are_not_looked_at() {
    let machine = Machine::with_vulnerable_debian();
    let ran = machine.run("rootfs root -f json --skip-files /var/lib/dpkg/status");
    assert!(!ran.stdout.contains("CVE-2022-0778"), "{}", ran.stdout);
    let ran = machine.run("rootfs root -f json --skip-dirs var/lib");
    assert!(!ran.stdout.contains("CVE-2022-0778"), "{}", ran.stdout);
}

#[test]
fn quiet_is_silent_and_debug_is_not() {
    let machine = Machine::with_vulnerable_debian();
    let quiet = machine.run("rootfs root -q -f json --scanners vuln,secret");
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
    let debug = machine.run("rootfs root --debug");
    assert!(debug.stderr.contains("database:"), "{}", debug.stderr);
}

#[test]
fn a_distribution_without_advisories_is_not_clean() {
    let machine = Machine::with_clean_debian()
        .write("root/etc/os-release", "ID=debian\nVERSION_ID=\"6\"\n")
        .write("root/etc/debian_version", "6.0.10\n");
    let ran = machine.run("rootfs root -f json");
    assert!(ran.stderr.contains("not covered"), "{}", ran.stderr);
    let table = machine.run("rootfs root").stdout.to_lowercase();
    assert!(table.contains("not covered") || table.contains("no advisories"), "{table}");
}

/// What `docker save` writes: a manifest, a configuration and one layer.
fn docker_archive(machine: &Machine) -> Vec<u8> {
    let mut layer = tar::Builder::new(Vec::new());
    layer.append_dir_all(".", machine.path("root")).unwrap();
    let layer = layer.into_inner().unwrap();
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "history": [{ "created_by": "COPY root / # made for a test" }],
        "rootfs": { "type": "layers", "diff_ids": [Digest::sha256(&layer).to_string()] },
    });
    let config = serde_json::to_vec(&config).unwrap();
    let config_name = format!("{}.json", Digest::sha256(&config).hex());
    let manifest = json!([{
        "Config": config_name,
        "RepoTags": ["example/test:1"],
        "Layers": ["layer.tar"],
    }]);
    let mut archive = tar::Builder::new(Vec::new());
    let manifest = serde_json::to_vec(&manifest).unwrap();
    for (name, content) in
        [("layer.tar", &layer), (&*config_name, &config), ("manifest.json", &manifest)]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, &content[..]).unwrap();
    }
    archive.into_inner().unwrap()
}

/// Id and package of each finding.
fn findings(report: &Value) -> Vec<(String, String)> {
    let found = report["Results"][0]["Vulnerabilities"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    found.iter().map(|one| (text(&one["VulnerabilityID"]), text(&one["PkgName"]))).collect()
}

#[test]
fn an_image_gives_the_findings_of_its_root_file_system() {
    let machine = Machine::with_vulnerable_debian();
    std::fs::write(machine.path("image.tar"), docker_archive(&machine)).unwrap();
    let image: Value =
        serde_json::from_str(&machine.run("image --input image.tar -f json").stdout).unwrap();
    let root: Value = serde_json::from_str(&machine.run("rootfs root -f json").stdout).unwrap();
    assert_eq!(image["ArtifactType"], "container_image");
    assert_eq!(root["ArtifactType"], "filesystem");
    assert!(!findings(&image).is_empty());
    assert_eq!(findings(&image), findings(&root));

    let table = machine.run("image --input image.tar").stdout;
    assert!(table.contains("COPY root /"), "the layer's instruction is told: {table}");
}

#[test]
fn a_second_scan_recalls_the_first_and_says_the_same() {
    let machine = Machine::with_vulnerable_debian();
    std::fs::write(machine.path("image.tar"), docker_archive(&machine)).unwrap();
    let first = machine.run("image --input image.tar -f json").stdout;
    assert!(machine.exists(".cache/plimsoll/facts"));
    assert_eq!(machine.run("image --input image.tar -f json").stdout, first);
    assert_eq!(machine.run("clean").code, 0);
    assert!(!machine.exists(".cache/plimsoll/facts"));
    assert_eq!(machine.run("image --input image.tar -f json").stdout, first);
}

#[test]
fn several_images_are_one_document() {
    let machine = Machine::with_vulnerable_debian();
    std::fs::write(machine.path("image.tar"), docker_archive(&machine)).unwrap();
    let line = "image --input image.tar --input none.tar --input image.tar -f json --exit-code 7";
    let ran = machine.run(line);
    ran.fails(2, &["none.tar"]);
    let reports: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(reports.as_array().map(Vec::len), Some(2), "the good ones are reported");
}
