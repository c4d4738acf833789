//! Walks inputs and hands every file of a known feed on.
//!
//! Archives are read as streams, but for ZIP, whose directory stands at its end. A file that no
//! feed knows by its name and first bytes is passed over without being read. Links are not
//! followed: an advisory tree has none that matter, and one that leaves the tree is an attack.
//!
//! Feeds are packed once, in whatever way, and sometimes the packed files of several are put into
//! one archive: an archive in an archive is opened too, one within that is not.

mod archive;
mod newer;
mod packing;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use newer::{Newer, is_taken_back};
use packing::{Archive, Packed};

use super::BuildLimits;
use crate::feed::{Feed, HEAD, detect};
use crate::sink::FeedProblem;

/// An archive, and one in it.
const DEEPEST: u32 = 2;

/// The account of a walk.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) files: u64,
    pub(super) unrecognised: u64,
    pub(super) superseded: u64,
    pub(super) problems: Vec<FeedProblem>,
}

/// Gets each file of a feed: the feed, the path, the content.
type Give<'g> = dyn FnMut(&'static Feed, String, Vec<u8>) + 'g;

/// A walk through one input.
struct Walk<'w> {
    limits: &'w BuildLimits,
    walked: &'w mut Walked,
    give: &'w mut Give<'w>,
    /// What the file that is being unpacked, with all that is packed within it, may still give.
    left: Rc<Cell<u64>>,
    /// Entries of archives in that file.
    entries: u64,
    /// What is newer than it.
    newer: Newer,
}

/// Walks one input. Only an input that cannot be read at all is an error; what is wrong inside is
/// a problem of the walk.
pub(super) fn walk<'w>(
    path: &Path,
    limits: &'w BuildLimits,
    walked: &'w mut Walked,
    give: &'w mut Give<'w>,
) -> io::Result<()> {
    let mut walk =
        Walk { limits, walked, give, left: Rc::default(), entries: 0, newer: Newer::default() };
    // The input itself may be a link: the user named it.
    if fs::metadata(path)?.is_dir() {
        return walk.directory(path);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    walk.file(path, &name)
}

fn list(directory: &Path) -> io::Result<Vec<(PathBuf, fs::FileType)>> {
    fs::read_dir(directory)?
        .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))))
        .collect()
}

impl Walk<'_> {
    fn directory(&mut self, path: &Path) -> io::Result<()> {
        // Directories wait on a list of our own, so that depth costs no stack.
        let mut waiting = vec![path.to_owned()];
        let mut seen = 0;
        while let Some(directory) = waiting.pop() {
            let mut entries = match list(&directory) {
                Ok(entries) => entries,
                Err(error) if directory == path => return Err(error),
                Err(error) => {
                    self.problem(&directory.to_string_lossy(), &error);
                    continue;
                }
            };
            entries.sort_by(|left, right| right.0.cmp(&left.0));
            self.newer = Newer::than_in(&directory, self.limits.files);
            for (entry, kind) in entries {
                seen += 1;
                if seen > self.limits.files {
                    return Err(io::Error::other("too many files"));
                }
                if kind.is_dir() {
                    // A checkout's history is large and says nothing; nor do notes of a fetch.
                    let name = entry.file_name().unwrap_or_default().to_string_lossy();
                    if !name.starts_with('.') {
                        waiting.push(entry);
                    }
                } else if kind.is_file() && is_taken_back(&entry) {
                    self.walked.superseded += 1;
                } else if kind.is_file() {
                    let base = path.parent().unwrap_or(path);
                    let name = entry.strip_prefix(base).unwrap_or(&entry).to_string_lossy();
                    let name = name.replace(std::path::MAIN_SEPARATOR, "/");
                    if let Err(error) = self.file(&entry, &name) {
                        self.problem(&name, &error);
                    }
                }
            }
        }
        Ok(())
    }

    /// A plain file, a packed one or an archive.
    fn file(&mut self, path: &Path, name: &str) -> io::Result<()> {
        self.left.set(self.limits.archive_size);
        self.entries = 0;
        let mut file = BufReader::new(File::open(path)?);
        if Packed::of(name).is_seekable() {
            return self.zip(file, name, "", 1);
        }
        self.content(name, "", &mut file, 0)
    }

    /// Some content under a name, inside of `depth` archives: a file of a feed, something that
    /// must be unpacked first, or neither. `parent` is put before the names within an archive.
    fn content(
        &mut self,
        name: &str,
        parent: &str,
        reader: &mut dyn Read,
        depth: u32,
    ) -> io::Result<()> {
        let packed = Packed::of(name);
        if packed.archive.is_none() {
            // Some feeds are published as packed single files and unpack themselves.
            let mut head = Vec::new();
            reader.take(HEAD as u64).read_to_end(&mut head)?;
            if let Some(feed) = detect(name, &head) {
                return self.take(feed, name, head, reader);
            }
            if packed.is_plain() {
                self.walked.unrecognised += 1;
                return Ok(());
            }
            let mut unpacked = packed.unpack(head.chain(reader), &self.left)?;
            let mut head = Vec::new();
            (&mut unpacked).take(HEAD as u64).read_to_end(&mut head)?;
            let Some(feed) = detect(&packed.name, &head) else {
                self.walked.unrecognised += 1;
                return Ok(());
            };
            return self.take(feed, &packed.name, head, &mut unpacked);
        }
        if depth == DEEPEST {
            self.walked.unrecognised += 1;
            return Ok(());
        }
        let mut unpacked = packed.unpack(reader, &self.left)?;
        if packed.archive == Some(Archive::Zip) {
            let mut bytes = Vec::new();
            unpacked.take(self.limits.file_size).read_to_end(&mut bytes)?;
            return self.zip(Cursor::new(bytes), name, parent, depth + 1);
        }
        self.tar(&mut unpacked, parent, depth + 1)
    }

    /// Hands a file on to its feed.
    fn take(
        &mut self,
        feed: &'static Feed,
        name: &str,
        mut bytes: Vec<u8>,
        reader: &mut dyn Read,
    ) -> io::Result<()> {
        reader.take(self.limits.file_size).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.limits.file_size {
            self.problem(name, &io::Error::other("the file is larger than any feed"));
            return Ok(());
        }
        self.walked.files += 1;
        (self.give)(feed, name.to_owned(), bytes);
        Ok(())
    }

    fn problem(&mut self, file: &str, error: &io::Error) {
        self.walked.problems.push(FeedProblem {
            file: file.to_owned(),
            record: String::new(),
            reason: error.to_string(),
        });
    }
}
