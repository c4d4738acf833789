//! Artifacts: manifests whose layers are files of any kind instead of a root file system.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::manifest::{invalid, is_index, null_as_default, place};
use crate::{Digest, Error};

/// Media type of an OCI image manifest, which artifacts use too.
pub const MANIFEST_MEDIA_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of an OCI index.
pub const INDEX_MEDIA_TYPE: &str = "application/vnd.oci.image.index.v1+json";
/// Media type of the configuration of an artifact that has none.
pub const EMPTY_MEDIA_TYPE: &str = "application/vnd.oci.empty.v1+json";
/// That configuration.
pub const EMPTY_CONTENT: &[u8] = b"{}";
/// The annotation with a layer's file name.
pub const TITLE: &str = "org.opencontainers.image.title";
/// The annotation with the time at which an artifact was made.
pub const CREATED: &str = "org.opencontainers.image.created";

/// A blob or manifest, as a manifest or index names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactBlob {
    /// What it is.
    #[serde(default)]
    pub media_type: String,
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Free metadata.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub annotations: BTreeMap<String, String>,
    /// In an index: what kind of artifact the manifest is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
}

/// The manifest of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactManifest {
    schema_version: u32,
    #[serde(default)]
    media_type: Option<String>,
    /// What kind of artifact it is; older ones say so by the configuration's media type only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The configuration.
    pub config: ArtifactBlob,
    /// The files.
    #[serde(default, deserialize_with = "null_as_default")]
    pub layers: Vec<ArtifactBlob>,
    /// The manifest that this one says something about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<ArtifactBlob>,
    /// Free metadata.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub annotations: BTreeMap<String, String>,
}

/// A list of manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArtifactIndex {
    schema_version: u32,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    pub(crate) manifests: Vec<ArtifactBlob>,
}

impl ArtifactBlob {
    /// Names content that is at hand.
    pub fn of(media_type: &str, content: &[u8]) -> ArtifactBlob {
        ArtifactBlob {
            media_type: media_type.to_owned(),
            digest: Digest::sha256(content),
            size: content.len() as u64,
            annotations: BTreeMap::new(),
            artifact_type: None,
        }
    }

    /// Adds an annotation.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> ArtifactBlob {
        self.annotations.insert(key.to_owned(), value.into());
        self
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }
}

impl ArtifactManifest {
    /// A manifest with nothing in it; the configuration is the empty one.
    pub fn new(artifact_type: &str) -> ArtifactManifest {
        let config = ArtifactBlob::of(EMPTY_MEDIA_TYPE, EMPTY_CONTENT);
        let artifact_type = Some(artifact_type.to_owned());
        ArtifactManifest { artifact_type, ..ArtifactManifest::with_config(config) }
    }

    /// A manifest without layers that is of the kind that its configuration says.
    pub fn with_config(config: ArtifactBlob) -> ArtifactManifest {
        ArtifactManifest {
            schema_version: 2,
            media_type: Some(MANIFEST_MEDIA_TYPE.to_owned()),
            artifact_type: None,
            config,
            layers: Vec::new(),
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// What kind of artifact it is.
    pub fn kind(&self) -> &str {
        self.artifact_type.as_deref().unwrap_or(&self.config.media_type)
    }

    /// The document to push; equal manifests give equal bytes.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are always JSON")
    }

    /// Reads a manifest. `what` names it for a person; `max_layers` bounds its layers.
    pub fn parse(what: &str, content: &[u8], max_layers: usize) -> Result<ArtifactManifest, Error> {
        // Whatever has a list of manifests is an index and no artifact.
        if let Ok(index) = serde_json::from_slice::<ArtifactIndex>(content)
            && (is_index(index.media_type.as_deref()) || !index.manifests.is_empty())
        {
            return Err(invalid(what, "is a list of manifests and not an artifact"));
        }
        let manifest: ArtifactManifest = serde_json::from_slice(content)
            .map_err(|error| invalid(what, format!("is not a manifest: {}", place(&error))))?;
        if manifest.schema_version != 2 {
            return Err(invalid(what, format!("has schema {}", manifest.schema_version)));
        }
        if manifest.layers.len() > max_layers {
            let (layers, limit) = (manifest.layers.len(), max_layers);
            return Err(invalid(
                what,
                format!("has {layers} layers, more than the limit of {limit}"),
            ));
        }
        Ok(manifest)
    }
}

impl ArtifactIndex {
    pub(crate) fn new(manifests: Vec<ArtifactBlob>) -> ArtifactIndex {
        let media_type = Some(INDEX_MEDIA_TYPE.to_owned());
        ArtifactIndex { schema_version: 2, media_type, manifests }
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are always JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_survives_being_written_and_read() {
        let mut manifest = ArtifactManifest::new("application/vnd.test.v1");
        manifest.layers.push(ArtifactBlob::of("text/plain", b"abc").with(TITLE, "a.txt"));
        manifest.annotations.insert(CREATED.to_owned(), "2026-01-02T03:04:05Z".to_owned());
        let json = manifest.to_json();
        assert_eq!(ArtifactManifest::parse("x", &json, 1).unwrap(), manifest);
        assert_eq!(manifest.kind(), "application/vnd.test.v1");
        let error = ArtifactManifest::parse("x", &json, 0).unwrap_err().to_string();
        assert!(error.contains("more than the limit"), "{error}");
        // The digest of `{}` is fixed by the specification.
        let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(manifest.config.digest.to_string(), digest);
    }

    #[test]
    fn older_artifacts_and_null_lists_are_read() {
        let text = format!(
            r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.old","digest":"{}","size":2}},
               "layers":null,"annotations":null}}"#,
            Digest::sha256(b"{}")
        );
        let manifest = ArtifactManifest::parse("x", text.as_bytes(), 9).unwrap();
        assert_eq!((manifest.kind(), manifest.layers.len()), ("application/vnd.old", 0));
    }

    #[test]
    fn what_is_no_artifact_is_explained() {
        let index = ArtifactIndex::new(vec![ArtifactBlob::of("x", b"")]).to_json();
        for (content, reason) in
            [(&index[..], "list of manifests"), (b"{", "ends early"), (b"{}", "not a manifest")]
        {
            let error = ArtifactManifest::parse("it", content, 9).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
