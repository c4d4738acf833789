//! A `docker save` archive or OCI layout tar of hostile bytes, as a stream from a daemon.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use plimsoll_image::{Choice, Limits, Opened, SourceKind};
use plimsoll_inventory::{ScanOptions, take_inventory};

fuzz_target!(|bytes: &[u8]| {
    let opened = Opened::Stream {
        name: "fuzz".into(),
        source: SourceKind::Docker,
        archive: Box::new(Cursor::new(bytes.to_vec())),
        described: None,
        choice: Choice::default(),
    };
    let limits = Limits { layer_size: 64 << 20, entries: 10_000, ..Limits::default() };
    let options = ScanOptions {
        cache: None,
        limits,
        threads: 1,
        skip: &|_| false,
        skip_key: "",
        progress: &|_| {},
    };
    let _ = take_inventory(opened, &options);
});
