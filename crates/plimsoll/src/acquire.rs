//! Gets a database from a source into its place, whatever the source's form.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use plimsoll_advisory::Database;
use plimsoll_advisory::build::{self, BuildOptions};
use plimsoll_attest::TrustedKeys;
use plimsoll_image::RegistryOptions;
use plimsoll_sync::foreign::{ForeignFiles, TrivyDatabase, pull_grype, pull_trivy};
use plimsoll_sync::{Part, SignatureStatus, Source, Transfer, UpdateOptions};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::database_source::DatabaseSource;
use crate::messages::with_causes;

/// What is wanted.
pub(crate) struct Wanted<'w> {
    /// Where the database belongs.
    pub(crate) file: &'w Path,
    /// Where to look, best first.
    pub(crate) sources: &'w [DatabaseSource],
    /// Who is believed; with any key, nothing is used that none of them signed.
    pub(crate) keys: TrustedKeys,
    /// Leave the database alone and bring the scores up to date.
    pub(crate) only_scores: bool,
    pub(crate) registry: RegistryOptions,
    pub(crate) clock: Clock,
    /// How long another process that does the same is waited for.
    pub(crate) patience: Duration,
}

/// What was got.
#[derive(Debug, Default)]
pub(crate) struct Acquired {
    /// One line for a person.
    pub(crate) summary: String,
    /// What a person should know besides.
    pub(crate) notes: Vec<String>,
    /// No source could be used, and the database that is there was kept.
    pub(crate) stale: bool,
}

/// Asks the sources in turn. An error means that there is no usable database.
pub(crate) fn acquire(wanted: &Wanted<'_>) -> anyhow::Result<Acquired> {
    let mut failures = Vec::new();
    let mut rest = wanted.sources;
    while let [first, behind @ ..] = rest {
        // Sources of one kind that follow each other are the mirrors of one update.
        let own: Vec<Source> = rest
            .iter()
            .map_while(|source| match source {
                DatabaseSource::Own(source) => Some(source.clone()),
                _ => None,
            })
            .collect();
        let tried = if own.is_empty() {
            rest = behind;
            foreign(wanted, first)
        } else {
            rest = rest.get(own.len()..).unwrap_or_default();
            update(wanted, own)
        };
        match tried {
            Ok(acquired) if !acquired.stale || rest.is_empty() => {
                let notes = failures.into_iter().chain(acquired.notes).collect();
                return Ok(Acquired { notes, ..acquired });
            }
            Ok(acquired) => failures.extend(acquired.notes),
            Err(error) => failures.push(format!("{first}: {}", with_causes(&error))),
        }
    }
    if wanted.file.exists() && Database::open(wanted.file).is_ok() {
        let summary = format!("{}: kept as it was", wanted.file.display());
        return Ok(Acquired { summary, notes: failures, stale: true });
    }
    bail!("no database could be had:\n  - {}", failures.join("\n  - "))
}

/// Plimsoll's own form, by delta where one fits.
fn update(wanted: &Wanted<'_>, sources: Vec<Source>) -> anyhow::Result<Acquired> {
    let options = UpdateOptions {
        only_overlay: wanted.only_scores,
        keys: wanted.keys.clone(),
        registry: wanted.registry.clone(),
        lock_wait: wanted.patience,
        ..UpdateOptions::new(wanted.file, sources)
    };
    let outcome = plimsoll_sync::update(&options)?;
    let mut notes: Vec<String> =
        outcome.failures.iter().map(|one| format!("{}: {}", one.source, one.reason)).collect();
    notes.extend(outcome.notes.iter().cloned());
    let stale = outcome.is_stale();
    let from = outcome.source.as_deref().unwrap_or("no source");
    let what = match &outcome.database {
        Part::Updated { by: Transfer::Delta, .. } => "updated by a delta from",
        Part::Updated { .. } => "updated from",
        Part::Current { .. } => "up to date with",
        Part::Kept { .. } | Part::Absent => "kept as it was, after asking",
    };
    let signature = match outcome.database.signature() {
        Some(SignatureStatus::Verified { key }) => format!("signed by {key}"),
        Some(SignatureStatus::Unchecked) => "signed, but no key was given to check it".to_owned(),
        Some(SignatureStatus::Unsigned) | None => "unsigned".to_owned(),
    };
    let summary = format!(
        "{}: {what} {from} ({signature}; {} bytes transferred)",
        wanted.file.display(),
        outcome.transferred
    );
    Ok(Acquired { summary, notes, stale })
}

/// Another scanner's database: fetched, imported, and removed again.
fn foreign(wanted: &Wanted<'_>, source: &DatabaseSource) -> anyhow::Result<Acquired> {
    if !wanted.keys.is_empty() {
        bail!("other scanners' databases are not signed, and a key was asked for");
    }
    if wanted.only_scores {
        bail!("it has no scores of its own that could be fetched alone");
    }
    // One process at a time: the second finds what the first has brought.
    if let Some(parent) = wanted.file.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    let path = wanted.file.with_extension("pull.lock");
    let lock = fs::File::create(&path)
        .and_then(|lock| lock.lock().map(|()| lock))
        .with_context(|| format!("cannot lock {}", path.display()))?;
    let imported = import_locked(wanted, source);
    drop(lock);
    imported
}

fn import_locked(wanted: &Wanted<'_>, source: &DatabaseSource) -> anyhow::Result<Acquired> {
    let origin = Origin::read(wanted.file);
    let known = origin.as_ref().filter(|origin| origin.source == source.to_string());
    let known = known.map(|origin| origin.digest.as_str());
    // Beside the target: it may be too large for the temporary directory.
    let directory = wanted.file.with_extension("import");
    let registry = &wanted.registry;
    let (fetched, created) = match source {
        DatabaseSource::Trivy(reference) => {
            let which = TrivyDatabase::Vulnerabilities;
            let fetched = pull_trivy(reference, which, &directory, known, registry)?;
            let created = metadata_date(&directory);
            (fetched, created)
        }
        DatabaseSource::Grype(address) => {
            let (latest, fetched) = pull_grype(address, &directory, known, registry)?;
            (fetched, Some(latest.built))
        }
        DatabaseSource::TrivyJava(_) => {
            bail!("it is an index of Java archives; `plimsoll db pull` fetches it")
        }
        DatabaseSource::Own(_) => bail!("it is no other scanner's database"),
    };
    let ForeignFiles { digest, files, .. } = fetched;
    if known == Some(digest.as_str()) {
        let origin = Origin { checked_at: wanted.clock.rfc3339(), ..origin.unwrap_or_default() };
        origin.write(wanted.file);
        let _ = fs::remove_dir_all(&directory);
        let summary = format!("{}: up to date with {source}", wanted.file.display());
        return Ok(Acquired { summary, ..Acquired::default() });
    }
    let main = files.first().ok_or_else(|| anyhow!("{source} has no database in it"))?;
    let options = BuildOptions {
        created: created.or_else(|| Some(wanted.clock.rfc3339())),
        builder: Some(format!("{}, imported from {source}", crate::BUILDER)),
        ..BuildOptions::default()
    };
    let built = build::import(main, &options)?;
    built.save(wanted.file).context("the database was imported, but could not be kept")?;
    let content = Database::open(wanted.file)?.digest();
    Origin { source: source.to_string(), digest, content, checked_at: wanted.clock.rfc3339() }
        .write(wanted.file);
    // Half a gigabyte that nobody needs any more; the next pull does without it.
    let _ = fs::remove_dir_all(&directory);
    let notes = match built.problems.len() {
        0 => Vec::new(),
        count => vec![format!("{count} records of {source} could not be read")],
    };
    let size = crate::commands::db::human_size(built.bytes.len() as u64);
    let summary = format!("{}: {size}, imported from {source}", wanted.file.display());
    Ok(Acquired { summary, notes, stale: false })
}

/// When Trivy's database was made, from the file beside it.
fn metadata_date(directory: &Path) -> Option<String> {
    let text = fs::read_to_string(directory.join("metadata.json")).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    Some(value.get("UpdatedAt")?.as_str()?.to_owned())
}

/// Where an imported database came from, in a small file beside it.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    pub(crate) source: String,
    /// Of what was fetched.
    pub(crate) digest: String,
    /// Content digest of the database that was made of it.
    content: String,
    /// RFC 3339.
    pub(crate) checked_at: String,
}

impl Origin {
    fn path(database: &Path) -> PathBuf {
        database.with_extension("origin.json")
    }

    /// What is known of the database that is there; nothing if a pull did not import it, or somebody
    /// has put another one in its place since.
    pub(crate) fn read(database: &Path) -> Option<Origin> {
        let text = fs::read_to_string(Origin::path(database)).ok()?;
        let value: Value = serde_json::from_str(&text).ok()?;
        let field = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let origin = Origin {
            source: field("Source")?,
            digest: field("Digest")?,
            content: field("Content")?,
            checked_at: field("CheckedAt")?,
        };
        (Database::open(database).ok()?.digest() == origin.content).then_some(origin)
    }

    fn write(&self, database: &Path) {
        let value = json!({
            "Source": self.source,
            "Digest": self.digest,
            "Content": self.content,
            "CheckedAt": self.checked_at,
        });
        let text = format!("{value}\n");
        // Without it the next pull fetches everything, and that is all.
        let _ = plimsoll_advisory::database::save(&Origin::path(database), text.as_bytes());
    }
}
