//! Many paths in one allocation.

use serde::{Deserialize, Serialize};

/// A list of paths, stored as one run of bytes: a package owns thousands of files, an image tens
/// of thousands, and nearly nobody asks for them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileList {
    /// Paths, each followed by a NUL byte, which no path can contain.
    joined: Vec<u8>,
}

impl FileList {
    /// Appends a path; a NUL byte in it ends it.
    pub fn push(&mut self, path: &[u8]) {
        let end = path.iter().position(|&byte| byte == 0).unwrap_or(path.len());
        self.joined.extend_from_slice(&path[..end]);
        self.joined.push(0);
    }

    /// Makes room for paths of so many bytes, each counted with one byte more.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.joined.reserve(bytes);
    }

    /// The paths in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let whole = self.joined.strip_suffix(&[0]);
        whole.into_iter().flat_map(|paths| paths.split(|&byte| byte == 0))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }
}

impl<'a> FromIterator<&'a [u8]> for FileList {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(paths: I) -> FileList {
        let mut list = FileList::default();
        for path in paths {
            list.push(path);
        }
        list
    }
}

impl std::fmt::Debug for FileList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(String::from_utf8_lossy)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_in_order() {
        let list: FileList = [&b"usr/bin/a"[..], b"", b"etc/b"].into_iter().collect();
        let paths: Vec<_> = list.iter().collect();
        assert_eq!(paths, [&b"usr/bin/a"[..], b"", b"etc/b"]);
        assert_eq!(FileList::default().iter().count(), 0);
    }
}
