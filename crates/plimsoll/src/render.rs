//! From finished reports to the bytes that are delivered.

use std::io::IsTerminal;

use anyhow::Context;
use plimsoll_report::{Detail, Format, GithubRun, Report, TableOptions, Texts};
use terminal_size::{Width, terminal_size};

use crate::settings::ReportSettings;
use crate::values;

/// Lines longer than this are hard to read, however wide the terminal is.
const WIDEST: usize = 120;

/// Writes the reports in the form that the user wants.
pub(crate) fn report(
    reports: &[Report],
    settings: &ReportSettings,
    texts: Texts<'_>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<Vec<u8>> {
    let format = match settings.format {
        values::Format::Table => Format::Table(table(settings)),
        values::Format::Json => Format::Json,
        values::Format::Sarif => Format::Sarif,
        values::Format::CycloneDx => Format::CycloneDx,
        values::Format::CycloneDxXml => Format::CycloneDxXml,
        values::Format::Spdx => Format::Spdx,
        values::Format::SpdxJson => Format::SpdxJson,
        values::Format::Github => Format::Github(github_run(environment)),
    };
    let mut bytes = Vec::new();
    plimsoll_report::write(&mut bytes, &format, reports, texts)
        .context("cannot write the report")?;
    Ok(bytes)
}

/// What GitHub tells the steps of a workflow:
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>.
fn github_run(environment: &dyn Fn(&str) -> Option<String>) -> GithubRun {
    let variable = |name| environment(name).unwrap_or_default();
    GithubRun {
        reference: variable("GITHUB_REF"),
        commit: variable("GITHUB_SHA"),
        workflow: variable("GITHUB_WORKFLOW"),
        job: variable("GITHUB_JOB"),
        run: variable("GITHUB_RUN_ID"),
    }
}

/// Colour and width are for terminals; everywhere else the table is plain and 80 columns wide.
fn table(settings: &ReportSettings) -> TableOptions {
    let detail = if settings.all_findings { Detail::All } else { Detail::Actionable };
    let stdout = std::io::stdout();
    if settings.output.is_some() || !stdout.is_terminal() {
        let forced = settings.output.is_none() && colour_is_wanted(&stdout);
        return TableOptions { detail, color: forced, ..TableOptions::default() };
    }
    TableOptions {
        width: terminal_size().map_or(80, |(Width(width), _)| usize::from(width).min(WIDEST)),
        color: colour_is_wanted(&stdout),
        detail,
    }
}

/// Asks `NO_COLOR`, `CLICOLOR_FORCE` and the terminal itself.
fn colour_is_wanted(stdout: &std::io::Stdout) -> bool {
    anstream::AutoStream::choice(stdout) != anstream::ColorChoice::Never
}
