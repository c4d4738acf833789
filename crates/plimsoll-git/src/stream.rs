//! A commit's tree as the tar of a layer, written while it is read.

use std::io::{self, Read, Write};
use std::sync::Arc;

use gix::objs::tree::EntryKind;
use plimsoll_image::{BlobSource, Error};
use tempfile::TempDir;

/// Directories in directories; deeper trees are refused by the walk of layers too.
const MAX_DEPTH: usize = 256;

/// The objects of one commit, in a directory that goes with them.
pub(crate) struct Tree(pub(crate) Arc<TempDir>);

impl BlobSource for Tree {
    fn open(&self, _: usize) -> Result<Box<dyn Read + Send>, Error> {
        let failed = |source| Error::Read { what: "the fetched repository".to_owned(), source };
        let (reader, writer) = io::pipe().map_err(failed)?;
        let directory = Arc::clone(&self.0);
        // Ends when everything is written, or with the first byte that nobody reads any more.
        let thread = std::thread::Builder::new().name("git-tree".to_owned()).spawn(move || {
            let options = gix::open::Options::isolated();
            let repository = gix::open_opts(directory.path(), options);
            write(&repository.map_err(io::Error::other)?, writer)
        });
        let thread = thread.map_err(failed)?;
        Ok(Box::new(Stream { reader, thread: Some(thread) }))
    }
}

/// The reading end, which ends with the writing end's error if it had one.
struct Stream {
    reader: io::PipeReader,
    thread: Option<std::thread::JoinHandle<io::Result<()>>>,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if count == 0
            && !buffer.is_empty()
            && let Some(thread) = self.thread.take()
        {
            thread.join().unwrap_or_else(|_| Err(io::Error::other("reading objects failed")))?;
        }
        Ok(count)
    }
}

fn write(repository: &gix::Repository, writer: impl Write) -> io::Result<()> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| io::Error::other(error);
    let commit = repository.head_commit().map_err(|error| failed(error.into()))?;
    let root = commit.tree_id().map_err(|error| failed(error.into()))?.detach();
    let mut archive = tar::Builder::new(writer);
    let mut pending = vec![(root, Vec::new(), 0)];
    while let Some((id, path, depth)) = pending.pop() {
        if depth > MAX_DEPTH {
            return Err(io::Error::other("directories lie too deep"));
        }
        let tree = repository.find_object(id).map_err(|error| failed(error.into()))?;
        let mut directories = Vec::new();
        for entry in gix::objs::TreeRefIter::from_bytes(&tree.data, id.kind()) {
            let entry = entry.map_err(|error| failed(error.into()))?;
            let mut own: Vec<u8> = path.clone();
            own.extend_from_slice(entry.filename);
            let id = entry.oid.to_owned();
            match entry.mode.kind() {
                EntryKind::Tree => {
                    own.push(b'/');
                    directories.push((id, own, depth + 1));
                }
                kind @ (EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link) => {
                    let blob = repository.find_object(id).map_err(|error| failed(error.into()))?;
                    append(&mut archive, &own, kind, &blob.data)?;
                }
                // A submodule is another repository, which was not fetched.
                EntryKind::Commit => {}
            }
        }
        pending.extend(directories.into_iter().rev());
    }
    archive.into_inner()?.flush()
}

fn append(
    archive: &mut tar::Builder<impl Write>,
    path: &[u8],
    kind: EntryKind,
    content: &[u8],
) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path));
    let mut header = tar::Header::new_gnu();
    header.set_mode(if kind == EntryKind::BlobExecutable { 0o755 } else { 0o644 });
    if kind == EntryKind::Link {
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        let target = std::path::Path::new(std::ffi::OsStr::from_bytes(content));
        return archive.append_link(&mut header, path, target);
    }
    header.set_size(content.len() as u64);
    archive.append_data(&mut header, path, content)
}
