//! Whatever goes wrong says what, where, and what to do, and ends with 2.

use crate::machine::Machine;

#[test]
fn a_wrong_path_is_named() {
    let machine = Machine::new().write("file", "text");
    machine.run("rootfs nowhere").fails(2, &["nowhere"]);
    machine.run("rootfs file").fails(2, &["file"]);
    machine.run("image --input nowhere.tar").fails(2, &["nowhere.tar"]);
    machine.run("image --input file").fails(2, &["file"]);
}

#[test]
fn a_missing_image_and_no_network_are_told_apart_from_findings() {
    // Port 9 of the loopback: nobody answers, and nothing leaves the machine.
    let ran = Machine::new().run("image --image-src remote --timeout 60s 127.0.0.1:9/no/image:1");
    ran.fails(2, &["127.0.0.1:9"]);
    assert_eq!(ran.stdout, "");
}

#[test]
fn an_unreadable_database_is_an_error_and_never_the_starter() {
    let machine =
        Machine::with_vulnerable_debian().write("broken.db", "this is no database at all");
    machine.run("rootfs root --db broken.db").fails(2, &["broken.db"]);
    machine.run("rootfs root --db none.db").fails(2, &["none.db"]);
    machine.run("db info broken.db").fails(2, &["broken.db"]);
    let machine = machine.write(".cache/plimsoll/db/plimsoll.db", "neither");
    machine.run("rootfs root").fails(2, &["plimsoll clean --vuln-db"]);
    assert_eq!(machine.run("clean --vuln-db").code, 0);
    assert_eq!(machine.run("rootfs root").code, 0);
}

#[test]
fn one_bad_image_of_several_does_not_hide_the_others() {
    let machine = Machine::with_vulnerable_debian();
    let ran = machine.run("image --input nowhere.tar --input also-nowhere.tar --exit-code 1");
    ran.fails(2, &["nowhere.tar", "also-nowhere.tar"]);
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure() {
    let machine = Machine::with_vulnerable_debian();
    machine.run("rootfs root -o no/such/place/report.json").fails(2, &["no/such/place"]);
}

#[test]
fn building_from_nothing_says_so() {
    let machine = Machine::new().write("feeds/readme.txt", "nothing");
    machine.run("db build --from nowhere -o x.db").fails(2, &["nowhere"]);
    machine.run("db build --from feeds -o x.db").fails(2, &["no known advisory feed"]);
    assert!(!machine.exists("x.db"));
}

#[test]
fn time_that_is_over_ends_the_run() {
    let machine = Machine::with_vulnerable_debian();
    machine.run("rootfs root --timeout 1ns").fails(2, &["--timeout"]);
}

#[test]
fn cleaning_takes_only_what_plimsoll_made() {
    let machine = Machine::with_vulnerable_debian().write("cache/precious", "mine");
    assert_eq!(machine.run("rootfs root --cache-dir cache").code, 0);
    assert!(machine.exists("cache/facts"));
    assert_eq!(machine.run("clean --all --cache-dir cache").code, 0);
    assert!(!machine.exists("cache/facts"));
    assert_eq!(machine.read("cache/precious"), "mine");
    assert_eq!(machine.run("clean --cache-dir never-made").code, 0);
}
