//! Our Arch order against pacman's `vercmp`.

use std::process::Command;

use crate::support::{self, Material};
use plimsoll_version::pacman;

const MATERIAL: Material = Material {
    epochs: &["", "", "", "0:", "1:", "01:", ":", "x:"],
    pieces: &[
        ".",
        ".",
        "_",
        "+",
        "0",
        "1",
        "5",
        "10",
        "00",
        "007",
        "9999999999999999",
        "~",
        "^",
        "a",
        "b",
        "Z",
        "rc",
        "beta",
        "-",
        "-1",
        ":",
        "..",
        ".r5.gabc",
    ],
    releases: &["", "", "-0", "-1", "-1.1", "-2", "-"],
};

const ASK: &str = r#"
while IFS="$(printf '\t')" read -r left right; do vercmp "$left" "$right"; done"#;

#[test]
fn vercmp_agrees_on_every_pair() {
    if Command::new("vercmp").arg("--help").output().is_err() {
        println!("skipped: vercmp (of pacman) is not installed");
        return;
    }
    let pairs = support::pairs(3, 10_000, &MATERIAL);
    let lines: String = pairs.iter().map(|(left, right)| format!("{left}\t{right}\n")).collect();
    let answers = support::run(Command::new("sh").args(["-c", ASK]), &lines).unwrap();
    let answers: Vec<i32> = answers.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(answers.len(), pairs.len());
    let compared = pairs
        .into_iter()
        .zip(answers)
        .map(|((left, right), answer)| (left, right, support::sign(answer.cmp(&0)).to_owned()));
    support::assert_agreement("vercmp", compared, pacman::compare);
}
