//! Advisories: the model, the feeds that bring them, and the compiled database that answers for
//! them.
//!
//! Feeds turn upstream's documents into [`model`] records; [`build`](crate) compiles records into
//! one file; [`Database`] opens that file by mapping it and answers by (namespace, package name).

pub mod model;
mod sink;

pub use sink::{Fate, FeedProblem, Sink, SourceId};
