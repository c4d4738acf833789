//! Images out of real servers: a registry and the container engines, as far as they are installed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod engines;
mod push;
mod registry;
mod support;
