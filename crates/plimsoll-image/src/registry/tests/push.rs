//! Storing blobs and manifests, and fetching artifacts back.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::fixture::{failure, not_found, options};
use crate::{
    Access, ArtifactBlob, ArtifactManifest, Credential, EMPTY_CONTENT, EMPTY_MEDIA_TYPE, Reference,
    RegistryOptions, Repository, Secret, TITLE,
};
use plimsoll_loopback::{HANG_UP, Received, Reply, Server, Store};

const KIND: &str = "application/vnd.test.v1";

fn reference(server: &Server) -> Reference {
    format!("{}/team/db:1", server.host()).parse().unwrap()
}

fn repository(server: &Server) -> Repository {
    Repository::open(&reference(server), &options(), Access::Push).unwrap().with_part_size(1_000)
}

fn content() -> Vec<u8> {
    (0..3_500_u32).map(|n| (n % 251) as u8).collect()
}

fn count(server: &Server, method: &str) -> usize {
    server.requests().iter().filter(|one| one.method == method).count()
}

#[test]
fn an_artifact_goes_there_and_comes_back() {
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let repository = repository(&server);
    let layer = repository.push_blob("text/plain", content()).unwrap().with(TITLE, "a.txt");
    repository.push_blob(EMPTY_MEDIA_TYPE, EMPTY_CONTENT).unwrap();
    let mut manifest = ArtifactManifest::new(KIND);
    manifest.layers.push(layer.clone());
    let stored = repository.push_artifact(Some("1"), &manifest).unwrap();

    let reader = Repository::open(&reference(&server), &options(), Access::Pull).unwrap();
    let (raw, read) = reader.artifact(&reference(&server)).unwrap();
    assert_eq!((raw.digest, &read), (stored.digest, &manifest));
    assert_eq!(reader.digest(&reference(&server)).unwrap(), Some(stored.digest));
    assert_eq!(reader.blob_content(&read.layers[0], 3_500).unwrap(), content());
    let error = failure(reader.blob_content(&read.layers[0], 3_499));
    assert!(error.contains("limit is 3499"), "{error}");
    assert!(reader.blob_exists(&layer.digest).unwrap());
    assert!(!reader.blob_exists(&crate::Digest::sha256(b"absent")).unwrap());
    // Four parts and a last request for the long blob, one for the short.
    assert_eq!((count(&server, "PATCH"), count(&server, "PUT")), (4, 3));
}

#[test]
fn what_is_there_is_not_sent_again() {
    let store = Store::default();
    let server = store.serve(|_, _| None);
    for _ in 0..2 {
        repository(&server).push_blob("text/plain", content()).unwrap();
    }
    assert_eq!(count(&server, "POST"), 1);
}

#[test]
fn an_upload_goes_on_where_it_broke() {
    let store = Store::default();
    let parts = AtomicUsize::new(0);
    let server = store.serve(move |received, store| {
        if received.method != "PATCH" {
            return None;
        }
        match parts.fetch_add(1, Ordering::SeqCst) {
            // It arrives, and the answer is lost.
            1 => {
                store.answer(received);
                Some(Reply::new(HANG_UP, ""))
            }
            // It does not arrive.
            2 => Some(Reply::new(HANG_UP, "")),
            3 => Some(Reply::new(503, "")),
            _ => None,
        }
    });
    repository(&server).push_blob("text/plain", content()).unwrap();
    assert!(store.blob(&content()));
    assert_eq!(count(&server, "POST"), 1, "the upload was begun anew");
}

#[test]
fn an_upload_that_the_server_forgot_is_begun_anew() {
    let store = Store::default();
    let parts = AtomicUsize::new(0);
    let server = store.serve(move |received, store| {
        if received.method == "PATCH" && parts.fetch_add(1, Ordering::SeqCst) == 2 {
            store.stored().uploads[0] = None;
        }
        None
    });
    repository(&server).push_blob("text/plain", content()).unwrap();
    assert!(store.blob(&content()));
    assert_eq!(count(&server, "POST"), 2);
}

#[test]
fn a_lost_last_answer_is_made_good_by_asking() {
    let store = Store::default();
    let puts = AtomicUsize::new(0);
    let server = store.serve(move |received, store| {
        let first = received.method == "PUT" && puts.fetch_add(1, Ordering::SeqCst) == 0;
        first.then(|| {
            store.answer(received);
            Reply::new(HANG_UP, "")
        })
    });
    repository(&server).push_blob("text/plain", &b"short"[..]).unwrap();
    assert_eq!((count(&server, "POST"), count(&server, "PUT")), (1, 1));
    assert!(store.blob(b"short"));
}

#[test]
fn a_server_that_takes_nothing_is_given_up() {
    let store = Store::default();
    let server =
        store.serve(|received, _| (received.method == "PATCH").then(|| Reply::new(500, "")));
    let error = failure(repository(&server).push_blob("text/plain", content()));
    assert!(error.contains("500"), "{error}");
    assert_eq!(count(&server, "PATCH"), 5);
    let server = store.serve(|received, _| {
        (received.method == "POST").then(|| Reply::new(403, r#"{"errors":[{"code":"DENIED"}]}"#))
    });
    let error = failure(repository(&server).push_blob("text/plain", content()));
    assert!(error.contains("refuses access") && error.contains("DENIED"), "{error}");
    assert_eq!(count(&server, "POST"), 1);
}

#[test]
fn an_upload_is_not_led_astray() {
    for location in ["http://upload.example/x", "file:///etc/passwd", ""] {
        let server = Server::plain(move |received| match received.method.as_str() {
            "HEAD" => not_found(),
            _ if location.is_empty() => Reply::new(202, ""),
            _ => Reply::new(202, "").header("location", location),
        });
        let error = failure(repository(&server).push_blob("text/plain", content()));
        assert!(error.contains("address to upload to"), "{location}: {error}");
    }
}

#[test]
fn an_upload_elsewhere_does_not_see_the_password() {
    let store = Store::default();
    let elsewhere = store.serve(|_, _| None);
    let host = elsewhere.host();
    let server = store.serve(move |received: &Received, store| {
        if received.header("authorization").is_none() {
            return Some(Reply::new(401, "").header("www-authenticate", "Basic realm=\"r\""));
        }
        let mut reply = store.answer(received);
        for (name, value) in &mut reply.headers {
            if name == "location" {
                *value = format!("http://{host}{value}");
            }
        }
        Some(reply)
    });
    let password = Secret::new("hunter2");
    let credential = Credential::Password { username: "me".to_owned(), password };
    let options = RegistryOptions { credential, ..options() };
    let repository = Repository::open(&reference(&server), &options, Access::Push).unwrap();
    repository.push_blob("text/plain", content()).unwrap();
    assert!(store.blob(&content()));
    let seen = elsewhere.requests();
    assert!(!seen.is_empty() && seen.iter().all(|one| one.header("authorization").is_none()));
}

#[test]
fn a_token_for_pushing_is_asked_for_once() {
    let store = Store::default();
    let server = store.serve(|received, _| {
        let host = received.header("host").unwrap_or_default();
        if received.target.starts_with("/token") {
            return Some(Reply::new(200, r#"{"token":"t"}"#));
        }
        let scope = "repository:team/db:pull";
        let challenge = format!(r#"Bearer realm="http://{host}/token",scope="{scope}""#);
        let known = received.header("authorization") == Some("Bearer t");
        (!known).then(|| Reply::new(401, "").header("www-authenticate", challenge))
    });
    let repository = repository(&server);
    repository.push_blob("text/plain", content()).unwrap();
    repository.push_artifact(None, &ArtifactManifest::new(KIND)).unwrap();
    let requests = server.requests();
    let tokens: Vec<_> = requests.iter().filter(|one| one.target.starts_with("/token")).collect();
    assert_eq!(tokens.len(), 1);
    assert!(tokens[0].target.ends_with("team%2Fdb%3Apull%2Cpush"), "{}", tokens[0].target);
}

#[test]
fn mirrors_are_for_pulling_only() {
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let mirror = Server::plain(|_| not_found());
    let mirrors = [(server.host(), vec![format!("http://{}", mirror.host())])].into();
    let options = RegistryOptions { mirrors, ..options() };
    let pushing = Repository::open(&reference(&server), &options, Access::Push).unwrap();
    pushing.push_artifact(Some("1"), &ArtifactManifest::new(KIND)).unwrap();
    assert!(mirror.requests().is_empty());
    let pulling = Repository::open(&reference(&server), &options, Access::Pull).unwrap();
    pulling.artifact(&reference(&server)).unwrap();
    assert_eq!(mirror.requests().len(), 1);
}

#[test]
fn a_blob_or_manifest_of_other_bytes_is_refused() {
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let repository = repository(&server);
    let blob = repository.push_blob("text/plain", content()).unwrap();
    let stored = repository.push_artifact(Some("1"), &ArtifactManifest::new(KIND)).unwrap();
    let mut other = content();
    other[7] ^= 1;
    store.stored().blobs.insert(blob.digest.to_string(), other);
    let error = failure(repository.blob_content(&blob, 1 << 20));
    assert!(error.contains("tampered"), "{error}");
    let mut manifest = ArtifactManifest::new(KIND).to_json();
    manifest.push(b' ');
    let value = (String::new(), manifest);
    store.stored().manifests.insert(stored.digest.to_string(), value);
    let pinned = format!("{}@{}", repository.name(), stored.digest).parse().unwrap();
    let error = failure(repository.artifact(&pinned));
    assert!(error.contains("tampered"), "{error}");
}

#[test]
fn referrers_by_list_and_by_tag() {
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let repository = repository(&server);
    let subject = repository.push_artifact(Some("1"), &ArtifactManifest::new(KIND)).unwrap();
    assert_eq!(repository.referrers(&subject.digest, None).unwrap(), []);
    let mut pushed = Vec::new();
    for kind in ["application/a", "application/b", "application/b"] {
        let mut manifest = ArtifactManifest::new(kind);
        manifest.subject = Some(subject.clone());
        pushed.push(repository.push_artifact(None, &manifest).unwrap().digest);
    }
    let listed = |kind| -> Vec<_> {
        let found = repository.referrers(&subject.digest, kind).unwrap();
        found.into_iter().map(|one| one.digest).collect()
    };
    // The third is the second once more.
    assert_eq!(listed(None), pushed[..2]);
    assert_eq!(listed(Some("application/b")), pushed[1..2]);

    let page = |names: &[&str]| {
        let blobs = names.iter().map(|name| ArtifactBlob::of(name, name.as_bytes())).collect();
        crate::artifact::ArtifactIndex::new(blobs).to_json()
    };
    let (first, second) = (page(&["a", "b"]), page(&["c"]));
    let server = Server::plain(move |received| {
        if received.target.contains("page=2") {
            return Reply::new(200, second.clone());
        }
        Reply::new(200, first.clone()).header("link", "<?page=2>; rel=\"next\"")
    });
    let found = self::repository(&server).referrers(&subject.digest, None).unwrap();
    assert_eq!(
        found.iter().map(|one| one.media_type.as_str()).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}
