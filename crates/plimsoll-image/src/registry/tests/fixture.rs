//! A small image and a registry that serves it.

use std::io::Read;
use std::time::Duration;

use crate::{Digest, Error, Image, Opened, RegistryOptions, RetryPolicy, open_registry};
use plimsoll_loopback::{Received, Reply};

pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";

/// An image of one layer.
#[derive(Clone)]
pub(super) struct TestImage {
    pub(super) layer: Vec<u8>,
    pub(super) config: Vec<u8>,
    pub(super) manifest: Vec<u8>,
}

impl TestImage {
    pub(super) fn new() -> TestImage {
        TestImage::of("amd64", "application/vnd.oci.image.layer.v1.tar")
    }

    pub(super) fn of(architecture: &str, layer_type: &str) -> TestImage {
        // Long enough to be sent in many pieces; the protocol does not care that it is no tar.
        let layer: Vec<u8> = (0..3_000_000_u32).map(|n| (n / 7 % 251) as u8).collect();
        let digest = Digest::sha256(&layer);
        let config = format!(
            r#"{{"architecture":"{architecture}","os":"linux","rootfs":{{"type":"layers","diff_ids":["{digest}"]}}}}"#
        )
        .into_bytes();
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST_TYPE}",
                "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},
                "layers":[{{"mediaType":"{layer_type}","digest":"{digest}","size":{}}}]}}"#,
            Digest::sha256(&config),
            config.len(),
            layer.len(),
        )
        .into_bytes();
        TestImage { layer, config, manifest }
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::sha256(&self.manifest)
    }

    pub(super) fn layer_digest(&self) -> Digest {
        Digest::sha256(&self.layer)
    }

    /// Answers as a registry that has the image under `library/test:1`.
    pub(super) fn answer(&self, received: &Received) -> Reply {
        let path = received.target.as_str();
        let Some(item) = path.strip_prefix("/v2/library/test/") else { return not_found() };
        let by_digest =
            |kind: &str, content: &[u8]| item == format!("{kind}/{}", Digest::sha256(content));
        if item == "manifests/1" || by_digest("manifests", &self.manifest) {
            return Reply::new(200, self.manifest.clone())
                .header("content-type", MANIFEST_TYPE)
                .header("docker-content-digest", self.digest().to_string());
        }
        if by_digest("blobs", &self.config) {
            return Reply::new(200, self.config.clone());
        }
        if by_digest("blobs", &self.layer) {
            return self.layer_from(received);
        }
        not_found()
    }

    fn layer_from(&self, received: &Received) -> Reply {
        let Some(first) = range_of(received) else { return Reply::new(200, self.layer.clone()) };
        let (last, total) = (self.layer.len() - 1, self.layer.len());
        Reply::new(206, self.layer[first..].to_vec())
            .header("content-range", format!("bytes {first}-{last}/{total}"))
    }
}

/// The first byte that a request wants.
pub(super) fn range_of(received: &Received) -> Option<usize> {
    received.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

pub(super) fn not_found() -> Reply {
    Reply::new(404, r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"hunter2"}]}"#)
}

/// An index of images with their platforms.
pub(super) fn index(images: &[(&TestImage, &str)]) -> Vec<u8> {
    let item = |(image, platform): &(&TestImage, &str)| {
        let (os, architecture) = platform.split_once('/').unwrap();
        format!(
            r#"{{"mediaType":"{MANIFEST_TYPE}","digest":"{}","size":{},
                "platform":{{"os":"{os}","architecture":"{architecture}"}}}}"#,
            image.digest(),
            image.manifest.len(),
        )
    };
    let items: Vec<_> = images.iter().map(item).collect();
    format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX_TYPE}","manifests":[{}]}}"#, items.join(","))
        .into_bytes()
}

/// Short waits; nothing else differs from a user's settings.
pub(super) fn options() -> RegistryOptions {
    RegistryOptions {
        retry: RetryPolicy {
            first_wait: Duration::from_millis(5),
            longest_wait: Duration::from_millis(20),
            ..RetryPolicy::default()
        },
        ..RegistryOptions::default()
    }
}

/// Opens `HOST/library/test:1`.
pub(super) fn open(host: &str, options: &RegistryOptions) -> Result<Opened, Error> {
    open_registry(&format!("{host}/library/test:1").parse().unwrap(), options)
}

pub(super) fn image(opened: Opened) -> Image {
    match opened {
        Opened::Random { image, .. } => image,
        Opened::Stream { .. } => panic!("registries give layers one by one"),
    }
}

/// The bytes of the first layer.
pub(super) fn layer(opened: &Opened) -> std::io::Result<Vec<u8>> {
    let Opened::Random { blobs, .. } = opened else { panic!("a registry gives layers") };
    let mut content = Vec::new();
    blobs.open(0).unwrap().read_to_end(&mut content)?;
    Ok(content)
}

/// The message of a failure, with its debug form, in which no secret may be.
pub(super) fn failure<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("this must fail"),
        Err(error) => {
            let (shown, debug) = (error.to_string(), format!("{error:?}"));
            assert!(!format!("{shown}{debug}").contains("hunter2"), "{shown} {debug}");
            shown
        }
    }
}
