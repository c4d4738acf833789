//! Match an inventory against advisories: which known vulnerabilities do these packages have, and
//! by what proof.
//!
//! [`match_inventory`] is one loop for all distributions and all languages, driven by the tables in
//! [`plimsoll_version::Distribution`] and [`plimsoll_version::Ecosystem`]: a package's names → the
//! records under them → which of them speak of this package at all → where its version stands in
//! their ranges → one finding for each problem. The distribution's advisories speak for what its
//! packages brought, also of languages. [`policy`] then decides which findings count; it never changes one.
//!
//! Nothing here reads a clock, a file, a setting or the network: the same inventory and the same
//! database give the same result, in the same order.

mod applies;
mod coverage;
mod cpe;
mod database;
mod decide;
mod engine;
mod finding;
pub mod ignore;
mod library;
mod lookups;
mod names;
mod options;
pub mod policy;
mod position;
mod products;
mod selection;
mod severity;
mod source;
mod third_party;

#[cfg(test)]
mod testing;

pub use coverage::{Coverage, LibraryCoverage, SystemCoverage};
pub use engine::match_inventory;
pub use finding::{
    Confidence, Cvss, Evidence, Finding, LinkState, Linkage, Matched, NameKind, Ratings,
    SubscriptionFix, Undecided,
};
pub use options::{MatchOptions, Priority};
pub use policy::{Gate, GateReason, GateSettings, Outcome, Policy, Reason, Suppressed};
pub use selection::Kinds;
pub use severity::word_of_score;
pub use source::{Advisories, Opinion, Record};
pub use third_party::is_third_party;
