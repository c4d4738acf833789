//! Programs packed by hand, and by UPX itself where it is at hand.

use std::process::Command;

use plimsoll_language::{Input, Parsed, ProblemKind};

use super::{nrv, unpack};

/// Writes NRV: bits in pieces of four bytes, which stand before the bytes that follow them.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// Where the current piece stands, and how many of its bits are used.
    piece: usize,
    used: u32,
}

impl Writer {
    fn bit(&mut self, bit: bool) {
        if self.used.is_multiple_of(32) {
            self.piece = self.bytes.len();
            self.bytes.extend_from_slice(&[0; 4]);
        }
        let shift = 31 - self.used % 32;
        let place = self.piece + shift as usize / 8;
        self.bytes[place] |= u8::from(bit) << (shift % 8);
        self.used += 1;
    }

    fn bits(&mut self, bits: &str) {
        bits.bytes().for_each(|bit| self.bit(bit == b'1'));
    }

    fn literals(&mut self, text: &[u8]) {
        for &byte in text {
            self.bit(true);
            self.bytes.push(byte);
        }
    }

    /// NRV2B: a copy of three bytes from so far back, below 256.
    fn copy_three(&mut self, distance: u8) {
        // The code 3, whose bits end at once, and the low byte.
        self.bits("011");
        self.bytes.push(distance - 1);
        self.bits("10");
    }

    /// The code whose high bytes and low byte are all ones.
    fn end(&mut self) {
        self.bit(false);
        let code: u32 = 0x0100_0002;
        for at in (0..24).rev() {
            self.bit(code >> at & 1 == 1);
            self.bit(at == 0);
        }
        self.bytes.push(0xff);
    }
}

fn pack(text: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.literals(text);
    writer.end();
    writer.bytes
}

#[test]
fn copies_repeat_what_was_written() {
    let mut writer = Writer::default();
    writer.literals(b"abc");
    writer.copy_three(3);
    writer.copy_three(1);
    writer.end();
    let mut to = b"before".to_vec();
    let done = nrv::unpack(&writer.bytes, nrv::Kind::B, nrv::Width::Four, &mut to, 6 + 9);
    assert_eq!((done, to.as_slice()), (Some(()), b"beforeabcabcccc".as_slice()));
    // What would be copied was not written by this block.
    let mut writer = Writer::default();
    writer.literals(b"a");
    writer.copy_three(2);
    writer.end();
    let mut to = b"before".to_vec();
    assert_eq!(nrv::unpack(&writer.bytes, nrv::Kind::B, nrv::Width::Four, &mut to, 10), None);
}

/// A program with one segment, whose text stands behind the headers, and a tail.
fn program(text: &[u8], tail: &[u8]) -> Vec<u8> {
    let mut made = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0".to_vec();
    made.resize(64, 0);
    made[32] = 64;
    made[54..58].copy_from_slice(&[56, 0, 1, 0]);
    let mut segment = [0_u8; 56];
    segment[0] = 1;
    segment[4] = 5;
    segment[32..40].copy_from_slice(&(120 + text.len() as u64).to_le_bytes());
    made.extend_from_slice(&segment);
    made.extend_from_slice(text);
    made.extend_from_slice(tail);
    made
}

fn packed(original: &[u8], headers: usize, segment: usize) -> Vec<u8> {
    let mut made = program(b"", b"");
    made.extend_from_slice(b"\0\0\0\0UPX!\0\0\x0d\x16");
    for word in [0, original.len() as u32, original.len() as u32] {
        made.extend_from_slice(&word.to_le_bytes());
    }
    let block = |made: &mut Vec<u8>, data: &[u8]| {
        let packed = pack(data);
        // A block that does not become smaller stays as it is.
        let stored = if packed.len() < data.len() { &packed } else { data };
        for word in [data.len() as u32, stored.len() as u32, 2] {
            made.extend_from_slice(&word.to_le_bytes());
        }
        made.extend_from_slice(stored);
    };
    block(&mut made, &original[..headers]);
    block(&mut made, &original[headers..segment]);
    let end = made.len().next_multiple_of(4) as u64;
    made.resize(end as usize, 0);
    made[96..104].copy_from_slice(&end.to_le_bytes());
    block(&mut made, &original[segment..]);
    made
}

#[test]
fn a_packed_program_is_what_it_was() {
    let text = [b"text of the program".as_slice(), &[0; 30]].concat();
    let original = program(&text, b"and its tail");
    let made = packed(&original, 120, 120 + text.len());
    let mut parsed = Parsed::default();
    assert_eq!(unpack(Input { path: "a", content: &made }, &mut parsed), Some(original.clone()));
    assert_eq!(parsed.problems, []);
    // Without its tail it has no section headers, which is all that is lost.
    let cut = &made[..made.len() - 4];
    let unpacked = unpack(Input { path: "a", content: cut }, &mut parsed).unwrap();
    assert_eq!(unpacked[120..], original[120..120 + text.len()]);
    // Without its text nothing can be said of it, but that.
    let cut = &made[..180];
    assert_eq!(unpack(Input { path: "a", content: cut }, &mut parsed), None);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Malformed);
}

#[test]
fn no_damage_is_a_panic() {
    let text = b"text of the program".repeat(9);
    let original = program(&text, b"and its tail");
    let made = packed(&original, 120, 120 + text.len());
    for at in 0..made.len() {
        for byte in [0, 1, 0x7f, 0xff] {
            let mut changed = made.clone();
            changed[at] = byte;
            unpack(Input { path: "a", content: &changed }, &mut Parsed::default());
        }
        unpack(Input { path: "a", content: &made[..at] }, &mut Parsed::default());
    }
}

#[test]
fn upx_itself_is_undone() {
    let is_there = |name: &&&str| Command::new(**name).arg("--version").output().is_ok();
    let Some(upx) = ["upx", "upx-ucl"].iter().find(is_there) else {
        eprintln!("skipped: there is no upx");
        return;
    };
    let directory = std::env::temp_dir().join(format!("plimsoll-upx-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let original = std::fs::read("/bin/ls").unwrap();
    for method in ["--nrv2b", "--nrv2d", "--nrv2e", "--lzma"] {
        let target = directory.join("packed");
        let done =
            Command::new(upx).args(["-q", "-f", method, "-o"]).arg(&target).arg("/bin/ls").output();
        if done.unwrap().status.success() {
            let content = std::fs::read(&target).unwrap();
            let mut parsed = Parsed::default();
            let unpacked = unpack(Input { path: "a", content: &content }, &mut parsed).unwrap();
            assert!(unpacked == original, "{method} {:?}", parsed.problems);
        }
        let _ = std::fs::remove_file(&target);
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
