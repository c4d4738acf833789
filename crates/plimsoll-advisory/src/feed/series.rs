//! Code names of Debian and Ubuntu releases.
//!
//! The advisories of both speak of code names, an installed system of numbers. Defined by the
//! `distro-info-data` package: <https://salsa.debian.org/debian/distro-info-data>.

use plimsoll_version::Distribution;

/// Debian, oldest first. `sid` has no number and keeps its name.
#[rustfmt::skip]
const DEBIAN: &[(&str, &str)] = &[
    ("hamm", "2.0"), ("slink", "2.1"), ("potato", "2.2"), ("woody", "3.0"), ("sarge", "3.1"),
    ("etch", "4"), ("lenny", "5"), ("squeeze", "6"), ("wheezy", "7"), ("jessie", "8"),
    ("stretch", "9"), ("buster", "10"), ("bullseye", "11"), ("bookworm", "12"), ("trixie", "13"),
    ("forky", "14"), ("duke", "15"), ("sid", "sid"),
];

/// Releases that the Debian tracker follows: those with support, those to come, and unstable.
pub(super) const DEBIAN_FOLLOWED: &[&str] = &["11", "12", "13", "14", "sid"];

/// Ubuntu, oldest first. `devel` is whatever comes next.
#[rustfmt::skip]
const UBUNTU: &[(&str, &str)] = &[
    ("warty", "4.10"), ("hoary", "5.04"), ("breezy", "5.10"), ("dapper", "6.06"), ("edgy", "6.10"),
    ("feisty", "7.04"), ("gutsy", "7.10"), ("hardy", "8.04"), ("intrepid", "8.10"),
    ("jaunty", "9.04"), ("karmic", "9.10"), ("lucid", "10.04"), ("maverick", "10.10"),
    ("natty", "11.04"), ("oneiric", "11.10"), ("precise", "12.04"), ("quantal", "12.10"),
    ("raring", "13.04"), ("saucy", "13.10"), ("trusty", "14.04"), ("utopic", "14.10"),
    ("vivid", "15.04"), ("wily", "15.10"), ("xenial", "16.04"), ("yakkety", "16.10"),
    ("zesty", "17.04"), ("artful", "17.10"), ("bionic", "18.04"), ("cosmic", "18.10"),
    ("disco", "19.04"), ("eoan", "19.10"), ("focal", "20.04"), ("groovy", "20.10"),
    ("hirsute", "21.04"), ("impish", "21.10"), ("jammy", "22.04"), ("kinetic", "22.10"),
    ("lunar", "23.04"), ("mantic", "23.10"), ("noble", "24.04"), ("oracular", "24.10"),
    ("plucky", "25.04"), ("questing", "25.10"), ("resolute", "26.04"), ("stonking", "26.10"),
    ("devel", "devel"),
];

/// `debian:12` for `bookworm`.
pub(super) fn debian(series: &str) -> Option<String> {
    number(DEBIAN, series).map(|version| Distribution::Debian.namespace(version))
}

/// `ubuntu:22.04` for `jammy`.
pub(super) fn ubuntu(series: &str) -> Option<String> {
    number(UBUNTU, series).map(|version| Distribution::Ubuntu.namespace(version))
}

fn number(table: &[(&str, &'static str)], series: &str) -> Option<&'static str> {
    table.iter().rev().find(|row| row.0 == series).map(|row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_names_become_namespaces() {
        assert_eq!(debian("bookworm").as_deref(), Some("debian:12"));
        assert_eq!(debian("sarge").as_deref(), Some("debian:3"));
        assert_eq!(debian("sid").as_deref(), Some("debian:sid"));
        assert_eq!(ubuntu("jammy").as_deref(), Some("ubuntu:22.04"));
        assert_eq!(ubuntu("dapper").as_deref(), Some("ubuntu:6.06"));
        assert_eq!(debian("jammy"), None);
    }
}
