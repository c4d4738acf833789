//! `plimsoll db import`: another scanner's database becomes ours.

use std::path::Path;

use anyhow::{Context, bail};
use plimsoll_advisory::build::{self, BuildError, BuildOptions};
use plimsoll_advisory::{Database, database};
use plimsoll_java_index as java;

use super::super::Run;
use super::human_size;
use super::pull::java_index_path;
use crate::database::default_path;
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;

/// Imports a `trivy.db`, a `vulnerability.db` of Grype or a `trivy-java.db`, whichever it is.
pub(crate) fn run(run: &Run<'_>, from: &Path, to: Option<&Path>) -> anyhow::Result<Outcome> {
    let progress = Progress::start(run.progress, "importing the database");
    let options = BuildOptions {
        created: Some(run.clock.rfc3339()),
        builder: Some(crate::BUILDER.to_owned()),
        ..BuildOptions::default()
    };
    let text = match build::import(from, &options) {
        Ok(built) => {
            let file = to.map_or_else(|| default_path(&run.cache.directory), Path::to_owned);
            make_directory(&file)?;
            built.save(&file).context("the database was imported, but could not be kept")?;
            super::build::account(run, &built, &file)
        }
        Err(BuildError::UnknownDatabase { .. }) => {
            let file = to.map_or_else(|| java_index_path(run), Path::to_owned);
            make_directory(&file)?;
            java(run, from, &file)?
        }
        Err(error) => return Err(error).context("no database was imported"),
    };
    drop(progress);
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// Makes an index of a `trivy-java.db`, and says what is in it.
pub(crate) fn java(run: &Run<'_>, from: &Path, to: &Path) -> anyhow::Result<String> {
    let bytes = Database::map_file(from)
        .with_context(|| format!("cannot read the database {}", from.display()))?;
    let mut builder = java::Builder::new();
    let mut problems = 0;
    let counts = java::from_trivy(&bytes, &mut builder, &mut |problem| {
        problems += 1;
        if problems <= super::build::PROBLEMS_SHOWN {
            run.messages.warn(format_args!("{}: {}", problem.record, problem.reason));
        }
    })
    .with_context(|| {
        format!("{} is none of trivy.db, vulnerability.db and trivy-java.db", from.display())
    })?;
    if counts.kept == 0 {
        bail!("{} has no Java archives", from.display());
    }
    let bytes = builder.finish(&run.clock.today())?;
    database::save(to, &bytes)
        .with_context(|| format!("cannot write the index to {}", to.display()))?;
    let info = java::JavaIndex::open(&bytes)?.info();
    Ok(format!(
        "{}: {}, {} archives of {} artifacts, {} records not understood\n",
        to.display(),
        human_size(info.length),
        info.archives,
        info.artifacts,
        counts.rejected
    ))
}

fn make_directory(file: &Path) -> anyhow::Result<()> {
    let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) else {
        return Ok(());
    };
    std::fs::create_dir_all(parent)
        .with_context(|| format!("cannot make the directory {}", parent.display()))
}
