//! The report for people.
//!
//! It is read by somebody tired: the verdict comes first and says what to do; then the findings
//! worth acting on, grouped by the package to update, worst first; then what is left out, what was
//! not looked at, and how old the knowledge is. No line is wider than the terminal, everything is
//! told without colour too, and nothing from an image can act on the terminal.

mod findings;
mod footer;
mod group;
mod licenses;
mod paint;
mod summary;
mod verdict;

use std::io::{self, Write};

use crate::{Report, Texts, results};
use paint::Page;

/// How the table looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// Columns of the terminal; fewer than 40 are taken as 40.
    pub width: usize,
    /// Whether to use colour.
    pub color: bool,
    /// Which findings are listed one by one.
    pub detail: Detail,
}

/// Which findings are listed one by one; the others are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Those worth acting on: exploited ones, fixable ones that are MEDIUM or worse or likely to be
    /// exploited, critical ones without a fix.
    Actionable,
    /// All.
    All,
}

impl Default for TableOptions {
    fn default() -> TableOptions {
        TableOptions { width: 80, color: false, detail: Detail::Actionable }
    }
}

/// Writes one report after the other; behind several, one line for each again.
pub(crate) fn write(
    out: &mut dyn Write,
    reports: &[Report],
    texts: Texts<'_>,
    options: TableOptions,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color);
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            page.rule();
        }
        verdict::write(&mut page, report);
        let parts = results::parts(report);
        summary::write(&mut page, report, &parts);
        findings::write(&mut page, report, &parts, texts, options.detail);
        licenses::write(&mut page, report, options.detail);
        footer::write(&mut page, report, options.detail);
    }
    if reports.len() > 1 {
        page.rule();
        verdict::summary(&mut page, reports);
    }
    out.write_all(page.text().as_bytes())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
