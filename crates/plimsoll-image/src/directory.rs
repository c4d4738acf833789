//! A root file system on disk, offered to a visitor as if it were one layer.
//!
//! Every name is opened relative to its directory's descriptor and without following links, so that
//! nothing outside the root is read, whatever is renamed meanwhile. Names come sorted, so that the
//! result does not depend on the file system.

use std::ffi::CString;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, readlinkat, statat,
};

use crate::tar::Report;
use crate::{Entry, EntryKind, Error, HEAD_LENGTH, Interest, LayerVisitor, Limits, ProblemKind};

/// File systems of the kernel, which are no part of an installed system.
const KERNEL: [&[u8]; 3] = [b"dev", b"proc", b"sys"];

/// A directory under way.
struct Level {
    directory: OwnedFd,
    names: std::vec::IntoIter<CString>,
    /// Length of the directory's path.
    path: usize,
}

/// Walks everything under `root`; a file is walked by itself, as if it were alone in its directory.
pub(crate) fn walk<V: LayerVisitor>(
    root: &Path,
    visitor: &mut V,
    limits: &Limits,
) -> Result<(), Error> {
    let failed = |source: std::io::Error| Error::Read { what: root.display().to_string(), source };
    let is_machine = root.canonicalize().is_ok_and(|path| path == Path::new("/"));
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let alone = alone(root);
    let top = match &alone {
        Some((directory, _)) => directory,
        None => root,
    };
    let directory = openat(CWD, top, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
    let names = match alone {
        Some((_, name)) => vec![name],
        None => names(&directory, limits).map_err(|error| failed(error.into()))?,
    };
    let mut tree = Tree {
        visitor,
        limits,
        report: Report::new(),
        path: Vec::new(),
        buffer: Vec::new(),
        levels: vec![Level { directory, names: names.into_iter(), path: 0 }],
        count: 0,
    };
    while let Some(level) = tree.levels.last_mut() {
        tree.path.truncate(level.path);
        let Some(name) = level.names.next() else {
            tree.levels.pop();
            continue;
        };
        if is_machine && level.path == 0 && KERNEL.contains(&name.as_bytes()) {
            continue;
        }
        tree.count += 1;
        if tree.count > limits.entries {
            let message = format!("more than {} files; the rest was not looked at", limits.entries);
            tree.report.problem(tree.visitor, b"", ProblemKind::TooLarge, message);
            break;
        }
        if !tree.path.is_empty() {
            tree.path.push(b'/');
        }
        tree.path.extend_from_slice(name.as_bytes());
        if let Err(error) = tree.offer(&name) {
            let message =
                format!("cannot be read ({}); not looked at", std::io::Error::from(error));
            tree.report.problem(tree.visitor, &tree.path, ProblemKind::Unreadable, message);
        }
    }
    tree.report.close(tree.visitor);
    Ok(())
}

/// Directory and name of a file.
fn alone(root: &Path) -> Option<(PathBuf, CString)> {
    if root.is_dir() {
        return None;
    }
    // A link is named by what it leads to, because links are not followed in the walk.
    let file = root.canonicalize().ok()?;
    let name = CString::new(file.file_name()?.as_encoded_bytes()).ok()?;
    Some((file.parent()?.to_owned(), name))
}

/// The names in a directory, sorted.
fn names(directory: &OwnedFd, limits: &Limits) -> rustix::io::Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
        // One more is enough to notice that there are too many.
        if names.len() as u64 > limits.entries {
            break;
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The walk's state.
struct Tree<'a, V> {
    visitor: &'a mut V,
    limits: &'a Limits,
    report: Report,
    path: Vec<u8>,
    buffer: Vec<u8>,
    levels: Vec<Level>,
    count: u64,
}

impl<V: LayerVisitor> Tree<'_, V> {
    /// Offers the entry `name` of the deepest directory, whose path is `self.path`.
    fn offer(&mut self, name: &CString) -> rustix::io::Result<()> {
        let Some(level) = self.levels.last() else { return Ok(()) };
        let directory = &level.directory;
        let stat = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => return self.file(name, &stat),
            FileType::Directory => {
                self.visitor.entry(&entry(&self.path, EntryKind::Directory, &stat));
                if self.visitor.enters(&self.path) {
                    return self.enter(name);
                }
            }
            FileType::Symlink => {
                let target = readlinkat(directory, name, Vec::new())?;
                let kind = EntryKind::Symlink(target.as_bytes());
                self.visitor.entry(&entry(&self.path, kind, &stat));
            }
            _ => {
                self.visitor.entry(&entry(&self.path, EntryKind::Special, &stat));
            }
        }
        Ok(())
    }

    fn enter(&mut self, name: &CString) -> rustix::io::Result<()> {
        if self.levels.len() > self.limits.depth || self.path.len() > self.limits.path {
            let message = "lies too deep; its contents were not looked at";
            self.report.problem(self.visitor, &self.path, ProblemKind::TooLarge, message);
            return Ok(());
        }
        let Some(level) = self.levels.last() else { return Ok(()) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory = openat(&level.directory, name, flags, Mode::empty())?;
        let names = names(&directory, self.limits)?;
        self.levels.push(Level { directory, names: names.into_iter(), path: self.path.len() });
        Ok(())
    }

    fn file(&mut self, name: &CString, stat: &Stat) -> rustix::io::Result<()> {
        let mut entry = entry(&self.path, EntryKind::File, stat);
        let mut interest = self.visitor.entry(&entry);
        if interest == Interest::Skip {
            return Ok(());
        }
        let Some(level) = self.levels.last() else { return Ok(()) };
        // The file may have become a pipe since, which would make opening wait.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&level.directory, name, flags, Mode::empty())?;
        let stat = fstat(&file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(());
        }
        entry.size = u64::try_from(stat.st_size).unwrap_or(0);
        let mut file = File::from(file);
        self.buffer.clear();
        let mut read = |most: u64, buffer: &mut Vec<u8>| {
            let outcome = (&mut file).take(most).read_to_end(buffer);
            outcome.map_err(|error| {
                rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO)
            })
        };
        if interest == Interest::Sniff {
            read(HEAD_LENGTH as u64, &mut self.buffer)?;
            interest = self.visitor.head(&entry, &self.buffer);
        }
        let Interest::Read(wanted) = interest else { return Ok(()) };
        let limit = wanted.min(self.limits.file);
        if entry.size <= limit {
            // One byte more tells whether the file grew over the limit.
            let most = (limit - (self.buffer.len() as u64).min(limit)).saturating_add(1);
            read(most, &mut self.buffer)?;
        }
        let size = entry.size.max(self.buffer.len() as u64);
        if size > limit {
            let message = format!("has {size} bytes, and {limit} are read at most; skipped");
            self.report.problem(self.visitor, &self.path, ProblemKind::TooLarge, message);
        } else {
            self.visitor.content(&entry, &self.buffer);
        }
        Ok(())
    }
}

fn entry<'a>(path: &'a [u8], kind: EntryKind<'a>, stat: &Stat) -> Entry<'a> {
    let size = if kind == EntryKind::File { u64::try_from(stat.st_size).unwrap_or(0) } else { 0 };
    Entry {
        path,
        kind,
        mode: stat.st_mode & 0o7777,
        uid: u64::from(stat.st_uid),
        gid: u64::from(stat.st_gid),
        size,
    }
}
