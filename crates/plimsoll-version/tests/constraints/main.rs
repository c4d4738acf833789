//! Our reading of ranges against every one that the collected advisories write. A test whose data
//! this machine lacks says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(
    clippy::print_stdout,
    reason = "a skipped test says so, and a test says how much it compared"
)]

mod gitlab;
mod node;
mod php;
mod ruby;
mod rust;
mod support;
