//! The image configuration: what the image says of itself.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/config.md>. Everything is optional,
//! because real images leave nearly everything out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Digest;
use crate::manifest::null_as_default;

/// The configuration document, as far as Plimsoll reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageConfig {
    /// CPU architecture in Go's words (`amd64`, `arm64`).
    #[serde(deserialize_with = "null_as_default")]
    pub architecture: String,
    /// Variant of the architecture (`v8`).
    pub variant: Option<String>,
    /// Operating system kernel (`linux`).
    #[serde(deserialize_with = "null_as_default")]
    pub os: String,
    /// RFC 3339 time of creation.
    pub created: Option<String>,
    /// What runs, and how.
    #[serde(deserialize_with = "null_as_default")]
    pub config: ContainerConfig,
    /// The layers' uncompressed digests.
    #[serde(deserialize_with = "null_as_default")]
    pub rootfs: RootFs,
    /// One item per build step, also those that made no layer.
    #[serde(deserialize_with = "null_as_default")]
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
    #[serde(deserialize_with = "null_as_default")]
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
    #[serde(deserialize_with = "null_as_default")]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builders_write_null_for_nothing() {
        let text = r#"{"architecture":null,"os":"linux","config":null,"history":null,
            "rootfs":{"type":"layers","diff_ids":null}}"#;
        let config: ImageConfig = serde_json::from_str(text).unwrap();
        assert_eq!(config, ImageConfig { os: "linux".into(), ..ImageConfig::default() });
        let text = r#"{"rootfs":null,"history":[{"created_by":"RUN x","empty_layer":null}]}"#;
        let config: ImageConfig = serde_json::from_str(text).unwrap();
        assert_eq!(config.instructions(1), [Some("RUN x".to_owned())]);
    }

    #[test]
    fn instructions_are_claimed_only_where_they_can_be_paired() {
        let step = |text: &str, empty_layer| History {
            created: None,
            created_by: Some(text.to_owned()),
            empty_layer,
        };
        let history = vec![step("ADD", false), step("ENV", true), step("RUN", false)];
        let config = ImageConfig { history, ..ImageConfig::default() };
        assert_eq!(config.instructions(2), [Some("ADD".to_owned()), Some("RUN".to_owned())]);
        assert_eq!(config.instructions(3), [None, None, None]);
    }
}
