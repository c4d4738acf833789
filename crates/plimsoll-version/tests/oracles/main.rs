//! Our orders against the tools and the collected pairs that define them. A test whose tool or data
//! this machine lacks says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(
    clippy::print_stdout,
    reason = "a skipped test says so, and a test says how much it compared"
)]

mod apk;
mod dpkg;
mod go;
mod maven;
mod node;
mod pacman;
mod python;
mod rpm;
mod ruby;
mod support;
mod vectors;
