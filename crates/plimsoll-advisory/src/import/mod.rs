//! Other scanners' databases: from the file that they publish to the records of [`crate::model`].
//!
//! What is read from each, and what is not, is in `docs/imports.md`. Like a feed, an import is a
//! function from bytes to calls of a [`Sink`]; unlike a feed, one file speaks for some hundred
//! sources. The bytes may be mapped from a file of a gigabyte: they are read where they lie, record
//! by record.

mod account;
mod constraint;
mod grype_db;
mod namespace;
mod trivy_db;

use std::fmt;

use plimsoll_sqlite::Database;

use crate::sink::Sink;

/// A database that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `trivy.db`, schema 2: <https://github.com/aquasecurity/trivy-db>.
    TrivyDb,
    /// `vulnerability.db`, schema 6: <https://github.com/anchore/grype/tree/main/schema/grype/db>.
    GrypeDb,
}

impl Kind {
    /// The stable name.
    pub fn id(self) -> &'static str {
        match self {
            Kind::TrivyDb => "trivy-db",
            Kind::GrypeDb => "grype-db",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

/// Which database these bytes are, if one that is known. Of the file, only a few pages are looked
/// at.
pub fn detect(bytes: &[u8]) -> Option<Kind> {
    if plimsoll_bolt::is_bolt(bytes) {
        return Some(Kind::TrivyDb);
    }
    let database = Database::open(bytes).ok()?;
    database.table("vulnerability_handles").is_ok().then_some(Kind::GrypeDb)
}

/// Reads a database. Everything that is wrong with it goes into the sink as a problem, with `name`
/// for the file.
pub fn import(kind: Kind, bytes: &[u8], sink: &mut dyn Sink, name: &str) {
    match kind {
        Kind::TrivyDb => trivy_db::import(bytes, name, sink),
        Kind::GrypeDb => grype_db::import(bytes, name, sink),
    }
}
