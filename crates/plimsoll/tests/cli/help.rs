//! What a new user types first.

use crate::machine::Machine;

#[test]
fn help_names_the_commands_and_exit_codes() {
    let ran = Machine::new().run("--help");
    assert_eq!(ran.code, 0);
    for word in [
        "image",
        "rootfs",
        "filesystem",
        "repository",
        "sbom",
        "db",
        "clean",
        "version",
        "Exit codes",
        "PLIMSOLL_",
        "trivy.yaml",
    ] {
        assert!(ran.stdout.contains(word), "{word} is not in\n{}", ran.stdout);
    }
    assert_eq!(ran.stderr, "");
}

#[test]
fn help_of_a_scan_names_every_documented_option_and_hides_trivys_leftovers() {
    let ran = Machine::new().run("image --help");
    assert_eq!(ran.code, 0);
    for option in [
        "--severity",
        "--ignore-unfixed",
        "--exit-code",
        "--exit-on-eol",
        "--format",
        "--output",
        "--input",
        "--platform",
        "--image-src",
        "--skip-files",
        "--skip-dirs",
        "--ignorefile",
        "--ignore-status",
        "--list-all-pkgs",
        "--timeout",
        "--quiet",
        "--debug",
        "--cache-dir",
        "--offline-scan",
        "--skip-db-update",
        "--username",
        "--password",
        "--password-stdin",
        "--registry-token",
        "--insecure",
        "--cacert",
        "--no-progress",
        "--config",
        "--docker-host",
        "--podman-host",
        "--db",
        "--strict",
        "--parallel",
        "--allow-starter-db",
        "--pkg-types",
        "--file-patterns",
        "--detection-priority",
        "--dependency-tree",
        "--show-owned",
        "--ignored-licenses",
    ] {
        assert!(ran.stdout.contains(option), "{option} is not in\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("telemetry"));
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ran.stdout);
}

#[test]
fn the_version_is_told_with_its_database() {
    for line in ["--version", "-v"] {
        let ran = Machine::new().run(line);
        assert_eq!(
            (ran.code, ran.stdout.trim()),
            (0, concat!("plimsoll ", env!("CARGO_PKG_VERSION")))
        );
    }
    let ran = Machine::new().run("version");
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("embedded starter"), "{}", ran.stdout);
    let ran = Machine::new().run("version -f json");
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["Version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(value["Database"]["Starter"], true);
}

#[test]
fn wrong_usage_ends_with_two() {
    Machine::new().run("").fails(2, &["Usage"]);
    Machine::new().run("image --no-such-option x").fails(2, &["--no-such-option"]);
    Machine::new().run("scan x").fails(2, &["scan"]);
    Machine::new().run("k8s").fails(2, &["k8s is a command of Trivy"]);
    Machine::new().run("repo").fails(2, &["PATH|URL"]);
    Machine::new().run("image").fails(2, &["no image was named", "--input"]);
    Machine::new().run("rootfs").fails(2, &["DIR"]);
}
