//! Reads the tables of [SQLite](https://www.sqlite.org/fileformat2.html) files from bytes in memory.
//!
//! There are no queries: a table is read from its first row to its last, or asked for one row by
//! its row id. That is what the databases of other scanners and of rpm need. The bytes may be mapped
//! from a file of gigabytes: only pages that are asked for are touched, and only rows that do not
//! fit into one page are copied. They may also be hostile: whatever they say costs an [`Error`]
//! that names the page, never a panic, an endless loop or memory beyond the size of the file.
//!
//! ```
//! # fn read(file: &[u8]) -> Result<(), plimsoll_sqlite::Error> {
//! use plimsoll_sqlite::{Database, Value};
//!
//! let database = Database::open(file)?;
//! let artifacts = database.table("artifacts")?;
//! let name = artifacts.column("artifact_id")?;
//! for row in artifacts.rows() {
//!     let row = row?;
//!     if let Value::Text(name) = row.value(name)? {
//!         assert_eq!(artifacts.row(row.id())?.map(|same| same.id()), Some(row.id()));
//!         assert!(!name.is_empty());
//!     }
//! }
//! # Ok(())
//! # }
//! # assert!(read(b"no database").is_err());
//! ```
//!
//! Not read: tables `WITHOUT ROWID` and virtual ones, generated columns, texts in UTF-16, and a
//! write-ahead log, unless the caller hands over the pages that it holds ([`Overlay`]). Default
//! values of columns that were added later come back as NULL.

#![forbid(unsafe_code)]

mod error;
mod header;
mod page;
mod record;
mod schema;
mod table;
mod walk;

pub use error::{Damage, Error};
pub use header::{Database, Extent, Header, Overlay, is_sqlite};
pub use record::{Record, Value, varint};
pub use table::{Row, Rows, Table};
pub use walk::{Cells, StoredRow, Walk};
