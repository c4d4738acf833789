//! The client against registries that behave and misbehave.

mod access;
mod fixture;
mod push;
mod transfer;
mod web;

use fixture::{TestImage, failure, image, index, layer, open, options};

use crate::{Digest, Platform, SourceKind};
use plimsoll_loopback::{Reply, Server};

#[test]
fn an_image_is_opened_and_read() {
    let made = TestImage::new();
    let served = made.clone();
    let server = Server::plain(move |received| served.answer(received));
    let opened = open(&server.host(), &options()).unwrap();
    assert_eq!(layer(&opened).unwrap(), made.layer);
    let image = image(opened);
    let name = format!("{}/library/test", server.host());
    assert_eq!(image.name, format!("{name}:1"));
    assert_eq!(image.source, SourceKind::Registry);
    assert_eq!(image.id, Some(Digest::sha256(&made.config)));
    assert_eq!(image.manifest_digest, Some(made.digest()));
    assert_eq!(image.repo_tags, [format!("{name}:1")]);
    assert_eq!(image.repo_digests, [format!("{name}@{}", made.digest())]);
    assert_eq!(image.raw_config, made.config);
    assert_eq!(image.layers[0].size, made.layer.len() as u64);
    let accept = server.requests()[0].header("accept").unwrap_or_default().to_owned();
    assert!(
        accept.contains(fixture::INDEX_TYPE) && accept.contains("manifest.v2+json"),
        "{accept}"
    );
}

#[test]
fn a_pinned_digest_must_fit() {
    let made = TestImage::new();
    let served = made.clone();
    let server = Server::plain(move |received| served.answer(received));
    let good = format!("{}/library/test@{}", server.host(), made.digest());
    assert!(crate::open_registry(&good.parse().unwrap(), &options()).is_ok());

    let other = TestImage::of("arm64", "x");
    let wrong = Digest::sha256(b"another");
    let lying = Server::plain(move |_| Reply::new(200, other.manifest.clone()));
    let pinned = format!("{}/library/test:1@{wrong}", lying.host());
    let error = failure(crate::open_registry(&pinned.parse().unwrap(), &options()));
    assert!(error.contains(&format!("but {wrong} was promised")), "{error}");
}

#[test]
fn promised_digests_of_documents_are_checked() {
    let made = TestImage::new();
    let served = made.clone();
    let header = Server::plain(move |received| {
        let mut reply = served.answer(received);
        reply.headers.retain(|(name, _)| name != "docker-content-digest");
        reply.header("docker-content-digest", Digest::sha256(b"x").to_string())
    });
    assert!(failure(open(&header.host(), &options())).contains("the manifest of"));

    let served = made;
    let config = Server::plain(move |received| {
        let mut reply = served.answer(received);
        if received.target.contains("/blobs/") {
            reply.body[0] ^= 1;
        }
        reply
    });
    assert!(
        failure(open(&config.host(), &options())).contains("the image configuration has digest")
    );
}

#[test]
fn a_huge_document_is_not_swallowed() {
    let server = Server::plain(|_| Reply::new(200, vec![b' '; 100_000]));
    let mut small = options();
    small.limits.document = 50_000;
    let error = failure(open(&server.host(), &small));
    assert!(error.contains("longer than the limit of 50000 bytes"), "{error}");
}

#[test]
fn documents_that_are_no_image_are_explained() {
    for (document, reason) in [
        (r#"{"schemaVersion":1,"fsLayers":[]}"#, "schema 1"),
        ("<html>", "not well-formed JSON"),
        (r#"{"schemaVersion":2,"manifests":[]}"#, "lists no image"),
    ] {
        let server = Server::plain(move |_| Reply::new(200, document));
        let error = failure(open(&server.host(), &options()));
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn the_platform_is_chosen_from_an_index() {
    let (first, second) = (TestImage::of("amd64", "x"), TestImage::of("s390x", "x"));
    let document = index(&[(&first, "linux/amd64"), (&second, "linux/s390x")]);
    let digest = Digest::sha256(&document);
    let server = Server::plain(move |received| match received.target.as_str() {
        "/v2/library/test/manifests/1" => Reply::new(200, document.clone()),
        _ => match second.answer(received) {
            reply if reply.status == 200 => reply,
            _ => first.answer(received),
        },
    });
    let wanted = |text: &str| {
        let mut options = options();
        options.platform = Some(text.parse::<Platform>().unwrap());
        open(&server.host(), &options)
    };
    let found = image(wanted("linux/s390x").unwrap());
    assert_eq!(found.config.architecture, "s390x");
    // Docker keeps the digest of the index as the repository's.
    assert!(found.repo_digests[0].ends_with(&digest.to_string()));
    assert_ne!(found.manifest_digest, Some(digest));
    let error = failure(wanted("linux/riscv64"));
    assert!(
        error.contains("no image for linux/riscv64; it has linux/amd64, linux/s390x"),
        "{error}"
    );
}

#[test]
fn an_index_without_end_is_left() {
    let server = Server::plain(|received| {
        // Points to a document that the server invents again, so the digest cannot fit.
        let digest = Digest::sha256(received.target.as_bytes());
        Reply::new(
            200,
            format!(r#"{{"manifests":[{{"digest":"{digest}","size":1,"platform":null}}]}}"#),
        )
    });
    assert!(failure(open(&server.host(), &options())).contains("has digest"));
}
