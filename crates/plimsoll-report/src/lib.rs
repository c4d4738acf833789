//! One report, many formats.
//!
//! A [`Report`] is everything that one scan of one artifact found out. Writers turn one or several
//! of them into bytes; they compute nothing that another format would have to compute again, and
//! they read neither clock nor terminal: time, width and colour are told to them.
//!
//! Everything that comes from an image or an advisory is hostile text. JSON escapes it; the table
//! and SARIF pass it through [`text::clean`].

mod dependency_tree;
mod identity;
mod instruction;
pub mod json;
mod report;
mod results;
mod sarif;
mod table;
pub mod text;

#[cfg(test)]
mod sample;

use std::io::{self, Write};

pub use dependency_tree::dependency_tree;
pub use report::{DatabaseInfo, DatabaseSource, Report, Text, Texts};
pub use table::{Detail, TableOptions};

/// The formats that reports can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: the verdict first.
    Table(TableOptions),
    /// Trivy's schema version 2 and ours on top.
    Json,
    /// SARIF 2.1.0, for GitHub code scanning and other viewers.
    Sarif,
}

/// Writes reports in one format.
///
/// Several reports are one document: tables with a summary at the end, a JSON array, one SARIF run
/// each.
pub fn write(
    out: &mut dyn Write,
    format: Format,
    reports: &[Report],
    texts: Texts<'_>,
) -> io::Result<()> {
    match format {
        Format::Table(options) => table::write(out, reports, texts, options),
        Format::Json => json::write(out, reports, texts),
        Format::Sarif => sarif::write(out, reports, texts),
    }
}
