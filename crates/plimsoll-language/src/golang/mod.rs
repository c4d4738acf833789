//! Go: modules of a source tree. Programs are read by `plimsoll-binary`.

mod directives;
mod sums;
mod tree;
mod vendored;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// Lines of the largest real files, Kubernetes', take 100 kB; sums ten times as much.
const LIMIT: u64 = 16 << 20;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "go-mod",
        ecosystem: Ecosystem::Golang,
        type_name: "gomod",
        evidence: Evidence::Locked,
        files: &["go.mod"],
        limit: LIMIT,
        parser: Parser::WithOthers(tree::read),
        defined_by: "https://go.dev/ref/mod#go-mod-file",
    },
    Extractor {
        id: "go-sum",
        ecosystem: Ecosystem::Golang,
        type_name: "gomod",
        evidence: Evidence::Locked,
        files: &["go.sum"],
        limit: LIMIT,
        parser: Parser::Companion,
        defined_by: "https://go.dev/ref/mod#go-sum-files",
    },
    Extractor {
        id: "go-work",
        ecosystem: Ecosystem::Golang,
        type_name: "gomod",
        evidence: Evidence::Locked,
        files: &["go.work"],
        limit: LIMIT,
        parser: Parser::Companion,
        defined_by: "https://go.dev/ref/mod#go-work-file",
    },
    Extractor {
        id: "go-vendor",
        ecosystem: Ecosystem::Golang,
        type_name: "gomod",
        evidence: Evidence::Locked,
        files: &["vendor/modules.txt"],
        limit: LIMIT,
        parser: Parser::WithOthers(vendored::read),
        defined_by: "https://go.dev/ref/mod#vendoring",
    },
];

/// Whether a file is no project's own: it lies in the module cache, in a copied dependency, or
/// among test data, which the go command passes over.
fn is_foreign(path: &str) -> bool {
    let mut directories = path.split('/').rev().skip(1).peekable();
    while let Some(name) = directories.next() {
        let in_cache = name == "mod" && directories.peek() == Some(&"pkg");
        if in_cache || matches!(name, "testdata" | "vendor") {
            return true;
        }
    }
    false
}

/// Whether a replacement is a directory: it starts so by
/// [the rules](https://go.dev/ref/mod#go-mod-file-replace).
fn is_directory(path: &str) -> bool {
    matches!(path, "." | "..")
        || ["./", "../", "/", ".\\", "..\\"].iter().any(|start| path.starts_with(start))
        || matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// A version in the place of the given one, for `doubt`.
fn replaced_by_directory(version: &str, directory: &str) -> String {
    format!("{version} is replaced by the directory {directory}, whose version nobody knows")
}
