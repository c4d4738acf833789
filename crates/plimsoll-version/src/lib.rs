//! Versions as each ecosystem orders them, the tables of distributions and languages that say which
//! order applies where, and the ranges that advisories write.
//!
//! ```
//! use std::cmp::Ordering;
//! use plimsoll_version::{Ecosystem, Scheme};
//!
//! assert_eq!(Scheme::Deb.compare("1.0~rc1-1", "1.0-1").unwrap(), Ordering::Less);
//! assert_eq!(Ecosystem::from_osv("crates.io").unwrap().scheme(), Scheme::Semver);
//! ```

pub mod apk;
pub mod bitnami;
pub mod composer;
pub mod constraint;
pub mod cpan;
pub mod cran;
pub mod deb;
mod digits;
mod distribution;
mod ecosystem;
pub mod generic;
pub mod go;
pub mod hackage;
pub mod maven;
pub mod npm;
pub mod nuget;
pub mod opam;
pub mod pacman;
pub mod pep440;
mod range;
pub mod rpm;
pub mod rubygems;
mod scheme;
pub mod semver;
#[cfg(test)]
mod testing;

pub use constraint::{Bound, Interval, InvalidConstraint, Syntax};
pub use distribution::{Distribution, MatchBy, Release};
pub use ecosystem::Ecosystem;
pub use range::{Place, Range};
pub use scheme::{InvalidVersion, Scheme};
