//! That an advisory database is whole, checked once for each file.
//!
//! Opening a database reads nothing of its content, and a flipped bit in it could make a finding
//! vanish without a trace. So the whole content is compared with its checksum before a scan answers
//! from it, which takes some milliseconds; a note in the cache saves doing so again for a file that
//! has not been touched since.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use plimsoll_advisory::build::scores_path;

use crate::commands::db::verify::{read_signature, signature_path};
use crate::database::ChosenDatabase;
use crate::keys;
use crate::settings::{CacheSettings, DatabaseSettings};

/// Fails when the database's content is not as it was built.
pub(crate) fn ensure_whole(database: &ChosenDatabase, cache: &CacheSettings) -> anyhow::Result<()> {
    // The starter is part of the program.
    let Some(path) = database.path() else { return Ok(()) };
    let note = cache.keep_facts.then(|| directory(&cache.directory));
    let note = note.map(|notes| notes.join(database.get().digest()));
    // The scores beside it are part of what is answered from.
    let scores = database.get().scores().is_some().then(|| scores_path(path));
    let identities = [Some(path), scores.as_deref()].into_iter().flatten().map(identity);
    let identity: Option<String> =
        identities.collect::<Option<Vec<String>>>().map(|list| list.join(" "));
    if let (Some(note), Some(identity)) = (&note, &identity)
        && fs::read_to_string(note).is_ok_and(|noted| noted == *identity)
    {
        return Ok(());
    }
    database
        .get()
        .verify()
        .with_context(|| format!("the database {} is damaged: build it anew", path.display()))?;
    if let (Some(note), Some(identity)) = (note, identity) {
        // Without the note the next scan checks again, and that is all.
        let _ = note.parent().map_or(Ok(()), fs::create_dir_all);
        let _ = fs::write(note, identity);
    }
    Ok(())
}

/// Fails when the database or its scores are not signed by whom the user believes: a file that they
/// named by the signatures beside it, the one in the cache by what the update has remembered.
pub(crate) fn ensure_signed(
    database: &ChosenDatabase,
    settings: &DatabaseSettings,
) -> anyhow::Result<()> {
    if settings.keys.is_empty() {
        return Ok(());
    }
    let keys = keys::trusted(&settings.keys)?;
    let Some(file) = database.path() else {
        bail!("--db-key: there is no database that could be signed; name one, or a source");
    };
    let distrust = || format!("the database {} is not to be trusted", file.display());
    if settings.file.is_none() {
        plimsoll_sync::local_state(file, &keys).with_context(distrust)?;
        return Ok(());
    }
    let scores = database.get().scores().is_some().then(|| scores_path(file));
    for signed in [Some(file), scores.as_deref()].into_iter().flatten() {
        let signature = read_signature(&signature_path(signed))?;
        plimsoll_sync::verify(signed, &signature, &keys).with_context(distrust)?;
    }
    Ok(())
}

/// Where the notes are.
pub(crate) fn directory(cache_directory: &Path) -> PathBuf {
    cache_directory.join("verified")
}

/// What changes when somebody writes to a file or puts another in its place. The time of the last
/// change cannot be set by hand.
fn identity(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    let (seconds, nanoseconds) = (meta.ctime(), meta.ctime_nsec());
    Some(format!("{} {} {} {seconds}.{nanoseconds:09}", meta.dev(), meta.ino(), meta.len()))
}
