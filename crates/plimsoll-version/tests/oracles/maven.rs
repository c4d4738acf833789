//! Our Maven order against the `ComparableVersion` of an installed Maven.

use std::path::Path;
use std::process::Command;

use plimsoll_version::maven;

use crate::support::{self, Material};

const MATERIAL: Material = Material {
    epochs: &["", "", "", "", "v", "a", "RELEASE.", "-", "."],
    pieces: &[
        ".",
        ".",
        "-",
        "-",
        ".0",
        ".0",
        "-0",
        "1",
        "10",
        "00",
        "99999999999999999999999",
        "a",
        "a1",
        "b",
        "m2",
        "alpha",
        "-beta",
        "rc",
        "cr1",
        "-SNAPSHOT",
        "sp",
        "ga",
        ".Final",
        "x",
        "Foo",
        "_",
        "+",
        "é",
    ],
    releases: &["", "", "", "-1", "-0", "-jre", ".RELEASE", "-ga", "-", "."],
};

/// Where Debian's and Maven's own packages keep the libraries.
const LIBRARIES: [&str; 2] = ["/usr/share/maven/lib", "/opt/maven/lib"];

/// `ComparableVersion` has a command line: it compares each argument with the one before.
const ENTRY: &str = "org.apache.maven.artifact.versioning.ComparableVersion";

/// Arguments of one run.
const PAIRS_OF_A_RUN: usize = 1_000;

#[test]
fn maven_agrees_on_every_pair() {
    let has_java = Command::new("java").arg("-version").output().is_ok();
    let library = LIBRARIES.iter().find(|path| Path::new(path).is_dir());
    let (Some(library), true) = (library, has_java) else {
        println!("skipped: Maven is not installed");
        return;
    };
    let mut pairs = support::pairs(5, 20_000, &MATERIAL);
    pairs.retain(|(left, right)| [left, right].iter().all(|version| maven::is_valid(version)));
    let mut compared = Vec::new();
    for pairs in pairs.chunks(PAIRS_OF_A_RUN) {
        let output = Command::new("java")
            .args(["-cp", &format!("{library}/*"), ENTRY])
            .args(pairs.iter().flat_map(|(left, right)| [left, right]))
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        // `   1.0 < 1.1` between the lines that describe each version; every second compares a pair.
        let signs: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with(' '))
            .map(|line| line.split_whitespace().nth(1).unwrap())
            .step_by(2)
            .collect();
        assert_eq!(signs.len(), pairs.len());
        for ((left, right), sign) in pairs.iter().zip(signs) {
            let sign = if sign == "==" { "=" } else { sign };
            compared.push((left.clone(), right.clone(), sign.to_owned()));
        }
    }
    assert!(compared.len() > 15_000);
    support::assert_agreement("Maven", compared.into_iter(), maven::compare);
}
