//! Compression of files as they are transferred: zstd, <https://www.rfc-editor.org/rfc/rfc8878>.

use std::io::Read;

use plimsoll_image::Digest;

use crate::{Entry, Refusal};

/// How hard. Most of a database is compressed texts, on which higher levels only lose time.
const LEVEL: i32 = 12;
/// The largest window, as a power of two, that is decompressed: 128 MiB, zstd's own default.
const MAX_WINDOW: u32 = 27;

pub(crate) fn compress(content: &[u8]) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(content, LEVEL)
}

/// The first bytes of a zstd frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Inflates a file to what its entry promises, and never to more. One that is not compressed is
/// taken as it is.
pub(crate) fn inflate(stored: Vec<u8>, entry: &Entry) -> Result<Vec<u8>, Refusal> {
    if !stored.starts_with(&MAGIC) {
        check(&stored, entry)?;
        return Ok(stored);
    }
    let what = || entry.stored.file.clone();
    let fail =
        |error: std::io::Error| Refusal::Compression { what: what(), reason: error.to_string() };
    let decoder = decoder(&entry.stored.file, &stored)?;
    let mut content = Vec::new();
    // One byte more shows that there is more.
    decoder.take(entry.size.saturating_add(1)).read_to_end(&mut content).map_err(fail)?;
    check(&content, entry)?;
    Ok(content)
}

/// A reader of what is compressed, with bounded memory.
pub(crate) fn decoder<'s>(what: &str, stored: &'s [u8]) -> Result<impl Read + use<'s>, Refusal> {
    let fail = |error: std::io::Error| Refusal::Compression {
        what: what.to_owned(),
        reason: error.to_string(),
    };
    let mut decoder = zstd::stream::Decoder::with_buffer(stored).map_err(fail)?;
    decoder.window_log_max(MAX_WINDOW).map_err(fail)?;
    Ok(decoder)
}

/// Compares bytes with what an entry promises.
pub(crate) fn check(content: &[u8], entry: &Entry) -> Result<(), Refusal> {
    if content.len() as u64 > entry.size {
        let reason = format!("it has more than the promised {} bytes", entry.size);
        return Err(Refusal::Compression { what: entry.stored.file.clone(), reason });
    }
    same(&entry.stored.file, entry.sha256, content)
}

/// Compares bytes with their digest.
pub(crate) fn same(what: &str, expected: Digest, content: &[u8]) -> Result<(), Refusal> {
    let actual = Digest::sha256(content);
    if actual == expected {
        return Ok(());
    }
    Err(Refusal::Mismatch { what: what.to_owned(), expected, actual })
}
