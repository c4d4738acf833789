//! Fetching from a server on loopback that behaves well, badly and strangely.

mod incremental;
mod kinds;
mod recognised;
mod server;
mod support;
mod transfer;
