//! Every advisory feed: the first byte picks the feed, the rest is its file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_advisory::Collector;
use plimsoll_advisory::feed::{FEEDS, FileContext};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let feed = &FEEDS[usize::from(*first) % FEEDS.len()];
    let mut collector = Collector::default();
    (feed.parse)(&FileContext { path: plimsoll_fuzz::feed_path(feed.id) }, rest, &mut collector);
});
