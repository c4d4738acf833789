//! Bills of materials of every format, and what becomes of them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let parsed = plimsoll_sbom::read(bytes);
    plimsoll_inventory::from_bom(parsed.value);
});
