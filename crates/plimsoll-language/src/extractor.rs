//! The row that every kind of file has: what it is called, who wrote it, how it is read.

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use crate::Component;

/// One kind of file and how packages are read from it.
///
/// Adding a kind is a row in the table of its language and a parser; dispatch, caching, reports and
/// `docs/coverage.md` follow from the row.
#[derive(Debug)]
pub struct Extractor {
    /// Stable lower-case name, unique in the whole table: `npm-lock`.
    pub id: &'static str,
    /// What its packages are; for files of several ecosystems the commonest.
    pub ecosystem: Ecosystem,
    /// `Type` of the results in reports, which is Trivy's word where Trivy reads such files:
    /// `npm`, `node-pkg`, `gobinary`.
    pub type_name: &'static str,
    /// What the file proves.
    pub evidence: Evidence,
    /// Paths that the file has, see [`Pattern`].
    pub files: &'static [Pattern],
    /// Bytes up to which it is read; the largest real ones are a tenth of this.
    pub limit: u64,
    /// How it is read.
    pub parser: Parser,
    /// The document that defines the file, as a link.
    pub defined_by: &'static str,
}

/// What a file proves about its packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Evidence {
    /// They are installed: looked for in images and in directories.
    Installed,
    /// Somebody will install them: lock files and manifests, looked for in directories only.
    Locked,
    /// They are listed by a bill of materials that came along.
    Listed,
    /// They are part of a program, which says so itself.
    Embedded,
    /// A program looks like them.
    Fingerprint,
}

/// A path, component by component from its end: `specifications/*.gemspec`.
///
/// `*` stands for any characters within one component, once in each component; a leading `**/` in
/// between stands for nothing or any directories. Case counts.
pub type Pattern = &'static str;

/// How a file is read.
#[derive(Debug, Clone, Copy)]
pub enum Parser {
    /// It says all by itself.
    Alone(fn(Input<'_>) -> Parsed<Vec<Component>>),
    /// Other files of the same tree have a say (`package.json` beside a lock file, a parent
    /// `pom.xml`): its contents are kept until the whole tree is known.
    WithOthers(fn(Input<'_>, &dyn Files) -> Parsed<Vec<Component>>),
    /// It has packages only in the eyes of another file's parser; its contents are kept.
    Companion,
    /// Its first [`HEAD_LENGTH`](plimsoll_image::HEAD_LENGTH) bytes say all, and the others are too
    /// many to be read.
    Head(fn(Input<'_>) -> Parsed<Vec<Component>>),
    /// A program, recognised by its first bytes and read elsewhere.
    Program,
}

/// A file to be read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Its path from the root of the image or directory, without leading `/`.
    pub path: &'a str,
    /// All of its contents.
    pub content: &'a [u8],
}

/// The kept files of a tree: those of extractors that are [`Parser::WithOthers`] or
/// [`Parser::Companion`].
pub trait Files {
    /// The contents of the file at a path from the root, without leading `/`; `..` is resolved,
    /// links are followed, and nothing outside of the root is reached.
    fn content(&self, path: &str) -> Option<&[u8]>;

    /// Paths of all kept files with this name, sorted.
    fn named(&self, name: &str) -> Vec<String>;
}

impl<'a> Input<'a> {
    /// The directory of the file; empty for the root.
    pub fn directory(&self) -> &'a str {
        self.path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }

    /// The file's own name.
    pub fn name(&self) -> &'a str {
        self.path.rsplit_once('/').map_or(self.path, |(_, name)| name)
    }

    /// The path of another file, given relative to this one's directory.
    pub fn beside(&self, relative: &str) -> String {
        join(self.directory(), relative)
    }
}

/// Joins a directory and a relative path and takes `.` and `..` out; what would leave the root
/// stays in it.
pub fn join(directory: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

impl Evidence {
    /// The stable lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Installed => "installed",
            Evidence::Locked => "locked",
            Evidence::Listed => "listed",
            Evidence::Embedded => "embedded",
            Evidence::Fingerprint => "fingerprint",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_beside_a_file_stay_in_the_root() {
        let input = Input { path: "srv/app/requirements.txt", content: b"" };
        assert_eq!(input.beside("./base.txt"), "srv/app/base.txt");
        assert_eq!(input.beside("../../../../etc/passwd"), "etc/passwd");
        assert_eq!((input.directory(), input.name()), ("srv/app", "requirements.txt"));
        let input = Input { path: "go.mod", content: b"" };
        assert_eq!((input.directory(), input.beside("go.sum").as_str()), ("", "go.sum"));
    }
}
