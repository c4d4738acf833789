//! Our Debian order against `dpkg --compare-versions`, on 20,000 pairs.

use std::process::Command;

use crate::support::{self, Material};
use plimsoll_version::deb;

const MATERIAL: Material = Material {
    epochs: &["", "", "", "", "0:", "1:", "+2:", "01:", "2147483647:", "2147483648:", "x:", ":"],
    pieces: &[
        ".",
        ".",
        ".",
        "0",
        "1",
        "5",
        "10",
        "00",
        "007",
        "99999999999999999999999",
        "~",
        "~~",
        "~rc1",
        "+",
        "+dfsg",
        "+deb11u2",
        "a",
        "b",
        "Z",
        "rc",
        "-",
        "-1",
        ":",
        "_",
        "é",
        " ",
        ".git20240101",
    ],
    releases: &["", "", "-0", "-1", "-1ubuntu0.22.04.1", "-2~bpo12+1", "-1.1", "-~", "-", "-0+b1"],
};

/// Pairs of versions that have an order.
const PAIRS: usize = 20_000;

/// Pairs with a version that dpkg must refuse as well.
const BROKEN_PAIRS: usize = 3_000;

/// dpkg compares one pair a run, so each line asks at most twice, and two shells share them.
const ASK: &str = r#"
while IFS="$(printf '\t')" read -r left right; do
    dpkg --compare-versions "$left" lt "$right" 2>/dev/null; lt=$?
    case $lt in
    0) echo "<" ;;
    1) if dpkg --compare-versions "$left" eq "$right" 2>/dev/null; then echo "="; else echo ">"; fi ;;
    *) echo "!" ;;
    esac
done"#;

#[test]
fn dpkg_agrees_on_every_pair() {
    if Command::new("dpkg").arg("--version").output().is_err() {
        println!("skipped: dpkg is not installed");
        return;
    }
    let sound = |(left, right): &(String, String)| deb::is_valid(left) && deb::is_valid(right);
    let (mut pairs, mut broken): (Vec<_>, Vec<_>) =
        support::pairs(1, 60_000, &MATERIAL).into_iter().partition(sound);
    assert!(pairs.len() >= PAIRS && broken.len() >= BROKEN_PAIRS);
    pairs.truncate(PAIRS);
    broken.truncate(BROKEN_PAIRS);
    pairs.extend(broken);
    let halves: Vec<_> = pairs.chunks(pairs.len() / 2).map(<[_]>::to_vec).collect();
    let answers: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = halves
            .iter()
            .map(|half| {
                scope.spawn(move || {
                    let lines: String =
                        half.iter().map(|(left, right)| format!("{left}\t{right}\n")).collect();
                    support::run(Command::new("sh").args(["-c", ASK]), &lines).unwrap()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let answers: Vec<&str> = answers.iter().flat_map(|text| text.lines()).collect();
    assert_eq!(answers.len(), pairs.len());

    for ((left, right), answer) in pairs.iter().zip(&answers) {
        let accepted = deb::is_valid(left) && deb::is_valid(right);
        assert_eq!(accepted, *answer != "!", "whether dpkg takes {left:?} and {right:?}");
    }
    let compared = pairs.into_iter().zip(answers).filter(|(_, answer)| *answer != "!");
    let compared = compared.map(|((left, right), answer)| (left, right, answer.to_owned()));
    support::assert_agreement("dpkg", compared, deb::compare);
}
