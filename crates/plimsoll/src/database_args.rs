//! What was typed after `plimsoll db`.

use clap::Subcommand;

use crate::args::RegistryArgs;

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
