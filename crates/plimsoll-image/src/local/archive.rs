//! An image in a tar that can be sought in: only the headers are read to find its parts.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use super::container::{Container, Links, Resolved, resolve};
use crate::manifest::invalid;
use crate::tar::{Input, Member, MemberKind, Members, Stop, tidy};
use crate::{BlobSource, Choice, Error, Limits, Opened, SourceKind};

/// Members of an archive that is an image: a thousand images have fewer.
const MEMBERS: usize = 200_000;
/// Bytes read at once for headers; contents are passed over.
const BUFFER: usize = 8 << 10;

/// A stretch of the file.
#[derive(Debug, Clone, Copy)]
struct Section {
    offset: u64,
    length: u64,
}

/// The archive, and after its image was found where that image's layers are.
struct Archive {
    name: String,
    file: Arc<File>,
    files: HashMap<String, Section>,
    links: Links,
    limit: u64,
    layers: Vec<Section>,
}

pub(super) fn open(
    file: File,
    name: String,
    choice: &Choice,
    limits: &Limits,
) -> Result<Opened, Error> {
    let mut archive = Archive {
        name,
        file: Arc::new(file),
        files: HashMap::new(),
        links: Links::default(),
        limit: limits.document,
        layers: Vec::new(),
    };
    archive.index(limits)?;
    let Resolved { image, layers } = resolve(&archive, SourceKind::DockerArchive, choice, limits)?;
    archive.layers = layers
        .iter()
        .zip(1..)
        .map(|(path, number)| {
            let missing = || Error::Missing { what: format!("layer {number} ({path})") };
            archive.section(path).ok_or_else(missing)
        })
        .collect::<Result<_, _>>()?;
    // A manifest may promise a length; the archive decides, and the digest judges.
    Ok(Opened::Random { image, blobs: Box::new(archive) })
}

impl Archive {
    fn index(&mut self, limits: &Limits) -> Result<(), Error> {
        let failed = |name: &str, stop: Stop, first: bool| match stop {
            Stop::Read(source) => Error::Read { what: name.to_owned(), source },
            Stop::Unsupported(form) => {
                Error::Unsupported { what: name.to_owned(), form: form.to_owned() }
            }
            Stop::Damaged(_, reason) if first => {
                Error::NotAnImage { what: name.to_owned(), reason }
            }
            Stop::Damaged(crate::ProblemKind::Truncated, _) => {
                Error::Truncated { what: name.to_owned() }
            }
            Stop::Damaged(_, message) => invalid(name, format!("is damaged: {message}")),
        };
        let length = match self.file.metadata() {
            Ok(metadata) => metadata.len(),
            Err(source) => return Err(Error::Read { what: self.name.clone(), source }),
        };
        let input = Seeking { file: &self.file, length, position: 0, buffer: Vec::new(), start: 0 };
        let mut members = Members::new(input);
        let mut member = Member::default();
        loop {
            let first = members.offset() == 0;
            match members.next(&mut member, limits) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(stop) => return Err(failed(&self.name, stop, first)),
            }
            if self.files.len() + self.links.len() > MEMBERS {
                return Err(Error::TooLarge {
                    what: format!("the number of files in {}", self.name),
                    actual: MEMBERS as u64 + 1,
                    limit: MEMBERS as u64,
                });
            }
            let Some(path) = tidy(&member.name, limits) else { continue };
            match member.kind {
                MemberKind::File if member.flaw.is_none() && member.sparse.is_none() => {
                    self.links.remove(&path);
                    let section = Section { offset: members.offset(), length: members.stored() };
                    self.files.insert(path, section);
                }
                MemberKind::Symlink => self.links.symbolic(&path, &member.link, limits),
                MemberKind::HardLink => self.links.hard(&path, &member.link, limits),
                _ => {}
            }
        }
    }

    fn section(&self, path: &str) -> Option<Section> {
        self.files.get(self.links.follow(path)).copied()
    }
}

impl Container for Archive {
    fn name(&self) -> &str {
        &self.name
    }

    fn document(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(section) = self.section(path) else { return Ok(None) };
        let what = || format!("{path} in {}", self.name);
        if section.length > self.limit {
            let (actual, limit) = (section.length, self.limit);
            return Err(Error::TooLarge { what: what(), actual, limit });
        }
        let mut content = Vec::new();
        SectionReader { file: Arc::clone(&self.file), section }
            .read_to_end(&mut content)
            .map_err(|source| Error::Read { what: what(), source })?;
        Ok(Some(content))
    }

    fn layer_size(&self, path: &str) -> Result<Option<u64>, Error> {
        Ok(self.section(path).map(|section| section.length))
    }
}

impl BlobSource for Archive {
    fn open(&self, index: usize) -> Result<Box<dyn Read + Send>, Error> {
        let missing = || Error::Missing { what: format!("layer {}", index + 1) };
        let section = *self.layers.get(index).ok_or_else(missing)?;
        Ok(Box::new(SectionReader { file: Arc::clone(&self.file), section }))
    }
}

/// Reads a stretch of a file that others read too.
struct SectionReader {
    file: Arc<File>,
    section: Section,
}

impl Read for SectionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.section.length).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(&mut buffer[..most], self.section.offset)?;
        self.section.offset += count as u64;
        self.section.length -= count as u64;
        Ok(count)
    }
}

/// A file whose contents are passed over without being read.
struct Seeking<'a> {
    file: &'a File,
    length: u64,
    /// Where `buffer` ends in the file.
    position: u64,
    buffer: Vec<u8>,
    start: usize,
}

impl Input for Seeking<'_> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        while self.start == self.buffer.len() && self.position < self.length {
            self.start = 0;
            self.buffer.resize(BUFFER, 0);
            let read = self.file.read_at(&mut self.buffer, self.position);
            self.buffer.truncate(*read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => break,
                Ok(count) => self.position += count as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Read(error)),
            }
        }
        Ok(&self.buffer[self.start..])
    }

    fn consume(&mut self, count: usize) {
        self.start = self.buffer.len().min(self.start + count);
    }

    fn skip(&mut self, length: u64) -> Result<u64, Stop> {
        let buffered = (self.buffer.len() - self.start) as u64;
        if let Some(beyond) = length.checked_sub(buffered) {
            self.start = self.buffer.len();
            let reached = self.position.saturating_add(beyond).min(self.length);
            let missing = beyond - (reached - self.position);
            self.position = reached;
            return Ok(missing);
        }
        self.start += usize::try_from(length).unwrap_or(usize::MAX);
        Ok(0)
    }
}
