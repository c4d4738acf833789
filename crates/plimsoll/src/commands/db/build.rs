//! `plimsoll db build`: upstream's advisories become a database.

use std::path::{Path, PathBuf};

use anyhow::Context;
use plimsoll_advisory::build::{self, BuildOptions, BuildOutcome};

use super::super::Run;
use super::{human_size, printable, source_line};
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;

/// Problems of feeds that are shown one by one; a broken feed can have a hundred thousand.
pub(crate) const PROBLEMS_SHOWN: usize = 20;

/// Compiles advisories into a database file and tells what each source brought.
pub(crate) fn run(run: &Run<'_>, from: &[PathBuf], file: &Path) -> anyhow::Result<Outcome> {
    let progress = Progress::start(run.progress, "reading advisories");
    let options = BuildOptions {
        created: Some(run.clock.rfc3339()),
        builder: Some(crate::BUILDER.to_owned()),
        ..BuildOptions::default()
    };
    let built = build::build(from, &options).context("no database was built")?;
    built.save(file).context("the database was built, but could not be kept")?;
    drop(progress);

    let text = account(run, &built, file);
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// Warns of what could not be read, and tells what each source brought.
pub(crate) fn account(run: &Run<'_>, built: &BuildOutcome, file: &Path) -> String {
    for problem in built.problems.iter().take(PROBLEMS_SHOWN) {
        let record = if problem.record.is_empty() { "" } else { ": " };
        run.messages.warn(format_args!(
            "{}{record}{}: {}",
            printable(&problem.file),
            printable(&problem.record),
            printable(&problem.reason)
        ));
    }
    let more = built.problems.len().saturating_sub(PROBLEMS_SHOWN);
    if more > 0 {
        run.messages.warn(format_args!("and {more} more records that could not be read"));
    }
    if built.unrecognised > 0 {
        run.messages.detail(format_args!("{} files are of no known feed", built.unrecognised));
    }
    let mut text = format!(
        "{}: {} from {} files\n",
        file.display(),
        human_size(built.bytes.len() as u64),
        built.files
    );
    for (source, counts) in &built.sources {
        text.push_str(&source_line(&source.id, &source.name, None, counts));
    }
    text
}
