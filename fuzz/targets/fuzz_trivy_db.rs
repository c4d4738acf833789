//! `trivy.db` of hostile bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_advisory::Collector;
use plimsoll_advisory::import::{Kind, import};

fuzz_target!(|bytes: &[u8]| {
    let file = plimsoll_fuzz::with_bolt_sums(bytes.to_vec());
    import(Kind::TrivyDb, &file, &mut Collector::default(), "trivy.db");
});
