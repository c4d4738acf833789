//! Sources that fail, and what is done without them.

use std::path::PathBuf;
use std::time::Duration;

use plimsoll_attest::{PrivateKey, TrustedKeys};
use plimsoll_image::{Access, RegistryOptions, Repository};
use plimsoll_loopback::{Reply, Server, Store};
use plimsoll_sync::{Part, Source, UpdateError, publish_directory, push};

use crate::support::{Local, is_current, is_updated, release, serve, web_source};

/// A directory with the release of a day.
fn published(day: u32, from: &[u32], key: Option<&PrivateKey>) -> (tempfile::TempDir, Source) {
    let directory = tempfile::tempdir().unwrap();
    publish_directory(&release(day, from), directory.path(), key).unwrap();
    let source = Source::Path(directory.path().to_owned());
    (directory, source)
}

#[test]
fn each_source_that_fails_is_told_and_the_next_is_asked() {
    let key = PrivateKey::generate().unwrap();
    let (_directory, good) = published(1, &[], Some(&key));
    let (_unsigned_directory, unsigned) = published(1, &[], None);
    let broken = Server::plain(|_| Reply::new(500, ""));
    let empty = Store::default().serve(|_, _| None);
    let gone = format!("http://{}/db", Server::plain(|_| Reply::new(200, "")).host());
    let nonsense = Server::plain(|_| Reply::new(200, "{\"layout\":9}"));
    let sources = vec![
        web_source(&broken),
        format!("{}/team/db:1", empty.host()).parse().unwrap(),
        gone.parse().unwrap(),
        web_source(&nonsense),
        Source::Path(PathBuf::from("/nowhere")),
        unsigned,
        good.clone(),
    ];
    let local = Local::new(sources, Some(&key));
    let outcome = local.update().unwrap();
    local.check(1, 1);
    assert_eq!(outcome.source, Some(good.to_string()));
    let expected = ["500", "does not have", "refused", "newer Plimsoll", "/nowhere", "not signed"];
    assert_eq!(outcome.failures.len(), expected.len());
    for (failure, expected) in outcome.failures.iter().zip(expected) {
        assert!(failure.reason.contains(expected), "{expected}: {failure:?}");
    }
}

#[test]
fn without_any_source_the_local_database_is_kept() {
    let key = PrivateKey::generate().unwrap();
    let (directory, source) = published(1, &[], Some(&key));
    let mut local = Local::new(vec![source], Some(&key));
    local.update().unwrap();
    drop(directory);
    let outcome = local.update().unwrap();
    assert!(outcome.is_stale() && outcome.failures.len() == 1, "{outcome:?}");
    assert!(matches!(outcome.overlay, Part::Kept { .. }));
    local.check(1, 1);

    // Keys have changed: what nobody trusted has signed is not used.
    local.options.keys = TrustedKeys::new().with(PrivateKey::generate().unwrap().public_key());
    assert!(matches!(local.update(), Err(UpdateError::Nothing(failures)) if failures.len() == 1));
    local.options.sources.clear();
    assert!(matches!(local.update(), Err(UpdateError::NoSource)));
    local.check(1, 1);
}

#[test]
fn keys_are_changed_without_a_new_transfer() {
    let [old, new] = [(); 2].map(|()| PrivateKey::generate().unwrap());
    let (directory, source) = published(1, &[], Some(&old));
    let mut local = Local::new(vec![source], Some(&old));
    local.update().unwrap();
    publish_directory(&release(1, &[]), directory.path(), Some(&new)).unwrap();
    local.options.keys = local.options.keys.clone().with(new.public_key());
    assert_eq!(local.update().unwrap().transferred, 0);
    local.options.keys = TrustedKeys::new().with(new.public_key());
    let outcome = local.update().unwrap();
    assert!(is_current(&outcome.database) && outcome.transferred == 0, "{outcome:?}");
}

#[test]
fn a_damaged_local_database_is_replaced() {
    let (_directory, source) = published(1, &[], None);
    let local = Local::new(vec![source], None);
    local.update().unwrap();
    let mut damaged = std::fs::read(&local.options.database).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&local.options.database, damaged).unwrap();
    let outcome = local.update().unwrap();
    assert!(is_updated(&outcome.database), "{outcome:?}");
    assert!(outcome.notes[0].contains("local file cannot be used"), "{outcome:?}");
    local.check(1, 1);
}

#[test]
fn an_older_database_does_not_come_back() {
    let (_new_directory, new) = published(2, &[], None);
    let (_old_directory, old) = published(1, &[], None);
    let mut local = Local::new(vec![new], None);
    local.update().unwrap();
    local.options.sources = vec![old];
    let outcome = local.update().unwrap();
    assert!(outcome.is_stale() && outcome.failures[0].reason.contains("older"), "{outcome:?}");
    local.check(2, 2);
    local.options.allow_older = true;
    local.update().unwrap();
    local.check(1, 1);
}

#[test]
fn a_broken_transfer_goes_on_or_fails_without_harm() {
    let (directory, _) = published(1, &[], None);
    let path = directory.path().to_owned();
    let breaks = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::plain(move |received| {
        let reply = serve(&path, received);
        let first = breaks.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 3;
        if first && !received.target.ends_with("json") { reply.cut(1_000) } else { reply }
    });
    let local = Local::new(vec![web_source(&server)], None);
    local.update().unwrap();
    local.check(1, 1);

    let path = directory.path().to_owned();
    publish_directory(&release(2, &[]), directory.path(), None).unwrap();
    let server = Server::plain(move |received| {
        let reply = serve(&path, received);
        if received.target.ends_with("json") { reply } else { reply.cut(0) }
    });
    let mut local = local;
    local.options.sources = vec![web_source(&server)];
    let outcome = local.update().unwrap();
    assert!(outcome.is_stale() && outcome.failures[0].reason.contains("broke"), "{outcome:?}");
    local.check(1, 1);
    // Short, and without the connection saying so.
    let path = directory.path().to_owned();
    let server = Server::plain(move |received| {
        let mut reply = serve(&path, received);
        if !received.target.ends_with("json") {
            reply.body.truncate(500);
        }
        reply
    });
    local.options.sources = vec![web_source(&server)];
    let outcome = local.update().unwrap();
    assert!(outcome.failures[0].reason.contains("cut, damaged or tampered"), "{outcome:?}");
    local.check(1, 1);
}

#[test]
fn a_delta_that_does_not_fit_costs_only_the_whole_file() {
    let key = PrivateKey::generate().unwrap();
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let reference = format!("{}/team/db:1", server.host()).parse().unwrap();
    let options = RegistryOptions::default();
    for key in [Some(&key), None] {
        let (_first, first) = published(1, &[], key);
        for other in [release(3, &[2]), release(4, &[1])] {
            let mut local = Local::new(vec![first.clone()], key);
            local.update().unwrap();
            let pushed = push(&release(3, &[1]), &reference, &[], key, &options).unwrap();
            // Somebody put another delta in the place of the right one, with digests that fit.
            let wrong = &other.deltas[0];
            let repository = Repository::open(&reference, &options, Access::Push).unwrap();
            let blob = repository.push_blob("application/octet-stream", wrong.clone()).unwrap();
            let (_, mut manifest) = repository.artifact(&reference).unwrap();
            let layer = manifest.layers.last_mut().unwrap();
            assert_eq!(layer.digest, pushed.listing.deltas[0].stored.sha256);
            (layer.digest, layer.size) = (blob.digest, blob.size);
            if let Some(key) = key {
                let signature = key.sign(wrong).unwrap().to_string();
                let name = "io.github.plimsoll-scanner.db.signature".to_owned();
                layer.annotations.insert(name, signature);
            }
            repository.push_artifact(Some("1"), &manifest).unwrap();
            local.options.sources = vec![Source::Registry(reference.clone())];
            let outcome = local.update().unwrap();
            assert!(is_updated(&outcome.database), "{outcome:?}");
            assert!(outcome.notes[0].contains("whole database was taken"), "{outcome:?}");
            local.check(3, 3);
        }
    }
}

#[test]
fn nobody_waits_for_a_lock_for_ever() {
    let (_directory, source) = published(1, &[], None);
    let mut local = Local::new(vec![source], None);
    local.update().unwrap();
    let lock = std::fs::File::open(local.directory.path().join("plimsoll.db.lock")).unwrap();
    lock.lock().unwrap();
    local.options.lock_wait = Duration::from_millis(200);
    let error = local.update().unwrap_err();
    assert!(matches!(error, UpdateError::Locked { .. }), "{error}");
    drop(lock);
    local.update().unwrap();
}
