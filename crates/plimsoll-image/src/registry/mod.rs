//! Images in registries, by the OCI distribution protocol.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>. Manifests and the
//! configuration are read and verified when the image is opened; layers are read when asked for.

mod blob;
mod challenge;
mod client;
mod endpoint;
mod options;
mod referrers;
mod repository;
mod retry;
mod tls;
mod transport;
mod upload;
mod verified;
mod web;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::sync::Arc;

pub use endpoint::is_loopback;
pub use options::RegistryOptions;
pub use repository::{Access, RawManifest, Repository};
pub use retry::{RetryPolicy, is_transient, retry_after};
pub use tls::config as tls_config;
pub use transport::{innermost, is_definite, may_follow};
pub use verified::VerifiedReader;
pub use web::{WebAnswer, WebClient};

use client::Client;
use transport::Transport;

use crate::manifest::{self, Descriptor, Document, Manifest, check_digest};
use crate::{
    BlobSource, Digest, Error, Image, InvalidDigest, Opened, Reference, RemoteError, SourceKind,
    platform,
};

/// Indexes inside indexes; more than two levels have no use.
const MAX_INDEX_DEPTH: usize = 4;

/// Opens an image in a registry, or in one of the registry's mirrors.
///
/// Blocks; must not be called from an asynchronous task.
pub fn open_registry(reference: &Reference, options: &RegistryOptions) -> Result<Opened, Error> {
    let clients = clients(reference, options, Access::Pull)?;
    let (reference, options) = (reference.clone(), options.clone());
    // Errors of the image itself travel inside, those of the network around them.
    crate::bridge::run(async move { Ok(open(clients, reference, options).await) })?
}

/// A client for each server that may be asked, in order.
fn clients(
    reference: &Reference,
    options: &RegistryOptions,
    access: Access,
) -> Result<Vec<Arc<Client>>, RemoteError> {
    let transport = Arc::new(Transport::new(options)?);
    let mut endpoints = endpoint::endpoints(reference, options)?;
    endpoints.retain(|endpoint| access == Access::Pull || !endpoint.mirror);
    let last = endpoints.len().saturating_sub(1);
    let clients = endpoints.into_iter().enumerate().map(|(index, endpoint)| {
        let client = Client::new(
            endpoint,
            reference.repository(),
            Arc::clone(&transport),
            index == last,
            options.credential.clone(),
            options.credential_sources.clone(),
        );
        Arc::new(if access == Access::Push { client.for_push() } else { client })
    });
    Ok(clients.collect())
}

async fn open(
    mut clients: Vec<Arc<Client>>,
    reference: Reference,
    options: RegistryOptions,
) -> Result<Opened, Error> {
    let (index, (image, layers)) = ask(&clients, |client| {
        let (reference, options) = (&reference, &options);
        async move { resolve(&client, reference, options).await }
    })
    .await?;
    settle(&mut clients, index);
    let blobs = Box::new(RegistryBlobs { clients, layers });
    Ok(Opened::Random { image, blobs })
}

/// Puts the server that answered first, and drops its other addresses.
fn settle(clients: &mut Vec<Arc<Client>>, index: usize) {
    clients[..=index].rotate_right(1);
    let host = clients[0].endpoint.host.clone();
    let mut first = true;
    clients.retain(|client| std::mem::take(&mut first) || client.endpoint.host != host);
}

/// Asks one server after the other until one gives what is wanted, and says which.
async fn ask<T, F, Fut>(clients: &[Arc<Client>], operation: F) -> Result<(usize, T), Error>
where
    F: Fn(Arc<Client>) -> Fut,
    Fut: Future<Output = Result<T, Error>>,
{
    let mut errors: Vec<Failure> = Vec::new();
    let mut answered = None;
    for (index, client) in clients.iter().enumerate() {
        let host = &client.endpoint.host;
        let encrypted = client.endpoint.base.scheme() == "https";
        let failure = |error| Failure { host: host.clone(), encrypted, error };
        // The same registry with and without encryption: whoever answered need not be asked again.
        if answered == Some(host) {
            continue;
        }
        match operation(Arc::clone(client)).await {
            Ok(value) => return Ok((index, value)),
            Err(Error::Remote(error)) => {
                if !speaks_otherwise(&error) {
                    answered = Some(host);
                }
                errors.push(failure(error));
            }
            // What a mirror has wrong the registry may have right.
            Err(error) if client.endpoint.mirror => {
                let message = error.to_string();
                errors.push(failure(RemoteError::Protocol { host: host.clone(), message }));
            }
            Err(error) => return Err(error),
        }
    }
    Err(blob::only_or_all(without_wrong_guesses(errors)).into())
}

/// What one address said.
struct Failure {
    host: String,
    encrypted: bool,
    error: RemoteError,
}

/// Leaves out what a server said only because it was spoken to without TLS, or with it, by mistake:
/// where both are tried, the wrong one tells nothing about what is wrong.
fn without_wrong_guesses(mut failures: Vec<Failure>) -> Vec<RemoteError> {
    let no_tls = |one: &Failure| {
        // A certificate that is not accepted was at least shown. How else a handshake fails with
        // who knows nothing of it depends on what the other side makes of the first bytes.
        one.encrypted
            && matches!(&one.error, RemoteError::Unreachable { message, .. } if !message.contains("certificate"))
    };
    let no_plain_text = |one: &Failure| {
        !one.encrypted
            && matches!(&one.error, RemoteError::Status { status, .. } if status.starts_with("400"))
    };
    drop_beside_others(&mut failures, no_tls);
    drop_beside_others(&mut failures, no_plain_text);
    failures.into_iter().map(|one| one.error).collect()
}

/// Drops what is told by the same host in another way too.
fn drop_beside_others(failures: &mut Vec<Failure>, is_wrong_guess: impl Fn(&Failure) -> bool) {
    let told: Vec<String> =
        failures.iter().filter(|one| !is_wrong_guess(one)).map(|one| one.host.clone()).collect();
    failures.retain(|one| !is_wrong_guess(one) || !told.contains(&one.host));
}

/// Whether a failure may mean that the other side expects TLS where it got none, or the reverse.
/// Servers in Go answer 400 to the one, and the other breaks the connection.
fn speaks_otherwise(error: &RemoteError) -> bool {
    match error {
        RemoteError::Unreachable { .. } => true,
        RemoteError::Status { status, .. } => status.starts_with("400"),
        _ => false,
    }
}

async fn resolve(
    client: &Client,
    reference: &Reference,
    options: &RegistryOptions,
) -> Result<(Image, Vec<Descriptor>), Error> {
    let limits = &options.limits;
    let (what, mut content) = match (reference.digest(), reference.tag()) {
        (Some(digest), _) => {
            let what = format!("{}@{digest}", reference.name());
            (
                what.clone(),
                fetch_manifest(client, &what, &digest.to_string(), limits.document).await?,
            )
        }
        (None, tag) => {
            let tag = tag.unwrap_or_default();
            let what = format!("{}:{tag}", reference.name());
            (what.clone(), fetch_manifest(client, &what, tag, limits.document).await?)
        }
    };
    let top = reference
        .digest()
        .map_or_else(|| Digest::sha256(&content), |pinned| pinned.same_kind_of(&content));
    let mut digest = top;
    let mut document = parse_pinned(&what, reference.digest(), &content)?;
    let mut depth = 0;
    let manifest: Manifest = loop {
        match document {
            Document::Manifest(manifest) => break manifest,
            Document::Index(_) if depth == MAX_INDEX_DEPTH => {
                return Err(manifest::invalid(&what, "is an index of indexes without end"));
            }
            Document::Index(manifests) => {
                let chosen = platform::select(&manifests, options.platform.as_ref())
                    .map_err(|message| manifest::invalid(&what, message))?;
                digest = chosen.digest;
                let name = digest.to_string();
                let child = format!("{}@{digest}", reference.name());
                content = fetch_manifest(client, &child, &name, limits.document).await?;
                document = parse_pinned(&child, Some(&digest), &content)?;
            }
        }
        depth += 1;
    };
    let raw_config = fetch_config(client, &manifest.config, limits.document).await?;
    let name = reference.to_string();
    let mut image =
        manifest::assemble(&name, SourceKind::Registry, &manifest, digest, raw_config, limits)?;
    let familiar = reference.familiar_name();
    image.repo_tags.extend(reference.tag().map(|tag| format!("{familiar}:{tag}")));
    image.repo_digests.push(format!("{familiar}@{top}"));
    Ok((image, manifest.layers))
}

/// Checks a promised digest before anything in the document is believed.
fn parse_pinned(what: &str, digest: Option<&Digest>, content: &[u8]) -> Result<Document, Error> {
    if let Some(digest) = digest {
        check_digest(&format!("the manifest of {what}"), digest, content)?;
    }
    manifest::parse(&format!("the manifest of {what}"), content)
}

async fn fetch_manifest(
    client: &Client,
    what: &str,
    item: &str,
    limit: u64,
) -> Result<Vec<u8>, Error> {
    let url = client.endpoint.url(&client.repository, "manifests", item)?;
    let accept = manifest::ACCEPTED.join(", ");
    let document = format!("the manifest of {what}");
    let (content, promised) = client.document(&url, &document, Some(&accept), limit).await?;
    // A digest by an algorithm that we do not know proves nothing and costs nothing.
    let promised: Option<Result<Digest, InvalidDigest>> = promised.map(|text| text.parse());
    if let Some(Ok(promised)) = promised {
        check_digest(&document, &promised, &content)?;
    }
    Ok(content)
}

async fn fetch_config(
    client: &Client,
    config: &Descriptor,
    limit: u64,
) -> Result<Vec<u8>, RemoteError> {
    let what = format!("the image configuration {}", config.digest);
    if config.size > limit {
        return Err(RemoteError::TooLarge { what, limit });
    }
    let url = client.endpoint.url(&client.repository, "blobs", &config.digest.to_string())?;
    Ok(client.document(&url, &what, None, limit).await?.0)
}

/// The layers of an image in a registry.
struct RegistryBlobs {
    /// In the order to be asked.
    clients: Vec<Arc<Client>>,
    layers: Vec<Descriptor>,
}

impl BlobSource for RegistryBlobs {
    fn open(&self, index: usize) -> Result<Box<dyn Read + Send>, Error> {
        let layer = self
            .layers
            .get(index)
            .ok_or_else(|| Error::Missing { what: format!("layer {index}") })?;
        Ok(Box::new(blob::open(self.clients.clone(), layer)))
    }
}
