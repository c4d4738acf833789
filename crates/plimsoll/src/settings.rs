//! What was meant: the command line, the environment, the configuration file and the defaults,
//! merged, read and checked, before anything is done.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::CommandFactory;
use etcetera::BaseStrategy;
use plimsoll_image::{DEFAULT_SOURCES, Platform, Secret, SourceKind};
use serde_json::Value;

use crate::args::{Args, CleanArgs, CommandArgs, RegistryArgs, SourceArgs};
use crate::config_file::ConfigFile;
use crate::duration;
use crate::lookup::{self, Lookup};
use crate::messages::Messages;
use crate::values::{self, Format};

pub(crate) use database_settings::{
    BuildSettings, DatabaseAction, DatabaseSettings, FetchSettings, PullSettings, PushSettings,
};

pub(crate) use scan_settings::{ReportSettings, Revision, Scan, Target};

#[path = "database_settings.rs"]
mod database_settings;
#[path = "scan_settings.rs"]
mod scan_settings;

/// For scans. Trivy gives up after five minutes as well.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// Everything that a run needs to know.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) messages: Messages,
    /// Whether progress is shown, if there is a terminal to show it on.
    pub(crate) progress: bool,
    /// How long the run may take; nothing means for ever.
    pub(crate) timeout: Option<Duration>,
    pub(crate) cache: CacheSettings,
    pub(crate) action: Action,
}

/// Where things are kept between runs.
#[derive(Debug, Clone)]
pub(crate) struct CacheSettings {
    pub(crate) directory: PathBuf,
    /// Whether facts about layers are kept at all.
    pub(crate) keep_facts: bool,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Action {
    Scan(Box<Scan>),
    Database(DatabaseAction),
    Clean(Clean),
    Version { format: Format },
}

/// What to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clean {
    pub(crate) facts: bool,
    pub(crate) database: bool,
    pub(crate) everything: bool,
}

/// How images are found and fetched.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// In the order in which they are tried.
    pub(crate) kinds: Vec<SourceKind>,
    pub(crate) platform: Option<Platform>,
    pub(crate) docker_host: Option<String>,
    pub(crate) podman_host: Option<String>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) insecure: bool,
    pub(crate) ca_certificates: Option<PathBuf>,
    /// Registries that are asked before the one in an image's name.
    pub(crate) mirrors: BTreeMap<String, Vec<String>>,
}

/// How the user is known to a registry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    Basic {
        username: String,
        password: Secret,
    },
    /// The password comes on the standard input.
    BasicFromInput {
        username: String,
    },
    Token(Secret),
}

/// The world outside, as far as settings depend on it.
pub(crate) struct Surroundings<'a> {
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    /// Where configuration files are looked for.
    pub(crate) directory: &'a Path,
}

impl Settings {
    /// Merges and checks everything.
    pub(crate) fn resolve(
        args: &Args,
        surroundings: &Surroundings<'_>,
    ) -> anyhow::Result<Settings> {
        let without_file = Lookup { environment: surroundings.environment, file: None };
        let named = without_file.text("config", args.global.config.as_ref())?;
        let named = named.map(|found| PathBuf::from(found.value));
        let file = ConfigFile::find(named.as_deref(), surroundings.directory)?;
        let lookup = Lookup { environment: surroundings.environment, file: file.as_ref() };

        let messages = Messages {
            quiet: lookup.switch("quiet", args.global.quiet)?,
            debug: lookup.switch("debug", args.global.debug)?,
        };
        if let Some(file) = &file {
            messages.detail(format_args!("configuration from {}", file.path.display()));
            tell_unknown_keys(file, messages);
        }
        let timeout = match lookup.text("timeout", args.global.timeout.as_ref())? {
            Some(found) => found.read(|text| duration::parse(text))?,
            // Building a database from years of advisories takes its time.
            None if matches!(args.command, CommandArgs::Db(_)) => Duration::ZERO,
            None => DEFAULT_TIMEOUT,
        };
        let directory = match lookup.text("cache-dir", args.global.cache_dir.as_ref())? {
            Some(found) => PathBuf::from(found.value),
            None => default_cache_directory(),
        };
        let keep_facts = match lookup.text("cache-backend", args.global.cache_backend.as_ref())? {
            Some(found) => found.read(|word| values::cache_backend(word))?,
            None => true,
        };
        Ok(Settings {
            messages,
            progress: !messages.quiet && !lookup.switch("no-progress", args.global.no_progress)?,
            timeout: (!timeout.is_zero()).then_some(timeout),
            action: action(&args.command, &directory, &lookup)?,
            cache: CacheSettings { directory, keep_facts },
        })
    }
}

fn action(
    command: &CommandArgs,
    cache_directory: &Path,
    lookup: &Lookup<'_>,
) -> anyhow::Result<Action> {
    Ok(match command {
        CommandArgs::Image(image)
            if lookup.switch("download-db-only", image.scan.database.download_db_only)? =>
        {
            let database = database_settings::of_scan(&image.scan.database, lookup)?;
            let registry = sources(&image.source, lookup)?;
            Action::Database(database_settings::pull_only(database, registry))
        }
        CommandArgs::Image(image) => {
            let inputs = match lookup.list("input", &[])? {
                // A path may have a comma in it, so what was typed is not split.
                _ if !image.input.is_empty() => image.input.clone(),
                Some(found) if image.images.is_empty() => found.value,
                _ => Vec::new(),
            };
            let images = image.images.iter().cloned().map(Target::Reference);
            let targets: Vec<_> = images.chain(inputs.into_iter().map(Target::Input)).collect();
            if targets.is_empty() {
                bail!("no image was named: give its name, or a file or directory with --input");
            }
            let scan = scan_settings::scan(targets, &image.scan, None, lookup)?;
            let sources = sources(&image.source, lookup)?;
            Action::Scan(Box::new(Scan { sources, ..scan }))
        }
        CommandArgs::Rootfs(rootfs) => {
            let targets = vec![Target::RootFileSystem(PathBuf::from(&rootfs.root))];
            Action::Scan(Box::new(scan_settings::scan(targets, &rootfs.scan, None, lookup)?))
        }
        CommandArgs::Filesystem(tree) => {
            let targets = vec![Target::Tree(PathBuf::from(&tree.path))];
            let scan = scan_settings::scan(targets, &tree.scan, Some(&tree.tree), lookup)?;
            Action::Scan(Box::new(scan))
        }
        CommandArgs::Repository(repository) => {
            let targets = vec![scan_settings::repository(repository, lookup)?];
            let tree = Some(&repository.tree);
            Action::Scan(Box::new(scan_settings::scan(targets, &repository.scan, tree, lookup)?))
        }
        CommandArgs::Sbom(sbom) => {
            let targets = vec![Target::Document(sbom.document.clone())];
            Action::Scan(Box::new(scan_settings::scan(targets, &sbom.scan, None, lookup)?))
        }
        CommandArgs::Db(args) => {
            Action::Database(database_settings::action(args, cache_directory, lookup)?)
        }
        CommandArgs::Clean(clean) => Action::Clean(what_to_clean(clean)),
        CommandArgs::Version(version) => {
            Action::Version { format: table_or_json(version.format.as_deref())? }
        }
    })
}

fn sources(args: &SourceArgs, lookup: &Lookup<'_>) -> anyhow::Result<Sources> {
    let text = |option, typed: &Option<String>| -> anyhow::Result<Option<String>> {
        Ok(lookup.text(option, typed.as_ref())?.map(|found| found.value))
    };
    let kinds = match lookup.list("image-src", &args.image_src)? {
        Some(found) => found.read_each(values::image_source)?,
        None => DEFAULT_SOURCES.to_vec(),
    };
    let platform = lookup
        .text("platform", args.platform.as_ref())?
        .map(|found| found.read(|text| values::platform(text)))
        .transpose()?;
    Ok(Sources {
        kinds,
        platform,
        docker_host: text("docker-host", &args.docker_host)?,
        podman_host: text("podman-host", &args.podman_host)?,
        ..registry(&args.registry, lookup)?
    })
}

/// The part of the sources that is about registries.
fn registry(args: &RegistryArgs, lookup: &Lookup<'_>) -> anyhow::Result<Sources> {
    let authorities = lookup.text("cacert", args.cacert.as_ref())?;
    Ok(Sources {
        credentials: credentials(args, lookup)?,
        insecure: lookup.switch("insecure", args.insecure)?,
        ca_certificates: authorities.map(|found| PathBuf::from(found.value)),
        mirrors: mirrors(lookup)?,
        ..Sources::default()
    })
}

fn credentials(args: &RegistryArgs, lookup: &Lookup<'_>) -> anyhow::Result<Option<Credentials>> {
    let username = lookup.text("username", args.username.as_ref())?;
    let password = lookup.text("password", args.password.as_ref())?;
    let token = lookup.text("registry-token", args.registry_token.as_ref())?;
    let from_input = lookup.switch("password-stdin", args.password_stdin)?;
    if let Some(token) = token {
        if let Some(username) = username {
            bail!("{} and {} exclude each other", token.origin, username.origin);
        }
        return Ok(Some(Credentials::Token(Secret::new(token.value))));
    }
    match (username, password, from_input) {
        (None, None, false) => Ok(None),
        (Some(username), _, true) => {
            Ok(Some(Credentials::BasicFromInput { username: username.value }))
        }
        (Some(username), Some(password), false) => Ok(Some(Credentials::Basic {
            username: username.value,
            password: Secret::new(password.value),
        })),
        (Some(username), None, false) => {
            Err(anyhow!("{} needs a password: --password-stdin or --password", username.origin))
        }
        (None, Some(password), _) => Err(anyhow!("{} needs --username", password.origin)),
        (None, None, true) => Err(anyhow!("--password-stdin needs --username")),
    }
}

/// `registry.mirrors` of the configuration file, which is the only place for them.
fn mirrors(lookup: &Lookup<'_>) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let Some((file, value)) =
        lookup.file.and_then(|file| Some((file, file.get("registry.mirrors")?)))
    else {
        return Ok(BTreeMap::new());
    };
    let read = |value: &Value| -> Option<BTreeMap<String, Vec<String>>> {
        let hosts = value.as_object()?.iter();
        hosts
            .map(|(host, mirrors)| {
                let mirrors = mirrors.as_array()?.iter();
                let mirrors = mirrors.map(|mirror| mirror.as_str().map(str::to_owned));
                Some((host.clone(), mirrors.collect::<Option<Vec<_>>>()?))
            })
            .collect()
    };
    read(value).with_context(|| {
        format!(
            "registry.mirrors in {} must give each registry a list of hosts, such as `docker.io: [mirror.example.com]`",
            file.path.display()
        )
    })
}

/// A misspelled key must not change a verdict in silence. Trivy's own file may have keys for what
/// does not exist here.
fn tell_unknown_keys(file: &ConfigFile, messages: Messages) {
    let command = Args::command();
    let mut commands = vec![&command];
    let mut names = BTreeSet::from(["registry.mirrors"]);
    while let Some(command) = commands.pop() {
        names.extend(command.get_arguments().filter_map(|argument| argument.get_long()));
        commands.extend(command.get_subcommands());
    }
    let known = |key: &str| names.contains(key) || lookup::is_config_key(key);
    for key in file.unknown_keys(&known) {
        let message = format!("{} has the key {key}, which means nothing", file.path.display());
        if file.path.ends_with("trivy.yaml") {
            messages.detail(message);
        } else {
            messages.warn(message);
        }
    }
}

fn what_to_clean(args: &CleanArgs) -> Clean {
    let trivys_only = args.java_db || args.checks_bundle || args.vex_repo;
    let anything = args.all || args.scan_cache || args.vuln_db || trivys_only;
    Clean { facts: args.scan_cache || !anything, database: args.vuln_db, everything: args.all }
}

fn table_or_json(word: Option<&str>) -> anyhow::Result<Format> {
    match word {
        None | Some("table") => Ok(Format::Table),
        Some("json") => Ok(Format::Json),
        Some(word) => Err(anyhow!("--format: {word:?} is not a format; there are table and json")),
    }
}

/// The user's cache directory; a machine without home directories has one for temporary files.
fn default_cache_directory() -> PathBuf {
    match etcetera::choose_base_strategy() {
        Ok(strategy) => strategy.cache_dir().join("plimsoll"),
        Err(_) => std::env::temp_dir().join("plimsoll"),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
