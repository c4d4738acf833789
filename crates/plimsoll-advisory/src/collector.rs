//! Holds what feeds said until it is compiled.
//!
//! A distribution repeats itself: a million records have some ten thousand package names and
//! versions. So every string is kept once, and every verdict (status, ranges, …) is kept once, as
//! numbers of strings; a record is then 20 bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::database::format;
use crate::deletions::Deleted;
use crate::model::{
    Affected, EndOfLife, Epss, Exploited, Import, Range, Repository, Severity, Source, Status,
    Vulnerability,
};
use crate::sink::{Fate, FeedProblem, Sink, SourceId};

/// Numbers of records, as a build prints them and the database keeps them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records of the input that went in whole.
    pub kept: u32,
    /// Records of the input that say nothing of use.
    pub skipped: u32,
    /// Records of the input that could not be understood.
    pub rejected: u32,
    /// Statements about a package in a release.
    pub affected: u32,
    /// Statements about a vulnerability.
    pub vulnerabilities: u32,
    /// Known exploited vulnerabilities.
    pub exploited: u32,
    /// EPSS scores.
    pub epss: u32,
    /// Releases with support dates.
    pub end_of_life: u32,
    /// Repositories whose products are known.
    pub repositories: u32,
    /// Statements that said the same as another one of the same source.
    pub merged: u32,
}

impl Counts {
    /// All records of the input.
    pub fn read(&self) -> u32 {
        self.kept.saturating_add(self.skipped).saturating_add(self.rejected)
    }

    /// Everything that the database says in the source's name.
    pub fn statements(&self) -> u64 {
        let all = [
            self.affected,
            self.vulnerabilities,
            self.exploited,
            self.epss,
            self.end_of_life,
            self.repositories,
        ];
        all.into_iter().map(u64::from).sum()
    }

    fn fields(&mut self) -> [&mut u32; format::SOURCE_COUNTS] {
        [
            &mut self.kept,
            &mut self.skipped,
            &mut self.rejected,
            &mut self.affected,
            &mut self.vulnerabilities,
            &mut self.exploited,
            &mut self.epss,
            &mut self.end_of_life,
            &mut self.repositories,
            &mut self.merged,
        ]
    }

    /// In the order of the format.
    pub(crate) fn to_array(mut self) -> [u32; format::SOURCE_COUNTS] {
        self.fields().map(|field| *field)
    }

    /// The inverse of [`Counts::to_array`].
    pub(crate) fn from_array(values: [u32; format::SOURCE_COUNTS]) -> Counts {
        let mut counts = Counts::default();
        for (field, value) in counts.fields().into_iter().zip(values) {
            *field = value;
        }
        counts
    }

    fn add(&mut self, mut other: Counts) {
        for (field, value) in self.fields().into_iter().zip(other.fields()) {
            *field = field.saturating_add(*value);
        }
    }
}

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

/// Every string once, by number.
#[derive(Debug, Default)]
pub(crate) struct Strings(HashMap<Box<str>, u32>);

impl Strings {
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.0.get(text) {
            return id;
        }
        let id = u32::try_from(self.0.len()).expect("four thousand million strings fit no memory");
        self.0.insert(text.into(), id);
        id
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of a string that is there.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.0.get(text).copied()
    }

    /// The strings in the order of their numbers.
    pub(crate) fn list(&self) -> Vec<&str> {
        let mut list = vec![""; self.0.len()];
        for (text, &id) in &self.0 {
            list[id as usize] = text;
        }
        list
    }

    /// The same, without keeping anything else.
    pub(crate) fn into_list(self) -> Vec<Box<str>> {
        let mut list = vec![Box::default(); self.0.len()];
        for (text, id) in self.0 {
            list[id as usize] = text;
        }
        list
    }
}

/// [`Affected`] without the names of package, release and vulnerability, strings as numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) severity: Option<Severity>,
    pub(crate) raw_status: Option<u32>,
    pub(crate) channel: Option<u32>,
    pub(crate) modularity: Option<u32>,
    pub(crate) advisories: Box<[u32]>,
    pub(crate) architectures: Box<[u32]>,
    pub(crate) ranges: Box<[[Option<u32>; format::BOUNDS]]>,
    pub(crate) versions: Box<[u32]>,
    pub(crate) cpes: Box<[u32]>,
    pub(crate) platforms: Box<[u32]>,
    pub(crate) imports: Box<[ImportIds]>,
}

/// [`Import`] with strings as numbers: the path, then symbols, systems and architectures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ImportIds {
    pub(crate) path: u32,
    pub(crate) lists: [Box<[u32]>; 3],
}

impl Verdict {
    fn new(affected: &Affected, strings: &mut Strings) -> Verdict {
        let mut list = |texts: &[String]| texts.iter().map(|text| strings.intern(text)).collect();
        let advisories = list(&affected.advisories);
        let architectures = list(&affected.architectures);
        let versions = list(&affected.versions);
        let cpes = list(&affected.cpes);
        let platforms = list(&affected.platforms);
        let mut lists = |import: &Import| {
            [&import.symbols, &import.systems, &import.architectures].map(|texts| list(texts))
        };
        let lists: Vec<_> = affected.imports.iter().map(&mut lists).collect();
        let paths = affected.imports.iter().map(|import| strings.intern(&import.path));
        let imports = paths.zip(lists).map(|(path, lists)| ImportIds { path, lists }).collect();
        let mut one = |text: &Option<String>| text.as_deref().map(|text| strings.intern(text));
        let range = |range: &Range| {
            [&range.introduced, &range.after, &range.fixed, &range.last_affected].map(&mut one)
        };
        let ranges = affected.ranges.iter().map(range).collect();
        Verdict {
            status: affected.status,
            severity: affected.severity,
            raw_status: one(&affected.raw_status),
            channel: one(&affected.channel),
            modularity: one(&affected.modularity),
            advisories,
            architectures,
            ranges,
            versions,
            cpes,
            platforms,
            imports,
        }
    }

    /// Every string that it needs.
    pub(crate) fn each_string(&self, mut add: impl FnMut(u32)) {
        let ones = [self.raw_status, self.channel, self.modularity];
        ones.into_iter().flatten().for_each(&mut add);
        let bounds = self.ranges.as_flattened().iter().flatten();
        let lists =
            [&self.advisories, &self.architectures, &self.versions, &self.cpes, &self.platforms];
        let listed = lists.into_iter().flat_map(|list| list.iter());
        let imported = self.imports.iter().flat_map(|import| {
            let listed = import.lists.iter().flat_map(|list| list.iter());
            std::iter::once(&import.path).chain(listed)
        });
        bounds.chain(listed).chain(imported).for_each(|&id| add(id));
    }

    pub(crate) fn map_strings(mut self, map: impl Fn(u32) -> u32) -> Verdict {
        for one in [&mut self.raw_status, &mut self.channel, &mut self.modularity] {
            *one = one.map(&map);
        }
        let imports = self.imports.iter_mut();
        let imported = imports.flat_map(|import| {
            import.path = map(import.path);
            &mut import.lists
        });
        let lists = [
            &mut self.advisories,
            &mut self.architectures,
            &mut self.versions,
            &mut self.cpes,
            &mut self.platforms,
        ];
        for list in lists.into_iter().chain(imported) {
            for id in list {
                *id = map(*id);
            }
        }
        for bound in self.ranges.as_flattened_mut() {
            *bound = bound.map(&map);
        }
        self
    }
}

/// Every verdict once, by number.
#[derive(Debug, Default)]
pub(crate) struct Verdicts(HashMap<Verdict, u32>);

impl Verdicts {
    pub(crate) fn intern(&mut self, verdict: Verdict) -> u32 {
        let next = u32::try_from(self.0.len()).expect("as with strings");
        *self.0.entry(verdict).or_insert(next)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Verdicts with their numbers, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Verdict, u32)> {
        self.0.iter().map(|(verdict, &id)| (verdict, id))
    }

    /// The verdicts in the order of their numbers.
    pub(crate) fn list(&self) -> Vec<&Verdict> {
        let mut list: Vec<(u32, &Verdict)> =
            self.0.iter().map(|(verdict, &id)| (id, verdict)).collect();
        list.sort_unstable_by_key(|(id, _)| *id);
        list.into_iter().map(|(_, verdict)| verdict).collect()
    }

    /// The same, without keeping anything else.
    pub(crate) fn into_list(self) -> Vec<Verdict> {
        let mut list: Vec<(u32, Verdict)> =
            self.0.into_iter().map(|(verdict, id)| (id, verdict)).collect();
        list.sort_unstable_by_key(|(id, _)| *id);
        list.into_iter().map(|(_, verdict)| verdict).collect()
    }
}
