//! What matching yields.

use std::collections::BTreeMap;

use plimsoll_advisory::model::{EndOfLife, Epss, Exploited, Severity, Source, Status};

use crate::Coverage;

/// The result of matching one inventory.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Sorted by package, then severity (worst first), then vulnerability.
    pub findings: Vec<Finding>,
    /// Whether the image could be judged at all.
    pub coverage: Coverage,
    /// What could not be decided, sorted.
    pub undecided: Vec<Undecided>,
    /// When the image's release stops being looked after, if that is known.
    pub end_of_life: Option<EndOfLife>,
}

/// One vulnerability of one installed package.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Index into [`plimsoll_inventory::Inventory::packages`].
    pub package: usize,
    /// The id under which the problem is reported: its CVE where it has one.
    pub vulnerability: String,
    /// Its other names, sorted.
    pub aliases: Vec<String>,
    /// What the distributor says will happen. [`Status::Fixed`] means that [`Finding::fixed_version`]
    /// can be installed from where this image gets its packages.
    pub status: Status,
    /// The distributor's own word for it.
    pub raw_status: Option<String>,
    /// The lowest version that no record calls affected any more.
    pub fixed_version: Option<String>,
    /// A fix that needs a subscription which the image does not have.
    pub subscription_fix: Option<SubscriptionFix>,
    /// The distributor's advisories, sorted.
    pub advisories: Vec<String>,
    /// Who wrote the record that decided.
    pub source: Source,
    /// How bad and how likely.
    pub ratings: Ratings,
    /// The package does not come from the distribution whose advisories matched it, so the
    /// comparison of versions may mean nothing.
    pub third_party: bool,
    /// The package was published to do harm; it has to go, not to be updated.
    pub malicious: bool,
    /// How sure it is that the record is about this package and version.
    pub confidence: Confidence,
    /// Whether the vulnerable code is part of the program; nothing where that is not asked.
    pub linkage: Option<Linkage>,
    /// Whether the package has anything that can be run or linked, if that is known: see
    /// [`plimsoll_inventory::Package::code`].
    pub code: Option<bool>,
    /// Index of the distribution's package that brought this one: it is patched by the
    /// distribution, so its version proves little.
    pub owner: Option<usize>,
    /// How it was found.
    pub evidence: Evidence,
}

/// A fix that is not free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFix {
    /// The subscription, such as `esm-infra`.
    pub channel: String,
    /// The version that would be installed with it.
    pub version: String,
}

/// Severity, and all that was said about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ratings {
    /// The severity chosen.
    pub severity: Severity,
    /// The [`Source::id`] of who said so; nothing while it is unknown.
    pub severity_source: Option<String>,
    /// Every source's word, also as derived from its CVSS score.
    pub severities: BTreeMap<String, Severity>,
    /// Every source's CVSS vectors.
    pub cvss: BTreeMap<String, Vec<Cvss>>,
    /// How likely exploitation is.
    pub epss: Option<Epss>,
    /// Whether it is known to happen.
    pub exploited: Option<Exploited>,
    /// SSVC exploitation: `none`, `poc` or `active`.
    pub exploitation: Option<String>,
    /// Sources that took their record back. It never hides a distributor's live one.
    pub withdrawn: Vec<String>,
    /// Sources that say that the package itself was published to do harm.
    pub malicious: Vec<String>,
}

/// A CVSS vector and its base score.
#[derive(Debug, Clone, PartialEq)]
pub struct Cvss {
    /// With its prefix for versions 3 and 4, without for version 2.
    pub vector: String,
    /// Base score, 0 to 10.
    pub score: f64,
}

/// Why a finding is one. Where the package was found is said by the package itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Where the record stands: `debian:12`.
    pub namespace: String,
    /// The name under which it stands.
    pub name: String,
    /// What that name is of.
    pub name_kind: NameKind,
    /// The comparison in words: `1.2-3 < 1.2-4 by deb`.
    pub comparison: String,
    /// Whatever else a reader must know to follow the verdict.
    pub notes: Vec<String>,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// As sure as package, version and record are.
    #[default]
    Usual,
    /// Something speaks against it; [`Evidence::notes`] say what.
    Doubtful,
}

/// Whether the vulnerable functions that a record names are part of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linkage {
    /// What is known.
    pub state: LinkState,
    /// The functions that are linked in, else those that were looked for, sorted; a path without a
    /// function stands for all of a package.
    pub code: Vec<String>,
}

/// What is known of vulnerable functions in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// At least one of them is linked in.
    Linked,
    /// All of the program's functions are known, and none of them is among those. That is a hint, not a
    /// proof: compilers move code into its callers.
    NotSeen,
    /// Nobody named functions, or the program's are not known.
    Unknown,
}

/// What a name under which advisories stand is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// The source package (or origin).
    Source,
    /// The installed package.
    Binary,
    /// A product in NVD's catalogue, `vendor:product`.
    Cpe,
}

/// Something that could not be decided, and so is neither a finding nor safe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// Index into [`plimsoll_inventory::Inventory::packages`].
    pub package: usize,
    /// The vulnerability; nothing if it is about all of the package's.
    pub vulnerability: Option<String>,
    /// What stood in the way.
    pub reason: String,
}

impl Cvss {
    /// `2.0`, `3.0`, `3.1`, `4.0`: the version that the vector is written in.
    pub fn version(&self) -> &str {
        match self.vector.strip_prefix("CVSS:") {
            Some(rest) => rest.split('/').next().unwrap_or(""),
            None => "2.0",
        }
    }
}

impl NameKind {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            NameKind::Source => "source",
            NameKind::Binary => "binary",
            NameKind::Cpe => "cpe",
        }
    }
}

impl Confidence {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Usual => "usual",
            Confidence::Doubtful => "doubtful",
        }
    }
}

impl LinkState {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            LinkState::Linked => "linked",
            LinkState::NotSeen => "not_seen",
            LinkState::Unknown => "unknown",
        }
    }
}
