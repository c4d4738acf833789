//! Single documents that are newer than the archive beside them.
//!
//! Whoever fetches feeds leaves an archive as it is and puts what has changed since into the
//! directory `changed` beside it, under the names that the documents have in the archive; an empty
//! file stands for a document that was taken back. Such documents of the archive are passed over:
//! else what upstream corrected would still be said.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The directory of newer documents.
const CHANGED: &str = "changed";

/// The names of documents that are newer than those in the archives of one directory.
#[derive(Debug, Default)]
pub(super) struct Newer(BTreeSet<String>);

impl Newer {
    /// Looks for newer documents beside the archives of a directory; no more than `most` of them.
    pub(super) fn than_in(directory: &Path, most: u64) -> Newer {
        let root = directory.join(CHANGED);
        let mut names = BTreeSet::new();
        let mut waiting = vec![root.clone()];
        while let Some(directory) = waiting.pop() {
            // A directory that cannot be read is told of when the walk comes to it.
            let Ok(entries) = super::list(&directory) else { continue };
            for (path, kind) in entries {
                if names.len() as u64 >= most {
                    return Newer(names);
                }
                if kind.is_dir() {
                    waiting.push(path);
                } else if let Ok(name) = path.strip_prefix(&root) {
                    names.insert(name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
                }
            }
        }
        Newer(names)
    }

    /// Whether there is a newer document than this one of an archive. Archives may have a
    /// directory around everything, which the names of documents do not have.
    pub(super) fn than(&self, name: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let rests = name.match_indices('/').map(|(at, _)| &name[at + 1..]);
        std::iter::once(name).chain(rests).any(|name| self.0.contains(name))
    }
}

/// Whether a file stands for a document that was taken back.
pub(super) fn is_taken_back(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == CHANGED)
        && fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_by_their_names_in_the_archive() {
        let directory = tempfile::tempdir().unwrap();
        let none = Newer::than_in(directory.path(), 10);
        assert!(!none.than("2024/a.json"));
        let changed = directory.path().join("changed/2024");
        fs::create_dir_all(&changed).unwrap();
        fs::write(changed.join("a.json"), "{}").unwrap();
        fs::write(changed.join("b.json"), "").unwrap();
        let newer = Newer::than_in(directory.path(), 10);
        for name in ["2024/a.json", "./2024/b.json", "csaf/vex/2024/a.json"] {
            assert!(newer.than(name), "{name}");
        }
        for name in ["a.json", "2023/a.json", "12024/a.json", "2024/a.json/c"] {
            assert!(!newer.than(name), "{name}");
        }
        assert!(is_taken_back(&changed.join("b.json")) && !is_taken_back(&changed.join("a.json")));
        assert!(!is_taken_back(&directory.path().join("nothing")));
    }
}
