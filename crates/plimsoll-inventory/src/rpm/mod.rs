//! Packages of rpm, read from its database files without rpm's libraries.
//!
//! rpm has had three formats for one and the same content, a numbered set of header blobs
//! (`header`): a Berkeley DB hash table (`berkeley`, until rpm 4.15), a format of its own
//! (`ndb`, SUSE) and SQLite (`sqlite`, since rpm 4.16). The sources of rpm define them:
//! <https://github.com/rpm-software-management/rpm/tree/master/lib>. Images without any database
//! may have a list instead ([`parse_manifest`]).
//!
//! The entries `gpg-pubkey-…` that `rpm -qa` lists are signing keys which somebody imported, not
//! installed software, and are left out.

mod berkeley;
mod collector;
mod header;
mod log;
mod manifest;
mod ndb;
mod sqlite;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod testing;

use plimsoll_image::ProblemKind;

use crate::{Package, Parsed, SourcePackage};
use collector::Collector;

pub use manifest::parse_manifest;

/// Reads `Packages`, `Packages.db` or `rpmdb.sqlite`, whichever these bytes are.
///
/// `log` is what `rpmdb.sqlite-wal` holds, if that file exists: packages that were installed last
/// may stand only there. The other formats have no such file.
///
/// Versions come as `[epoch:]version-release`, with the epoch only if it is not zero. That is what
/// dnf prints; a bare `rpm -qa` leaves out the epoch always.
pub fn parse_database(database: &[u8], log: Option<&[u8]>) -> Parsed<Vec<Package>> {
    let mut collector = Collector::new(database.len(), log.map_or(0, <[u8]>::len));
    // A new database may stand wholly in its log.
    if sqlite::detect(database) || (database.is_empty() && log.is_some_and(|log| !log.is_empty())) {
        sqlite::read(database, log, &mut collector);
    } else if ndb::detect(database) {
        ndb::read(database, &mut collector);
    } else if berkeley::detect(database) {
        berkeley::read(database, &mut collector);
    } else {
        let message = "this is none of rpm's database formats: its packages are unknown";
        collector.problem(ProblemKind::Unsupported, message);
    }
    collector.finish()
}

/// `[epoch:]version-release`.
fn full_version(epoch: u32, version_release: &str) -> String {
    match epoch {
        0 => version_release.to_owned(),
        epoch => format!("{epoch}:{version_release}"),
    }
}

/// The source package in a file name like `bash-5.1.8-6.el9.src.rpm`. Its epoch is not recorded.
fn source_package(file_name: &str) -> Option<SourcePackage> {
    let stem = file_name.strip_suffix(".src.rpm").or(file_name.strip_suffix(".nosrc.rpm"))?;
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    (!name.is_empty())
        .then(|| SourcePackage { name: name.to_owned(), version: format!("{version}-{release}") })
}

/// `N` bytes at an offset, if they are there.
fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A big-endian number.
fn big_u32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// A little-endian number.
fn little_u32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// A count or offset from a file as an index. Where `usize` is small it saturates, and so lies
/// behind the end of any slice.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_file_names_are_taken_apart() {
        let source = |file| source_package(file).map(|source| (source.name, source.version));
        let expected = |name: &str, version: &str| Some((name.to_owned(), version.to_owned()));
        assert_eq!(
            source("gcc-c++-x-11.3.1-2.1.el9.src.rpm"),
            expected("gcc-c++-x", "11.3.1-2.1.el9")
        );
        assert_eq!(source("cuda-1-2.nosrc.rpm"), expected("cuda", "1-2"));
        for broken in ["(none)", "", "a.src.rpm", "a-1.src.rpm", "-1-2.src.rpm", "a-1-2.x86_64.rpm"]
        {
            assert_eq!(source(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_zero_epoch_is_not_written() {
        assert_eq!(full_version(0, "1.1-2"), "1.1-2");
        assert_eq!(full_version(32, "9.16.23-1.el9"), "32:9.16.23-1.el9");
    }

    #[test]
    fn what_is_no_database_is_told() {
        for bytes in [&b""[..], b"x", b"SQLite", &[0; 5_000]] {
            let parsed = parse_database(bytes, None);
            assert_eq!((parsed.value.len(), parsed.problems.len()), (0, 1));
        }
    }
}
