//! Blocks of texts, inflated one at a time.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use zstd::bulk::Decompressor;

use super::Database;
use super::format::{MAX_BLOCK, Section};

/// What is kept between two texts.
#[derive(Default)]
pub(super) struct Blocks(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Made when the first block is inflated: loading the dictionary takes as long as a block.
    decompressor: Option<Decompressor<'static>>,
    /// The block inflated last: the texts of one vulnerability are neighbours.
    last: Option<(u32, Arc<[u8]>)>,
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blocks")
    }
}

/// The block with a number, from the last one used or from the file.
pub(super) fn inflate(database: &Database, number: u32) -> Option<Arc<[u8]>> {
    let mut kept = database.blocks.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, block)) = kept.last.as_ref().filter(|(known, _)| *known == number) {
        return Some(Arc::clone(block));
    }
    let [position, stored, size] = database.row(Section::Blocks, number as usize)?;
    let bytes =
        database.section(Section::Texts).get(position as usize..)?.get(..stored as usize)?;
    let size = size as usize;
    let block: Arc<[u8]> = if stored as usize == size {
        bytes.into()
    } else if size <= MAX_BLOCK {
        if kept.decompressor.is_none() {
            let dictionary = database.section(Section::Dictionary);
            kept.decompressor = Decompressor::with_dictionary(dictionary).ok();
        }
        let block = kept.decompressor.as_mut()?.decompress(bytes, size).ok()?;
        (block.len() == size).then_some(block)?.into()
    } else {
        return None;
    };
    kept.last = Some((number, Arc::clone(&block)));
    Some(block)
}
