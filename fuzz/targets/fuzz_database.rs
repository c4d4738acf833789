//! A compiled database of hostile bytes: open, verify, look up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_advisory::Database;

fuzz_target!(|bytes: &[u8]| {
    let Ok(database) = Database::from_bytes(signed(bytes.to_vec())) else { return };
    let _ = database.verify();
    for namespace in ["alma:8", "debian:12", "ubuntu:22.04"] {
        for package in ["gupnp", "openssl", ""] {
            database.affected(namespace, package).take(100).for_each(|entry| {
                entry.details();
            });
        }
    }
    database.resolve("GHSA-4fc7-mvrr-wv2c");
    for (namespace, package, entries) in database.iter_packages().take(100) {
        for entry in entries.take(100) {
            entry.to_affected(namespace, package);
        }
    }
    for entry in database.iter_vulnerabilities().take(100) {
        for detail in entry.details() {
            detail.to_vulnerability(&entry);
        }
    }
    database.epss("CVE-2021-44228");
    database.exploited("CVE-2021-44228");
    database.end_of_life("debian", "11");
    database.info();
});

/// Makes length and checksum of the header right, as whoever writes a hostile file would: a
/// fuzzer cannot, and would not get past them. The offsets are those of docs/database-format.md.
fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len() as u64;
    let Some(header) = bytes.first_chunk_mut::<96>() else { return bytes };
    header[16..24].copy_from_slice(&length.to_le_bytes());
    let sections = header[12].min(64);
    header[12..16].copy_from_slice(&[sections, 0, 0, 0]);
    let table_end = 96 + usize::from(sections) * 24;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[..64]).update(bytes.get(96..table_end).unwrap_or_default());
    bytes[64..96].copy_from_slice(hasher.finalize().as_bytes());
    bytes
}
