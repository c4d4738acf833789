//! Which commit a tree is of.

use std::path::Path;

/// Bytes of a commit's first line that are kept.
const MAX_MESSAGE: usize = 500;

/// What a report says of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// Where it comes from, without user and password.
    pub url: Option<String>,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// Tags of the very commit, sorted.
    pub tags: Vec<String>,
    /// The commit's id.
    pub commit: String,
    /// First line of its message.
    pub message: String,
    /// `Name <address>`.
    pub author: String,
    /// `Name <address>`.
    pub committer: String,
    /// Paths at which other repositories belong, sorted; they are not fetched.
    pub submodules: Vec<String>,
}

/// Describes the repository that a directory is the top of; nothing if it is none or has no commit.
///
/// Changes since the commit are not looked at.
pub fn describe(directory: &Path) -> Option<Description> {
    let options = gix::open::Options::isolated().open_path_as_is(false);
    let repository = gix::open_opts(directory, options).ok()?;
    of_head(&repository)
}

pub(crate) fn of_head(repository: &gix::Repository) -> Option<Description> {
    let commit = repository.head_commit().ok()?;
    let decoded = commit.decode().ok()?;
    let person = |who: Option<gix::actor::SignatureRef<'_>>| {
        who.map(|who| format!("{} <{}>", who.name, who.email)).unwrap_or_default()
    };
    let mut message = decoded.message().title.to_string();
    message.truncate(message.floor_char_boundary(MAX_MESSAGE));
    let branch = repository.head_name().ok().flatten();
    Some(Description {
        url: remote(repository),
        branch: branch.map(|name| name.shorten().to_string()),
        tags: tags(repository, commit.id),
        commit: commit.id.to_string(),
        message: message.trim_end().to_owned(),
        author: person(decoded.author().ok()),
        committer: person(decoded.committer().ok()),
        submodules: submodules(&commit),
    })
}

fn submodules(commit: &gix::Commit<'_>) -> Vec<String> {
    let Ok(tree) = commit.tree() else { return Vec::new() };
    let Ok(entries) = tree.traverse().breadthfirst.files() else { return Vec::new() };
    let other = entries.into_iter().filter(|entry| entry.mode.is_commit());
    let mut paths: Vec<String> = other.map(|entry| entry.filepath.to_string()).collect();
    paths.sort();
    paths
}

fn remote(repository: &gix::Repository) -> Option<String> {
    let remote = repository.find_default_remote(gix::remote::Direction::Fetch)?.ok()?;
    Some(without_secrets(remote.url(gix::remote::Direction::Fetch)?))
}

/// The address without user and password, which often are a token.
pub(crate) fn without_secrets(url: &gix::Url) -> String {
    let mut url = url.clone();
    url.set_user(None);
    url.set_password(None);
    url.to_bstring().to_string()
}

fn tags(repository: &gix::Repository, commit: gix::ObjectId) -> Vec<String> {
    let Ok(references) = repository.references() else { return Vec::new() };
    let Ok(all) = references.tags() else { return Vec::new() };
    let mut names: Vec<String> = all
        .flatten()
        .filter_map(|mut tag| {
            let name = tag.name().shorten().to_string();
            let id = tag.peel_to_id().ok()?;
            (id.detach() == commit).then_some(name)
        })
        .collect();
    names.sort();
    names
}
