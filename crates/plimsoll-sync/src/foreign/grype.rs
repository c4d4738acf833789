//! Grype's database: `latest.json` names an archive beside it.

use std::path::Path;

use plimsoll_image::{Digest, RegistryOptions, WebAnswer, WebClient};
use serde::Deserialize;

use super::{ForeignFiles, Target, archive};
use crate::listing::MAX_STORED;
use crate::{Refusal, UpdateError, pack};

/// Where Grype's own program looks.
pub const GRYPE_LATEST: &str = "https://grype.anchore.io/databases/v6/latest.json";
/// Bytes of the document.
const MAX_DOCUMENT: u64 = 64 << 10;
const NAMES: &[&str] = &["vulnerability.db"];

/// The document `latest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrypeLatest {
    /// `active`, or how far the database is on its way out of use.
    #[serde(default)]
    pub status: String,
    /// Version of the database's layout, three numbers after a possible `v`.
    #[serde(default)]
    pub schema_version: String,
    /// When it was made, as RFC 3339.
    #[serde(default)]
    pub built: String,
    /// Name of the archive, beside the document.
    pub path: String,
    /// Of the archive.
    pub checksum: Digest,
}

/// Fetches Grype's database into a directory of its own, unless it is there, or the archive has the
/// digest that the caller knows already.
///
/// Blocks; must not be called from an asynchronous task.
pub fn pull_grype(
    latest: &str,
    directory: &Path,
    known: Option<&str>,
    options: &RegistryOptions,
) -> Result<(GrypeLatest, ForeignFiles), UpdateError> {
    let target = Target::open(directory, NAMES)?;
    pull(latest, &target, known, options).map_err(UpdateError::Local)
}

fn pull(
    latest: &str,
    target: &Target<'_>,
    known: Option<&str>,
    options: &RegistryOptions,
) -> Result<(GrypeLatest, ForeignFiles), Refusal> {
    let client = WebClient::new(options)?;
    let document = fetch(&client, latest, "latest.json", MAX_DOCUMENT)?;
    let document: GrypeLatest = serde_json::from_slice(&document).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Refusal::Listing(format!("latest.json cannot be read (line {line}, column {column})"))
    })?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-:+".contains(c);
    let path = &document.path;
    if path.is_empty() || path.starts_with('.') || !path.chars().all(plain) {
        return Err(Refusal::Listing("latest.json names no plain file".to_owned()));
    }
    let digest = document.checksum.to_string();
    if known == Some(digest.as_str()) || target.has(&digest) {
        return Ok((document, target.done(digest, true)));
    }
    let base = latest.rsplit_once('/').map_or("", |(base, _)| base);
    let content = fetch(&client, &format!("{base}/{path}"), path, MAX_STORED)?;
    let actual = document.checksum.same_kind_of(&content);
    if actual != document.checksum {
        let (what, expected) = (path.clone(), document.checksum);
        return Err(Refusal::Mismatch { what, expected, actual });
    }
    let extracted = archive::extract(target, path, pack::decoder(path, &content)?)?;
    extracted.install()?;
    target.remember(&digest)?;
    Ok((document, target.done(digest, false)))
}

fn fetch(client: &WebClient, address: &str, what: &str, limit: u64) -> Result<Vec<u8>, Refusal> {
    match client.get(address, what, None, limit)? {
        WebAnswer::Content { content, .. } => Ok(content),
        WebAnswer::Unchanged => Err(Refusal::Listing(format!("{what} was not sent"))),
    }
}
