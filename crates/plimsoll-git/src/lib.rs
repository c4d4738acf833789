//! Git repositories: fetch one commit from anywhere, and offer its tree as if it were a layer.
//!
//! Nothing is checked out. The objects of one commit are fetched into a directory that goes when
//! the scan ends, and its files are streamed from there; so no file of a repository is ever
//! written under a name that it chose, and no filter or hook runs. The user's Git configuration is
//! not read, except that `ssh://` and `file://` are spoken by the programs `ssh` and `git`.

mod checkout;
mod description;
mod stream;

pub use checkout::{Fetched, GitError, Revision, fetch};
pub use description::{Description, describe};
