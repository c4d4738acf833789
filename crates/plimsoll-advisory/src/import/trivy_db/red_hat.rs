//! Red Hat's buckets: statements are about sets of products, which are numbers in an index of CPE
//! names.
//!
//! Trivy finds the products of an image through its repositories or through its name, which
//! `Red Hat CPE` maps to numbers, and takes the entries that have one of them. The names behind the
//! numbers are there "for debugging"; where they are missing, a number gets a name of its own
//! ([`Products::name`]), so that repositories and statements still meet.

use std::collections::{BTreeMap, HashMap};

use plimsoll_bolt::{Bucket, Entry};
use plimsoll_version::Distribution;
use serde::Deserialize;

use super::advisory::{MOST_BUILDS, modular, stated, verdict};
use super::json::{from_json, or_default};
use super::{Import, is_name};
use crate::feed::identifier::is_cve;
use crate::model::{Affected, Repository};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Advisory {
    #[serde(deserialize_with = "or_default")]
    entries: Vec<Build>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Build {
    fixed_version: String,
    #[serde(deserialize_with = "or_default")]
    affected: Vec<u32>,
    #[serde(deserialize_with = "or_default")]
    cves: Vec<Cve>,
    #[serde(deserialize_with = "or_default")]
    arches: Vec<String>,
    status: i64,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Cve {
    #[serde(rename = "ID")]
    id: String,
    severity: i64,
}

/// Kernels have hundreds of CVEs for dozens of products; this bounds what a hostile record becomes.
const MOST_PAIRS: usize = 1 << 18;

/// CPE names by number.
#[derive(Default)]
pub(super) struct Products(HashMap<u32, String>);

impl Products {
    /// The CPE name of a number, or a made-up one.
    fn name(&self, number: u32) -> String {
        self.0.get(&number).cloned().unwrap_or_else(|| format!("trivy-db:{number}"))
    }
}

impl Import<'_> {
    /// Reads `Red Hat CPE`: first the names, then what points to them.
    pub(super) fn red_hat_products(&mut self, bucket: Bucket<'_, '_>) {
        const ROOT: &str = "Red Hat CPE";
        let source = self.source_of("Red Hat");
        match bucket.bucket(b"cpe") {
            Ok(Some(names)) => self.each(names, "Red Hat CPE cpe", &mut |import, key, value| {
                let number = key.parse().map_err(|_| "its name is no number")?;
                // It is a JSON text, or was put in as it is.
                let name = from_json(value).or_else(|error| match std::str::from_utf8(value) {
                    Ok(text) if text.starts_with("cpe:") => Ok(text.to_owned()),
                    _ => Err(error),
                })?;
                match is_name(&name) {
                    true => import.products.0.insert(number, name),
                    false => return Err("its value is no name".to_owned()),
                };
                Ok(())
            }),
            Ok(None) => {
                let reason = "there are no names of products: numbers stand for them";
                self.account.problem(ROOT, reason);
            }
            Err(error) => self.account.rejected(source, ROOT, error),
        }
        for entry in bucket.entries() {
            match entry {
                Ok(Entry::Bucket { key: b"cpe", .. }) => {}
                Ok(Entry::Bucket { key: key @ (b"repository" | b"nvr"), bucket }) => {
                    let record = format!("{ROOT} {}", String::from_utf8_lossy(key));
                    self.each(bucket, &record, &mut |import, name, value| {
                        let numbers: Vec<u32> = from_json(value)?;
                        let cpes = numbers.into_iter().map(|n| import.products.name(n)).collect();
                        let repository = Repository { name: name.to_owned(), cpes };
                        import.account.repository(source, repository);
                        Ok(())
                    });
                }
                Ok(Entry::Bucket { key, bucket }) => {
                    let key = format!("{ROOT} {}", String::from_utf8_lossy(key));
                    let count = self.skip(bucket, &key);
                    let reason = format!("this bucket is unknown: {count} records are left out");
                    self.account.problem(&key, reason);
                }
                Ok(Entry::Value { key, .. }) => {
                    let record = format!("{ROOT} {}", String::from_utf8_lossy(key));
                    self.account.rejected(
                        source,
                        &record,
                        "it is a value where a bucket should be",
                    );
                }
                Err(error) => self.account.rejected(source, ROOT, error),
            }
        }
    }

    /// Reads the values of a bucket, each of which is a record.
    fn each(
        &mut self,
        bucket: Bucket<'_, '_>,
        root: &str,
        read: &mut dyn FnMut(&mut Import<'_>, &str, &[u8]) -> Result<(), String>,
    ) {
        let source = self.source_of("Red Hat");
        for entry in bucket.entries() {
            let (key, result) = match entry {
                Ok(Entry::Value { key, value }) => {
                    let result = match std::str::from_utf8(key) {
                        Ok(name) if is_name(name) => read(self, name, value),
                        _ => Err("its name is none".to_owned()),
                    };
                    (String::from_utf8_lossy(key), result)
                }
                Ok(Entry::Bucket { key, .. }) => {
                    (String::from_utf8_lossy(key), Err("it is a bucket".to_owned()))
                }
                Err(error) => ("".into(), Err(error.to_string())),
            };
            match result {
                Ok(()) => self.account.kept(source),
                Err(reason) => self.account.rejected(source, &format!("{root} {key}"), reason),
            }
        }
    }
}

/// Reads a record of `Red Hat`: its id is a CVE that has no fix, or an RHSA that fixes some.
pub(super) fn read(
    package: &str,
    id: &str,
    value: &[u8],
    products: &Products,
) -> Result<Vec<Affected>, String> {
    let advisory: Advisory = from_json(value)?;
    if advisory.entries.len() > MOST_BUILDS {
        return Err(format!("it has {} entries", advisory.entries.len()));
    }
    if advisory.entries.is_empty() {
        return Err("it has no entries".to_owned());
    }
    let (package, modularity) = modular(package);
    let mut statements = Vec::new();
    let mut pairs = 0usize;
    for build in &advisory.entries {
        let (status, raw_status, ranges) = verdict(&build.fixed_version, build.status, None)?;
        let itself = [Cve::default()];
        let cves = if build.cves.is_empty() { &itself } else { &build.cves[..] };
        pairs = cves.len().saturating_mul(build.affected.len().max(1)).saturating_add(pairs);
        if pairs > MOST_PAIRS {
            return Err("it has too many pairs of products and CVEs".to_owned());
        }
        // One statement for each release, because that is where a scan looks.
        let mut releases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for &number in &build.affected {
            let cpe = products.name(number);
            let release = release(&cpe).or_else(|| release_of_version(&build.fixed_version));
            releases.entry(release.unwrap_or_default()).or_default().push(cpe);
        }
        if releases.is_empty() {
            let release = release_of_version(&build.fixed_version).unwrap_or_default();
            releases.insert(release, Vec::new());
        }
        for (release, cpes) in &releases {
            for cve in cves {
                let vulnerability = if cve.id.is_empty() { id } else { &cve.id };
                if !is_name(vulnerability) {
                    return Err("the id of a CVE is none".to_owned());
                }
                statements.push(Affected {
                    namespace: Distribution::RedHat.namespace(release),
                    package: package.to_owned(),
                    vulnerability: vulnerability.to_owned(),
                    advisories: if is_cve(id) { Vec::new() } else { vec![id.to_owned()] },
                    raw_status: raw_status.clone(),
                    ranges: ranges.clone(),
                    severity: stated(cve.severity)?,
                    architectures: build.arches.clone(),
                    modularity: modularity.clone(),
                    cpes: cpes.clone(),
                    ..Affected::with_status(status)
                });
            }
        }
    }
    Ok(statements)
}

/// The major release that a product is for: `cpe:/a:redhat:rhel_software_collections:3::el7` says
/// it at the end, `cpe:/o:redhat:enterprise_linux:8::baseos` by its own version.
fn release(cpe: &str) -> Option<String> {
    let mut parts = cpe.strip_prefix("cpe:/")?.split(':');
    let (product, version) = (parts.nth(2)?, parts.next());
    let number = |text: &str| {
        let digits = text.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
        Some(digits.to_owned()).filter(|digits| (1..=2).contains(&digits.len()))
    };
    let edition = parts.find_map(|part| number(part.strip_prefix("el")?));
    let own = || match product.starts_with("enterprise_linux") || product.starts_with("rhel_") {
        // Collections have versions of their own.
        true if !product.contains("collections") => number(version?),
        _ => None,
    };
    edition.or_else(own)
}

/// The release in a version: `1.0.2k-19.el7`.
fn release_of_version(version: &str) -> Option<String> {
    let at = version.find(".el").or_else(|| version.find("+el"))?;
    let digits: String =
        version[at + 3..].chars().take_while(char::is_ascii_digit).take(2).collect();
    Some(digits).filter(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_tell_the_release_that_they_are_for() {
        for (cpe, expected) in [
            ("cpe:/o:redhat:enterprise_linux:8::baseos", Some("8")),
            ("cpe:/o:redhat:enterprise_linux:7::server", Some("7")),
            ("cpe:/a:redhat:enterprise_linux:9", Some("9")),
            ("cpe:/a:redhat:rhel_eus:8.6::appstream", Some("8")),
            ("cpe:/a:redhat:rhel_software_collections:3::el7", Some("7")),
            ("cpe:/a:redhat:openshift:4.6::el8", Some("8")),
            ("cpe:/o:redhat:enterprise_linux_eus:10.0", Some("10")),
            ("cpe:/a:redhat:openshift:4.6", None),
            ("cpe:/a:redhat:rhel_software_collections:3", None),
            ("trivy-db:869", None),
        ] {
            assert_eq!(release(cpe).as_deref(), expected, "{cpe}");
        }
        assert_eq!(release_of_version("1:1.0.2k-19.el7").as_deref(), Some("7"));
        assert_eq!(release_of_version("1-2.module+el8.3.0+1+a").as_deref(), Some("8"));
        assert_eq!(release_of_version("1-2.fc39"), None);
    }
}
