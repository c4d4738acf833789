//! The bytes of a database: mapped, owned or part of the program.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// Read-only bytes from one of three places.
#[derive(Debug)]
pub(crate) enum Bytes {
    Mapped(Mmap),
    Owned(Vec<u8>),
    Static(&'static [u8]),
}

impl Bytes {
    /// Maps a file.
    pub(crate) fn map(path: &Path) -> io::Result<Bytes> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        if metadata.len() == 0 {
            // An empty range cannot be mapped everywhere.
            return Ok(Bytes::Owned(Vec::new()));
        }
        #[expect(unsafe_code, reason = "a map of a file cannot be had without it")]
        // SAFETY: the map is read-only and lives as long as the value that hands out its bytes.
        // What remains is that another process may change the file under us. Plimsoll never does:
        // it writes a new file and renames it over the old one, whose bytes stay with the map. A
        // foreign program that writes into the file in place breaks this; every read checks
        // lengths and offsets anew and takes no value on trust twice, so that changed bytes give
        // wrong answers or an error, and a shortened file ends the process by a signal.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Bytes::Mapped(map))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
            Bytes::Static(bytes) => bytes,
        }
    }
}
