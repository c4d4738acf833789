//! `--format cyclonedx` and its kin.

use serde_json::Value;

use crate::machine::Machine;

fn document(line: &str) -> Value {
    let ran = Machine::with_vulnerable_debian().variable("GITHUB_SHA", "abc").run(line);
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn what_is_installed_is_listed() {
    let cyclonedx = document("rootfs root --format cyclonedx");
    assert_eq!(cyclonedx["components"].as_array().unwrap().len(), 3);
    assert_eq!(cyclonedx["components"][0]["name"], "debian");
    assert_eq!(
        cyclonedx["components"][1]["purl"],
        "pkg:deb/debian/hello@2.10-2?arch=amd64&distro=debian-11.9"
    );
    let spdx = document("rootfs root --format spdx-json");
    assert_eq!(spdx["packages"].as_array().unwrap().len(), 4);
    let github = document("rootfs root --format github");
    assert_eq!(github["sha"], "abc");
    assert_eq!(github["manifests"]["root (debian 11.9)"]["resolved"].as_object().unwrap().len(), 2);
    for (format, start) in [("spdx", "SPDXVersion: SPDX-2.3\n"), ("cyclonedx-xml", "<?xml ")] {
        let line = format!("rootfs root --format {format}");
        let ran = Machine::with_vulnerable_debian().run(&line);
        assert!(ran.code == 0 && ran.stdout.starts_with(start), "{ran:?}");
    }
}

#[test]
fn findings_are_listed_when_asked_for() {
    let plain = document("rootfs root --format cyclonedx");
    assert_eq!(plain["vulnerabilities"], Value::Null);
    let asked = document("rootfs root --format cyclonedx --scanners vuln");
    assert_eq!(asked["vulnerabilities"][0]["id"], "CVE-2022-0778");
}

#[test]
fn several_images_are_refused_before_anything_is_scanned() {
    let ran = Machine::new().run("image --input a --input b --format spdx");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("one image"), "{ran:?}");
}
