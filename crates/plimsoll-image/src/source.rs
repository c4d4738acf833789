//! An opened image: what it is, and how its layers' bytes can be had.

use std::io::Read;
use std::path::Path;

use crate::{Error, Image, Platform, SourceKind};

/// An image that is ready to be examined.
pub enum Opened {
    /// Layers can be opened one by one, in any order, side by side.
    Random {
        /// The image, complete and verified up to its layers.
        image: Image,
        /// Gives the layers' bytes.
        blobs: Box<dyn BlobSource>,
    },
    /// Everything comes in one stream that cannot be rewound: a `docker save` from a daemon, a
    /// compressed archive. Manifest and configuration may come last.
    Stream {
        /// What the user called it.
        name: String,
        /// Where it comes from.
        source: SourceKind,
        /// A tar in the form of `docker save` or of an OCI layout.
        archive: Box<dyn Read + Send>,
        /// The image as the daemon describes it, where one did: saves the export when all layers
        /// are known already.
        described: Option<Image>,
        /// Which of several images in the archive is meant.
        choice: Choice,
    },
}

/// Which image is meant where a source holds several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The platform wanted; without one, this machine's is preferred.
    pub platform: Option<Platform>,
    /// A tag, a full name or a digest, as written after the path.
    pub reference: Option<String>,
}

/// Gives the bytes of layers as they are stored. Verifying them is the pipeline's job.
pub trait BlobSource: Send + Sync {
    /// Opens layer `index` (bottom is 0) from its first byte. The reader may block on the network;
    /// it must not buffer more than a few MiB.
    fn open(&self, index: usize) -> Result<Box<dyn Read + Send>, Error>;

    /// The root file system on disk that is the image's only layer; then nothing is opened.
    fn root(&self) -> Option<&Path> {
        None
    }
}
