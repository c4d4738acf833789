//! One name for each version order.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// The rules by which an ecosystem orders its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Alpine, Wolfi and Chainguard packages; see [`crate::apk`].
    Apk,
    /// Debian and Ubuntu packages; see [`crate::deb`].
    Deb,
    /// Arch Linux packages; see [`crate::pacman`].
    Pacman,
    /// Red Hat, SUSE, Amazon, Azure Linux and their like; see [`crate::rpm`].
    Rpm,
}

/// A version that does not follow the rules of its scheme, and so cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{version:?} is not a valid {scheme:?} version")]
pub struct InvalidVersion {
    /// The rules that it breaks.
    pub scheme: Scheme,
    /// The text as it was found.
    pub version: String,
}

impl Scheme {
    /// Orders two versions, or says which one has no place in the order.
    ///
    /// A caller that gets an error must report the package as undecided: an unreadable version is
    /// never a safe one.
    pub fn compare(self, left: &str, right: &str) -> Result<Ordering, InvalidVersion> {
        for version in [left, right] {
            if !self.is_valid(version) {
                return Err(InvalidVersion { scheme: self, version: version.to_owned() });
            }
        }
        Ok(match self {
            Scheme::Apk => crate::apk::compare(left, right),
            Scheme::Deb => crate::deb::compare(left, right),
            Scheme::Pacman => crate::pacman::compare(left, right),
            Scheme::Rpm => crate::rpm::compare(left, right),
        })
    }

    /// Whether the scheme's own tool would accept this version.
    pub fn is_valid(self, version: &str) -> bool {
        match self {
            Scheme::Apk => crate::apk::is_valid(version),
            Scheme::Deb => crate::deb::is_valid(version),
            Scheme::Pacman => crate::pacman::is_valid(version),
            Scheme::Rpm => crate::rpm::is_valid(version),
        }
    }
}
