//! What sources took back of what they, or older copies of their data, say.
//!
//! An archive of a feed may be older than the list of what was deleted since, and files are read in
//! any order by several threads. So deletions are only noted while feeds are read, and carried out
//! when everything has been said.

use std::collections::{BTreeMap, HashSet};

use crate::collector::Collector;
use crate::sink::SourceId;

/// Source and id of what was taken back, with the latest date where one was given.
#[derive(Debug, Default)]
pub(crate) struct Deleted(BTreeMap<(SourceId, String), Option<String>>);

/// Length of `YYYY-MM-DDTHH:MM:SS`. The zones of one source's dates are the same.
const DATE_TIME: usize = 19;

impl Deleted {
    pub(crate) fn note(&mut self, source: SourceId, id: &str, at: Option<&str>) {
        let known = self.0.entry((source, id.to_owned())).or_insert(None);
        if known.as_deref() < at {
            *known = at.map(str::to_owned);
        }
    }

    pub(crate) fn merge(&mut self, other: Deleted, source: impl Fn(SourceId) -> SourceId) {
        for ((from, id), at) in other.0 {
            self.note(source(from), &id, at.as_deref());
        }
    }
}

impl Collector {
    /// Leaves out what sources took back. To be called when everything has been said.
    pub(crate) fn drop_deleted(&mut self) {
        let Deleted(mut deleted) = std::mem::take(&mut self.deleted);
        if deleted.is_empty() {
            return;
        }
        // A document that came again after its deletion is alive.
        for (source, vulnerability) in &self.vulnerabilities {
            let key = (*source, vulnerability.id.clone());
            if let Some(Some(at)) = deleted.get(&key)
                && let Some(modified) = &vulnerability.modified
                && modified.get(..DATE_TIME) > at.get(..DATE_TIME)
            {
                deleted.remove(&key);
            }
        }
        self.vulnerabilities
            .retain(|(source, record)| !deleted.contains_key(&(*source, record.id.clone())));
        let gone: HashSet<(SourceId, u32)> = deleted
            .keys()
            .filter_map(|(source, id)| Some((*source, self.strings.find(id)?)))
            .collect();
        let verdicts = self.verdicts.list();
        self.affected.retain(|row| {
            let mut names = verdicts[row.verdict as usize].advisories.iter();
            !gone.contains(&(row.source, row.vulnerability))
                && !names.any(|&advisory| gone.contains(&(row.source, advisory)))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Affected, Source, Status, Vulnerability};
    use crate::sink::Sink as _;

    const DAY: &str = "2024-08-28T09:39:21+00:00";

    /// A collector to whom `source` said something about each id, as of a date.
    fn said(source: &str, ids: &[(&str, &str)]) -> Collector {
        let mut collector = Collector::new();
        let id = declare(&mut collector, source);
        for (name, modified) in ids {
            collector.vulnerability(
                id,
                Vulnerability {
                    id: (*name).to_owned(),
                    modified: Some((*modified).to_owned()),
                    ..Vulnerability::default()
                },
            );
            collector.affected(
                id,
                Affected {
                    namespace: "redhat:9".to_owned(),
                    package: "bash".to_owned(),
                    vulnerability: (*name).to_owned(),
                    advisories: vec![format!("RHSA-of-{name}")],
                    ..Affected::with_status(Status::Affected)
                },
            );
        }
        collector
    }

    fn declare(collector: &mut Collector, source: &str) -> SourceId {
        collector.source(&Source {
            id: source.to_owned(),
            name: String::new(),
            url: String::new(),
            license: String::new(),
        })
    }

    /// The ids of statements and descriptions that are left.
    fn left(mut collector: Collector) -> (Vec<String>, Vec<String>) {
        collector.drop_deleted();
        let names = collector.strings.list();
        let affected = collector.affected.iter();
        (
            affected.map(|row| names[row.vulnerability as usize].to_owned()).collect(),
            collector.vulnerabilities.iter().map(|(_, record)| record.id.clone()).collect(),
        )
    }

    #[test]
    fn what_was_taken_back_is_gone_whoever_read_it() {
        let read = || {
            said(
                "redhat",
                &[
                    ("CVE-1", "2024-08-01T00:00:00+00:00"),
                    ("CVE-2", "2024-08-01T00:00:00+00:00"),
                    ("CVE-3", "2024-09-01T00:00:00+00:00"),
                ],
            )
        };
        let mut list = Collector::new();
        // Another number for the source than the other collector has.
        declare(&mut list, "nvd");
        let source = declare(&mut list, "redhat");
        list.deleted(source, "CVE-1", Some(DAY));
        list.deleted(source, "CVE-3", Some(DAY));
        list.deleted(source, "CVE-9", None);
        let mut first = read();
        first.merge(list);
        let expected = vec!["CVE-2".to_owned(), "CVE-3".to_owned()];
        assert_eq!(left(first), (expected.clone(), expected));
    }

    #[test]
    fn an_advisory_takes_its_statements_along_and_other_sources_keep_theirs() {
        let mut collector = said("redhat-csaf", &[("CVE-1", DAY), ("CVE-2", DAY)]);
        collector.merge(said("redhat", &[("CVE-1", DAY)]));
        let source = declare(&mut collector, "redhat-csaf");
        collector.deleted(source, "RHSA-of-CVE-1", Some(DAY));
        let (mut affected, described) = left(collector);
        affected.sort();
        assert_eq!(affected, ["CVE-1", "CVE-2"]);
        assert_eq!(described.len(), 3);
    }
}
