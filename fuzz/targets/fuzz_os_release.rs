//! os-release and its older relatives (the first byte picks the file), and other short documents.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_inventory::os::{OS_FILES, detect, parse_bottlerocket_inventory};
use plimsoll_inventory::parse_content_manifest;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let path = OS_FILES[usize::from(*first) % OS_FILES.len()];
    detect(&[(path, 0, rest)]);
    detect(&[("etc/os-release", 0, rest), (path, 1, rest)]);
    parse_bottlerocket_inventory(rest);
    parse_content_manifest(rest);
});
