//! Handles of packages and of CPEs: which versions have a vulnerability, or do not.

use plimsoll_sqlite::{Error, Row, Table};

use super::blob::{PackageBlob, VersionRange};
use super::lookup::{Named, ecosystem};
use super::{Import, Outcome, number};
use crate::import::constraint::{is_never, one};
use crate::import::namespace::{Family, Place, ecosystem_syntax};
use crate::model::{Affected, Range, Status};

/// A record names some hundred CVEs and ranges; this bounds what a hostile one becomes.
const MOST_STATEMENTS: usize = 20_000;

/// What a handle is about.
struct Subject {
    place: Place,
    package: String,
    cpes: Vec<String>,
}

impl<'d, 'a> Import<'_, 'd, 'a> {
    /// Reads all handles.
    pub(super) fn statements(&mut self) {
        for (name, affected) in
            [("affected_package_handles", true), ("unaffected_package_handles", false)]
        {
            self.each(name, &mut |import, table, row| {
                let subject = import.package_subject(table, row)?;
                import.handle(table, row, subject, affected)
            });
        }
        for (name, affected) in [("affected_cpe_handles", true), ("unaffected_cpe_handles", false)]
        {
            self.each(name, &mut |import, table, row| {
                let subject = match number(table, row, "cpe_id")? {
                    None => Err("it has no CPE".to_owned()),
                    Some(id) => import.lookup.product(id).map(|product| Subject {
                        place: Place {
                            namespace: "cpe".to_owned(),
                            family: Family::Language,
                            channel: None,
                            syntax: ecosystem_syntax("cpe"),
                        },
                        package: product.name,
                        cpes: vec![product.cpe],
                    }),
                };
                import.handle(table, row, subject, affected)
            });
        }
    }

    fn package_subject(
        &mut self,
        table: &Table<'d, 'a>,
        row: &Row<'a>,
    ) -> Result<Result<Subject, String>, Error> {
        let package = number(table, row, "package_id")?;
        let system = number(table, row, "operating_system_id")?;
        let mut read = || {
            let (kind, name) = self.lookup.package(package.ok_or("it has no package")?)?;
            let (place, package) = match system {
                Some(system) => (self.lookup.system(system)?, name),
                None => ecosystem(&kind, &name)?,
            };
            Ok(Subject { place, package, cpes: Vec::new() })
        };
        Ok(read())
    }

    fn handle(
        &mut self,
        table: &Table<'d, 'a>,
        row: &Row<'a>,
        subject: Result<Subject, String>,
        affected: bool,
    ) -> Result<Outcome, Error> {
        let Some(id) = number(table, row, "vulnerability_id")? else {
            return Ok(Outcome::Rejected(self.own, "it has no vulnerability".to_owned()));
        };
        let named = match self.lookup.vulnerability(id) {
            Ok(named) => named,
            Err(reason) => return Ok(Outcome::Rejected(self.own, reason)),
        };
        let source = self.provider(&named.provider);
        let blob = number(table, row, "blob_id")?;
        let statements = subject.and_then(|subject| {
            let blob: PackageBlob = self.lookup.blob(blob)?;
            statements(&subject, &named, blob, affected)
        });
        Ok(match statements {
            Err(reason) => Outcome::Rejected(source, format!("{}: {reason}", named.name)),
            // What was taken back says nothing about packages any more.
            Ok(_) if named.withdrawn => Outcome::Skipped(source),
            Ok(statements) => {
                for statement in statements {
                    self.account.affected(source, statement);
                }
                Outcome::Kept(source)
            }
        })
    }
}

/// The statements of one handle: one for each CVE and each state of a fix.
fn statements(
    subject: &Subject,
    named: &Named,
    blob: PackageBlob,
    affected: bool,
) -> Result<Vec<Affected>, String> {
    let qualifiers = blob.qualifiers;
    let mut cves: Vec<String> = blob.cves;
    cves.retain(|cve| crate::feed::identifier::is_cve(cve));
    let vulnerabilities = match () {
        () if crate::feed::identifier::is_cve(&named.name) => vec![named.name.clone()],
        () if !named.cves.is_empty() => named.cves.clone(),
        () if !cves.is_empty() => cves,
        () => vec![named.name.clone()],
    };
    let verdicts = verdicts(subject, &blob.ranges, affected)?;
    if vulnerabilities.len().saturating_mul(verdicts.len()) > MOST_STATEMENTS {
        return Err("it has too many pairs of CVEs and ranges".to_owned());
    }
    let mut statements = Vec::new();
    let architectures = qualifiers.architecture.map_or_else(Vec::new, |words| words.into_list());
    let imports: Vec<_> = qualifiers.go_imports.into_iter().map(Into::into).collect();
    for vulnerability in &vulnerabilities {
        let is_own_name = *vulnerability == named.name;
        for (status, raw_status, ranges) in &verdicts {
            statements.push(Affected {
                namespace: subject.place.namespace.clone(),
                package: subject.package.clone(),
                vulnerability: vulnerability.clone(),
                advisories: if is_own_name { Vec::new() } else { vec![named.name.clone()] },
                raw_status: raw_status.clone(),
                ranges: ranges.clone(),
                severity: if is_own_name { None } else { named.severity },
                architectures: architectures.clone(),
                // An empty stream stands for packages outside of modules.
                modularity: qualifiers.rpm_modularity.clone().filter(|stream| !stream.is_empty()),
                channel: (subject.place.channel.clone())
                    .or_else(|| qualifiers.rootio.as_ref().map(|_| "root.io".to_owned())),
                cpes: subject.cpes.clone(),
                platforms: qualifiers.platform_cpes.clone(),
                imports: imports.clone(),
                ..Affected::with_status(*status)
            });
        }
    }
    Ok(statements)
}

type Verdict = (Status, Option<String>, Vec<Range>);

/// Ranges that have the same status together.
fn verdicts(
    subject: &Subject,
    ranges: &[VersionRange],
    affected: bool,
) -> Result<Vec<Verdict>, String> {
    let mut verdicts: Vec<Verdict> = Vec::new();
    if ranges.is_empty() {
        let status = if affected { Status::Affected } else { Status::NotAffected };
        return Ok(vec![(status, None, Vec::new())]);
    }
    for range in ranges {
        let (mut status, mut word) = match (&*range.fix.state, affected) {
            (_, false) => (Status::NotAffected, None),
            ("fixed", true) => (Status::Fixed, None),
            ("wont-fix", true) => (Status::WillNotFix, Some("wont-fix")),
            ("not-fixed", true) => (Status::Affected, Some("not-fixed")),
            ("" | "unknown", true) => (Status::Affected, None),
            (other, true) => return Err(format!("state {other:?} of a fix is unknown")),
        };
        let text = &range.version.constraint;
        let mut found = match one(subject.place.syntax, text) {
            // Nothing is below the first version: a way to say that the package never had it.
            _ if affected && is_never(text) => {
                (status, word) = (Status::NotAffected, Some("never"));
                Vec::new()
            }
            Ok(found) => found,
            Err(reason) => {
                return Err(format!("{text:?} ({}): {reason}", range.version.kind));
            }
        };
        if status == Status::Fixed && !found.iter().any(|range| range.fixed.is_some()) {
            let fix = Some(range.fix.version.clone()).filter(|version| !version.is_empty());
            match (found.last_mut(), fix) {
                (Some(last), Some(fix)) => last.fixed = Some(fix),
                (None, Some(fix)) => found.push(Range { fixed: Some(fix), ..Range::default() }),
                // There is a fix, and nothing says which.
                (_, None) => (status, word) = (Status::Affected, Some("fixed")),
            }
        }
        let word = word.map(str::to_owned);
        match verdicts.iter_mut().find(|known| known.0 == status && known.1 == word) {
            // No range stands for all versions.
            Some(known) if known.2.is_empty() || found.is_empty() => known.2.clear(),
            Some(known) => known.2.append(&mut found),
            None => verdicts.push((status, word, found)),
        }
    }
    Ok(verdicts)
}
