//! Images in containerd: its image store for names, its content store for blobs.
//!
//! <https://github.com/containerd/containerd/tree/main/api/services>, `images.v1` and `content.v1`.
//! The blobs are those that were pulled, so layers can be read one by one and verified like those
//! of a registry.

use std::io::Read;

use bytes::Bytes;

use super::grpc::Channel;
use super::protobuf::{Fields, Value, fields, put_bytes, put_number};
use super::socket::{Address, Socket};
use crate::bridge::{ChunkReader, run};
use crate::manifest::{self, Descriptor, Document, check_digest};
use crate::{
    BlobSource, Digest, Error, Image, Limits, Opened, Platform, Reference, RemoteError, SourceKind,
    platform,
};

const DAEMON: &str = "containerd";
const GET_IMAGE: &str = "/containerd.services.images.v1.Images/Get";
const BLOB_INFO: &str = "/containerd.services.content.v1.Content/Info";
const READ_BLOB: &str = "/containerd.services.content.v1.Content/Read";
/// Indexes inside indexes; more than two levels have no use.
const MAX_INDEX_DEPTH: usize = 4;

/// Opens an image that containerd has, with all its layers.
pub(super) fn open(
    address: &Address,
    namespace: &str,
    reference: &Reference,
    platform: Option<&Platform>,
    limits: &Limits,
) -> Result<Opened, Error> {
    address.probe(DAEMON)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if namespace.is_empty() || !namespace.chars().all(plain) {
        let message = format!("{namespace:?} is not a containerd namespace");
        return Err(RemoteError::Settings(message).into());
    }
    let socket = Socket::new(DAEMON, address, true)?;
    let channel = Channel { socket, namespace: namespace.to_owned() };
    let store = Store { channel, limit: limits.document };
    let (reference, platform, limits) = (reference.clone(), platform.cloned(), limits.clone());
    run(async move { Ok(store.open(&reference, platform.as_ref(), &limits).await) })?
}

/// The stores of one namespace.
#[derive(Clone)]
struct Store {
    channel: Channel,
    /// Bytes of a document.
    limit: u64,
}

impl Store {
    async fn open(
        self,
        reference: &Reference,
        platform: Option<&Platform>,
        limits: &Limits,
    ) -> Result<Opened, Error> {
        let top = self.target(reference).await?;
        let mut digest = top;
        let mut depth = 0;
        let manifest = loop {
            let what = format!("the manifest {digest}");
            let content = self.document(&what, &digest).await?;
            match manifest::parse(&what, &content)? {
                Document::Manifest(manifest) => break manifest,
                Document::Index(_) if depth == MAX_INDEX_DEPTH => {
                    return Err(manifest::invalid(&what, "is an index of indexes without end"));
                }
                Document::Index(manifests) => {
                    let chosen = platform::select(&manifests, platform)
                        .map_err(|message| manifest::invalid(&what, message))?;
                    digest = chosen.digest;
                }
            }
            depth += 1;
        };
        let raw_config = self.document("the image configuration", &manifest.config.digest).await?;
        let name = reference.to_string();
        let mut image = manifest::assemble(
            &name,
            SourceKind::Containerd,
            &manifest,
            digest,
            raw_config,
            limits,
        )?;
        if let Some(wanted) = platform {
            check_platform(&image, wanted)?;
        }
        for layer in &manifest.layers {
            self.check_present(layer).await?;
        }
        let familiar = reference.familiar_name();
        image.repo_tags.extend(reference.tag().map(|tag| format!("{familiar}:{tag}")));
        image.repo_digests.push(format!("{familiar}@{top}"));
        let blobs = Box::new(ContainerdBlobs { store: self, layers: manifest.layers });
        Ok(Opened::Random { image, blobs })
    }

    /// The digest that a name stands for.
    async fn target(&self, reference: &Reference) -> Result<Digest, Error> {
        let full = reference.to_string();
        // A pull by tag and digest is kept under both forms, depending on who pulled.
        let mut names = vec![full];
        if let (Some(digest), Some(_)) = (reference.digest(), reference.tag()) {
            names.push(format!("{}@{digest}", reference.name()));
        }
        let mut absent = None;
        for name in names {
            let mut request = Vec::new();
            put_bytes(&mut request, 1, name.as_bytes());
            let what = format!("image {name:?} in namespace {:?}", self.channel.namespace);
            match self.channel.call_once(GET_IMAGE, &request, &what).await {
                Ok(answer) => {
                    let digest = target_digest(&answer).ok_or_else(|| self.nonsense())?;
                    if let Some(pinned) = reference.digest()
                        && *pinned != digest
                    {
                        return Err(Error::DigestMismatch {
                            what: format!("{name} in containerd"),
                            expected: *pinned,
                            actual: digest,
                        });
                    }
                    return Ok(digest);
                }
                Err(error @ RemoteError::NotFound { .. }) => {
                    absent.get_or_insert(error);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(absent.unwrap_or_else(|| self.nonsense()).into())
    }

    /// A verified document of the content store.
    async fn document(&self, what: &str, digest: &Digest) -> Result<Vec<u8>, Error> {
        let mut request = Vec::new();
        put_bytes(&mut request, 1, digest.to_string().as_bytes());
        let mut answers = self.channel.call(READ_BLOB, &request, what).await?;
        let mut content = Vec::new();
        while let Some(answer) = answers.next().await? {
            let piece = piece(&answer, content.len() as u64).ok_or_else(|| self.nonsense())?;
            if (content.len() + piece.len()) as u64 > self.limit {
                let what = what.to_owned();
                return Err(RemoteError::TooLarge { what, limit: self.limit }.into());
            }
            content.extend_from_slice(&piece);
        }
        check_digest(what, digest, &content)?;
        Ok(content)
    }

    /// containerd may throw a layer's blob away once it is unpacked.
    async fn check_present(&self, layer: &Descriptor) -> Result<(), RemoteError> {
        let mut request = Vec::new();
        put_bytes(&mut request, 1, layer.digest.to_string().as_bytes());
        let what = format!(
            "the blob of layer {} any more (it discards layers that are unpacked, unless \
             discard_unpacked_layers is off)",
            layer.digest
        );
        let answer = self.channel.call_once(BLOB_INFO, &request, &what).await?;
        match blob_size(&answer) {
            Some(size) if size == layer.size => Ok(()),
            Some(size) => Err(self.channel.socket.protocol(format!(
                "layer {} has {size} bytes where the manifest promises {}",
                layer.digest, layer.size
            ))),
            None => Err(self.nonsense()),
        }
    }

    fn nonsense(&self) -> RemoteError {
        self.channel.socket.protocol("a message that cannot be understood")
    }
}

/// An index of one image says nothing of its platform; the configuration does.
fn check_platform(image: &Image, wanted: &Platform) -> Result<(), RemoteError> {
    let offered = Platform {
        os: image.config.os.clone(),
        architecture: image.config.architecture.clone(),
        variant: image.config.variant.clone(),
    };
    if wanted.accepts(&offered) {
        return Ok(());
    }
    let what = format!("the image for {wanted} (it is for {offered})");
    Err(RemoteError::NotFound { host: DAEMON.to_owned(), what })
}

/// The value of a message's field, if it holds bytes; the last one counts.
fn bytes_of(fields: Fields<'_>, number: u32) -> Option<&[u8]> {
    let mut found = None;
    for field in fields {
        match field.ok()? {
            (at, Value::Bytes(value)) if at == number => found = Some(value),
            _ => {}
        }
    }
    found
}

/// `GetImageResponse.image.target.digest`.
fn target_digest(answer: &[u8]) -> Option<Digest> {
    let image = bytes_of(fields(answer), 1)?;
    let target = bytes_of(fields(image), 3)?;
    let digest = bytes_of(fields(target), 2)?;
    std::str::from_utf8(digest).ok()?.parse().ok()
}

/// `InfoResponse.info.size`.
fn blob_size(answer: &[u8]) -> Option<u64> {
    let info = bytes_of(fields(answer), 1)?;
    let mut size = 0;
    for field in fields(info) {
        if let (2, Value::Number(value)) = field.ok()? {
            size = value;
        }
    }
    Some(size)
}

/// `ReadContentResponse.data`, if it stands where it should.
fn piece(answer: &Bytes, expected: u64) -> Option<Bytes> {
    let (mut offset, mut data) = (0, Bytes::new());
    for field in fields(answer) {
        match field.ok()? {
            (1, Value::Number(value)) => offset = value,
            (2, Value::Bytes(value)) => data = answer.slice_ref(value),
            _ => {}
        }
    }
    (offset == expected).then_some(data)
}

/// The layers of an image in containerd.
struct ContainerdBlobs {
    store: Store,
    layers: Vec<Descriptor>,
}

impl BlobSource for ContainerdBlobs {
    fn open(&self, index: usize) -> Result<Box<dyn Read + Send>, Error> {
        let layer = self
            .layers
            .get(index)
            .ok_or_else(|| Error::Missing { what: format!("layer {index}") })?;
        let (store, digest, size) = (self.store.clone(), layer.digest, layer.size);
        Ok(Box::new(ChunkReader::new(move |sink| async move {
            let mut request = Vec::new();
            put_bytes(&mut request, 1, digest.to_string().as_bytes());
            put_number(&mut request, 3, size);
            let what = format!("layer {digest}");
            let mut answers = store.channel.call(READ_BLOB, &request, &what).await?;
            let mut offset = 0;
            while let Some(answer) = answers.next().await? {
                let piece = piece(&answer, offset).ok_or_else(|| store.nonsense())?;
                offset += piece.len() as u64;
                if sink.chunk(piece).await.is_err() {
                    return Ok(());
                }
            }
            if offset == size {
                return Ok(());
            }
            Err(store.channel.socket.protocol(format!("{what} ended after {offset} bytes")))
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_containerd_are_understood() {
        let digest = Digest::sha256(b"x");
        let (mut target, mut image, mut answer) = (Vec::new(), Vec::new(), Vec::new());
        put_bytes(&mut target, 1, b"application/vnd.oci.image.index.v1+json");
        put_bytes(&mut target, 2, digest.to_string().as_bytes());
        put_number(&mut target, 3, 77);
        put_bytes(&mut image, 1, b"docker.io/library/alpine:latest");
        put_bytes(&mut image, 3, &target);
        put_bytes(&mut answer, 1, &image);
        assert_eq!(target_digest(&answer), Some(digest));
        assert_eq!(target_digest(&answer[..answer.len() - 1]), None);
        assert_eq!(target_digest(b""), None);

        let (mut info, mut answer) = (Vec::new(), Vec::new());
        put_number(&mut info, 2, 4_096);
        put_bytes(&mut answer, 1, &info);
        assert_eq!(blob_size(&answer), Some(4_096));
    }

    #[test]
    fn pieces_must_follow_each_other() {
        let mut answer = Vec::new();
        put_number(&mut answer, 1, 10);
        put_bytes(&mut answer, 2, b"abc");
        let answer = Bytes::from(answer);
        assert_eq!(piece(&answer, 10), Some(Bytes::from_static(b"abc")));
        assert_eq!(piece(&answer, 9), None);
        assert_eq!(piece(&Bytes::new(), 0), Some(Bytes::new()));
    }
}
