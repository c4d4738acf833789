//! One layer of hostile bytes: decompression, tar walk, every parser behind the dispatcher, merge.
#![no_main]

use std::io::{Cursor, Read};

use libfuzzer_sys::fuzz_target;
use plimsoll_image::{BlobSource, Digest, Error, Image, ImageConfig, Layer, Opened, SourceKind};

struct Blob(Vec<u8>);

impl BlobSource for Blob {
    fn open(&self, _: usize) -> Result<Box<dyn Read + Send>, Error> {
        Ok(Box::new(Cursor::new(self.0.clone())))
    }
}

fuzz_target!(|bytes: &[u8]| {
    let layer = Layer {
        digest: Some(Digest::sha256(bytes)),
        diff_id: None,
        size: bytes.len() as u64,
        created_by: None,
    };
    let image = Image {
        name: "fuzz".into(),
        source: SourceKind::OciLayout,
        id: None,
        manifest_digest: None,
        repo_tags: Vec::new(),
        repo_digests: Vec::new(),
        config: ImageConfig::default(),
        raw_config: Vec::new(),
        layers: vec![layer],
    };
    plimsoll_fuzz::scan(Opened::Random { image, blobs: Box::new(Blob(bytes.to_vec())) });
});
