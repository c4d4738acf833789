//! ELF: behind the program headers stand an `l_info`, a `p_info`, and blocks, each with a `b_info`:
//! the original headers, the loaded segments in their order, and behind the code that unpacks them
//! what lies between segments.

use super::{Failure, block, check_size, filter, u16_at, u32_at};

/// Checksum, magic, sizes.
const L_INFO: usize = 12;
/// Identity, size of the file, size of blocks.
const P_INFO: usize = 12;
/// Sizes unpacked and packed, method, filter, its mark, nothing.
const B_INFO: usize = 12;

const LOAD: u32 = 1;
const EXECUTABLE: u32 = 1;

/// Program headers of the original; real ones have a dozen.
const MAX_SEGMENTS: u16 = 512;

pub(super) fn unpack(content: &[u8]) -> Result<Vec<u8>, Failure> {
    let head = Head::of(content).ok_or(Failure::NotPacked)?;
    let info = head.info(content).ok_or(Failure::NotPacked)?;
    let big_endian = head.big_endian;
    let size = u32_at(content, info + L_INFO + 4, big_endian).ok_or(Failure::Damaged)? as usize;
    check_size(size, content.len())?;
    let at = info + L_INFO + P_INFO;
    let mut blocks = Blocks { content, at, big_endian, left: size };

    let mut made = Vec::new();
    blocks.take(&mut made, false)?;
    let original = Head::of(&made).ok_or(Failure::Damaged)?;
    let segments = original.segments(&made).ok_or(Failure::Damaged)?;
    let headers = made.len();
    if headers > size {
        return Err(Failure::Damaged);
    }
    let mut first_code = true;
    for segment in &segments {
        // The headers are the beginning of the segment that has them.
        let start = if segment.start == 0 { headers } else { segment.start };
        if segment.end > size || start > segment.end {
            return Err(Failure::Damaged);
        }
        let mut data = Vec::new();
        while data.len() < segment.end - start {
            blocks.take(&mut data, first_code && segment.executable)?;
        }
        first_code &= !segment.executable;
        write(&mut made, start, &data, size)?;
    }
    let segments_end = made.len();
    if rest(&mut blocks, &head, content, &segments, &mut made, size).is_none() {
        // Without what lies between segments there are no section headers.
        made.truncate(segments_end);
        original.forget_sections(&mut made);
    }
    Ok(made)
}

/// What lies between the segments and behind the last one.
fn rest(
    blocks: &mut Blocks<'_>,
    head: &Head,
    content: &[u8],
    segments: &[Segment],
    made: &mut Vec<u8>,
    size: usize,
) -> Option<()> {
    blocks.at = head.segments(content)?.first()?.end.checked_next_multiple_of(4)?;
    for (index, segment) in segments.iter().enumerate() {
        let next = segments.get(index + 1).map_or(size, |next| next.start);
        let gap = next.checked_sub(segment.end)?;
        let mut data = Vec::new();
        while data.len() < gap {
            blocks.take(&mut data, false).ok()?;
        }
        write(made, segment.end, &data, size).ok()?;
    }
    Some(())
}

fn write(made: &mut Vec<u8>, at: usize, data: &[u8], size: usize) -> Result<(), Failure> {
    let end = at.checked_add(data.len()).filter(|&end| end <= size).ok_or(Failure::Damaged)?;
    if made.len() < end {
        made.resize(end, 0);
    }
    made.get_mut(at..end).ok_or(Failure::Damaged)?.copy_from_slice(data);
    Ok(())
}

/// The blocks one after the other.
struct Blocks<'a> {
    content: &'a [u8],
    at: usize,
    big_endian: bool,
    /// Bytes that may still come of them: each byte of the file comes from one block.
    left: usize,
}

impl Blocks<'_> {
    fn take(&mut self, to: &mut Vec<u8>, is_code: bool) -> Result<(), Failure> {
        let word = |at| u32_at(self.content, at, self.big_endian).map(|word| word as usize);
        let (size, packed) =
            word(self.at).zip(word(self.at.saturating_add(4))).ok_or(Failure::Damaged)?;
        let Some(&[method, filter, mark, _]) =
            self.content.get(self.at + 8..self.at + B_INFO).and_then(|bytes| bytes.first_chunk())
        else {
            return Err(Failure::Damaged);
        };
        // A block of nothing is the end.
        if packed == 0 || size == 0 || packed > size || size > self.left {
            return Err(Failure::Damaged);
        }
        let data = self.content.get(self.at + B_INFO..).and_then(|rest| rest.get(..packed));
        let start = to.len();
        block(data.ok_or(Failure::Damaged)?, method, size, to)?;
        if is_code && let Some(code) = to.get_mut(start..) {
            filter::undo(code, filter, mark, 0);
        }
        self.left -= size;
        self.at += B_INFO + packed;
        Ok(())
    }
}

/// The header of an ELF file, as far as it matters here.
struct Head {
    big_endian: bool,
    wide: bool,
    table: usize,
    entry_size: u16,
    entries: u16,
}

struct Segment {
    start: usize,
    end: usize,
    executable: bool,
}

impl Head {
    fn of(content: &[u8]) -> Option<Head> {
        let (wide, big_endian) = match content.get(..6)? {
            [0x7f, b'E', b'L', b'F', class @ 1..=2, order @ 1..=2] => (*class == 2, *order == 2),
            _ => return None,
        };
        let short = |at| u16_at(content, at, big_endian);
        let (table, entry_size, entries) = match wide {
            true => (word(content, 32, true, big_endian)?, short(54)?, short(56)?),
            false => (word(content, 28, false, big_endian)?, short(42)?, short(44)?),
        };
        (entries <= MAX_SEGMENTS).then_some(Head { big_endian, wide, table, entry_size, entries })
    }

    /// Where the `l_info` stands: behind the program headers, or as the end of the file says.
    fn info(&self, content: &[u8]) -> Option<usize> {
        let table = usize::from(self.entry_size) * usize::from(self.entries);
        let behind = self.table.checked_add(table)?;
        let last = content.len().checked_sub(4)?;
        let told =
            u32_at(content, last, self.big_endian).and_then(|at| (at as usize).checked_sub(L_INFO));
        let is_info = |&at: &usize| {
            at.checked_add(4).and_then(|magic| content.get(magic..)?.get(..4)) == Some(super::MAGIC)
        };
        [Some(behind), told].into_iter().flatten().find(is_info)
    }

    /// The parts of the file that are loaded.
    fn segments(&self, content: &[u8]) -> Option<Vec<Segment>> {
        let mut segments = Vec::new();
        for index in 0..usize::from(self.entries) {
            let at = self.table.checked_add(index * usize::from(self.entry_size))?;
            let kind = u32_at(content, at, self.big_endian)?;
            let (flags, offset, size) = if self.wide { (4, 8, 32) } else { (24, 4, 16) };
            if kind != LOAD {
                continue;
            }
            let start = word(content, at + offset, self.wide, self.big_endian)?;
            let size = word(content, at + size, self.wide, self.big_endian)?;
            let flags = u32_at(content, at + flags, self.big_endian)?;
            let end = start.checked_add(size)?;
            segments.push(Segment { start, end, executable: flags & EXECUTABLE != 0 });
        }
        Some(segments)
    }

    /// Takes the place of the section headers out of a header.
    fn forget_sections(&self, made: &mut [u8]) {
        let places = if self.wide { [40..48, 60..64] } else { [32..36, 48..52] };
        for place in places {
            if let Some(bytes) = made.get_mut(place) {
                bytes.fill(0);
            }
        }
    }
}

fn word(content: &[u8], at: usize, wide: bool, big_endian: bool) -> Option<usize> {
    let size = if wide { 8 } else { 4 };
    let bytes = content.get(at..)?;
    usize::try_from(crate::go::number(bytes, size, big_endian)?).ok()
}
