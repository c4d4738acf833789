//! What one layer shows by itself.

mod dispatch;
mod entries;
mod visitor;

use plimsoll_binary::Program;
use plimsoll_image::Problem;
use plimsoll_language::Component;
use serde::{Deserialize, Serialize};

pub use entries::{EntryReader, EntryTable};
pub use visitor::LayerScan;

use crate::{FileList, Package};

/// The facts of a layer. They depend on nothing but its bytes, so they hold for every image that
/// has the layer, and for every database and option.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFacts {
    /// All entries, in the order of the archive.
    pub entries: EntryTable,
    /// What was read from some of them, in the same order.
    pub documents: Vec<Found>,
    /// What the layer kept from being read.
    pub problems: Vec<Problem>,
}

/// A document and the entry that it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Index in [`LayerFacts::entries`].
    pub entry: u32,
    /// What it says.
    pub document: Document,
    /// What it could not say. Of interest only while the file is visible in the merged image.
    pub problems: Vec<Problem>,
}

/// The meaning of a file's contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Document {
    /// A package database, or the record of one package.
    Packages(Vec<Package>),
    /// Paths that a package owns (dpkg and pacman keep them in files of their own).
    Files(FileList),
    /// Licences that a package's copyright file names.
    Licenses(Vec<String>),
    /// Names of repositories, from a content manifest.
    Repositories(Vec<String>),
    /// Packages of a language, with the [`plimsoll_language::Extractor::id`] of their file.
    Components(String, Vec<Component>),
    /// A file that is read together with others of the whole tree, with its extractor.
    Kept(String, #[serde(with = "serde_bytes")] Vec<u8>),
    /// What a program says of itself.
    Program(Program),
    /// A file that says something about the operating system, as it is.
    Text(#[serde(with = "serde_bytes")] Vec<u8>),
}

impl Document {
    /// Whether it is about packages outside of the distribution.
    pub(crate) fn is_library(&self) -> bool {
        matches!(self, Document::Components(..) | Document::Kept(..) | Document::Program(_))
    }
}

impl LayerFacts {
    /// The document read from an entry.
    pub fn document(&self, entry: u32) -> Option<&Found> {
        let at = self.documents.binary_search_by_key(&entry, |found| found.entry).ok()?;
        self.documents.get(at)
    }
}
