//! Our RPM order against rpm's own, on 20,000 pairs.

use std::process::Command;

use crate::support::{self, Material};
use plimsoll_version::rpm;

const MATERIAL: Material = Material {
    epochs: &["", "", "", "0:", "1:", "01:", "99999999999999999999:", ":", "x:"],
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
        "99999999999999999999999",
        "~",
        "~~",
        "^",
        "^^",
        "~rc1",
        "^git1",
        "a",
        "b",
        "Z",
        "rc",
        "-",
        "-1",
        ":",
        "é",
        ".el8_5",
        ".module_el8",
    ],
    releases: &["", "", "-0", "-1", "-1.el9", "-2.fc40~1", "-1.1", "-~", "-", "-1^2"],
};

/// rpm's macro language has Lua with rpm's comparison in it.
const ASK: &str = r#"%{lua:
for line in io.lines("/dev/stdin") do
    local left, right = line:match("^(.-)\t(.*)$")
    local order = rpm.vercmp(left, right)
    print((order < 0 and "<" or order > 0 and ">" or "=") .. "\n")
end}"#;

#[test]
fn rpm_agrees_on_every_pair() {
    let pairs = support::pairs(2, 20_000, &MATERIAL);
    let lines: String = pairs.iter().map(|(left, right)| format!("{left}\t{right}\n")).collect();
    let Some(answers) = support::run(Command::new("rpm").args(["--eval", ASK]), &lines) else {
        println!("skipped: rpm is not installed");
        return;
    };
    let answers: Vec<&str> = answers.split_whitespace().collect();
    assert_eq!(answers.len(), pairs.len());
    let compared = pairs.into_iter().zip(answers);
    let compared = compared.map(|((left, right), answer)| (left, right, answer.to_owned()));
    support::assert_agreement("rpm", compared, rpm::compare);
}
