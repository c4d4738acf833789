//! What was meant about databases.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{anyhow, bail};
use plimsoll_fetch::Selection;
use plimsoll_image::Secret;
use plimsoll_sync::Source;

use super::{Format, Lookup, Sources, registry, table_or_json};
use crate::args::DatabaseArgs;
use crate::commands::db::fetch::default_directory;
use crate::database_args::{DbArgs, FetchArgs, PullArgs, PushArgs};
use crate::database_source::DatabaseSource;
use crate::{duration, values};

/// What to do with databases.
#[derive(Debug)]
pub(crate) enum DatabaseAction {
    Build(Box<BuildSettings>),
    Fetch(Box<FetchSettings>),
    Search { word: String, file: Option<PathBuf>, limit: usize, format: Format },
    Diff { old: PathBuf, new: PathBuf, format: Format },
    Delta { old: PathBuf, new: PathBuf, output: PathBuf },
    Info { file: Option<PathBuf>, format: Format },
    Import { from: PathBuf, to: Option<PathBuf> },
    Pull(Box<PullSettings>),
    Push(Box<PushSettings>),
    Verify { file: Option<PathBuf>, keys: Vec<PathBuf>, signature: Option<PathBuf> },
    Sign { file: PathBuf, key: PathBuf },
    GenerateKeyPair { prefix: String },
}

/// Which database a scan uses, and how it is kept current.
#[derive(Debug, Default)]
pub(crate) struct DatabaseSettings {
    /// A file that the user named.
    pub(crate) file: Option<PathBuf>,
    /// Sources that the user named.
    pub(crate) sources: Vec<DatabaseSource>,
    /// Files with the keys of those who are believed.
    pub(crate) keys: Vec<PathBuf>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) skip_update: bool,
}

/// `db build`.
#[derive(Debug)]
pub(crate) struct BuildSettings {
    pub(crate) from: Vec<PathBuf>,
    pub(crate) output: PathBuf,
    /// The database to compare with; the one that is replaced if nothing is named.
    pub(crate) previous: Option<PathBuf>,
    /// Ids of sources that may shrink.
    pub(crate) may_shrink: Vec<String>,
    /// `YYYY-MM-DD`.
    pub(crate) until: Option<String>,
}

/// `db fetch`.
#[derive(Debug)]
pub(crate) struct FetchSettings {
    pub(crate) directory: PathBuf,
    pub(crate) selection: Selection,
    /// By feed.
    pub(crate) mirrors: BTreeMap<String, String>,
    pub(crate) nvd_key: Option<Secret>,
    /// Only show which feeds there are.
    pub(crate) list: bool,
    /// For the certificates that are believed.
    pub(crate) registry: Sources,
}

/// `db pull`.
#[derive(Debug)]
pub(crate) struct PullSettings {
    pub(crate) sources: Vec<DatabaseSource>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) keys: Vec<PathBuf>,
    pub(crate) only_scores: bool,
    pub(crate) registry: Sources,
}

/// `db push`.
#[derive(Debug)]
pub(crate) struct PushSettings {
    pub(crate) file: PathBuf,
    pub(crate) target: Source,
    pub(crate) key: Option<PathBuf>,
    pub(crate) deltas: Vec<PathBuf>,
    pub(crate) registry: Sources,
}

/// The database of a scan.
pub(super) fn of_scan(
    args: &DatabaseArgs,
    lookup: &Lookup<'_>,
) -> anyhow::Result<DatabaseSettings> {
    let mut settings = DatabaseSettings {
        skip_update: lookup.switch("skip-db-update", args.skip_db_update)?
            || lookup.switch("offline-scan", args.offline_scan)?,
        ..DatabaseSettings::default()
    };
    if let Some(found) = lookup.text("db", args.db.as_ref())? {
        if DatabaseSource::is_written(&found.value) {
            settings.sources.push(found.read(|text| DatabaseSource::parse(text))?);
        } else {
            settings.file = Some(PathBuf::from(found.value));
        }
    }
    if let Some(found) = lookup.list("db-repository", &args.db_repository)? {
        settings.sources.extend(found.read_each(DatabaseSource::parse)?);
    }
    if let Some(found) = lookup.list("db-key", &args.db_key)? {
        settings.keys = found.value.iter().map(PathBuf::from).collect();
    }
    if let Some(found) = lookup.text("db-max-age", args.db_max_age.as_ref())? {
        settings.max_age = Some(found.read(|text| duration::parse(text))?);
    }
    Ok(settings)
}

/// What a scan would get, and nothing else.
pub(super) fn pull_only(database: DatabaseSettings, registry: Sources) -> DatabaseAction {
    DatabaseAction::Pull(Box::new(PullSettings {
        sources: database.sources,
        output: database.file,
        keys: database.keys,
        only_scores: false,
        registry,
    }))
}

/// A command about databases.
pub(super) fn action(
    args: &DbArgs,
    cache_directory: &Path,
    lookup: &Lookup<'_>,
) -> anyhow::Result<DatabaseAction> {
    Ok(match args {
        DbArgs::Build(args) => DatabaseAction::Build(Box::new(BuildSettings {
            from: args.from.iter().map(PathBuf::from).collect(),
            output: PathBuf::from(&args.output),
            previous: args.previous.as_ref().map(PathBuf::from),
            may_shrink: args.allow_shrink.clone(),
            until: args
                .until
                .as_deref()
                .map(values::day)
                .transpose()
                .map_err(|why| anyhow!(why))?,
        })),
        DbArgs::Fetch(args) => {
            DatabaseAction::Fetch(Box::new(fetch(args, cache_directory, lookup)?))
        }
        DbArgs::Search { word, db, limit, format } => DatabaseAction::Search {
            word: word.clone(),
            file: db.as_ref().map(PathBuf::from),
            limit: *limit,
            format: table_or_json(format.as_deref())?,
        },
        DbArgs::Diff { old, new, format } => DatabaseAction::Diff {
            old: PathBuf::from(old),
            new: PathBuf::from(new),
            format: table_or_json(format.as_deref())?,
        },
        DbArgs::Delta { old, new, output } => DatabaseAction::Delta {
            old: PathBuf::from(old),
            new: PathBuf::from(new),
            output: PathBuf::from(output),
        },
        DbArgs::Import { file, output } => DatabaseAction::Import {
            from: PathBuf::from(file),
            to: output.as_ref().map(PathBuf::from),
        },
        DbArgs::Pull(args) => DatabaseAction::Pull(Box::new(pull(args, lookup)?)),
        DbArgs::Push(args) => DatabaseAction::Push(Box::new(push(args, lookup)?)),
        DbArgs::Verify { file, key, signature } => DatabaseAction::Verify {
            file: file.as_ref().map(PathBuf::from),
            keys: key.iter().map(PathBuf::from).collect(),
            signature: signature.as_ref().map(PathBuf::from),
        },
        DbArgs::Sign { file, key } => {
            DatabaseAction::Sign { file: PathBuf::from(file), key: PathBuf::from(key) }
        }
        DbArgs::GenerateKeyPair { output_key_prefix } => {
            DatabaseAction::GenerateKeyPair { prefix: output_key_prefix.clone() }
        }
        DbArgs::Info { file, format } => DatabaseAction::Info {
            file: file.as_ref().map(PathBuf::from),
            format: table_or_json(format.as_deref())?,
        },
    })
}

fn fetch(
    args: &FetchArgs,
    cache_directory: &Path,
    lookup: &Lookup<'_>,
) -> anyhow::Result<FetchSettings> {
    let selection = match (args.feeds.is_empty(), args.publishable) {
        (false, true) => bail!("--publishable and names of feeds exclude each other"),
        (false, false) => Selection::Named(args.feeds.clone()),
        (true, true) => Selection::Publishable,
        (true, false) => Selection::On,
    };
    let mirrors = args.mirror.iter().map(|text| {
        let (feed, address) = text
            .split_once('=')
            .ok_or_else(|| anyhow!("--mirror: {text:?} is not FEED=ADDRESS"))?;
        Ok((feed.to_owned(), address.to_owned()))
    });
    let key = lookup.text("nvd-api-key", args.nvd_api_key.as_ref())?;
    Ok(FetchSettings {
        directory: args
            .output
            .as_ref()
            .map_or_else(|| default_directory(cache_directory), PathBuf::from),
        selection,
        mirrors: mirrors.collect::<anyhow::Result<_>>()?,
        nvd_key: key.map(|found| Secret::new(found.value)),
        list: args.list,
        registry: registry(&args.registry, lookup)?,
    })
}

fn pull(args: &PullArgs, lookup: &Lookup<'_>) -> anyhow::Result<PullSettings> {
    let sources = args.sources.iter().map(|text| DatabaseSource::parse(text));
    Ok(PullSettings {
        sources: sources.collect::<Result<_, _>>().map_err(|error| anyhow!(error))?,
        output: args.output.as_ref().map(PathBuf::from),
        keys: args.key.iter().map(PathBuf::from).collect(),
        only_scores: args.only_scores,
        registry: registry(&args.registry, lookup)?,
    })
}

fn push(args: &PushArgs, lookup: &Lookup<'_>) -> anyhow::Result<PushSettings> {
    let target =
        args.target.parse::<Source>().map_err(|error| anyhow!("{:?}: {error}", args.target))?;
    Ok(PushSettings {
        file: PathBuf::from(&args.file),
        target,
        key: args.key.as_ref().map(PathBuf::from),
        deltas: args.delta.iter().map(PathBuf::from).collect(),
        registry: registry(&args.registry, lookup)?,
    })
}
