//! From header blocks to members: a file's header with all its extensions applied.

use super::header::{BLOCK, Header, sparse_segments, text};
use super::input::{Input, Stop};
use super::path::display;
use super::pax::Extended;
use super::sparse::{MapReader, Segment, fault};
use crate::{Limits, ProblemKind};

/// The kind of a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum MemberKind {
    #[default]
    File,
    Directory,
    Symlink,
    HardLink,
    Special,
    /// A type flag that means nothing here.
    Unknown(u8),
}

/// One member of an archive, its names as they were written.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub(crate) name: Vec<u8>,
    pub(crate) link: Vec<u8>,
    pub(crate) kind: MemberKind,
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    /// Length of the file.
    pub(crate) size: u64,
    /// Which parts of it are stored; without a map, all.
    pub(crate) sparse: Option<Vec<Segment>>,
    /// Why the member cannot be used although the archive goes on.
    pub(crate) flaw: Option<(ProblemKind, String)>,
}

/// The members of an archive, one after the other.
pub(crate) struct Members<I> {
    input: I,
    /// Bytes from the archive's start to where `input` stands.
    offset: u64,
    /// Bytes of the current member's contents that are not read yet.
    stored: u64,
    /// Bytes that pad them to a full block.
    padding: u64,
    /// Bytes of extensions that the current member may still have.
    allowance: u64,
    block: [u8; BLOCK],
    extension: Vec<u8>,
}

impl<I: Input> Members<I> {
    pub(crate) fn new(input: I) -> Members<I> {
        Members {
            input,
            offset: 0,
            stored: 0,
            padding: 0,
            allowance: 0,
            block: [0; BLOCK],
            extension: Vec::new(),
        }
    }

    /// Reads the next member into `member`. Says whether there was one.
    pub(crate) fn next(&mut self, member: &mut Member, limits: &Limits) -> Result<bool, Stop> {
        *member = Member {
            name: std::mem::take(&mut member.name),
            link: std::mem::take(&mut member.link),
            ..Member::default()
        };
        self.allowance = limits.extension;
        let mut extended = Extended::default();
        let (mut long_name, mut long_link) = (None, None);
        let mut extensions = false;
        loop {
            self.finish(&member.name)?;
            let start = self.offset;
            if !self.read_block()? {
                if extensions {
                    return Err(Stop::truncated(
                        "the archive ends before the file that an extended header is for",
                    ));
                }
                return Ok(false);
            }
            let header = Header(&self.block);
            if header.is_zero() {
                return self.end(start);
            }
            if !header.checksum_is_right() {
                let what = if start == 0 { "it is no tar" } else { "the archive is damaged" };
                return Err(Stop::malformed(format!(
                    "no tar header at byte {start} (wrong checksum): {what}"
                )));
            }
            let Some(size) = header.size() else {
                return Err(Stop::malformed(format!(
                    "the length of {} (header at byte {start}) is no number",
                    display(header.name())
                )));
            };
            match header.type_flag() {
                b'x' => {
                    extended = Extended::default();
                    if self.read_extension(size, member)?
                        && let Err(fault) = extended.parse(&self.extension)
                    {
                        member.flaw = Some((ProblemKind::Malformed, fault.to_owned()));
                    }
                }
                b'L' if self.read_extension(size, member)? => {
                    long_name = Some(text(&self.extension).to_vec());
                }
                b'K' if self.read_extension(size, member)? => {
                    long_link = Some(text(&self.extension).to_vec());
                }
                b'L' | b'K' => {}
                b'g' => self.start_contents(size)?,
                _ => {
                    extended.path = long_name.or(extended.path);
                    extended.link = long_link.or(extended.link);
                    self.complete(member, size, extended)?;
                    return Ok(true);
                }
            }
            extensions = true;
        }
    }

    /// The bytes of the current member's stored contents that are at hand.
    pub(crate) fn contents(&mut self) -> Result<&[u8], Stop> {
        let bytes = if self.stored == 0 { &[][..] } else { self.input.fill()? };
        let count = usize::try_from(self.stored).unwrap_or(usize::MAX).min(bytes.len());
        Ok(&bytes[..count])
    }

    /// Passes over bytes that [`Members::contents`] showed.
    pub(crate) fn consume(&mut self, count: usize) {
        self.input.consume(count);
        self.offset += count as u64;
        self.stored -= count as u64;
    }

    /// How many bytes of the current member's contents are stored and not read yet.
    pub(crate) fn stored(&self) -> u64 {
        self.stored
    }

    /// Bytes from the archive's start to the next one.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Passes over what is left of the current member.
    fn finish(&mut self, name: &[u8]) -> Result<(), Stop> {
        let left = self.stored.saturating_add(self.padding);
        if left == 0 {
            return Ok(());
        }
        let missing = self.input.skip(left)?;
        // What pads the last member may be cut off: nothing is lost.
        let cut = missing > self.padding;
        self.offset = self.offset.saturating_add(left - missing);
        (self.stored, self.padding) = (0, 0);
        if cut {
            return Err(Stop::truncated(format!("the archive ends inside {}", display(name))));
        }
        Ok(())
    }

    /// Fills `block`. Says whether there was one before the end.
    fn read_block(&mut self) -> Result<bool, Stop> {
        let mut filled = 0;
        while filled < BLOCK {
            let bytes = self.input.fill()?;
            if bytes.is_empty() {
                if filled == 0 {
                    return Ok(false);
                }
                return Err(Stop::truncated("the archive ends inside a header"));
            }
            let count = bytes.len().min(BLOCK - filled);
            self.block[filled..filled + count].copy_from_slice(&bytes[..count]);
            self.input.consume(count);
            filled += count;
        }
        self.offset += BLOCK as u64;
        Ok(true)
    }

    /// A zero block was read: the archive ends if another follows, or nothing.
    fn end(&mut self, start: u64) -> Result<bool, Stop> {
        if self.read_block()? && !Header(&self.block).is_zero() {
            return Err(Stop::malformed(format!(
                "a lone block of zeros at byte {start}, and more after it: runtimes refuse such a layer"
            )));
        }
        Ok(false)
    }

    fn start_contents(&mut self, size: u64) -> Result<(), Stop> {
        let padded = size
            .checked_next_multiple_of(BLOCK as u64)
            .filter(|padded| self.offset.checked_add(*padded).is_some())
            .ok_or_else(|| Stop::malformed(format!("a file of {size} bytes cannot exist")))?;
        self.stored = size;
        self.padding = padded - size;
        Ok(())
    }

    /// Reads an extension's contents, unless they are too long.
    fn read_extension(&mut self, size: u64, member: &mut Member) -> Result<bool, Stop> {
        self.start_contents(size)?;
        let Some(rest) = self.allowance.checked_sub(size) else {
            let message = format!("has a name or extended header of {size} bytes");
            member.flaw = Some((ProblemKind::TooLarge, message));
            return Ok(false);
        };
        self.allowance = rest;
        self.extension.clear();
        while self.stored > 0 {
            let count = {
                let count = usize::try_from(self.stored).unwrap_or(usize::MAX);
                let bytes = self.input.fill()?;
                let count = count.min(bytes.len());
                self.extension.extend_from_slice(&bytes[..count]);
                count
            };
            if count == 0 {
                return Err(Stop::truncated("the archive ends inside an extended header"));
            }
            self.consume(count);
        }
        Ok(true)
    }

    /// Applies all extensions to the header in `block`, which has contents of `size` bytes.
    fn complete(&mut self, member: &mut Member, size: u64, extended: Extended) -> Result<(), Stop> {
        let block = self.block;
        let header = Header(&block);
        let sparse = extended.sparse;
        member.name.clear();
        match sparse.name.or(extended.path) {
            Some(name) => member.name = name,
            None => {
                let prefix = header.prefix();
                if !prefix.is_empty() {
                    member.name.extend_from_slice(prefix);
                    member.name.push(b'/');
                }
                member.name.extend_from_slice(header.name());
            }
        }
        member.link.clear();
        match extended.link {
            Some(link) => member.link = link,
            None => member.link.extend_from_slice(header.link_name()),
        }
        // Broken owners and modes must not hide a file.
        member.mode = u32::try_from(header.mode().unwrap_or(0) & 0o7777).unwrap_or(0);
        member.uid = extended.uid.or(header.uid()).unwrap_or(0);
        member.gid = extended.gid.or(header.gid()).unwrap_or(0);
        member.kind = match header.type_flag() {
            // The seventh edition had no flag for directories.
            0 if member.name.ends_with(b"/") => MemberKind::Directory,
            0 | b'0' | b'7' | b'S' => MemberKind::File,
            b'1' => MemberKind::HardLink,
            b'2' => MemberKind::Symlink,
            b'3' | b'4' | b'6' => MemberKind::Special,
            b'5' => MemberKind::Directory,
            other => MemberKind::Unknown(other),
        };
        let stored = extended.size.unwrap_or(size);
        let has_contents = matches!(member.kind, MemberKind::File | MemberKind::Unknown(_));
        self.start_contents(if has_contents { stored } else { 0 })?;
        if member.kind != MemberKind::File {
            return Ok(());
        }
        member.size = stored;
        let map = if header.type_flag() == b'S' {
            member.size = header.real_size().unwrap_or(0);
            self.old_sparse_map(member)?
        } else if sparse.map_in_contents {
            member.size = sparse.real_size.unwrap_or(stored);
            self.map_in_contents(member)?
        } else {
            if sparse.map.is_some() {
                member.size = sparse.real_size.unwrap_or(stored);
            }
            sparse.map
        };
        if let Some(map) = map {
            if let Some(fault) = fault(&map, member.size, self.stored) {
                member.flaw =
                    Some((ProblemKind::Malformed, format!("is a sparse file that {fault}")));
            }
            member.sparse = Some(map);
        }
        Ok(())
    }

    /// The map in the header and in the blocks between it and the contents.
    fn old_sparse_map(&mut self, member: &mut Member) -> Result<Option<Vec<Segment>>, Stop> {
        let broken = || Stop::malformed("a sparse file's map holds something that is no number");
        let mut map = Vec::new();
        let mut more = Header(&self.block).sparse_segments(&mut map).ok_or_else(broken)?;
        while more {
            if !self.read_block()? {
                return Err(Stop::truncated("the archive ends inside a sparse file's map"));
            }
            more = self.block[504] != 0;
            match self.allowance.checked_sub(BLOCK as u64) {
                Some(rest) => {
                    self.allowance = rest;
                    sparse_segments(&self.block[..504], &mut map).ok_or_else(broken)?;
                }
                // Go on to find the contents, but keep nothing.
                None => {
                    let message = "has too long a map of its sparse parts".to_owned();
                    member.flaw = Some((ProblemKind::TooLarge, message));
                }
            }
        }
        Ok(Some(map))
    }

    /// The map in the first blocks of the contents.
    fn map_in_contents(&mut self, member: &mut Member) -> Result<Option<Vec<Segment>>, Stop> {
        let mut reader = MapReader::default();
        let flaw = loop {
            let (Some(stored), Some(rest)) =
                (self.stored.checked_sub(BLOCK as u64), self.allowance.checked_sub(BLOCK as u64))
            else {
                break "is a sparse file with a map that is too long";
            };
            if !self.read_block()? {
                return Err(Stop::truncated("the archive ends inside a sparse file's map"));
            }
            (self.stored, self.allowance) = (stored, rest);
            match reader.block(&self.block) {
                Some(true) => return Ok(Some(reader.segments)),
                Some(false) => {}
                None => break "is a sparse file with a broken map",
            }
        };
        member.flaw = Some((ProblemKind::Malformed, flaw.to_owned()));
        Ok(None)
    }
}
