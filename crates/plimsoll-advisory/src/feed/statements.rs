//! Statements about packages, gathered before they are said of each vulnerability.

use std::collections::{BTreeMap, BTreeSet};

use super::Speaker;
use crate::model::{Affected, Range, Status};

/// CVEs times packages: the largest kernel errata name some 1,000 CVEs and 100 packages.
const MOST_STATEMENTS: usize = 400_000;

/// The architectures for which the rebuilders of RPMs build everything: what is listed for these is
/// listed for all that there are.
const ALL_ARCHITECTURES: [&str; 4] = ["aarch64", "ppc64le", "s390x", "x86_64"];

/// Statements without the vulnerability that they are about.
#[derive(Default)]
pub(super) struct Statements {
    /// All that tells one statement from another, and the architectures that it holds for.
    rows: BTreeMap<Row, BTreeSet<String>>,
}

/// Orders as its fields do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) namespace: String,
    pub(super) package: String,
    pub(super) channel: Option<String>,
    pub(super) modularity: Option<String>,
    pub(super) status: Status,
    pub(super) raw_status: Option<String>,
    /// Introduced, after, fixed, last affected.
    pub(super) range: Option<[Option<String>; 4]>,
}

impl Row {
    pub(super) fn new(namespace: &str, package: &str, status: Status) -> Row {
        Row {
            namespace: namespace.to_owned(),
            package: package.to_owned(),
            channel: None,
            modularity: None,
            status,
            raw_status: None,
            range: None,
        }
    }

    pub(super) fn bounds(range: Range) -> [Option<String>; 4] {
        [range.introduced, range.after, range.fixed, range.last_affected]
    }
}

impl Statements {
    /// The same statement for several architectures is one; one for all of them says no names.
    pub(super) fn put(&mut self, row: Row, architectures: &[&str]) {
        match self.rows.get_mut(&row) {
            Some(known) if known.is_empty() => {}
            Some(known) if architectures.is_empty() => known.clear(),
            Some(known) => known.extend(architectures.iter().map(|name| (*name).to_owned())),
            None => {
                let names = architectures.iter().map(|name| (*name).to_owned()).collect();
                self.rows.insert(row, names);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Says all of it about each vulnerability. `like` has what all statements share.
    pub(super) fn say(
        &self,
        vulnerabilities: &[&str],
        like: &Affected,
        speaker: &mut Speaker,
    ) -> Result<(), String> {
        if self.rows.len().saturating_mul(vulnerabilities.len()) > MOST_STATEMENTS {
            return Err("more CVEs and packages than any real definition has".to_owned());
        }
        for vulnerability in vulnerabilities {
            for (row, architectures) in &self.rows {
                let row = row.clone();
                let is_all = ALL_ARCHITECTURES.iter().all(|name| architectures.contains(*name));
                let architectures = architectures.iter().filter(|_| !is_all);
                speaker.affected(Affected {
                    namespace: row.namespace,
                    package: row.package,
                    vulnerability: (*vulnerability).to_owned(),
                    status: row.status,
                    raw_status: row.raw_status,
                    ranges: row
                        .range
                        .map(|[introduced, after, fixed, last_affected]| Range {
                            introduced,
                            after,
                            fixed,
                            last_affected,
                        })
                        .into_iter()
                        .collect(),
                    architectures: architectures.cloned().collect(),
                    modularity: row.modularity,
                    channel: row.channel,
                    ..like.clone()
                });
            }
        }
        Ok(())
    }
}
