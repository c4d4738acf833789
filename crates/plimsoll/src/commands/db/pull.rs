//! `plimsoll db pull`: bring the local database up to date.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use plimsoll_image::Reference;
use plimsoll_sync::foreign::{TrivyDatabase, pull_trivy};

use super::super::Run;
use crate::acquire::{Wanted, acquire};
use crate::database::default_path;
use crate::database_source::{DatabaseSource, PUBLIC};
use crate::exit::Outcome;
use crate::keys;
use crate::open::registry_options;
use crate::output;
use crate::progress::Progress;
use crate::settings::PullSettings;

/// Whoever asks for an update waits for another one that is under way.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Asks the sources, and says what came of it. A failed update with a usable database is a warning.
pub(crate) fn run(run: &Run<'_>, pull: &PullSettings) -> anyhow::Result<Outcome> {
    let registry = registry_options(&pull.registry, run.environment)?;
    let progress = Progress::start(run.progress, "updating the advisory database");
    if let [DatabaseSource::TrivyJava(reference)] = pull.sources.as_slice() {
        let text = java_index(run, pull, reference, &registry)?;
        drop(progress);
        output::deliver(text.as_bytes(), None)?;
        return Ok(Outcome::Clean);
    }
    let public: Vec<DatabaseSource>;
    let sources = if pull.sources.is_empty() {
        public = PUBLIC.iter().filter_map(|text| DatabaseSource::parse(text).ok()).collect();
        &public
    } else {
        &pull.sources
    };
    let file = pull.output.clone().unwrap_or_else(|| default_path(&run.cache.directory));
    let acquired = acquire(&Wanted {
        file: &file,
        sources,
        keys: keys::trusted(&pull.keys)?,
        only_scores: pull.only_scores,
        registry,
        clock: run.clock,
        patience: PATIENCE,
    })?;
    drop(progress);
    for note in &acquired.notes {
        run.messages.warn(note);
    }
    output::deliver(format!("{}\n", acquired.summary).as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// Trivy's gigabyte about Java archives becomes an index of some ten bytes for each.
fn java_index(
    run: &Run<'_>,
    pull: &PullSettings,
    reference: &Reference,
    registry: &plimsoll_image::RegistryOptions,
) -> anyhow::Result<String> {
    let file = pull.output.clone().unwrap_or_else(|| java_index_path(run));
    let directory = file.with_extension("import");
    let fetched = pull_trivy(reference, TrivyDatabase::Java, &directory, None, registry)?;
    let main = fetched.files.first().context("the artifact has no database in it")?;
    let text = super::import::java(run, main, &file)?;
    let _ = std::fs::remove_dir_all(&directory);
    Ok(text)
}

/// Where the index of Java archives belongs.
pub(crate) fn java_index_path(run: &Run<'_>) -> PathBuf {
    run.cache.directory.join("db").join("java.index")
}
