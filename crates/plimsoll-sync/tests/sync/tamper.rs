//! Any byte of anything that is transferred may be changed by somebody on the way.

use std::path::Path;

use plimsoll_attest::PrivateKey;
use plimsoll_image::Digest;
use plimsoll_sync::{Listing, Source, publish_directory};

use crate::support::{Local, database, overlay, release};

/// Changes one byte of a file, updates, puts it back, and checks that what is on disk afterwards is
/// one of the two good states.
fn each_byte(directory: &Path, name: &str, key: &PrivateKey, step: usize) {
    let path = directory.join(name);
    let good = std::fs::read(&path).unwrap();
    let source = Source::Path(directory.to_owned());
    for index in (0..good.len()).step_by(step) {
        let mut changed = good.clone();
        changed[index] ^= 1 << (index % 8);
        std::fs::write(&path, changed).unwrap();
        let local = Local::new(vec![source.clone()], Some(key));
        std::fs::write(&local.options.database, database(1)).unwrap();
        let outcome = local.update();
        let on_disk = std::fs::read(&local.options.database).unwrap();
        assert!(on_disk == database(1) || on_disk == database(2), "{name}, byte {index}");
        if let Ok(overlay_on_disk) = std::fs::read(local.options.overlay.as_ref().unwrap()) {
            assert!(overlay_on_disk == overlay(2), "{name}, byte {index}");
        }
        // Where the change was harmless (a space in the list, say), all went well.
        let harmed = match &outcome {
            Ok(outcome) => !outcome.failures.is_empty() || !outcome.notes.is_empty(),
            Err(_) => true,
        };
        assert!(harmed || on_disk == database(2), "{name}, byte {index}: {outcome:?}");
    }
    std::fs::write(&path, good).unwrap();
}

#[test]
fn any_byte_of_any_file() {
    let key = PrivateKey::generate().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let published = publish_directory(&release(2, &[1]), directory.path(), Some(&key)).unwrap();
    let listing = published.listing;
    each_byte(directory.path(), "index.json", &key, 13);
    each_byte(directory.path(), &listing.database.stored.file, &key, 397);
    each_byte(directory.path(), &listing.overlay.unwrap().stored.file, &key, 397);
    each_byte(directory.path(), &listing.deltas[0].stored.file, &key, 29);
}

/// Publishes, changes the list, and tells what an update says.
fn with_list(change: impl Fn(&mut Listing, &Path)) -> String {
    let key = PrivateKey::generate().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut listing =
        publish_directory(&release(2, &[]), directory.path(), Some(&key)).unwrap().listing;
    change(&mut listing, directory.path());
    std::fs::write(directory.path().join("index.json"), listing.to_json()).unwrap();
    let local = Local::new(vec![Source::Path(directory.path().to_owned())], Some(&key));
    match local.update() {
        Ok(outcome) => format!("{outcome:?}"),
        Err(error) => error.to_string(),
    }
}

/// Makes a list say that a file of it is other bytes, with digests that fit.
fn replace(listing: &mut Listing, directory: &Path, bytes: &[u8]) {
    let stored = zstd::bulk::compress(bytes, 3).unwrap();
    std::fs::write(directory.join(&listing.database.stored.file), &stored).unwrap();
    let entry = &mut listing.database;
    entry.stored.sha256 = Digest::sha256(&stored);
    entry.stored.size = stored.len() as u64;
    entry.sha256 = Digest::sha256(bytes);
    entry.size = bytes.len() as u64;
}

#[test]
fn digests_that_fit_do_not_replace_a_signature() {
    let error = with_list(|listing, directory| replace(listing, directory, &database(3)));
    assert!(error.contains("none of the 1 trusted keys"), "{error}");
    let error = with_list(|listing, _| listing.database.signature = None);
    assert!(error.contains("not signed"), "{error}");
    let error = with_list(|listing, _| listing.database.signature = Some("AAAA".to_owned()));
    assert!(error.contains("none of the 1 trusted keys"), "{error}");
}

#[test]
fn a_signed_overlay_is_no_database() {
    let error = with_list(|listing, _| listing.database = listing.overlay.clone().unwrap());
    assert!(error.contains("no database"), "{error}");
    let text = with_list(|listing, _| listing.overlay = Some(listing.database.clone()));
    assert!(text.contains("no overlay"), "{text}");
}

#[test]
fn what_inflates_to_more_than_promised_is_stopped() {
    let error = with_list(|listing, directory| {
        let size = listing.database.size;
        replace(listing, directory, &vec![0; 64 << 20]);
        listing.database.size = size;
    });
    assert!(error.contains("more than the promised"), "{error}");
    let error = with_list(|listing, directory| {
        replace(listing, directory, b"short");
        listing.database.size = 3 << 30;
    });
    assert!(error.contains("none of the 1 trusted keys"), "{error}");
    let error = with_list(|listing, _| listing.database.format = 99);
    assert!(error.contains("format version 99"), "{error}");
    let error = with_list(|listing, _| listing.database.content = "0".repeat(64));
    assert!(error.contains("not the one of the list"), "{error}");
}
