//! Real Alpine root file systems: every record of the installed database is found, and the files
//! it owns are those of the root file system.

use std::collections::BTreeSet;
use std::fs::File;

use crate::oracle::{files_of_tar, shared};
use flate2::read::GzDecoder;
use plimsoll_inventory::{Package, apk, os};
use plimsoll_version::Distribution;

/// The records, read the plain way: everything is a line of a known letter.
fn records(text: &str) -> Vec<(String, Vec<String>)> {
    let field = |record: &str, letter: &str| {
        let start = format!("{letter}:");
        let line = record.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_default().to_owned()
    };
    text.split("\n\n")
        .filter(|record| !record.trim().is_empty())
        .map(|record| {
            let fields = ["P", "V", "A", "o", "L", "m"].map(|letter| field(record, letter));
            let mut directory = "";
            let mut files = Vec::new();
            for line in record.lines() {
                match line.split_at_checked(2) {
                    Some(("F:", path)) => directory = path,
                    Some(("R:", name)) if directory.is_empty() => files.push(name.to_owned()),
                    Some(("R:", name)) => files.push(format!("{directory}/{name}")),
                    _ => {}
                }
            }
            (fields.join("|"), files)
        })
        .collect()
}

fn summary(package: &Package) -> (String, Vec<String>) {
    let Package { name, version, architecture, .. } = package;
    let origin = package.source.as_ref().map_or("", |source| &source.name);
    let license = package.licenses.first().map_or("", String::as_str);
    let maintainer = package.maintainer.as_deref().unwrap_or_default();
    let fields = [name, version, architecture, origin, license, maintainer].join("|");
    let files = package.files.iter().map(|path| String::from_utf8_lossy(path).into_owned());
    (fields, files.collect())
}

fn check(database: &[u8]) -> Vec<Package> {
    let parsed = apk::parse_installed(database);
    assert_eq!(parsed.problems, []);
    let text = std::str::from_utf8(database).expect("apk writes UTF-8");
    let found: Vec<_> = parsed.value.iter().map(summary).collect();
    assert_eq!(found, records(text));
    assert!(!found.is_empty());
    parsed.value
}

#[test]
fn root_file_systems_are_read_whole() {
    let Some(directory) = shared("rootfs/alpine") else { return };
    let mut archives: Vec<_> = std::fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| entry.expect("a readable directory").path())
        .collect();
    archives.sort();
    for archive in archives {
        let file = File::open(&archive).expect("a readable file");
        let files = files_of_tar(GzDecoder::new(file));
        let content = |wanted: &str| {
            files.iter().find(|(path, _)| path == wanted).map(|(_, content)| content.as_slice())
        };
        let database = content("lib/apk/db/installed").or(content("usr/lib/apk/db/installed"));
        let packages = check(database.expect("every Alpine has a database"));

        let present: BTreeSet<_> = files.iter().map(|(path, _)| path.as_bytes()).collect();
        let mut owned = 0;
        for package in &packages {
            for path in package.files.iter() {
                let seen = present.contains(path);
                assert!(seen, "{}: {}", package.name, String::from_utf8_lossy(path));
                owned += 1;
            }
        }

        let os_files: Vec<_> =
            os::OS_FILES.iter().filter_map(|path| Some((*path, 0, content(path)?))).collect();
        let os = os::detect(&os_files).value.expect("Alpine says what it is");
        assert_eq!(os.distribution, Some(Distribution::Alpine));
        let name = archive.file_name().expect("a file").to_string_lossy().into_owned();
        match name.contains("2024") {
            true => assert_eq!(os.version, "edge"),
            false => assert!(name.contains(&*os.version), "{name}: {}", os.version),
        }
        println!("{name}: {} packages, {owned} files", packages.len());
    }
}

#[test]
fn a_database_below_usr_is_read_whole() {
    let Some(archive) = shared("rootfs/packages-rpm-apk-arch.tar.zst") else { return };
    let file = File::open(archive).expect("a readable file");
    let files = files_of_tar(zstd::Decoder::new(file).expect("zstd"));
    let database = files.iter().find(|(path, _)| path.ends_with("lib_apk_db_installed"));
    check(&database.expect("it is in the archive").1);
}
