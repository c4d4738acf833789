//! Takes named files out of a tar, and nothing else.

use std::io::Read;

use super::Target;
use crate::Refusal;
use crate::local::Unfinished;

/// Bytes of one file. Trivy's index of Java packages has 1 GiB.
const MAX_FILE: u64 = 8 << 30;
/// Bytes of a whole archive, inflated.
const MAX_ARCHIVE: u64 = 12 << 30;
/// Members of an archive; real ones have two.
const MAX_MEMBERS: usize = 1_000;
/// Bytes that are copied at a time.
const CHUNK: usize = 128 << 10;

/// Files that are complete but not yet in their places.
pub(super) struct Extracted(Vec<Unfinished>);

impl Extracted {
    /// Puts all of them in their places.
    pub(super) fn install(self) -> Result<(), Refusal> {
        self.0.into_iter().try_for_each(Unfinished::complete)
    }
}

/// Writes the wanted members beside their targets. A member is wanted by its exact name at the top,
/// so no path of the archive is ever used.
pub(super) fn extract(
    target: &Target<'_>,
    what: &str,
    inflated: impl Read,
) -> Result<Extracted, Refusal> {
    let fail = |reason: String| Refusal::Compression { what: what.to_owned(), reason };
    let odd = |error: std::io::Error| fail(error.to_string());
    let mut archive = tar::Archive::new(inflated.take(MAX_ARCHIVE));
    let mut found: Vec<(&str, Unfinished)> = Vec::new();
    // Raw: long names and other extensions could fill memory, and no wanted name needs them.
    for (number, member) in archive.entries().map_err(odd)?.raw(true).enumerate() {
        if number >= MAX_MEMBERS {
            return Err(fail(format!("more than {MAX_MEMBERS} members")));
        }
        let mut member = member.map_err(odd)?;
        let path = member.header().path_bytes().into_owned();
        let path = path.strip_prefix(b"./").unwrap_or(&path);
        let wanted = target.names.iter().find(|name| name.as_bytes() == path);
        let Some(name) = wanted.filter(|_| member.header().entry_type().is_file()) else {
            continue;
        };
        if found.iter().any(|(one, _)| one == name) {
            return Err(fail(format!("{name} is in it twice")));
        }
        let size = member.header().entry_size().map_err(odd)?;
        crate::listing::too_large(name, size, MAX_FILE)?;
        let mut file = target.writer.begin(&target.directory.join(name))?;
        let mut chunk = vec![0; CHUNK];
        let mut written = 0;
        loop {
            let length = member.read(&mut chunk).map_err(odd)?;
            if length == 0 {
                break;
            }
            file.write(&chunk[..length])?;
            written += length as u64;
        }
        if written != size {
            return Err(fail(format!("{name} ends after {written} of {size} bytes")));
        }
        found.push((name, file));
    }
    if let Some(missing) =
        target.names.iter().find(|name| !found.iter().any(|(one, _)| one == *name))
    {
        return Err(fail(format!("{missing} is not in it")));
    }
    Ok(Extracted(found.into_iter().map(|(_, file)| file).collect()))
}
