//! What is published: a database with what belongs to it, compressed, described and signed.

use plimsoll_advisory::Database;
use plimsoll_advisory::delta::DeltaHeader;
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
    /// The bytes of deltas. One that does not lead to this database is refused.
    pub deltas: Vec<Vec<u8>>,
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
        let whole = blake3::hash(&self.database).to_hex().to_string();
        let mut deltas = Vec::new();
        for bytes in &self.deltas {
            let other = |found| Refusal::Other { what: "a delta".to_owned(), found };
            let header =
                DeltaHeader::read(bytes).map_err(|error| other(format!("not usable: {error}")))?;
            if header.target != whole {
                return Err(other("a way to another database".to_owned()).into());
            }
            let (base, target) = (header.base, database.content.clone());
            let file = format!("delta-{}-{}", short(&base), short(&target));
            let signature = sign(bytes, key)?;
            let stored = store(file, bytes.clone(), &mut files)?;
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
    let database = Database::from_bytes(content.to_vec())
        .and_then(|database| database.verify().map(|()| database))
        .map_err(|reason| Refusal::Database { what: what(), reason })?;
    check_kind(&database, kind)?;
    let info = database.info();
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
