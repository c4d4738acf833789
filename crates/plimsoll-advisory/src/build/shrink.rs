//! Whether a build has lost much of what the one before had.
//!
//! Upstreams publish half of their data by accident now and then, or move; a parser stops to
//! understand them. Nobody would notice that a database says less, so a build compares itself with
//! the last one.

use std::fmt;

use crate::collector::Counts;
use crate::database::Info;
use crate::model::Source;

/// A source that shrinks by more is an accident until somebody says otherwise.
pub const ALLOWED_PERCENT: u32 = 10;

/// A source of which too much is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Its id.
    pub source: String,
    /// What it brought to the last build.
    pub before: u64,
    /// What it brought to this one; nothing where it is not there at all.
    pub now: Option<u64>,
    /// Whether records of the input are meant, or statements where a source has no records of its
    /// own.
    pub unit: Unit,
}

/// What is counted of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Records of its input that went in whole.
    Records,
    /// What it says. Some are only quoted by others, like the NVD by Ubuntu.
    Statements,
}

impl fmt::Display for Shrunk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shrunk { source, before, now, unit } = self;
        let unit = match unit {
            Unit::Records => "records",
            Unit::Statements => "statements",
        };
        match now {
            Some(now) => write!(formatter, "{source} has shrunk from {before} to {now} {unit}"),
            None => write!(formatter, "{source} is gone, which had {before} {unit}"),
        }
    }
}

/// The sources of which more than `allowed_percent` is gone since the database that `previous` is
/// of, in its order. Whoever knows why lets their ids pass.
///
/// Scores that stand in a file beside the database are compared only if it was opened with them
/// ([`crate::Database::open_with_scores`]). The starter database is no build and has nothing to
/// lose.
pub fn shrunk(previous: &Info, new: &[(Source, Counts)], allowed_percent: u32) -> Vec<Shrunk> {
    if previous.starter {
        return Vec::new();
    }
    let compared = previous.sources.iter().filter_map(|known| {
        let unit = if known.counts.kept > 0 { Unit::Records } else { Unit::Statements };
        let before = amount(&known.counts, unit);
        let now = new.iter().find(|(source, _)| source.id == known.source.id);
        let now = now.map(|(_, counts)| amount(counts, unit));
        let lost = before.saturating_sub(now.unwrap_or(0));
        // Counts are of 32 bits, so that nothing overflows.
        let is_much = lost * 100 > before * u64::from(allowed_percent.min(100));
        let is_gone = now.is_none() && before > 0;
        (is_much || is_gone).then(|| Shrunk { source: known.source.id.clone(), before, now, unit })
    });
    compared.collect()
}

fn amount(counts: &Counts, unit: Unit) -> u64 {
    match unit {
        Unit::Records => u64::from(counts.kept),
        Unit::Statements => [
            counts.affected,
            counts.vulnerabilities,
            counts.exploited,
            counts.epss,
            counts.end_of_life,
            counts.repositories,
        ]
        .into_iter()
        .map(u64::from)
        .sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::SourceInfo;

    fn source(id: &str) -> Source {
        let text = |text: &str| text.to_owned();
        Source { id: text(id), name: text("x"), url: text("x"), license: text("x") }
    }

    fn records(kept: u32) -> Counts {
        Counts { kept, ..Counts::default() }
    }

    fn previous(sources: &[(&str, Counts)]) -> Info {
        let database = crate::Database::starter();
        let mut info = database.info();
        assert!(info.starter);
        info.starter = false;
        info.sources = sources
            .iter()
            .map(|(id, counts)| SourceInfo { source: source(id), date: None, counts: *counts })
            .collect();
        info
    }

    fn told(before: &[(&str, Counts)], now: &[(&str, Counts)]) -> Vec<String> {
        let now: Vec<_> = now.iter().map(|(id, counts)| (source(id), *counts)).collect();
        let found = shrunk(&previous(before), &now, ALLOWED_PERCENT);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_tenth_may_go_and_no_more() {
        let before = [("debian", records(1000)), ("epss", records(300_000))];
        assert!(told(&before, &[("debian", records(900)), ("epss", records(300_000))]).is_empty());
        assert!(told(&before, &[("debian", records(5000)), ("epss", records(270_000))]).is_empty());
        assert_eq!(
            told(&before, &[("epss", records(4_000_000_000)), ("debian", records(899))]),
            ["debian has shrunk from 1000 to 899 records"]
        );
        assert_eq!(
            told(&before, &[("debian", records(0)), ("new", records(1_000_000))]),
            ["debian has shrunk from 1000 to 0 records", "epss is gone, which had 300000 records"]
        );
    }

    #[test]
    fn a_source_without_records_is_judged_by_its_statements() {
        let quoted = |vulnerabilities| Counts { vulnerabilities, ..Counts::default() };
        let before = [("nvd", quoted(100)), ("silent", Counts::default())];
        assert!(told(&before, &[("nvd", quoted(95))]).is_empty());
        assert_eq!(
            told(&before, &[("nvd", quoted(10))]),
            ["nvd has shrunk from 100 to 10 statements"]
        );
        assert_eq!(told(&before, &[]), ["nvd is gone, which had 100 statements"]);
    }

    #[test]
    fn what_is_allowed_is_the_callers_word() {
        let info = previous(&[("a", records(u32::MAX))]);
        let new = [(source("a"), records(1))];
        assert_eq!(shrunk(&info, &new, 0).len(), 1);
        assert_eq!(shrunk(&info, &new, 100).len(), 0);
        assert_eq!(shrunk(&info, &new, u32::MAX).len(), 0);
        // Gone is gone, whatever the share.
        assert_eq!(shrunk(&info, &[], 100).len(), 1);
    }

    #[test]
    fn the_starter_has_nothing_to_lose() {
        let database = crate::Database::starter();
        assert!(!database.info().sources.is_empty());
        assert_eq!(shrunk(&database.info(), &[], ALLOWED_PERCENT), []);
    }
}
