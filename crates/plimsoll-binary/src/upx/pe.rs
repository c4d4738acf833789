//! Windows: one block, whose unpacked bytes are the sections at their addresses, and behind them the
//! original headers. A file is made of them that has no imports: nobody is to run it.

use memchr::memmem;

use super::{Failure, HEAD, MAGIC, block, check_size, filter, u16_at, u32_at};

/// Magic, version, format, method, level, two checksums, three sizes, filter, its mark.
const PACK_HEADER: usize = 32;

/// Formats of the pack header: 32 bits, ARM, 64 bits.
const FORMATS: &[u8] = &[9, 21, 36, 44];

/// The DOS header that stands before everything, and where in it the other one's place is.
const DOS_HEADER: usize = 64;
const PLACE: usize = 60;

/// One entry of the table of sections.
const SECTION: usize = 40;

const MAX_SECTIONS: usize = 96;

/// Where sections start in the file that is made.
const ALIGNMENT: usize = 512;

pub(super) fn unpack(content: &[u8]) -> Result<Vec<u8>, Failure> {
    let head = content.get(..content.len().min(HEAD)).unwrap_or_default();
    let at = memmem::find_iter(head, MAGIC)
        .find(|at| content.get(at + 5).is_some_and(|format| FORMATS.contains(format)))
        .ok_or(Failure::NotPacked)?;
    let byte = |offset: usize| content.get(at + offset).copied().ok_or(Failure::Damaged);
    let size = |offset| u32_at(content, at + offset, false).map(|size| size as usize);
    let (size, packed) = size(16).zip(size(20)).ok_or(Failure::Damaged)?;
    check_size(size, content.len())?;
    let data = content.get(at + PACK_HEADER..).and_then(|rest| rest.get(..packed));
    let mut image = Vec::new();
    block(data.ok_or(Failure::Damaged)?, byte(6)?, size, &mut image)?;
    rebuild(&mut image, byte(28)?, byte(29)?).ok_or(Failure::Damaged)
}

fn rebuild(image: &mut [u8], filter: u8, mark: u8) -> Option<Vec<u8>> {
    let last = image.len().checked_sub(4)?;
    let header = u32_at(image, last, false)? as usize;
    if image.get(header..)?.get(..4)? != b"PE\0\0" {
        return None;
    }
    let word = |image: &[u8], at: usize| Some(u32_at(image, at, false)? as usize);
    let sections = usize::from(u16_at(image, header + 6, false)?);
    let optional = usize::from(u16_at(image, header + 20, false)?);
    let table = header + 24 + optional;
    if sections > MAX_SECTIONS {
        return None;
    }
    // The image starts at the address of the first section.
    let base = word(image, table + 12)?;
    let (code_size, code_base) = (word(image, header + 28)?, word(image, header + 44)?);
    let offset = code_base.checked_sub(base)?;
    if let Some(code) = image.get_mut(offset..offset.checked_add(code_size)?) {
        filter::undo(code, filter, mark, u32::try_from(offset).ok()?);
    }
    let table_end = table.checked_add(sections * SECTION)?;
    let mut made = vec![0; DOS_HEADER];
    made.get_mut(..2)?.copy_from_slice(b"MZ");
    *made.get_mut(PLACE)? = DOS_HEADER as u8;
    made.extend_from_slice(image.get(header..table_end)?);
    let own_table = DOS_HEADER + table - header;
    for index in 0..sections {
        let entry = own_table + index * SECTION;
        let address = word(&made, entry + 12)?.checked_sub(base);
        let size = word(&made, entry + 16)?;
        made.resize(made.len().checked_next_multiple_of(ALIGNMENT)?, 0);
        let place = u32::try_from(made.len()).ok()?;
        // What was not packed, as resources, or has no data, is empty here.
        let data = address.and_then(|address| image.get(address..)).unwrap_or_default();
        let data = data.get(..size.min(data.len()))?;
        made.extend_from_slice(data);
        let length = u32::try_from(data.len()).ok()?;
        made.get_mut(entry + 16..entry + 20)?.copy_from_slice(&length.to_le_bytes());
        made.get_mut(entry + 20..entry + 24)?.copy_from_slice(&place.to_le_bytes());
        // Sections do not overlap, only their alignment is added.
        if made.len() > image.len().saturating_mul(2) {
            return None;
        }
    }
    Some(made)
}
