//! From an opened image to what an examiner makes of its layers.
//!
//! Layers go side by side, the largest first, so that none is left for the end that could have been
//! started earlier. Inside a layer one thread reads and hashes the stored bytes and another inflates
//! and walks them, so that a single huge layer uses two processors. Memory is bounded: a few
//! buffers for each layer under way.

mod chunks;
mod layer;
mod random;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::{Error, Examination, Examined, Examiner, Image, Limits, Opened};

/// How far an examination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read, as they are stored.
    pub done: u64,
    /// Bytes to read in all, where that is known.
    pub total: Option<u64>,
}

impl Opened {
    /// Examines all layers with at most `threads` of them at a time.
    ///
    /// Every layer's bytes are hashed to their end; the facts of a layer are only given with its
    /// digest when that is the one promised. A layer whose bytes break off or break their format,
    /// but have the right digest, gives the facts up to there and a problem.
    pub fn examine<E: Examiner>(
        self,
        examiner: &E,
        limits: &Limits,
        threads: usize,
    ) -> Result<Examination<E::Facts>, Error> {
        self.examine_reporting(examiner, limits, threads, &|_| {})
    }

    /// As [`Opened::examine`], and tells how far it is: some thousand times per GiB, from any thread.
    pub fn examine_reporting<E: Examiner>(
        self,
        examiner: &E,
        limits: &Limits,
        threads: usize,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Examination<E::Facts>, Error> {
        match self {
            Opened::Random { image, blobs } => {
                let examined =
                    random::examine(&image, &*blobs, examiner, limits, threads, progress)?;
                Ok((image, examined))
            }
            Opened::Stream { name, source, archive, described, choice } => {
                if let Some(image) = described
                    && let Some(examined) = recall_all(&image, examiner)
                {
                    return Ok((image, examined));
                }
                let stream = stream::Stream { name: &name, source, choice: &choice };
                stream.examine(archive, examiner, limits, progress)
            }
        }
    }
}

/// The facts of one layer, if they are known already.
fn recall<E: Examiner>(layer: &crate::Layer, examiner: &E) -> Option<Examined<E::Facts>> {
    let digests = [layer.digest, layer.diff_id];
    let facts = digests.iter().flatten().find_map(|digest| examiner.recall(digest))?;
    Some(Examined { facts, problems: Vec::new(), recalled: true })
}

fn recall_all<E: Examiner>(image: &Image, examiner: &E) -> Option<Vec<Examined<E::Facts>>> {
    image.layers.iter().map(|layer| recall(layer, examiner)).collect()
}

/// Counts bytes, and lets the threads of one examination end together.
struct Meter<'a> {
    done: AtomicU64,
    total: Option<u64>,
    cancelled: AtomicBool,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Meter<'a> {
    fn new(total: Option<u64>, progress: &'a (dyn Fn(Progress) + Sync)) -> Meter<'a> {
        Meter { done: AtomicU64::new(0), total, cancelled: AtomicBool::new(false), progress }
    }

    fn add(&self, bytes: usize) {
        let done = self.done.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        (self.progress)(Progress { done, total: self.total });
    }

    /// Ends the examination. Says whether this was the first call.
    fn cancel(&self) -> bool {
        !self.cancelled.swap(true, Ordering::Relaxed)
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
