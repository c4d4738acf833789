//! The advisory database on its way: from who builds it to everybody's disk.
//!
//! [`push`] and [`publish_directory`] publish a [`Release`] as an OCI artifact or as plain files;
//! [`update`] keeps a local copy current from any of several sources, verified before it is used
//! and never in a state that a scan could not work with. The form of both is in
//! `docs/database-distribution.md`. [`foreign`] fetches other scanners' databases as they are.

mod error;
pub mod foreign;
mod listing;
mod local;
mod oci;
mod origin;
mod outcome;
mod pack;
mod publish;
mod release;
mod source;
mod state;
mod update;
mod verify;

pub use error::{PublishError, Refusal, UpdateError};
pub use listing::{DeltaEntry, Entry, LAYOUT, Listing, Stored};
pub use oci::{ARTIFACT_TYPE, DATABASE_MEDIA_TYPE, DELTA_MEDIA_TYPE, OVERLAY_MEDIA_TYPE};
pub use origin::read_listing;
pub use outcome::{Failure, Outcome, Part, SignatureStatus, Transfer};
pub use publish::{Published, publish_directory, push};
pub use release::Release;
pub use source::{InvalidSource, Source};
pub use state::{LocalState, last_checked, local_state};
pub use update::{UpdateOptions, update};
pub use verify::{VerifiedFile, verify};
