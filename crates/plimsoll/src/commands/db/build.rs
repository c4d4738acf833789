//! `plimsoll db build`: upstream's advisories become a database.

use std::path::Path;

use anyhow::{Context, bail};
use plimsoll_advisory::Database;
use plimsoll_advisory::build::{self, BuildOptions, BuildOutcome};

use super::super::Run;
use super::{human_size, printable};
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;
use crate::settings::BuildSettings;

/// Problems of feeds that are shown one by one; a broken feed can have a hundred thousand.
pub(crate) const PROBLEMS_SHOWN: usize = 20;

/// Compiles advisories into a database file and tells what each source brought.
pub(crate) fn run(run: &Run<'_>, build: &BuildSettings) -> anyhow::Result<Outcome> {
    let progress = Progress::start(run.progress, "reading advisories");
    let options = BuildOptions {
        created: Some(run.clock.rfc3339()),
        builder: Some(crate::BUILDER.to_owned()),
        until: build.until.clone(),
        ..BuildOptions::default()
    };
    let built = build::build(&build.from, &options).context("no database was built")?;
    drop(progress);
    // Told in any case: whoever must decide whether a loss is right wants to see all of it.
    let text = account(run, &built, &build.output);
    if let Err(error) = check_shrinking(build, &built) {
        output::deliver(text.as_bytes(), None)?;
        return Err(error);
    }
    built.save(&build.output).context("the database was built, but could not be kept")?;
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// Fails when a source has lost much since the last build.
fn check_shrinking(build: &BuildSettings, built: &BuildOutcome) -> anyhow::Result<()> {
    let previous = match &build.previous {
        Some(named) => Database::open_with_scores(named)
            .with_context(|| format!("--previous: {} cannot be used", named.display()))?,
        // What is replaced is the last one; a file of another format has nothing to say.
        None => match Database::open_with_scores(&build.output) {
            Ok(previous) => previous,
            Err(_) => return Ok(()),
        },
    };
    let shrunk = build::shrunk(&previous.info(), &built.sources, build::ALLOWED_PERCENT);
    let wrong: Vec<String> = shrunk
        .iter()
        .filter(|one| !build.may_shrink.contains(&one.source))
        .map(ToString::to_string)
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    bail!(
        "the database was not kept, because {}; if that is right, say so with --allow-shrink",
        wrong.join(", ")
    )
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
    text.push_str(&format!(
        "  {:<26} {:>8} {:>8} {:>8} {:>8} | {:>10} {:>8}\n",
        "source", "records", "kept", "skipped", "rejected", "statements", "merged"
    ));
    for (source, counts) in &built.sources {
        text.push_str(&format!(
            "  {:<26} {:>8} {:>8} {:>8} {:>8} | {:>10} {:>8}\n",
            source.id,
            counts.read(),
            counts.kept,
            counts.skipped,
            counts.rejected,
            counts.statements(),
            counts.merged
        ));
    }
    text
}
