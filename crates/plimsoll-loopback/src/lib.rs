//! Servers on loopback for the tests of other crates: one that answers by a script and can misbehave
//! in ways that a real server library would not allow, and a registry made of it. No part of the
//! program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod server;
mod store;

pub use server::{HANG_UP, Received, Reply, Server};
pub use store::{Store, Stored, digest};
