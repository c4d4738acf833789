//! One 512-byte header block: POSIX ustar, GNU, star and the seventh edition's form.
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06> and
//! <https://www.gnu.org/software/tar/manual/html_node/Standard.html>.

use super::sparse::Segment;

/// Length of a block; everything in a tar is padded to it.
pub(crate) const BLOCK: usize = 512;

/// A header block.
pub(super) struct Header<'a>(pub(super) &'a [u8; BLOCK]);

impl<'a> Header<'a> {
    /// Whether the block is one of those that end an archive.
    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().all(|&byte| byte == 0)
    }

    /// Whether the checksum is right, as a sum of unsigned or (some old tars) of signed bytes.
    pub(super) fn checksum_is_right(&self) -> bool {
        let Some(claimed) = number(&self.0[148..156]) else { return false };
        // The checksum's own field counts as eight spaces.
        let sum = |from: usize, to: usize| -> u64 {
            self.0[from..to].iter().map(|&byte| u64::from(byte)).sum()
        };
        let unsigned = sum(0, 148) + sum(156, BLOCK) + 8 * 32;
        if claimed == unsigned {
            return true;
        }
        let high = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte >= 128).count() as u64;
        let negative = (high(&self.0[..148]) + high(&self.0[156..])) * 256;
        unsigned.checked_sub(negative) == Some(claimed)
    }

    /// The name, without prefix.
    pub(super) fn name(&self) -> &'a [u8] {
        text(&self.0[..100])
    }

    /// What stands before the name, with a `/` between them.
    pub(super) fn prefix(&self) -> &'a [u8] {
        if &self.0[257..262] != b"ustar" || self.is_gnu() {
            return b"";
        }
        // star keeps two time stamps at the end of the field and marks that at the end of the block.
        let end = if &self.0[508..] == b"tar\0" { 476 } else { 500 };
        text(&self.0[345..end])
    }

    fn is_gnu(&self) -> bool {
        &self.0[257..265] == b"ustar  \0"
    }

    pub(super) fn mode(&self) -> Option<u64> {
        number(&self.0[100..108])
    }

    pub(super) fn uid(&self) -> Option<u64> {
        number(&self.0[108..116])
    }

    pub(super) fn gid(&self) -> Option<u64> {
        number(&self.0[116..124])
    }

    pub(super) fn size(&self) -> Option<u64> {
        number(&self.0[124..136])
    }

    pub(super) fn type_flag(&self) -> u8 {
        self.0[156]
    }

    pub(super) fn link_name(&self) -> &'a [u8] {
        text(&self.0[157..257])
    }

    /// The full length of an old GNU sparse file.
    pub(super) fn real_size(&self) -> Option<u64> {
        number(&self.0[483..495])
    }

    /// The first segments of an old GNU sparse file, and whether a block with more follows.
    pub(super) fn sparse_segments(&self, into: &mut Vec<Segment>) -> Option<bool> {
        sparse_segments(&self.0[386..482], into)?;
        Some(self.0[482] != 0)
    }
}

/// Reads pairs of offset and length until the first empty one; nothing if one is no number.
pub(super) fn sparse_segments(fields: &[u8], into: &mut Vec<Segment>) -> Option<()> {
    for pair in fields.chunks_exact(24) {
        let (offset, length) = pair.split_at(12);
        if offset.first() == Some(&0) {
            break;
        }
        into.push(Segment { offset: number(offset)?, length: number(length)? });
    }
    Some(())
}

/// The bytes before the first NUL.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// A number in octal digits or, with the highest bit set, in GNU's base 256. Empty is 0; nothing
/// for other texts, negative numbers and those over 64 bits.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    let (&first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        // The second highest bit is the sign.
        if first & 0x40 != 0 {
            return None;
        }
        return rest.iter().try_fold(u64::from(first & 0x3f), |value, &byte| {
            value.checked_mul(256).map(|shifted| shifted | u64::from(byte))
        });
    }
    let blank = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !blank(byte)).unwrap_or(field.len());
    let digits = field.get(start..)?;
    let end = digits.iter().position(blank).unwrap_or(digits.len());
    digits.get(..end)?.iter().try_fold(0u64, |value, &byte| match byte {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_in_all_forms() {
        for (field, value) in [
            (&b"0000644\0"[..], Some(0o644)),
            (b"   644 \0", Some(0o644)),
            (b"\0\0\0\0\0\0\0\0", Some(0)),
            (b"77777777777", Some(0o77_777_777_777)),
            (b"\x80\0\0\0\0\0\0\0\0\0\x01\x00", Some(256)),
            (b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", Some(u64::MAX)),
            (b"\x80\0\0\x01\0\0\0\0\0\0\0\0", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", None),
            (b"0000648\0", None),
            (b"-1\0\0\0\0\0\0", None),
        ] {
            assert_eq!(number(field), value, "{field:?}");
        }
    }
}
