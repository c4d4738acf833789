//! apk's database of installed packages.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    plimsoll_inventory::apk::parse_installed(bytes);
});
