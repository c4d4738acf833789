//! Flags, variables and files, seen from outside.

use crate::machine::Machine;

#[test]
fn flags_win_over_variables_and_variables_over_files() {
    let machine = Machine::with_vulnerable_debian()
        .write("trivy.yaml", "exit-code: 3\nformat: json\n")
        .variable("TRIVY_QUIET", "true");
    assert_eq!(machine.run("rootfs root").code, 3, "from trivy.yaml");
    let machine = machine.variable("TRIVY_EXIT_CODE", "4");
    assert_eq!(machine.run("rootfs root").code, 4, "from TRIVY_EXIT_CODE");
    let machine = machine.variable("PLIMSOLL_EXIT_CODE", "5");
    assert_eq!(machine.run("rootfs root").code, 5, "from PLIMSOLL_EXIT_CODE");
    assert_eq!(machine.run("rootfs root --exit-code 6").code, 6, "from the command line");
    let machine = machine.write("plimsoll.yaml", "format: sarif\n");
    let ran = machine.run("rootfs root");
    assert!(ran.stdout.contains("\"2.1.0\""), "our own file comes first: {}", ran.stdout);
}

#[test]
fn a_named_configuration_must_exist_and_be_readable() {
    let machine = Machine::with_vulnerable_debian().write("bad.yaml", "a: [");
    machine.run("rootfs root -c none.yaml").fails(2, &["none.yaml"]);
    machine.run("rootfs root -c bad.yaml").fails(2, &["bad.yaml", "YAML"]);
}

#[test]
fn a_misspelled_key_is_told() {
    let text = "severty: [HIGH]\nformat: json\nregistry: {mirrors: {}}\n";
    let machine = Machine::with_vulnerable_debian().write("plimsoll.yaml", text);
    let ran = machine.run("rootfs root");
    assert!(ran.stderr.contains("severty"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("mirrors") && !ran.stderr.contains("format"), "{}", ran.stderr);
}

#[test]
fn trivys_own_options_are_taken_and_missing_scanners_are_told() {
    let machine = Machine::with_vulnerable_debian();
    let line = "rootfs root -f json --skip-java-db-update --skip-version-check --disable-telemetry \
                --db-repository a,b --skip-db-update --offline-scan --no-progress";
    let ran = machine.run(&format!("{line} --scanners vuln --pkg-types os"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.stderr.contains("scanner"), "{}", ran.stderr);
    let ran = machine.run(&format!("{line} --scanners vuln,secret"));
    assert!(ran.stderr.contains("secret does not exist"), "{}", ran.stderr);
    assert!(ran.stdout.contains("secret does not exist"), "it is in the report as well");
    machine.run(&format!("{line} --scanners secret")).fails(2, &["there are vuln and license"]);
}
