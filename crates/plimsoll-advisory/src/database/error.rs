//! What can be wrong with a database file.

use std::path::PathBuf;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file cannot be opened or mapped.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("not a Plimsoll database (it does not begin with the word PLIMSOLL)")]
    NotADatabase,
    /// The file has another layout.
    #[error("the database has format version {found}, this program reads version {supported}")]
    Version {
        /// What the file says.
        found: u32,
        /// What this program reads.
        supported: u32,
    },
    /// The file ends early, or bytes in it changed.
    #[error("the database is damaged: {what} ({section} section)")]
    Damaged {
        /// Where.
        section: &'static str,
        /// What does not fit.
        what: &'static str,
    },
}
