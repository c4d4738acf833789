//! A sink for the tests of the feeds, which remembers all that it is told.

use crate::feed::FileContext;
use crate::model::{
    Affected, EndOfLife, Epss, Exploited, Repository, Source, Status, Vulnerability,
};
use crate::sink::{Fate, FeedProblem, Sink, SourceId};

#[derive(Default)]
pub(super) struct Memory {
    pub(super) sources: Vec<Source>,
    pub(super) dates: Vec<String>,
    pub(super) covered: Vec<String>,
    pub(super) vulnerabilities: Vec<Vulnerability>,
    pub(super) affected: Vec<Affected>,
    pub(super) exploited: Vec<Exploited>,
    pub(super) epss: Vec<(String, Epss)>,
    pub(super) end_of_life: Vec<EndOfLife>,
    pub(super) repositories: Vec<Repository>,
    /// Source, id, date.
    pub(super) deleted: Vec<(String, String, Option<String>)>,
    pub(super) problems: Vec<FeedProblem>,
    pub(super) kept: usize,
    pub(super) skipped: usize,
    pub(super) rejected: usize,
}

/// Detects the feed of a file and lets it parse.
pub(super) fn read(path: &str, bytes: impl AsRef<[u8]>) -> Memory {
    let bytes = bytes.as_ref();
    let feed = super::detect(path, &bytes[..bytes.len().min(super::HEAD)])
        .expect("a feed knows this file");
    let mut memory = Memory::default();
    (feed.parse)(&FileContext { path }, bytes, &mut memory);
    memory
}

impl Memory {
    /// `namespace package id status fixed` of each record, for comparing with a literal.
    pub(super) fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = self
            .affected
            .iter()
            .map(|record| {
                let bound = record.ranges.first().map_or("-", |range| {
                    range.fixed.as_deref().or(range.last_affected.as_deref()).unwrap_or("-")
                });
                format!(
                    "{} {} {} {} {bound}",
                    record.namespace,
                    record.package,
                    record.vulnerability,
                    record.status.word(),
                )
            })
            .collect();
        rows.sort();
        rows
    }

    /// The only record of a package in a namespace.
    pub(super) fn only(&self, namespace: &str, package: &str) -> &Affected {
        let mut found = self
            .affected
            .iter()
            .filter(|record| record.namespace == namespace && record.package == package);
        let first = found.next().expect("a record");
        assert!(found.next().is_none(), "several records of {package} in {namespace}");
        first
    }

    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.kept, self.skipped, self.rejected)
    }

    pub(super) fn has(&self, status: Status) -> bool {
        self.affected.iter().any(|record| record.status == status)
    }
}

impl Sink for Memory {
    fn source(&mut self, source: &Source) -> SourceId {
        let known = self.sources.iter().position(|known| known == source);
        let index = known.unwrap_or_else(|| {
            self.sources.push(source.clone());
            self.sources.len() - 1
        });
        SourceId(u16::try_from(index).expect("few sources"))
    }

    fn dated(&mut self, _: SourceId, date: &str) {
        self.dates.push(date.to_owned());
    }

    fn covers(&mut self, _: SourceId, namespace: &str) {
        if !self.covered.iter().any(|known| known == namespace) {
            self.covered.push(namespace.to_owned());
        }
    }

    fn vulnerability(&mut self, _: SourceId, vulnerability: Vulnerability) {
        self.vulnerabilities.push(vulnerability);
    }

    fn affected(&mut self, _: SourceId, affected: Affected) {
        self.affected.push(affected);
    }

    fn exploited(&mut self, _: SourceId, exploited: Exploited) {
        self.exploited.push(exploited);
    }

    fn epss(&mut self, _: SourceId, id: &str, score: Epss) {
        self.epss.push((id.to_owned(), score));
    }

    fn end_of_life(&mut self, _: SourceId, end_of_life: EndOfLife) {
        self.end_of_life.push(end_of_life);
    }

    fn repository(&mut self, _: SourceId, repository: Repository) {
        self.repositories.push(repository);
    }

    fn deleted(&mut self, source: SourceId, id: &str, at: Option<&str>) {
        let source = self.sources[usize::from(source.0)].id.clone();
        self.deleted.push((source, id.to_owned(), at.map(str::to_owned)));
    }

    fn count(&mut self, _: SourceId, fate: Fate) {
        match fate {
            Fate::Kept => self.kept += 1,
            Fate::Skipped => self.skipped += 1,
            Fate::Rejected => self.rejected += 1,
        }
    }

    fn problem(&mut self, problem: FeedProblem) {
        self.problems.push(problem);
    }
}
