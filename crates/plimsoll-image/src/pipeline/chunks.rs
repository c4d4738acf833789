//! Stored bytes in chunks that are read and hashed on one side, and walked on another.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender};

use super::Meter;
use crate::hasher::Hasher;
use crate::tar::{Input, Stop};
use crate::{Algorithm, Digest};

/// Bytes of a chunk. Fewer cost more system calls and wake-ups, more fall out of the cache between
/// the two threads.
pub(super) const CHUNK: usize = 256 << 10;
/// Chunks that may wait between the two threads.
pub(super) const WAITING: usize = 4;

/// Gives chunks. All but the last are full, so that a reader may look at the first bytes.
pub(super) trait Feed {
    /// Puts the next bytes into `chunk`, none at the end.
    fn next(&mut self, chunk: &mut Vec<u8>) -> Result<(), Stop>;
}

/// Reads a blob and hashes it.
pub(super) struct Reader<'a> {
    source: Box<dyn Read + Send>,
    hasher: Hasher,
    /// How many more bytes there may be.
    allowance: u64,
    meter: &'a Meter<'a>,
}

impl<'a> Reader<'a> {
    /// A reader of at most `most` bytes.
    pub(super) fn new(
        source: Box<dyn Read + Send>,
        algorithm: Algorithm,
        most: u64,
        meter: &'a Meter<'a>,
    ) -> Reader<'a> {
        Reader { source, hasher: Hasher::new(algorithm), allowance: most, meter }
    }

    /// Reads what is left and gives the digest of everything.
    pub(super) fn finish(mut self) -> io::Result<Digest> {
        let mut chunk = Vec::new();
        loop {
            self.read(&mut chunk)?;
            if chunk.is_empty() {
                return Ok(self.hasher.finish());
            }
        }
    }

    /// Sends all chunks on, and goes on hashing when nobody wants them any more.
    pub(super) fn feed(
        mut self,
        chunks: SyncSender<Vec<u8>>,
        used: &Receiver<Vec<u8>>,
    ) -> io::Result<Digest> {
        loop {
            let mut chunk = used.try_recv().unwrap_or_default();
            self.read(&mut chunk)?;
            if chunk.is_empty() {
                return Ok(self.hasher.finish());
            }
            if chunks.send(chunk).is_err() {
                drop(chunks);
                return self.finish();
            }
        }
    }

    fn read(&mut self, chunk: &mut Vec<u8>) -> io::Result<()> {
        fill(&mut self.source, chunk, self.meter)?;
        self.allowance = self.allowance.checked_sub(chunk.len() as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "it is longer than was promised")
        })?;
        self.hasher.update(chunk);
        Ok(())
    }
}

impl Feed for Reader<'_> {
    fn next(&mut self, chunk: &mut Vec<u8>) -> Result<(), Stop> {
        self.read(chunk).map_err(Stop::Read)
    }
}

/// Fills a chunk from a reader.
pub(super) fn fill(
    source: &mut dyn Read,
    chunk: &mut Vec<u8>,
    meter: &Meter<'_>,
) -> io::Result<()> {
    if meter.is_cancelled() {
        return Err(io::Error::other("another layer failed"));
    }
    chunk.resize(CHUNK, 0);
    let mut filled = 0;
    while filled < CHUNK {
        match source.read(&mut chunk[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    chunk.truncate(filled);
    meter.add(filled);
    Ok(())
}

/// Takes the chunks that another thread sends.
pub(super) struct Pipe {
    pub(super) chunks: Receiver<Vec<u8>>,
    pub(super) used: Sender<Vec<u8>>,
}

impl Feed for Pipe {
    fn next(&mut self, chunk: &mut Vec<u8>) -> Result<(), Stop> {
        let next = self.chunks.recv().unwrap_or_default();
        let used = std::mem::replace(chunk, next);
        if used.capacity() > 0 {
            // Nobody wants it any more when the other side is done.
            let _ = self.used.send(used);
        }
        Ok(())
    }
}

/// Chunks as an [`Input`].
pub(super) struct Chunks<F> {
    feed: F,
    chunk: Vec<u8>,
    start: usize,
    ended: bool,
}

impl<F: Feed> Chunks<F> {
    pub(super) fn new(feed: F) -> Chunks<F> {
        Chunks { feed, chunk: Vec::new(), start: 0, ended: false }
    }

    /// Gives back what the chunks came from.
    pub(super) fn into_feed(self) -> F {
        self.feed
    }
}

impl<F: Feed> Input for Chunks<F> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        if self.start == self.chunk.len() && !self.ended {
            self.start = 0;
            self.feed.next(&mut self.chunk)?;
            self.ended = self.chunk.is_empty();
        }
        Ok(&self.chunk[self.start..])
    }

    fn consume(&mut self, count: usize) {
        self.start = self.chunk.len().min(self.start + count);
    }
}
