//! What the tests share: packed files, and counting what can be read.

use std::io::Read;
use std::path::{Path, PathBuf};

use plimsoll_version::constraint::{self, complement};
use plimsoll_version::{Interval, Syntax};

/// Hands over path and text of every file in an archive of the shared data; whether it is there.
pub(crate) fn for_each_file(archive: &str, mut then: impl FnMut(&str, &str)) -> bool {
    let path = shared().join("data").join(archive);
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {} is not there", path.display());
        return false;
    };
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).unwrap());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        then(&path, &String::from_utf8_lossy(&bytes));
    }
    true
}

fn shared() -> PathBuf {
    std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    )
}

/// Counts constraints, and keeps those that cannot be read.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) read: usize,
    pub(crate) unread: Vec<String>,
}

impl Tally {
    /// Reads one, and holds what every reading must fulfil.
    pub(crate) fn read(&mut self, syntax: Syntax, text: &str, place: &str) -> Vec<Interval> {
        match constraint::parse(syntax, text) {
            Ok(intervals) => {
                self.read += 1;
                assert_sound(syntax, &intervals, text);
                intervals
            }
            Err(error) => {
                self.unread.push(format!("{place}: {text:?}: {error}"));
                Vec::new()
            }
        }
    }

    /// Fails unless exactly these could not be read, named by a part of their line.
    pub(crate) fn assert_unread(&self, source: &str, expected: &[&str]) {
        println!("{source}: {} constraints read, {} not", self.read, self.unread.len());
        let mut unread: Vec<&String> = self.unread.iter().collect();
        for part in expected {
            match unread.iter().position(|line| line.contains(part)) {
                Some(at) => drop(unread.remove(at)),
                None => panic!("{source}: {part:?} can be read now"),
            }
        }
        assert!(unread.is_empty(), "{source} has unread\n{unread:#?}");
    }
}

/// The bounds of what was read are in or out as they say, and the complement has the rest.
fn assert_sound(syntax: Syntax, intervals: &[Interval], text: &str) {
    let scheme = syntax.scheme();
    let is_in = |intervals: &[Interval], version: &str| {
        intervals.iter().any(|interval| interval.contains(scheme, version).unwrap())
    };
    let rest = complement(scheme, intervals);
    for interval in intervals {
        for bound in [&interval.lower, &interval.upper].into_iter().flatten() {
            assert!(!bound.inclusive || is_in(intervals, &bound.version), "{text}");
            let version = &bound.version;
            assert_ne!(is_in(intervals, version), is_in(&rest, version), "{version} of {text}");
        }
    }
}
