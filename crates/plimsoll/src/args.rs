//! What was typed.
//!
//! Every value stays the text it was: [`crate::settings`] merges it with the environment and the
//! configuration file and reads them all in the same way, so that a bad value gets the same message
//! wherever it comes from. Names and meanings are [Trivy's][cli] where Trivy has the option.
//!
//! [cli]: https://trivy.dev/latest/docs/references/configuration/cli/trivy_image/

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, Parser, Subcommand};

/// Finds known vulnerabilities in container images, with proof.
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    disable_version_flag = true,
    propagate_version = true,
    max_term_width = 100,
    after_help = "\
Exit codes:
  0  nothing found that counts, or no gate was asked for
  N  findings, with --exit-code N (or an ended release, with --exit-on-eol N)
  2  wrong usage, something failed, or the gate could not be judged

Every option can also be set as PLIMSOLL_NAME_OF_OPTION in the environment (TRIVY_NAME_OF_OPTION is
read too) or in plimsoll.yaml (or trivy.yaml) in the current directory."
)]
pub(crate) struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: CommandArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum CommandArgs {
    /// Scan container images.
    #[command(alias = "i")]
    Image(Box<ImageArgs>),
    /// Scan an unpacked root file system.
    Rootfs(Box<RootfsArgs>),
    /// Build or look into an advisory database.
    #[command(subcommand)]
    Db(DbArgs),
    /// Remove what earlier scans have kept.
    Clean(CleanArgs),
    /// Print the version of the program and of its database.
    Version(VersionArgs),
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Where facts about layers are kept [default: plimsoll in the user's cache directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) cache_dir: Option<String>,
    /// Where facts about layers are kept: fs (on disk) or memory (nowhere) [default: fs]
    #[arg(long, global = true, value_name = "BACKEND", hide = true)]
    pub(crate) cache_backend: Option<String>,
    /// Configuration file [default: plimsoll.yaml, else trivy.yaml]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) config: Option<String>,
    /// Say more about what is done
    #[arg(short, long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) debug: Option<bool>,
    /// No progress and no warnings, only the report and errors
    #[arg(short, long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) quiet: Option<bool>,
    /// Give up after this time [default: 5m0s for scans]
    #[arg(long, global = true, value_name = "DURATION")]
    pub(crate) timeout: Option<String>,
    /// No progress display
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) no_progress: Option<bool>,
    /// Print the version
    #[arg(short = 'v', long, action = ArgAction::Version)]
    version: (),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ImageArgs {
    /// Images: names in a registry or a daemon
    #[arg(value_name = "IMAGE")]
    pub(crate) images: Vec<String>,
    /// Images in files: a docker-archive, an OCI layout directory or tar
    #[arg(long, value_name = "PATH")]
    pub(crate) input: Vec<String>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RootfsArgs {
    /// The root directory
    #[arg(value_name = "DIR")]
    pub(crate) root: String,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Image options")]
pub(crate) struct SourceArgs {
    /// Where to look for images, in this order [default: docker,containerd,podman,remote]
    #[arg(long, value_name = "SOURCES")]
    pub(crate) image_src: Vec<String>,
    /// Which platform of a multi-platform image: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) platform: Option<String>,
    /// Socket of the Docker daemon
    #[arg(long, value_name = "HOST")]
    pub(crate) docker_host: Option<String>,
    /// Socket of the Podman service
    #[arg(long, value_name = "HOST")]
    pub(crate) podman_host: Option<String>,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Registry options")]
pub(crate) struct RegistryArgs {
    /// User at the registry
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Password at the registry; others on this machine can see it, so prefer --password-stdin
    #[arg(long, value_name = "PASSWORD", conflicts_with = "password_stdin")]
    pub(crate) password: Option<String>,
    /// Read the password from the standard input
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) password_stdin: Option<bool>,
    /// Token for the registry
    #[arg(long, value_name = "TOKEN")]
    pub(crate) registry_token: Option<String>,
    /// Do not check the registry's certificate
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) insecure: Option<bool>,
    /// Certificates of authorities to trust besides the system's (PEM)
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<String>,
}

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Report options")]
pub(crate) struct ScanArgs {
    /// Form of the report: table, json, sarif [default: table]
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<String>,
    /// Severities that count: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL [default: all]
    #[arg(short, long, value_name = "SEVERITIES")]
    pub(crate) severity: Vec<String>,
    /// Only vulnerabilities with a fix count
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) ignore_unfixed: Option<bool>,
    /// Statuses that do not count: affected, fixed, under_investigation, will_not_fix, fix_deferred, end_of_life
    #[arg(long, value_name = "STATUSES")]
    pub(crate) ignore_status: Vec<String>,
    /// File with ids that do not count [default: .plimsollignore and .trivyignore]
    #[arg(long, value_name = "FILE")]
    pub(crate) ignorefile: Option<String>,
    /// Exit with this code when something is found that counts [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) exit_code: Option<String>,
    /// Exit with this code when the image's release is not looked after any more [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) exit_on_eol: Option<String>,
    /// Whatever could not be looked at fails the run
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) strict: Option<bool>,
    /// Let an image pass a gate on the embedded starter database
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) allow_starter_db: Option<bool>,
    /// summary lists the findings worth acting on and counts the rest, detailed lists all [default: summary]
    #[arg(long, value_name = "MODE")]
    pub(crate) table_mode: Vec<String>,
    /// List all packages in reports that have room for them [default: true]
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) list_all_pkgs: Option<bool>,
    /// Files to leave out: paths or patterns (** for any directories)
    #[arg(long, value_name = "PATTERNS", help_heading = "Scan options")]
    pub(crate) skip_files: Vec<String>,
    /// Directories to leave out: paths or patterns (** for any directories)
    #[arg(long, value_name = "PATTERNS", help_heading = "Scan options")]
    pub(crate) skip_dirs: Vec<String>,
    /// Threads that may be busy at once; 0 is one for each processor [default: 0]
    #[arg(long, value_name = "N", help_heading = "Scan options")]
    pub(crate) parallel: Option<String>,
    /// What to look for; so far only vuln
    #[arg(long, value_name = "SCANNERS", help_heading = "Scan options", alias = "security-checks")]
    pub(crate) scanners: Vec<String>,
    /// Kinds of packages to look at; so far only os
    #[arg(long, value_name = "TYPES", help_heading = "Scan options", alias = "vuln-type")]
    pub(crate) pkg_types: Vec<String>,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) trivy: TrivyArgs,
}

/// Which advisory database a scan uses, and how it is kept current.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Database options")]
pub(crate) struct DatabaseArgs {
    /// Advisory database: a file, or a source as with --db-repository [default: db/plimsoll.db in the cache directory, else the starter]
    #[arg(long, value_name = "FILE|SOURCE")]
    pub(crate) db: Option<String>,
    /// Where to update the database from, the first that answers: HOST/NAME:TAG, an https:// address, a directory, trivy:HOST/NAME:TAG or grype: [default: Trivy's public database]
    #[arg(long, value_name = "SOURCES")]
    pub(crate) db_repository: Vec<String>,
    /// Public key that must have signed the database (PEM, as cosign writes it)
    #[arg(long, value_name = "FILE")]
    pub(crate) db_key: Vec<String>,
    /// Fail when the database is older than this, such as 48h
    #[arg(long, value_name = "DURATION")]
    pub(crate) db_max_age: Option<String>,
    /// Use the database as it is, without asking the network for a newer one
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, alias = "skip-update")]
    pub(crate) skip_db_update: Option<bool>,
    /// Ask nothing of the network but the image itself
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) offline_scan: Option<bool>,
}

/// Options of Trivy that scripts often pass and that change nothing here, because Plimsoll has
/// one database for everything, and asks nobody else. They are taken and forgotten.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct TrivyArgs {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_java_db_update: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_check_update: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_policy_update: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_vex_repo_update: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    skip_version_check: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    disable_telemetry: Option<bool>,
    #[arg(long, hide = true)]
    java_db_repository: Vec<String>,
    #[arg(long, hide = true)]
    checks_bundle_repository: Vec<String>,
    #[arg(long, hide = true)]
    secret_config: Option<String>,
    #[arg(long, hide = true)]
    cache_ttl: Option<String>,
}

/// What to do with databases.
#[derive(Debug, Subcommand)]
pub(crate) enum DbArgs {
    /// Compile upstream's advisories into a database file.
    Build(BuildArgs),
    /// Download upstream's advisories into a directory, for `db build --from`.
    Fetch(FetchArgs),
    /// Look up a vulnerability by any of its names, or packages and titles by a word.
    Search {
        /// An id such as CVE-2021-44228, or part of a package's name or of a title
        #[arg(value_name = "WORD")]
        word: String,
        /// The database [default: the one that a scan would use]
        #[arg(long, value_name = "FILE")]
        db: Option<String>,
        /// Lines of each kind to show
        #[arg(long, value_name = "N", default_value_t = 30)]
        limit: usize,
        /// table or json [default: table]
        #[arg(short, long, value_name = "FORMAT")]
        format: Option<String>,
    },
    /// Say which packages' advisories changed from one database to another.
    Diff {
        /// The old database
        #[arg(value_name = "OLD")]
        old: String,
        /// The new database
        #[arg(value_name = "NEW")]
        new: String,
        /// table or json [default: table]
        #[arg(short, long, value_name = "FORMAT")]
        format: Option<String>,
    },
    /// Write what turns one database into another, for those who have the old one.
    Delta {
        /// The old database
        #[arg(value_name = "OLD")]
        old: String,
        /// The new database
        #[arg(value_name = "NEW")]
        new: String,
        /// The file to write
        #[arg(short, long, value_name = "FILE")]
        output: String,
    },
    /// Bring the local database up to date.
    Pull(PullArgs),
    /// Publish a database with its scores and deltas, in a registry or in a directory for a web server.
    Push(PushArgs),
    /// Turn another scanner's database into ours: trivy.db, trivy-java.db, or Grype's vulnerability.db.
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: String,
        /// The file to write [default: the database that a scan would use]
        #[arg(short, long, value_name = "FILE")]
        output: Option<String>,
    },
    /// Check that a database is whole, and with a key who signed it.
    Verify {
        /// The database [default: the one that a scan would use]
        #[arg(value_name = "FILE")]
        file: Option<String>,
        /// Public key (PEM, as cosign writes it); one of several must fit
        #[arg(long, value_name = "FILE")]
        key: Vec<String>,
        /// Signature of the file [default: FILE.sig]
        #[arg(long, value_name = "FILE")]
        signature: Option<String>,
    },
    /// Sign a database, as `cosign sign-blob --key` does; writes FILE.sig.
    Sign {
        /// The database
        #[arg(value_name = "FILE")]
        file: String,
        /// Private key; its password is taken from PLIMSOLL_KEY_PASSWORD or COSIGN_PASSWORD
        #[arg(long, value_name = "FILE")]
        key: String,
    },
    /// Make a key pair as cosign does: PREFIX.key and PREFIX.pub.
    GenerateKeyPair {
        /// Beginning of the files' names
        #[arg(long, value_name = "PREFIX", default_value = "plimsoll")]
        output_key_prefix: String,
    },
    /// Show what a database file knows: its sources, dates and counts.
    Info {
        /// The database [default: the one that a scan would use]
        #[arg(value_name = "FILE")]
        file: Option<String>,
        /// table or json [default: table]
        #[arg(short, long, value_name = "FORMAT")]
        format: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct BuildArgs {
    /// Files and directories with advisories in upstream's own formats
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub(crate) from: Vec<String>,
    /// The file to write; EPSS and KEV go into NAME.scores.db beside it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: String,
    /// The last database: a source with 10 % less than there is an error [default: the file that is replaced]
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<String>,
    /// Sources that may shrink or be gone
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub(crate) allow_shrink: Vec<String>,
    /// Leave out what was said after this day (YYYY-MM-DD), by the dates of the records
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct FetchArgs {
    /// Feeds by their ids [default: those that are on]
    #[arg(value_name = "FEED")]
    pub(crate) feeds: Vec<String>,
    /// The directory [default: feeds in the cache directory]
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<String>,
    /// Only feeds that a database for others may contain
    #[arg(long)]
    pub(crate) publishable: bool,
    /// Another address for a feed
    #[arg(long, value_name = "FEED=ADDRESS")]
    pub(crate) mirror: Vec<String>,
    /// Key for NVD's interface, which makes it ten times as quick
    #[arg(long, value_name = "KEY")]
    pub(crate) nvd_api_key: Option<String>,
    /// Only show which feeds there are
    #[arg(long)]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PullArgs {
    /// Where from, the first that answers: HOST/NAME:TAG, an https:// address, a directory, trivy:HOST/NAME:TAG, trivy-java:HOST/NAME:TAG or grype: [default: Trivy's public database]
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// The file to bring up to date [default: the database that a scan would use]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<String>,
    /// Public key that must have signed it (PEM, as cosign writes it); one of several must fit
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<String>,
    /// Only EPSS scores and known exploitation, which change daily
    #[arg(long)]
    pub(crate) only_scores: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PushArgs {
    /// The database; its scores lie beside it
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// Where to: HOST/NAME:TAG, or a directory as ./DIR or /DIR
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// Private key to sign with; its password is taken from PLIMSOLL_KEY_PASSWORD or COSIGN_PASSWORD
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<String>,
    /// Deltas that lead from earlier databases to this one
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) delta: Vec<String>,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CleanArgs {
    /// Remove facts about layers and images (also done when nothing else is said)
    #[arg(long)]
    pub(crate) scan_cache: bool,
    /// Remove the database in the cache directory
    #[arg(long)]
    pub(crate) vuln_db: bool,
    /// Remove everything in the cache directory
    #[arg(short, long)]
    pub(crate) all: bool,
    // Trivy's; there is nothing of the kind to remove.
    #[arg(long, hide = true)]
    pub(crate) java_db: bool,
    #[arg(long, hide = true)]
    pub(crate) checks_bundle: bool,
    #[arg(long, hide = true)]
    pub(crate) vex_repo: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct VersionArgs {
    /// table or json [default: table]
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
}

/// Commands of Trivy that do not exist here, each with its short name.
const TRIVYS_COMMANDS: [(&str, &str); 16] = [
    ("filesystem", "fs"),
    ("repository", "repo"),
    ("config", "conf"),
    ("sbom", ""),
    ("kubernetes", "k8s"),
    ("vm", ""),
    ("server", "s"),
    ("client", "c"),
    ("convert", "conv"),
    ("plugin", "p"),
    ("module", "m"),
    ("registry", ""),
    ("vex", ""),
    ("aws", ""),
    ("cloud", ""),
    ("completion", ""),
];

/// What to tell somebody who asks for a command that Trivy has.
pub(crate) fn hint_about_trivys_command(error: &clap::Error) -> Option<String> {
    if error.kind() != clap::error::ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let (name, _) = TRIVYS_COMMANDS
        .iter()
        .find(|(name, short)| typed == name || (!short.is_empty() && typed == short))?;
    let instead = match *name {
        "filesystem" => "; `plimsoll rootfs DIR` scans the operating system in a directory",
        "registry" => {
            "; log in with docker, podman or skopeo, or use --username and --password-stdin"
        }
        _ => "",
    };
    Some(format!("{typed} is a command of Trivy that this version does not have{instead}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_switch_may_be_written_in_three_ways() {
        for (typed, expected) in [
            (&["--ignore-unfixed"][..], Some(true)),
            (&["--ignore-unfixed=false"], Some(false)),
            (&[], None),
        ] {
            let line = ["plimsoll", "image"].into_iter().chain(typed.iter().copied());
            let args = Args::try_parse_from(line.chain(["alpine:3.19"])).unwrap();
            let CommandArgs::Image(image) = args.command else { panic!("{args:?}") };
            assert_eq!(image.scan.ignore_unfixed, expected);
            assert_eq!(image.images, ["alpine:3.19"], "a switch takes no separate word");
        }
    }

    #[test]
    fn what_trivys_scripts_pass_is_taken() {
        let line = "plimsoll i --skip-java-db-update --skip-version-check --disable-telemetry \
                    --db-repository a,b --scanners vuln --pkg-types os --skip-db-update \
                    --offline-scan --no-progress -q --timeout 10m -s HIGH,CRITICAL -f json \
                    --severity LOW --input a.tar --input b.tar";
        let args = Args::try_parse_from(line.split_whitespace()).unwrap();
        assert_eq!(args.global.quiet, Some(true));
        let CommandArgs::Image(image) = args.command else { panic!("{args:?}") };
        assert_eq!(image.scan.severity, ["HIGH,CRITICAL", "LOW"]);
        assert_eq!(image.input, ["a.tar", "b.tar"]);
    }
}
