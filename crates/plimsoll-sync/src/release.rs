//! What is published: a database with what belongs to it, compressed, described and signed.

use plimsoll_advisory::Database;
use plimsoll_attest::PrivateKey;
use plimsoll_image::Digest;

use crate::listing::{
    DeltaEntry, Entry, LAYOUT, Listing, MAX_DATABASE, MAX_DELTAS, MAX_STORED, Stored, too_large,
};
use crate::verify::{Kind, check_kind};
use crate::{PublishError, Refusal, pack};

/// A database, its overlay, and the ways from earlier ones.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// The bytes of the database.
    pub database: Vec<u8>,
    /// The bytes of the overlay.
    pub overlay: Option<Vec<u8>>,
    /// The deltas. One that does not lead to this database is refused.
    pub deltas: Vec<DeltaFile>,
}

/// A delta, and between which databases it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaFile {
    /// Content digest of the database that it applies to.
    pub base: String,
    /// Content digest of the database that it gives.
    pub target: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A release ready to be sent.
pub(crate) struct Packed {
    pub(crate) listing: Listing,
    /// Each file by its name in the listing.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Release {
    pub(crate) fn pack(&self, key: Option<&PrivateKey>) -> Result<Packed, PublishError> {
        let mut files = Vec::new();
        let database = entry(&self.database, Kind::Database, key, &mut files)?;
        let overlay = self
            .overlay
            .as_deref()
            .map(|overlay| entry(overlay, Kind::Overlay, key, &mut files))
            .transpose()?;
        if self.deltas.len() > MAX_DELTAS {
            return Err(Refusal::Listing(format!("has more than {MAX_DELTAS} deltas")).into());
        }
        let mut deltas = Vec::new();
        for delta in &self.deltas {
            if delta.target != database.content {
                let found = format!("a way to {} and not to this database", delta.target);
                return Err(Refusal::Other { what: "a delta".to_owned(), found }.into());
            }
            let file = format!("delta-{}-{}", short(&delta.base), short(&delta.target));
            let signature = sign(&delta.bytes, key)?;
            let stored = store(file, delta.bytes.clone(), &mut files)?;
            let (base, target) = (delta.base.clone(), delta.target.clone());
            deltas.push(DeltaEntry { base, target, signature, stored });
        }
        let listing = Listing { layout: LAYOUT, database, overlay, deltas };
        listing.check()?;
        Ok(Packed { listing, files })
    }
}

fn sign(content: &[u8], key: Option<&PrivateKey>) -> Result<Option<String>, PublishError> {
    Ok(key.map(|key| key.sign(content)).transpose()?.map(|signature| signature.to_string()))
}

fn store(
    file: String,
    content: Vec<u8>,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<Stored, Refusal> {
    too_large(&file, content.len() as u64, MAX_STORED)?;
    let (sha256, size) = (Digest::sha256(&content), content.len() as u64);
    files.push((file.clone(), content));
    Ok(Stored { file, sha256, size })
}

fn entry(
    content: &[u8],
    kind: Kind,
    key: Option<&PrivateKey>,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<Entry, PublishError> {
    too_large(kind.file(), content.len() as u64, MAX_DATABASE)?;
    let what = || kind.file().to_owned();
    let info = Database::from_bytes(content.to_vec())
        .and_then(|database| database.verify().map(|()| database.info()))
        .map_err(|reason| Refusal::Database { what: what(), reason })?;
    check_kind(&info, kind)?;
    let packed = pack::compress(content)
        .map_err(|error| Refusal::Compression { what: what(), reason: error.to_string() })?;
    // A name for each content: who still reads by the list of yesterday finds the files of
    // yesterday.
    let (stem, extension) = kind.file().split_once('.').unwrap_or((kind.file(), "db"));
    let file = format!("{stem}-{}.{extension}.zst", short(&info.digest));
    Ok(Entry {
        content: info.digest,
        sha256: Digest::sha256(content),
        size: content.len() as u64,
        format: info.format_version,
        created: info.created,
        signature: sign(content, key)?,
        stored: store(file, packed, files)?,
    })
}

/// Enough of a digest to tell files apart by their names.
fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}
