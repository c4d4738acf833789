//! dpkg's status file, records without status, file lists and copyright files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_inventory::dpkg;

fuzz_target!(|bytes: &[u8]| {
    dpkg::parse_status(bytes);
    dpkg::parse_status_d(bytes);
    dpkg::parse_list(bytes);
    dpkg::parse_md5sums(bytes);
    dpkg::licenses(bytes);
});
