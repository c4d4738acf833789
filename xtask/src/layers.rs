//! How fast layers could be read at best, and how fast `plimsoll-image` reads them.
//!
//! `limit` inflates and hashes the layers of an OCI layout and does nothing else: what no scanner
//! that verifies its input can beat. `walk` runs the whole way of the bytes, with a visitor that only
//! counts. Both use all processors.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use flate2::{Decompress, FlushDecompress, Status};
use plimsoll_image::{
    Digest, Entry, Examiner, Interest, LayerVisitor, Limits, OpenOptions, Problem, open_path,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Bytes read and inflated at once: the same as in the pipeline.
const CHUNK: usize = 256 << 10;
const BUFFER: usize = 128 << 10;
/// Bytes of a gzip header without name or comment, as all builders write it.
const GZIP_HEADER: usize = 10;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Inflates and hashes all layers of the layout's first image, the largest first.
pub(crate) fn limit(layout: &Path) -> Result<()> {
    let start = Instant::now();
    let mut layers = layers(layout)?;
    layers.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let next = AtomicUsize::new(0);
    let inflated = AtomicU64::new(0);
    std::thread::scope(|scope| -> Result<()> {
        let work = || -> Result<()> {
            while let Some((_, path)) = layers.get(next.fetch_add(1, Ordering::Relaxed)) {
                inflated.fetch_add(inflate(path)?, Ordering::Relaxed);
            }
            Ok(())
        };
        let workers: Vec<_> = (0..threads()).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            worker.join().map_err(|_| anyhow!("a worker panicked"))??;
        }
        Ok(())
    })?;
    println!(
        "{} layers, {} MiB stored, {} MiB inflated: {:.3} s",
        layers.len(),
        layers.iter().map(|(size, _)| size).sum::<u64>() >> 20,
        inflated.into_inner() >> 20,
        start.elapsed().as_secs_f64(),
    );
    Ok(())
}

/// Length and path of each layer blob.
fn layers(layout: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let document = |path: PathBuf| -> Result<Value> {
        let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    };
    let blob = |descriptor: &Value| -> Result<PathBuf> {
        let digest = descriptor["digest"].as_str().context("a descriptor without digest")?;
        Ok(layout.join("blobs").join(digest.replace(':', "/")))
    };
    let index = document(layout.join("index.json"))?;
    let manifest = document(blob(&index["manifests"][0])?)?;
    let layers = manifest["layers"].as_array().context("a manifest without layers")?;
    layers.iter().map(|layer| Ok((layer["size"].as_u64().unwrap_or(0), blob(layer)?))).collect()
}

/// Hashes the file, inflates its gzip data, and says how many bytes that made.
fn inflate(path: &Path) -> Result<u64> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    // Without the CRC, which says nothing that the digest does not.
    let mut inflater = Decompress::new(false);
    let mut header = GZIP_HEADER;
    let (mut chunk, mut buffer) = (vec![0; CHUNK], vec![0; BUFFER]);
    let mut ended = false;
    loop {
        let count = file.read(&mut chunk)?;
        if count == 0 {
            break;
        }
        hasher.update(&chunk[..count]);
        let mut rest = &chunk[std::mem::take(&mut header).min(count)..count];
        while !rest.is_empty() && !ended {
            let before = inflater.total_in();
            let status = inflater.decompress(rest, &mut buffer, FlushDecompress::None)?;
            rest = &rest[(inflater.total_in() - before) as usize..];
            ended = status == Status::StreamEnd;
        }
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let digest = Digest::from_bytes(plimsoll_image::Algorithm::Sha256, &hasher.finalize())
        .map(|digest| digest.hex());
    anyhow::ensure!(digest.as_deref() == Some(name.as_str()), "{name} is damaged");
    Ok(inflater.total_out())
}

/// Walks an image's layers with a visitor that counts.
pub(crate) fn walk(path: &Path) -> Result<()> {
    let start = Instant::now();
    let opened = open_path(path, &OpenOptions::default())?;
    let (image, examined) = opened.examine(&Counter, &Limits::default(), threads())?;
    let elapsed = start.elapsed().as_secs_f64();
    let mut all = Counts::default();
    for layer in &examined {
        all.entries += layer.facts.entries;
        all.bytes += layer.facts.bytes;
        all.problems += layer.facts.problems + layer.problems.len() as u64;
    }
    println!(
        "{} layers, {} entries, {} MiB in files, {} problems: {elapsed:.3} s",
        image.layers.len(),
        all.entries,
        all.bytes >> 20,
        all.problems,
    );
    Ok(())
}

/// Counts entries.
struct Counter;

/// What was counted.
#[derive(Debug, Clone, Default)]
struct Counts {
    entries: u64,
    bytes: u64,
    problems: u64,
}

impl Examiner for Counter {
    type Visitor = Counts;
    type Facts = Counts;

    fn recall(&self, _: &Digest) -> Option<Counts> {
        None
    }

    fn start(&self) -> Counts {
        Counts::default()
    }

    fn finish(&self, visitor: Counts, _: &[Digest]) -> Counts {
        visitor
    }
}

impl LayerVisitor for Counts {
    fn entry(&mut self, entry: &Entry<'_>) -> Interest {
        self.entries += 1;
        self.bytes += entry.size;
        Interest::Skip
    }

    fn head(&mut self, _: &Entry<'_>, _: &[u8]) -> Interest {
        Interest::Skip
    }

    fn content(&mut self, _: &Entry<'_>, _: &[u8]) {}

    fn problem(&mut self, _: Problem) {
        self.problems += 1;
    }
}
