//! What is inside an image: its operating system, its packages, its files.
//!
//! [`LayerFacts`] is what one layer shows by itself; it depends on nothing but the layer's bytes
//! and so can be cached for ever. [`Inventory`] is what a container would see when all layers are
//! merged.

pub mod apk;
mod assemble;
mod bom;
mod cache;
pub mod chisel;
mod content_sets;
mod databases;
mod deb822;
pub mod dpkg;
mod files;
mod inventory;
mod layer;
mod library;
pub mod os;
mod package;
pub mod pacman;
mod purl;
pub mod rpm;
mod scan;
mod text;
mod tree;

pub use assemble::assemble;
pub use bom::from_bom;
pub use cache::Cache;
pub use content_sets::parse_content_manifest;
pub use files::FileList;
pub use inventory::Inventory;
pub use layer::{Document, EntryReader, EntryTable, Found, LayerFacts, LayerScan};
pub use library::{
    JavaName, JavaNames, Library, Scope, Selection, extractor, extractors, settle_java,
};
pub use os::OperatingSystem;
pub use package::{Location, Package, PackageKind, SourcePackage};
pub use plimsoll_binary::Symbols;
pub use plimsoll_image::Parsed;
pub use plimsoll_language::{Evidence, Extractor, Lines, Relationship};
pub use purl::purl;
pub use scan::{ScanOptions, take_inventory};
pub use tree::{NodeId, NodeKind, Origin, Tree};
