//! What is known of an image before its layers are read.

use serde::{Deserialize, Serialize};

use crate::{Digest, ImageConfig};

/// An image: its names, configuration and layers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// What the user called it: a reference or a path.
    pub name: String,
    /// Where it was found.
    pub source: SourceKind,
    /// Digest of the configuration, which is the image id. A directory has none.
    pub id: Option<Digest>,
    /// Digest of the manifest, where the source has one.
    pub manifest_digest: Option<Digest>,
    /// `name:tag` names that the source gives it.
    pub repo_tags: Vec<String>,
    /// `name@digest` names that the source gives it.
    pub repo_digests: Vec<String>,
    /// The configuration, as far as it is understood.
    pub config: ImageConfig,
    /// The configuration byte for byte (JSON); empty for a directory.
    pub raw_config: Vec<u8>,
    /// The layers, bottom first.
    pub layers: Vec<Layer>,
}

/// One layer, as manifest and configuration describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Digest of the blob as stored (compressed), where the source keeps it so.
    pub digest: Option<Digest>,
    /// Digest of the uncompressed tar; a directory has none.
    pub diff_id: Option<Digest>,
    /// Bytes of the blob as stored.
    pub size: u64,
    /// The build instruction that made it.
    pub created_by: Option<String>,
}

/// Where an image came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A `docker save` archive.
    DockerArchive,
    /// An OCI image layout directory.
    OciLayout,
    /// An OCI image layout in a tar.
    OciArchive,
    /// A root file system or another directory on disk.
    Directory,
    /// A source tree under version control.
    Repository,
    /// A bill of materials.
    Document,
    /// A registry.
    Registry,
    /// The Docker daemon.
    Docker,
    /// The Podman service.
    Podman,
    /// The containerd daemon.
    Containerd,
}

/// A platform in the form `os/architecture[/variant]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// Kernel, in Go's words.
    pub os: String,
    /// CPU architecture, in Go's words.
    pub architecture: String,
    /// Variant, such as `v8`; nothing matches any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}
