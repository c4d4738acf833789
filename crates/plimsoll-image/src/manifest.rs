//! Image manifests and indexes, as registries, layouts and containerd keep them.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/manifest.md> and Docker's older twin,
//! <https://distribution.github.io/distribution/spec/manifest-v2-2/>.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Digest, Error, Image, ImageConfig, Layer, Limits, Platform, SourceKind};

/// The media types that a registry is asked for, best first.
pub(crate) const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// Points to a blob.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    /// What the blob is.
    #[serde(default)]
    pub(crate) media_type: Option<String>,
    /// Its name.
    pub(crate) digest: Digest,
    /// Its length in bytes.
    pub(crate) size: u64,
    /// Where else it can be had (foreign layers).
    #[serde(default, deserialize_with = "null_as_default")]
    pub(crate) urls: Vec<String>,
    /// Free metadata.
    #[serde(default, deserialize_with = "null_as_default")]
    pub(crate) annotations: BTreeMap<String, String>,
    /// For which machines, in an index.
    #[serde(default)]
    pub(crate) platform: Option<Platform>,
    /// Set where a manifest is not of an image.
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
}

impl Descriptor {
    /// Whether the layer is one that registries need not keep, such as a Windows base.
    pub(crate) fn is_foreign(&self) -> bool {
        let media_type = self.media_type.as_deref().unwrap_or_default();
        !self.urls.is_empty()
            || media_type.contains(".foreign.")
            || media_type.contains("nondistributable")
    }
}

/// Go writes empty lists and maps as null.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The manifest of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The image configuration.
    pub(crate) config: Box<Descriptor>,
    /// The layers, bottom first.
    pub(crate) layers: Vec<Descriptor>,
}

/// What stands behind a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Document {
    /// A list of manifests, one per platform.
    Index(Vec<Descriptor>),
    /// One image.
    Manifest(Manifest),
}

/// Both forms at once; which one it is shows in the fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    schema_version: Option<u64>,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    config: Option<Box<Descriptor>>,
    #[serde(default)]
    layers: Option<Vec<Descriptor>>,
    #[serde(default)]
    manifests: Option<Vec<Descriptor>>,
}

/// Whether a media type is that of an index.
pub(crate) fn is_index(media_type: Option<&str>) -> bool {
    matches!(
        media_type,
        Some(
            "application/vnd.oci.image.index.v1+json"
                | "application/vnd.docker.distribution.manifest.list.v2+json"
        )
    )
}

/// Reads a manifest or index. `what` names it for a person.
pub(crate) fn parse(what: &str, content: &[u8]) -> Result<Document, Error> {
    let raw: Raw = serde_json::from_slice(content)
        .map_err(|error| invalid(what, format!("is not a manifest: {}", place(&error))))?;
    let media_type = raw.media_type.as_deref().unwrap_or_default();
    if raw.schema_version == Some(1) || media_type.contains("distribution.manifest.v1") {
        return Err(invalid(
            what,
            "is in Docker's schema 1, which was retired in 2017 and has no verifiable layers; \
             push the image again with a current tool",
        ));
    }
    match (raw.manifests, raw.config, raw.layers) {
        // A document that is both is a known trick to show different tools different images.
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            Err(invalid(what, "is a manifest and an index at once"))
        }
        (Some(manifests), None, None) => Ok(Document::Index(manifests)),
        (None, Some(config), Some(layers)) => Ok(Document::Manifest(Manifest { config, layers })),
        _ => Err(invalid(what, "is neither an image manifest nor an index")),
    }
}

/// Puts the image together from its manifest and configuration, whose digest is checked here.
pub(crate) fn assemble(
    name: &str,
    source: SourceKind,
    manifest: &Manifest,
    manifest_digest: Digest,
    raw_config: Vec<u8>,
    limits: &Limits,
) -> Result<Image, Error> {
    check_digest("the image configuration", &manifest.config.digest, &raw_config)?;
    let what = "the image configuration";
    let media_type = manifest.config.media_type.as_deref().unwrap_or_default();
    if !is_image_config(media_type) {
        return Err(invalid(
            &format!("{name:?}"),
            format!("is not a container image but an artifact (configuration is {media_type:?})"),
        ));
    }
    let config: ImageConfig = serde_json::from_slice(&raw_config)
        .map_err(|error| invalid(what, format!("cannot be read: {}", place(&error))))?;
    let (layers, diff_ids) = (manifest.layers.len(), config.rootfs.diff_ids.len());
    if layers > limits.layers {
        return Err(invalid(
            "the manifest",
            format!("has {layers} layers, more than the limit of {}", limits.layers),
        ));
    }
    if layers != diff_ids {
        return Err(invalid(
            "the manifest",
            format!("has {layers} layers, but the image configuration has {diff_ids}"),
        ));
    }
    let layers = manifest
        .layers
        .iter()
        .zip(&config.rootfs.diff_ids)
        .zip(config.instructions(layers))
        .map(|((descriptor, diff_id), created_by)| Layer {
            digest: Some(descriptor.digest),
            diff_id: Some(*diff_id),
            size: descriptor.size,
            created_by,
        })
        .collect();
    Ok(Image {
        name: name.to_owned(),
        source,
        id: Some(manifest.config.digest),
        manifest_digest: Some(manifest_digest),
        repo_tags: Vec::new(),
        repo_digests: Vec::new(),
        config,
        raw_config,
        layers,
    })
}

fn is_image_config(media_type: &str) -> bool {
    matches!(
        media_type,
        "" | "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json"
            | "application/json"
            | "application/octet-stream"
    )
}

/// Fails unless `content` has the digest that was promised of it.
pub(crate) fn check_digest(what: &str, expected: &Digest, content: &[u8]) -> Result<(), Error> {
    let actual = expected.same_kind_of(content);
    if actual == *expected {
        return Ok(());
    }
    Err(Error::DigestMismatch { what: what.to_owned(), expected: *expected, actual })
}

pub(crate) fn invalid(what: &str, message: impl Into<String>) -> Error {
    Error::Document { what: what.to_owned(), message: message.into() }
}

/// Where JSON broke, without a word of its contents, which may be secret.
pub(crate) fn place(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let kind = match error.classify() {
        Category::Syntax => "not well-formed JSON",
        Category::Eof => "JSON that ends early",
        Category::Data => "JSON with fields missing or of the wrong kind",
        Category::Io => "unreadable",
    };
    format!("{kind} at line {} column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parse_text(text: &str) -> Result<Document, Error> {
        parse("the manifest", text.replace("EMPTY", EMPTY).as_bytes())
    }

    #[test]
    fn both_forms_are_told_apart() {
        let manifest = r#"{"schemaVersion":2,"config":{"digest":"EMPTY","size":0},
            "layers":[{"digest":"EMPTY","size":3,"urls":null}]}"#;
        assert!(
            matches!(parse_text(manifest).unwrap(), Document::Manifest(m) if m.layers.len() == 1)
        );
        let index = r#"{"manifests":[{"digest":"EMPTY","size":0,
            "platform":{"os":"linux","architecture":"arm","variant":"v7"}}]}"#;
        assert!(matches!(parse_text(index).unwrap(), Document::Index(m) if m.len() == 1));
    }

    #[test]
    fn what_is_no_manifest_is_explained() {
        for (text, reason) in [
            ("{", "ends early"),
            ("[]", "neither"),
            ("{}", "neither"),
            (r#"{"schemaVersion":1,"fsLayers":[]}"#, "schema 1"),
            (r#"{"manifests":[],"layers":[]}"#, "at once"),
            (r#"{"layers":[],"config":{"digest":"md5:0","size":0}}"#, "wrong kind"),
        ] {
            let error = parse_text(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    fn assembled(config: &[u8], media_type: &str, layers: usize) -> Result<Image, Error> {
        let descriptor = |media_type: &str, digest: Digest| Descriptor {
            media_type: Some(media_type.to_owned()),
            digest,
            size: 7,
            urls: Vec::new(),
            annotations: BTreeMap::new(),
            platform: None,
            artifact_type: None,
        };
        let manifest = Manifest {
            config: Box::new(descriptor(media_type, Digest::sha256(config))),
            layers: vec![descriptor("", Digest::sha256(b"")); layers],
        };
        let limits = Limits { layers: 3, ..Limits::default() };
        let digest = Digest::sha256(b"m");
        assemble("x", SourceKind::Registry, &manifest, digest, config.to_vec(), &limits)
    }

    #[test]
    fn an_image_is_put_together_or_refused() {
        let config = format!(r#"{{"rootfs":{{"diff_ids":["{EMPTY}"]}}}}"#);
        let docker = "application/vnd.docker.container.image.v1+json";
        let image = assembled(config.as_bytes(), docker, 1).unwrap();
        assert_eq!(image.layers[0].diff_id.unwrap().to_string(), EMPTY);
        for (layers, media_type, reason) in [
            (2, docker, "2 layers, but"),
            (4, docker, "more than the limit"),
            (1, "application/vnd.cncf.helm.config.v1+json", "artifact"),
        ] {
            let error = assembled(config.as_bytes(), media_type, layers).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let error = assembled(b"{]", docker, 1).unwrap_err().to_string();
        assert!(error.contains("configuration cannot be read"), "{error}");
    }
}
