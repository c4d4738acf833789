//! bbolt files: everything is walked, and every key asked for again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_bolt::{Bolt, Bucket, Entry};

fuzz_target!(|bytes: &[u8]| {
    let file = plimsoll_fuzz::with_bolt_sums(bytes.to_vec());
    let Ok(bolt) = Bolt::open(&file) else { return };
    walk(bolt.root());
});

fn walk(bucket: Bucket<'_, '_>) {
    for entry in bucket.entries() {
        match entry {
            Ok(Entry::Value { key, .. }) => drop(bucket.get(key)),
            Ok(Entry::Bucket { key, bucket: inner }) => {
                let _ = bucket.bucket(key);
                walk(inner);
            }
            Err(_) => {}
        }
    }
}
