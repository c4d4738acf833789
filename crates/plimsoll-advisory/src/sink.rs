//! Where feeds put what they have read.
//!
//! A feed is a function from bytes to calls of a [`Sink`]. It declares its [`Source`] first and
//! speaks in that source's name from then on, so that the database can say who said what. It
//! reports the fate of every record of its input, so that the counts of a build add up and nothing
//! is lost in silence.
//!
//! The one implementation that builds databases is the collector of the build.

use crate::model::{Affected, EndOfLife, Epss, Exploited, Repository, Source, Vulnerability};

/// A source as one sink knows it; another sink numbers the same source differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u16);

/// What became of one record of a feed's input: an OSV document, a line group of a DSA list, a
/// CVE file, a row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It was understood, and all that it says went into the sink.
    Kept,
    /// It was understood, and says nothing that a scanner could use (a bug-fix advisory, a
    /// reserved number).
    Skipped,
    /// It was not understood, wholly or in part; a [`FeedProblem`] says why.
    Rejected,
}

/// A file or record that could not be read as its format demands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedProblem {
    /// Path of the file, inside its archive where there is one.
    pub file: String,
    /// Id, line or position of the record; empty when the whole file is meant.
    pub record: String,
    /// What is wrong, as a lower-case fragment.
    pub reason: String,
}

/// Receives the records of feeds.
///
/// No call can fail: a sink keeps what it is given, and what it cannot keep (such as an EPSS row
/// for something that is no CVE) it notes as a problem of its own.
pub trait Sink {
    /// Declares a source. Declaring one twice gives the same id.
    fn source(&mut self, source: &Source) -> SourceId;

    /// Says as of when the source's data is, as RFC 3339 or `YYYY-MM-DD`. The latest date wins, so
    /// a feed of many documents may call this with the modification date of each.
    fn dated(&mut self, source: SourceId, date: &str);

    /// Declares that the source speaks for a namespace, so that a package without advisories is
    /// known to be clean there instead of "not covered". Every [`Affected`] implies it for its own
    /// namespace.
    fn covers(&mut self, source: SourceId, namespace: &str);

    /// Adds what the source says about a vulnerability.
    fn vulnerability(&mut self, source: SourceId, vulnerability: Vulnerability);

    /// Adds what the source says about a package in a release.
    fn affected(&mut self, source: SourceId, affected: Affected);

    /// Adds a known exploited vulnerability.
    fn exploited(&mut self, source: SourceId, exploited: Exploited);

    /// Adds the EPSS score of a CVE. The date of the scores is that of [`Sink::dated`].
    fn epss(&mut self, source: SourceId, id: &str, score: Epss);

    /// Adds the support dates of one release of a product.
    fn end_of_life(&mut self, source: SourceId, end_of_life: EndOfLife);

    /// Adds the products that a repository belongs to.
    fn repository(&mut self, source: SourceId, repository: Repository);

    /// Takes back what the source said: its statements that are filed under this id, as a
    /// vulnerability or as an advisory, are left out wherever they come from and whenever they were
    /// said. `at` is when, as RFC 3339: what the source says of a vulnerability that it modified
    /// after that day stays.
    fn deleted(&mut self, source: SourceId, id: &str, at: Option<&str>);

    /// Counts one record of the input. Every record is counted once.
    fn count(&mut self, source: SourceId, fate: Fate);

    /// Reports what is wrong with a file or record. Counting the record is a call of its own.
    fn problem(&mut self, problem: FeedProblem);
}
