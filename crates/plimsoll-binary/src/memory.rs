//! A program as it lies in memory: what stands at an address.

use object::{Object as _, ObjectSection as _, ObjectSegment as _};

/// Segments of one program; real ones have a dozen, Windows allows 96 sections.
const MAX_REGIONS: usize = 1024;

/// The parts of a program that are loaded from its file.
#[derive(Debug)]
pub(crate) struct Memory<'a> {
    regions: Vec<Region<'a>>,
}

/// Bytes of the file that are loaded together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Region<'a> {
    /// Where they are loaded.
    pub(crate) address: u64,
    /// The bytes.
    pub(crate) data: &'a [u8],
    /// Whether the program may change them.
    pub(crate) writable: bool,
    /// Whether they are run.
    pub(crate) executable: bool,
}

impl<'a> Memory<'a> {
    pub(crate) fn of(file: &object::File<'a>) -> Memory<'a> {
        let regions = file.segments().take(MAX_REGIONS).filter_map(|segment| {
            let permissions = segment.permissions();
            let data = segment.data().ok().filter(|data| !data.is_empty())?;
            Some(Region {
                address: segment.address(),
                data,
                writable: permissions.writable(),
                executable: permissions.executable(),
            })
        });
        Memory { regions: regions.collect() }
    }

    pub(crate) fn regions(&self) -> &[Region<'a>] {
        &self.regions
    }

    /// What stands at an address, up to the end of its region.
    pub(crate) fn from(&self, address: u64) -> Option<&'a [u8]> {
        self.regions.iter().find_map(|region| {
            let at = usize::try_from(address.checked_sub(region.address)?).ok()?;
            region.data.get(at..).filter(|rest| !rest.is_empty())
        })
    }

    /// So many bytes at an address.
    pub(crate) fn bytes(&self, address: u64, length: u64) -> Option<&'a [u8]> {
        self.from(address)?.get(..usize::try_from(length).ok()?)
    }
}

/// A section by its name.
pub(crate) fn section<'a>(file: &object::File<'a>, names: &[&str]) -> Option<Region<'a>> {
    let found = file.sections().find(|section| {
        section.name_bytes().is_ok_and(|name| names.iter().any(|known| known.as_bytes() == name))
    })?;
    let (address, data) = (found.address(), found.data().ok()?);
    Some(Region { address, data, writable: false, executable: false })
}
