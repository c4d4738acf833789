//! `plimsoll db delta`: what turns one database into another.

use std::path::Path;

use anyhow::Context;
use plimsoll_advisory::{database, delta};

use super::super::Run;
use super::human_size;
use crate::database::open_file;
use crate::exit::Outcome;
use crate::output;

/// Writes the delta, after it was applied once to see that it leads where it should.
pub(crate) fn run(run: &Run<'_>, old: &Path, new: &Path, file: &Path) -> anyhow::Result<Outcome> {
    let (old, new) = (open_file(old)?, open_file(new)?);
    let bytes = delta::make(&old, &new).context("no delta was made")?;
    delta::apply(&old, &bytes).context("the delta does not give the new database")?;
    database::save(file, &bytes)
        .with_context(|| format!("cannot write the delta to {}", file.display()))?;
    let share = bytes.len() as f64 * 100.0 / new.bytes().len().max(1) as f64;
    run.messages.detail(format_args!("from {} to {}", old.digest(), new.digest()));
    let size = human_size(bytes.len() as u64);
    let text = format!("{}: {size}, {share:.2} % of the database\n", file.display());
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}
