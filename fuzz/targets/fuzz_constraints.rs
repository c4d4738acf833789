//! Ranges of every syntax: what is read and what its complement has share no version and leave none
//! out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_version::constraint::{self, complement};
use plimsoll_version::{Ecosystem, Interval, Scheme};

fuzz_target!(|input: (&str, &str)| {
    let (version, text) = input;
    for ecosystem in Ecosystem::all() {
        let scheme = ecosystem.scheme();
        let _ = ecosystem.normalize(text);
        let Ok(intervals) = constraint::parse(ecosystem.syntax(), text) else { continue };
        let rest = complement(scheme, &intervals);
        if scheme.is_valid(version) {
            let [inside, outside] = [&intervals, &rest].map(|list| is_in(list, scheme, version));
            assert_ne!(inside, outside, "{version:?} and {text:?} of {ecosystem:?}");
        }
    }
});

fn is_in(intervals: &[Interval], scheme: Scheme, version: &str) -> bool {
    intervals
        .iter()
        .any(|interval| interval.contains(scheme, version).expect("version and bounds are valid"))
}
