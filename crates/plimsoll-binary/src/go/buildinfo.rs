//! The build information that Go's linker leaves in a program.
//!
//! The form is that of [`debug/buildinfo`](https://pkg.go.dev/debug/buildinfo): a blob of 32 bytes
//! that starts with a magic text and holds two strings, inline since Go 1.18, by pointers before.
//! Go 1.12 had the modules only, framed by two marks.

use memchr::memmem;
use object::{BinaryFormat, Object as _};

use crate::memory::{Memory, Region, section};
use crate::symbols::varint;

const MAGIC: &[u8] = b"\xff Go buildinf:";

/// The blob is aligned to this.
const ALIGNMENT: u64 = 16;

const HEADER: usize = 32;

/// Marks around the text of the modules.
const MODULES_START: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
const MODULES_END: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";

/// The text of the modules; Kubernetes' has 30 kB.
const MAX_MODULES: usize = 16 << 20;

/// The version of Go with experiments and a vendor's remarks.
const MAX_VERSION: usize = 4096;

/// What the blob says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BuildInfo {
    /// The toolchain: `go1.22.3`; empty if that could not be told.
    pub(crate) version: String,
    /// The modules, one a line; empty for programs that were built without modules.
    pub(crate) modules: String,
}

/// How the search ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is not Go's.
    Nothing,
    /// It is, and nothing can be read of how it was built.
    Broken,
    Info(BuildInfo),
}

/// Looks for build information in a program.
pub(crate) fn find(file: &object::File<'_>, memory: &Memory<'_>) -> Found {
    let is_go = section(file, &[".gopclntab", "__gopclntab", ".data.rel.ro.gopclntab"]).is_some();
    let own = section(file, &[".go.buildinfo", "__go_buildinfo"]);
    let bare = file.sections().next().is_none();
    let magic = match own {
        Some(own) => scan(&own),
        None if bare || is_go || file.format() == BinaryFormat::Pe => {
            // The linker puts it to the beginning of the data, which a program may write.
            let data = |writable| {
                let regions = memory.regions().iter();
                regions.filter(move |region| region.writable == writable && !region.executable)
            };
            data(true).chain(data(false)).find_map(scan)
        }
        None => None,
    };
    let (mut info, blob) = match magic.and_then(|address| memory.from(address)) {
        Some(blob) => (read(blob, memory).unwrap_or_default(), true),
        None => (BuildInfo::default(), own.is_some()),
    };
    if info.version.is_empty() && !is_go && !blob {
        return Found::Nothing;
    }
    if info.version.is_empty() || (is_go && !blob) {
        // Go 1.12, or pointers that only the loader fills in.
        info.modules = framed(memory).unwrap_or_default();
    }
    if info.version.is_empty() && info.modules.is_empty() {
        return if blob { Found::Broken } else { Found::Nothing };
    }
    Found::Info(info)
}

/// The address of a blob that stands where one may stand.
fn scan(region: &Region<'_>) -> Option<u64> {
    memmem::find_iter(region.data, MAGIC)
        .map(|at| region.address.wrapping_add(at as u64))
        .find(|address| address.is_multiple_of(ALIGNMENT))
}

fn read(blob: &[u8], memory: &Memory<'_>) -> Option<BuildInfo> {
    let pointer_size = *blob.get(14)?;
    let flags = *blob.get(15)?;
    let (version, modules) = if flags & 2 != 0 {
        let (version, rest) = inline(blob.get(HEADER..)?)?;
        // A version without modules is all that some build systems leave.
        (version, inline(rest).map(|(modules, _)| modules).unwrap_or_default())
    } else {
        let big_endian = flags & 1 != 0;
        let pointer = Pointers { size: usize::from(pointer_size), big_endian };
        let rest = blob.get(16..)?;
        let version = pointer.string(rest, memory)?;
        let modules = rest.get(pointer.size..).and_then(|rest| pointer.string(rest, memory));
        (version, modules.unwrap_or_default())
    };
    if version.len() > MAX_VERSION || modules.len() > MAX_MODULES {
        return None;
    }
    let modules = match modules.len().checked_sub(MODULES_START.len() + MODULES_END.len()) {
        Some(1..) => modules.get(MODULES_START.len()..modules.len() - MODULES_END.len())?,
        _ => &[],
    };
    Some(BuildInfo {
        version: String::from_utf8_lossy(version).into_owned(),
        modules: String::from_utf8_lossy(modules).into_owned(),
    })
}

/// A string with its length before it.
fn inline(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = varint(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// How a program's pointers are written.
struct Pointers {
    size: usize,
    big_endian: bool,
}

impl Pointers {
    fn read(&self, bytes: &[u8]) -> Option<u64> {
        number(bytes, self.size, self.big_endian)
    }

    /// The Go string whose header a pointer leads to.
    fn string<'a>(&self, pointer: &[u8], memory: &Memory<'a>) -> Option<&'a [u8]> {
        let header = memory.from(self.read(pointer)?)?;
        let length = self.read(header.get(self.size..)?)?;
        memory.bytes(self.read(header)?, length)
    }
}

/// A number of 4 or 8 bytes.
pub(crate) fn number(bytes: &[u8], size: usize, big_endian: bool) -> Option<u64> {
    if size != 4 && size != 8 {
        return None;
    }
    let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let bytes = bytes.get(..size)?.iter();
    Some(if big_endian { bytes.fold(0, fold) } else { bytes.rev().fold(0, fold) })
}

/// The text of the modules by its frame.
fn framed(memory: &Memory<'_>) -> Option<String> {
    memory.regions().iter().find_map(|region| {
        let start = memmem::find(region.data, MODULES_START)? + MODULES_START.len();
        let rest = region.data.get(start..)?;
        let rest = rest.get(..rest.len().min(MAX_MODULES))?;
        let text = rest.get(..memmem::find(rest, MODULES_END)?)?;
        Some(String::from_utf8_lossy(text).into_owned())
    })
}
