//! A Java index of hostile bytes: open, look up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_java_index::JavaIndex;

fuzz_target!(|bytes: &[u8]| {
    let file = signed(bytes.to_vec());
    let Ok(index) = JavaIndex::open(&file) else { return };
    let _ = index.verify();
    for first in 0..=255 {
        let mut sha1 = [7; 20];
        sha1[0] = first;
        let _ = index.by_sha1(&sha1);
    }
    for (group, artifact, version) in
        [("org.a", "core", "1.0"), ("org.b", "core", "2.0"), ("org.c", "other", "1.1")]
    {
        let _ = index.group_of(artifact, version);
        let _ = index.exists(group, artifact);
    }
    index.info();
});

/// Makes length and checksum of the header right, which a fuzzer cannot. The offsets are those of
/// docs/java-index.md.
fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len() as u64;
    let Some(header) = bytes.first_chunk_mut::<320>() else { return bytes };
    header[24..32].copy_from_slice(&length.to_le_bytes());
    let digest = blake3::hash(&header[..288]);
    header[288..320].copy_from_slice(digest.as_bytes());
    bytes
}
