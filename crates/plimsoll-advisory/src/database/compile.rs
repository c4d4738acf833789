//! Makes a database of what was collected, and puts it where the next scan finds it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::write::{TooLarge, WriteOptions, Written, write};
use crate::collector::Collector;

/// How hard texts are compressed. Higher levels take several times as long and save some percent.
const LEVEL: i32 = 12;

/// Compiles what was collected.
pub fn compile(collector: Collector, options: &WriteOptions) -> Result<Written, TooLarge> {
    write(collector, options, |block| zstd::bulk::compress(block, LEVEL).ok())
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
