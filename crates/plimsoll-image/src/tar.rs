//! Walking a tar once, from front to end, without trusting a byte of it.
//!
//! Understood are the forms that container tools and GNU tar write: ustar, PAX, GNU (long names,
//! base-256 numbers, sparse files in all four versions), star and the seventh edition's. Where
//! forms leave room, this reads what Go's `archive/tar` reads, because that is what containerd,
//! Docker, Podman and umoci unpack with: contents of links and directories do not exist, a PAX
//! global header changes nothing, two zero blocks (or the end) end the archive.

mod header;
mod input;
mod member;
mod path;
mod pax;
mod sparse;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use input::{Input, Stop};
pub(crate) use member::{Member, MemberKind, Members};
pub(crate) use path::tidy;
pub(crate) use walk::{Report, walk};
