//! Our Python order against the `packaging` library.

use std::process::Command;

use plimsoll_version::pep440;

use crate::support::{self, Material};

const MATERIAL: Material = Material {
    epochs: &["", "", "", "", "", "0!", "1!", "v", "01!", "!", "x!"],
    pieces: &[
        ".",
        ".0",
        ".0",
        ".1",
        ".10",
        "0",
        "99999999999999999999999",
        "a1",
        "b2",
        "rc",
        "RC1",
        "-alpha.1",
        "_beta",
        "pre3",
        ".preview-4",
        "c",
        ".post1",
        "post",
        "-1",
        ".rev2",
        "-r3",
        ".dev1",
        "dev",
        ".DEV02",
        "x",
        "é",
    ],
    releases: &["", "", "", "+abc", "+ABC.1", "+1", "+01", "+a_b-c", "+", "+a..b", " "],
};

const ASK: &str = r#"
import sys
from packaging.version import InvalidVersion, Version
for line in sys.stdin.buffer.read().decode().split("\n")[:-1]:
    left, right = line.split("\t")
    try:
        left, right = Version(left), Version(right)
        print("<" if left < right else ">" if left > right else "=")
    except InvalidVersion:
        print("!")
"#;

#[test]
fn packaging_agrees_on_every_pair() {
    let has = Command::new("python3").args(["-c", "import packaging.version"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        println!("skipped: Python's packaging is not installed");
        return;
    }
    let pairs = support::pairs(4, 60_000, &MATERIAL);
    let answers = support::run(Command::new("python3").args(["-c", ASK]), &support::lines(&pairs));
    support::assert_decisions("packaging", &pairs, &answers.unwrap(), 6_000, |left, right| {
        (pep440::is_valid(left) && pep440::is_valid(right)).then(|| pep440::compare(left, right))
    });
}
