//! The feeds against complete real data: every record is accounted for, facts that everybody knows
//! come out right, and nothing makes a parser panic.
//!
//! The data is not part of the repository. It is looked for in `PLIMSOLL_SHARED`, else beside the
//! workspace; where it is absent, a test says that it was skipped.

#![expect(clippy::print_stdout, reason = "a test that skips or counts says so")]

mod apk;
mod debian;
mod enrichment;
mod hostile;
mod languages;
mod large;
mod nvd;
mod osv;
mod rpm;
mod support;
mod ubuntu;
