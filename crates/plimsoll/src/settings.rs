//! What was meant: the command line, the environment, the configuration file and the defaults,
//! merged, read and checked, before anything is done.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::CommandFactory;
use etcetera::BaseStrategy;
use plimsoll_advisory::model::{Severity, Status};
use plimsoll_image::{DEFAULT_SOURCES, Platform, Secret, SourceKind};
use serde_json::Value;

use crate::args::{Args, CleanArgs, CommandArgs, RegistryArgs, ScanArgs, SourceArgs};
use crate::config_file::ConfigFile;
use crate::lookup::{self, Lookup};
use crate::messages::Messages;
use crate::values::{self, Format, PackageType, Scanner};
use crate::{duration, skip::SkipPatterns};

pub(crate) use database_settings::{
    BuildSettings, DatabaseAction, DatabaseSettings, FetchSettings, PullSettings, PushSettings,
};

#[path = "database_settings.rs"]
mod database_settings;

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

/// A scan of one or more targets.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) targets: Vec<Target>,
    pub(crate) sources: Sources,
    pub(crate) skip: SkipPatterns,
    /// Threads that may be busy at once.
    pub(crate) threads: usize,
    pub(crate) database: DatabaseSettings,
    pub(crate) filter: Filter,
    pub(crate) gate: GateSettings,
    pub(crate) report: ReportSettings,
    /// What was asked for and is not looked at, for the report.
    pub(crate) not_looked_at: Vec<String>,
}

/// One thing to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// An image by its name.
    Reference(String),
    /// An image in a file or directory, possibly with `:tag` or `@digest` behind the path.
    Input(String),
    /// An unpacked root file system.
    RootFileSystem(PathBuf),
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

/// Which findings count.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) severities: Vec<Severity>,
    pub(crate) ignore_statuses: Vec<Status>,
    pub(crate) ignore_unfixed: bool,
    /// A file that the user named.
    pub(crate) ignore_file: Option<PathBuf>,
}

/// When the run ends with another code than 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateSettings {
    pub(crate) exit_code: Option<u8>,
    pub(crate) exit_on_end_of_life: Option<u8>,
    pub(crate) strict: bool,
    pub(crate) allow_starter: bool,
}

/// What is written, and where.
#[derive(Debug)]
pub(crate) struct ReportSettings {
    pub(crate) format: Format,
    /// Nothing for the standard output.
    pub(crate) output: Option<PathBuf>,
    /// Whether machines get all packages.
    pub(crate) all_packages: bool,
    /// Whether people get all findings one by one.
    pub(crate) all_findings: bool,
    /// Whether bills of materials list the findings, which must be asked for.
    pub(crate) list_vulnerabilities: bool,
}

/// The world outside, as far as settings depend on it.
pub(crate) struct Surroundings<'a> {
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    /// Where configuration files are looked for.
    pub(crate) directory: &'a Path,
}

impl Target {
    /// What the user calls it.
    pub(crate) fn name(&self) -> String {
        match self {
            Target::Reference(name) | Target::Input(name) => name.clone(),
            Target::RootFileSystem(path) => path.display().to_string(),
        }
    }
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
            None if matches!(args.command, CommandArgs::Image(_) | CommandArgs::Rootfs(_)) => {
                DEFAULT_TIMEOUT
            }
            // Building a database from years of advisories takes its time.
            None => Duration::ZERO,
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
            let sources = sources(&image.source, lookup)?;
            Action::Scan(Box::new(scan(targets, sources, &image.scan, lookup)?))
        }
        CommandArgs::Rootfs(rootfs) => {
            let targets = vec![Target::RootFileSystem(PathBuf::from(&rootfs.root))];
            Action::Scan(Box::new(scan(targets, Sources::default(), &rootfs.scan, lookup)?))
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

fn scan(
    targets: Vec<Target>,
    sources: Sources,
    args: &ScanArgs,
    lookup: &Lookup<'_>,
) -> anyhow::Result<Scan> {
    let path = |option, typed: &Option<String>| -> anyhow::Result<Option<PathBuf>> {
        Ok(lookup.text(option, typed.as_ref())?.map(|found| PathBuf::from(found.value)))
    };
    let exit_code = |option, typed: &Option<String>| -> anyhow::Result<Option<u8>> {
        let found = lookup.text(option, typed.as_ref())?;
        Ok(found.map(|found| found.read(|text| values::exit_code(text))).transpose()?.flatten())
    };
    let threads = match lookup.text("parallel", args.parallel.as_ref())? {
        Some(found) => found.read(|text| values::parallel(text))?,
        None => None,
    };
    let severities = match lookup.list("severity", &args.severity)? {
        Some(found) => found.read_each(values::severity)?,
        None => Vec::new(),
    };
    let ignore_statuses = match lookup.list("ignore-status", &args.ignore_status)? {
        Some(found) => found.read_each(values::status)?.into_iter().flatten().collect(),
        None => Vec::new(),
    };
    let format = match lookup.text("format", args.format.as_ref())? {
        Some(found) => found.read(|word| values::format(word))?,
        None => Format::default(),
    };
    if format.is_bill_of_materials() && targets.len() > 1 {
        bail!("a bill of materials is about one image; scan the others in runs of their own");
    }
    let all_findings = match lookup.list("table-mode", &args.table_mode)? {
        Some(found) => found.read_each(values::is_detailed)?.contains(&true),
        None => false,
    };
    Ok(Scan {
        targets,
        sources,
        skip: skip_patterns(args, lookup)?,
        threads: threads
            .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
            .unwrap_or(1),
        database: database_settings::of_scan(&args.database, lookup)?,
        filter: Filter {
            severities,
            ignore_statuses,
            ignore_unfixed: lookup.switch("ignore-unfixed", args.ignore_unfixed)?,
            ignore_file: path("ignorefile", &args.ignorefile)?,
        },
        gate: GateSettings {
            exit_code: exit_code("exit-code", &args.exit_code)?,
            exit_on_end_of_life: exit_code("exit-on-eol", &args.exit_on_eol)?,
            strict: lookup.switch("strict", args.strict)?,
            allow_starter: lookup.switch("allow-starter-db", args.allow_starter_db)?,
        },
        report: ReportSettings {
            format,
            output: path("output", &args.output)?,
            all_packages: lookup.set_switch("list-all-pkgs", args.list_all_pkgs)?.unwrap_or(true),
            all_findings,
            list_vulnerabilities: lookup.list("scanners", &args.scanners)?.is_some(),
        },
        not_looked_at: not_looked_at(args, lookup)?,
    })
}

fn skip_patterns(args: &ScanArgs, lookup: &Lookup<'_>) -> anyhow::Result<SkipPatterns> {
    let patterns = |option, typed: &[String]| -> anyhow::Result<Vec<String>> {
        Ok(lookup.list(option, typed)?.map(|found| found.value).unwrap_or_default())
    };
    let files = patterns("skip-files", &args.skip_files)?;
    let directories = patterns("skip-dirs", &args.skip_dirs)?;
    SkipPatterns::new(&files, &directories)
}

/// What Trivy would look for and this version does not; an error if that is all that is wanted.
fn not_looked_at(args: &ScanArgs, lookup: &Lookup<'_>) -> anyhow::Result<Vec<String>> {
    let mut missing = Vec::new();
    if let Some(found) = lookup.list("scanners", &args.scanners)? {
        let scanners = found.read_each(values::scanner)?;
        if !scanners.contains(&Scanner::Vulnerabilities) {
            bail!(
                "{}: none of these scanners exists in this version; add vuln to scan for vulnerabilities",
                found.origin
            );
        }
        for scanner in scanners {
            if let Scanner::Missing(word) = scanner {
                missing.push(format!(
                    "{}: the scanner {word} does not exist in this version, so nothing was looked for by it",
                    found.origin
                ));
            }
        }
    }
    if let Some(found) = lookup.list("pkg-types", &args.pkg_types)? {
        let types = found.read_each(values::package_type)?;
        if !types.contains(&PackageType::OperatingSystem) {
            bail!(
                "{}: only packages of the operating system can be looked at in this version; add os",
                found.origin
            );
        }
        if types.contains(&PackageType::Libraries) {
            missing.push(format!(
                "{}: packages of programming languages are not looked at in this version",
                found.origin
            ));
        }
    }
    Ok(missing)
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
