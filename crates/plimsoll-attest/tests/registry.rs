//! Signatures of manifests in a registry.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use plimsoll_attest::{
    PrivateKey, TrustedKeys, VerifyError, sign_manifest, signature_tag, verify_manifest,
};
use plimsoll_image::{Access, ArtifactManifest, Digest, RegistryOptions, Repository};
use plimsoll_loopback::{Server, Store, digest};

struct Signed {
    store: Store,
    _server: Server,
    repository: Repository,
    subject: Digest,
}

impl Signed {
    fn by(keys: &[&PrivateKey]) -> Signed {
        let store = Store::default();
        let server = store.serve(|_, _| None);
        let reference = format!("{}/team/db:1", server.host()).parse().unwrap();
        let repository =
            Repository::open(&reference, &RegistryOptions::default(), Access::Push).unwrap();
        let manifest = ArtifactManifest::new("application/vnd.test.v1");
        let subject = repository.push_artifact(Some("1"), &manifest).unwrap().digest;
        for key in keys {
            sign_manifest(&repository, &subject, key).unwrap();
        }
        Signed { store, _server: server, repository, subject }
    }

    fn signatures(&self) -> Vec<u8> {
        self.store.stored().manifests[&signature_tag(&self.subject)].1.clone()
    }

    fn replace_signatures(&self, tag: &Digest, content: Vec<u8>) {
        let value = ("application/vnd.oci.image.manifest.v1+json".to_owned(), content);
        self.store.stored().manifests.insert(signature_tag(tag), value);
    }

    fn verify(&self, key: &PrivateKey) -> Result<String, VerifyError> {
        let keys = TrustedKeys::new().with(key.public_key());
        verify_manifest(&self.repository, &self.subject, &keys).map(|verified| verified.key)
    }
}

#[test]
fn signatures_stand_beside_each_other() {
    let [first, second, other] = [(); 3].map(|()| PrivateKey::generate().unwrap());
    let signed = Signed::by(&[&first, &second, &first]);
    for key in [&first, &second] {
        assert_eq!(signed.verify(key).unwrap(), key.public_key().fingerprint());
    }
    let manifest = ArtifactManifest::parse("it", &signed.signatures(), 9).unwrap();
    assert_eq!(manifest.layers.len(), 2, "the first key signed once more");
    let error = signed.verify(&other).unwrap_err().to_string();
    assert!(error.contains("none of the 2 signatures") && error.contains("fits none"), "{error}");
    let error = verify_manifest(&signed.repository, &signed.subject, &TrustedKeys::new());
    assert!(matches!(error, Err(VerifyError::NoKeys)));
    assert!(matches!(Signed::by(&[]).verify(&first), Err(VerifyError::Unsigned(_))));
}

#[test]
fn a_signature_of_another_manifest_does_not_count() {
    let key = PrivateKey::generate().unwrap();
    let mut signed = Signed::by(&[&key]);
    let other = Digest::sha256(b"another manifest");
    signed.replace_signatures(&other, signed.signatures());
    signed.subject = other;
    let error = signed.verify(&key).unwrap_err().to_string();
    assert!(error.contains("and not this"), "{error}");
}

#[test]
fn a_signed_text_that_was_changed_anywhere_is_refused() {
    let key = PrivateKey::generate().unwrap();
    let signed = Signed::by(&[&key]);
    let manifest = ArtifactManifest::parse("it", &signed.signatures(), 9).unwrap();
    let text = signed.store.stored().blobs[&manifest.layers[0].digest.to_string()].clone();
    for index in (0..text.len()).step_by(7) {
        let mut changed = text.clone();
        changed[index] ^= 1;
        let mut manifest = manifest.clone();
        manifest.layers[0].digest = digest(&changed).parse().unwrap();
        signed.store.stored().blobs.insert(digest(&changed), changed);
        signed.replace_signatures(&signed.subject, manifest.to_json());
        let error = signed.verify(&key).unwrap_err().to_string();
        assert!(error.contains("fits none"), "{index}: {error}");
    }
    let mut odd = manifest;
    odd.layers[0].annotations.clear();
    odd.layers.push(odd.layers[0].clone());
    odd.layers[1].media_type = "text/plain".to_owned();
    signed.replace_signatures(&signed.subject, odd.to_json());
    let error = signed.verify(&key).unwrap_err().to_string();
    assert!(error.contains("is missing") && error.contains("no signed text"), "{error}");
}
