//! `plimsoll db diff`: which packages' advisories changed from one database to another.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};
use plimsoll_advisory::diff::{Change, compare};
use plimsoll_advisory::{AffectedEntry, Database};
use serde_json::{Value, json};

use super::versions;
use crate::database::open_file;
use crate::exit::Outcome;
use crate::output;
use crate::values::Format;

/// Lines for people; a machine gets everything.
const SHOWN: usize = 200;

/// What changed, gathered for either form.
#[derive(Default)]
struct Differences {
    packages: Vec<Package>,
    /// New, gone and changed vulnerabilities, by id.
    vulnerabilities: [Vec<String>; 3],
}

struct Package {
    namespace: String,
    name: String,
    removed: Vec<Statement>,
    added: Vec<Statement>,
}

struct Statement {
    vulnerability: String,
    source: String,
    status: &'static str,
    versions: String,
}

/// Compares two files.
pub(crate) fn run(old: &Path, new: &Path, format: Format) -> anyhow::Result<Outcome> {
    let (old_path, new_path) = (old, new);
    let (old, new) = (open_file(old)?, open_file(new)?);
    let differences = Differences::of(&old, &new);
    for (database, path) in [(&old, old_path), (&new, new_path)] {
        if let Some(damage) = database.damage() {
            bail!("{}: {damage}", path.display());
        }
    }
    let text = match format {
        Format::Json => {
            let value = differences.as_json(&old, &new);
            serde_json::to_string_pretty(&value).context("cannot write JSON")? + "\n"
        }
        _ => differences.as_table(),
    };
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

impl Differences {
    fn of(old: &Database, new: &Database) -> Differences {
        let mut all = Differences::default();
        compare(old, new, &mut |change| match change {
            Change::Package { namespace, package, removed, added } => {
                all.packages.push(Package {
                    namespace: namespace.to_owned(),
                    name: package.to_owned(),
                    removed: removed.iter().map(|(_, entry)| Statement::of(entry)).collect(),
                    added: added.iter().map(Statement::of).collect(),
                });
            }
            Change::Vulnerability { old, new } => {
                let place = match (&old, &new) {
                    (None, _) => 0,
                    (_, None) => 1,
                    _ => 2,
                };
                let id = new.or(old).map(|entry| entry.id().to_owned());
                all.vulnerabilities[place].extend(id);
            }
        });
        all.packages.sort_by(|left, right| {
            (&left.namespace, &left.name).cmp(&(&right.namespace, &right.name))
        });
        all
    }

    fn as_table(&self) -> String {
        let [new, gone, changed] = &self.vulnerabilities;
        let mut text = format!(
            "{} packages with other advisories; vulnerabilities: {} new, {} gone, {} changed\n",
            self.packages.len(),
            new.len(),
            gone.len(),
            changed.len()
        );
        let mut namespaces: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for package in &self.packages {
            let counts = namespaces.entry(&package.namespace).or_default();
            counts[0] += 1;
            counts[1] += package.added.len();
            counts[2] += package.removed.len();
        }
        // Writing to a string cannot fail.
        for (namespace, [packages, added, removed]) in namespaces {
            let _ = writeln!(
                text,
                "  {namespace:<24} {packages:>6} packages, {added:>6} statements new, {removed:>6} gone"
            );
        }
        let lines = self.packages.iter().flat_map(|package| {
            let sign = |sign: char, statement: &Statement| {
                format!(
                    "{sign} {} {} {} {} {} ({})\n",
                    package.namespace,
                    package.name,
                    statement.vulnerability,
                    statement.status,
                    statement.versions,
                    statement.source
                )
            };
            let removed = package.removed.iter().map(move |one| sign('-', one));
            removed.chain(package.added.iter().map(move |one| sign('+', one)))
        });
        let total: usize =
            self.packages.iter().map(|one| one.added.len() + one.removed.len()).sum();
        if total > 0 {
            text.push('\n');
        }
        text.extend(lines.take(SHOWN));
        if total > SHOWN {
            let more = total - SHOWN;
            let _ = writeln!(text, "and {more} more; --format json lists all");
        }
        text
    }

    fn as_json(&self, old: &Database, new: &Database) -> Value {
        let statements =
            |list: &[Statement]| -> Vec<Value> { list.iter().map(Statement::as_json).collect() };
        let packages = self.packages.iter().map(|package| {
            json!({
                "Namespace": package.namespace,
                "Name": package.name,
                "Removed": statements(&package.removed),
                "Added": statements(&package.added),
            })
        });
        let [added, removed, changed] = &self.vulnerabilities;
        json!({
            "Old": format!("blake3:{}", old.digest()),
            "New": format!("blake3:{}", new.digest()),
            "Packages": packages.collect::<Vec<_>>(),
            "Vulnerabilities": { "Added": added, "Removed": removed, "Changed": changed },
        })
    }
}

impl Statement {
    fn of(entry: &AffectedEntry<'_>) -> Statement {
        Statement {
            vulnerability: entry.vulnerability().to_owned(),
            source: entry.source().id().to_owned(),
            status: entry.status().word(),
            versions: versions(entry),
        }
    }

    fn as_json(&self) -> Value {
        json!({
            "VulnerabilityID": self.vulnerability,
            "Source": self.source,
            "Status": self.status,
            "Versions": self.versions,
        })
    }
}
