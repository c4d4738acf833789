//! Exit codes and what the gate looks at.

use crate::machine::Machine;

#[test]
fn findings_end_with_zero_unless_a_gate_is_asked_for() {
    let machine = Machine::with_vulnerable_debian();
    assert_eq!(machine.run("rootfs root").code, 0);
    assert_eq!(machine.run("rootfs root --exit-code 7").code, 7);
    assert_eq!(machine.run("rootfs root --exit-code 7 --ignore-unfixed").code, 7);
}

#[test]
fn what_does_not_count_does_not_close_the_gate() {
    let machine = Machine::with_vulnerable_debian().with_database();
    let gate = "rootfs root --exit-code 7";
    assert_eq!(machine.run(gate).code, 7);
    assert_eq!(machine.run(&format!("{gate} --severity CRITICAL,HIGH")).code, 0);
    assert_eq!(machine.run(&format!("{gate} --severity high,unknown")).code, 7);
    assert_eq!(machine.run(&format!("{gate} --ignore-status fixed")).code, 0);
    let machine = machine.write("accepted", "CVE-2022-0778 exp:2024-03-02 # until tomorrow\n");
    assert_eq!(machine.run(&format!("{gate} --ignorefile accepted")).code, 0);
    let machine = machine.write("accepted", "CVE-2022-0778 exp:2024-03-01\n");
    assert_eq!(machine.run(&format!("{gate} --ignorefile accepted")).code, 7, "expired");
    let machine = machine.write(".trivyignore", "DSA-5103-1\n");
    assert_eq!(machine.run(gate).code, 0, "an advisory is a name of its problem too");
}

#[test]
fn nothing_passes_on_the_starter_unless_it_is_allowed() {
    let machine = Machine::with_clean_debian();
    assert_eq!(machine.run("rootfs root").code, 0);
    machine.run("rootfs root --exit-code 1").fails(2, &["starter", "--allow-starter-db", "--db"]);
    assert_eq!(machine.run("rootfs root --exit-code 1 --allow-starter-db").code, 0);
}

#[test]
fn an_ended_release_has_its_own_code_and_is_judged_first() {
    let machine = Machine::with_vulnerable_debian();
    let gate = "rootfs root --exit-on-eol 9 --exit-code 7";
    assert_eq!(machine.run(gate).code, 7, "on 2024-03-01 Debian 11 was looked after");
    let later = machine.variable("SOURCE_DATE_EPOCH", "1735689600");
    let ran = later.run(&format!("{gate} -f json"));
    assert_eq!(ran.code, 9, "on 2025-01-01 it was not");
    assert!(ran.stderr.contains("not looked after since 2024-08-1"), "{}", ran.stderr);
    assert_eq!(later.run("rootfs root").code, 0, "without a gate it is only told");
}

#[test]
fn strict_fails_on_what_was_not_looked_at() {
    let machine = Machine::with_clean_debian()
        .write("scratch/etc/os-release", "ID=nixos\nVERSION_ID=24.05\n");
    assert_eq!(machine.run("rootfs root --strict --allow-starter-db").code, 0);
    assert_eq!(machine.run("rootfs scratch --allow-starter-db").code, 0);
    machine.run("rootfs scratch --strict --allow-starter-db").fails(2, &["nixos"]);
    machine
        .run("rootfs root --strict --allow-starter-db --scanners vuln,secret")
        .fails(2, &["secret"]);
}
