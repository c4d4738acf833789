//! Takes header blobs from whichever format held them, makes packages, and keeps the limits.

use plimsoll_image::ProblemKind;

use super::header::{self, Header};
use crate::{Package, Parsed};

/// Bytes of all file lists of one database. A desktop with a million files has under 100 MiB; a
/// hostile header can write a long directory name once and use it for every file.
const MAX_PATH_BYTES: usize = 256 << 20;

/// What is gathered from one database.
pub(super) struct Collector {
    parsed: Parsed<Vec<Package>>,
    /// How many bytes of records may still come.
    record_bytes: usize,
    /// How many bytes of file lists may still be made.
    path_bytes: usize,
}

impl Collector {
    /// Real records lie side by side, so that together they are no longer than the files that hold
    /// them. More can only come from records that overlap.
    pub(super) fn new(database_length: usize, log_length: usize) -> Collector {
        Collector {
            parsed: Parsed::clean(Vec::new()),
            record_bytes: database_length.saturating_add(log_length),
            path_bytes: MAX_PATH_BYTES,
        }
    }

    /// Something about the database as a whole or about one of its records.
    pub(super) fn problem(&mut self, kind: ProblemKind, message: impl Into<String>) {
        self.parsed.problem(kind, message);
    }

    /// A record that could not be found as a whole.
    pub(super) fn broken(&mut self, record: u32, reason: &str) {
        self.problem(ProblemKind::Malformed, format!("record {record}: {reason}"));
    }

    /// Reads the header blob of a record and adds its package. Says whether to go on.
    #[must_use]
    pub(super) fn record(&mut self, record: u32, blob: &[u8]) -> bool {
        let Some(left) = self.record_bytes.checked_sub(blob.len()) else {
            let message = "the records are longer than the file: they overlap, and the rest is \
                           left out";
            self.problem(ProblemKind::TooLarge, message);
            return false;
        };
        self.record_bytes = left;
        let mut notes = Vec::new();
        let package = match Header::read(blob, &mut notes) {
            Some(header) if header.name() == Some(header::PUBLIC_KEY) => None,
            Some(header) => header.package(&mut self.path_bytes, &mut notes),
            None => None,
        };
        for note in notes {
            match &package {
                Some(package) => self.problem(
                    ProblemKind::Malformed,
                    format!("record {record} ({}): {note}", package.name),
                ),
                None => self.broken(record, note),
            }
        }
        package.is_none_or(|package| self.parsed.add(package))
    }

    /// The packages and problems.
    pub(super) fn finish(self) -> Parsed<Vec<Package>> {
        self.parsed
    }
}
