//! Grype's `vulnerability.db` of hostile bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_advisory::Collector;
use plimsoll_advisory::import::{Kind, import};

fuzz_target!(|bytes: &[u8]| {
    let file = [b"SQLite format 3\0", bytes].concat();
    import(Kind::GrypeDb, &file, &mut Collector::default(), "vulnerability.db");
});
