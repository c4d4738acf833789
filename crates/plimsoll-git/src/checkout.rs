//! Fetching one commit.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gix::remote::fetch::Shallow;
use plimsoll_image::{Image, ImageConfig, Layer, Opened, SourceKind};
use tempfile::TempDir;

use crate::description::{self, Description};
use crate::stream::Tree;

/// What of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision<'a> {
    /// What the other side calls `HEAD`.
    Head,
    /// A branch.
    Branch(&'a str),
    /// A tag.
    Tag(&'a str),
    /// A commit, by its full id.
    Commit(&'a str),
}

/// Why a repository could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The address makes no sense.
    #[error("{address:?} is neither a directory nor the address of a repository")]
    Address {
        /// As the user wrote it.
        address: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The revision makes no sense.
    #[error("{0:?} is no name of a branch or tag, or no full id of a commit")]
    Revision(String),
    /// The other side did not answer, or not as it should.
    #[error("cannot fetch {address}")]
    Fetch {
        /// Without user and password.
        address: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is nothing to scan.
    #[error("{0} has no commit")]
    Empty(String),
    /// No room for what is fetched.
    #[error("cannot make a temporary directory")]
    Temporary(#[source] std::io::Error),
}

/// A commit and its files.
pub struct Fetched {
    /// What is known of it.
    pub description: Description,
    directory: TempDir,
}

/// Fetches one commit, without its history.
pub fn fetch(address: &str, revision: Revision<'_>) -> Result<Fetched, GitError> {
    let wrong = |source: Box<dyn std::error::Error + Send + Sync>| GitError::Address {
        address: address.to_owned(),
        source,
    };
    let url = gix::url::parse(address).map_err(|error| wrong(error.into()))?;
    let shown = description::without_secrets(&url);
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| GitError::Fetch {
        address: shown.clone(),
        source,
    };
    let directory =
        tempfile::Builder::new().prefix("plimsoll-git-").tempdir().map_err(GitError::Temporary)?;
    let wanted = match revision {
        Revision::Head => "HEAD".to_owned(),
        Revision::Branch(name) => format!("refs/heads/{name}"),
        Revision::Tag(name) => format!("refs/tags/{name}"),
        Revision::Commit(id) => id.to_owned(),
    };
    let mut clone = gix::clone::PrepareFetch::new(
        url,
        directory.path(),
        gix::create::Kind::Bare,
        gix::create::Options::default(),
        gix::open::Options::isolated(),
    )
    .map_err(|error| failed(error.into()))?
    .with_shallow(Shallow::DepthAtRemote(std::num::NonZeroU32::MIN))
    .with_revision(Some(wanted.as_str()))
    .map_err(|_| GitError::Revision(wanted.clone()))?;
    let never = AtomicBool::new(false);
    let (repository, _) =
        clone.fetch_only(gix::progress::Discard, &never).map_err(|error| failed(error.into()))?;
    let mut description =
        description::of_head(&repository).ok_or_else(|| GitError::Empty(shown.clone()))?;
    description.url = Some(shown);
    match revision {
        Revision::Branch(name) => description.branch = Some(name.to_owned()),
        Revision::Tag(name) => description.tags = vec![name.to_owned()],
        Revision::Head | Revision::Commit(_) => {}
    }
    Ok(Fetched { description, directory })
}

impl Fetched {
    /// The tree as an image of one layer. What was fetched goes with it.
    pub fn into_opened(self, name: String) -> Opened {
        let image = Image {
            name,
            source: SourceKind::Repository,
            id: None,
            manifest_digest: None,
            repo_tags: Vec::new(),
            repo_digests: Vec::new(),
            config: ImageConfig::default(),
            raw_config: Vec::new(),
            layers: vec![Layer { digest: None, diff_id: None, size: 0, created_by: None }],
        };
        let tree = Tree(Arc::new(self.directory));
        Opened::Random { image, blobs: Box::new(tree) }
    }
}
