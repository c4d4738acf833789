//! What is inside an image: its operating system, its packages, its files.
//!
//! [`LayerFacts`] is what one layer shows by itself; it depends on nothing but the layer's bytes
//! and so can be cached for ever. [`Inventory`] is what a container would see when all layers are
//! merged.

pub mod apk;
pub mod chisel;
mod deb822;
pub mod dpkg;
mod files;
mod inventory;
pub mod os;
mod package;
pub mod pacman;
mod parsed;
mod purl;
pub mod rpm;
mod text;

pub use files::FileList;
pub use inventory::Inventory;
pub use os::OperatingSystem;
pub use package::{Location, Package, PackageKind, SourcePackage};
pub use parsed::Parsed;
pub use purl::purl;
