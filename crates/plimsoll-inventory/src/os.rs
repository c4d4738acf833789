//! The operating system of an image.

use plimsoll_version::Distribution;
use serde::{Deserialize, Serialize};

use crate::Location;

/// What the image says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatingSystem {
    /// The distribution, if Plimsoll knows it.
    pub distribution: Option<Distribution>,
    /// `ID` of os-release as written (`debian`, `rhel`, or something unknown).
    pub id: String,
    /// Version as precise as the image tells it: `12.5`, `3.19.4`, `22.04`, `sid`; may be empty.
    pub version: String,
    /// `VERSION_CODENAME`, such as `bookworm`.
    pub codename: Option<String>,
    /// `PRETTY_NAME`, for people.
    pub pretty_name: Option<String>,
    /// Whether the image is attached to extended support (Ubuntu Pro ESM).
    pub extended_support: bool,
    /// The file that says so.
    pub found_in: Location,
}
