//! `trivy.db`, schema 2: a bbolt file that <https://github.com/aquasecurity/trivy-db> builds.
//!
//! Values are JSON. A root bucket is one of
//!
//! | root | content |
//! |---|---|
//! | `vulnerability` | id → texts, severities and CVSS by source |
//! | `data-source` | root bucket → id, name and URL of its source |
//! | `Red Hat CPE` | repositories and image names → products, as numbers |
//! | `Red Hat` | package → CVE or RHSA → entries for sets of products |
//! | `alpine 3.19`, `debian 12`, … | package → id → fixed version, status, severity |
//! | `npm::GitHub Security Advisory npm`, … | package → id → ranges |
//! | `rapidfort ubuntu 22.04`, `root.io …`, `seal …` | the same, of a supplier's own packages |
//!
//! Every value is one record, and is counted once. Roots that none of these describes are counted
//! as skipped, and named.

mod advisory;
mod json;
mod red_hat;
mod sources;
mod vulnerability;

use plimsoll_bolt::{Bolt, Bucket, Entry};

use super::account::Account;
use super::namespace::{Place, trivy_root};
use crate::sink::{Sink, SourceId};
use red_hat::Products;
use sources::Sources;

const ID: &str = "trivy-db";
const URL: &str = "https://github.com/aquasecurity/trivy-db";

/// A name that is longer is damage: the longest real ones are Go import paths and Maven
/// coordinates.
const LONGEST_NAME: usize = 1024;

pub(super) fn import(bytes: &[u8], name: &str, sink: &mut dyn Sink) {
    let mut account = Account::new(sink, name);
    let own = account.own(ID, "Trivy DB", URL);
    let bolt = match Bolt::open(bytes) {
        Ok(bolt) => bolt,
        Err(error) => return account.rejected(own, "", error),
    };
    let mut import =
        Import { account, own, sources: Sources::default(), products: Products::default() };
    // Both are needed to understand the others.
    for root in ["data-source", "Red Hat CPE"] {
        match bolt.bucket(&[root.as_bytes()]) {
            Ok(Some(bucket)) if root == "data-source" => import.data_sources(bucket),
            Ok(Some(bucket)) => import.red_hat_products(bucket),
            Ok(None) => {}
            Err(error) => import.account.rejected(own, root, error),
        }
    }
    for entry in bolt.root().entries() {
        match entry {
            Ok(Entry::Bucket { key, bucket }) => import.root(key, bucket),
            Ok(Entry::Value { key, .. }) => {
                let reason = "it is a value where a bucket should be";
                import.account.rejected(own, &String::from_utf8_lossy(key), reason);
            }
            Err(error) => import.account.rejected(own, "", error),
        }
    }
}

/// What is known while a file is read.
struct Import<'s> {
    account: Account<'s>,
    /// Trivy DB itself.
    own: SourceId,
    sources: Sources,
    products: Products,
}

impl Import<'_> {
    fn root(&mut self, name: &[u8], bucket: Bucket<'_, '_>) {
        let shown = String::from_utf8_lossy(name);
        let name = std::str::from_utf8(name).ok().filter(|name| is_name(name)).unwrap_or_default();
        match name {
            // They have been read.
            "data-source" | "Red Hat CPE" => {}
            "vulnerability" => self.vulnerabilities(bucket),
            "Red Hat" => {
                let source = self.source_of(name);
                self.packages(name, source, bucket, &mut |import, package, id, value| {
                    red_hat::read(package, id, value, &import.products)
                        .map(|statements| (statements, Vec::new()))
                });
            }
            _ => match trivy_root(name) {
                Some(place) => self.place(name, &place, bucket),
                None => {
                    let count = self.skip(bucket, &shown);
                    let reason = format!("this bucket is unknown: {count} records are left out");
                    self.account.problem(&shown, reason);
                }
            },
        }
    }

    fn place(&mut self, name: &str, place: &Place, bucket: Bucket<'_, '_>) {
        let source = self.source_of(name);
        self.account.covers(source, &place.namespace);
        self.packages(name, source, bucket, &mut |_, package, id, value| {
            advisory::read(place, package, id, value)
        });
    }

    fn source_of(&mut self, root: &str) -> SourceId {
        let source = self.sources.of_root(root);
        match self.account.source(&source) {
            Some(source) => source,
            None => {
                self.account.problem(root, "there are too many sources: it counts for trivy-db");
                self.own
            }
        }
    }

    /// Reads every record of a bucket of packages.
    fn packages(
        &mut self,
        root: &str,
        source: SourceId,
        bucket: Bucket<'_, '_>,
        read: &mut Read<'_>,
    ) {
        for entry in bucket.entries() {
            let (key, inner) = match entry {
                Ok(Entry::Bucket { key, bucket }) => (key, bucket),
                Ok(Entry::Value { key, .. }) => {
                    let record = format!("{root} {}", String::from_utf8_lossy(key));
                    self.account.rejected(
                        source,
                        &record,
                        "it is a value where a package should be",
                    );
                    continue;
                }
                Err(error) => {
                    self.account.rejected(source, root, error);
                    continue;
                }
            };
            let package = String::from_utf8_lossy(key);
            for entry in inner.entries() {
                let (id, result) = match entry {
                    Ok(Entry::Value { key: id, value }) => {
                        let names = std::str::from_utf8(key)
                            .and_then(|package| std::str::from_utf8(id).map(|id| (package, id)));
                        let result = match names {
                            Ok((package, id)) if is_name(package) && is_name(id) => {
                                read(self, package, id, value)
                            }
                            _ => Err("its name is none".to_owned()),
                        };
                        (String::from_utf8_lossy(id), result)
                    }
                    Ok(Entry::Bucket { key, .. }) => {
                        let reason = "it is a bucket where a record should be";
                        (String::from_utf8_lossy(key), Err(reason.to_owned()))
                    }
                    Err(error) => ("".into(), Err(error.to_string())),
                };
                match result {
                    Ok((statements, vulnerabilities)) => {
                        for statement in statements {
                            self.account.affected(source, statement);
                        }
                        for vulnerability in vulnerabilities {
                            self.account.vulnerability(source, vulnerability);
                        }
                        self.account.kept(source);
                    }
                    Err(reason) => {
                        let record = format!("{root} {package} {id}");
                        self.account.rejected(source, &record, reason);
                    }
                }
            }
        }
    }

    /// Counts all records of a bucket as skipped.
    fn skip(&mut self, bucket: Bucket<'_, '_>, root: &str) -> u64 {
        let mut count = 0;
        for entry in bucket.entries() {
            match entry {
                Ok(Entry::Value { .. }) => {
                    self.account.skipped(self.own);
                    count += 1;
                }
                // Nesting is bounded by the reader.
                Ok(Entry::Bucket { bucket, .. }) => count += self.skip(bucket, root),
                Err(error) => self.account.rejected(self.own, root, error),
            }
        }
        count
    }
}

/// Statements about a package, and what is said about vulnerabilities beside.
type Records = (Vec<crate::model::Affected>, Vec<crate::model::Vulnerability>);

/// Makes records of (package, id, JSON).
type Read<'r> = dyn FnMut(&Import<'_>, &str, &str, &[u8]) -> Result<Records, String> + 'r;

/// Whether this can be the name of a package, a bucket or a vulnerability.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_NAME && !text.chars().any(char::is_control)
}
