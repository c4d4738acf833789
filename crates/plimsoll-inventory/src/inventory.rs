//! Everything known of an image's contents, ready to be matched.

use plimsoll_binary::Symbols;
use plimsoll_image::Problem;
use serde::{Deserialize, Serialize};

use crate::{OperatingSystem, Package};

/// The merged contents of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The operating system; nothing for scratch and busybox-only images.
    pub os: Option<OperatingSystem>,
    /// Installed packages, sorted by kind, name, version, architecture and place; those of languages
    /// come last.
    pub packages: Vec<Package>,
    /// What could not be looked at, with the index of the layer where it is known.
    pub problems: Vec<(Option<u32>, Problem)>,
    /// Repositories that the packages come from, where the image says so (Red Hat's content sets),
    /// sorted.
    pub repositories: Vec<String>,
    /// Files that a container would see.
    pub file_count: u64,
    /// Functions that are linked into programs, see [`crate::Library::symbols`].
    pub symbols: Vec<Symbols>,
    /// Whether the programs are busybox's, as in images that have little else.
    pub busybox: bool,
}
