//! LZMA as UPX writes it: two bytes of properties, then the coded data without a mark at the end.

use std::io::Read as _;

use lzma_rust2::LzmaReader;

/// What the decoder may look back; UPX's blocks are no larger than the program.
const MAX_DICTIONARY: usize = 1 << 28;

/// Appends so many bytes.
pub(super) fn unpack(packed: &[u8], to: &mut Vec<u8>, size: usize) -> Option<()> {
    let (head, coded) = packed.split_at_checked(2)?;
    let &[sum, literal] = head else { return None };
    let position = u32::from(sum & 7);
    let (low, context) = (u32::from(literal >> 4), u32::from(literal & 15));
    if u32::from(sum >> 3) != low + context || position > 4 || low > 4 || context > 8 {
        return None;
    }
    let dictionary = u32::try_from(size.clamp(1 << 12, MAX_DICTIONARY)).ok()?;
    let reader =
        LzmaReader::new(coded, size as u64, context, low, position, dictionary, None).ok()?;
    let read = reader.take(size as u64).read_to_end(to).ok()?;
    (read == size).then_some(())
}
