//! What was typed.
//!
//! Every value stays the text it was: [`crate::settings`] merges it with the environment and the
//! configuration file and reads them all in the same way, so that a bad value gets the same message
//! wherever it comes from. Names and meanings are [Trivy's][cli] where Trivy has the option.
//!
//! [cli]: https://trivy.dev/latest/docs/references/configuration/cli/trivy_image/

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, Parser, Subcommand};

use crate::database_args::DbArgs;

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
    /// Scan a source tree or a file: lock files, and what is installed in it.
    #[command(alias = "fs")]
    Filesystem(Box<FilesystemArgs>),
    /// Scan a repository: a directory under version control, or the address of one.
    #[command(alias = "repo")]
    Repository(Box<RepositoryArgs>),
    /// Scan a bill of materials.
    Sbom(Box<SbomArgs>),
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

#[derive(Debug, clap::Args)]
pub(crate) struct FilesystemArgs {
    /// The directory or file
    #[arg(value_name = "PATH")]
    pub(crate) path: String,
    #[command(flatten)]
    pub(crate) tree: TreeArgs,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RepositoryArgs {
    /// The directory, or an address: https://, http://, ssh://, git:// or file://
    #[arg(value_name = "PATH|URL")]
    pub(crate) repository: String,
    /// Branch to scan, of an address
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,
    /// Tag to scan, of an address
    #[arg(long, value_name = "NAME", conflicts_with = "branch")]
    pub(crate) tag: Option<String>,
    /// Commit to scan, of an address
    #[arg(long, value_name = "ID", conflicts_with_all = ["branch", "tag"])]
    pub(crate) commit: Option<String>,
    #[command(flatten)]
    pub(crate) tree: TreeArgs,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SbomArgs {
    /// The document: CycloneDX, SPDX, Syft's or Trivy's JSON, also inside an attestation; - for the standard input
    #[arg(value_name = "FILE")]
    pub(crate) document: String,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Scan options")]
pub(crate) struct TreeArgs {
    /// Look at packages for development and tests too
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) include_dev_deps: Option<bool>,
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
    /// Form of the report: table, json, sarif, cyclonedx, cyclonedx-xml, spdx, spdx-json, github [default: table]
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
    /// What to look for: vuln, license [default: vuln]
    #[arg(long, value_name = "SCANNERS", help_heading = "Scan options", alias = "security-checks")]
    pub(crate) scanners: Vec<String>,
    /// Kinds of packages to look at: os, library [default: both]
    #[arg(long, value_name = "TYPES", help_heading = "Scan options", alias = "vuln-type")]
    pub(crate) pkg_types: Vec<String>,
    /// Packages to look at by how they are related to the project: unknown, root, workspace, direct, indirect [default: all]
    #[arg(long, value_name = "RELATIONSHIPS", help_heading = "Scan options")]
    pub(crate) pkg_relationships: Vec<String>,
    /// Read files of other names too: TYPE:REGEX, such as pip:requirements-.*\.in
    #[arg(long, value_name = "PATTERN", help_heading = "Scan options")]
    pub(crate) file_patterns: Vec<String>,
    /// precise leaves out what only a secondary source claims, comprehensive shows it [default: precise]
    #[arg(long, value_name = "PRIORITY", help_heading = "Scan options")]
    pub(crate) detection_priority: Option<String>,
    /// List packages of languages too that a package of the distribution brought
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) show_owned: Option<bool>,
    /// Show which packages need the vulnerable ones
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) dependency_tree: Option<bool>,
    /// Licences that do not count
    #[arg(long, value_name = "NAMES", help_heading = "Licence options")]
    pub(crate) ignored_licenses: Vec<String>,
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
    /// Bring the database up to date and scan nothing, as `plimsoll db pull` does
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true)]
    pub(crate) download_db_only: Option<bool>,
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
const TRIVYS_COMMANDS: [(&str, &str); 13] = [
    ("config", "conf"),
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
