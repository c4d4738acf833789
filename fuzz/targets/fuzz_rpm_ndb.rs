//! rpm databases in rpm's own NDB format.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let database = [b"RpmP", bytes].concat();
    plimsoll_inventory::rpm::parse_database(&database, None);
});
