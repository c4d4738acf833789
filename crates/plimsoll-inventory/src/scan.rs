//! From an opened image to its inventory: recall what is known, examine the rest, merge.

use std::sync::Mutex;

use plimsoll_image::{
    Digest, Error, Examiner, Image, Limits, Opened, Problem, ProblemKind, Progress,
};

use crate::cache::Cache;
use crate::layer::{LayerFacts, LayerScan};
use crate::{Inventory, Selection, assemble};

/// How to take an inventory.
pub struct ScanOptions<'a> {
    /// Where facts are kept between scans.
    pub cache: Option<&'a Cache>,
    /// Limits on what the image may make the scan do.
    pub limits: Limits,
    /// Threads that may be busy at once.
    pub threads: usize,
    /// Which files are read.
    pub selection: &'a Selection,
    /// Paths that the user wants left out.
    pub skip: &'a dyn Fn(&str) -> bool,
    /// A text that stands for `skip`: merged results are kept apart by it. Empty when nothing is
    /// skipped.
    pub skip_key: &'a str,
    /// Told now and then how far the reading is, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// Examines an image and merges its layers.
///
/// The whole inventory is recalled without reading anything when an image with the same layers was
/// seen before; else each layer that is known is recalled by itself.
pub fn take_inventory(
    mut opened: Opened,
    options: &ScanOptions<'_>,
) -> Result<(Image, Inventory), Error> {
    let names = match &mut opened {
        Opened::Stream { described, .. } => {
            let told = described.take();
            *described = told.as_ref().and_then(|told| remembered(told, options.cache?));
            told
        }
        Opened::Random { .. } => None,
    };
    let known = match &opened {
        Opened::Random { image, .. } => Some(image),
        Opened::Stream { described, .. } => described.as_ref(),
    };
    if let (Some(image), Some(cache)) = (known, options.cache)
        && let Some(key) = key(image, options)
        && let Some(inventory) = cache.load("image", &key)
    {
        return Ok((image.clone(), inventory));
    }
    let examiner = FactsExaminer {
        cache: options.cache,
        selection: options.selection,
        unwritable: Mutex::default(),
    };
    let (image, examined) =
        opened.examine_reporting(&examiner, &options.limits, options.threads, options.progress)?;
    let image = match &names {
        Some(told) => {
            let image = renamed(image, told);
            if let (Some(id), Some(cache)) = (&image.id, options.cache) {
                examiner.note(cache.store("stream", id, &image));
            }
            image
        }
        None => image,
    };
    let whole = examined.iter().all(|layer| layer.problems.is_empty());
    let mut facts = Vec::with_capacity(examined.len());
    for layer in examined {
        let mut own = layer.facts;
        own.problems.extend(layer.problems);
        facts.push(own);
    }
    let mut inventory = assemble(&facts, options.skip);
    if let Some(cache) = options.cache
        && whole
        && let Some(key) = key(&image, options)
    {
        examiner.note(cache.store("image", &key, &inventory));
    }
    let unwritable = examiner.unwritable.into_inner().unwrap_or_default();
    if let Some(message) = unwritable {
        inventory.problems.push((
            None,
            Problem {
                path: None,
                kind: ProblemKind::Unreadable,
                message: format!(
                    "the cache could not be written ({message}); the next scan of this image will \
                     take as long as this one"
                ),
            },
        ));
    }
    Ok((image, inventory))
}

/// What an earlier export showed of the image that a daemon describes.
///
/// A daemon's description lacks the configuration's own bytes and the layers' sizes; with the
/// earlier image in its place, a scan that recalls everything reports the same as one that reads
/// everything.
fn remembered(told: &Image, cache: &Cache) -> Option<Image> {
    let image: Image = cache.load("stream", told.id.as_ref()?)?;
    let diff_ids =
        |image: &Image| -> Vec<_> { image.layers.iter().map(|layer| layer.diff_id).collect() };
    (image.id == told.id && diff_ids(&image) == diff_ids(told)).then(|| renamed(image, told))
}

/// The image under the names by which the daemon knows it now.
fn renamed(image: Image, told: &Image) -> Image {
    Image {
        name: told.name.clone(),
        source: told.source,
        repo_tags: told.repo_tags.clone(),
        repo_digests: told.repo_digests.clone(),
        ..image
    }
}

/// A digest over what decides an inventory: the layers' contents in their order. A directory has
/// none, because it may have changed since.
fn key(image: &Image, options: &ScanOptions<'_>) -> Option<Digest> {
    let mut text = String::new();
    for layer in &image.layers {
        let digest = layer.digest.or(layer.diff_id)?;
        text.push_str(&digest.to_string());
        text.push('\n');
    }
    text.push_str(options.skip_key);
    text.push('\n');
    text.push_str(options.selection.key());
    Some(Digest::sha256(text.as_bytes()))
}

struct FactsExaminer<'a> {
    cache: Option<&'a Cache>,
    selection: &'a Selection,
    /// Why the cache could not be written, once.
    unwritable: Mutex<Option<String>>,
}

impl FactsExaminer<'_> {
    /// The key of a layer's facts, which depend on what was looked for.
    fn facts_key(&self, content: &Digest) -> Digest {
        match self.selection.key() {
            "" => *content,
            key => Digest::sha256(format!("{content}\n{key}").as_bytes()),
        }
    }

    fn note(&self, stored: std::io::Result<()>) {
        if let (Err(error), Ok(mut unwritable)) = (stored, self.unwritable.lock()) {
            unwritable.get_or_insert_with(|| error.to_string());
        }
    }
}

impl Examiner for FactsExaminer<'_> {
    type Visitor = LayerScan;
    type Facts = LayerFacts;

    fn recall(&self, content: &Digest) -> Option<LayerFacts> {
        self.cache?.load("layer", &self.facts_key(content))
    }

    fn start(&self) -> LayerScan {
        LayerScan::new(self.selection)
    }

    fn finish(&self, visitor: LayerScan, content: &[Digest]) -> LayerFacts {
        let facts = visitor.finish();
        if let Some(cache) = self.cache {
            for digest in content {
                self.note(cache.store("layer", &self.facts_key(digest), &facts));
            }
        }
        facts
    }
}
