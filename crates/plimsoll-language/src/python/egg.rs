//! Zipped eggs, which Python imports as they are.

use std::io::{Cursor, Read as _};

use super::{METADATA_LIMIT, installed};
use crate::{Component, Input, Parsed, ProblemKind};

/// Files in one egg; the largest real ones have some thousands.
const MAX_ENTRIES: usize = 100_000;

/// Reads `EGG-INFO/PKG-INFO` inside of an egg.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    // Other things are called eggs, too.
    if !input.content.starts_with(b"PK") || !installed::is_importable(input.path) {
        return parsed;
    }
    // The directory of an archive is unpacked as a whole before anything can be asked of it.
    if memchr::memmem::find_iter(input.content, b"PK\x01\x02").count() > MAX_ENTRIES {
        let message = format!("this egg has more than {MAX_ENTRIES} files and was not read");
        parsed.problem(ProblemKind::TooLarge, message);
        return parsed;
    }
    match header(input.content) {
        Ok(Some(content)) => installed::read(&mut parsed, input.path, &content),
        Ok(None) => {}
        Err(error) => {
            let message = format!("this egg cannot be unpacked: {error}");
            parsed.problem(ProblemKind::Malformed, message);
        }
    }
    parsed
}

fn header(content: &[u8]) -> Result<Option<Vec<u8>>, zip::result::ZipError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(content))?;
    let Some(index) = archive.index_for_name("EGG-INFO/PKG-INFO") else { return Ok(None) };
    let mut header = Vec::new();
    archive.by_index(index)?.take(METADATA_LIMIT).read_to_end(&mut header)?;
    Ok(Some(header))
}
