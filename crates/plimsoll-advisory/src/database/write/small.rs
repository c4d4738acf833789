//! The tables beside the advisories: exploitation, scores, support dates, repositories.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Counter, Pool, Sections, SourceOrder, details};
use crate::collector::{Collector, Counts};
use crate::database::format::{Section, put_u32};
use crate::sink::SourceId;

/// Leaves one record for each key where there are several: of two entries for a CVE the earlier
/// addition, of two statements about a release the later date. Done before the strings are
/// numbered, so that what goes leaves no trace.
pub(super) fn settle(collector: &mut Collector, order: &SourceOrder, counter: &mut Counter<'_>) {
    // No date comes behind every date: an open end is the latest.
    let date = |date: &Option<String>| (date.is_none(), date.clone());
    keep_first(
        &mut collector.exploited,
        |one| one.id.clone(),
        |one| (one.added.clone(), date(&one.due), one.ransomware),
        (order, counter, |counts| &mut counts.exploited),
    );
    keep_first(
        &mut collector.end_of_life,
        |one| (one.product.clone(), one.release.clone()),
        |one| (Reverse(date(&one.end_of_life)), Reverse(date(&one.extended_support))),
        (order, counter, |counts| &mut counts.end_of_life),
    );
}

/// Keeps the least of the records with one key, and of equal ones that of the first source. The
/// source of what stands is credited, the others are merged.
fn keep_first<T, K: Ord, V: Ord>(
    records: &mut Vec<(SourceId, T)>,
    key: impl Fn(&T) -> K,
    value: impl Fn(&T) -> V,
    (order, counter, count): (&SourceOrder, &mut Counter<'_>, fn(&mut Counts) -> &mut u32),
) {
    records.sort_by_cached_key(|(source, one)| (key(one), value(one), order.place(*source)));
    records.dedup_by(|(source, one), (_, known)| {
        let again = key(one) == key(known);
        counter.of(*source).merged += u32::from(again);
        again
    });
    records.iter().for_each(|(source, _)| *count(counter.of(*source)) += 1);
}

pub(super) fn write(
    collector: &Collector,
    pool: &Pool,
    sections: &mut Sections,
    counter: &mut Counter<'_>,
) {
    let out = sections.start(Section::Exploited);
    for (_, record) in &collector.exploited {
        let due = pool.optional(record.due.as_deref());
        let row = [pool.find(&record.id), pool.find(&record.added), due];
        row.into_iter().chain([u32::from(record.ransomware)]).for_each(|value| put_u32(out, value));
    }
    let out = sections.start(Section::EndOfLife);
    for (_, record) in &collector.end_of_life {
        let dates = [&record.end_of_life, &record.extended_support];
        let dates = dates.map(|date| pool.optional(date.as_deref()));
        let row = [pool.find(&record.product), pool.find(&record.release)];
        row.into_iter().chain(dates).for_each(|value| put_u32(out, value));
    }
    write_epss(collector, pool, sections, counter);
    write_repositories(collector, pool, sections, counter);
}

fn write_epss(
    collector: &Collector,
    pool: &Pool,
    sections: &mut Sections,
    counter: &mut Counter<'_>,
) {
    let scored: BTreeSet<SourceId> = collector.epss.values().map(|row| row.source).collect();
    let date = scored
        .iter()
        .filter_map(|source| collector.sources[usize::from(source.0)].date.as_deref())
        .max();
    let date = if collector.sealed { collector.epss_date.as_deref() } else { date };
    let out = sections.start(Section::Epss);
    put_u32(out, pool.optional(date));
    for (&key, row) in &collector.epss {
        put_u32(out, key);
        out.extend_from_slice(&row.probability.to_le_bytes()[..3]);
        out.extend_from_slice(&row.percentile.to_le_bytes()[..3]);
        counter.of(row.source).epss += 1;
    }
}

/// What several sources say of one repository becomes one list.
fn write_repositories(
    collector: &Collector,
    pool: &Pool,
    sections: &mut Sections,
    counter: &mut Counter<'_>,
) {
    let mut merged: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (source, record) in &collector.repositories {
        counter.of(*source).repositories += 1;
        let cpes = record.cpes.iter().map(|cpe| pool.rank_of(cpe));
        merged.entry(pool.rank_of(&record.name)).or_default().extend(cpes);
    }
    for (name, cpes) in merged {
        let position = sections.start(Section::Facts).len() as u32;
        let cpes: Vec<u32> = cpes.into_iter().map(|rank| pool.id(rank)).collect();
        details::put_list(sections.start(Section::Facts), cpes.into_iter());
        let out = sections.start(Section::Repositories);
        put_u32(out, pool.id(name));
        put_u32(out, position);
    }
}
