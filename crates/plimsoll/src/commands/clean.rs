//! `plimsoll clean`.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use plimsoll_inventory::Cache;

use super::Run;
use crate::exit::Outcome;
use crate::settings::Clean;

/// Removes what the user wants gone. What is not there is gone already.
pub(crate) fn run(run: &Run<'_>, clean: Clean) -> anyhow::Result<Outcome> {
    let directory = &run.cache.directory;
    if clean.facts || clean.everything {
        Cache::clear(directory)
            .with_context(|| format!("cannot remove the scan cache in {}", directory.display()))?;
        run.messages.detail(format_args!("removed the scan cache in {}", directory.display()));
    }
    if clean.database || clean.everything {
        remove(&crate::database::default_path(directory), run)?;
    }
    if clean.everything {
        remove_notes(&crate::verified::directory(directory))?;
        // Only what Plimsoll made: a mistyped --cache-dir must not cost anybody's files.
        for made in [directory.join("db"), directory.clone()] {
            match std::fs::remove_dir(&made) {
                Err(error)
                    if !matches!(
                        error.kind(),
                        ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
                    ) =>
                {
                    return Err(error).with_context(|| format!("cannot remove {}", made.display()));
                }
                _ => {}
            }
        }
    }
    Ok(Outcome::Clean)
}

fn remove_notes(notes: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(notes) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", notes.display()))
        }
        _ => Ok(()),
    }
}

fn remove(path: &Path, run: &Run<'_>) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => {
            removed.with_context(|| format!("cannot remove {}", path.display()))?;
            run.messages.detail(format_args!("removed {}", path.display()));
            Ok(())
        }
    }
}
