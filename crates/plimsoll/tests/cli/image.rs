//! Images made by hand, whole or broken in the ways a test wants.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use plimsoll_image::Digest;
use serde_json::{Value, json};

/// A layer as it is stored, and what the image says about it.
pub(crate) struct Layer {
    pub(crate) stored: Vec<u8>,
    pub(crate) diff_id: Digest,
    pub(crate) media_type: &'static str,
    pub(crate) created_by: &'static str,
}

impl Layer {
    /// Compresses a tar.
    pub(crate) fn gzip(tar: &[u8], created_by: &'static str) -> Layer {
        Layer {
            stored: gzip(tar),
            diff_id: Digest::sha256(tar),
            media_type: "application/vnd.oci.image.layer.v1.tar+gzip",
            created_by,
        }
    }

    /// Takes a `.tar.gz` as it is.
    pub(crate) fn compressed(stored: Vec<u8>, created_by: &'static str) -> Layer {
        let mut tar = Vec::new();
        flate2::read::MultiGzDecoder::new(&*stored).read_to_end(&mut tar).unwrap();
        Layer { stored, ..Layer::gzip(&tar, created_by) }
    }

    /// A tar as it is.
    pub(crate) fn plain(tar: Vec<u8>, created_by: &'static str) -> Layer {
        Layer {
            diff_id: Digest::sha256(&tar),
            stored: tar,
            media_type: "application/vnd.oci.image.layer.v1.tar",
            created_by,
        }
    }
}

/// The configuration of an image with these layers.
pub(crate) fn config(layers: &[Layer]) -> Value {
    let diff_ids: Vec<_> = layers.iter().map(|layer| layer.diff_id.to_string()).collect();
    let history: Vec<_> =
        layers.iter().map(|layer| json!({ "created_by": layer.created_by })).collect();
    json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "history": history,
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
    })
}

/// Writes an OCI layout whose image is called `latest`.
pub(crate) fn write_layout(directory: &Path, layers: &[Layer], config: &Value) {
    let blobs = directory.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let put = |content: &[u8], media_type: &str| {
        let digest = Digest::sha256(content);
        std::fs::write(blobs.join(digest.hex()), content).unwrap();
        json!({ "mediaType": media_type, "digest": digest.to_string(), "size": content.len() })
    };
    let config = serde_json::to_vec(config).unwrap();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": put(&config, "application/vnd.oci.image.config.v1+json"),
        "layers": layers.iter().map(|layer| put(&layer.stored, layer.media_type)).collect::<Vec<_>>(),
    });
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let mut descriptor = put(&manifest, "application/vnd.oci.image.manifest.v1+json");
    descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": "latest" });
    let index = json!({ "schemaVersion": 2, "manifests": [descriptor] });
    std::fs::write(directory.join("index.json"), index.to_string()).unwrap();
    std::fs::write(directory.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
}

/// Where a layout keeps the stored bytes of a layer.
pub(crate) fn blob(directory: &Path, layer: &Layer) -> PathBuf {
    directory.join("blobs/sha256").join(Digest::sha256(&layer.stored).hex())
}

/// A tar with these files.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        append(&mut builder, name, tar::EntryType::Regular, "", content);
    }
    builder.into_inner().unwrap()
}

/// Adds an entry without the library's opinion about its name.
pub(crate) fn append(
    builder: &mut tar::Builder<Vec<u8>>,
    name: &str,
    kind: tar::EntryType,
    target: &str,
    content: &[u8],
) {
    let mut header = tar::Header::new_gnu();
    let fields = header.as_gnu_mut().unwrap();
    fields.name[..name.len()].copy_from_slice(name.as_bytes());
    fields.linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, content).unwrap();
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
