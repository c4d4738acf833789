//! One feed's voice while it reads one file.

use std::fmt::Display;

use super::{FileContext, Publisher};
use crate::model::{Affected, EndOfLife, Epss, Exploited, Repository, Vulnerability};
use crate::sink::{Fate, FeedProblem, Sink, SourceId};

/// A sink, with the source and the file in whose names it is spoken to.
pub(super) struct Speaker<'a> {
    sink: &'a mut dyn Sink,
    source: SourceId,
    file: &'a str,
    problems: u32,
}

/// A file that is wrong in more places than this is wrong as a whole; its records are still
/// counted, but no longer named.
pub(crate) const MOST_PROBLEMS: u32 = 1000;

impl<'a> Speaker<'a> {
    pub(super) fn new(
        sink: &'a mut dyn Sink,
        publisher: &Publisher,
        file: &FileContext<'a>,
    ) -> Self {
        let source = publisher.declare(sink);
        Speaker { sink, source, file: file.path, problems: 0 }
    }

    /// The same file, in another publisher's name.
    pub(super) fn speak_for(&mut self, publisher: &Publisher) -> Speaker<'_> {
        let source = publisher.declare(self.sink);
        Speaker { sink: self.sink, source, file: self.file, problems: self.problems }
    }

    pub(super) fn dated(&mut self, date: &str) {
        self.sink.dated(self.source, date);
    }

    pub(super) fn covers(&mut self, namespace: &str) {
        self.sink.covers(self.source, namespace);
    }

    pub(super) fn vulnerability(&mut self, vulnerability: Vulnerability) {
        self.sink.vulnerability(self.source, vulnerability);
    }

    pub(super) fn affected(&mut self, affected: Affected) {
        self.sink.affected(self.source, affected);
    }

    pub(super) fn exploited(&mut self, exploited: Exploited) {
        self.sink.exploited(self.source, exploited);
    }

    pub(super) fn epss(&mut self, id: &str, score: Epss) {
        self.sink.epss(self.source, id, score);
    }

    pub(super) fn end_of_life(&mut self, end_of_life: EndOfLife) {
        self.sink.end_of_life(self.source, end_of_life);
    }

    pub(super) fn repository(&mut self, repository: Repository) {
        self.sink.repository(self.source, repository);
    }

    pub(super) fn kept(&mut self) {
        self.sink.count(self.source, Fate::Kept);
    }

    pub(super) fn skipped(&mut self) {
        self.sink.count(self.source, Fate::Skipped);
    }

    /// Counts a record of which a part was not understood; what was wrong has been said.
    pub(super) fn rejected_in_part(&mut self) {
        self.sink.count(self.source, Fate::Rejected);
    }

    /// Counts a record as not understood, and says why.
    pub(super) fn rejected(&mut self, record: &str, reason: impl Display) {
        self.rejected_in_part();
        self.problem(record, reason);
    }

    /// Says what is wrong, without counting.
    pub(super) fn problem(&mut self, record: &str, reason: impl Display) {
        self.problems = self.problems.saturating_add(1);
        if self.problems > MOST_PROBLEMS + 1 {
            return;
        }
        let (record, reason) = if self.problems > MOST_PROBLEMS {
            (
                String::new(),
                format!("more than {MOST_PROBLEMS} problems; the others are only counted"),
            )
        } else {
            (shortened(record), shortened(&reason.to_string()))
        };
        self.sink.problem(FeedProblem { file: self.file.to_owned(), record, reason });
    }
}

/// More than this of a record's name or of a reason helps nobody.
const LONGEST: usize = 200;

/// A hostile file must not fill the report.
pub(crate) fn shortened(text: &str) -> String {
    if text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn a_file_that_is_wrong_everywhere_does_not_fill_the_report() {
        let read = read("data/DSA/list", "nonsense\n".repeat(5000));
        assert_eq!(read.counts(), (0, 0, 5000));
        assert_eq!(read.problems.len(), 1001);
        let long = super::shortened(&"ä".repeat(1000));
        assert_eq!(long.chars().count(), super::LONGEST + 1);
    }
}
