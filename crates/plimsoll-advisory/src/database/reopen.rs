//! From a finished database back to what it was compiled from, so that it can be changed and
//! compiled again.

use std::collections::BTreeSet;

use super::format::Section;
use super::{Database, SourceInfo, SourceRef, info};
use crate::collector::{AffectedRow, CollectedSource, Collector};
use crate::sink::{Sink, SourceId};

/// What of a database is left out when it is reopened.
#[derive(Debug, Default)]
pub(crate) struct LeftOut<'l> {
    /// Statements about packages, by their place among all of the file, ascending.
    pub(crate) statements: &'l [u32],
    /// Ids of vulnerabilities.
    pub(crate) vulnerabilities: BTreeSet<&'l str>,
}

impl Database {
    /// The records of the database, with names joined and counts final; compiling them gives the
    /// same bytes. Nothing if the file is damaged.
    pub(crate) fn reopen(&self, left_out: &LeftOut<'_>) -> Option<Collector> {
        let epss_date = self.epss_date().map(str::to_owned);
        let mut collector = Collector { sealed: true, epss_date, ..Collector::new() };
        for id in 0..self.count(Section::StringIndex).saturating_sub(1) as u32 {
            // Only a damaged pool has a string twice.
            if collector.strings.intern(self.string(id)?) != id {
                return None;
            }
        }
        for row in 0..self.count(Section::Sources) as u32 {
            collector.sources.push(self.reopen_source(row)?);
        }
        for row in 0..self.count(Section::Coverage) {
            let [namespace, source] = self.row(Section::Coverage, row)?;
            let [name] = self.row(Section::Namespaces, namespace as usize)?;
            collector.sources.get_mut(source as usize)?.covers.insert(name);
        }
        self.reopen_statements(left_out, &mut collector)?;
        for entry in self.iter_vulnerabilities() {
            if left_out.vulnerabilities.contains(entry.id()) {
                continue;
            }
            for detail in entry.details() {
                let source = id_of(&detail.source())?;
                collector.vulnerabilities.push((source, detail.to_vulnerability(&entry)));
            }
        }
        // Who said it is not kept; with the counts final it does not matter either.
        let anybody = SourceId(0);
        collector.exploited.extend(self.iter_exploited().map(|record| (anybody, record)));
        collector.end_of_life.extend(self.iter_end_of_life().map(|record| (anybody, record)));
        collector.repositories.extend(self.iter_repositories().map(|record| (anybody, record)));
        for (id, score) in self.iter_epss() {
            collector.epss(anybody, &id, score);
        }
        self.damage().is_none().then_some(collector)
    }

    fn reopen_source(&self, row: u32) -> Option<CollectedSource> {
        let SourceInfo { source, date, counts } = info::source(self, row as usize)?;
        Some(CollectedSource { source, date, covers: BTreeSet::new(), counts })
    }

    fn reopen_statements(&self, left_out: &LeftOut<'_>, collector: &mut Collector) -> Option<()> {
        let mut place = 0u32;
        let mut gone = left_out.statements.iter().copied().peekable();
        for row in 0..self.count(Section::Namespaces) {
            let [namespace, first, count] = self.row(Section::Namespaces, row)?;
            for row in first..first.checked_add(count)? {
                let [_, package, position] = self.row(Section::Packages, row as usize)?;
                for entry in super::AffectedEntries::at(self, position)? {
                    place = place.checked_add(1)?;
                    if gone.next_if_eq(&(place - 1)).is_some() {
                        continue;
                    }
                    let (vulnerability, verdict) = entry.ids()?;
                    let verdict = collector.verdicts.intern(verdict);
                    let source = id_of(&entry.source())?;
                    collector.affected.push(AffectedRow {
                        namespace,
                        package,
                        vulnerability,
                        verdict,
                        source,
                    });
                }
            }
        }
        Some(())
    }
}

fn id_of(source: &SourceRef<'_>) -> Option<SourceId> {
    u16::try_from(source.row()).ok().map(SourceId)
}
