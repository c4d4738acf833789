//! Grype's `vulnerability.db`, schema 6: a SQLite file that
//! <https://github.com/anchore/grype-db> builds. The SQL is in
//! <https://github.com/anchore/grype/tree/main/schema/grype/db/sql>, the JSON of its blobs in
//! `schema/grype/db/blob/json` beside it.
//!
//! Tables of *handles* point to each other and to `blobs(id, value)`. Each handle, and each row of
//! a table that decorates vulnerabilities, is one record and is counted once, for the provider whose
//! word it is. Rows are read one after the other and what they point to is looked up by row id, so
//! that a file of a gigabyte needs no memory but for what goes into the sink.
//!
//! An id that stands for one CVE (a GHSA with one CVE among its aliases) is filed under the CVE. One
//! that stands for several is a fix for them, and becomes a statement about each.

mod blob;
mod decorations;
mod lookup;
mod statements;
mod vulnerabilities;

use plimsoll_sqlite::{Database, Error, Row, Table};

use super::account::Account;
use crate::sink::{Sink, SourceId};
use lookup::Lookup;

const ID: &str = "grype-db";
const URL: &str = "https://github.com/anchore/grype-db";

/// Tables that the first revision of schema 6 had not.
const ADDED_LATER: &[&str] =
    &["unaffected_package_handles", "unaffected_cpe_handles", "cwe_handles"];

pub(super) fn import(bytes: &[u8], name: &str, sink: &mut dyn Sink) {
    let mut account = Account::new(sink, name);
    let own = account.own(ID, "Grype DB", URL);
    let database = match Database::open(bytes) {
        Ok(database) => database,
        Err(error) => return account.rejected(own, "", error),
    };
    let extent = database.extent();
    if extent.missing > 0 {
        let reason = format!("{} of {} pages are missing", extent.missing, extent.promised);
        account.problem("", reason);
    }
    let lookup = match Lookup::open(&database) {
        Ok(lookup) => lookup,
        Err(error) => return account.rejected(own, "", error),
    };
    let mut import = Import { account, own, database: &database, lookup };
    import.providers();
    import.build();
    import.vulnerabilities();
    import.statements();
    import.aliases();
    import.epss();
    import.exploited();
    import.weaknesses();
}

/// What is known while a file is read.
struct Import<'s, 'd, 'a> {
    account: Account<'s>,
    /// Grype DB itself.
    own: SourceId,
    database: &'d Database<'a>,
    lookup: Lookup<'d, 'a>,
}

/// What became of a row.
enum Outcome {
    Kept(SourceId),
    Skipped(SourceId),
    Rejected(SourceId, String),
}

impl<'d, 'a> Import<'_, 'd, 'a> {
    /// Hands each row of a table to `read`, and counts it.
    fn each(
        &mut self,
        name: &str,
        read: &mut dyn FnMut(&mut Self, &Table<'d, 'a>, &Row<'a>) -> Result<Outcome, Error>,
    ) {
        let table = match self.database.table(name) {
            Ok(table) => table,
            // Minor revisions of the schema add some.
            Err(Error::NoTable(_)) if ADDED_LATER.contains(&name) => return,
            Err(error @ Error::NoTable(_)) => return self.account.problem(name, error),
            Err(error) => return self.account.rejected(self.own, name, error),
        };
        for row in table.rows() {
            let (record, outcome) = match row {
                Ok(row) => (format!("{name} {}", row.id()), read(self, &table, &row)),
                Err(error) => (name.to_owned(), Err(error)),
            };
            match outcome {
                Ok(Outcome::Kept(source)) => self.account.kept(source),
                Ok(Outcome::Skipped(source)) => self.account.skipped(source),
                Ok(Outcome::Rejected(source, reason)) => {
                    self.account.rejected(source, &record, reason);
                }
                Err(error) => self.account.rejected(self.own, &record, error),
            }
        }
    }
}

/// A text of a row by the name of its column; empty where there is none.
fn text<'r>(table: &Table<'_, '_>, row: &'r Row<'_>, column: &str) -> Result<&'r str, Error> {
    Ok(row.text(table.column(column)?)?.unwrap_or_default())
}

/// The same for a column that has had several names, or that is not in every revision.
fn any_text<'r>(
    table: &Table<'_, '_>,
    row: &'r Row<'_>,
    columns: &[&str],
) -> Result<&'r str, Error> {
    match columns.iter().find_map(|column| table.column(column).ok()) {
        Some(column) => Ok(row.text(column)?.unwrap_or_default()),
        None => Ok(""),
    }
}

/// A whole number of a row.
fn number(table: &Table<'_, '_>, row: &Row<'_>, column: &str) -> Result<Option<i64>, Error> {
    row.integer(table.column(column)?)
}
