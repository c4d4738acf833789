//! Fetching from a server on loopback that behaves well, badly and strangely.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod incremental;
mod killed;
mod kinds;
mod recognised;
mod server;
mod support;
mod transfer;
