//! What a walk over a layer offers, and to whom.

use serde::{Deserialize, Serialize};

/// One entry of a layer.
///
/// Paths are bytes, as in the file system. They are relative to the root of the image, without
/// leading `/`, without `.`, `..` or empty components; the root itself is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Where it stands.
    pub path: &'a [u8],
    /// What it is.
    pub kind: EntryKind<'a>,
    /// Permission bits, with setuid, setgid and sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Length of a file's contents in bytes (a sparse file's full length); 0 for the others.
    pub size: u64,
}

/// The kind of an entry. Whiteouts come as [`EntryKind::Whiteout`] and
/// [`EntryKind::OpaqueDirectory`], never as files named `.wh.…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind<'a> {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link with its target as written.
    Symlink(&'a [u8]),
    /// Another name for the file at this (cleaned) path, of this layer or a lower one.
    HardLink(&'a [u8]),
    /// A device, pipe or socket.
    Special,
    /// The entry at this path in lower layers is gone (`.wh.NAME`).
    Whiteout,
    /// Lower layers' contents of the directory at this path are gone (`.wh..wh..opq`).
    OpaqueDirectory,
}

/// What a visitor wants of a file's contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Nothing.
    Skip,
    /// The first [`HEAD_LENGTH`] bytes, on sight of which [`LayerVisitor::head`] decides: package
    /// databases are also found under other names, behind links.
    Sniff,
    /// All of it, up to this many bytes; a longer file is a [`ProblemKind::TooLarge`].
    Read(u64),
}

/// How many bytes of a file [`Interest::Sniff`] shows (fewer only if the file is shorter).
pub const HEAD_LENGTH: usize = 4096;

/// Something that kept part of an image from being looked at. Never fatal, never silent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The file concerned, where it is one, as text with invalid UTF-8 replaced.
    pub path: Option<String>,
    /// What kind of thing went wrong.
    pub kind: ProblemKind,
    /// A sentence fragment for a person: what happened and what it means for the result.
    pub message: String,
}

/// The kinds of [`Problem`], as stable words for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The file's own format is broken; what could be read was kept.
    Malformed,
    /// A limit was reached.
    TooLarge,
    /// The bytes ended early.
    Truncated,
    /// A form that Plimsoll does not read.
    Unsupported,
    /// A path that would leave the image or has no meaning in it.
    UnsafePath,
    /// The operating system refused (directories on disk only).
    Unreadable,
    /// A link that leads nowhere or in circles.
    BrokenLink,
}

/// Looks at the entries of one layer, in their order.
pub trait LayerVisitor {
    /// Called for every entry; says whether its contents are wanted.
    fn entry(&mut self, entry: &Entry<'_>) -> Interest;

    /// Called before a directory on disk is entered, with its path; layers come whole.
    fn enters(&self, path: &[u8]) -> bool {
        let _ = path;
        true
    }

    /// Called after [`LayerVisitor::entry`] asked to [`Interest::Sniff`], with the beginning of the
    /// file's contents; says whether the rest is wanted. Must not answer [`Interest::Sniff`] again
    /// (it would be taken as [`Interest::Skip`]).
    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> Interest;

    /// Called after [`Interest::Read`] with all of a wanted file's contents.
    fn content(&mut self, entry: &Entry<'_>, content: &[u8]);

    /// Called for whatever could not be looked at.
    fn problem(&mut self, problem: Problem);
}
