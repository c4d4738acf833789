//! A delta with a right header and a hostile document, applied to the starter database.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_advisory::{Database, delta};

fuzz_target!(|document: &[u8]| {
    let starter = Database::starter();
    // A result that is right cannot come about: nobody finds a document for a digest of zeros.
    assert!(delta::apply(starter, &plimsoll_fuzz::sealed_delta(starter, document)).is_err());
});
