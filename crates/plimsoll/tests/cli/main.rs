//! The program as a user runs it: words in, words and an exit code out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod configuration;
mod failures;
mod gate;
mod help;
mod machine;
mod scan;
