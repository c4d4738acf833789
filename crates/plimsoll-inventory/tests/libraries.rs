//! Packages of languages in whole images: who owns them, which layer has them, what is told.

#![expect(clippy::unwrap_used, reason = "a test says enough by failing")]

#[expect(dead_code, reason = "this test packs its layers itself")]
mod layout;

use plimsoll_image::{Limits, OpenOptions, open_path, open_tree};
use plimsoll_inventory::{
    Inventory, PackageKind, ScanOptions, Scope, Selection, extractor, take_inventory,
};
use plimsoll_language::Parser;

/// A file of a layer: path, contents, mode; a directory's path ends in `/`, a link's contents start
/// with `->`.
type Entry<'a> = (&'a str, &'a str, u32);

fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content, mode) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(*mode);
        if let Some(target) = content.strip_prefix("->") {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            builder.append_link(&mut header, path, target).unwrap();
        } else if path.ends_with('/') {
            header.set_entry_type(tar::EntryType::Directory);
            header.set_size(0);
            builder.append_data(&mut header, path, &[][..]).unwrap();
        } else {
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, path, content.as_bytes()).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

fn scan(opened: plimsoll_image::Opened, selection: &Selection) -> Inventory {
    let options = ScanOptions {
        cache: None,
        limits: Limits::default(),
        threads: 2,
        selection,
        skip: &|_| false,
        skip_key: "",
        progress: &|_| {},
    };
    take_inventory(opened, &options).unwrap().1
}

fn image(layers: &[&[Entry<'_>]]) -> Inventory {
    let directory = tempfile::tempdir().unwrap();
    let tars: Vec<_> = layers.iter().map(|entries| tar(entries)).collect();
    layout::write_tars(directory.path(), &tars);
    let opened = open_path(directory.path(), &OpenOptions::default()).unwrap();
    scan(opened, &Selection::default())
}

/// `name version @layer by-owner` of each library.
fn libraries(inventory: &Inventory) -> Vec<String> {
    let all = inventory.packages.iter().filter(|one| one.kind == PackageKind::Library);
    all.map(|package| {
        let library = package.library.as_ref().unwrap();
        let owner = library.owner.map(|owner| inventory.packages[owner as usize].name.as_str());
        let layer = package.layer.unwrap();
        format!("{} {} @{layer} {}", package.name, package.version, owner.unwrap_or("-"))
    })
    .collect()
}

const STATUS: &str = "Package: python3-six\nStatus: install ok installed\nArchitecture: all\n\
                      Source: six\nVersion: 1.16.0-4\nMaintainer: A <a@debian.org>\n\n";
const LIST: &str = "/.\n/usr\n/usr/lib\n/usr/lib/python3\n/usr/lib/python3/dist-packages\n\
                    /usr/lib/python3/dist-packages/six.py\n\
                    /usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO\n";
const SIX: &str = "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n\n";
const INFO: &str = "usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO";

fn debian() -> Vec<Entry<'static>> {
    vec![
        ("var/lib/dpkg/status", STATUS, 0o644),
        ("var/lib/dpkg/info/python3-six.list", LIST, 0o644),
        ("usr/lib/python3/dist-packages/six.py", "x = 1\n", 0o644),
        (INFO, SIX, 0o644),
    ]
}

#[test]
fn a_file_of_the_distribution_belongs_to_its_package() {
    assert_eq!(libraries(&image(&[&debian()])), ["six 1.16.0 @0 python3-six"]);
}

#[test]
fn what_stands_beside_it_does_not() {
    let own = "usr/local/lib/python3.11/site-packages/six-1.17.0.dist-info/METADATA";
    let six = SIX.replace("1.16.0", "1.17.0");
    let second = [(own, six.as_str(), 0o644)];
    assert_eq!(
        libraries(&image(&[&debian(), &second])),
        ["six 1.16.0 @0 python3-six", "six 1.17.0 @1 -"]
    );
}

#[test]
fn a_link_on_the_way_changes_nothing() {
    // The list says /lib, which is /usr/lib, as on every merged system.
    let list =
        LIST.replace("/usr/lib/python3/dist-packages/six-", "/lib/python3/dist-packages/six-");
    let mut entries = vec![("lib", "->usr/lib", 0o777)];
    entries.extend(debian());
    entries[2].1 = &list;
    assert_eq!(libraries(&image(&[&entries])), ["six 1.16.0 @0 python3-six"]);
}

#[test]
fn touching_a_file_does_not_change_its_owner_but_replacing_it_does() {
    let touched = [(INFO, SIX, 0o600)];
    assert_eq!(libraries(&image(&[&debian(), &touched])), ["six 1.16.0 @1 python3-six"]);
    let newer = SIX.replace("1.16.0", "1.17.0");
    let replaced = [(INFO, newer.as_str(), 0o644)];
    assert_eq!(libraries(&image(&[&debian(), &replaced])), ["six 1.17.0 @1 -"]);
}

#[test]
fn what_a_later_layer_takes_away_is_gone() {
    let gone = [("usr/lib/python3/dist-packages/.wh.six-1.16.0.egg-info", "", 0o644)];
    assert_eq!(libraries(&image(&[&debian(), &gone])), [""; 0]);
}

#[test]
fn packages_without_anything_to_run_are_marked() {
    let mut entries = debian();
    let status = format!(
        "{STATUS}Package: linux-libc-dev\nStatus: install ok installed\nArchitecture: amd64\n\
         Source: linux\nVersion: 6.1.1-1\n\n"
    );
    entries[0].1 = &status;
    entries.push((
        "var/lib/dpkg/info/linux-libc-dev:amd64.list",
        "/.\n/usr\n/usr/include\n/usr/include/linux\n/usr/include/linux/aio_abi.h\n",
        0o644,
    ));
    entries.push(("usr/include/linux/aio_abi.h", "#define X\n", 0o644));
    let inventory = image(&[&entries]);
    let code: Vec<_> = inventory.packages.iter().map(|one| (one.name.as_str(), one.code)).collect();
    assert_eq!(code, [("linux-libc-dev", Some(false)), ("python3-six", Some(true)), ("six", None)]);
}

#[test]
fn lock_files_count_in_source_trees_only() {
    let lock = [("srv/requirements.txt", "six==1.16.0\n", 0o644)];
    assert_eq!(libraries(&image(&[&lock])), [""; 0]);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("requirements.txt"), "six==1.16.0\n").unwrap();
    std::fs::write(directory.path().join("pins.in"), "idna==3.0\n").unwrap();
    let found = |patterns: &[&str]| {
        let patterns: Vec<String> = patterns.iter().map(|&one| one.to_owned()).collect();
        let selection = Selection::new(Scope::Source, &patterns).unwrap();
        libraries(&scan(open_tree(directory.path()).unwrap(), &selection))
    };
    assert_eq!(found(&[]), ["six 1.16.0 @0 -"]);
    assert_eq!(found(&["pip:.*\\.in$"]), ["idna 3.0 @0 -", "six 1.16.0 @0 -"]);
    let selection = Selection::new(Scope::Source, &[]).unwrap();
    let alone = open_tree(&directory.path().join("requirements.txt")).unwrap();
    assert_eq!(libraries(&scan(alone, &selection)), ["six 1.16.0 @0 -"]);
    assert!(Selection::new(Scope::Source, &["nothing:x".to_owned()]).is_err());
    assert!(Selection::new(Scope::Source, &["pip:(".to_owned()]).is_err());
}

/// For each kind of file, the broken fixture of its parser in a tree of its own: the scan ends, and
/// says which file could not be read.
#[test]
fn every_kind_of_broken_file_is_named_in_the_result() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../plimsoll-language/tests/fixtures");
    let selection = Selection::new(Scope::Source, &[]).unwrap();
    let mut kinds = 0;
    for row in plimsoll_language::extractors() {
        if matches!(row.parser, Parser::Companion | Parser::Program) {
            continue;
        }
        assert!(extractor(row.id).is_some());
        let inventory = scan(open_tree(&fixtures.join(row.id).join("broken")).unwrap(), &selection);
        let told = inventory.problems.iter().any(|(layer, problem)| {
            *layer == Some(0) && problem.path.is_some() && !problem.message.is_empty()
        });
        assert!(told, "{}: {:?}", row.id, inventory.problems);
        kinds += 1;
    }
    eprintln!("{kinds} kinds of files, each broken, each told");
}
