//! Walks inputs and hands every file of a known feed on.
//!
//! Archives are read as streams. A file that no feed knows by its name and first bytes is passed
//! over without being read. Links are not followed: an advisory tree has none that matter, and
//! one that leaves the tree is an attack.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::BuildLimits;
use crate::feed::{Feed, HEAD, detect};
use crate::sink::FeedProblem;

/// The account of a walk.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) files: u64,
    pub(super) unrecognised: u64,
    pub(super) problems: Vec<FeedProblem>,
}

/// Gets each file of a feed: the feed, the path, the content.
type Give<'g> = dyn FnMut(&'static Feed, String, Vec<u8>) + 'g;

/// How a file is packed, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Zstd,
}

/// Walks one input. Only an input that cannot be read at all is an error; what is wrong inside is
/// a problem of the walk.
pub(super) fn walk(
    path: &Path,
    limits: &BuildLimits,
    walked: &mut Walked,
    give: &mut Give<'_>,
) -> io::Result<()> {
    // The input itself may be a link: the user named it.
    if !fs::metadata(path)?.is_dir() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return walk_file(path, &name, limits, walked, give);
    }
    // Directories wait on a list of our own, so that depth costs no stack.
    let mut waiting = vec![path.to_owned()];
    let mut seen = 0;
    while let Some(directory) = waiting.pop() {
        let mut entries = match list(&directory) {
            Ok(entries) => entries,
            Err(error) if directory == path => return Err(error),
            Err(error) => {
                walked.problem(&directory.to_string_lossy(), &error);
                continue;
            }
        };
        entries.sort_by(|left, right| right.0.cmp(&left.0));
        for (entry, kind) in entries {
            seen += 1;
            if seen > limits.files {
                return Err(io::Error::other("too many files"));
            }
            if kind.is_dir() {
                // A checkout's history is large and says nothing.
                if entry.file_name().is_some_and(|name| name != ".git") {
                    waiting.push(entry);
                }
            } else if kind.is_file() {
                let base = path.parent().unwrap_or(path);
                let name = entry.strip_prefix(base).unwrap_or(&entry).to_string_lossy();
                let name = name.replace(std::path::MAIN_SEPARATOR, "/");
                if let Err(error) = walk_file(&entry, &name, limits, walked, give) {
                    walked.problem(&name, &error);
                }
            }
        }
    }
    Ok(())
}

fn list(directory: &Path) -> io::Result<Vec<(PathBuf, fs::FileType)>> {
    fs::read_dir(directory)?
        .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))))
        .collect()
}

/// A plain file, a packed one or an archive.
fn walk_file(
    path: &Path,
    name: &str,
    limits: &BuildLimits,
    walked: &mut Walked,
    give: &mut Give<'_>,
) -> io::Result<()> {
    let (inner, packing) = unpacked_name(name);
    let file = || File::open(path).map(BufReader::new);
    if packing == Packing::None && !inner.ends_with(".tar") {
        return offer(name, &mut file()?, limits, walked, give);
    }
    if !inner.ends_with(".tar") {
        // Some feeds are published as packed single files and unpack themselves.
        let mut head = Vec::new();
        file()?.take(HEAD as u64).read_to_end(&mut head)?;
        if detect(name, &head).is_some() {
            return offer(name, &mut file()?, limits, walked, give);
        }
    }
    let reader: Box<dyn Read> = match packing {
        Packing::None => Box::new(file()?),
        Packing::Gzip => Box::new(MultiGzDecoder::new(file()?)),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(file()?)?;
            // 128 MiB: archives of many small similar files are packed with such windows.
            decoder.window_log_max(27)?;
            Box::new(decoder)
        }
    };
    let mut reader = reader.take(limits.archive_size);
    if inner.ends_with(".tar") {
        walk_archive(&mut reader, limits, walked, give)
    } else {
        offer(&inner, &mut reader, limits, walked, give)
    }
}

fn unpacked_name(name: &str) -> (String, Packing) {
    let cut = |suffix: &str| name.strip_suffix(suffix);
    if let Some(stem) = cut(".tgz") {
        (format!("{stem}.tar"), Packing::Gzip)
    } else if let Some(stem) = cut(".gz") {
        (stem.to_owned(), Packing::Gzip)
    } else if let Some(stem) = cut(".zst") {
        (stem.to_owned(), Packing::Zstd)
    } else {
        (name.to_owned(), Packing::None)
    }
}

fn walk_archive(
    reader: &mut dyn Read,
    limits: &BuildLimits,
    walked: &mut Walked,
    give: &mut Give<'_>,
) -> io::Result<()> {
    // Long names and extended headers are read into memory before we see the entry.
    let budget = limits.file_size.saturating_add(HEAD as u64);
    let left = Rc::new(Cell::new(budget));
    let mut archive = tar::Archive::new(Metered { reader, left: Rc::clone(&left) });
    let mut seen = 0;
    let mut entries = archive.entries()?;
    loop {
        left.set(budget);
        let Some(entry) = entries.next() else { break };
        let mut entry = entry?;
        left.set(budget);
        seen += 1;
        if seen > limits.files {
            return Err(io::Error::other("too many files in the archive"));
        }
        if entry.header().entry_type().is_file() {
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            offer(&name, &mut entry, limits, walked, give)?;
        }
    }
    Ok(())
}

/// A reader that gives no more than it is allowed to for each step.
struct Metered<'r> {
    reader: &'r mut dyn Read,
    left: Rc<Cell<u64>>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::other("an entry of the archive is larger than any feed"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read(&mut buffer[..most])?;
        self.left.set(left - read as u64);
        Ok(read)
    }
}

/// Hands a file on if a feed knows it; reads the rest of it only then.
fn offer(
    name: &str,
    reader: &mut dyn Read,
    limits: &BuildLimits,
    walked: &mut Walked,
    give: &mut Give<'_>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    reader.take(HEAD as u64).read_to_end(&mut bytes)?;
    let Some(feed) = detect(name, &bytes) else {
        walked.unrecognised += 1;
        return Ok(());
    };
    reader.take(limits.file_size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.file_size {
        walked.problem(name, &io::Error::other("the file is larger than any feed"));
        return Ok(());
    }
    walked.files += 1;
    give(feed, name.to_owned(), bytes);
    Ok(())
}

impl Walked {
    fn problem(&mut self, file: &str, error: &io::Error) {
        self.problems.push(FeedProblem {
            file: file.to_owned(),
            record: String::new(),
            reason: error.to_string(),
        });
    }
}
