//! The strings of a file: each once, and those that are needed together beside each other.

use std::collections::HashMap;

use super::details::Details;
use super::{Sections, WriteOptions};
use crate::collector::{Collector, Strings, Verdict};
use crate::database::format::{NONE, Section, put_u32};
use crate::model::Source;

/// Every string of the file. A string's *rank* is its place among all by their bytes, by which
/// things are sorted; its *id* is its place in the file, which is what is written.
pub(super) struct Pool {
    /// The collector's numbers to ranks.
    ranks: Vec<u32>,
    /// By rank.
    sorted: Vec<Box<str>>,
    /// Ranks to ids.
    ids: Vec<u32>,
}

impl Pool {
    /// Takes the strings that are used out of the collector, with those of the other records
    /// added. What was interned and is not used any more leaves no trace.
    pub(super) fn new(
        collector: &mut Collector,
        details: &Details,
        options: &WriteOptions,
    ) -> Pool {
        let mut groups = groups(collector);
        let mut strings: Strings = std::mem::take(&mut collector.strings);
        let mut add = |text: &str| {
            let id = strings.intern(text) as usize;
            if id >= groups.len() {
                groups.resize(id + 1, Group::Unused);
            }
            groups[id] = Group::General;
        };
        details.each_string(&mut add);
        for source in &collector.sources {
            let Source { id, name, url, license } = &source.source;
            [id, name, url, license].into_iter().chain(&source.date).for_each(|text| add(text));
        }
        for (_, record) in &collector.exploited {
            [&record.id, &record.added].into_iter().chain(&record.due).for_each(|text| add(text));
        }
        for (_, record) in &collector.end_of_life {
            let dates = record.end_of_life.iter().chain(&record.extended_support);
            [&record.product, &record.release].into_iter().chain(dates).for_each(|text| add(text));
        }
        for (_, record) in &collector.repositories {
            std::iter::once(&record.name).chain(&record.cpes).for_each(|text| add(text));
        }
        let others = [&options.created, &options.builder, &collector.epss_date];
        others.into_iter().flatten().for_each(|text| add(text));

        let list = strings.into_list().into_iter().enumerate();
        let mut sorted: Vec<(Box<str>, usize)> = list
            .filter(|(id, _)| groups[*id] != Group::Unused)
            .map(|(id, text)| (text, id))
            .collect();
        sorted.sort_unstable();
        // What is not used has no rank, and asking for it would stop the build.
        let mut ranks = vec![NONE; groups.len()];
        let mut by_id = Vec::with_capacity(sorted.len());
        for (rank, (_, id)) in sorted.iter().enumerate() {
            ranks[*id] = rank as u32;
            by_id.push((groups[*id], rank));
        }
        by_id.sort_unstable();
        let mut ids = vec![0; by_id.len()];
        for (id, (_, rank)) in by_id.into_iter().enumerate() {
            ids[rank] = id as u32;
        }
        Pool { ranks, sorted: sorted.into_iter().map(|(text, _)| text).collect(), ids }
    }

    /// The id of a string with this rank.
    pub(super) fn id(&self, rank: u32) -> u32 {
        self.ids[rank as usize]
    }

    /// The rank of a string of the collector.
    pub(super) fn rank(&self, id: u32) -> u32 {
        let rank = self.ranks[id as usize];
        debug_assert_ne!(rank, NONE, "a string that is written was counted as used");
        rank
    }

    /// The rank of a text that was added.
    pub(super) fn rank_of(&self, text: &str) -> u32 {
        let place = self.sorted.binary_search_by(|probe| (**probe).cmp(text));
        place.expect("all strings were added when the pool was made") as u32
    }

    /// The id of a text that was added.
    pub(super) fn find(&self, text: &str) -> u32 {
        self.id(self.rank_of(text))
    }

    /// The same, for what may be absent.
    pub(super) fn optional(&self, text: Option<&str>) -> u32 {
        text.map_or(NONE, |text| self.find(text))
    }

    /// The text with a rank.
    pub(super) fn text(&self, rank: u32) -> &str {
        &self.sorted[rank as usize]
    }

    pub(super) fn write(&self, sections: &mut Sections) {
        let mut by_id = vec![""; self.sorted.len()];
        for (text, &id) in self.sorted.iter().zip(&self.ids) {
            by_id[id as usize] = text;
        }
        let mut end = 0u64;
        let index = sections.start(Section::StringIndex);
        put_u32(index, 0);
        for text in &by_id {
            end += text.len() as u64;
            // A pool past 4 GiB is refused when its section is finished.
            put_u32(index, end as u32);
        }
        sections.start(Section::Strings).extend(by_id.iter().flat_map(|text| text.bytes()));
    }
}

/// Where a string stands in the file, so that a scan of one release touches few pages: beside others
/// that the same release needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    /// Statements of several distributions or ecosystems need it.
    Shared,
    /// Statements of one distribution or ecosystem need it, in this namespace first (by rank).
    Namespace(u32),
    /// Something besides statements needs it.
    General,
    /// Nothing needs it; it is not written.
    Unused,
}

/// The group of each of the collector's strings that its statements about packages need.
fn groups(collector: &Collector) -> Vec<Group> {
    let mut groups = vec![Group::Unused; collector.strings.len()];
    let texts = collector.strings.list();
    let mut namespaces: Vec<u32> = collector.affected.iter().map(|row| row.namespace).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    namespaces.sort_unstable_by_key(|&id| texts[id as usize]);
    let family = |namespace: u32| {
        let text = texts[namespaces[namespace as usize] as usize];
        text.split(':').next().unwrap_or(text)
    };
    let place: HashMap<u32, u32> =
        namespaces.iter().enumerate().map(|(place, &id)| (id, place as u32)).collect();
    let mut verdicts: Vec<Option<&Verdict>> = vec![None; collector.verdicts.len()];
    for (verdict, id) in collector.verdicts.iter() {
        verdicts[id as usize] = Some(verdict);
    }
    for row in &collector.affected {
        let namespace = place[&row.namespace];
        let mut add = |id: u32| {
            let group = &mut groups[id as usize];
            *group = match *group {
                Group::Unused => Group::Namespace(namespace),
                Group::Namespace(known) if known == namespace => return,
                Group::Namespace(known) if family(known) == family(namespace) => {
                    Group::Namespace(known.min(namespace))
                }
                Group::Namespace(_) | Group::Shared => Group::Shared,
                Group::General => Group::General,
            };
        };
        add(row.package);
        if let Some(verdict) = verdicts[row.verdict as usize] {
            verdict.each_string(add);
        }
    }
    for row in &collector.affected {
        groups[row.namespace as usize] = Group::General;
        groups[row.vulnerability as usize] = Group::General;
    }
    for source in &collector.sources {
        source.covers.iter().for_each(|&id| groups[id as usize] = Group::General);
    }
    groups
}
