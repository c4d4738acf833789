//! Decompression of whole, cut, damaged and exploding streams.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Decompressed;
use crate::tar::testing::Pieces;
use crate::tar::{Input, Stop};
use crate::{Algorithm, Digest, Limits, ProblemKind};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).unwrap()
}

/// All bytes that come, and what stopped them.
fn read(input: impl Input, limits: &Limits) -> (Vec<u8>, Option<Stop>) {
    let mut content = Vec::new();
    let mut bytes = match Decompressed::new(input, limits) {
        Ok(bytes) => bytes,
        Err(stop) => return (content, Some(stop)),
    };
    loop {
        match bytes.fill() {
            Ok([]) => return (content, None),
            Ok(found) => {
                content.extend_from_slice(found);
                let count = found.len();
                bytes.consume(count);
            }
            Err(stop) => return (content, Some(stop)),
        }
    }
}

fn sample() -> Vec<u8> {
    (0..200_000u32).flat_map(|number| (number / 3).to_le_bytes()).collect()
}

#[test]
fn all_forms_give_the_same_bytes() {
    let sample = sample();
    let (first, second) = sample.split_at(123_456);
    let named = {
        let mut bytes = Vec::new();
        let builder = flate2::GzBuilder::new().filename("f").comment("c").extra(*b"1234");
        let mut encoder = builder.write(&mut bytes, Compression::fast());
        encoder.write_all(second).unwrap();
        encoder.finish().unwrap();
        bytes
    };
    let skippable = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    for (form, stored) in [
        ("plain", sample.clone()),
        ("gzip", gzip(&sample)),
        ("members", [gzip(first), gzip(b""), named].concat()),
        ("padded", [gzip(&sample), vec![0; 100]].concat()),
        ("zstd", zstandard(&sample)),
        ("frames", [skippable.clone(), zstandard(first), skippable, zstandard(second)].concat()),
    ] {
        for piece in [6, 100_000, usize::MAX] {
            let (content, stop) = read(Pieces(&stored, piece), &Limits::default());
            assert!(stop.is_none(), "{form} {piece}: {stop:?}");
            assert!(content == sample, "{form} {piece}");
        }
    }
    let stored = gzip(&sample);
    let limits = Limits::default();
    let mut bytes = Decompressed::new(stored.as_slice(), &limits).unwrap();
    bytes.hash(Algorithm::Sha256);
    assert_eq!(bytes.digest().unwrap(), Some(Digest::sha256(&sample)));
}

#[test]
fn a_cut_stream_gives_what_it_has_and_says_so() {
    let sample = &sample()[..5_000];
    for stored in [gzip(sample), zstandard(sample), [gzip(b"x"), gzip(sample)].concat()] {
        for length in 4..stored.len() {
            let (content, stop) = read(&stored[..length], &Limits::default());
            let full = read(stored.as_slice(), &Limits::default()).0;
            assert!(full.starts_with(&content));
            match stop {
                Some(Stop::Damaged(ProblemKind::Truncated, _)) => {}
                // Between two members nothing is wrong, as far as one can see.
                None => assert_eq!(length, gzip(b"x").len()),
                other => panic!("{length}: {other:?}"),
            }
        }
    }
}

#[test]
fn damage_never_panics() {
    let sample = &sample()[..2_000];
    for stored in [gzip(sample), zstandard(sample)] {
        for offset in 0..stored.len() {
            for bit in 0..8 {
                let mut damaged = stored.clone();
                damaged[offset] ^= 1 << bit;
                read(damaged.as_slice(), &Limits::default());
            }
        }
    }
    let (_, stop) = read(
        [gzip(sample), b"garbage of some length".to_vec()].concat().as_slice(),
        &Limits::default(),
    );
    assert!(matches!(stop, Some(Stop::Damaged(ProblemKind::Malformed, _))), "{stop:?}");
}

#[test]
fn bombs_are_stopped() {
    let zeros = vec![0; 80 << 20];
    let limits = Limits { layer_size: 1 << 20, ..Limits::default() };
    for stored in [gzip(&zeros), zeros.clone()] {
        let (content, stop) = read(stored.as_slice(), &limits);
        assert!(content.len() < 2 << 20 || stored.len() == zeros.len());
        assert!(matches!(stop, Some(Stop::Damaged(ProblemKind::TooLarge, _))), "{stop:?}");
    }
    let (content, stop) = read(zstandard(&zeros).as_slice(), &Limits::default());
    assert!(content.len() <= 65 << 20);
    assert!(matches!(stop, Some(Stop::Damaged(ProblemKind::TooLarge, _))), "{stop:?}");
}

#[test]
fn other_forms_are_named() {
    for (magic, name) in [(&b"\xfd7zXZ\0..."[..], "xz"), (b"BZh91AY&SY", "bzip2")] {
        match read(magic, &Limits::default()).1 {
            Some(Stop::Unsupported(form)) => assert!(form.starts_with(name)),
            other => panic!("{other:?}"),
        }
    }
}
