//! Storing artifacts in the distribution project's own registry and fetching them back.

use plimsoll_image::{
    Access, ArtifactManifest, EMPTY_CONTENT, EMPTY_MEDIA_TYPE, Reference, RegistryOptions,
    Repository, TITLE,
};

use crate::registry::{Registry, with_password};
use crate::support::installed;

const KIND: &str = "application/vnd.test.v1";

/// Pushes an artifact with a blob in parts and one that refers to it, and fetches both.
fn round_trip(registry: &Registry, options: &RegistryOptions) {
    let reference: Reference = registry.reference().parse().unwrap();
    let pushing = Repository::open(&reference, options, Access::Push).unwrap();
    let pushing = pushing.with_part_size(100_000);
    let content: Vec<u8> = (0..350_000_u32).map(|n| (n % 251) as u8).collect();
    let mut manifest = ArtifactManifest::new(KIND);
    pushing.push_blob(EMPTY_MEDIA_TYPE, EMPTY_CONTENT).unwrap();
    for (media_type, content) in [("text/long", &content[..]), ("text/short", &content[..99])] {
        assert!(!pushing.blob_exists(&plimsoll_image::Digest::sha256(content)).unwrap());
        let layer = pushing.push_blob(media_type, content.to_vec()).unwrap();
        manifest.layers.push(layer.with(TITLE, media_type));
    }
    let stored = pushing.push_artifact(Some("1"), &manifest).unwrap();
    let mut about = ArtifactManifest::new("application/vnd.about.v1");
    about.subject = Some(stored.clone());
    let about = pushing.push_artifact(None, &about).unwrap();

    let pulling = Repository::open(&reference, options, Access::Pull).unwrap();
    let (raw, read) = pulling.artifact(&reference).unwrap();
    assert_eq!((raw.digest, &read), (stored.digest, &manifest));
    assert_eq!(pulling.digest(&reference).unwrap(), Some(stored.digest));
    assert_eq!(pulling.blob_content(&read.layers[0], 1 << 20).unwrap(), content);
    assert_eq!(pulling.blob_content(&read.layers[1], 1 << 20).unwrap(), content[..99]);
    let pinned = format!("{}@{}", pulling.name(), stored.digest).parse().unwrap();
    assert_eq!(pulling.artifact(&pinned).unwrap().1, manifest);
    let listed = pulling.referrers(&stored.digest, None).unwrap();
    assert_eq!(listed.iter().map(|one| one.digest).collect::<Vec<_>>(), [about.digest]);
}

#[test]
fn artifacts_in_an_open_registry() {
    if installed(&["docker-registry"]) {
        round_trip(&Registry::start(None, false), &RegistryOptions::default());
    }
}

#[test]
fn artifacts_in_a_registry_with_tls_and_a_password() {
    if !installed(&["docker-registry", "htpasswd"]) {
        return;
    }
    let registry = Registry::start(Some("hunter2"), true);
    let mut options = with_password("hunter2");
    options.certificate_authorities.push(registry.certificate());
    round_trip(&registry, &options);
    let reference: Reference = registry.reference().parse().unwrap();
    let mut wrong = with_password("hunter22");
    wrong.certificate_authorities.push(registry.certificate());
    let error = Repository::open(&reference, &wrong, Access::Push)
        .unwrap()
        .push_blob("text/plain", &b"x"[..])
        .unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("refuses access") && !shown.contains("hunter2"), "{shown}");
}
