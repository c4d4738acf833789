//! Universal binaries: one Mach-O program for each of several processors in one file.

use object::read::macho::{FatArch, MachOFatFile, MachOFatFile32, MachOFatFile64};

/// Processors in one file; there have never been more than six.
const MAX_PARTS: usize = 16;

/// The programs in a file: itself, if it is not a universal binary.
pub(crate) fn parts(content: &[u8]) -> Vec<&[u8]> {
    match content {
        [0xca, 0xfe, 0xba, 0xbe, ..] => {
            MachOFatFile32::parse(content).map_or_else(|_| Vec::new(), |file| of(&file, content))
        }
        [0xca, 0xfe, 0xba, 0xbf, ..] => {
            MachOFatFile64::parse(content).map_or_else(|_| Vec::new(), |file| of(&file, content))
        }
        _ => vec![content],
    }
}

fn of<'a, A: FatArch>(file: &MachOFatFile<'a, A>, content: &'a [u8]) -> Vec<&'a [u8]> {
    let parts = file.arches().iter().take(MAX_PARTS);
    parts.filter_map(|part| part.data(content).ok()).collect()
}
