//! Header and section table of a file, checked once at opening.

use std::ops::Range;

use super::error::DatabaseError;
use super::format::{
    HEADER_SIZE, MAGIC, MAX_SECTIONS, SECTION_ROW, Section, VERSION, header, u32_at,
};

/// Where everything is.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    sections: [Range<usize>; Section::ALL.len()],
    content: Range<usize>,
    pub(crate) content_digest: [u8; 32],
    pub(crate) starter: bool,
    pub(crate) scores: bool,
}

impl Layout {
    /// Reads and checks the header. Nothing beyond header and section table is looked at.
    pub(crate) fn read(bytes: &[u8]) -> Result<Layout, DatabaseError> {
        let damaged = |what| DatabaseError::Damaged { section: "header", what };
        if !bytes.starts_with(&MAGIC) {
            return Err(DatabaseError::NotADatabase);
        }
        let short = || damaged("the file ends within the header");
        let version = u32_at(bytes, header::VERSION).ok_or_else(short)?;
        if version != VERSION {
            return Err(DatabaseError::Version { found: version, supported: VERSION });
        }
        let count = u32_at(bytes, header::SECTIONS).ok_or_else(short)?;
        if count > MAX_SECTIONS {
            return Err(damaged("it claims too many sections"));
        }
        let table_end = HEADER_SIZE + count as usize * SECTION_ROW;
        let table = bytes.get(HEADER_SIZE..table_end).ok_or_else(short)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&bytes[..header::HEADER_DIGEST]).update(table);
        if bytes[header::HEADER_DIGEST..HEADER_SIZE] != *hasher.finalize().as_bytes() {
            return Err(damaged("its checksum is wrong"));
        }
        let length = u64_at(bytes, header::LENGTH).ok_or_else(short)?;
        if length != bytes.len() as u64 {
            return Err(damaged("the file is not as long as it was written"));
        }

        let mut sections = [const { 0..0 }; Section::ALL.len()];
        for &section in Section::ALL {
            let row = table.chunks_exact(SECTION_ROW).find(|row| row.starts_with(&section.tag()));
            let missing = |what| DatabaseError::Damaged { section: section.name(), what };
            let row = row.ok_or_else(|| missing("it is missing"))?;
            sections[section as usize] = section_range(row, table_end, bytes.len(), section)
                .ok_or_else(|| missing("it lies outside of the file"))?;
        }
        let digest = bytes[header::CONTENT_DIGEST..].first_chunk().copied();
        let flags = u64_at(bytes, header::FLAGS).ok_or_else(short)?;
        Ok(Layout {
            sections,
            content: table_end..bytes.len(),
            content_digest: digest.ok_or_else(short)?,
            starter: flags & header::STARTER != 0,
            scores: flags & header::SCORES != 0,
        })
    }

    /// The bytes of a section.
    pub(crate) fn section<'b>(&self, bytes: &'b [u8], section: Section) -> &'b [u8] {
        bytes.get(self.sections[section as usize].clone()).unwrap_or_default()
    }

    /// Compares the content with its checksum.
    pub(crate) fn verify(&self, bytes: &[u8]) -> Result<(), DatabaseError> {
        let content = bytes.get(self.content.clone()).unwrap_or_default();
        if blake3::hash(content) == self.content_digest {
            return Ok(());
        }
        Err(DatabaseError::Damaged { section: "content", what: "its checksum is wrong" })
    }

    /// Checksum of the content, in hexadecimal: the identity of the data.
    pub(crate) fn digest(&self) -> String {
        blake3::Hash::from_bytes(self.content_digest).to_hex().to_string()
    }
}

fn section_range(
    row: &[u8],
    first: usize,
    end_of_file: usize,
    section: Section,
) -> Option<Range<usize>> {
    let start = usize::try_from(u64_at(row, 8)?).ok()?;
    let length = usize::try_from(u64_at(row, 16)?).ok()?;
    let end = start.checked_add(length)?;
    (start >= first && end <= end_of_file && length % section.row() == 0).then_some(start..end)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}
