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

impl Inventory {
    /// Takes packages out that are not wanted. Those that owned others own nothing any more. Returns
    /// where each package is now.
    pub fn retain(&mut self, wanted: impl Fn(&Package) -> bool) -> Vec<Option<u32>> {
        let mut places = 0u32..;
        let places: Vec<Option<u32>> = self
            .packages
            .iter()
            .map(|package| wanted(package).then(|| places.next()).flatten())
            .collect();
        let mut place = places.iter();
        self.packages.retain(|_| place.next().is_some_and(Option::is_some));
        for package in &mut self.packages {
            if let Some(library) = &mut package.library {
                let owner = library.owner.and_then(|owner| places.get(owner as usize));
                library.owner = owner.copied().flatten();
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_language::Component;
    use plimsoll_version::Ecosystem;

    use super::*;
    use crate::{Library, PackageKind};

    #[test]
    fn owners_are_found_again_when_others_have_gone() {
        let system = |name: &str| Package::new(PackageKind::Deb, name.into(), "1".into());
        let library = |name: &str, owner| Package {
            library: Some(Box::new(Library {
                owner: Some(owner),
                ..Library::new("x", "a", Component::new(Ecosystem::PyPi, name, "1"))
            })),
            ..Package::new(PackageKind::Library, name.into(), "1".into())
        };
        let packages = vec![system("a"), system("b"), library("of-a", 0), library("of-b", 1)];
        let mut inventory = Inventory { packages, ..Inventory::default() };
        inventory.retain(|package| package.name != "a");
        let owners: Vec<_> = inventory
            .packages
            .iter()
            .map(|one| (one.name.as_str(), one.library.as_ref().and_then(|own| own.owner)))
            .collect();
        assert_eq!(owners, [("b", None), ("of-a", None), ("of-b", Some(0))]);
    }
}
