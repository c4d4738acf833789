//! Match an inventory against advisories: which known vulnerabilities do these packages have, and
//! by what proof.
//!
//! [`match_inventory`] is one loop for all distributions, driven by the table in
//! [`plimsoll_version::Distribution`]: a package's names → the records under them → which of them
//! speak of this package at all → where its version stands in their ranges → one finding for each
//! problem. [`policy`] then decides which findings count; it never changes one.
//!
//! Nothing here reads a clock, a file, a setting or the network: the same inventory and the same
//! database give the same result, in the same order.

mod applies;
mod coverage;
mod database;
mod decide;
mod engine;
mod finding;
pub mod ignore;
mod names;
pub mod policy;
mod position;
mod products;
mod severity;
mod source;
mod third_party;

#[cfg(test)]
mod testing;

pub use coverage::Coverage;
pub use engine::match_inventory;
pub use finding::{
    Cvss, Evidence, Finding, Matched, NameKind, Ratings, SubscriptionFix, Undecided,
};
pub use policy::{Gate, GateReason, GateSettings, Outcome, Policy, Reason, Suppressed};
pub use severity::word_of_score;
pub use source::{Advisories, Opinion, Record};
pub use third_party::is_third_party;
