//! Fetching from a server on loopback that behaves well, badly and strangely.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::print_stderr, reason = "a test that leaves something out says so")]

mod incremental;
mod kinds;
mod recognised;
mod server;
mod support;
mod transfer;
