//! The form of a release in a registry: one artifact, its files as layers, and what a listing says
//! of them as annotations.

use std::collections::BTreeMap;

use plimsoll_image::{ArtifactBlob, ArtifactManifest, CREATED, TITLE};

use crate::Refusal;
use crate::listing::{DeltaEntry, Entry, LAYOUT, Listing, Stored};

/// Type of the artifact.
pub const ARTIFACT_TYPE: &str = "application/vnd.plimsoll.db.v1";
/// Media type of the layer with the database.
pub const DATABASE_MEDIA_TYPE: &str = "application/vnd.plimsoll.db.layer.v1+zstd";
/// Media type of the layer with the overlay.
pub const OVERLAY_MEDIA_TYPE: &str = "application/vnd.plimsoll.db.overlay.layer.v1+zstd";
/// Media type of a layer with a delta.
pub const DELTA_MEDIA_TYPE: &str = "application/vnd.plimsoll.db.delta.layer.v1";

/// Annotations of ours; the prefix belongs to whoever owns the repository's pages.
mod key {
    pub(super) const CONTENT: &str = "io.github.plimsoll-scanner.db.content";
    pub(super) const SHA256: &str = "io.github.plimsoll-scanner.db.sha256";
    pub(super) const SIZE: &str = "io.github.plimsoll-scanner.db.size";
    pub(super) const FORMAT: &str = "io.github.plimsoll-scanner.db.format";
    pub(super) const SIGNATURE: &str = "io.github.plimsoll-scanner.db.signature";
    pub(super) const BASE: &str = "io.github.plimsoll-scanner.db.base";
    pub(super) const TARGET: &str = "io.github.plimsoll-scanner.db.target";
}

/// The manifest of a listing.
pub(crate) fn manifest(listing: &Listing) -> ArtifactManifest {
    let mut manifest = ArtifactManifest::new(ARTIFACT_TYPE);
    let database = &listing.database;
    manifest.layers.push(entry(database, DATABASE_MEDIA_TYPE));
    manifest.layers.extend(listing.overlay.iter().map(|one| entry(one, OVERLAY_MEDIA_TYPE)));
    manifest.layers.extend(listing.deltas.iter().map(delta));
    let annotations = &mut manifest.annotations;
    annotations.insert(key::CONTENT.to_owned(), database.content.clone());
    annotations.insert(key::FORMAT.to_owned(), database.format.to_string());
    if let Some(created) = &database.created {
        annotations.insert(CREATED.to_owned(), created.clone());
    }
    manifest
}

fn blob(stored: &Stored, media_type: &str) -> ArtifactBlob {
    ArtifactBlob {
        media_type: media_type.to_owned(),
        digest: stored.sha256,
        size: stored.size,
        annotations: BTreeMap::new(),
        artifact_type: None,
    }
    .with(TITLE, stored.file.clone())
}

fn entry(entry: &Entry, media_type: &str) -> ArtifactBlob {
    let mut blob = blob(&entry.stored, media_type)
        .with(key::CONTENT, entry.content.clone())
        .with(key::SHA256, entry.sha256.to_string())
        .with(key::SIZE, entry.size.to_string())
        .with(key::FORMAT, entry.format.to_string());
    for (name, value) in [(CREATED, &entry.created), (key::SIGNATURE, &entry.signature)] {
        if let Some(value) = value {
            blob = blob.with(name, value.clone());
        }
    }
    blob
}

fn delta(delta: &DeltaEntry) -> ArtifactBlob {
    let blob = blob(&delta.stored, DELTA_MEDIA_TYPE)
        .with(key::BASE, delta.base.clone())
        .with(key::TARGET, delta.target.clone());
    match &delta.signature {
        Some(signature) => blob.with(key::SIGNATURE, signature.clone()),
        None => blob,
    }
}

/// The listing of a manifest. Layers of other kinds are for other programs.
pub(crate) fn listing(manifest: &ArtifactManifest) -> Result<Listing, Refusal> {
    if manifest.kind() != ARTIFACT_TYPE {
        let kind: String = manifest.kind().chars().take(200).collect();
        return Err(Refusal::Listing(format!("is of the kind {kind:?} and no Plimsoll database")));
    }
    let of = |media_type| manifest.layers.iter().filter(move |one| one.media_type == media_type);
    let only = |media_type| match of(media_type).count() {
        0 | 1 => Ok(of(media_type).next()),
        _ => Err(Refusal::Listing(format!("has more than one layer {media_type}"))),
    };
    let database = only(DATABASE_MEDIA_TYPE)?
        .ok_or_else(|| Refusal::Listing("has no layer with a database".to_owned()))?;
    let listing = Listing {
        layout: LAYOUT,
        database: read_entry(database)?,
        overlay: only(OVERLAY_MEDIA_TYPE)?.map(read_entry).transpose()?,
        deltas: of(DELTA_MEDIA_TYPE).map(read_delta).collect::<Result<_, _>>()?,
    };
    listing.check()?;
    Ok(listing)
}

fn annotation<'b>(blob: &'b ArtifactBlob, name: &str) -> Result<&'b str, Refusal> {
    blob.annotation(name)
        .ok_or_else(|| Refusal::Listing(format!("has a layer without the annotation {name}")))
}

fn parsed<T: std::str::FromStr>(blob: &ArtifactBlob, name: &str) -> Result<T, Refusal> {
    let odd = |_| Refusal::Listing(format!("has an annotation {name} that cannot be read"));
    annotation(blob, name)?.parse().map_err(odd)
}

fn read_stored(blob: &ArtifactBlob) -> Result<Stored, Refusal> {
    let file = annotation(blob, TITLE)?.to_owned();
    Ok(Stored { file, sha256: blob.digest, size: blob.size })
}

fn read_entry(blob: &ArtifactBlob) -> Result<Entry, Refusal> {
    Ok(Entry {
        content: annotation(blob, key::CONTENT)?.to_owned(),
        sha256: parsed(blob, key::SHA256)?,
        size: parsed(blob, key::SIZE)?,
        format: parsed(blob, key::FORMAT)?,
        created: blob.annotation(CREATED).map(str::to_owned),
        signature: blob.annotation(key::SIGNATURE).map(str::to_owned),
        stored: read_stored(blob)?,
    })
}

fn read_delta(blob: &ArtifactBlob) -> Result<DeltaEntry, Refusal> {
    Ok(DeltaEntry {
        base: annotation(blob, key::BASE)?.to_owned(),
        target: annotation(blob, key::TARGET)?.to_owned(),
        signature: blob.annotation(key::SIGNATURE).map(str::to_owned),
        stored: read_stored(blob)?,
    })
}
