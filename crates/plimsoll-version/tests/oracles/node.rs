//! Our npm order and ranges against the `semver` that npm itself brings.

use std::process::Command;

use plimsoll_version::{Scheme, Syntax, constraint, npm};

use crate::support::{self, Material, Random};

const MATERIAL: Material = Material {
    epochs: &["", "1.0.", "1.2.", "2.", "v", "v1.0.", "=", "=v1.10."],
    pieces: &[
        ".0.0",
        ".1.2",
        ".10.3",
        ".0.1",
        ".2",
        "-0",
        "-1",
        "-alpha",
        "-alpha.1",
        "-alpha.10",
        "-rc.1",
        "-x-y",
        ".0.0-beta",
        "beta",
        "a",
        ".",
        "-",
        "..",
    ],
    releases: &["", "", ".0.0", ".1.0", "+build", "+1", "-9999999999.x", "+", "-0.1"],
};

/// Fails when npm is not there, else lets the program use its library as `semver`.
const LIBRARY: &str = r#"
const path = require("path");
const root = require("child_process").execSync("npm root -g").toString().trim();
const semver = require(path.join(root, "npm", "node_modules", "semver"));
const lines = require("fs").readFileSync(0, "utf8").split("\n").slice(0, -1);
"#;

const COMPARE: &str = r#"
for (const line of lines) {
    const [left, right] = line.split("\t").map(text => semver.parse(text, { loose: true }));
    const order = left && right ? semver.compare(left, right) : null;
    console.log(order === null ? "!" : order < 0 ? "<" : order > 0 ? ">" : "=");
}"#;

const SATISFIES: &str = r#"
for (const line of lines) {
    const [version, range] = line.split("\t");
    const options = { includePrerelease: true };
    const valid = semver.validRange(range, options) !== null;
    console.log(!valid ? "!" : semver.satisfies(version, range, options) ? "in" : "out");
}"#;

fn ask(program: &str, lines: &str) -> Option<String> {
    let has =
        Command::new("node").args(["-e", LIBRARY]).stdin(std::process::Stdio::null()).output();
    if !has.is_ok_and(|output| output.status.success()) {
        println!("skipped: npm is not installed");
        return None;
    }
    support::run(Command::new("node").args(["-e", &format!("{LIBRARY}{program}")]), lines)
}

#[test]
fn semver_agrees_on_every_pair() {
    let mut pairs = support::pairs(6, 30_000, &MATERIAL);
    // Ours takes fewer and more than three numbers, which npm's advisories have and npm has not.
    let three = |version: &str| {
        let numbers = version.trim_start_matches(['v', '=']);
        let end = numbers.find(|sign: char| !sign.is_ascii_digit() && sign != '.');
        let numbers = &numbers[..end.unwrap_or(numbers.len())];
        numbers.split('.').filter(|number| !number.is_empty()).count() == 3
            && !numbers.ends_with('.')
    };
    // npm reads a hyphen with nothing behind it as the name of a pre-release.
    let named = |version: &str| {
        !version.ends_with('-') && !version.contains("-.") && !version.contains("-+")
    };
    let comparable = |version: &str| three(version) && named(version);
    pairs.retain(|(left, right)| comparable(left) && comparable(right));
    let Some(answers) = ask(COMPARE, &support::lines(&pairs)) else { return };
    support::assert_decisions("semver", &pairs, &answers, 2_000, |left, right| {
        (npm::is_valid(left) && npm::is_valid(right)).then(|| npm::compare(left, right))
    });
}

#[test]
fn semver_agrees_on_every_range() {
    let mut random = Random::seeded(7);
    let version = |random: &mut Random| {
        let mut text = random.pick(&["0", "1", "2", "3"]).to_owned();
        text.push_str(random.pick(&[".0", ".1", ".2"]));
        text.push_str(random.pick(&[".0", ".1", ".2", ".3"]));
        text + random.pick(&["", "", "", "-0", "-alpha", "-beta.2", "+build"])
    };
    let partial = |random: &mut Random| {
        random
            .pick(&[
                "0", "1", "2", "1.x", "1.2", "0.1", "0.0", "0.x", "*", "1.2.x", "2.*", "x", "1.X.X",
            ])
            .to_owned()
    };
    let lines: Vec<(String, String)> = (0..30_000)
        .map(|_| {
            let mut range = String::new();
            for index in 0..=random.below(3) {
                let bound = |random: &mut Random| {
                    if random.once_in(3) { partial(random) } else { version(random) }
                };
                if index > 0 {
                    range.push_str(random.pick(&[" ", " || ", "||"]));
                }
                if random.once_in(8) {
                    range += &format!("{} - {}", bound(&mut random), bound(&mut random));
                    // npm reads a hyphen only when nothing else is asked for together with it.
                    break;
                }
                range.push_str(
                    random.pick(&["", "=", "<", "<=", ">", ">=", "~", "^", "~>", ">= ", "< "]),
                );
                range += &bound(&mut random);
            }
            (version(&mut random), range)
        })
        .filter(|(_, range)| !range.contains(" - ") || !range.split("||").any(mixes_hyphen))
        .collect();
    let Some(answers) = ask(SATISFIES, &support::lines(&lines)) else { return };
    let mut differences = Vec::new();
    let mut inside = 0;
    for ((version, range), answer) in lines.iter().zip(answers.lines()) {
        let ours = match constraint::parse(Syntax::Npm, range) {
            Ok(intervals) => {
                let is_in = |interval: &plimsoll_version::Interval| {
                    interval.contains(Scheme::Npm, version).unwrap()
                };
                if intervals.iter().any(is_in) { "in" } else { "out" }
            }
            Err(plimsoll_version::InvalidConstraint::MatchesNothing) => "out",
            Err(_) => "!",
        };
        inside += usize::from(ours == "in");
        if ours != answer {
            differences.push(format!("{version} in {range}: {answer}, we say {ours}"));
        }
    }
    println!("{} versions in ranges compared with semver, {inside} inside", lines.len());
    assert!(inside > 5_000 && lines.len() > 20_000);
    differences.truncate(20);
    assert!(differences.is_empty(), "semver says\n{}", differences.join("\n"));
}

/// Whether an alternative has more than the two versions around its hyphen.
fn mixes_hyphen(alternative: &str) -> bool {
    alternative.contains(" - ") && alternative.split_whitespace().count() != 3
}
