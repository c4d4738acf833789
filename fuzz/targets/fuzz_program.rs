//! ELF, PE and Mach-O, and all evidence in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_language::Input;

fuzz_target!(|bytes: &[u8]| {
    // A name that rules about names are interested in.
    plimsoll_binary::examine(Input { path: "usr/bin/node", content: bytes });
});
