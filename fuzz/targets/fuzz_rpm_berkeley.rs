//! rpm databases in Berkeley DB's hash format.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut database = bytes.to_vec();
    if let Some(magic) = database.get_mut(12..16) {
        magic.copy_from_slice(&0x0006_1561u32.to_le_bytes());
    }
    plimsoll_inventory::rpm::parse_database(&database, None);
});
