//! Every limit on what an image may make Plimsoll do, with its reason.

/// Limits on untrusted input. Reaching one is reported, never silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one uncompressed layer. The largest public images stay under 100 GiB.
    pub layer_size: u64,
    /// Uncompressed over compressed bytes of one layer, checked past the first 64 MiB: deflate
    /// cannot exceed 1,032, and real layers stay under 100 except for zero-filled files.
    pub ratio: u64,
    /// Entries of one layer. A full desktop distribution has under a million files.
    pub entries: u64,
    /// Bytes of one path or link target; `PATH_MAX` on Linux is 4,096.
    pub path: usize,
    /// Components of one path. Deeper trees only slow down whoever follows them.
    pub depth: usize,
    /// Bytes of all extension headers (PAX, GNU long names) of one tar entry.
    pub extension: u64,
    /// Bytes of a manifest, index or configuration document. Registries accept 4 MiB.
    pub document: u64,
    /// Layers of one image. Docker stops at 127; other builders go higher.
    pub layers: usize,
    /// Bytes of one file whose contents an extractor may ask for in full.
    pub file: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            layer_size: 256 << 30,
            ratio: 1_100,
            entries: 5_000_000,
            path: 4_096,
            depth: 256,
            extension: 1 << 20,
            document: 8 << 20,
            layers: 1_000,
            file: 512 << 20,
        }
    }
}
