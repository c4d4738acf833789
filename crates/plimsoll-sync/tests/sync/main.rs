//! Publishing and updating, from every kind of source, with everything that can go wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod fall_back;
mod foreign;
mod processes;
mod registry;
mod sources;
mod support;
mod tamper;
