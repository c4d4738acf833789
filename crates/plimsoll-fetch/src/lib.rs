//! Downloads the feeds of advisories that a database is built from, into a directory that the
//! build then reads.
//!
//! Which feeds there are, and where, says the table in `feeds.toml` ([`feeds`]). [`fetch`] brings
//! the directory up to date: feeds side by side, each host politely, only what has changed, and
//! what was broken off is taken up again. A feed that cannot be had keeps the files of the time
//! before and costs a warning.
//!
//! The directory holds one directory for each feed, named by its id, with files as their publisher
//! serves them. Beside an archive that has changed since, a directory `changed` holds the newer
//! form of single members under their names in the archive, and an empty file for a member that
//! was taken back. What fetching itself remembers is in `.fetch`.

mod client;
mod delivery;
mod error;
mod host;
mod job;
mod lock;
mod name;
mod options;
mod outcome;
mod overlay;
mod pack;
mod retrieve;
mod run;
mod signature;
mod state;
mod table;
#[cfg(test)]
mod testing;

pub use error::{Failure, FetchError};
pub use options::{FetchOptions, Selection};
pub use outcome::{Event, FeedReport, Outcome};
pub use run::fetch;
pub use state::{FeedState, FileState, State};
pub use table::{Feed, Kind, Paging, feeds};
