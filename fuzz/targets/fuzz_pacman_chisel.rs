//! pacman's records and Chisel's manifest.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_inventory::{chisel, pacman};

fuzz_target!(|bytes: &[u8]| {
    pacman::parse_desc(bytes);
    pacman::parse_files(bytes);
    chisel::parse_manifest(bytes);
});
