//! Ordered version pairs that others collected from the distributions' archives.

use std::cmp::Ordering;
use std::io::Read;

use plimsoll_version::{apk, deb};

use crate::support::{self, shared};

#[test]
fn every_debian_line_holds() {
    check("debian-versions", 14_000, deb::compare);
}

#[test]
fn every_alpine_line_holds() {
    check("alpine-versions", 14_000, apk::compare);
}

/// Holds the lines `LEFT < RIGHT` of all files whose name starts so; there are at least so many.
fn check(name: &str, at_least: usize, order: impl Fn(&str, &str) -> Ordering) {
    let path = shared().join("data/version-compare-vectors/version-order.tar.zst");
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).unwrap());
    let mut compared = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        if !path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)) {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let [left, sign, right] = words[..] else { panic!("{line:?} has another form") };
            compared.push((left.to_owned(), right.to_owned(), sign.to_owned()));
        }
    }
    assert!(compared.len() > at_least, "only {} lines in {}", compared.len(), path.display());
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
