//! Ordered version pairs that others collected from the distributions' archives.

use std::cmp::Ordering;
use std::io::Read;

use plimsoll_version::{apk, deb, maven, pep440};

use crate::support::{self, shared};

#[test]
fn every_debian_line_holds() {
    check("debian-versions", 14_000, &[], deb::compare);
}

#[test]
fn every_alpine_line_holds() {
    check("alpine-versions", 14_000, &[], apk::compare);
}

#[test]
fn every_maven_line_holds() {
    check("maven-versions", 14_000, &OF_OLD_MAVEN, maven::compare);
}

#[test]
fn every_python_line_holds() {
    check("pypi-versions", 12_000, &[], pep440::compare);
}

/// The lines that Maven 3.6 fulfils, and 3.8 and 3.9 do not: since then a qualifier behind a point
/// counts as one behind a hyphen. No Maven fulfils the first.
const OF_OLD_MAVEN: [&str; 19] = [
    "1-1 = 1-ga-1",
    "1.0.0-RC16 < 1.0.0.RC8-beta",
    "1.0.0-gradle-rework-beta3 < 1.0.0.RC7-3",
    "2.9.0-1 < 2.9.0.RC1",
    "6.1.12.rc5 < 6.1.12rc1",
    "1.1.31.sec10 < 1.1.31_noneautotype",
    "1.1.34.sec10 < 1.1.34_noneautotype",
    "1.1.46.sec10 < 1.1.46_noneautotype",
    "1.2.8.sec10_noneautotype < 1.2.8_noneautotype",
    "1.2.31.sec10 < 1.2.31_noneautotype",
    "1.2.48.sec10 < 1.2.48_noneautotype",
    "1.2.50.sec10 < 1.2.50_noneautotype",
    "1.2.54.sec10 < 1.2.54_noneautotype",
    "1.2.57.sec10 < 1.2.57_noneautotype",
    "1.2.60.sec10 < 1.2.60_noneautotype",
    "1.2.67.sec10 < 1.2.67_noneautotype",
    "1.0.0rc0 < 1.0.beta8",
    "1.5.9.RC1 < 1.5.9-RC0",
    "1.1.0-01-glassfish < 1.1.0.Beta1",
];

/// Holds the lines `LEFT < RIGHT` of all files whose name starts so; there are at least so many.
/// Those named stand in the files, and the opposite holds.
fn check(name: &str, at_least: usize, outdated: &[&str], order: impl Fn(&str, &str) -> Ordering) {
    let path = shared().join("data/version-compare-vectors/version-order.tar.zst");
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).unwrap());
    let mut compared = Vec::new();
    let mut seen_outdated = 0;
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        if !path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)) {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '/'])) {
            let words: Vec<&str> = line.split(' ').collect();
            let [left, sign, right] = words[..] else { panic!("{line:?} has another form") };
            seen_outdated += usize::from(outdated.contains(&line));
            let sign = if outdated.contains(&line) { ">" } else { sign };
            compared.push((left.to_owned(), right.to_owned(), sign.to_owned()));
        }
    }
    assert!(compared.len() > at_least, "only {} lines in {}", compared.len(), path.display());
    assert_eq!(seen_outdated, outdated.len(), "the files have other lines now");
    let turned: Vec<_> = compared
        .iter()
        .map(|(left, right, sign)| {
            let turned = match sign.as_str() {
                "<" => ">",
                ">" => "<",
                other => other,
            };
            (right.clone(), left.clone(), turned.to_owned())
        })
        .collect();
    support::assert_agreement(name, compared.into_iter().chain(turned), order);
}
