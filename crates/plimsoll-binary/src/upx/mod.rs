//! Programs packed by [UPX](https://upx.github.io): they are unpacked before anything else looks at
//! them, for their own texts are compressed.

mod elf;
mod filter;
mod lzma;
mod nrv;
mod pe;

use memchr::memmem;
use plimsoll_language::{Input, Parsed, ProblemKind};

use crate::Program;

const MAGIC: &[u8] = b"UPX!";

/// The mark stands behind the headers of a program, which have a kilobyte with all that linkers
/// write.
const HEAD: usize = 8192;

/// The largest program that is made; as large as those that are read unpacked.
const MAX_SIZE: usize = 512 << 20;

/// How many times larger the program may be; compilers' output has three to five.
const MAX_RATIO: usize = 100;

/// Unpacks a program. What looks packed and cannot be unpacked is told: whatever is in it is not
/// seen.
pub(crate) fn unpack(input: Input<'_>, parsed: &mut Parsed<Program>) -> Option<Vec<u8>> {
    let content = input.content;
    memmem::find(content.get(..content.len().min(HEAD))?, MAGIC)?;
    let unpacked = match content {
        [0x7f, b'E', b'L', b'F', ..] => elf::unpack(content),
        [b'M', b'Z', ..] => pe::unpack(content),
        [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => Err(Failure::Form),
        _ => return None,
    };
    match unpacked {
        Ok(unpacked) => Some(unpacked),
        // Programs that know UPX have the mark among their texts.
        Err(Failure::NotPacked) => None,
        Err(failure) => {
            let (kind, why) = match failure {
                Failure::Method(method) => {
                    (ProblemKind::Unsupported, format!("its compression {method} is not known"))
                }
                Failure::Size => {
                    (ProblemKind::TooLarge, format!("it would be larger than {MAX_SIZE} bytes"))
                }
                Failure::Form => (ProblemKind::Unsupported, "its form is not known".to_owned()),
                _ => (ProblemKind::Malformed, "it is damaged".to_owned()),
            };
            let message = format!("packed by UPX, and cannot be unpacked: {why}");
            parsed.problem(kind, message);
            None
        }
    }
}

/// Why a program cannot be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    NotPacked,
    Damaged,
    Form,
    Method(u8),
    Size,
}

/// Unpacks one block and appends it: exactly so many bytes.
fn block(packed: &[u8], method: u8, size: usize, to: &mut Vec<u8>) -> Result<(), Failure> {
    let start = to.len();
    if size.saturating_add(start) > MAX_SIZE {
        return Err(Failure::Size);
    }
    let end = start + size;
    if packed.len() == size {
        to.extend_from_slice(packed);
        return Ok(());
    }
    let done = match method {
        2..=4 => nrv::unpack(packed, nrv::Kind::B, nrv::Width::of(method - 2), to, end),
        5..=7 => nrv::unpack(packed, nrv::Kind::D, nrv::Width::of(method - 5), to, end),
        8..=10 => nrv::unpack(packed, nrv::Kind::E, nrv::Width::of(method - 8), to, end),
        14 => lzma::unpack(packed, to, size),
        method => return Err(Failure::Method(method)),
    };
    match done {
        Some(()) if to.len() == end => Ok(()),
        _ => Err(Failure::Damaged),
    }
}

/// A program that may be as large as this says, given the packed size.
fn check_size(size: usize, packed: usize) -> Result<(), Failure> {
    if size > MAX_SIZE || size / MAX_RATIO > packed { Err(Failure::Size) } else { Ok(()) }
}

fn u16_at(bytes: &[u8], at: usize, big_endian: bool) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
    Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

fn u32_at(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}

#[cfg(test)]
mod packed;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_unpacked_is_told() {
        let mut macho = vec![0xcf, 0xfa, 0xed, 0xfe];
        macho.extend_from_slice(b"....UPX!");
        let mut parsed = Parsed::default();
        assert_eq!(unpack(Input { path: "a", content: &macho }, &mut parsed), None);
        assert_eq!(parsed.problems[0].kind, ProblemKind::Unsupported);
    }

    #[test]
    fn blocks_have_their_size() {
        let mut to = Vec::new();
        assert_eq!(block(b"abc", 2, 3, &mut to), Ok(()));
        assert_eq!(to, b"abc");
        assert_eq!(block(b"abc", 15, 4, &mut to), Err(Failure::Method(15)));
        assert_eq!(block(b"abc", 2, MAX_SIZE, &mut to), Err(Failure::Size));
        assert_eq!(block(b"abc", 14, 30, &mut to), Err(Failure::Damaged));
        assert_eq!(block(b"abcdefgh", 8, 30, &mut Vec::new()), Err(Failure::Damaged));
    }
}
