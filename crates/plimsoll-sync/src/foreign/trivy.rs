//! Trivy's databases: an artifact with one layer, a compressed tar.

use std::io;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use plimsoll_image::{Access, Reference, RegistryOptions, Repository};

use super::{ForeignFiles, Target, archive};
use crate::listing::{MAX_STORED, too_large};
use crate::{Refusal, UpdateError};

/// Which of Trivy's databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrivyDatabase {
    /// `trivy-db`: `trivy.db` and `metadata.json`.
    Vulnerabilities,
    /// `trivy-java-db`: `trivy-java.db` and `metadata.json`.
    Java,
}

impl TrivyDatabase {
    fn media_type(self) -> &'static str {
        match self {
            TrivyDatabase::Vulnerabilities => "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip",
            TrivyDatabase::Java => "application/vnd.aquasec.trivy.javadb.layer.v1.tar+gzip",
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            TrivyDatabase::Vulnerabilities => &["trivy.db", "metadata.json"],
            TrivyDatabase::Java => &["trivy-java.db", "metadata.json"],
        }
    }
}

/// Fetches one of Trivy's databases into a directory of its own, unless it is there, or the archive
/// has the digest that the caller knows already.
///
/// Blocks; must not be called from an asynchronous task.
pub fn pull_trivy(
    reference: &Reference,
    which: TrivyDatabase,
    directory: &Path,
    known: Option<&str>,
    options: &RegistryOptions,
) -> Result<ForeignFiles, UpdateError> {
    let target = Target::open(directory, which.names())?;
    pull(reference, which, &target, known, options).map_err(UpdateError::Local)
}

fn pull(
    reference: &Reference,
    which: TrivyDatabase,
    target: &Target<'_>,
    known: Option<&str>,
    options: &RegistryOptions,
) -> Result<ForeignFiles, Refusal> {
    let repository = Repository::open(reference, options, Access::Pull)?;
    let (_, manifest) = repository.artifact(reference)?;
    let wanted = which.media_type();
    let mut layers = manifest.layers.iter().filter(|layer| layer.media_type == wanted);
    let (Some(layer), None) = (layers.next(), layers.next()) else {
        return Err(Refusal::Listing(format!("of {reference} has not exactly one layer {wanted}")));
    };
    let digest = layer.digest.to_string();
    if known == Some(digest.as_str()) || target.has(&digest) {
        return Ok(target.done(digest, true));
    }
    let what = format!("the archive of {reference}");
    too_large(&what, layer.size, MAX_STORED)?;
    let mut blob = repository.blob(layer);
    let extracted = archive::extract(target, &what, MultiGzDecoder::new(&mut blob))?;
    // Only at the end of the blob it shows whether all of it was what was promised.
    io::copy(&mut blob, &mut io::sink())
        .map_err(|error| Refusal::Compression { what, reason: error.to_string() })?;
    extracted.install()?;
    target.remember(&digest)?;
    Ok(target.done(digest, false))
}
