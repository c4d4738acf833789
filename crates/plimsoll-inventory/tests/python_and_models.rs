//! Directories with Python environments and models: what is found through the whole walk.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use plimsoll_image::{Error, Limits, OpenOptions, open_directory, open_path};
use plimsoll_inventory::{Inventory, ScanOptions, Scope, Selection, take_inventory};

fn inventory(path: &Path, scope: Scope) -> Inventory {
    let options = ScanOptions {
        cache: None,
        limits: Limits::default(),
        threads: 2,
        selection: &Selection::new(scope, &[]).unwrap(),
        skip: &|_| false,
        skip_key: "",
        progress: &|_| {},
    };
    let opened = match open_path(path, &OpenOptions::default()) {
        Err(Error::PlainDirectory(_)) => open_directory(path),
        opened => opened,
    };
    take_inventory(opened.unwrap(), &options).unwrap().1
}

#[test]
fn a_model_is_known_by_its_first_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let mut model = b"GGUF\x03\0\0\0".to_vec();
    model.extend([0u64, 1].map(u64::to_le_bytes).concat());
    for (length, text) in [(12u64, "general.name"), (7, "Harbour")] {
        if text == "Harbour" {
            model.extend(8u32.to_le_bytes());
        }
        model.extend(length.to_le_bytes());
        model.extend(text.as_bytes());
    }
    let small = directory.path().join("small.gguf");
    std::fs::write(&small, &model).unwrap();
    // A terabyte, of which nobody may read more than the beginning.
    let large = directory.path().join("large.gguf");
    std::fs::write(&large, &model).unwrap();
    std::fs::File::options().write(true).open(&large).unwrap().set_len(1 << 40).unwrap();
    let found = inventory(directory.path(), Scope::Image);
    let read: Vec<_> = found.packages.iter().map(|one| (&*one.name, &*one.found_in.path)).collect();
    assert_eq!(read, [("Harbour", "large.gguf"), ("Harbour", "small.gguf")]);
    assert_eq!(found.problems, []);
}

/// `PLIMSOLL_VENV=/some/venv cargo test -p plimsoll-inventory --test python_and_models -- --ignored
/// --nocapture`: compares with `pip list` and shows what differs.
#[test]
#[ignore = "needs a virtual environment, in PLIMSOLL_VENV"]
fn environments_agree_with_pip() {
    let environment = std::env::var_os("PLIMSOLL_VENV").unwrap();
    let environment = Path::new(&environment);
    let listed = Command::new(environment.join("bin/python"))
        .args(["-m", "pip", "list", "--format=freeze"])
        .output()
        .unwrap();
    let listed: BTreeSet<String> = String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .map(|line| line.replace("==", "@"))
        .collect();
    let found = inventory(environment, Scope::Image);
    let installed: BTreeSet<String> =
        found.packages.iter().map(|one| format!("{}@{}", one.name, one.version)).collect();
    println!("pip lists {}, found are {}", listed.len(), installed.len());
    for package in &found.packages {
        if !listed.contains(&format!("{}@{}", package.name, package.version)) {
            println!("more: {} {} in {}", package.name, package.version, package.found_in.path);
        }
    }
    for problem in &found.problems {
        println!("problem: {problem:?}");
    }
    assert!(!listed.is_empty());
    assert!(listed.is_subset(&installed), "{:?}", listed.difference(&installed));
}

/// `PLIMSOLL_LOOK_AT=/some/image`: prints what is found in an image or directory.
#[test]
#[ignore = "needs something to look at, in PLIMSOLL_LOOK_AT"]
fn packages_are_listed() {
    let place = std::env::var_os("PLIMSOLL_LOOK_AT").unwrap();
    let scope = match std::env::var_os("PLIMSOLL_SOURCE") {
        Some(_) => Scope::Source,
        None => Scope::Image,
    };
    let found = inventory(Path::new(&place), scope);
    for package in &found.packages {
        let Some(library) = &package.library else { continue };
        println!(
            "{} {} {} {} {} {} {} {:?}",
            library.extractor,
            package.name,
            package.version,
            package.found_in.path,
            library.relationship.word(),
            if library.dev { "dev" } else { "" },
            library.owner.map_or("", |_| "owned"),
            package.licenses
        );
    }
    for problem in &found.problems {
        println!("problem: {problem:?}");
    }
}
