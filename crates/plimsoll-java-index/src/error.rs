//! What can be wrong with an index.

use std::path::PathBuf;

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The file cannot be opened or mapped.
    #[error("cannot open the Java index {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("not a Java index (it does not begin with the word PLIMJAVA)")]
    NotAnIndex,
    /// The file has another layout.
    #[error("the Java index has format version {found}, this program reads version {supported}")]
    Version {
        /// What the file says.
        found: u32,
        /// What this program reads.
        supported: u32,
    },
    /// The file ends early, or bytes in it changed.
    #[error("the Java index is damaged: {0}")]
    Damaged(&'static str),
}
