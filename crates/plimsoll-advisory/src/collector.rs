//! Holds what feeds said until it is compiled.
//!
//! A distribution repeats itself: a million records have some ten thousand package names and
//! versions. So every string is kept once, and every verdict (status, ranges, …) is kept once, as
//! numbers of strings; a record is then 20 bytes.

// By path, because the build script takes this file by path too.
#[path = "collector/counts.rs"]
mod counts;
#[path = "collector/interned.rs"]
mod interned;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub use counts::Counts;
pub(crate) use interned::{ImportIds, Strings, Verdict, Verdicts};

use crate::database::format;
use crate::deletions::Deleted;
use crate::model::{Affected, EndOfLife, Epss, Exploited, Repository, Source, Vulnerability};
use crate::sink::{Fate, FeedProblem, Sink, SourceId};

/// A [`Sink`] that keeps everything, compactly, in memory.
///
/// Several threads fill one each, which are then [merged](Collector::merge). The compiled bytes do
/// not depend on who got what, nor in which order.
#[derive(Debug, Default)]
pub struct Collector {
    pub(crate) strings: Strings,
    pub(crate) sources: Vec<CollectedSource>,
    pub(crate) verdicts: Verdicts,
    pub(crate) affected: Vec<AffectedRow>,
    pub(crate) vulnerabilities: Vec<(SourceId, Vulnerability)>,
    pub(crate) exploited: Vec<(SourceId, Exploited)>,
    /// By packed CVE id.
    pub(crate) epss: BTreeMap<u32, EpssRow>,
    pub(crate) end_of_life: Vec<(SourceId, EndOfLife)>,
    pub(crate) repositories: Vec<(SourceId, Repository)>,
    /// What sources took back: source and id, with the latest date where one was given.
    pub(crate) deleted: Deleted,
    pub(crate) problems: Vec<FeedProblem>,
    /// The records come from a finished database: names are joined and the counts are final.
    pub(crate) sealed: bool,
    /// The day of the scores, where it does not follow from their source.
    pub(crate) epss_date: Option<String>,
}

#[derive(Debug)]
pub(crate) struct CollectedSource {
    pub(crate) source: Source,
    pub(crate) date: Option<String>,
    pub(crate) covers: BTreeSet<u32>,
    pub(crate) counts: Counts,
}

/// One statement; all but the source are numbers of strings or of verdicts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AffectedRow {
    pub(crate) namespace: u32,
    pub(crate) package: u32,
    pub(crate) vulnerability: u32,
    pub(crate) verdict: u32,
    pub(crate) source: SourceId,
}

/// An EPSS score in millionths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EpssRow {
    pub(crate) probability: u32,
    pub(crate) percentile: u32,
    pub(crate) source: SourceId,
}

impl Collector {
    /// An empty one.
    pub fn new() -> Collector {
        Collector::default()
    }

    /// What went wrong so far, sorted.
    pub fn problems(&mut self) -> &[FeedProblem] {
        self.problems.sort();
        self.problems.dedup();
        &self.problems
    }

    /// Takes over everything that another one holds.
    pub fn merge(&mut self, other: Collector) {
        let strings: Vec<u32> =
            other.strings.into_list().iter().map(|text| self.strings.intern(text)).collect();
        let string = |id: u32| strings[id as usize];
        let sources: Vec<SourceId> = other
            .sources
            .into_iter()
            .map(|from| {
                let id = self.source(&from.source);
                if let Some(date) = &from.date {
                    self.dated(id, date);
                }
                let into = &mut self.sources[usize::from(id.0)];
                into.covers.extend(from.covers.into_iter().map(string));
                into.counts.add(from.counts);
                id
            })
            .collect();
        let source = |id: SourceId| sources[usize::from(id.0)];
        let verdicts: Vec<u32> = other
            .verdicts
            .into_list()
            .into_iter()
            .map(|verdict| self.verdicts.intern(verdict.map_strings(string)))
            .collect();
        self.affected.extend(other.affected.into_iter().map(|row| AffectedRow {
            namespace: string(row.namespace),
            package: string(row.package),
            vulnerability: string(row.vulnerability),
            verdict: verdicts[row.verdict as usize],
            source: source(row.source),
        }));
        self.vulnerabilities
            .extend(other.vulnerabilities.into_iter().map(|(from, record)| (source(from), record)));
        self.exploited
            .extend(other.exploited.into_iter().map(|(from, record)| (source(from), record)));
        self.end_of_life
            .extend(other.end_of_life.into_iter().map(|(from, record)| (source(from), record)));
        self.repositories
            .extend(other.repositories.into_iter().map(|(from, record)| (source(from), record)));
        self.deleted.merge(other.deleted, source);
        for (key, row) in other.epss {
            self.put_epss(key, EpssRow { source: source(row.source), ..row });
        }
        self.problems.extend(other.problems);
    }

    /// Forgets what sources said after a day (`YYYY-MM-DD`), by the dates of their own records: a
    /// record that was changed later is left out, because what it said before is not known.
    pub(crate) fn forget_after(&mut self, day: &str) {
        let is_later = |record: &Vulnerability| {
            let date = record.modified.as_deref().or(record.published.as_deref());
            date.and_then(|date| date.get(..10)).is_some_and(|date| date > day)
        };
        let mut stays: HashMap<(SourceId, &str), bool> = HashMap::new();
        for (source, record) in &self.vulnerabilities {
            *stays.entry((*source, &record.id)).or_default() |= !is_later(record);
        }
        let gone = stays.into_iter().filter(|(_, stays)| !stays);
        let gone: HashSet<(SourceId, u32)> =
            gone.filter_map(|((source, id), _)| Some((source, self.strings.find(id)?))).collect();
        self.affected.retain(|row| !gone.contains(&(row.source, row.vulnerability)));
        self.vulnerabilities.retain(|(_, record)| !is_later(record));
        self.exploited.retain(|(_, record)| record.added.as_str() <= day);
        for source in &mut self.sources {
            if let Some(date) = source.date.as_mut().filter(|date| &date[..] > day) {
                day.clone_into(date);
            }
        }
    }

    /// Takes out what changes every day: scores and exploitation, with the sources that speak of
    /// nothing else. Nothing if there is none of it.
    pub(crate) fn split_scores(&mut self) -> Option<Collector> {
        if self.exploited.is_empty() && self.epss.is_empty() {
            return None;
        }
        let scored = self.exploited.iter().map(|(source, _)| *source);
        let scored: BTreeSet<SourceId> =
            scored.chain(self.epss.values().map(|row| row.source)).collect();
        let affected = self.affected.iter().map(|row| row.source);
        let described = self.vulnerabilities.iter().map(|(source, _)| *source);
        let others: BTreeSet<SourceId> = affected
            .chain(described)
            .chain(self.end_of_life.iter().map(|(source, _)| *source))
            .chain(self.repositories.iter().map(|(source, _)| *source))
            .collect();

        let mut scores = Collector::new();
        let mut ids = HashMap::new();
        for &from in &scored {
            let collected = self.collected(from);
            let to = scores.source(&collected.source);
            let into = scores.collected(to);
            into.date.clone_from(&collected.date);
            if !others.contains(&from) {
                into.counts = std::mem::take(&mut collected.counts);
            }
            ids.insert(from, to);
        }
        let exploited = std::mem::take(&mut self.exploited);
        scores.exploited =
            exploited.into_iter().map(|(from, record)| (ids[&from], record)).collect();
        let epss = std::mem::take(&mut self.epss);
        scores.epss = epss
            .into_iter()
            .map(|(key, row)| (key, EpssRow { source: ids[&row.source], ..row }))
            .collect();

        // The sources that are left move together.
        let gone: BTreeSet<SourceId> = scored.difference(&others).copied().collect();
        let mut kept = 0;
        let places: Vec<SourceId> = (0..self.sources.len() as u16)
            .map(|id| {
                let place = SourceId(kept);
                kept += u16::from(!gone.contains(&SourceId(id)));
                place
            })
            .collect();
        let place = |id: &mut SourceId| *id = places[usize::from(id.0)];
        self.affected.iter_mut().for_each(|row| place(&mut row.source));
        self.vulnerabilities.iter_mut().for_each(|(id, _)| place(id));
        self.end_of_life.iter_mut().for_each(|(id, _)| place(id));
        self.repositories.iter_mut().for_each(|(id, _)| place(id));
        let mut id = 0;
        self.sources.retain(|_| {
            id += 1;
            !gone.contains(&SourceId(id - 1))
        });
        Some(scores)
    }

    fn collected(&mut self, source: SourceId) -> &mut CollectedSource {
        // Ids come from `Sink::source` of this very collector.
        &mut self.sources[usize::from(source.0)]
    }

    fn put_epss(&mut self, key: u32, row: EpssRow) {
        // The higher score stands, so that the order of the input does not matter.
        let rank = |row: &EpssRow| {
            let source = &self.sources[usize::from(row.source.0)].source.id;
            (row.probability, row.percentile, source)
        };
        let Some(known) = self.epss.get(&key) else {
            self.epss.insert(key, row);
            return;
        };
        let (stays, goes) = if rank(known) < rank(&row) { (row, *known) } else { (*known, row) };
        self.epss.insert(key, stays);
        self.collected(goes.source).counts.merged += 1;
    }
}

impl Sink for Collector {
    fn source(&mut self, source: &Source) -> SourceId {
        if let Some(index) = self.sources.iter().position(|known| known.source.id == source.id) {
            // Two feeds may describe one source differently; which comes first must not matter.
            let known = &mut self.sources[index].source;
            if (&source.name, &source.url, &source.license)
                < (&known.name, &known.url, &known.license)
            {
                *known = source.clone();
            }
            return SourceId(index as u16);
        }
        let id = u16::try_from(self.sources.len()).expect("a build has some dozens of sources");
        self.sources.push(CollectedSource {
            source: source.clone(),
            date: None,
            covers: BTreeSet::new(),
            counts: Counts::default(),
        });
        SourceId(id)
    }

    fn dated(&mut self, source: SourceId, date: &str) {
        let known = &mut self.collected(source).date;
        if known.as_deref().is_none_or(|known| known < date) {
            *known = Some(date.to_owned());
        }
    }

    fn covers(&mut self, source: SourceId, namespace: &str) {
        let namespace = self.strings.intern(namespace);
        self.collected(source).covers.insert(namespace);
    }

    fn vulnerability(&mut self, source: SourceId, vulnerability: Vulnerability) {
        self.vulnerabilities.push((source, vulnerability));
    }

    fn affected(&mut self, source: SourceId, affected: Affected) {
        let verdict = Verdict::new(&affected, &mut self.strings);
        let row = AffectedRow {
            namespace: self.strings.intern(&affected.namespace),
            package: self.strings.intern(&affected.package),
            vulnerability: self.strings.intern(&affected.vulnerability),
            verdict: self.verdicts.intern(verdict),
            source,
        };
        self.collected(source).covers.insert(row.namespace);
        self.affected.push(row);
    }

    fn exploited(&mut self, source: SourceId, exploited: Exploited) {
        self.exploited.push((source, exploited));
    }

    fn epss(&mut self, source: SourceId, id: &str, score: Epss) {
        let millionths = |value: f32| {
            (0.0..=1.0)
                .contains(&value)
                .then(|| (f64::from(value) * format::EPSS_SCALE).round() as u32)
        };
        let row =
            (format::cve_key(id), millionths(score.probability), millionths(score.percentile));
        let (Some(key), Some(probability), Some(percentile)) = row else {
            self.problem(FeedProblem {
                file: self.sources[usize::from(source.0)].source.id.clone(),
                record: id.to_owned(),
                reason: "not the EPSS score of a CVE".to_owned(),
            });
            return;
        };
        self.put_epss(key, EpssRow { probability, percentile, source });
    }

    fn end_of_life(&mut self, source: SourceId, end_of_life: EndOfLife) {
        self.end_of_life.push((source, end_of_life));
    }

    fn repository(&mut self, source: SourceId, repository: Repository) {
        self.repositories.push((source, repository));
    }

    fn deleted(&mut self, source: SourceId, id: &str, at: Option<&str>) {
        self.deleted.note(source, id, at);
    }

    fn count(&mut self, source: SourceId, fate: Fate) {
        let counts = &mut self.collected(source).counts;
        let count = match fate {
            Fate::Kept => &mut counts.kept,
            Fate::Skipped => &mut counts.skipped,
            Fate::Rejected => &mut counts.rejected,
        };
        *count = count.saturating_add(1);
    }

    fn problem(&mut self, problem: FeedProblem) {
        self.problems.push(problem);
    }
}
