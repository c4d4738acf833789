//! Which package of which release has which vulnerability.

use std::collections::{BTreeMap, BTreeSet};

use super::details::Details;
use super::{Counter, Pool, Sections, SourceOrder};
use crate::collector::{AffectedRow, Collector, ImportIds, Verdict};
use crate::database::format::{self, Section, put_u32, put_varint, verdict};

/// A verdict shorter than a reference to it is written where it is used.
const SHARED_FROM: usize = 5;

/// Sorted form of an [`AffectedRow`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    namespace: u32,
    hash: u32,
    package: u32,
    vulnerability: u32,
    source: u32,
    /// Rank of the encoded verdict, so that equal places are in a set order.
    verdict: u32,
}

pub(super) fn write(
    collector: &mut Collector,
    pool: &Pool,
    order: &SourceOrder,
    details: &Details,
    sections: &mut Sections,
    counter: &mut Counter<'_>,
) {
    let affected = std::mem::take(&mut collector.affected);
    let (verdicts, ranks) = encode_verdicts(collector, &affected, pool);
    let mut rows = sort_rows(affected, pool, order, details, &ranks);
    rows.dedup_by(|row, previous| {
        // Two snapshots of one list say the same.
        let same = row == previous;
        counter.of(order.by_place[row.source as usize]).merged += u32::from(same);
        same
    });
    let mut uses = vec![0u32; verdicts.len()];
    for row in &rows {
        uses[row.verdict as usize] += 1;
    }
    let mut shared = vec![None; verdicts.len()];

    let mut namespaces: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    let mut package_count = 0;
    for package in rows
        .chunk_by(|left, right| (left.namespace, left.package) == (right.namespace, right.package))
    {
        let [first, ..] = package else { continue };
        let (_, count) = namespaces.entry(first.namespace).or_insert((package_count, 0));
        *count += 1;
        package_count += 1;

        let position = sections.start(Section::Entries).len() as u32;
        let out = sections.start(Section::Packages);
        [first.hash, pool.id(first.package), position]
            .into_iter()
            .for_each(|value| put_u32(out, value));

        put_varint(sections.start(Section::Entries), package.len() as u32);
        let mut previous = 0;
        for row in package {
            let encoded = &verdicts[row.verdict as usize];
            let out = sections.start(Section::Entries);
            put_varint(out, row.vulnerability - previous);
            put_varint(out, row.source);
            previous = row.vulnerability;
            counter.of(order.by_place[row.source as usize]).affected += 1;

            if uses[row.verdict as usize] < 2 || encoded.len() < SHARED_FROM {
                put_varint(out, 0);
                out.extend_from_slice(encoded);
                continue;
            }
            let place = *shared[row.verdict as usize].get_or_insert_with(|| {
                let out = sections.start(Section::Verdicts);
                let place = out.len() as u32;
                out.extend_from_slice(encoded);
                place
            });
            put_varint(sections.start(Section::Entries), place + 1);
        }
    }
    write_namespaces(collector, pool, order, namespaces, sections);
}

/// Every verdict that a row has in the form of the file, sorted; and the place of each of the
/// collector's there.
fn encode_verdicts(
    collector: &mut Collector,
    rows: &[AffectedRow],
    pool: &Pool,
) -> (Vec<Vec<u8>>, Vec<u32>) {
    let list = std::mem::take(&mut collector.verdicts).into_list();
    let mut used = vec![false; list.len()];
    rows.iter().for_each(|row| used[row.verdict as usize] = true);
    let mut encoded: Vec<(Vec<u8>, usize)> = list
        .into_iter()
        .enumerate()
        .filter(|(id, _)| used[*id])
        .map(|(id, verdict)| (encode(verdict.map_strings(|id| pool.rank(id)), pool), id))
        .collect();
    encoded.sort_unstable();
    let mut ranks = vec![0; used.len()];
    let mut distinct: Vec<Vec<u8>> = Vec::with_capacity(encoded.len());
    for (bytes, id) in encoded {
        // Lists in another order make another verdict for the collector, but not for the file.
        if distinct.last() != Some(&bytes) {
            distinct.push(bytes);
        }
        ranks[id] = distinct.len() as u32 - 1;
    }
    (distinct, ranks)
}

fn encode(value: Verdict, pool: &Pool) -> Vec<u8> {
    let mut fields = 0;
    let mut body = Vec::new();
    let ones = [
        (verdict::RAW_STATUS, value.raw_status),
        (verdict::CHANNEL, value.channel),
        (verdict::MODULARITY, value.modularity),
    ];
    for (bit, one) in ones {
        if let Some(id) = one {
            fields |= bit;
            put_varint(&mut body, pool.id(id));
        }
    }
    let mut list = |bit: u32, ids: Box<[u32]>, body: &mut Vec<u8>| {
        if !ids.is_empty() {
            fields |= bit;
            put_sorted(body, ids, pool);
        }
    };
    list(verdict::ADVISORIES, value.advisories, &mut body);
    list(verdict::ARCHITECTURES, value.architectures, &mut body);
    if !value.ranges.is_empty() {
        put_varint(&mut body, value.ranges.len() as u32);
        for range in &value.ranges {
            let present = range.iter().enumerate().filter(|(_, bound)| bound.is_some());
            body.push(present.map(|(place, _)| 1 << place).sum());
            range.iter().flatten().for_each(|&id| put_varint(&mut body, pool.id(id)));
        }
    }
    list(verdict::VERSIONS, value.versions, &mut body);
    list(verdict::CPES, value.cpes, &mut body);
    list(verdict::PLATFORMS, value.platforms, &mut body);
    fields |= if value.ranges.is_empty() { 0 } else { verdict::RANGES };
    if !value.imports.is_empty() {
        fields |= verdict::IMPORTS;
        put_imports(&mut body, value.imports.into_vec(), pool);
    }

    let severity = value.severity.map_or(0, |severity| (severity as u8 + 1) << 4);
    let mut out = vec![value.status as u8 | severity];
    put_varint(&mut out, fields);
    out.extend(body);
    out
}

fn put_imports(out: &mut Vec<u8>, mut imports: Vec<ImportIds>, pool: &Pool) {
    for list in imports.iter_mut().flat_map(|import| &mut import.lists) {
        *list = sorted(std::mem::take(list)).into();
    }
    imports.sort_unstable();
    imports.dedup();
    put_varint(out, imports.len() as u32);
    for import in imports {
        put_varint(out, pool.id(import.path));
        import.lists.into_iter().for_each(|list| put_sorted(out, list, pool));
    }
}

fn put_sorted(out: &mut Vec<u8>, ids: Box<[u32]>, pool: &Pool) {
    let ids = sorted(ids);
    put_varint(out, ids.len() as u32);
    ids.iter().for_each(|&id| put_varint(out, pool.id(id)));
}

/// The order of a list says nothing, so the file has each in one order.
fn sorted(ids: Box<[u32]>) -> Vec<u32> {
    let mut ids = ids.into_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn sort_rows(
    affected: Vec<AffectedRow>,
    pool: &Pool,
    order: &SourceOrder,
    details: &Details,
    verdicts: &[u32],
) -> Vec<Row> {
    // Vulnerabilities are looked up once per id instead of once per row.
    let mut places = BTreeMap::new();
    let mut rows: Vec<Row> = affected
        .into_iter()
        .map(|row| {
            let package = pool.rank(row.package);
            Row {
                namespace: pool.rank(row.namespace),
                hash: format::hash(pool.text(package)),
                package,
                vulnerability: *places
                    .entry(row.vulnerability)
                    .or_insert_with(|| details.place(pool.text(pool.rank(row.vulnerability)))),
                source: order.place(row.source),
                verdict: verdicts[row.verdict as usize],
            }
        })
        .collect();
    rows.sort_unstable();
    rows
}

/// Writes the namespaces that have packages, and those that a source only declared.
fn write_namespaces(
    collector: &Collector,
    pool: &Pool,
    order: &SourceOrder,
    mut namespaces: BTreeMap<u32, (u32, u32)>,
    sections: &mut Sections,
) {
    let mut coverage = BTreeSet::new();
    for (index, source) in collector.sources.iter().enumerate() {
        for &namespace in &source.covers {
            namespaces.entry(pool.rank(namespace)).or_insert((0, 0));
            coverage.insert((pool.rank(namespace), order.place[index]));
        }
    }
    let mut places = BTreeMap::new();
    let out = sections.start(Section::Namespaces);
    for (place, (name, (first, count))) in namespaces.into_iter().enumerate() {
        [pool.id(name), first, count].into_iter().for_each(|value| put_u32(out, value));
        places.insert(name, place as u32);
    }
    let out = sections.start(Section::Coverage);
    for (namespace, source) in coverage {
        put_u32(out, places[&namespace]);
        put_u32(out, source);
    }
}
