//! Writes tiny databases in each format, and damages them. The fuzz targets start from them too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::time::{Duration, Instant};

use super::log::Sum;
use super::{ndb, parse_database};
use crate::Package;

const PAGE: usize = 512;

pub fn names(packages: &[Package]) -> Vec<&str> {
    packages.iter().map(|package| &*package.name).collect()
}

/// Headers of packages `p0`, `p1` and so on, of different lengths.
pub fn sample(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| header(&format!("p{number}"), number * 17 % 60)).collect()
}

/// A header blob of version `1.2-3` with so many files `usr/bin/fN`.
pub fn header(name: &str, files: usize) -> Vec<u8> {
    let mut blob = Blob::default();
    blob.text(1000, name).text(1001, "1.2").text(1002, "3").text(1011, "Example");
    blob.text(1014, "MIT").text(1022, "noarch").text(1044, "s-1-2.src.rpm");
    if files > 0 {
        blob.numbers(1116, &vec![0; files]);
        blob.texts(1117, &(0..files).map(|file| format!("f{file}")).collect::<Vec<_>>());
        blob.texts(1118, &["/usr/bin/".to_owned()]);
    }
    blob.finish()
}

/// Puts together a header blob.
#[derive(Default)]
pub struct Blob {
    table: Vec<u8>,
    store: Vec<u8>,
}

impl Blob {
    fn entry(&mut self, tag: u32, kind: u32, count: usize, value: &[u8]) -> &mut Blob {
        for number in [tag, kind, number(self.store.len()), number(count)] {
            self.table.extend(number.to_be_bytes());
        }
        self.store.extend(value);
        self
    }

    pub fn text(&mut self, tag: u32, text: &str) -> &mut Blob {
        self.entry(tag, 6, 1, format!("{text}\0").as_bytes())
    }

    pub fn texts(&mut self, tag: u32, texts: &[String]) -> &mut Blob {
        let joined: String = texts.iter().map(|text| format!("{text}\0")).collect();
        self.entry(tag, 8, texts.len(), joined.as_bytes())
    }

    pub fn numbers(&mut self, tag: u32, numbers: &[u32]) -> &mut Blob {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        self.entry(tag, 4, numbers.len(), &bytes)
    }

    pub fn finish(&self) -> Vec<u8> {
        let counts = [number(self.table.len() / 16), number(self.store.len())];
        [counts.map(u32::to_be_bytes).concat(), self.table.clone(), self.store.clone()].concat()
    }
}

/// A `Packages.db`.
pub fn ndb(blobs: &[Vec<u8>]) -> Vec<u8> {
    let mut slots = b"RpmP".to_vec();
    for word in [0, 1, 1, number(blobs.len()) + 1, 0, 0, 0u32] {
        slots.extend(word.to_le_bytes());
    }
    let mut blocks = Vec::new();
    for (blob, pkg) in blobs.iter().zip(1u32..) {
        let count = (16 + blob.len() + 12).div_ceil(16);
        let start = (4_096 + blocks.len()) / 16;
        slots.extend(b"Slot");
        for word in [pkg, number(start), number(count)] {
            slots.extend(word.to_le_bytes());
        }
        let mut framed = b"BlbS".to_vec();
        for word in [pkg, 1, number(blob.len())] {
            framed.extend(word.to_le_bytes());
        }
        framed.extend(blob);
        framed.resize(count * 16 - 12, 0);
        let sum = ndb::adler32(&framed);
        framed.extend([sum.to_le_bytes(), number(blob.len()).to_le_bytes(), *b"BlbE"].concat());
        blocks.extend(framed);
    }
    while slots.len() < 4_096 {
        slots.extend(b"Slot\0\0\0\0\0\0\0\0\0\0\0\0");
    }
    [slots, blocks].concat()
}

/// A `Packages` with one record on each hash page, behind the page that holds record 0.
pub fn berkeley(blobs: &[Vec<u8>], big: bool) -> Vec<u8> {
    let long = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
    let short = |number: usize| {
        let number = u16::try_from(number).unwrap();
        if big { number.to_be_bytes() } else { number.to_le_bytes() }
    };
    let mut pages: Vec<Vec<u8>> = vec![vec![0; PAGE]];
    let new_page = |pages: &mut Vec<Vec<u8>>, kind: u8| {
        let mut page = vec![0; PAGE];
        page[8..12].copy_from_slice(&long(number(pages.len())));
        page[25] = kind;
        pages.push(page);
        pages.len() - 1
    };
    let hash_page = |pages: &mut Vec<Vec<u8>>, at: usize, key: u32, value: &[u8]| {
        let key = [&[1][..], &long(key)].concat();
        let (key_at, value_at) = (PAGE - key.len(), PAGE - key.len() - value.len());
        pages[at][key_at..].copy_from_slice(&key);
        pages[at][value_at..key_at].copy_from_slice(value);
        pages[at][20..22].copy_from_slice(&short(2));
        pages[at][22..24].copy_from_slice(&short(value_at));
        pages[at][26..30].copy_from_slice(&[short(key_at), short(value_at)].concat());
    };
    let counter = new_page(&mut pages, 13);
    hash_page(&mut pages, counter, 0, &[&[1][..], &long(number(blobs.len()))].concat());
    for (blob, key) in blobs.iter().zip(1u32..) {
        let at = new_page(&mut pages, if key % 2 == 0 { 13 } else { 2 });
        if blob.len() < 400 {
            hash_page(&mut pages, at, key, &[&[1][..], blob].concat());
            continue;
        }
        let first = number(pages.len());
        hash_page(
            &mut pages,
            at,
            key,
            &[&[3, 0, 0, 0][..], &long(first), &long(number(blob.len()))].concat(),
        );
        let parts: Vec<_> = blob.chunks(PAGE - 26).collect();
        for (index, part) in parts.iter().enumerate() {
            let at = new_page(&mut pages, 7);
            let next = if index + 1 < parts.len() { number(at + 1) } else { 0 };
            pages[at][16..20].copy_from_slice(&long(next));
            pages[at][20..22].copy_from_slice(&short(1));
            pages[at][22..24].copy_from_slice(&short(part.len()));
            pages[at][26..][..part.len()].copy_from_slice(part);
        }
        // A page that was used once and is free now.
        new_page(&mut pages, 0);
    }
    let last = number(pages.len() - 1);
    for (at, word) in [(12, 0x0006_1561), (16, 9), (20, number(PAGE)), (32, last)] {
        pages[0][at..at + 4].copy_from_slice(&long(word));
    }
    pages[0][25] = 8;
    pages.concat()
}

/// A `rpmdb.sqlite` whose table has a root page and two rows a leaf.
pub fn sqlite(blobs: &[Vec<u8>]) -> Vec<u8> {
    let mut pages: Vec<Vec<u8>> = vec![Vec::new(); 2];
    let schema =
        "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)";
    let mut row = vec![7, 23, 29, 29, 1];
    row.extend(varint(schema.len() * 2 + 13));
    // The length of the header counts its own byte.
    row[0] = u8::try_from(row.len()).unwrap();
    row.extend(b"tablePackagesPackages\x02");
    row.extend(schema.as_bytes());
    let schema_cell = [varint(row.len()), vec![1], row].concat();

    let mut leaves: Vec<(u32, Vec<Vec<u8>>)> = Vec::new();
    for (blob, key) in blobs.iter().zip(1u32..) {
        let serial = varint(blob.len() * 2 + 12);
        let row = [vec![u8::try_from(serial.len() + 2).unwrap(), 0], serial, blob.clone()].concat();
        let length = row.len();
        let mut cell = [varint(length), varint(key as usize)].concat();
        let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
        let here = match least + length.saturating_sub(least) % (PAGE - 4) {
            _ if length <= most => length,
            here if here <= most => here,
            _ => least,
        };
        cell.extend(&row[..here]);
        if here < length {
            cell.extend(number(pages.len() + 1).to_be_bytes());
            let parts: Vec<_> = row[here..].chunks(PAGE - 4).collect();
            for (index, part) in parts.iter().enumerate() {
                let next = if index + 1 < parts.len() { number(pages.len() + 2) } else { 0 };
                let mut page = [&next.to_be_bytes()[..], part].concat();
                page.resize(PAGE, 0);
                pages.push(page);
            }
        }
        match leaves.last_mut() {
            Some((last, cells)) if cells.concat().len() + cell.len() < 480 => {
                *last = key;
                cells.push(cell);
            }
            _ => leaves.push((key, vec![cell])),
        }
    }
    pages[1] = match leaves.len() {
        0 | 1 => {
            tree_page(13, 0, &leaves.first().map(|leaf| leaf.1.clone()).unwrap_or_default(), 0)
        }
        _ => {
            let mut cells: Vec<Vec<u8>> = Vec::new();
            let mut right = 0;
            for (last, leaf) in &leaves {
                pages.push(tree_page(13, 0, leaf, 0));
                right = number(pages.len());
                cells.push([&right.to_be_bytes()[..], &varint(*last as usize)].concat());
            }
            cells.pop();
            tree_page(5, 0, &cells, right)
        }
    };
    let mut first = tree_page(13, 100, &[schema_cell], 0);
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..24].copy_from_slice(&[2, 0, 2, 2, 0, 64, 32, 32]);
    for (at, word) in [(24, 5), (28, number(pages.len())), (56, 1), (92, 5)] {
        first[at..at + 4].copy_from_slice(&u32::to_be_bytes(word));
    }
    pages[0] = first;
    pages.concat()
}

fn tree_page(kind: u8, header: usize, cells: &[Vec<u8>], right: u32) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    let short = |number: usize| u16::try_from(number).unwrap().to_be_bytes();
    page[header] = kind;
    page[header + 3..header + 5].copy_from_slice(&short(cells.len()));
    let mut array = header + 8;
    if kind == 5 {
        page[array..array + 4].copy_from_slice(&right.to_be_bytes());
        array += 4;
    }
    let mut start = PAGE;
    for cell in cells {
        start -= cell.len();
        page[start..][..cell.len()].copy_from_slice(cell);
        page[array..array + 2].copy_from_slice(&short(start));
        array += 2;
    }
    assert!(array <= start, "the cells do not fit");
    page[header + 5..header + 7].copy_from_slice(&short(start));
    page
}

/// A log that holds all pages of a database, committed at the end, as a big-endian machine writes
/// its sums.
pub fn log(database: &[u8]) -> Vec<u8> {
    let mut log = Vec::new();
    for word in [0x377f_0683, 3_007_000, number(PAGE), 0, 17, 4] {
        log.extend(u32::to_be_bytes(word));
    }
    let mut sum = Sum { big_endian: true, low: 0, high: 0 };
    sum.add(&log);
    log.extend([sum.low.to_be_bytes(), sum.high.to_be_bytes()].concat());
    let count = number(database.len() / PAGE);
    for (page, at) in database.chunks(PAGE).zip(1u32..) {
        let commit = if at == count { count } else { 0 };
        let preface = [at.to_be_bytes(), commit.to_be_bytes()].concat();
        sum.add(&preface);
        sum.add(page);
        let words = [17u32, 4, sum.low, sum.high].map(u32::to_be_bytes).concat();
        log.extend([preface, words, page.to_vec()].concat());
    }
    log
}

fn varint(number: usize) -> Vec<u8> {
    let low = u8::try_from(number & 0x7f).unwrap();
    match number >> 7 {
        0 => vec![low],
        high => vec![u8::try_from(high).unwrap() | 0x80, low],
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}

/// Cuts a database at every `step` bytes and flips thousands of bits: no package may go missing
/// without a word, and nothing may take long.
pub fn expect_all_damage_told(database: &[u8], step: usize) {
    let whole = parse_database(database, None);
    assert_eq!(whole.problems, []);
    let started = Instant::now();
    for end in (0..database.len()).step_by(step) {
        let parsed = parse_database(&database[..end], None);
        assert!(!parsed.problems.is_empty(), "cut at {end}");
        assert!(parsed.value.len() <= whole.value.len());
    }
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for round in 0..6_000 {
        let mut broken = database.to_vec();
        let mut places = Vec::new();
        for _ in 0..=round % 3 {
            let (at, bit) = (random(broken.len()), random(8));
            broken[at] ^= 1 << bit;
            places.push((at, bit));
        }
        let parsed = parse_database(&broken, None);
        let fewer = parsed.value.len() < whole.value.len();
        assert!(!fewer || !parsed.problems.is_empty(), "lost packages at {places:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}
