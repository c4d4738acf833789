//! Reads the files of [bbolt](https://github.com/etcd-io/bbolt), the key/value store of many Go
//! programs, from bytes in memory.
//!
//! A file is a tree of *buckets*; a bucket maps keys to values and to further buckets, sorted by
//! the bytes of the keys. The layout is that of bbolt's
//! [`internal/common`](https://github.com/etcd-io/bbolt/tree/main/internal/common): pages, of which
//! the first two say which one is the root.
//!
//! The bytes may be mapped from a file of gigabytes: only the pages that are asked for are touched,
//! and nothing is copied. They may also be hostile: whatever they say costs an [`Error`] that names
//! the page, never a panic, an endless loop or memory.
//!
//! ```
//! use plimsoll_bolt::{Bolt, Tree};
//!
//! let mut tree = Tree::default();
//! tree.bucket("alpine 3.19").bucket("openssl").put("CVE-2023-5678", "{}");
//! let file = plimsoll_bolt::write(&tree, 4096);
//!
//! let bolt = Bolt::open(&file)?;
//! let openssl = bolt.bucket(&[b"alpine 3.19", b"openssl"])?.expect("it is there");
//! assert_eq!(openssl.get(b"CVE-2023-5678")?, Some(&b"{}"[..]));
//! # Ok::<(), plimsoll_bolt::Error>(())
//! ```

#![forbid(unsafe_code)]

mod bucket;
mod error;
mod file;
mod iterate;
mod meta;
mod page;
#[cfg(feature = "writer")]
mod writer;

pub use bucket::Bucket;
pub use error::{Damage, Error};
pub use file::Bolt;
pub use iterate::{Entries, Entry};
pub use meta::is_bolt;
#[cfg(feature = "writer")]
pub use writer::{Tree, write};
