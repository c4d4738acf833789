//! rpm databases in SQLite: the first byte says how much of the rest is a write-ahead log.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let (log, database) = rest.split_at(rest.len() * usize::from(*first) / 512);
    let database = [b"SQLite format 3\0", database].concat();
    plimsoll_inventory::rpm::parse_database(&database, Some(log));
    plimsoll_inventory::rpm::parse_manifest(rest);
});
