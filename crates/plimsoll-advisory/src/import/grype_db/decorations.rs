//! Tables that decorate CVEs: EPSS, known exploited vulnerabilities, CWE.

use plimsoll_sqlite::{Error, Row, Value};

use super::blob::ExploitedBlob;
use super::{Import, Outcome, any_text, number, text};
use crate::feed::identifier::{is_cve, is_date};
use crate::import::account::LICENSE;
use crate::model::{Epss, Exploited, Source, Vulnerability};
use crate::sink::SourceId;

impl Import<'_, '_, '_> {
    /// Sources that our own feeds of the same data have too.
    fn decoration(&mut self, id: &str, name: &str, url: &str) -> SourceId {
        let source = Source {
            id: id.to_owned(),
            name: name.to_owned(),
            url: url.to_owned(),
            license: LICENSE.to_owned(),
        };
        self.account.source(&source).unwrap_or(self.own)
    }

    /// Reads EPSS scores.
    pub(super) fn epss(&mut self) {
        let source = self.decoration(
            "epss",
            "Exploit Prediction Scoring System",
            "https://www.first.org/epss/",
        );
        self.each("epss_metadata", &mut |import, table, row| {
            if let Some(date) =
                any_text(table, row, &["date"])?.get(..10).filter(|date| is_date(date))
            {
                import.account.dated(source, date);
            }
            Ok(Outcome::Kept(source))
        });
        self.each("epss_handles", &mut |import, table, row| {
            let id = text(table, row, "cve")?;
            let probability = real(row, table.column("epss")?)?;
            let percentile = real(row, table.column("percentile")?)?;
            let scores = probability.zip(percentile).filter(|(probability, percentile)| {
                is_cve(id)
                    && [probability, percentile].iter().all(|value| (0.0..=1.0).contains(*value))
            });
            let Some((probability, percentile)) = scores else {
                let reason = format!("{id:?} with these scores is not the score of a CVE");
                return Ok(Outcome::Rejected(source, reason));
            };
            import.account.epss(source, id, Epss { probability, percentile });
            Ok(Outcome::Kept(source))
        });
    }

    /// Reads known exploited vulnerabilities.
    pub(super) fn exploited(&mut self) {
        let source = self.decoration(
            "kev",
            "CISA Known Exploited Vulnerabilities",
            "https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
        );
        self.each("known_exploited_vulnerability_handles", &mut |import, table, row| {
            let id = text(table, row, "cve")?;
            let blob: ExploitedBlob = match import.lookup.blob(number(table, row, "blob_id")?) {
                Ok(blob) => blob,
                Err(reason) => return Ok(Outcome::Rejected(source, format!("{id}: {reason}"))),
            };
            let day = |date: &Option<String>| {
                date.as_deref()
                    .and_then(|date| date.get(..10))
                    .filter(|date| is_date(date))
                    .map(str::to_owned)
            };
            let Some(added) = day(&blob.date_added).filter(|_| is_cve(id)) else {
                let reason = format!("{id:?} is no CVE, or has no date");
                return Ok(Outcome::Rejected(source, reason));
            };
            let exploited = Exploited {
                id: id.to_owned(),
                added,
                due: day(&blob.due_date),
                ransomware: blob.known_ransomware_campaign_use.eq_ignore_ascii_case("known"),
            };
            import.account.exploited(source, exploited);
            Ok(Outcome::Kept(source))
        });
    }

    /// Reads weaknesses.
    pub(super) fn weaknesses(&mut self) {
        self.each("cwe_handles", &mut |import, table, row| {
            let (cve, cwe) = (text(table, row, "cve")?, text(table, row, "cwe")?);
            if !is_cve(cve) || !cwe.starts_with("CWE-") {
                let reason = format!("{cve:?} with {cwe:?} is not the weakness of a CVE");
                return Ok(Outcome::Rejected(import.own, reason));
            }
            import.account.vulnerability(
                import.own,
                Vulnerability {
                    id: cve.to_owned(),
                    weaknesses: vec![cwe.to_owned()],
                    ..Vulnerability::default()
                },
            );
            Ok(Outcome::Kept(import.own))
        });
    }
}

fn real(row: &Row<'_>, column: usize) -> Result<Option<f32>, Error> {
    Ok(match row.value(column)? {
        Value::Real(number) => Some(number as f32),
        // SQLite keeps whole numbers as such.
        Value::Integer(number) => Some(number as f32),
        _ => None,
    })
}
