//! Who knows an ecosystem best.
//!
//! Several sources speak of one problem, and their ranges differ. Those that look after an ecosystem
//! correct theirs; copies stay as they were on the day they were made, and NVD's and the CVE
//! records' ranges are of a product, not of a package. So what only others claim of a version, while
//! a primary source speaks of the same problem in the same package and has the version outside of
//! its ranges (or took its record back), is doubtful: it is dropped when matching is to be precise,
//! and kept with a note when it is to be comprehensive. Where no primary source speaks, the others
//! decide. Any primary source's claim counts, whatever another one says. A source that lists only some
//! lines of releases, or single versions, denies nothing of the others.

use plimsoll_version::Ecosystem;

use crate::Record;

/// The GitHub Advisory Database under the ids that it has in databases of others, and what OSV
/// publishes without saying whose it is.
const GITHUB: [&str; 3] = ["ghsa", "github", "osv"];

/// What Go's database copies from others before anybody has looked at it.
const UNREVIEWED: &str = "UNREVIEWED";

/// Ids of the sources that look after a namespace, the best first.
fn primary(namespace: &str) -> &'static [&'static str] {
    match Ecosystem::from_id(namespace) {
        Some(Ecosystem::Golang) => &["govulndb"],
        Some(Ecosystem::Cargo) => &["rustsec"],
        Some(Ecosystem::PyPi) => &["ghsa", "github", "osv", "pypa", "psf"],
        Some(Ecosystem::Gem) => &["ghsa", "github", "osv", "ruby-advisory-db"],
        Some(Ecosystem::Composer) => {
            &["ghsa", "github", "osv", "php-security-advisories", "drupal"]
        }
        Some(Ecosystem::Hex) => &["ghsa", "github", "osv", "eef"],
        Some(Ecosystem::Hackage) => &["haskell"],
        Some(Ecosystem::Julia) => &["julia"],
        Some(Ecosystem::Opam) => &["ocaml"],
        Some(Ecosystem::Cpan) => &["cpansa"],
        Some(Ecosystem::Cran) => &["rsec"],
        Some(Ecosystem::K8s) => &["k8s"],
        Some(Ecosystem::Bitnami) => &["bitnami"],
        // Those who make the product.
        Some(Ecosystem::Generic) => &["curl", "nodejs-security-wg"],
        Some(Ecosystem::Cpe) | None => &[],
        Some(_) => &GITHUB,
    }
}

/// Reports of malicious packages name what was published; nobody else's ranges speak against them.
const MALWARE: &str = "ossf-malicious-packages";

/// The lines of releases that it looks after are all that it lists, and others may have the problem
/// too.
const PARTIAL: &str = "php-security-advisories";

/// How much a record's word weighs: 0 for the best source, the larger the less.
pub(super) fn rank(record: &Record) -> usize {
    let primary = primary(&record.affected.namespace);
    let source = record.source.id.as_str();
    match primary.iter().position(|known| *known == source) {
        Some(rank) if record.affected.raw_status.as_deref() != Some(UNREVIEWED) => rank,
        _ if source == MALWARE => primary.len(),
        _ if GITHUB.contains(&source) => primary.len() + 1,
        _ => primary.len() + 2,
    }
}

/// Whether a record is of a source that looks after its namespace.
pub(super) fn is_primary(record: &Record) -> bool {
    let source = record.source.id.as_str();
    source == MALWARE || rank(record) < primary(&record.affected.namespace).len()
}

/// Whether a record of a version outside of its ranges means that others are wrong about it.
pub(super) fn may_deny(record: &Record) -> bool {
    is_primary(record) && !matches!(record.source.id.as_str(), MALWARE | PARTIAL)
}

/// Whether one of the sources that took their records back looks after the namespace.
pub(super) fn is_primary_source(namespace: &str, source: &str) -> bool {
    primary(namespace).contains(&source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by, unfixed};
    use plimsoll_advisory::model::Status;

    #[test]
    fn each_ecosystem_has_its_own_best_source() {
        for (namespace, source, raw_status, expected) in [
            ("npm", "ghsa", None, true),
            ("npm", "gitlab", None, false),
            ("npm", "ossf-malicious-packages", None, true),
            ("golang", "govulndb", None, true),
            ("golang", "govulndb", Some("UNREVIEWED"), false),
            ("golang", "ghsa", None, false),
            ("cargo", "ghsa", None, false),
            ("cargo", "rustsec", Some("unmaintained"), true),
            ("pypi", "pypa", None, true),
            ("conan", "gitlab", None, false),
            ("cpe", "nvd", None, false),
        ] {
            let mut affected = unfixed(namespace, "a", "CVE-1", Status::Affected);
            affected.raw_status = raw_status.map(str::to_owned);
            assert_eq!(is_primary(&by(source, affected)), expected, "{namespace} {source}");
        }
    }
}
