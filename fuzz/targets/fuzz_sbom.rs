//! Bills of materials in all their formats and wrappers.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(bom) = plimsoll_sbom::read(bytes).value {
        plimsoll_inventory::from_bom(bom);
    }
});
