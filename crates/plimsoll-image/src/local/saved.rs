//! The form of `docker save`: a `manifest.json` that names files.
//!
//! <https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format>.
//! Docker wrote `<id>/layer.tar` at first, then links between those, and now the blobs of a layout;
//! Skopeo, Podman and Kaniko write `<digest>.tar`. The names mean nothing, the document decides.

use serde::Deserialize;

use super::container::{Container, Resolved, blob_digest, required, shorten};
use crate::manifest::{invalid, place};
use crate::tar::tidy;
use crate::{Choice, Digest, Error, Image, ImageConfig, Layer, Limits, SourceKind};

/// One image of the document.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    layers: Option<Vec<String>>,
}

pub(super) fn resolve(
    container: &dyn Container,
    source: SourceKind,
    manifest: &[u8],
    choice: &Choice,
    limits: &Limits,
) -> Result<Resolved, Error> {
    let what = "manifest.json";
    let items: Vec<Item> = serde_json::from_slice(manifest)
        .map_err(|error| invalid(what, format!("cannot be read: {}", place(&error))))?;
    let item = choose(items, choice)?;
    let path = |raw: &str| {
        tidy(raw.as_bytes(), limits)
            .ok_or_else(|| invalid(what, "names a file by a path that cannot be"))
    };
    let config_path = path(&item.config)?;
    let what = "the image configuration";
    let raw_config = required(container, what, &config_path, config_digest(&config_path))?;
    let config: ImageConfig = serde_json::from_slice(&raw_config)
        .map_err(|error| invalid(what, format!("cannot be read: {}", place(&error))))?;
    let paths = item.layers.unwrap_or_default();
    let (count, diff_ids) = (paths.len(), config.rootfs.diff_ids.len());
    if count != diff_ids {
        return Err(invalid(
            "manifest.json",
            format!("has {count} layers, but the image configuration has {diff_ids}"),
        ));
    }
    if count > limits.layers {
        return Err(Error::TooLarge {
            what: "the number of layers".to_owned(),
            actual: count as u64,
            limit: limits.layers as u64,
        });
    }
    let paths = paths.iter().map(|raw| path(raw)).collect::<Result<Vec<_>, _>>()?;
    let mut layers = Vec::with_capacity(count);
    let instructions = config.instructions(count);
    for ((path, diff_id), created_by) in paths.iter().zip(&config.rootfs.diff_ids).zip(instructions)
    {
        let missing =
            || Error::Missing { what: format!("layer {} ({})", layers.len() + 1, shorten(path)) };
        let size = container.layer_size(path)?.ok_or_else(missing)?;
        layers.push(Layer { digest: blob_digest(path), diff_id: Some(*diff_id), size, created_by });
    }
    let image = Image {
        name: container.name().to_owned(),
        source,
        id: Some(Digest::sha256(&raw_config)),
        manifest_digest: None,
        repo_tags: item.repo_tags.unwrap_or_default(),
        repo_digests: Vec::new(),
        config,
        raw_config,
        layers,
    };
    Ok(Resolved { image, layers: paths })
}

fn choose(mut items: Vec<Item>, choice: &Choice) -> Result<Item, Error> {
    let available = |items: &[Item]| -> Vec<String> {
        items
            .iter()
            .flat_map(|item| match item.repo_tags.as_deref().unwrap_or_default() {
                [] => vec![shorten(&item.config)],
                tags => tags.iter().map(|tag| shorten(tag)).collect(),
            })
            .collect()
    };
    let all = available(&items);
    if let Some(wanted) = &choice.reference {
        items.retain(|item| is_named(item, wanted));
        if items.is_empty() {
            return Err(Error::NoReference { wanted: wanted.clone(), available: all });
        }
    }
    match items.pop() {
        None => Err(invalid("manifest.json", "lists no image")),
        Some(item) if items.is_empty() => Ok(item),
        Some(_) => Err(Error::Ambiguous { available: all }),
    }
}

fn is_named(item: &Item, wanted: &str) -> bool {
    item.repo_tags
        .iter()
        .flatten()
        .any(|tag| tag == wanted || tag.rsplit_once(':').is_some_and(|(_, tag)| tag == wanted))
        || item.config == wanted
        || config_digest(&item.config).is_some_and(|digest| digest.to_string() == wanted)
}

/// The digest in a configuration's path: `<digits>.json`, `sha256:<digits>` or a layout's.
fn config_digest(path: &str) -> Option<Digest> {
    if let Some(digest) = blob_digest(path) {
        return Some(digest);
    }
    let name = path.strip_suffix(".json").unwrap_or(path);
    name.parse().ok().or_else(|| format!("sha256:{name}").parse().ok())
}
