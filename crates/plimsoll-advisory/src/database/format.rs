//! The layout of a compiled database, shared by its writer and its reader.
//!
//! The full description, good enough to write another reader from, is `docs/database-format.md`.
//! In short: a header with two checksums, a table of sections, the sections. All numbers are
//! little-endian; `varint` is LEB128, at most 32 bits. Tables have rows of fixed size, so that a
//! reader finds a row by arithmetic and nothing has to be parsed or allocated at opening.
//!
//! ## Why tables sorted by hash
//!
//! A lookup asks for one (release, package name) out of some hundred thousand. The
//! choices: a finite-state transducer gives the smallest index but walks it byte by byte; a
//! perfect hash needs one probe but scatters a distribution over the whole file and has to be
//! rebuilt from seeds; a table sorted by name compares strings that lie in another section at each
//! step. Here each namespace has a row range of its own, and rows are sorted by a 32-bit hash of
//! the package name. The binary search reads 12-byte rows of one small range, which the processor
//! keeps in its cache, and looks at a string only for the row that it found. A scan of one
//! distribution touches only that distribution's pages.

/// The first bytes of every compiled database.
pub(crate) const MAGIC: [u8; 8] = *b"PLIMSOLL";

/// The version of this layout. A reader refuses every other one.
pub(crate) const VERSION: u32 = 2;

/// Size of the header that precedes the section table.
pub(crate) const HEADER_SIZE: usize = 96;

/// Size of one row of the section table.
pub(crate) const SECTION_ROW: usize = 24;

/// More sections than this are damage: the layout has [`Section::ALL`] of them, and a later minor
/// addition will not multiply that.
pub(crate) const MAX_SECTIONS: u32 = 64;

/// Where a row has a place for a string and there is none.
pub(crate) const NONE: u32 = u32::MAX;

/// Texts are compressed in blocks of about this many bytes: large enough to compress well, small
/// enough that printing a few hundred findings does not inflate the whole section.
pub(crate) const BLOCK_SIZE: usize = 32 * 1024;

/// No block inflates to more than this, whatever a damaged file claims.
pub(crate) const MAX_BLOCK: usize = 16 * 1024 * 1024;

/// EPSS values are stored as millionths.
pub(crate) const EPSS_SCALE: f64 = 1_000_000.0;

/// Positions of the header's fields.
pub(crate) mod header {
    pub(crate) const VERSION: usize = 8;
    pub(crate) const SECTIONS: usize = 12;
    pub(crate) const LENGTH: usize = 16;
    pub(crate) const FLAGS: usize = 24;
    pub(crate) const CONTENT_DIGEST: usize = 32;
    pub(crate) const HEADER_DIGEST: usize = 64;
    /// Bit of the flags: hand-made facts, embedded in the program.
    pub(crate) const STARTER: u64 = 1;
    /// Bit of the flags: scores for another database, and nothing else.
    pub(crate) const SCORES: u64 = 1 << 1;
}

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident $tag:literal $row:literal;)*) => {
        /// The sections of a file, in the order in which they are written.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub(crate) enum Section {
            $($(#[$doc])* $name,)*
        }

        impl Section {
            /// Every section.
            pub(crate) const ALL: &'static [Section] = &[$(Section::$name),*];

            /// Its name in the section table.
            pub(crate) fn tag(self) -> [u8; 4] {
                match self { $(Section::$name => *$tag),* }
            }

            /// Size of its rows, or 1 where it is a run of bytes.
            pub(crate) fn row(self) -> usize {
                match self { $(Section::$name => $row),* }
            }

            /// Its name in messages.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Section::$name => stringify!($name)),* }
            }
        }
    };
}

sections! {
    /// Creation date and builder, as string ids.
    Meta b"meta" 4;
    /// Id, name, url, licence, date and ten counts of each source.
    Sources b"srcs" 60;
    /// Name, first row and number of rows in [`Section::Packages`] of each namespace, by name.
    Namespaces b"nams" 12;
    /// Pairs of (namespace, source) that say who speaks for a namespace.
    Coverage b"cove" 8;
    /// Hash, name and position in [`Section::Entries`] of each package.
    Packages b"pkgs" 12;
    /// For each package its list of (vulnerability, source, verdict).
    Entries b"ents" 1;
    /// Verdicts that more than one entry has.
    Verdicts b"verd" 1;
    /// Id and position in [`Section::Facts`] of each vulnerability, by id.
    Vulnerabilities b"vuln" 8;
    /// Hash, name and vulnerability of each id and alias, by hash.
    Names b"idix" 12;
    /// Aliases of each vulnerability and what each source says, short of texts.
    Facts b"fact" 1;
    /// The zstd dictionary with which the blocks were compressed, or nothing.
    Dictionary b"dict" 1;
    /// Position, stored and inflated size of each block of texts.
    Blocks b"txtb" 12;
    /// The blocks.
    Texts b"txts" 1;
    /// The date, then packed (CVE, probability, percentile), by CVE.
    Epss b"epss" 1;
    /// Id, date added, date due and flags of each exploited vulnerability, by id.
    Exploited b"kev " 16;
    /// Product, release, end of life and end of extended support, by product and release.
    EndOfLife b"eol " 16;
    /// Name of each repository and position of its products in [`Section::Facts`], by name.
    Repositories b"repo" 8;
    /// Start of each string, and the end of the last.
    StringIndex b"strx" 4;
    /// The strings, sorted, one after the other.
    Strings b"strs" 1;
}

/// Size of one row of the EPSS section, behind its first four bytes.
pub(crate) const EPSS_ROW: usize = 10;

/// Number of counts in a row of [`Section::Sources`].
pub(crate) const SOURCE_COUNTS: usize = 10;

/// The hash by which packages and names are sorted: 64-bit FNV-1a, its halves folded together.
///
/// See <https://www.rfc-editor.org/rfc/rfc9923>.
pub(crate) fn hash(text: &str) -> u32 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    (state >> 32) as u32 ^ state as u32
}

/// Appends a number as LEB128.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a number of four bytes.
pub(crate) fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Reads a number of four bytes at a position.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

/// Packs a CVE id into 32 bits: seven for the year since 1990, 25 for the number. The order of
/// keys is that of years, then numbers.
pub(crate) fn cve_key(id: &str) -> Option<u32> {
    let (year, number) = id.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || number.len() < 4 || !digits(year) || !digits(number) {
        return None;
    }
    // Longer numbers than needed are written with zeros; one that is not so is another id.
    if number.len() > 4 && number.starts_with('0') {
        return None;
    }
    let year = year.parse::<u32>().ok()?.checked_sub(1990).filter(|&year| year < 128)?;
    let number = number.parse::<u32>().ok().filter(|&number| number < 1 << 25)?;
    Some(year << 25 | number)
}

/// The CVE id of a key.
pub(crate) fn cve_of_key(key: u32) -> String {
    format!("CVE-{}-{:04}", (key >> 25) + 1990, key & ((1 << 25) - 1))
}

/// Bits of a verdict's second field, a varint: which fields follow.
pub(crate) mod verdict {
    pub(crate) const RAW_STATUS: u32 = 1;
    pub(crate) const CHANNEL: u32 = 1 << 1;
    pub(crate) const MODULARITY: u32 = 1 << 2;
    pub(crate) const ADVISORIES: u32 = 1 << 3;
    pub(crate) const ARCHITECTURES: u32 = 1 << 4;
    pub(crate) const RANGES: u32 = 1 << 5;
    pub(crate) const VERSIONS: u32 = 1 << 6;
    pub(crate) const CPES: u32 = 1 << 7;
    pub(crate) const PLATFORMS: u32 = 1 << 8;
    pub(crate) const IMPORTS: u32 = 1 << 9;
    /// All bits that mean something; a verdict with another one is damage.
    pub(crate) const ALL: u32 = (1 << 10) - 1;
}

/// Number of bounds that a range can have: introduced, after, fixed, last affected. The first byte
/// of a range has a bit for each, the lowest for the first.
pub(crate) const BOUNDS: usize = 4;

/// Bits of the first byte of what a source says about a vulnerability; the lowest four are its
/// severity plus one, or nothing.
pub(crate) mod detail {
    pub(crate) const SEVERITY: u8 = 0x0f;
    pub(crate) const WITHDRAWN: u8 = 1 << 4;
    pub(crate) const EXPLOITATION: u8 = 1 << 5;
    pub(crate) const TEXT: u8 = 1 << 6;
    /// One more byte of flags and the list of related ids follow.
    pub(crate) const MORE: u8 = 1 << 7;
    /// Bit of that further byte.
    pub(crate) const MALICIOUS: u8 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cve_keys_keep_order_and_identity() {
        for id in ["CVE-1999-0001", "CVE-2014-0160", "CVE-2021-44228", "CVE-2025-1000001"] {
            assert_eq!(cve_key(id).map(cve_of_key).as_deref(), Some(id));
        }
        for id in ["GHSA-xxxx", "CVE-2021-44228x", "CVE-2021-", "CVE-21-44228", "CVE-2021-012345"] {
            assert_eq!(cve_key(id), None, "{id}");
        }
        assert!(cve_key("CVE-2021-9999") < cve_key("CVE-2021-10000"));
        assert!(cve_key("CVE-2020-99999") < cve_key("CVE-2021-0001"));
    }

    #[test]
    fn the_hash_is_the_documented_one() {
        // FNV-1a of the empty string and of "a", from the RFC's tables, folded.
        assert_eq!(hash(""), 0xcbf2_9ce4 ^ 0x8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c ^ 0x8601_ec8c);
    }
}
