//! Bills of materials: read instead of scanned.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use plimsoll_image::{Image, ImageConfig, Layer, Problem, ProblemKind, SourceKind};
use plimsoll_inventory::{Inventory, from_bom};
use plimsoll_sbom::{Bom, BomFormat, BomLayer};

/// Bytes of a document that are read.
const LARGEST: u64 = 256 << 20;

/// Reads a document, or the standard input for `-`, as the image that it describes.
pub(crate) fn read(name: &str) -> anyhow::Result<(Image, Inventory, &'static str)> {
    let failed = || format!("cannot read {name}");
    let mut content = Vec::new();
    // One byte more tells that there are too many.
    let most = LARGEST + 1;
    let count = match name {
        "-" => std::io::stdin().lock().take(most).read_to_end(&mut content),
        path => {
            std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut content))
        }
    };
    if count.with_context(failed)? as u64 > LARGEST {
        bail!("{name} has more than {} MiB, which is more than is read", LARGEST >> 20);
    }
    let parsed = plimsoll_sbom::read(&content);
    let Some(bom) = parsed.value else {
        let why: Vec<_> = parsed.problems.iter().map(|one| one.message.as_str()).collect();
        bail!("{name} is no bill of materials that can be read: {}", why.join("; "));
    };
    let image = described(name, &bom);
    let form = match bom.format {
        BomFormat::CycloneDx => "cyclonedx",
        BomFormat::Spdx => "spdx",
        BomFormat::Syft => "syft",
        BomFormat::Trivy => "trivy",
    };
    let empty = bom.packages.is_empty();
    let mut inventory = from_bom(bom);
    inventory.problems.extend(parsed.problems.into_iter().map(|problem| (None, problem)));
    if empty {
        let message = "the document lists no packages".to_owned();
        inventory
            .problems
            .push((None, Problem { path: None, kind: ProblemKind::Malformed, message }));
    }
    Ok((image, inventory, form))
}

/// The image that a document is about, under the name of the document.
fn described(name: &str, bom: &Bom) -> Image {
    let layer = |layer: &BomLayer| Layer {
        digest: layer.digest.as_deref().and_then(|text| text.parse().ok()),
        diff_id: layer.diff_id.as_deref().and_then(|text| text.parse().ok()),
        size: 0,
        created_by: None,
    };
    Image {
        name: name.to_owned(),
        source: SourceKind::Document,
        id: bom.image_id.as_deref().and_then(|text| text.parse().ok()),
        manifest_digest: None,
        repo_tags: bom.repo_tags.clone(),
        repo_digests: bom.repo_digests.clone(),
        config: ImageConfig::default(),
        raw_config: Vec::new(),
        layers: bom.layers.iter().map(layer).collect(),
    }
}
