//! What sources say about each vulnerability, and the index of its names.

use std::collections::{BTreeMap, BTreeSet};

use super::texts::Place;
use super::{Counter, Pool, Sections, SourceOrder};
use crate::collector::Collector;
use crate::database::format::{self, Section, detail, put_u32, put_varint};
use crate::model::Vulnerability;
use crate::sink::SourceId;

/// All vulnerabilities by id; one that is only named by packages has no details.
pub(super) struct Details {
    pub(super) list: Vec<Described>,
}

/// One vulnerability.
pub(super) struct Described {
    id: Box<str>,
    pub(super) sources: Vec<Detail>,
}

/// What one source says.
pub(super) struct Detail {
    source: SourceId,
    place: u32,
    pub(super) record: Vulnerability,
    /// How many of the source's records went into this one.
    parts: u32,
}

impl Details {
    /// Makes one record of everything that one source said about one vulnerability.
    pub(super) fn merge(collector: &mut Collector, order: &SourceOrder) -> Details {
        let mut grouped: BTreeMap<(String, u32), (SourceId, Vec<Vulnerability>)> = BTreeMap::new();
        for (source, mut record) in std::mem::take(&mut collector.vulnerabilities) {
            let key = (std::mem::take(&mut record.id), order.place(source));
            grouped.entry(key).or_insert_with(|| (source, Vec::new())).1.push(record);
        }
        let mut list: BTreeMap<Box<str>, Vec<Detail>> = BTreeMap::new();
        for ((id, place), (source, records)) in grouped {
            let parts = records.len() as u32;
            let record = combine(&id, records);
            list.entry(id.into()).or_default().push(Detail { source, place, record, parts });
        }
        let named: BTreeSet<u32> = collector.affected.iter().map(|row| row.vulnerability).collect();
        let strings = collector.strings.list();
        for id in named {
            list.entry(strings[id as usize].into()).or_default();
        }
        Details { list: list.into_iter().map(|(id, sources)| Described { id, sources }).collect() }
    }

    /// The row of a vulnerability that is in the list.
    pub(super) fn place(&self, id: &str) -> u32 {
        let place = self.list.binary_search_by(|probe| (*probe.id).cmp(id));
        place.expect("every id that a package names was put into the list") as u32
    }

    /// Every string that the facts need.
    pub(super) fn each_string(&self, add: &mut impl FnMut(&str)) {
        for vulnerability in &self.list {
            add(&vulnerability.id);
            for Detail { record, .. } in &vulnerability.sources {
                let lists = [&record.aliases, &record.related, &record.cvss, &record.weaknesses];
                lists.into_iter().flatten().chain(&record.exploitation).for_each(|text| add(text));
            }
        }
    }
}

/// Lists are united; texts and dates are those of the record that was changed last.
fn combine(id: &str, mut records: Vec<Vulnerability>) -> Vulnerability {
    let modified = |record: &Vulnerability| record.modified.clone();
    records.sort_by(|left, right| {
        modified(left).cmp(&modified(right)).then_with(|| left.cmp(right)).reverse()
    });
    let mut records = records.into_iter();
    let mut all = records.next().unwrap_or_default();
    for record in records {
        all.aliases.extend(record.aliases);
        all.related.extend(record.related);
        all.cvss.extend(record.cvss);
        all.weaknesses.extend(record.weaknesses);
        all.references.extend(record.references);
        all.severity = all.severity.max(record.severity);
        all.published = earlier(all.published, record.published);
        all.exploitation = all.exploitation.or(record.exploitation);
        all.malicious |= record.malicious;
        // A record taken back does not hide one that still stands.
        all.withdrawn = all.withdrawn.filter(|_| record.withdrawn.is_some());
        for (text, other) in
            [(&mut all.title, record.title), (&mut all.description, record.description)]
        {
            if text.is_empty() {
                *text = other;
            }
        }
    }
    all.aliases.retain(|alias| alias != id);
    for list in [&mut all.aliases, &mut all.related, &mut all.cvss, &mut all.weaknesses] {
        list.sort_unstable();
        list.dedup();
        list.retain(|text| !text.is_empty());
    }
    let mut seen = BTreeSet::new();
    all.references.retain(|link| !link.is_empty() && seen.insert(link.clone()));
    all
}

fn earlier(left: Option<String>, right: Option<String>) -> Option<String> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}

/// Writes the vulnerabilities, their facts and their names; texts are written before, so that
/// their places are known.
pub(super) fn write(
    details: &Details,
    pool: &Pool,
    texts: Vec<Option<Place>>,
    sections: &mut Sections,
    counter: &mut Counter<'_>,
) {
    let mut texts = texts.into_iter();
    let mut names: BTreeSet<(u32, u32, u32)> = BTreeSet::new();
    for (place, vulnerability) in details.list.iter().enumerate() {
        let id = pool.find(&vulnerability.id);
        let aliases: BTreeSet<u32> = vulnerability
            .sources
            .iter()
            .flat_map(|detail| &detail.record.aliases)
            .map(|alias| pool.rank_of(alias))
            .collect();
        for &name in aliases.iter().chain([&pool.rank_of(&vulnerability.id)]) {
            names.insert((format::hash(pool.text(name)), name, place as u32));
        }

        let position = sections.start(Section::Facts).len() as u32;
        let out = sections.start(Section::Vulnerabilities);
        put_u32(out, id);
        put_u32(out, position);

        let out = sections.start(Section::Facts);
        let aliases: Vec<u32> = aliases.into_iter().map(|rank| pool.id(rank)).collect();
        put_list(out, aliases.into_iter());
        put_varint(out, vulnerability.sources.len() as u32);
        for part in &vulnerability.sources {
            let record = &part.record;
            let text = texts.next().flatten();
            let mut flags = record.severity.map_or(0, |severity| severity as u8 + 1);
            for (bit, present) in [
                (detail::WITHDRAWN, record.withdrawn.is_some()),
                (detail::EXPLOITATION, record.exploitation.is_some()),
                (detail::TEXT, text.is_some()),
                (detail::MORE, record.malicious || !record.related.is_empty()),
            ] {
                if present {
                    flags |= bit;
                }
            }
            put_varint(out, part.place);
            out.push(flags);
            put_list(out, record.cvss.iter().map(|text| pool.find(text)));
            put_list(out, record.weaknesses.iter().map(|text| pool.find(text)));
            if let Some(word) = &record.exploitation {
                put_varint(out, pool.find(word));
            }
            if let Some((block, offset)) = text {
                put_varint(out, block);
                put_varint(out, offset);
            }
            if flags & detail::MORE != 0 {
                out.push(if record.malicious { detail::MALICIOUS } else { 0 });
                put_list(out, record.related.iter().map(|text| pool.find(text)));
            }
            let counts = counter.of(part.source);
            counts.vulnerabilities += 1;
            counts.merged += part.parts - 1;
        }
    }
    let out = sections.start(Section::Names);
    for (hash, name, place) in names {
        [hash, pool.id(name), place].into_iter().for_each(|value| put_u32(out, value));
    }
}

pub(super) fn put_list(out: &mut Vec<u8>, ids: impl ExactSizeIterator<Item = u32>) {
    put_varint(out, ids.len() as u32);
    ids.for_each(|id| put_varint(out, id));
}
