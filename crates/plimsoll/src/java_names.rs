//! The index of published Java archives, for the names of archives that do not say them.

use std::path::Path;

use plimsoll_inventory::{Inventory, JavaName, JavaNames, settle_java};
use plimsoll_java_index::{IndexError, IndexFile, JavaIndex};

/// Settles the names of Java archives with the index in the cache, if there is one. Returns a
/// warning where it cannot be used.
pub(crate) fn settle(inventory: &mut Inventory, file: &Path) -> Option<String> {
    if !file.exists() {
        return None;
    }
    let told = |error: &IndexError| {
        format!(
            "Java archives that do not say what they are keep their doubt, because {} cannot be \
             used: {error}",
            file.display()
        )
    };
    let opened = match IndexFile::open(file) {
        Ok(opened) => opened,
        Err(error) => return Some(told(&error)),
    };
    match opened.index() {
        Ok(index) => settle_java(inventory, &Names(index)).err(),
        Err(error) => Some(told(&error)),
    }
}

struct Names<'a>(JavaIndex<'a>);

impl JavaNames for Names<'_> {
    fn by_sha1(&self, sha1: &[u8; 20]) -> Result<Option<JavaName>, String> {
        let found = self.0.by_sha1(sha1).map_err(|error| error.to_string())?;
        Ok(found.map(|archive| JavaName {
            group: archive.group,
            artifact: archive.artifact,
            version: archive.version,
        }))
    }

    fn group_of(&self, artifact: &str, version: &str) -> Result<Option<String>, String> {
        self.0.group_of(artifact, version).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_inventory::{Library, Package, PackageKind, Relationship};
    use plimsoll_java_index::Builder;
    use plimsoll_version::Ecosystem;

    use super::*;

    #[test]
    fn an_archive_gets_the_name_under_which_it_was_published() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("java.index");
        let mut builder = Builder::new();
        builder.add([0x11; 20], "org.springframework", "spring-core", "5.3.30", true).expect("new");
        std::fs::write(&file, builder.finish("2026-08-20").expect("small")).expect("written");

        let library = Library {
            ecosystem: Ecosystem::Maven,
            extractor: "jar".to_owned(),
            file: "srv/core.jar".to_owned(),
            relationship: Relationship::Unknown,
            dev: false,
            depends_on: Vec::new(),
            lines: Vec::new(),
            digests: vec![format!("sha1:{}", "11".repeat(20))],
            cpes: Vec::new(),
            doubt: Some("nothing in it says which version it is".to_owned()),
            symbols: None,
            owner: None,
        };
        let package = Package {
            library: Some(Box::new(library)),
            ..Package::new(PackageKind::Library, "core".to_owned(), String::new())
        };
        let mut inventory = Inventory { packages: vec![package], ..Inventory::default() };
        assert_eq!(settle(&mut inventory, &file), None);
        let package = &inventory.packages[0];
        assert_eq!(package.name, "org.springframework:spring-core");
        assert_eq!(package.version, "5.3.30");
    }

    #[test]
    fn an_absent_index_is_no_matter_and_a_broken_one_is_told() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("java.index");
        assert_eq!(settle(&mut Inventory::default(), &file), None);
        std::fs::write(&file, "something else").expect("written");
        let warning = settle(&mut Inventory::default(), &file).expect("a warning");
        assert!(warning.contains("not a Java index"), "{warning}");
    }
}
