//! `go.sum`: checksums of all modules that were looked at. Those with the checksum of their whole
//! archive, not of their `go.mod` alone, were downloaded.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use plimsoll_version::Ecosystem;

/// The highest version of each module whose archive was downloaded, and in words what cannot be
/// read.
pub(super) fn read(text: &str) -> (BTreeMap<&str, &str>, Vec<String>) {
    let mut highest: BTreeMap<&str, &str> = BTreeMap::new();
    let mut broken = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut fields = text.split_whitespace();
        match (fields.next(), fields.next(), fields.next(), fields.next()) {
            (None, ..) => {}
            (Some(_), Some(version), Some(_), None) if version.ends_with("/go.mod") => {}
            (Some(path), Some(version), Some(_), None) => {
                let scheme = Ecosystem::Golang.scheme();
                let known = highest.entry(path).or_insert(version);
                if scheme.compare(known, version).is_ok_and(Ordering::is_lt) {
                    *known = version;
                }
            }
            _ => broken.push(format!("line {line}: no module, version and checksum")),
        }
    }
    (highest, broken)
}
