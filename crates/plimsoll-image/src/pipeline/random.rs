//! Layers that can be opened in any order: several at once.

use std::cmp::Reverse;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use super::chunks::{Chunks, Pipe, Reader, WAITING};
use super::layer::{problems, verify, walk_layer};
use super::{Meter, Progress, recall};
use crate::{
    Algorithm, BlobSource, Digest, Error, Examined, Examiner, Image, Layer, Limits, directory,
};

/// Examines the layers of `image`; as many outcomes as it has layers, in their order.
pub(super) fn examine<E: Examiner>(
    image: &Image,
    blobs: &dyn BlobSource,
    examiner: &E,
    limits: &Limits,
    threads: usize,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Examined<E::Facts>>, Error> {
    if image.layers.len() > limits.layers {
        return Err(Error::TooLarge {
            what: "the number of layers".to_owned(),
            actual: image.layers.len() as u64,
            limit: limits.layers as u64,
        });
    }
    if let Some(root) = blobs.root() {
        let mut visitor = examiner.start();
        directory::walk(root, &mut visitor, limits)?;
        let facts = examiner.finish(visitor, &[]);
        return Ok(vec![Examined { facts, problems: Vec::new(), recalled: false }]);
    }
    let mut outcomes: Vec<Option<Result<Examined<E::Facts>, Error>>> =
        image.layers.iter().map(|layer| recall(layer, examiner).map(Ok)).collect();
    let mut order: Vec<(usize, &Layer)> = (0..)
        .zip(&image.layers)
        .filter(|(index, _)| matches!(outcomes.get(*index), Some(None)))
        .collect();
    // A stable order, so that layers of the same size always go the same way.
    order.sort_by_key(|(_, layer)| Reverse(layer.size));
    let total = order.iter().fold(0u64, |sum, (_, layer)| sum.saturating_add(layer.size));
    let meter = Meter::new(Some(total), progress);
    let run = Run { blobs, examiner, limits, threads: threads.max(1), meter: &meter };
    let next = AtomicUsize::new(0);
    let results = Mutex::new(&mut outcomes);
    thread::scope(|scope| {
        let work = || {
            while !meter.is_cancelled()
                && let Some(&(index, layer)) = order.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let outcome = run.layer(index, layer);
                // Only the first failure counts: those after it are its consequence.
                if outcome.is_err() && !meter.cancel() {
                    break;
                }
                // A poisoned lock means that another worker panicked, which ends all.
                if let Ok(mut results) = results.lock()
                    && let Some(slot) = results.get_mut(index)
                {
                    *slot = Some(outcome);
                }
            }
        };
        for _ in 1..run.threads.min(order.len()) {
            scope.spawn(work);
        }
        work();
    });
    if meter.is_cancelled() {
        outcomes.retain(|outcome| matches!(outcome, Some(Err(_))));
    }
    outcomes.into_iter().flatten().collect()
}

/// What all layers of one examination share.
struct Run<'a, E> {
    blobs: &'a dyn BlobSource,
    examiner: &'a E,
    limits: &'a Limits,
    threads: usize,
    meter: &'a Meter<'a>,
}

impl<E: Examiner> Run<'_, E> {
    fn layer(&self, index: usize, layer: &Layer) -> Result<Examined<E::Facts>, Error> {
        let what = name(index, layer);
        let source = self.blobs.open(index)?;
        let promised = layer.digest.or(layer.diff_id);
        let algorithm = promised.map_or(Algorithm::Sha256, |digest| digest.algorithm());
        // The length is a promise like the digest: more cannot be right.
        let most = if layer.size > 0 { layer.size } else { self.limits.layer_size };
        let reader = Reader::new(source, algorithm, most, self.meter);
        let hash = if layer.digest.is_none() { layer.diff_id } else { None };
        let hash = hash.map(|digest| digest.algorithm());
        let mut visitor = self.examiner.start();
        let (walked, stored) = if self.threads == 1 {
            let mut chunks = Chunks::new(reader);
            let walked = walk_layer(&mut chunks, &mut visitor, self.limits, hash);
            (walked, chunks.into_feed().finish())
        } else {
            thread::scope(|scope| {
                let (sender, chunks) = sync_channel(WAITING);
                let (used, spare) = channel();
                let reading = scope.spawn(move || reader.feed(sender, &spare));
                let pipe = Chunks::new(Pipe { chunks, used });
                let walked = walk_layer(pipe, &mut visitor, self.limits, hash);
                (walked, reading.join().unwrap_or_else(|panic| resume_unwind(panic)))
            })
        };
        let stored: Digest = stored.map_err(|source| Error::Read { what: what.clone(), source })?;
        let mut verified = verify(&what, layer, stored, &walked)?;
        let problems = problems(&what, walked.stop)?;
        if !problems.is_empty() {
            verified.clear();
        }
        let facts = self.examiner.finish(visitor, &verified);
        Ok(Examined { facts, problems, recalled: false })
    }
}

/// A layer's name for a person: its place as in the history, and its digest.
pub(super) fn name(index: usize, layer: &Layer) -> String {
    match layer.digest.or(layer.diff_id) {
        Some(digest) => format!("layer {} ({digest})", index + 1),
        None => format!("layer {}", index + 1),
    }
}
