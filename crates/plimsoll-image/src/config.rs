//! The image configuration: what the image says of itself.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/config.md>. Everything is optional,
//! because real images leave nearly everything out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// The configuration document, as far as Plimsoll reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageConfig {
    /// CPU architecture in Go's words (`amd64`, `arm64`).
    pub architecture: String,
    /// Variant of the architecture (`v8`).
    pub variant: Option<String>,
    /// Operating system kernel (`linux`).
    pub os: String,
    /// RFC 3339 time of creation.
    pub created: Option<String>,
    /// What runs, and how.
    pub config: ContainerConfig,
    /// The layers' uncompressed digests.
    pub rootfs: RootFs,
    /// One item per build step, also those that made no layer.
    pub history: Vec<History>,
}

/// Execution defaults of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ContainerConfig {
    /// User (and group) that the entry point runs as.
    pub user: Option<String>,
    /// `KEY=value` pairs.
    pub env: Option<Vec<String>>,
    /// Executable and first arguments.
    pub entrypoint: Option<Vec<String>>,
    /// Default arguments.
    pub cmd: Option<Vec<String>>,
    /// Working directory.
    pub working_dir: Option<String>,
    /// Free key–value metadata.
    pub labels: Option<BTreeMap<String, String>>,
}

/// The layers, bottom first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RootFs {
    /// Digest of each layer's uncompressed tar.
    pub diff_ids: Vec<Digest>,
}

/// One build step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// RFC 3339 time.
    pub created: Option<String>,
    /// The instruction, as the build tool wrote it down.
    pub created_by: Option<String>,
    /// Whether the step left no layer (`ENV`, `CMD`, …).
    pub empty_layer: bool,
}

impl ImageConfig {
    /// The build instruction of each layer, bottom first; as long as `layers`.
    ///
    /// History and layers are paired by skipping the steps marked empty. Where their numbers do
    /// not agree (squashed or hand-made images) no instruction is claimed for any layer.
    pub fn instructions(&self, layers: usize) -> Vec<Option<String>> {
        let steps: Vec<_> = self.history.iter().filter(|step| !step.empty_layer).collect();
        if steps.len() != layers {
            return vec![None; layers];
        }
        steps.into_iter().map(|step| step.created_by.clone()).collect()
    }
}
