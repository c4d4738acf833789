//! Names of Java archives that do not say what they are, from whoever knows published ones.
//!
//! This happens after the inventory is taken, so that the facts in the cache are the same with and
//! without an index.

use std::collections::HashMap;

use plimsoll_language::component_id;
use plimsoll_version::Ecosystem;

use crate::assemble::order;
use crate::{Inventory, Package};

/// Knows published Java archives. Errors are sentences for the user.
pub trait JavaNames {
    /// The archive with a SHA-1.
    fn by_sha1(&self, sha1: &[u8; 20]) -> Result<Option<JavaName>, String>;

    /// The group under which a version of an artifact was published.
    fn group_of(&self, artifact: &str, version: &str) -> Result<Option<String>, String>;
}

/// What an archive was published as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JavaName {
    /// `org.springframework`.
    pub group: String,
    /// `spring-core`.
    pub artifact: String,
    /// `5.3.30`.
    pub version: String,
}

/// Settles the packages whose archive left doubt, as far as `names` knows them.
///
/// Ends with the first error; what was settled before stays.
pub fn settle_java(inventory: &mut Inventory, names: &dyn JavaNames) -> Result<(), String> {
    let mut renamed: HashMap<(u32, String, String), String> = HashMap::new();
    let mut outcome = Ok(());
    for package in &mut inventory.packages {
        let before = component_id(&package.name, &package.version);
        match settle(package, names) {
            Ok(false) => {}
            Ok(true) => {
                if let Some(library) = &package.library {
                    let place = (package.found_in.layer, library.file.clone(), before);
                    renamed.insert(place, component_id(&package.name, &package.version));
                }
            }
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    if renamed.is_empty() {
        return outcome;
    }
    for package in &mut inventory.packages {
        let layer = package.found_in.layer;
        let Some(library) = &mut package.library else { continue };
        if library.ecosystem != Ecosystem::Maven {
            continue;
        }
        for needed in &mut library.depends_on {
            let place = (layer, library.file.clone(), needed.clone());
            if let Some(new) = renamed.get(&place) {
                needed.clone_from(new);
            }
        }
        library.depends_on.sort_unstable();
    }
    // Owners are packages of the distribution, which stand before all libraries and stay there.
    inventory.packages.sort_by(|left, right| order(left).cmp(&order(right)));
    outcome
}

/// Whether the package has another name now.
fn settle(package: &mut Package, names: &dyn JavaNames) -> Result<bool, String> {
    let Some(library) = &mut package.library else { return Ok(false) };
    if library.ecosystem != Ecosystem::Maven || library.doubt.is_none() {
        return Ok(false);
    }
    // Only packages that are an archive as a whole have its checksum.
    let Some(sha1) = library.digests.iter().find_map(|digest| sha1(digest)) else {
        return Ok(false);
    };
    if let Some(found) = names.by_sha1(&sha1)? {
        package.name = format!("{}:{}", found.group, found.artifact);
        package.version = found.version;
        library.doubt = None;
        return Ok(true);
    }
    if package.name.contains(':') || package.version.is_empty() {
        return Ok(false);
    }
    let Some(group) = names.group_of(&package.name, &package.version)? else { return Ok(false) };
    package.name = format!("{group}:{}", package.name);
    library.doubt =
        Some("its file is no published one; its group is that of the artifact so named".to_owned());
    Ok(true)
}

/// The bytes of `sha1:` and 40 hexadecimal digits.
fn sha1(digest: &str) -> Option<[u8; 20]> {
    let digits = digest.strip_prefix("sha1:").filter(|digits| digits.len() == 40)?;
    let mut bytes = [0; 20];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let pair = digits.get(2 * index..2 * index + 2)?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use plimsoll_language::Component;

    use super::*;
    use crate::{Library, PackageKind};

    struct Known;

    impl JavaNames for Known {
        fn by_sha1(&self, sha1: &[u8; 20]) -> Result<Option<JavaName>, String> {
            let name = |artifact: &str| JavaName {
                group: "org.example".to_owned(),
                artifact: artifact.to_owned(),
                version: "2.0".to_owned(),
            };
            Ok((sha1[0] == 1).then(|| name("alpha")))
        }

        fn group_of(&self, artifact: &str, version: &str) -> Result<Option<String>, String> {
            match artifact {
                "broken" => Err("the index is damaged".to_owned()),
                _ => Ok((artifact == "beta" && version == "1.0").then(|| "org.beta".to_owned())),
            }
        }
    }

    fn package(name: &str, version: &str, first: u8, doubt: bool, needs: &[&str]) -> Package {
        let component = Component {
            digests: vec![format!("sha1:{first:02x}{}", "0".repeat(38))],
            doubt: doubt.then(|| "its group is unknown".to_owned()),
            depends_on: needs.iter().map(|&one| one.to_owned()).collect(),
            ..Component::new(Ecosystem::Maven, name, version)
        };
        Package {
            library: Some(Box::new(Library::new("jar", "srv/app.war", component))),
            ..Package::new(PackageKind::Library, name.to_owned(), version.to_owned())
        }
    }

    fn names(inventory: &Inventory) -> Vec<String> {
        let ids = inventory.packages.iter().map(|one| component_id(&one.name, &one.version));
        ids.collect()
    }

    #[test]
    fn archives_get_their_published_names() {
        let mut inventory = Inventory {
            packages: vec![
                package("app", "1", 9, false, &["a@", "beta@1.0"]),
                package("a", "", 1, true, &[]),
                package("beta", "1.0", 2, true, &[]),
                package("beta", "9.9", 2, true, &[]),
                // Nothing is asked about what is certain.
                package("org.sure:alpha", "1", 1, false, &[]),
            ],
            ..Inventory::default()
        };
        settle_java(&mut inventory, &Known).expect("nothing is damaged");
        assert_eq!(
            names(&inventory),
            ["app@1", "beta@9.9", "org.beta:beta@1.0", "org.example:alpha@2.0", "org.sure:alpha@1"]
        );
        let library = |index: usize| inventory.packages[index].library.as_deref().expect("one");
        assert_eq!(library(0).depends_on, ["org.beta:beta@1.0", "org.example:alpha@2.0"]);
        assert_eq!(library(3).doubt, None);
        assert!(library(1).doubt.is_some() && library(2).doubt.is_some());
    }

    #[test]
    fn a_damaged_index_costs_only_what_it_would_have_said() {
        let mut inventory = Inventory {
            packages: vec![package("a", "", 1, true, &[]), package("broken", "1", 2, true, &[])],
            ..Inventory::default()
        };
        assert!(settle_java(&mut inventory, &Known).is_err());
        assert_eq!(names(&inventory), ["broken@1", "org.example:alpha@2.0"]);
    }
}
