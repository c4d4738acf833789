//! A source that is being asked: its listing, and the files on it.

use std::path::PathBuf;

use plimsoll_attest::VerifyError;
use plimsoll_image::{
    Access, ArtifactBlob, ArtifactManifest, Digest, Reference, RegistryOptions, RemoteError,
    Repository, WebAnswer, WebClient,
};

use crate::listing::{
    Entry, LAYOUT, Listing, MAX_DATABASE, MAX_LISTING, MAX_STORED, Stored, too_large,
};
use crate::verify::{read, whole};
use crate::{Refusal, Source, oci, pack};

/// The name of a listing.
pub(crate) const INDEX: &str = "index.json";
/// Bytes of a signature in a file.
const MAX_SIGNATURE: u64 = 4 << 10;
/// Layers of an artifact: one for each delta, and some.
const MAX_LAYERS: usize = crate::listing::MAX_DELTAS + 16;

/// A source that is being asked.
pub(crate) enum Origin {
    Registry {
        repository: Box<Repository>,
        reference: Reference,
    },
    Web {
        client: WebClient,
        address: String,
    },
    Directory(PathBuf),
    /// A database and nothing else.
    File(PathBuf),
}

/// What a source answers.
pub(crate) enum Offer {
    /// The same as when the tag was told.
    Unchanged,
    /// The list, and a tag by which to ask whether it is still the same.
    Listing(Box<Listing>, Option<String>),
}

/// Asks a source what it offers.
pub fn read_listing(source: &Source, options: &RegistryOptions) -> Result<Listing, Refusal> {
    match Origin::open(source, options)?.listing(None)? {
        Offer::Listing(listing, _) => Ok(*listing),
        Offer::Unchanged => Err(Refusal::Listing("was not sent".to_owned())),
    }
}

impl Origin {
    pub(crate) fn open(source: &Source, options: &RegistryOptions) -> Result<Origin, Refusal> {
        Ok(match source {
            Source::Registry(reference) => {
                let repository = Repository::open(reference, options, Access::Pull)?;
                Origin::Registry { repository: Box::new(repository), reference: reference.clone() }
            }
            Source::Web(address) => {
                Origin::Web { client: WebClient::new(options)?, address: address.clone() }
            }
            Source::Path(path) if path.is_dir() => Origin::Directory(path.clone()),
            Source::Path(path) => Origin::File(path.clone()),
        })
    }

    /// What there is, unless it is what was there when the tag `known` was told.
    pub(crate) fn listing(&self, known: Option<&str>) -> Result<Offer, Refusal> {
        match self {
            Origin::Registry { repository, reference } => {
                if let Some(known) = known {
                    // A server that does not answer this may still give the manifest.
                    let now = repository.digest(reference).ok().flatten();
                    if now.is_some_and(|now| now.to_string() == known) {
                        return Ok(Offer::Unchanged);
                    }
                }
                let raw = repository.manifest(reference)?;
                let what = format!("the manifest of {reference}");
                let manifest = ArtifactManifest::parse(&what, &raw.content, MAX_LAYERS)?;
                let listing = Box::new(oci::listing(&manifest)?);
                Ok(Offer::Listing(listing, Some(raw.digest.to_string())))
            }
            Origin::Web { client, address } => {
                let address = format!("{address}/{INDEX}");
                match client.get(&address, INDEX, known, MAX_LISTING)? {
                    WebAnswer::Unchanged => Ok(Offer::Unchanged),
                    WebAnswer::Content { content, etag } => {
                        Ok(Offer::Listing(Box::new(Listing::parse(&content)?), etag))
                    }
                }
            }
            Origin::Directory(path) => {
                let content = read(&path.join(INDEX), MAX_LISTING)?;
                Ok(Offer::Listing(Box::new(Listing::parse(&content)?), None))
            }
            Origin::File(path) => Ok(Offer::Listing(Box::new(describe(path)?), None)),
        }
    }

    /// A file as it is stored, compared with its digest.
    pub(crate) fn fetch(&self, stored: &Stored) -> Result<Vec<u8>, Refusal> {
        too_large(&stored.file, stored.size, MAX_STORED)?;
        let content = match self {
            Origin::Registry { repository, .. } => {
                let blob = ArtifactBlob {
                    media_type: String::new(),
                    digest: stored.sha256,
                    size: stored.size,
                    annotations: Default::default(),
                    artifact_type: None,
                };
                repository.blob_content(&blob, MAX_STORED)?
            }
            Origin::Web { client, address } => {
                let address = format!("{address}/{}", stored.file);
                match client.get(&address, &stored.file, None, stored.size)? {
                    WebAnswer::Content { content, .. } => content,
                    WebAnswer::Unchanged => {
                        let message = "\"not modified\" to a first question".to_owned();
                        let host = address;
                        return Err(RemoteError::Protocol { host, message }.into());
                    }
                }
            }
            Origin::Directory(path) => read(&path.join(&stored.file), stored.size)?,
            Origin::File(path) => read(path, stored.size)?,
        };
        pack::same(&stored.file, stored.sha256, &content)?;
        Ok(content)
    }
}

/// The listing of a database that lies there alone; its signature may lie beside it.
fn describe(path: &std::path::Path) -> Result<Listing, Refusal> {
    let content = read(path, MAX_DATABASE)?;
    let (sha256, size) = (Digest::sha256(&content), content.len() as u64);
    let what = path.display().to_string();
    let info =
        whole(content).map_err(|reason| Refusal::Database { what: what.clone(), reason })?.info();
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sig");
    let signature = match read(beside.as_ref(), MAX_SIGNATURE) {
        Ok(text) => Some(String::from_utf8(text).map_err(|_| Refusal::Signature {
            what: what.clone(),
            reason: VerifyError::NotASignature,
        })?),
        Err(Refusal::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let database = Entry {
        content: info.digest,
        sha256,
        size,
        format: info.format_version,
        created: info.created,
        signature,
        stored: Stored { file: what, sha256, size },
    };
    Ok(Listing { layout: LAYOUT, database, overlay: None, deltas: Vec::new() })
}
