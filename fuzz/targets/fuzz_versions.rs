//! Version orders: total, antisymmetric, and never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_version::Scheme;

fuzz_target!(|input: (&str, &str)| {
    let (left, right) = input;
    for scheme in Scheme::ALL {
        let there = scheme.compare(left, right);
        let back = scheme.compare(right, left);
        if let (Ok(there), Ok(back)) = (there, back) {
            assert_eq!(there, back.reverse(), "{scheme:?} {left:?} {right:?}");
        }
    }
});
