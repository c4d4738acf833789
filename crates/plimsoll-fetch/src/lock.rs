//! One fetch at a time in a directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::FetchError;

/// Holds the directory until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    // The system's lock hangs on the open file.
    _file: File,
}

impl Lock {
    /// Takes a directory whose own directory for notes is `notes`.
    pub(crate) fn take(directory: &Path, notes: &Path) -> Result<Lock, FetchError> {
        let path = notes.join("lock");
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(source) => return Err(FetchError::Directory { path, source }),
        };
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(FetchError::Locked { directory: directory.to_owned() })
            }
            Err(TryLockError::Error(source)) => Err(FetchError::Directory { path, source }),
        }
    }
}
