//! Makes an index of what was added, with the same bytes whatever the order.

use std::collections::HashMap;

use crate::format::{
    AS_OF_LENGTH, BLOCK_SIZE, BUCKET_SIZE, HEADER_SIZE, LEAST_FINGERPRINT, MAGIC, MOST_BUCKET_BITS,
    MOST_FINGERPRINT, MOST_IN_ROW, SECTIONS, VERSION, header, put_varint, split,
};
use crate::strings::{self, LONGEST};

/// How hard blocks are compressed. The index is built once and read for ever.
const LEVEL: i32 = 19;

/// What cannot be put into an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// A name.
    #[error("{0:?} is no name of a group, an artifact or a version")]
    Name(String),
    /// Archives, names or bytes are counted with 32 bits.
    #[error("there are more than 4,294,967,295 {0}")]
    Many(&'static str),
    /// Two archives cannot be told apart by the part of their SHA-1 that an index may keep.
    #[error("two archives have nearly the same SHA-1")]
    Similar,
    /// The text for the date.
    #[error("the date of the data has more than {AS_OF_LENGTH} bytes")]
    Date,
}

/// Collects archives.
#[derive(Debug, Default)]
pub struct Builder {
    groups: Interner,
    names: Interner,
    versions: Interner,
    archives: Vec<Added>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Added {
    name: u32,
    group: u32,
    version: u32,
    is_other: bool,
    sha1: [u8; 20],
}

/// Names by number, in the order in which they came.
#[derive(Debug, Default)]
struct Interner(HashMap<Box<str>, u32>);

impl Interner {
    fn intern(&mut self, name: &str) -> Result<u32, TooLarge> {
        if let Some(&number) = self.0.get(name) {
            return Ok(number);
        }
        if name.is_empty() || name.len() > LONGEST || name.contains(char::is_control) {
            return Err(TooLarge::Name(name.chars().take(100).collect()));
        }
        let number = u32::try_from(self.0.len()).map_err(|_| TooLarge::Many("names"))?;
        self.0.insert(name.into(), number);
        Ok(number)
    }

    /// The names sorted, and the rank of each number.
    fn sorted(&self) -> (Vec<&str>, Vec<u32>) {
        let mut names: Vec<(&str, u32)> =
            self.0.iter().map(|(name, &number)| (&**name, number)).collect();
        names.sort_unstable();
        let mut ranks = vec![0; names.len()];
        for (rank, (_, number)) in (0u32..).zip(&names) {
            ranks[*number as usize] = rank;
        }
        (names.into_iter().map(|(name, _)| name).collect(), ranks)
    }
}

impl Builder {
    /// An empty one.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Adds an archive. Of several with the same SHA-1, the first by artifact, group and version
    /// stays.
    pub fn add(
        &mut self,
        sha1: [u8; 20],
        group: &str,
        artifact: &str,
        version: &str,
        is_jar: bool,
    ) -> Result<(), TooLarge> {
        let added = Added {
            name: self.names.intern(artifact)?,
            group: self.groups.intern(group)?,
            version: self.versions.intern(version)?,
            is_other: !is_jar,
            sha1,
        };
        self.archives.push(added);
        Ok(())
    }

    /// Number of archives that were added.
    pub fn len(&self) -> usize {
        self.archives.len()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.archives.is_empty()
    }

    /// The index. `as_of` says as of when the data is.
    pub fn finish(mut self, as_of: &str) -> Result<Vec<u8>, TooLarge> {
        if as_of.len() > AS_OF_LENGTH {
            return Err(TooLarge::Date);
        }
        let (groups, group_ranks) = self.groups.sorted();
        let (names, name_ranks) = self.names.sorted();
        let (versions, version_ranks) = self.versions.sorted();
        for archive in &mut self.archives {
            archive.group = group_ranks[archive.group as usize];
            archive.name = name_ranks[archive.name as usize];
            archive.version = version_ranks[archive.version as usize];
        }
        // The first of each SHA-1 stays.
        self.archives.sort_unstable_by_key(|archive| (archive.sha1, *archive));
        self.archives.dedup_by_key(|archive| archive.sha1);
        self.archives.sort_unstable();
        let archives = &self.archives;
        let count = u32::try_from(archives.len()).map_err(|_| TooLarge::Many("archives"))?;

        let (block_index, blocks, artifacts) = blocks(archives)?;
        let rows = Rows::of(archives)?;
        let (group_index, group_data) = strings::write(&groups);
        let (name_index, name_data) = strings::write(&names);
        let (version_index, version_data) = strings::write(&versions);
        let sections: [Vec<u8>; SECTIONS] = [
            rows.buckets,
            rows.rows,
            group_index,
            group_data,
            name_index,
            name_data,
            version_index,
            version_data,
            block_index,
            blocks,
        ];
        if sections.iter().any(|section| u32::try_from(section.len()).is_err()) {
            return Err(TooLarge::Many("bytes of a section"));
        }
        let mut file = vec![0; HEADER_SIZE];
        let put = |file: &mut [u8], at: usize, bytes: &[u8]| {
            file[at..at + bytes.len()].copy_from_slice(bytes);
        };
        for (number, section) in sections.iter().enumerate() {
            file.resize(file.len().next_multiple_of(8), 0);
            let at = header::SECTIONS + 16 * number;
            let offset = (file.len() as u64).to_le_bytes();
            put(&mut file, at, &offset);
            put(&mut file, at + 8, &(section.len() as u64).to_le_bytes());
            file.extend_from_slice(section);
        }
        put(&mut file, 0, &MAGIC);
        put(&mut file, header::VERSION, &VERSION.to_le_bytes());
        file[header::FINGERPRINT_BYTES] = rows.fingerprint_bytes as u8;
        file[header::NUMBER_BYTES] = rows.number_bytes as u8;
        file[header::BUCKET_BITS] = rows.bucket_bits as u8;
        put(&mut file, header::ARCHIVES, &count.to_le_bytes());
        put(&mut file, header::ARTIFACTS, &artifacts.to_le_bytes());
        let length = (file.len() as u64).to_le_bytes();
        put(&mut file, header::LENGTH, &length);
        put(&mut file, header::AS_OF, as_of.as_bytes());
        let content = blake3::hash(&file[HEADER_SIZE..]);
        put(&mut file, header::CONTENT_DIGEST, content.as_bytes());
        let head = blake3::hash(&file[..header::HEADER_DIGEST]);
        put(&mut file, header::HEADER_DIGEST, head.as_bytes());
        Ok(file)
    }
}

/// The index of blocks, the blocks, and how many artifacts are in them. Archives are sorted.
fn blocks(archives: &[Added]) -> Result<(Vec<u8>, Vec<u8>, u32), TooLarge> {
    let (mut index, mut blocks) = (Vec::new(), Vec::new());
    let mut artifacts = 0;
    let mut block = Vec::new();
    let mut start = (0u32, 0u32);
    let mut last_name = 0;
    let mut number = 0u32;
    let mut close = |block: &mut Vec<u8>, start: (u32, u32)| {
        let offset =
            u32::try_from(blocks.len()).map_err(|_| TooLarge::Many("bytes of a section"))?;
        for word in [start.0, start.1, offset, block.len() as u32] {
            index.extend(word.to_le_bytes());
        }
        // Compressing in memory fails only for lack of it.
        let packed = zstd::bulk::compress(block, LEVEL);
        blocks.extend(packed.map_err(|_| TooLarge::Many("bytes of a block"))?);
        block.clear();
        Ok::<(), TooLarge>(())
    };
    for artifact in
        archives.chunk_by(|left, right| (left.name, left.group) == (right.name, right.group))
    {
        artifacts += 1;
        for part in artifact.chunks(MOST_IN_ROW) {
            let (name, group) = (part[0].name, part[0].group);
            if block.is_empty() {
                start = (name, number);
                last_name = name;
            }
            put_varint(&mut block, name - last_name);
            put_varint(&mut block, group);
            put_varint(&mut block, part.len() as u32);
            let mut version = 0;
            for archive in part {
                // Versions are fewer than archives, and those are checked to be far below 2^31.
                let step = archive.version - version;
                put_varint(&mut block, step << 1 | u32::from(archive.is_other));
                version = archive.version;
            }
            last_name = name;
            number += part.len() as u32;
            if block.len() >= BLOCK_SIZE {
                close(&mut block, start)?;
            }
        }
    }
    if !block.is_empty() {
        close(&mut block, start)?;
    }
    Ok((index, blocks, artifacts))
}

/// Fingerprints.
struct Rows {
    buckets: Vec<u8>,
    rows: Vec<u8>,
    fingerprint_bytes: usize,
    number_bytes: usize,
    bucket_bits: u32,
}

impl Rows {
    fn of(archives: &[Added]) -> Result<Rows, TooLarge> {
        // A step of versions is written with a bit beside.
        if archives.len() >= 1 << 31 {
            return Err(TooLarge::Many("archives"));
        }
        let bucket_bits =
            (archives.len() / BUCKET_SIZE).max(1).next_power_of_two().ilog2().min(MOST_BUCKET_BITS);
        let number_bytes = match archives.len() {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            0x1_0001..=0x100_0000 => 3,
            _ => 4,
        };
        let mut fingerprint_bytes = LEAST_FINGERPRINT;
        let sorted = loop {
            let mut sorted: Vec<(usize, u64, u32)> = (0u32..)
                .zip(archives)
                .map(|(number, archive)| {
                    let (bucket, rest) = split(&archive.sha1, bucket_bits, fingerprint_bytes);
                    (bucket, rest, number)
                })
                .collect();
            sorted.sort_unstable();
            if sorted.windows(2).all(|pair| (pair[0].0, pair[0].1) != (pair[1].0, pair[1].1)) {
                break sorted;
            }
            fingerprint_bytes += 1;
            if fingerprint_bytes > MOST_FINGERPRINT {
                return Err(TooLarge::Similar);
            }
        };
        let mut buckets = Vec::with_capacity(4 * ((1 << bucket_bits) + 1));
        let mut rows = Vec::with_capacity(sorted.len() * (fingerprint_bytes + number_bytes));
        let mut next = 0u32;
        let mut left = &sorted[..];
        for bucket in 0..1 << bucket_bits {
            buckets.extend(next.to_le_bytes());
            let count = left.iter().take_while(|row| row.0 == bucket).count();
            let (here, rest) = left.split_at(count);
            for (_, fingerprint, number) in here {
                rows.extend_from_slice(&fingerprint.to_le_bytes()[..fingerprint_bytes]);
                rows.extend_from_slice(&number.to_le_bytes()[..number_bytes]);
            }
            next += count as u32;
            left = rest;
        }
        buckets.extend(next.to_le_bytes());
        Ok(Rows { buckets, rows, fingerprint_bytes, number_bytes, bucket_bits })
    }
}
