//! What a distribution's advisory for several CVEs says about each of them.

use std::collections::HashMap;

use super::identifier::is_cve;
use crate::model::Vulnerability;

/// An erratum has a page at its distribution and one at Red Hat.
const MOST_OWN_LINKS: usize = 8;

/// A longer line or link is neither a title nor an address, and would be repeated for every CVE.
const LONGEST: usize = 2048;

/// The words of an advisory, sorted out once.
pub(super) struct Words<'e> {
    /// CVE → the line of the details about it: `* gupnp: DNS rebinding (CVE-2021-33516)`.
    titles: HashMap<&'e str, &'e str>,
    /// CVE → links that name it.
    links: HashMap<&'e str, Vec<&'e str>>,
    /// Links to the erratum itself.
    own_links: Vec<&'e str>,
}

impl<'e> Words<'e> {
    /// `links` are addresses with their OSV types.
    pub(super) fn of(
        details: &'e str,
        links: impl Iterator<Item = (&'e str, &'e str)>,
    ) -> Words<'e> {
        let mut words =
            Words { titles: HashMap::new(), links: HashMap::new(), own_links: Vec::new() };
        for line in details.lines().filter_map(|line| line.trim().strip_prefix('*')) {
            let Some((title, rest)) = line.rsplit_once('(') else { continue };
            if title.len() > LONGEST {
                continue;
            }
            for cve in rest.split([',', ' ', ')']).filter(|word| is_cve(word)) {
                words.titles.entry(cve).or_insert(title.trim());
            }
        }
        for (url, kind) in links.filter(|(url, _)| url.len() <= LONGEST) {
            match url.find("CVE-").map(|at| &url[at..]).filter(|cve| is_cve(cve)) {
                Some(cve) => words.links.entry(cve).or_default().push(url),
                None if kind == "ADVISORY" => words.own_links.push(url),
                None => {}
            }
        }
        words.own_links.truncate(MOST_OWN_LINKS);
        words
    }

    /// What is said about one of the problems.
    pub(super) fn about(&self, id: &str) -> Vulnerability {
        let links = self.links.get(id).into_iter().flatten().chain(&self.own_links);
        Vulnerability {
            id: id.to_owned(),
            title: self.titles.get(id).copied().unwrap_or_default().to_owned(),
            references: links.map(|link| (*link).to_owned()).collect(),
            ..Vulnerability::default()
        }
    }
}
