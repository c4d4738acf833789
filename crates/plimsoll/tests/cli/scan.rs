//! A root file system from its files to a report.

use serde_json::Value;

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
