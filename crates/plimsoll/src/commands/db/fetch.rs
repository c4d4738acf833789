//! `plimsoll db fetch`: download upstream's advisories into a directory.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use plimsoll_fetch::{Event, FetchOptions, Outcome as Fate, feeds};

use super::super::Run;
use super::human_size;
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;
use crate::settings::FetchSettings;

/// Fetches the chosen feeds, and says what became of each. A feed that fails costs a warning; the
/// run fails only when there is nothing at all.
pub(crate) fn run(run: &Run<'_>, fetch: &FetchSettings) -> anyhow::Result<Outcome> {
    if fetch.list {
        output::deliver(list().as_bytes(), None)?;
        return Ok(Outcome::Clean);
    }
    let options = FetchOptions {
        selection: fetch.selection.clone(),
        mirrors: fetch.mirrors.clone(),
        nvd_key: fetch.nvd_key.clone(),
        insecure: fetch.registry.insecure,
        certificate_authorities: fetch.registry.ca_certificates.iter().cloned().collect(),
        ..FetchOptions::default()
    };
    let progress = Progress::start(run.progress, "fetching advisories");
    let messages = run.messages;
    let reports = plimsoll_fetch::fetch(
        &fetch.directory,
        &options,
        Arc::new(move |event: &Event<'_>| {
            if let Event::Finished(report) = event {
                messages.detail(format_args!("{}: {}", report.feed, report.outcome));
            }
        }),
    )
    .context("nothing was fetched")?;
    drop(progress);
    let mut text = String::new();
    let mut usable = 0;
    for report in &reports {
        for problem in &report.problems {
            run.messages.warn(format_args!("{}: {problem}", report.feed));
        }
        match &report.outcome {
            Fate::Kept { reason } | Fate::Failed { reason } => {
                run.messages.warn(format_args!("{}: {reason}", report.feed));
            }
            Fate::Updated | Fate::Unchanged => {}
        }
        usable += usize::from(!matches!(report.outcome, Fate::Failed { .. }));
        let word = match &report.outcome {
            Fate::Updated => "updated",
            Fate::Unchanged => "unchanged",
            Fate::Kept { .. } => "kept as it was",
            Fate::Failed { .. } => "failed",
        };
        text.push_str(&format!(
            "  {:<28} {word:<15} {:>7} files, {}\n",
            report.feed,
            report.files,
            human_size(report.bytes)
        ));
    }
    text.push_str(&format!("{usable} of {} feeds can be built from\n", reports.len()));
    output::deliver(text.as_bytes(), None)?;
    Ok(if usable == 0 { Outcome::Failed } else { Outcome::Clean })
}

/// Every feed of the table.
fn list() -> String {
    let mut text = format!("{:<28} {:<4} {:<8} from\n", "feed", "on", "publish");
    for feed in feeds() {
        let word = |set: bool| if set { "yes" } else { "no" };
        text.push_str(&format!(
            "{:<28} {:<4} {:<8} {}\n",
            feed.id,
            word(feed.on),
            word(feed.publish),
            feed.base
        ));
    }
    text
}

/// Where feeds go unless a directory is named.
pub(crate) fn default_directory(cache_directory: &Path) -> std::path::PathBuf {
    cache_directory.join("feeds")
}
