//! What the engine asks of an advisory database.
//!
//! The compiled database is the one that matters. The trait keeps the engine independent of how
//! it is stored, so that rules are tested on a handful of records and a database in another form
//! needs no second engine.

use plimsoll_advisory::model::{
    Affected, EndOfLife, Epss, Exploited, Severity, Source, Vulnerability,
};

use crate::Cvss;

/// A database of advisories.
pub trait Advisories {
    /// Whether the database knows anything of this release. Only then does "no record" mean "no
    /// known problem".
    fn covers(&self, namespace: &str) -> bool;

    /// The records about a package in one release.
    fn affected(&self, namespace: &str, package: &str) -> Vec<Record>;

    /// What each source says of a vulnerability's severity, without its texts.
    fn opinions(&self, vulnerability: &str) -> Vec<Opinion>;

    /// What each source says of a vulnerability, with its texts, in the order of preference.
    fn texts(&self, vulnerability: &str) -> Vec<(Source, Vulnerability)>;

    /// Other names of a vulnerability.
    fn aliases(&self, vulnerability: &str) -> Vec<String>;

    /// The id under which a problem with this name is reported, if it is known by another one.
    fn resolve(&self, name: &str) -> Option<String>;

    /// How likely exploitation is.
    fn epss(&self, vulnerability: &str) -> Option<Epss>;

    /// The entry in the catalogue of known exploited vulnerabilities.
    fn exploited(&self, vulnerability: &str) -> Option<Exploited>;

    /// The products, as CPE names, that a repository belongs to, if it is known.
    fn repository(&self, name: &str) -> Option<Vec<String>>;

    /// When a release of a product stops being looked after.
    fn end_of_life(&self, product: &str, release: &str) -> Option<EndOfLife>;
}

/// A record and who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What is said.
    pub affected: Affected,
    /// By whom.
    pub source: Source,
}

/// What one source says of a vulnerability's severity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opinion {
    /// [`Source::id`].
    pub source: String,
    /// The source's own word.
    pub severity: Option<Severity>,
    /// Its CVSS vectors with their scores.
    pub cvss: Vec<Cvss>,
    /// SSVC exploitation: `none`, `poc` or `active`.
    pub exploitation: Option<String>,
    /// Whether the source took its record back.
    pub withdrawn: bool,
    /// Whether it says that the package itself was published to do harm.
    pub malicious: bool,
}
