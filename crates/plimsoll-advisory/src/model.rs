//! What an advisory says, in one vocabulary for all sources.
//!
//! A feed yields two kinds of records, tied by the vulnerability id: [`Vulnerability`] says what
//! the problem is, [`Affected`] says which package versions have it in one distribution release or
//! ecosystem. Several sources may speak of the same id; the database keeps who said what.

use serde::{Deserialize, Serialize};

/// What a source says about a vulnerability itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Vulnerability {
    /// The id under which findings are reported: the CVE where there is one.
    pub id: String,
    /// Other names of the same problem (GHSA, CGA, …), without [`Vulnerability::id`].
    pub aliases: Vec<String>,
    /// Ids of other problems that the source points to: OSV's `related` and `upstream`.
    pub related: Vec<String>,
    /// One line.
    pub title: String,
    /// Some paragraphs, possibly Markdown.
    pub description: String,
    /// The source's own severity word, translated.
    pub severity: Option<Severity>,
    /// CVSS vectors as written, with their prefix for versions 3 and 4, without for version 2.
    pub cvss: Vec<String>,
    /// `CWE-79` and the like.
    pub weaknesses: Vec<String>,
    /// Links.
    pub references: Vec<String>,
    /// RFC 3339.
    pub published: Option<String>,
    /// RFC 3339.
    pub modified: Option<String>,
    /// RFC 3339; set when the source took the record back. Such a record never hides another
    /// source's live one.
    pub withdrawn: Option<String>,
    /// SSVC exploitation (`none`, `poc`, `active`) from CISA's container, where present.
    pub exploitation: Option<String>,
    /// The package itself is the problem: it was published to do harm.
    pub malicious: bool,
}

/// What a source says about one package in one release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Key of the release: see [`plimsoll_version::Distribution::namespace`] (`debian:12`).
    pub namespace: String,
    /// Package name as installed or as source, by the distribution's habit.
    pub package: String,
    /// [`Vulnerability::id`].
    pub vulnerability: String,
    /// The distribution's own advisories (`DSA-5865-1`, `ALSA-2021:2363`).
    pub advisories: Vec<String>,
    /// The verdict for versions inside `ranges`.
    pub status: Status,
    /// The vendor's own word for the status (`needs-triage`, `no-dsa`).
    pub raw_status: Option<String>,
    /// Affected versions; a package with none of these and no `versions` is affected in all.
    pub ranges: Vec<Range>,
    /// Affected versions, enumerated.
    pub versions: Vec<String>,
    /// The distribution's own severity for this package.
    pub severity: Option<Severity>,
    /// Architectures concerned, in the package manager's words; none means all.
    pub architectures: Vec<String>,
    /// RPM module stream `name:stream` that this speaks of.
    pub modularity: Option<String>,
    /// The channel in which this holds, where it is not the release's own: a subscription that is
    /// needed to get the fix, such as `esm-infra` or `eus`.
    pub channel: Option<String>,
    /// CPE names of the products or repositories that this speaks of (Red Hat's content sets,
    /// NVD's criteria); none means that the namespace and package say it all.
    pub cpes: Vec<String>,
    /// CPE names of what must run beside or below it for the problem to show (NVD's "running
    /// on/with"); none means anything.
    pub platforms: Vec<String>,
    /// The vulnerable code, where the source names it; none means that nobody said.
    pub imports: Vec<Import>,
}

/// Vulnerable code: an importable path and the symbols in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Import {
    /// Go import path (`golang.org/x/net/http2`), or the crate (`smallvec`).
    pub path: String,
    /// Symbols as the source writes them (`Server.ServeConn`, `smallvec::SmallVec::grow`); none
    /// means all that the path has.
    pub symbols: Vec<String>,
    /// Operating systems concerned, in the language's words (`windows`); none means all.
    pub systems: Vec<String>,
    /// Architectures concerned, in the language's words (`amd64`); none means all.
    pub architectures: Vec<String>,
}

impl Affected {
    /// A record that says a status and nothing else yet, for those to fill that say more.
    pub(crate) fn with_status(status: Status) -> Affected {
        Affected {
            namespace: String::new(),
            package: String::new(),
            vulnerability: String::new(),
            advisories: Vec::new(),
            status,
            raw_status: None,
            ranges: Vec::new(),
            versions: Vec::new(),
            severity: None,
            architectures: Vec::new(),
            modularity: None,
            channel: None,
            cpes: Vec::new(),
            platforms: Vec::new(),
            imports: Vec::new(),
        }
    }
}

/// Versions from `introduced` (or behind `after`) up to, without, `fixed` or up to, with,
/// `last_affected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Range {
    /// First affected version; nothing means from the beginning.
    pub introduced: Option<String>,
    /// Last version before the affected ones, where the source names that one instead.
    pub after: Option<String>,
    /// First version that is not affected any more.
    pub fixed: Option<String>,
    /// Last affected version.
    pub last_affected: Option<String>,
}

/// What the distributor says will happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Status {
    /// A fixed version is out.
    Fixed = 0,
    /// Known to be affected, no fix yet.
    Affected = 1,
    /// Nobody has decided yet.
    UnderInvestigation = 2,
    /// Affected, and it will stay so.
    WillNotFix = 3,
    /// Affected, a fix will come with something else or later.
    FixDeferred = 4,
    /// The release or package is not looked after any more.
    EndOfLife = 5,
    /// Looked at, and found not to have the problem.
    NotAffected = 6,
}

/// Severity in the words of Trivy and most distributions.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[repr(u8)]
pub enum Severity {
    /// Nobody has said.
    #[default]
    Unknown = 0,
    /// Also "negligible" and "unimportant".
    Low = 1,
    /// Also "moderate".
    Medium = 2,
    /// Also "important".
    High = 3,
    /// The worst.
    Critical = 4,
}

/// An entry of CISA's catalogue of known exploited vulnerabilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploited {
    /// CVE.
    pub id: String,
    /// `YYYY-MM-DD` on which it was added.
    pub added: String,
    /// `YYYY-MM-DD` by which US agencies must have acted.
    pub due: Option<String>,
    /// Whether ransomware campaigns are known to use it.
    pub ransomware: bool,
}

/// An EPSS score: how likely exploitation is within 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epss {
    /// Probability, 0 to 1.
    pub probability: f32,
    /// Share of all CVEs with the same or a lower score, 0 to 1.
    pub percentile: f32,
}

/// When a release of a product stops being looked after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndOfLife {
    /// Product at endoflife.date, such as `alpine-linux`.
    pub product: String,
    /// Release cycle, such as `3.19`.
    pub release: String,
    /// Last day of free support, `YYYY-MM-DD`; nothing while it is open.
    pub end_of_life: Option<String>,
    /// Last day of paid or volunteer support (ESM, LTS, EUS), `YYYY-MM-DD`.
    pub extended_support: Option<String>,
}

/// The products that a repository belongs to (Red Hat's `repository-to-cpe.json`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repository {
    /// Name of the repository or content set, such as `rhel-8-for-x86_64-baseos-rpms`.
    pub name: String,
    /// CPE names.
    pub cpes: Vec<String>,
}

/// Where a record came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Short stable id, Trivy's where Trivy has one (`debian`, `alma`, `nvd`).
    pub id: String,
    /// For people.
    pub name: String,
    /// Its home page.
    pub url: String,
    /// SPDX expression or a word, for `db info`.
    pub license: String,
}

impl Severity {
    /// Reads the words of all sources (`important`, `Moderate`, `negligible`, …).
    pub fn from_word(word: &str) -> Option<Severity> {
        Some(match word.to_ascii_lowercase().as_str() {
            "unknown" | "none" | "untriaged" => Severity::Unknown,
            "low" | "minor" | "negligible" | "unimportant" => Severity::Low,
            "medium" | "moderate" => Severity::Medium,
            "high" | "important" => Severity::High,
            "critical" | "severe" => Severity::Critical,
            _ => return None,
        })
    }

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Unknown => "UNKNOWN",
            Severity::Low => "LOW",
            Severity::Medium => "MEDIUM",
            Severity::High => "HIGH",
            Severity::Critical => "CRITICAL",
        }
    }
}

impl Status {
    /// The word in reports, Trivy's where Trivy has it.
    pub fn word(self) -> &'static str {
        match self {
            Status::Fixed => "fixed",
            Status::Affected => "affected",
            Status::UnderInvestigation => "under_investigation",
            Status::WillNotFix => "will_not_fix",
            Status::FixDeferred => "fix_deferred",
            Status::EndOfLife => "end_of_life",
            Status::NotAffected => "not_affected",
        }
    }
}
