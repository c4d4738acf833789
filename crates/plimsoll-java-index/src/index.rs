//! Answers from an index.

use crate::IndexError;
use crate::format::{
    HEADER_SIZE, LEAST_FINGERPRINT, MAGIC, MOST_BUCKET_BITS, MOST_FINGERPRINT, Section, VERSION,
    header, section, split, u32_at, u64_at,
};
use crate::releases::Releases;
use crate::strings::Strings;

/// An index over bytes in memory.
#[derive(Debug, Clone, Copy)]
pub struct JavaIndex<'a> {
    bytes: &'a [u8],
    fingerprint_bytes: usize,
    number_bytes: usize,
    bucket_bits: u32,
    buckets: &'a [u8],
    rows: &'a [u8],
    groups: Strings<'a>,
    names: Strings<'a>,
    versions: Strings<'a>,
    releases: Releases<'a>,
}

/// What an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// `org.apache.logging.log4j`.
    pub group: String,
    /// `log4j-core`.
    pub artifact: String,
    /// `2.14.1`.
    pub version: String,
    /// Whether it is a JAR, and not a WAR or the like.
    pub is_jar: bool,
}

/// What an index says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Number of archives.
    pub archives: u32,
    /// Number of pairs of group and artifact.
    pub artifacts: u32,
    /// As of when the data is, as the builder was told.
    pub as_of: String,
    /// Bits of each SHA-1 that are compared.
    pub bits: u32,
    /// Bytes of the file.
    pub length: u64,
}

impl<'a> JavaIndex<'a> {
    /// Opens an index: checks its header, and allocates nothing.
    pub fn open(bytes: &'a [u8]) -> Result<JavaIndex<'a>, IndexError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(IndexError::NotAnIndex);
        }
        let short = IndexError::Damaged("it ends in its header");
        let head = bytes.get(..HEADER_SIZE).ok_or(short)?;
        let found = u32_at(head, header::VERSION).unwrap_or_default();
        if found != VERSION {
            return Err(IndexError::Version { found, supported: VERSION });
        }
        let digest = blake3::hash(&head[..header::HEADER_DIGEST]);
        if digest.as_bytes()[..] != head[header::HEADER_DIGEST..] {
            return Err(IndexError::Damaged("its header has changed"));
        }
        if u64_at(head, header::LENGTH) != Some(bytes.len() as u64) {
            return Err(IndexError::Damaged("it has not the length that it should have"));
        }
        let fingerprint_bytes = usize::from(head[header::FINGERPRINT_BYTES]);
        let number_bytes = usize::from(head[header::NUMBER_BYTES]);
        let bucket_bits = u32::from(head[header::BUCKET_BITS]);
        let (buckets, rows) = (section(bytes, Section::Buckets)?, section(bytes, Section::Rows)?);
        let archives = u32_at(head, header::ARCHIVES).and_then(|count| usize::try_from(count).ok());
        let fits = (LEAST_FINGERPRINT..=MOST_FINGERPRINT).contains(&fingerprint_bytes)
            && (1..=4).contains(&number_bytes)
            && bucket_bits <= MOST_BUCKET_BITS
            && buckets.len() == 4 * ((1 << bucket_bits) + 1)
            && archives.and_then(|count| count.checked_mul(fingerprint_bytes + number_bytes))
                == Some(rows.len());
        if !fits {
            return Err(IndexError::Damaged("its numbers do not fit together"));
        }
        let strings = |index, data| Strings::new(section(bytes, index)?, section(bytes, data)?);
        Ok(JavaIndex {
            bytes,
            fingerprint_bytes,
            number_bytes,
            bucket_bits,
            buckets,
            rows,
            groups: strings(Section::GroupIndex, Section::Groups)?,
            names: strings(Section::NameIndex, Section::Names)?,
            versions: strings(Section::VersionIndex, Section::Versions)?,
            releases: Releases::new(
                section(bytes, Section::BlockIndex)?,
                section(bytes, Section::Blocks)?,
            )?,
        })
    }

    /// Checks every byte behind the header.
    pub fn verify(&self) -> Result<(), IndexError> {
        let digest = blake3::hash(self.bytes.get(HEADER_SIZE..).unwrap_or_default());
        let expected = &self.bytes[header::CONTENT_DIGEST..header::HEADER_DIGEST];
        match digest.as_bytes()[..] == *expected {
            true => Ok(()),
            false => Err(IndexError::Damaged("its content has changed")),
        }
    }

    /// What it says about itself.
    pub fn info(&self) -> Info {
        let number = |at| u32_at(self.bytes, at).unwrap_or_default();
        let as_of = &self.bytes[header::AS_OF..header::SECTIONS];
        Info {
            archives: number(header::ARCHIVES),
            artifacts: number(header::ARTIFACTS),
            as_of: String::from_utf8_lossy(as_of).trim_end_matches('\0').to_owned(),
            bits: self.bucket_bits + 8 * self.fingerprint_bytes as u32,
            length: self.bytes.len() as u64,
        }
    }

    /// The archive with a SHA-1. One that is not in the index is taken for another one with a
    /// probability of [`Info::archives`] / 2^[`Info::bits`].
    pub fn by_sha1(&self, sha1: &[u8; 20]) -> Result<Option<Archive>, IndexError> {
        match self.number_of(sha1)? {
            Some(number) => self.archive(number).map(Some),
            None => Ok(None),
        }
    }

    /// Whether an archive with a SHA-1 is known, without saying which.
    pub fn contains(&self, sha1: &[u8; 20]) -> Result<bool, IndexError> {
        Ok(self.number_of(sha1)?.is_some())
    }

    fn number_of(&self, sha1: &[u8; 20]) -> Result<Option<u32>, IndexError> {
        const DAMAGED: IndexError = IndexError::Damaged("a bucket lies outside of the rows");
        let (bucket, wanted) = split(sha1, self.bucket_bits, self.fingerprint_bytes);
        let row_length = self.fingerprint_bytes + self.number_bytes;
        let bound = |bucket: usize| {
            let row = u32_at(self.buckets, 4 * bucket)?;
            usize::try_from(row).ok()?.checked_mul(row_length)
        };
        let rows = bound(bucket)
            .zip(bound(bucket + 1))
            .and_then(|(start, end)| self.rows.get(start..end))
            .ok_or(DAMAGED)?;
        let number = |bytes: &[u8]| {
            bytes.iter().rev().fold(0u64, |number, &byte| number << 8 | u64::from(byte))
        };
        let found = rows.chunks_exact(row_length).find_map(|row| {
            let (fingerprint, place) = row.split_at(self.fingerprint_bytes);
            (number(fingerprint) == wanted).then(|| number(place) as u32)
        });
        Ok(found)
    }

    fn archive(&self, number: u32) -> Result<Archive, IndexError> {
        let (group, name, version, is_jar) =
            self.releases.with_archive(number, |artifact, version, is_jar| {
                (artifact.group, artifact.name, version, is_jar)
            })?;
        Ok(Archive {
            group: self.groups.get(group)?,
            artifact: self.names.get(name)?,
            version: self.versions.get(version)?,
            is_jar,
        })
    }

    /// The group under which a version of an artifact was published as a JAR most often; of several
    /// the first by name.
    pub fn group_of(&self, artifact: &str, version: &str) -> Result<Option<String>, IndexError> {
        let (Some(name), Some(wanted)) = (self.names.find(artifact)?, self.versions.find(version)?)
        else {
            return Ok(None);
        };
        // Rows of a name are sorted by group.
        let mut best: Option<(u32, u32)> = None;
        let mut current: Option<(u32, u32)> = None;
        self.releases.of_name(name, |artifact| {
            let mut count = 0;
            for archive in artifact.archives {
                let (version, is_jar) = archive?;
                count += u32::from(version == wanted && is_jar);
            }
            current = match current {
                Some((group, before)) if group == artifact.group => Some((group, before + count)),
                _ => Some((artifact.group, count)),
            };
            if let Some((group, count)) = current
                && count > best.map_or(0, |(_, count)| count)
            {
                best = Some((group, count));
            }
            Ok(true)
        })?;
        best.map(|(group, _)| self.groups.get(group)).transpose()
    }

    /// Whether an artifact of a group was ever published.
    pub fn exists(&self, group: &str, artifact: &str) -> Result<bool, IndexError> {
        let (Some(group), Some(name)) = (self.groups.find(group)?, self.names.find(artifact)?)
        else {
            return Ok(false);
        };
        let mut found = false;
        self.releases.of_name(name, |artifact| {
            found |= artifact.group == group;
            Ok(!found)
        })?;
        Ok(found)
    }
}
