//! `plimsoll db push`: publish a database.

use std::fs;

use anyhow::{Context, bail};
use plimsoll_advisory::build::scores_path;
use plimsoll_sync::{Release, Source};

use super::super::Run;
use super::human_size;
use crate::database::open_file;
use crate::exit::Outcome;
use crate::open::registry_options;
use crate::progress::Progress;
use crate::settings::PushSettings;
use crate::{keys, output};

/// Stores the database, its scores and its deltas in a registry or a directory, signed with a key.
pub(crate) fn run(run: &Run<'_>, push: &PushSettings) -> anyhow::Result<Outcome> {
    let database = open_file(&push.file)?;
    database.verify().with_context(|| format!("{} is damaged", push.file.display()))?;
    if database.is_scores() {
        bail!("{} has scores for a database; push the database itself", push.file.display());
    }
    let scores = scores_path(&push.file);
    let overlay = scores.exists().then(|| open_file(&scores)).transpose()?;
    let deltas = push.deltas.iter().map(|file| {
        fs::read(file).with_context(|| format!("cannot read the delta {}", file.display()))
    });
    let release = Release {
        database: database.bytes().to_vec(),
        overlay: overlay.map(|overlay| overlay.bytes().to_vec()),
        deltas: deltas.collect::<anyhow::Result<_>>()?,
    };
    let key = push.key.as_deref().map(|file| keys::private(file, run.environment)).transpose()?;
    if key.is_none() {
        run.messages.warn("without --key nobody can tell whether the database was changed");
    }
    let progress = Progress::start(run.progress, "publishing the database");
    let published = match &push.target {
        Source::Registry(reference) => {
            let registry = registry_options(&push.registry, run.environment)?;
            plimsoll_sync::push(&release, reference, &[], key.as_ref(), &registry)
        }
        Source::Path(directory) => {
            plimsoll_sync::publish_directory(&release, directory, key.as_ref())
        }
        Source::Web(address) => bail!("{address}: a web server cannot be written to"),
    }
    .context("the database was not published")?;
    drop(progress);
    let stored = &published.listing.database.stored;
    let mut text = format!(
        "{}: {} of {}, {} deltas",
        push.target,
        human_size(stored.size),
        database.digest(),
        published.listing.deltas.len()
    );
    if let Some(manifest) = published.manifest {
        text.push_str(&format!(", manifest {manifest}"));
    }
    text.push('\n');
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}
