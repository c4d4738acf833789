//! Versions as each ecosystem orders them, and the table of distributions that says which order
//! applies where.
//!
//! ```
//! use std::cmp::Ordering;
//! use plimsoll_version::Scheme;
//!
//! assert_eq!(Scheme::Deb.compare("1.0~rc1-1", "1.0-1").unwrap(), Ordering::Less);
//! ```

pub mod apk;
pub mod deb;
mod digits;
mod distribution;
pub mod pacman;
pub mod rpm;
mod scheme;

pub use distribution::{Distribution, MatchBy, Release};
pub use scheme::{InvalidVersion, Scheme};
