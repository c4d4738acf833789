//! Brings the database up to date before a scan, where the user has not said otherwise.

use std::time::Duration;

use anyhow::{Context, bail};
use plimsoll_image::RegistryOptions;

use crate::acquire::{Origin, Wanted, acquire};
use crate::commands::Run;
use crate::database::default_path;
use crate::database_source::{DatabaseSource, PUBLIC};
use crate::keys;
use crate::messages::with_causes;
use crate::progress::Progress;
use crate::settings::DatabaseSettings;

/// Sources publish a few times a day; asking more often than this finds nothing new.
const RECHECK: Duration = Duration::from_secs(6 * 60 * 60);

/// A scan waits this long for another process that updates the same database.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whoever never chose a source must not wait long for one that does not answer.
const CONNECT: Duration = Duration::from_secs(5);

/// Gets or renews the database in the cache directory if it is time to. What went wrong while a
/// usable one is there becomes a note.
pub(crate) fn refresh(
    run: &Run<'_>,
    settings: &DatabaseSettings,
    mut registry: RegistryOptions,
) -> anyhow::Result<Vec<String>> {
    if settings.file.is_some() || settings.skip_update {
        return Ok(Vec::new());
    }
    let file = default_path(&run.cache.directory);
    let checked = checked_at(&file);
    let fresh = checked.as_deref().and_then(|time| run.clock.since(time));
    let chosen = !settings.sources.is_empty();
    // A database that somebody built and put there is renewed only from a source that they name.
    if file.exists() && (fresh.is_some_and(|age| age < RECHECK) || (checked.is_none() && !chosen)) {
        return Ok(Vec::new());
    }
    let public: Vec<DatabaseSource>;
    let sources = if chosen {
        &settings.sources
    } else {
        registry.connect_timeout = registry.connect_timeout.min(CONNECT);
        let before = Origin::read(&file).map(|origin| origin.source);
        let texts = before.iter().map(String::as_str).chain(PUBLIC);
        public = texts.filter_map(|text| DatabaseSource::parse(text).ok()).collect();
        &public
    };
    let progress = Progress::start(run.progress, "updating the advisory database");
    let wanted = Wanted {
        file: &file,
        sources,
        keys: keys::trusted(&settings.keys)?,
        only_scores: false,
        registry,
        clock: run.clock,
        patience: PATIENCE,
    };
    let acquired = acquire(&wanted);
    drop(progress);
    match acquired {
        Ok(acquired) => {
            run.messages.detail(&acquired.summary);
            let notes = acquired.notes.iter().map(|note| format!("database: {note}"));
            let stale = acquired.stale.then(|| {
                "the database could not be updated, so the one that is there is used".to_owned()
            });
            Ok(notes.chain(stale).collect())
        }
        Err(error) if chosen => Err(error),
        // Nobody asked for a source; the starter answers, and says what it is.
        Err(error) => Ok(vec![format!(
            "full advisories could not be downloaded (--skip-db-update does not try): {}",
            with_causes(&error).replace("\n  - ", "; ")
        )]),
    }
}

/// Fails when the database is older than the user accepts.
pub(crate) fn check_age(
    created: Option<&str>,
    run: &Run<'_>,
    settings: &DatabaseSettings,
) -> anyhow::Result<()> {
    let Some(most) = settings.max_age else { return Ok(()) };
    let created = created.context("--db-max-age: the database does not say when it was made")?;
    let Some(age) = run.clock.since(created).filter(|age| *age > most) else { return Ok(()) };
    let hours = |duration: Duration| duration.as_secs() / 3600;
    bail!(
        "the database is of {created}, {} hours old, and --db-max-age allows {}",
        hours(age),
        hours(most)
    )
}

/// When a source was last asked about a database; nothing for one that came from nowhere.
fn checked_at(file: &std::path::Path) -> Option<String> {
    let imported = Origin::read(file).map(|origin| origin.checked_at);
    imported.or_else(|| plimsoll_sync::last_checked(file))
}
