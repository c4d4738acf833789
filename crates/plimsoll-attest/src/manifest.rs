//! Signatures of manifests, kept beside them in the registry.
//!
//! <https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md>: a manifest under a tag
//! made of the signed digest; each of its layers is a signed text that names that digest, with the
//! signature as an annotation.

use plimsoll_image::{ArtifactBlob, ArtifactManifest, Digest, Error, RemoteError, Repository};
use serde::{Deserialize, Serialize};

use crate::{PrivateKey, Signature, TrustedKeys, VerifyError};

/// Media type of a layer that is a signed text.
pub const SIGNATURE_MEDIA_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The annotation with its signature.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
/// What the text says that it is.
const KIND: &str = "cosign container image signature";
const CONFIG_MEDIA_TYPE: &str = "application/vnd.oci.image.config.v1+json";
/// Bytes of a signed text. Ours have 250, and users of cosign may add a few remarks.
const MAX_PAYLOAD: u64 = 64 << 10;
/// Signatures that are looked at; each costs a request.
const MAX_SIGNATURES: usize = 64;

/// <https://github.com/containers/image/blob/main/docs/containers-signature.5.md#json-data-format>
#[derive(Serialize, Deserialize)]
struct Payload {
    critical: Critical,
    optional: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct Critical {
    identity: Identity,
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Identity {
    docker_reference: String,
}

#[derive(Serialize, Deserialize)]
struct Image {
    // The specification's example has a capital letter, and some tools follow it.
    #[serde(rename = "docker-manifest-digest", alias = "Docker-manifest-digest")]
    digest: Digest,
}

/// A signature that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Fingerprint of the key.
    pub key: String,
    /// The repository for which the manifest was signed; others may copy it, so nothing follows
    /// from it by itself.
    pub reference: String,
}

/// The tag under which the signatures of a manifest are kept.
pub fn signature_tag(digest: &Digest) -> String {
    format!("{}-{}.sig", digest.algorithm().name(), digest.hex())
}

fn payload(reference: &str, digest: &Digest) -> Vec<u8> {
    let payload = Payload {
        critical: Critical {
            identity: Identity { docker_reference: reference.to_owned() },
            image: Image { digest: *digest },
            kind: KIND.to_owned(),
        },
        optional: None,
    };
    serde_json::to_vec(&payload).expect("texts are always JSON")
}

/// Signs a manifest that is in the repository and stores the signature there, beside those of
/// others. A manifest that the key has signed already is left as it is.
pub fn sign_manifest(
    repository: &Repository,
    digest: &Digest,
    key: &PrivateKey,
) -> Result<(), VerifyError> {
    let mut layers = match signatures(repository, digest) {
        Ok(manifest) => manifest.layers,
        Err(VerifyError::Unsigned(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    let own = TrustedKeys::new().with(key.public_key());
    if layers
        .iter()
        .take(MAX_SIGNATURES)
        .any(|layer| check(repository, digest, layer, &own).is_ok())
    {
        return Ok(());
    }
    let payload = payload(repository.name(), digest);
    let signature = key.sign(&payload)?.to_string();
    let layer = repository.push_blob(SIGNATURE_MEDIA_TYPE, payload)?;
    layers.push(layer.with(SIGNATURE, signature));
    let config = repository.push_blob(CONFIG_MEDIA_TYPE, config(&layers))?;
    let mut manifest = ArtifactManifest::with_config(config);
    manifest.layers = layers;
    repository.push_artifact(Some(&signature_tag(digest)), &manifest)?;
    Ok(())
}

/// An image configuration that fits the layers, which are not compressed.
fn config(layers: &[ArtifactBlob]) -> Vec<u8> {
    let digests: Vec<_> = layers.iter().map(|layer| layer.digest.to_string()).collect();
    let config = serde_json::json!({
        "architecture": "",
        "os": "",
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": digests },
    });
    config.to_string().into_bytes()
}

/// Finds a signature of a manifest by one of the trusted keys.
pub fn verify_manifest(
    repository: &Repository,
    digest: &Digest,
    keys: &TrustedKeys,
) -> Result<Verified, VerifyError> {
    if keys.is_empty() {
        return Err(VerifyError::NoKeys);
    }
    let manifest = signatures(repository, digest)?;
    let mut reasons = Vec::new();
    for layer in manifest.layers.iter().take(MAX_SIGNATURES) {
        match check(repository, digest, layer, keys) {
            Ok(verified) => return Ok(verified),
            Err(reason) => reasons.push(reason),
        }
    }
    if manifest.layers.len() > MAX_SIGNATURES {
        reasons.push(format!("only {MAX_SIGNATURES} were looked at"));
    }
    Err(VerifyError::NoneValid { digest: *digest, reasons })
}

/// The manifest that holds the signatures of another.
fn signatures(repository: &Repository, digest: &Digest) -> Result<ArtifactManifest, VerifyError> {
    let reference = format!("{}:{}", repository.name(), signature_tag(digest));
    let reference =
        reference.parse().map_err(|error| VerifyError::Registry(Error::Reference(error)))?;
    match repository.artifact(&reference) {
        Ok((_, manifest)) => Ok(manifest),
        Err(Error::Remote(RemoteError::NotFound { .. })) => {
            Err(VerifyError::Unsigned(format!("{}@{digest}", repository.name())))
        }
        Err(error) => Err(error.into()),
    }
}

/// One signature, or why it does not count.
fn check(
    repository: &Repository,
    digest: &Digest,
    layer: &ArtifactBlob,
    keys: &TrustedKeys,
) -> Result<Verified, String> {
    if layer.media_type != SIGNATURE_MEDIA_TYPE {
        return Err(format!("{:?} is no signed text", layer.media_type));
    }
    let signature = layer.annotation(SIGNATURE).ok_or("the signature is missing")?;
    let signature: Signature = signature.parse().map_err(text)?;
    let content = repository.blob_content(layer, MAX_PAYLOAD).map_err(text)?;
    let key = keys.verify(&content, &signature).map_err(text)?;
    let payload: Payload = serde_json::from_slice(&content)
        .map_err(|_| "the signed text is not in the known form".to_owned())?;
    if payload.critical.kind != KIND {
        return Err("the signed text is about something else".to_owned());
    }
    if payload.critical.image.digest != *digest {
        return Err(format!("it signs {} and not this", payload.critical.image.digest));
    }
    let reference = payload.critical.identity.docker_reference;
    Ok(Verified { key: key.fingerprint(), reference })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
