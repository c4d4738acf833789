//! The program as a user runs it: words in, words and an exit code out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::print_stdout, reason = "a test says what it left out, and why")]

mod bill_of_materials;
mod configuration;
mod database;
mod failures;
mod gate;
mod help;
mod hostile;
mod image;
mod libraries;
mod machine;
mod registry;
mod same_everywhere;
mod scan;
mod tools;
