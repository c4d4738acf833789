//! Under which ids a record is filed: the problem's own, or those of all that an advisory fixes.
//!
//! | record | filed under | its id is also |
//! |---|---|---|
//! | has a CVE in its id (`UBUNTU-CVE-…`, `CURL-CVE-…`) | that | |
//! | about one problem (`GHSA-…`, `GO-…`, `BIT-…`) | the CVEs of `aliases`, else of `upstream` | an alias |
//! | a fix for several (`DSA-…`, `USN-…`, `SUSE-SU-…`) | the CVEs of `aliases`, `upstream` and `related` | |
//!
//! Without a CVE, a distribution's record is filed under the ids that it says to be `upstream`
//! (`GHSA-…`), and any other record under its own. With several CVEs it is not known which of the
//! other names belongs to which, so they are `related`.

use std::collections::HashSet;

use super::super::identifier::{is_cve, is_id};
use super::schema::Record;

/// Marks of the advisories that distributions publish for fixes.
#[rustfmt::skip]
const FIXES: &[&str] = &[
    "DSA-", "DLA-", "DTSA-", "ELA-", "USN-", "LSN-", "ALSA-", "ALBA-", "ALEA-",
    "RLSA-", "RLBA-", "RLEA-", "RXSA-", "RHSA-", "RHBA-", "RHEA-", "SUSE-", "openSUSE-",
    "MGASA-", "MGAA-", "PHSA-", "OESA-", "CLEANSTART-",
];

/// A record's names, sorted out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// What it is filed under; one at least.
    pub(super) ids: Vec<String>,
    /// Other names of the one problem.
    pub(super) aliases: Vec<String>,
    /// Names of other problems.
    pub(super) related: Vec<String>,
    /// Whether the record describes a fix, and its text not one problem.
    pub(super) is_fix: bool,
}

/// Sorts the names of a record whose packages are a distribution's, or not.
pub(super) fn of(record: &Record, is_distribution: bool) -> Names {
    if let Some(cve) = cve_within(&record.id) {
        return about_one(record, vec![cve.to_owned()]);
    }
    let all = || record.aliases.iter().chain(&record.upstream).chain(&record.related);
    let cves_of_all = unique(all().filter_map(|name| cve_within(name)));
    let is_marked = FIXES.iter().any(|mark| record.id.starts_with(mark));
    if is_marked || is_distribution && cves_of_all.len() > 1 {
        let upstream = record.aliases.iter().chain(&record.upstream);
        let others = upstream.filter(|name| is_id(name) && cve_within(name).is_none());
        let mut ids = cves_of_all;
        if ids.is_empty() {
            ids = unique(others.map(String::as_str));
        }
        let related: Vec<String> = unique(
            all().filter(|name| is_id(name) && cve_within(name).is_none()).map(|name| &**name),
        )
        .into_iter()
        .filter(|name| !ids.contains(name))
        .collect();
        if ids.is_empty() {
            ids.push(record.id.clone());
        }
        return Names { ids, aliases: Vec::new(), related, is_fix: true };
    }
    let cves = |names: &[String]| unique(names.iter().filter_map(|name| cve_within(name)));
    let mut ids = cves(&record.aliases);
    if ids.is_empty() {
        ids = cves(&record.upstream);
    }
    if ids.is_empty() && is_distribution {
        ids = cves(&record.related);
    }
    if ids.is_empty() && is_distribution {
        ids = unique(record.upstream.iter().filter(|name| is_id(name)).map(String::as_str));
    }
    if ids.is_empty() {
        ids.push(record.id.clone());
    }
    about_one(record, ids)
}

fn about_one(record: &Record, ids: Vec<String>) -> Names {
    // An id that has the CVE in it says nothing new.
    let own = (cve_within(&record.id).is_none()).then_some(&record.id);
    let is_other = |name: &&str| is_id(name) && !ids.iter().any(|id| id == name);
    let aliases = own.into_iter().chain(&record.aliases).map(String::as_str).filter(is_other);
    let related =
        record.upstream.iter().chain(&record.related).map(String::as_str).filter(is_other);
    let (aliases, related) = match ids.len() {
        1 => (unique(aliases), unique(related)),
        _ => (Vec::new(), unique(aliases.chain(related))),
    };
    let related = related.into_iter().filter(|name| !aliases.contains(name)).collect();
    Names { ids, aliases, related, is_fix: false }
}

/// Each name once, in its order.
fn unique<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut known = HashSet::new();
    names.filter(|name| known.insert(*name)).map(str::to_owned).collect()
}

/// The CVE that an id is, or ends with.
pub(super) fn cve_within(id: &str) -> Option<&str> {
    let cve = &id[id.find("CVE-")?..];
    let before = id.len() - cve.len();
    (is_cve(cve) && (before == 0 || id.as_bytes()[before - 1] == b'-')).then_some(cve)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(id: &str, aliases: &[&str], upstream: &[&str], related: &[&str], os: bool) -> Names {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (aliases, upstream, related) = (list(aliases), list(upstream), list(related));
        of(&Record { id: id.to_owned(), aliases, upstream, related, ..Record::default() }, os)
    }

    #[test]
    fn a_problem_goes_by_its_cve_and_keeps_its_other_names() {
        let one = names("GHSA-a-2", &["CVE-2024-1234", "PYSEC-1"], &[], &["CVE-2020-9999"], false);
        assert_eq!(one.ids, ["CVE-2024-1234"]);
        assert_eq!(one.aliases, ["GHSA-a-2", "PYSEC-1"]);
        assert_eq!(one.related, ["CVE-2020-9999"]);
        assert!(!one.is_fix);
        assert_eq!(
            names("RSEC-2023-6", &[], &["CVE-2020-5238"], &[], false).ids,
            ["CVE-2020-5238"]
        );
        let none = names("MAL-2024-1", &["GHSA-b-1"], &[], &[], false);
        assert_eq!((none.ids, none.aliases), (vec!["MAL-2024-1".into()], vec!["GHSA-b-1".into()]));
        let several =
            names("GO-2024-1", &["CVE-2024-1111", "CVE-2024-2222", "GHSA-1"], &[], &[], false);
        assert_eq!(several.ids, ["CVE-2024-1111", "CVE-2024-2222"]);
        assert!(several.aliases.is_empty());
        assert_eq!(several.related, ["GO-2024-1", "GHSA-1"]);
    }

    #[test]
    fn an_id_with_a_cve_in_it_is_about_that() {
        for id in ["CVE-2024-1234", "UBUNTU-CVE-2024-1234", "ROOT-OS-UBUNTU-2204-CVE-2024-1234"] {
            let one = names(id, &["CVE-2024-1234", "GHSA-1"], &[], &["CVE-2024-1234"], true);
            assert_eq!(one.ids, ["CVE-2024-1234"], "{id}");
            assert_eq!(one.aliases, ["GHSA-1"], "{id}");
            assert!(one.related.is_empty(), "{id}");
        }
        assert_eq!(cve_within("UBUNTU-CVE-2024-12"), None);
    }

    #[test]
    fn a_fix_goes_by_all_that_it_fixes() {
        let notice = names("USN-1-1", &[], &["UBUNTU-CVE-2021-3782"], &["CVE-2021-9999"], true);
        assert_eq!(notice.ids, ["CVE-2021-3782", "CVE-2021-9999"]);
        assert!(notice.aliases.is_empty() && notice.is_fix);
        let start = names("CLEANSTART-1", &[], &["GHSA-1", "GHSA-2"], &[], true);
        assert_eq!(start.ids, ["GHSA-1", "GHSA-2"]);
        assert_eq!(names("DSA-1-1", &[], &[], &[], true).ids, ["DSA-1-1"]);
        let new = names("NEW-1", &[], &["CVE-2024-1111", "CVE-2024-2222"], &[], true);
        assert!(new.is_fix);
        let one = names("BELL-1", &[], &["CVE-2024-1111"], &[], true);
        assert_eq!((one.ids, one.aliases), (vec!["CVE-2024-1111".into()], vec!["BELL-1".into()]));
    }
}
