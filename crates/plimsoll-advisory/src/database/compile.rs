//! Makes a database of what was collected, and puts it where the next scan finds it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use zstd::bulk::Compressor;
use zstd::dict::EncoderDictionary;

use super::write::{Compress, Packer, TooLarge, WriteOptions, Written, write};
use crate::collector::Collector;

/// How hard texts are compressed. On 80,000 real texts level 19 takes seven times as long as this
/// one and saves two percent.
const LEVEL: i32 = 12;

/// Size of the dictionary. With it, blocks of 32 KiB are as small as blocks of 128 KiB without.
const DICTIONARY: usize = 64 * 1024;

/// As much text is learned from; more makes the build slower and the dictionary no better.
const SAMPLE: usize = 100 * DICTIONARY;

/// Compiles what was collected.
pub fn compile(collector: Collector, options: &WriteOptions) -> Result<Written, TooLarge> {
    write(collector, options, |blocks| {
        let dictionary = train(blocks);
        let compress: Compress = if dictionary.is_empty() {
            Box::new(|block| zstd::bulk::compress(block, LEVEL).ok())
        } else {
            let prepared = EncoderDictionary::copy(&dictionary, LEVEL);
            Box::new(move |block| {
                Compressor::with_prepared_dictionary(&prepared).ok()?.compress(block).ok()
            })
        };
        Packer { dictionary, compress }
    })
}

/// A dictionary from blocks all over the database; none for a small one, which it would only make
/// larger.
fn train(blocks: &[Vec<u8>]) -> Vec<u8> {
    let size: usize = blocks.iter().map(Vec::len).sum();
    if size < 16 * DICTIONARY {
        return Vec::new();
    }
    let sample: Vec<&[u8]> = blocks
        .iter()
        .step_by(size.div_ceil(SAMPLE))
        // Learning looks at what samples have in common, so many small ones teach more.
        .flat_map(|block| block.chunks(1024))
        .collect();
    zstd::dict::from_samples(&sample, DICTIONARY).unwrap_or_default()
}

/// Writes a file so that it is there whole or not at all, also when the power fails: the bytes go
/// into a neighbour, which then takes the name.
pub fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut neighbour = std::ffi::OsString::from(".");
    neighbour.push(name);
    neighbour.push(format!(".{}.new", std::process::id()));
    let neighbour = path.with_file_name(neighbour);
    let written = File::create(&neighbour).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&neighbour, path));
    if renamed.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&neighbour);
    }
    renamed
}
