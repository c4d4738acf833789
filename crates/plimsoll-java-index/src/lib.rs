//! An index of published Java archives: SHA-1 → (group, artifact, version), and what else is asked
//! for when an archive has no `pom.properties`.
//!
//! A list of all archives of Maven Central is a gigabyte as a SQLite file. Here it is a file of
//! some eight bytes per archive that is mapped and answered from as it lies: SHA-1 sums are kept as
//! short fingerprints, names once, versions in compressed blocks. `docs/java-index.md` describes the
//! bytes, and what the fingerprints cost: an archive that is not in the index is taken for one that
//! is once in hundreds of millions.
//!
//! ```
//! use plimsoll_java_index::{Builder, JavaIndex};
//!
//! let mut builder = Builder::new();
//! builder.add([7; 20], "org.apache.logging.log4j", "log4j-core", "2.14.1", true)?;
//! let bytes = builder.finish("2026-08-20")?;
//! let index = JavaIndex::open(&bytes)?;
//! let found = index.by_sha1(&[7; 20])?.expect("it is there");
//! assert_eq!((&*found.artifact, &*found.version), ("log4j-core", "2.14.1"));
//! assert!(index.exists("org.apache.logging.log4j", "log4j-core")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod build;
mod cursor;
mod error;
mod file;
mod format;
mod releases;
mod sources;
mod strings;

mod index;

pub use build::{Builder, TooLarge};
pub use error::IndexError;
pub use file::IndexFile;
pub use index::{Archive, Info, JavaIndex};
pub use sources::{Counts, Problem, SourceError, from_lines, from_trivy};
