//! The form of an OCI image layout.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>

use super::container::{Container, Resolved, blob_path, required, shorten};
use crate::manifest::{Descriptor, Document, assemble, invalid, parse};
use crate::platform::select;
use crate::{Choice, Error, Image, Limits, Platform, SourceKind};

/// Indexes in indexes are followed this deep; builders make two levels.
const DEPTH: usize = 4;
/// The annotation with an image's tag or name.
const REFERENCE: &str = "org.opencontainers.image.ref.name";
/// The annotation with an image's full name, by containerd and BuildKit.
const FULL_NAME: &str = "io.containerd.image.name";

pub(super) fn resolve(
    container: &dyn Container,
    source: SourceKind,
    index: &[u8],
    choice: &Choice,
    limits: &Limits,
) -> Result<Resolved, Error> {
    let what = "index.json";
    let Document::Index(mut manifests) = parse(what, index)? else {
        return Err(invalid(what, "is an image manifest where an index should be"));
    };
    named(&mut manifests, choice)?;
    let mut tags: Vec<String> = Vec::new();
    let mut what = what.to_owned();
    for _ in 0..DEPTH {
        let descriptor = select(&manifests, choice.platform.as_ref())
            .map_err(|message| invalid(&what, message))?;
        tags.extend(descriptor.annotations.get(FULL_NAME).map(|name| shorten(name)));
        what = format!("the manifest {}", descriptor.digest);
        let path = blob_path(&descriptor.digest);
        let content = required(container, &what, &path, Some(descriptor.digest))?;
        match parse(&what, &content)? {
            Document::Index(inner) => manifests = inner,
            Document::Manifest(manifest) => {
                let path = blob_path(&manifest.config.digest);
                let raw = required(container, "the image configuration", &path, None)?;
                check_layers(&manifest.layers)?;
                let digest = descriptor.digest;
                let mut image = assemble(container.name(), source, &manifest, digest, raw, limits)?;
                check_platform(&image, choice.platform.as_ref())?;
                image.repo_tags = tags;
                let layers = manifest.layers.iter().map(|layer| blob_path(&layer.digest));
                return Ok(Resolved { layers: layers.collect(), image });
            }
        }
    }
    Err(invalid(&what, format!("is the {DEPTH}th index in an index")))
}

/// Leaves only the manifests with the name that is wanted; without a wish there must be one name.
fn named(manifests: &mut Vec<Descriptor>, choice: &Choice) -> Result<(), Error> {
    let mut available: Vec<String> =
        manifests.iter().filter_map(name_of).map(|name| shorten(&name)).collect();
    available.sort();
    available.dedup();
    match &choice.reference {
        None if available.len() > 1 => Err(Error::Ambiguous { available }),
        None => Ok(()),
        Some(wanted) => {
            manifests.retain(|manifest| is_named(manifest, wanted));
            if manifests.is_empty() {
                return Err(Error::NoReference { wanted: wanted.clone(), available });
            }
            Ok(())
        }
    }
}

fn name_of(manifest: &Descriptor) -> Option<String> {
    let name = manifest.annotations.get(FULL_NAME).or(manifest.annotations.get(REFERENCE));
    name.cloned()
}

fn is_named(manifest: &Descriptor, wanted: &str) -> bool {
    manifest.digest.to_string() == wanted
        || [REFERENCE, FULL_NAME].iter().filter_map(|key| manifest.annotations.get(*key)).any(
            |name| name == wanted || name.rsplit_once(':').is_some_and(|(_, tag)| tag == wanted),
        )
}

/// Layers that no bytes of the container can stand for.
fn check_layers(layers: &[Descriptor]) -> Result<(), Error> {
    for (index, layer) in layers.iter().enumerate() {
        let media_type = layer.media_type.as_deref().unwrap_or_default();
        if media_type.ends_with("+encrypted") {
            return Err(Error::Unsupported {
                what: format!("layer {} ({})", index + 1, layer.digest),
                form: "an encrypted layer".to_owned(),
            });
        }
    }
    Ok(())
}

/// A single image in a layout says its platform nowhere but in its configuration.
fn check_platform(image: &Image, wanted: Option<&Platform>) -> Result<(), Error> {
    let Some(wanted) = wanted else { return Ok(()) };
    let offered = Platform {
        os: image.config.os.clone(),
        architecture: image.config.architecture.clone(),
        variant: image.config.variant.clone(),
    };
    if offered.architecture.is_empty() || wanted.accepts(&offered) {
        return Ok(());
    }
    Err(invalid("the image", format!("is for {offered}, not for {wanted}")))
}
