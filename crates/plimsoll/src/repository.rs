//! Repositories: fetched, or as they lie in a directory.

use std::path::Path;

#[cfg(feature = "git")]
use plimsoll_image::{Problem, ProblemKind};
use plimsoll_report::Repository;

use crate::open::Source;
use crate::settings::Revision;

/// Fetches one commit.
#[cfg(feature = "git")]
pub(crate) fn fetch(address: &str, revision: &Revision) -> anyhow::Result<Source> {
    let revision = match revision {
        Revision::Head => plimsoll_git::Revision::Head,
        Revision::Branch(name) => plimsoll_git::Revision::Branch(name),
        Revision::Tag(name) => plimsoll_git::Revision::Tag(name),
        Revision::Commit(id) => plimsoll_git::Revision::Commit(id),
    };
    let fetched = plimsoll_git::fetch(address, revision)?;
    let submodules = &fetched.description.submodules;
    let missing = submodules.iter().map(|path| Problem {
        path: Some(path.clone()),
        kind: ProblemKind::Unsupported,
        message: "a submodule, which is another repository and was not fetched".to_owned(),
    });
    let missing = missing.collect();
    let description = described(fetched.description.clone());
    // Not as typed, because a token may stand in it.
    let name = description.url.clone().unwrap_or_default();
    Ok(Source { opened: fetched.into_opened(name), repository: Some(description), missing })
}

/// Which commit a directory has checked out, if it is a repository.
#[cfg(feature = "git")]
pub(crate) fn describe(directory: &Path) -> Option<Repository> {
    plimsoll_git::describe(directory).map(described)
}

#[cfg(feature = "git")]
fn described(description: plimsoll_git::Description) -> Repository {
    let plimsoll_git::Description { url, branch, tags, commit, message, author, committer, .. } =
        description;
    Repository { url, branch, tags, commit, message, author, committer }
}

/// This program was built without Git.
#[cfg(not(feature = "git"))]
pub(crate) fn fetch(address: &str, _: &Revision) -> anyhow::Result<Source> {
    anyhow::bail!(
        "{address} is no directory, and this program was built without Git: clone it first, or use \
         a build with the feature git"
    )
}

/// This program was built without Git.
#[cfg(not(feature = "git"))]
pub(crate) fn describe(_: &Path) -> Option<Repository> {
    None
}
