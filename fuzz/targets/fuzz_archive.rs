//! A `docker save` archive or OCI layout tar of hostile bytes, as a stream from a daemon.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use plimsoll_image::{Choice, Opened, SourceKind};

fuzz_target!(|bytes: &[u8]| {
    let opened = Opened::Stream {
        name: "fuzz".into(),
        source: SourceKind::Docker,
        archive: Box::new(Cursor::new(bytes.to_vec())),
        described: None,
        choice: Choice::default(),
    };
    plimsoll_fuzz::scan(opened);
});
