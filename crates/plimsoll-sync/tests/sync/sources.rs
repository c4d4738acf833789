//! The way that it should go, from each kind of source.

use std::path::Path;

use plimsoll_attest::{PrivateKey, Signature, TrustedKeys};
use plimsoll_image::{Access, Reference, RegistryOptions, Repository};
use plimsoll_loopback::Store;
use plimsoll_sync::{
    ARTIFACT_TYPE, Part, Release, SignatureStatus, Source, Transfer, local_state,
    publish_directory, push, read_listing, verify,
};

use crate::support::{
    Local, by, database, is_current, is_updated, overlay, release, web, web_source,
};

/// Publishes three days in turn and follows them: the first whole, the second by a delta, the third
/// with nothing new but the overlay. `publish` puts a release where `source` finds it.
fn follow(source: &Source, key: Option<&PrivateKey>, publish: impl Fn(&Release)) {
    let local = Local::new(vec![source.clone()], key);
    let signed = key.map_or(SignatureStatus::Unsigned, by);

    publish(&release(1, &[]));
    let outcome = local.update().unwrap();
    local.check(1, 1);
    let Part::Updated { from: None, by: Transfer::Full, signature, .. } = &outcome.database else {
        panic!("{outcome:?}")
    };
    assert_eq!(*signature, signed);
    assert_eq!(outcome.source.as_deref(), Some(source.to_string().as_str()));
    assert!(outcome.failures.is_empty() && outcome.notes.is_empty(), "{outcome:?}");

    let again = local.update().unwrap();
    assert!(is_current(&again.database) && is_current(&again.overlay), "{again:?}");
    assert_eq!((again.transferred, again.database.signature()), (0, Some(&signed)));

    let second = release(2, &[1]);
    publish(&second);
    let outcome = local.update().unwrap();
    local.check(2, 2);
    assert!(matches!(&outcome.database, Part::Updated { by: Transfer::Delta, from: Some(_), .. }));
    let whole = local.options.database.metadata().unwrap().len();
    assert!(outcome.notes.is_empty() && outcome.transferred < whole, "{outcome:?}");

    publish(&Release { overlay: Some(overlay(3)), ..second });
    let outcome = local.update().unwrap();
    local.check(2, 3);
    assert!(is_current(&outcome.database) && is_updated(&outcome.overlay), "{outcome:?}");

    let mut keys = TrustedKeys::new();
    keys.extend(key.map(PrivateKey::public_key));
    let state = local_state(&local.options.database, &keys).unwrap();
    assert_eq!((state.signature, state.source), (signed, Some(source.to_string())));
    assert_eq!(state.created.as_deref(), Some("2026-01-02T00:00:00Z"));
    assert!(state.checked_at.is_some());
    // A key that is trusted only now did not sign it.
    let other = TrustedKeys::new().with(PrivateKey::generate().unwrap().public_key());
    assert!(local_state(&local.options.database, &other).is_err());
}

#[test]
fn from_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let source = Source::Path(directory.path().to_owned());
    for key in [None, Some(PrivateKey::generate().unwrap())] {
        follow(&source, key.as_ref(), |release| {
            publish_directory(release, directory.path(), key.as_ref()).unwrap();
        });
    }
}

#[test]
fn from_a_web_server() {
    let directory = tempfile::tempdir().unwrap();
    let server = web(directory.path().to_owned());
    let key = PrivateKey::generate().unwrap();
    follow(&web_source(&server), Some(&key), |release| {
        publish_directory(release, directory.path(), Some(&key)).unwrap();
    });
    // The second look cost one question and no answer.
    let listings = server.requests();
    let conditional = listings.iter().filter(|one| one.header("if-none-match").is_some());
    assert!(conditional.count() >= 3);
}

#[test]
fn from_a_registry() {
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let reference: Reference = format!("{}/team/db:1", server.host()).parse().unwrap();
    let key = PrivateKey::generate().unwrap();
    let options = RegistryOptions::default();
    follow(&Source::Registry(reference.clone()), Some(&key), |release| {
        push(release, &reference, &["daily"], Some(&key), &options).unwrap();
    });
    let repository = Repository::open(&reference, &options, Access::Pull).unwrap();
    let (raw, manifest) = repository.artifact(&reference).unwrap();
    assert_eq!(manifest.kind(), ARTIFACT_TYPE);
    let keys = TrustedKeys::new().with(key.public_key());
    plimsoll_attest::verify_manifest(&repository, &raw.digest, &keys).unwrap();
    let daily: Reference = format!("{}/team/db:daily", server.host()).parse().unwrap();
    assert_eq!(repository.digest(&daily).unwrap(), Some(raw.digest));
    let listing = read_listing(&Source::Registry(reference), &options).unwrap();
    assert_eq!(listing.deltas.len(), 1);
}

#[test]
fn from_a_file_with_its_signature_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("given.db");
    let key = PrivateKey::generate().unwrap();
    std::fs::write(&path, database(1)).unwrap();
    let local = Local::new(vec![Source::Path(path.clone())], Some(&key));
    let error = local.update().unwrap_err().to_string();
    assert!(error.contains("not signed"), "{error}");
    let signature = key.sign(&database(1)).unwrap().to_string();
    std::fs::write(directory.path().join("given.db.sig"), &signature).unwrap();
    let outcome = local.update().unwrap();
    assert!(is_updated(&outcome.database) && outcome.overlay == Part::Absent, "{outcome:?}");

    let signature: Signature = signature.parse().unwrap();
    let keys = TrustedKeys::new().with(key.public_key());
    let verified = verify(&path, &signature, &keys).unwrap();
    assert_eq!(verified.key, key.public_key().fingerprint());
    let check = |path: &Path| verify(path, &signature, &keys).unwrap_err().to_string();
    std::fs::write(&path, database(2)).unwrap();
    assert!(check(&path).contains("none of the 1 trusted keys"));
    assert!(check(&directory.path().join("absent")).contains("cannot read"));
}

#[test]
fn the_overlay_alone() {
    let directory = tempfile::tempdir().unwrap();
    publish_directory(&release(1, &[]), directory.path(), None).unwrap();
    let mut local = Local::new(vec![Source::Path(directory.path().to_owned())], None);
    local.update().unwrap();
    publish_directory(&release(2, &[1]), directory.path(), None).unwrap();
    local.options.only_overlay = true;
    let outcome = local.update().unwrap();
    local.check(1, 2);
    assert!(is_updated(&outcome.overlay), "{outcome:?}");
    // What was left alone is not forgotten.
    local.options.only_overlay = false;
    local.update().unwrap();
    local.check(2, 2);
}

#[test]
fn files_of_the_list_before_stay_for_who_reads_by_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut counts = Vec::new();
    for day in 1..5 {
        publish_directory(&release(day, &[day + 9]), directory.path(), None).unwrap();
        counts.push(std::fs::read_dir(directory.path()).unwrap().count());
    }
    // index.json, and for each of two lists a database, an overlay and a delta.
    assert_eq!(counts, [4, 7, 7, 7]);
    let before = publish_directory(&release(4, &[13]), directory.path(), None).unwrap();
    assert!(directory.path().join(&before.listing.database.stored.file).is_file());
}

#[test]
fn a_release_that_is_not_fit_is_not_published() {
    let directory = tempfile::tempdir().unwrap();
    let good = release(2, &[1]);
    let refused = |release: &Release| {
        publish_directory(release, directory.path(), None).unwrap_err().to_string()
    };
    let mut damaged = database(2);
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    assert!(refused(&Release { database: damaged, ..good.clone() }).contains("checksum"));
    assert!(refused(&Release { database: overlay(1), ..good.clone() }).contains("no database"));
    let swapped = Release { overlay: Some(database(1)), ..good.clone() };
    assert!(refused(&swapped).contains("no overlay"));
    assert!(
        refused(&Release { database: database(3), ..good }).contains("a way to another database")
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
