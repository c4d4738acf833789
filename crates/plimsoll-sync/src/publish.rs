//! Puts a release where others can have it.

use std::collections::BTreeSet;
use std::path::Path;

use plimsoll_advisory::database::save;
use plimsoll_attest::{PrivateKey, sign_manifest};
use plimsoll_image::{
    Access, Digest, EMPTY_CONTENT, EMPTY_MEDIA_TYPE, Reference, RegistryOptions, Repository,
};

use crate::listing::MAX_LISTING;
use crate::origin::INDEX;
use crate::verify::read;
use crate::{Listing, PublishError, Refusal, Release, oci};

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What users will see.
    pub listing: Listing,
    /// The manifest, in a registry.
    pub manifest: Option<Digest>,
}

/// Stores a release in a registry, under the tag of the reference and any more tags, signed with a
/// key: each file, and the manifest as cosign does.
///
/// Blocks; must not be called from an asynchronous task.
pub fn push(
    release: &Release,
    reference: &Reference,
    more_tags: &[&str],
    key: Option<&PrivateKey>,
    options: &RegistryOptions,
) -> Result<Published, PublishError> {
    let packed = release.pack(key)?;
    let repository = Repository::open(reference, options, Access::Push)?;
    for (_, content) in packed.files {
        repository.push_blob("application/octet-stream", content)?;
    }
    repository.push_blob(EMPTY_MEDIA_TYPE, EMPTY_CONTENT)?;
    let manifest = oci::manifest(&packed.listing);
    // Signed before anybody can come upon it by its tag.
    let stored = repository.push_artifact(None, &manifest)?;
    if let Some(key) = key {
        sign_manifest(&repository, &stored.digest, key).map_err(PublishError::Sign)?;
    }
    for tag in reference.tag().into_iter().chain(more_tags.iter().copied()) {
        repository.push_artifact(Some(tag), &manifest)?;
    }
    Ok(Published { listing: packed.listing, manifest: Some(stored.digest) })
}

/// Writes a release into a directory that a web server can serve. Files of the list before the last
/// are removed; those of the last one stay, since somebody may be reading by it.
pub fn publish_directory(
    release: &Release,
    directory: &Path,
    key: Option<&PrivateKey>,
) -> Result<Published, PublishError> {
    let packed = release.pack(key)?;
    let fail = |action, path: &Path| {
        let path = path.to_owned();
        move |source| PublishError::Unfit(Refusal::File { action, path, source })
    };
    std::fs::create_dir_all(directory).map_err(fail("make", directory))?;
    let index = directory.join(INDEX);
    let before = read(&index, MAX_LISTING).and_then(|content| Listing::parse(&content)).ok();
    for (name, content) in &packed.files {
        let path = directory.join(name);
        save(&path, content).map_err(fail("write", &path))?;
    }
    // Last, because it names the others.
    save(&index, &packed.listing.to_json()).map_err(fail("write", &index))?;
    let mut named = names(&packed.listing);
    named.extend(before.iter().flat_map(names));
    remove_others(directory, &named);
    Ok(Published { listing: packed.listing, manifest: None })
}

fn names(listing: &Listing) -> BTreeSet<String> {
    let entries = std::iter::once(&listing.database).chain(&listing.overlay);
    let entries = entries.map(|entry| &entry.stored);
    let all = entries.chain(listing.deltas.iter().map(|delta| &delta.stored));
    all.map(|stored| stored.file.clone()).collect()
}

/// Removes files that have names like ours and that no list names.
fn remove_others(directory: &Path, named: &BTreeSet<String>) {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let packed = |stem: &str| name.starts_with(stem) && name.ends_with(".db.zst");
        let ours = packed("plimsoll-") || packed("scores-") || name.starts_with("delta-");
        if ours && !named.contains(name) {
            // One that cannot be removed only takes room.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
