//! Advisories: the model, the feeds that bring them, and the compiled database that answers for
//! them.
//!
//! Feeds turn upstream's documents into [`model`] records and put them into a [`Sink`]; a
//! [`Collector`] is one, and the build compiles what it holds into one file; [`Database`] opens
//! that file by mapping it and answers by (namespace, package name).

pub mod build;
mod collector;
pub mod database;
pub mod delta;
pub mod diff;
pub mod feed;
pub mod import;
pub mod model;
mod score;
mod sink;

pub use collector::{Collector, Counts};
pub use database::{
    AffectedEntry, Database, DatabaseError, Info, RangeRef, SourceInfo, SourceRef,
    VulnerabilityEntry,
};
pub use score::Score;
pub use sink::{Fate, FeedProblem, Sink, SourceId};
