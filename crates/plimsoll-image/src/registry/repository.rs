//! One repository in a registry, for artifacts: its manifests and blobs, to fetch and to store.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::{Method, StatusCode};

use super::client::Client;
use super::transport::{Payload, Request, header};
use super::upload::{self, Upload};
use super::verified::VerifiedReader;
use super::{RegistryOptions, ask, blob, clients, referrers, settle};
use crate::artifact::{
    ArtifactBlob, ArtifactIndex, ArtifactManifest, INDEX_MEDIA_TYPE, MANIFEST_MEDIA_TYPE,
};
use crate::bridge;
use crate::manifest::{self, Descriptor, check_digest};
use crate::{Digest, Error, Reference, RemoteError};

/// What a repository is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To fetch; mirrors are asked first.
    Pull,
    /// To store; mirrors are left out.
    Push,
}

/// A manifest as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawManifest {
    /// Computed from the bytes.
    pub digest: Digest,
    /// The bytes.
    pub content: Vec<u8>,
}

/// A repository in a registry. Its functions block; they must not be called from an asynchronous
/// task.
pub struct Repository {
    name: String,
    document_limit: u64,
    layer_limit: usize,
    part: usize,
    /// In the order to be asked. Once one has answered it comes first.
    clients: Mutex<Vec<Arc<Client>>>,
}

impl Repository {
    /// Makes ready to talk; nothing is sent yet. Tag and digest of the reference are not looked at.
    pub fn open(
        reference: &Reference,
        options: &RegistryOptions,
        access: Access,
    ) -> Result<Repository, Error> {
        Ok(Repository {
            name: reference.name(),
            document_limit: options.limits.document,
            layer_limit: options.limits.layers,
            part: upload::PART,
            clients: Mutex::new(clients(reference, options, access)?),
        })
    }

    /// Bytes above which a blob is sent in parts, and of each part.
    #[must_use]
    pub fn with_part_size(self, bytes: usize) -> Repository {
        Repository { part: bytes.max(1), ..self }
    }

    /// Host and repository.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn clients(&self) -> Vec<Arc<Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does something with the first server that answers, and remembers it.
    fn run<T, F, Fut>(&self, operation: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(Arc<Client>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, Error>> + Send,
    {
        let mut clients = self.clients();
        let asked = clients.clone();
        let (index, value) = bridge::run(async move { Ok(ask(&asked, operation).await) })??;
        settle(&mut clients, index);
        *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = clients;
        Ok(value)
    }

    /// Fetches the manifest behind a tag, or that with a digest, which is verified.
    pub fn manifest(&self, reference: &Reference) -> Result<RawManifest, Error> {
        let (name, limit) = (self.name.clone(), self.document_limit);
        let digest = reference.digest().copied();
        let tag = reference.tag().unwrap_or_default().to_owned();
        self.run(move |client| {
            let (name, tag) = (name.clone(), tag.clone());
            async move { fetch(&client, &name, digest, &tag, limit).await }
        })
    }

    /// The same, read as that of an artifact.
    pub fn artifact(
        &self,
        reference: &Reference,
    ) -> Result<(RawManifest, ArtifactManifest), Error> {
        let raw = self.manifest(reference)?;
        let what = format!("the manifest of {reference}");
        let manifest = ArtifactManifest::parse(&what, &raw.content, self.layer_limit)?;
        Ok((raw, manifest))
    }

    /// The digest behind a tag, without fetching what it names; nothing where the server does not
    /// tell.
    pub fn digest(&self, reference: &Reference) -> Result<Option<Digest>, Error> {
        let item = match (reference.digest(), reference.tag()) {
            (Some(digest), _) => digest.to_string(),
            (None, tag) => tag.unwrap_or_default().to_owned(),
        };
        let what = reference.to_string();
        self.run(move |client| {
            let (item, what) = (item.clone(), what.clone());
            async move {
                let url = client.endpoint.url(&client.repository, "manifests", &item)?;
                let accept = Some(manifest::ACCEPTED.join(", "));
                let request = Request { accept, ..Request::new(Method::HEAD, url) };
                let response = client.exchange(&request, &what, &[StatusCode::OK]).await?;
                let digest = header(response.headers(), "docker-content-digest");
                Ok(digest.and_then(|text| text.parse().ok()))
            }
        })
    }

    /// Reads a blob, going on where a connection breaks. The last read fails if the bytes do not
    /// have the digest: what was read before it is not to be believed.
    pub fn blob(&self, blob: &ArtifactBlob) -> VerifiedReader {
        let descriptor = Descriptor {
            media_type: Some(blob.media_type.clone()),
            digest: blob.digest,
            size: blob.size,
            urls: Vec::new(),
            annotations: blob.annotations.clone(),
            platform: None,
            artifact_type: None,
        };
        let reader = blob::open(self.clients(), &descriptor);
        VerifiedReader::new(reader, blob.digest)
    }

    /// All of a blob, verified. One that claims to be longer than `limit` is not asked for.
    pub fn blob_content(&self, blob: &ArtifactBlob, limit: u64) -> Result<Vec<u8>, Error> {
        let what = || format!("blob {}", blob.digest);
        if blob.size > limit {
            return Err(Error::TooLarge { what: what(), actual: blob.size, limit });
        }
        let mut content = Vec::new();
        match self.blob(blob).read_to_end(&mut content) {
            Ok(_) => Ok(content),
            Err(error) => Err(unwrapped(error, what)),
        }
    }

    /// Whether the registry has a blob.
    pub fn blob_exists(&self, digest: &Digest) -> Result<bool, Error> {
        let digest = *digest;
        self.run(move |client| async move { Ok(upload::exists(&client, &digest).await?) })
    }

    /// Stores a blob, unless it is there, and names it.
    pub fn push_blob(
        &self,
        media_type: &str,
        content: impl Into<Bytes>,
    ) -> Result<ArtifactBlob, Error> {
        let content = content.into();
        let blob = ArtifactBlob::of(media_type, &content);
        let (digest, part) = (blob.digest, self.part);
        self.run(move |client| {
            let content = content.clone();
            async move { Ok(Upload::new(&client, digest, content, part).run().await?) }
        })?;
        Ok(blob)
    }

    /// Stores a manifest under a tag, or under its digest only. What it names must be stored
    /// before.
    pub fn push_manifest(
        &self,
        tag: Option<&str>,
        media_type: &str,
        content: impl Into<Bytes>,
    ) -> Result<ArtifactBlob, Error> {
        let content = content.into();
        let stored = ArtifactBlob::of(media_type, &content);
        self.put(tag, &stored, content)?;
        Ok(stored)
    }

    /// Stores the manifest of an artifact. Where it has a subject and the registry keeps no list of
    /// referrers, the tag that stands in for the list is brought up to date.
    pub fn push_artifact(
        &self,
        tag: Option<&str>,
        manifest: &ArtifactManifest,
    ) -> Result<ArtifactBlob, Error> {
        let content = Bytes::from(manifest.to_json());
        let mut stored = ArtifactBlob::of(MANIFEST_MEDIA_TYPE, &content);
        let listed = self.put(tag, &stored, content)?;
        stored.artifact_type = Some(manifest.kind().to_owned());
        if let (Some(subject), false) = (&manifest.subject, listed) {
            let mut all = self.referrers(&subject.digest, None)?;
            if all.iter().all(|one| one.digest != stored.digest) {
                all.push(ArtifactBlob {
                    annotations: manifest.annotations.clone(),
                    ..stored.clone()
                });
                let tag = referrers::fallback_tag(&subject.digest);
                let index = ArtifactIndex::new(all).to_json();
                self.push_manifest(Some(&tag), INDEX_MEDIA_TYPE, index)?;
            }
        }
        Ok(stored)
    }

    /// Stores a manifest, and says whether the registry lists it with its subject.
    fn put(&self, tag: Option<&str>, stored: &ArtifactBlob, content: Bytes) -> Result<bool, Error> {
        let digest = stored.digest;
        let item = tag.map_or_else(|| digest.to_string(), str::to_owned);
        let media_type = stored.media_type.clone();
        let payload = Payload { media_type, content, secret: false };
        let what = format!("the manifest of {}", self.name);
        self.run(move |client| {
            let (item, what, payload) = (item.clone(), what.clone(), Some(payload.clone()));
            async move {
                let url = client.endpoint.url(&client.repository, "manifests", &item)?;
                let request = Request { payload, ..Request::new(Method::PUT, url) };
                let expected = [StatusCode::CREATED, StatusCode::OK, StatusCode::ACCEPTED];
                let response = client.exchange(&request, &what, &expected).await?;
                let told = header(response.headers(), "docker-content-digest");
                let told: Option<Digest> = told.and_then(|text| text.parse().ok());
                if let Some(told) = told.filter(|told| digest_differs(told, &digest)) {
                    let host = client.endpoint.host.clone();
                    let message = format!("{what} was stored as {told} and not as {digest}");
                    return Err(RemoteError::Protocol { host, message }.into());
                }
                Ok(response.headers().contains_key("oci-subject"))
            }
        })
    }

    /// The manifests that say something about another, of one kind or of all: by the registry's
    /// list where it has one, else from the tag that stands in for it.
    pub fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Vec<ArtifactBlob>, Error> {
        let (subject, limit) = (*subject, self.document_limit);
        let mut found =
            self.run(move |client| async move { referrers::list(&client, &subject, limit).await })?;
        // Servers may filter, and need not; the tag never does.
        found.retain(|one| {
            artifact_type.is_none_or(|kind| one.artifact_type.as_deref() == Some(kind))
        });
        Ok(found)
    }
}

/// Digests by different algorithms say nothing about each other.
fn digest_differs(told: &Digest, computed: &Digest) -> bool {
    told.algorithm() == computed.algorithm() && told != computed
}

async fn fetch(
    client: &Client,
    name: &str,
    digest: Option<Digest>,
    tag: &str,
    limit: u64,
) -> Result<RawManifest, Error> {
    let (what, item) = match digest {
        Some(digest) => (format!("{name}@{digest}"), digest.to_string()),
        None => (format!("{name}:{tag}"), tag.to_owned()),
    };
    let content = super::fetch_manifest(client, &what, &item, limit).await?;
    if let Some(digest) = &digest {
        check_digest(&format!("the manifest of {what}"), digest, &content)?;
    }
    let digest = digest.unwrap_or_else(|| Digest::sha256(&content));
    Ok(RawManifest { digest, content })
}

/// The error of ours inside one of the I/O kind.
fn unwrapped(error: std::io::Error, what: impl Fn() -> String) -> Error {
    match error.downcast::<RemoteError>() {
        Ok(error) => error.into(),
        Err(error) => {
            error.downcast::<Error>().unwrap_or_else(|source| Error::Read { what: what(), source })
        }
    }
}
