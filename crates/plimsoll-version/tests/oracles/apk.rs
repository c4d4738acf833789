//! Our Alpine order against the real `apk` of an Alpine root file system (apk-tools 2).

use std::process::Command;

use crate::support::{self, Material, shared};
use plimsoll_version::apk;

const MATERIAL: Material = Material {
    epochs: &[""],
    pieces: &[
        ".1",
        ".1",
        ".2",
        ".10",
        ".0",
        "a",
        "b",
        "z",
        "_alpha",
        "_beta1",
        "_pre2",
        "_rc1",
        "_cvs",
        "_svn3",
        "_git20240101",
        "_hg",
        "_p",
        "_p1",
        "_blah",
        "1",
        "5",
    ],
    releases: &["", "-r0", "-r0", "-r1", "-r2", "-r10", "-r01"],
};

/// Pairs of versions that have an order.
const PAIRS: usize = 1_500;

/// Pairs with a version that is not valid here; apk-tools 2 takes some of them.
const BROKEN_PAIRS: usize = 200;

/// `apk` is dynamic, and the machine may not have its C library: the root's own loader runs it.
const ASK: &str = r#"
root=$1
while IFS="$(printf '\t')" read -r left right; do
    for version in "$left" "$right"; do
        "$root"/lib/ld-musl-x86_64.so.1 --library-path "$root/lib:$root/usr/lib" \
            "$root/sbin/apk" version --check -- "$version" >/dev/null && printf + || printf -
    done
    "$root"/lib/ld-musl-x86_64.so.1 --library-path "$root/lib:$root/usr/lib" \
        "$root/sbin/apk" version --test -- "$left" "$right"
    echo
done"#;

#[test]
fn apk_agrees_on_every_pair() {
    let archive = shared().join("rootfs/alpine/alpine-minirootfs-3.19.4-x86_64.tar.gz");
    let Ok(archive) = std::fs::File::open(&archive) else {
        println!("skipped: {} is not there", archive.display());
        return;
    };
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("skipped: the root file system is for x86-64 Linux");
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    archive.set_preserve_ownerships(false);
    archive.unpack(root.path()).unwrap();

    let (mut pairs, mut broken): (Vec<_>, Vec<_>) = support::pairs(4, 20_000, &MATERIAL)
        .into_iter()
        .partition(|(left, right)| apk::is_valid(left) && apk::is_valid(right));
    assert!(pairs.len() >= PAIRS && broken.len() >= BROKEN_PAIRS);
    pairs.truncate(PAIRS);
    broken.truncate(BROKEN_PAIRS);
    pairs.extend(broken);
    let lines: String = pairs.iter().map(|(left, right)| format!("{left}\t{right}\n")).collect();
    let answers =
        support::run(Command::new("sh").args(["-c", ASK, "sh"]).arg(root.path()), &lines).unwrap();
    let answers: Vec<&str> = answers.split_whitespace().collect();
    assert_eq!(answers.len(), pairs.len());

    let mut compared = Vec::new();
    for ((left, right), answer) in pairs.into_iter().zip(answers) {
        let (taken, order) = answer.split_at(2);
        for (version, mark) in [&left, &right].into_iter().zip(taken.chars()) {
            // apk-tools 2 also takes a point or revision without a number, as version 3 does not.
            assert!(mark == '+' || !apk::is_valid(version), "apk does not take {version:?}");
        }
        let comparable = |version: &str| apk::is_valid(version) && !generations_differ(version);
        if comparable(&left) && comparable(&right) {
            compared.push((left, right, order.to_owned()));
        }
    }
    assert!(compared.len() > 1_000, "only {} pairs have an order", compared.len());
    support::assert_agreement("apk", compared.into_iter(), apk::compare);
}

/// Whether a number behind a point or a letter starts with zero and goes on, where apk-tools 2 and
/// 3 have different orders.
fn generations_differ(version: &str) -> bool {
    version
        .as_bytes()
        .windows(3)
        .any(|three| !three[0].is_ascii_digit() && three[1] == b'0' && three[2].is_ascii_digit())
}
