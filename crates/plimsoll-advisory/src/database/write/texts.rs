//! Titles, descriptions, dates and links, in compressed blocks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::details::Details;
use super::{Packer, Prepare, Sections};
use crate::database::format::{BLOCK_SIZE, Section, put_u32, put_varint};
use crate::model::Vulnerability;

/// A longer text is no description but an attempt to make the file large; it is cut.
const MAX_TEXT: usize = 64 * 1024;

/// No vulnerability has so many links that help; together with [`MAX_TEXT`] this keeps every
/// block below what readers accept.
const MAX_REFERENCES: usize = 128;

/// Where a text lies: its block, and the offset in the inflated block.
pub(super) type Place = (u32, u32);

/// Compresses the texts of all records, in the order of the list, on all processors; says where
/// each one went.
pub(super) fn write(
    details: &Details,
    prepare: Prepare,
    sections: &mut Sections,
) -> Vec<Option<Place>> {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    let mut places = Vec::new();
    for record in records(details) {
        let text = encode(record);
        places.push(text.map(|text| {
            if blocks.last().is_none_or(|block| block.len() >= BLOCK_SIZE) {
                blocks.push(Vec::new());
            }
            let number = blocks.len() as u32 - 1;
            let offset = blocks.last_mut().map_or(0, |block| {
                let offset = block.len();
                block.extend_from_slice(&text);
                offset
            });
            (number, offset as u32)
        }));
    }

    let packer = prepare(&blocks);
    sections.start(Section::Dictionary).extend_from_slice(&packer.dictionary);
    for (block, small) in blocks.iter().zip(compress_all(&blocks, &packer)) {
        let position = sections.start(Section::Texts).len() as u32;
        // A stored size equal to the inflated one says that the block is as it was.
        let bytes = small.as_ref().filter(|small| small.len() < block.len()).unwrap_or(block);
        let out = sections.start(Section::Blocks);
        put_u32(out, position);
        put_u32(out, bytes.len() as u32);
        put_u32(out, block.len() as u32);
        sections.start(Section::Texts).extend_from_slice(bytes);
    }
    places
}

fn compress_all(blocks: &[Vec<u8>], packer: &Packer) -> Vec<Option<Vec<u8>>> {
    let next = AtomicUsize::new(0);
    let small: Vec<Mutex<Option<Vec<u8>>>> = blocks.iter().map(|_| Mutex::default()).collect();
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(8));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(block), Some(place)) = (blocks.get(index), small.get(index)) else { break };
            *place.lock().unwrap_or_else(PoisonError::into_inner) = (packer.compress)(block);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.min(blocks.len()) {
            scope.spawn(work);
        }
    });
    small.into_iter().map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn records(details: &Details) -> impl Iterator<Item = &Vulnerability> {
    details.list.iter().flat_map(|one| &one.sources).map(|detail| &detail.record)
}

/// Nothing for a record without any text.
fn encode(record: &Vulnerability) -> Option<Vec<u8>> {
    let dates = [&record.published, &record.modified, &record.withdrawn];
    let dates = dates.map(|date| date.as_deref().unwrap_or_default());
    let texts = [record.title.as_str(), record.description.as_str()];
    let texts = texts.into_iter().chain(dates);
    if record.references.is_empty() && texts.clone().all(str::is_empty) {
        return None;
    }
    let mut out = Vec::new();
    texts.for_each(|text| put_text(&mut out, clip(text)));
    let links = record.references.iter().take(MAX_REFERENCES);
    put_varint(&mut out, links.len() as u32);
    links.for_each(|link| put_text(&mut out, clip(link)));
    Some(out)
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u32);
    out.extend_from_slice(text.as_bytes());
}

fn clip(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}
