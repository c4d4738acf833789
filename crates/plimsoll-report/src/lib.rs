//! One report, many formats.
//!
//! A [`Report`] is everything that one scan of one artifact found out. Writers turn one or several
//! of them into bytes; they compute nothing that another format would have to compute again, and
//! they read neither clock nor terminal: time, width and colour are told to them.
//!
//! Everything that comes from an image or an advisory is hostile text. JSON escapes it; the table
//! and SARIF pass it through [`text::clean`].

mod bom;
mod dependency_tree;
mod identity;
mod instruction;
pub mod json;
mod license;
mod report;
mod results;
mod sarif;
mod table;
pub mod text;

#[cfg(test)]
mod sample;

use std::io::{self, Write};

pub use bom::github::GithubRun;
pub use dependency_tree::dependency_tree;
pub use license::{LicenseFinding, license_findings};
pub use report::{DatabaseInfo, DatabaseSource, Report, Repository, Text, Texts};
pub use table::{Detail, TableOptions};

/// The formats that reports can be written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// For people: the verdict first.
    Table(TableOptions),
    /// Trivy's schema version 2 and ours on top.
    Json,
    /// SARIF 2.1.0, for GitHub code scanning and other viewers.
    Sarif,
    /// CycloneDX 1.6 as JSON.
    CycloneDx,
    /// CycloneDX 1.6 as XML.
    CycloneDxXml,
    /// SPDX 2.3 as tags and values.
    Spdx,
    /// SPDX 2.3 as JSON.
    SpdxJson,
    /// A snapshot for GitHub's dependency graph.
    Github(GithubRun),
}

/// Writes reports in one format.
///
/// Several reports are one document: tables with a summary at the end, a JSON array, one SARIF run
/// each. A bill of materials is about one image; several are an error.
pub fn write(
    out: &mut dyn Write,
    format: &Format,
    reports: &[Report],
    texts: Texts<'_>,
) -> io::Result<()> {
    match format {
        Format::Table(options) => table::write(out, reports, texts, *options),
        Format::Json => json::write(out, reports, texts),
        Format::Sarif => sarif::write(out, reports, texts),
        Format::CycloneDx => bom::cyclonedx::write(out, reports, texts),
        Format::CycloneDxXml => bom::cyclonedx_xml::write(out, reports, texts),
        Format::Spdx => bom::spdx_tag_value::write(out, reports),
        Format::SpdxJson => bom::spdx::write(out, reports),
        Format::Github(run) => bom::github::write(out, reports, run),
    }
}
