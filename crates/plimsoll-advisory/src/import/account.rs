//! One import's voice: counts records and reports problems for many sources of one file.

use std::collections::HashMap;
use std::fmt::Display;

use crate::feed::speaker::{MOST_PROBLEMS, shortened};
use crate::model::{Affected, Epss, Exploited, Repository, Source, Vulnerability};
use crate::sink::{Fate, FeedProblem, Sink, SourceId};

/// Real databases have some hundred sources. Ids of sources have 16 bits, which a hostile file must
/// not use up.
const MOST_SOURCES: usize = 1000;

/// Licences are not in the databases.
pub(super) const LICENSE: &str = "as the source states it";

/// A sink, and the file in whose name it is spoken to.
pub(super) struct Account<'s> {
    sink: &'s mut dyn Sink,
    file: &'s str,
    sources: HashMap<String, SourceId>,
    problems: u32,
}

impl<'s> Account<'s> {
    pub(super) fn new(sink: &'s mut dyn Sink, file: &'s str) -> Account<'s> {
        Account { sink, file, sources: HashMap::new(), problems: 0 }
    }

    /// Declares the import itself as a source, for what no other source is named for.
    pub(super) fn own(&mut self, id: &'static str, name: &str, url: &str) -> SourceId {
        let source = Source {
            id: id.to_owned(),
            name: name.to_owned(),
            url: url.to_owned(),
            license: LICENSE.to_owned(),
        };
        let declared = self.sink.source(&source);
        self.sources.insert(source.id, declared);
        declared
    }

    /// Declares a source that the file names; nothing, once there are too many.
    pub(super) fn source(&mut self, source: &Source) -> Option<SourceId> {
        if let Some(known) = self.sources.get(&source.id) {
            return Some(*known);
        }
        if self.sources.len() >= MOST_SOURCES {
            return None;
        }
        let source = Source {
            id: shortened(&source.id),
            name: shortened(&source.name),
            url: shortened(&source.url),
            license: shortened(&source.license),
        };
        let declared = self.sink.source(&source);
        self.sources.insert(source.id, declared);
        Some(declared)
    }

    pub(super) fn dated(&mut self, source: SourceId, date: &str) {
        self.sink.dated(source, date);
    }

    pub(super) fn covers(&mut self, source: SourceId, namespace: &str) {
        self.sink.covers(source, namespace);
    }

    pub(super) fn vulnerability(&mut self, source: SourceId, vulnerability: Vulnerability) {
        self.sink.vulnerability(source, vulnerability);
    }

    pub(super) fn affected(&mut self, source: SourceId, affected: Affected) {
        self.sink.affected(source, affected);
    }

    pub(super) fn exploited(&mut self, source: SourceId, exploited: Exploited) {
        self.sink.exploited(source, exploited);
    }

    pub(super) fn epss(&mut self, source: SourceId, id: &str, score: Epss) {
        self.sink.epss(source, id, score);
    }

    pub(super) fn repository(&mut self, source: SourceId, repository: Repository) {
        self.sink.repository(source, repository);
    }

    pub(super) fn kept(&mut self, source: SourceId) {
        self.sink.count(source, Fate::Kept);
    }

    pub(super) fn skipped(&mut self, source: SourceId) {
        self.sink.count(source, Fate::Skipped);
    }

    /// Counts a record as not understood, and says why.
    pub(super) fn rejected(&mut self, source: SourceId, record: &str, reason: impl Display) {
        self.sink.count(source, Fate::Rejected);
        self.problem(record, reason);
    }

    /// Says what is wrong, without counting.
    pub(super) fn problem(&mut self, record: &str, reason: impl Display) {
        self.problems = self.problems.saturating_add(1);
        if self.problems > MOST_PROBLEMS + 1 {
            return;
        }
        let (record, reason) = if self.problems > MOST_PROBLEMS {
            let reason = format!("more than {MOST_PROBLEMS} problems; the others are only counted");
            (String::new(), reason)
        } else {
            (shortened(record), shortened(&reason.to_string()))
        };
        self.sink.problem(FeedProblem { file: self.file.to_owned(), record, reason });
    }
}
