//! Tarballs of repositories, made by GitHub or GitLab when asked for.
//!
//! A tag (`ETag`) tells whether the branch has moved. Where there is none, or a weak one that
//! changes for no reason, the commit id does, which `git archive` writes into the comment of the
//! first tar header (<https://git-scm.com/docs/git-get-tar-commit-id>): the download of a commit
//! that is here already is broken off after its first bytes.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::Failure;
use crate::job::Job;
use crate::table::names;

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    for path in &job.feed.paths {
        let (remote, local) = names(path);
        let url = job.url(remote)?;
        job.file(url, local, None, Some(commit_of)).await?;
    }
    Ok(())
}

/// The commit that a packed tarball is of, from its first bytes.
fn commit_of(head: &[u8]) -> Option<String> {
    // The global extended header: one block of tar header, then `52 comment=<40 digits>\n`.
    let mut blocks = [0; 1024];
    let mut decoder = GzDecoder::new(head);
    let mut filled = 0;
    while filled < blocks.len() {
        match decoder.read(&mut blocks[filled..]) {
            Ok(0) | Err(_) => break,
            Ok(read) => filled += read,
        }
    }
    let is_global_header = blocks[156] == b'g';
    let text = std::str::from_utf8(&blocks[512..filled.max(512)]).ok()?;
    let commit = text.split_once(" comment=")?.1.lines().next()?;
    let is_commit =
        matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_global_header && is_commit).then(|| commit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::git_archive;

    #[test]
    fn the_commit_is_read_from_the_first_bytes() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let archive = git_archive(commit, &[("a.json", b"{}")]);
        assert_eq!(commit_of(&archive).as_deref(), Some(commit));
        for cut in 0..archive.len() {
            let read = commit_of(&archive[..cut]);
            assert!(read.is_none() || read.as_deref() == Some(commit), "{cut}");
        }
        assert_eq!(commit_of(b"<html>"), None);
        assert_eq!(commit_of(&git_archive("../../etc", &[])), None);
    }
}
