//! dpkg's database of this machine, and of the root file systems named by `PLIMSOLL_TEST_ROOTS`
//! (paths between colons), read side by side with dpkg-query.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::oracle::output;
use plimsoll_inventory::{Package, dpkg};

const FORMAT: &str = "${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t\
                      ${source:Version}\\t${db:Status-Status}\\n";

/// Where dpkg's data would be in each root file system.
fn directories() -> Vec<PathBuf> {
    let named = std::env::var("PLIMSOLL_TEST_ROOTS").unwrap_or_default();
    let roots = named.split(':').filter(|root| !root.is_empty()).chain(["/"]);
    roots.map(|root| Path::new(root).join("var/lib/dpkg")).collect()
}

/// Directories with a dpkg database.
fn databases() -> Vec<PathBuf> {
    let found: Vec<_> =
        directories().into_iter().filter(|directory| directory.join("status").exists()).collect();
    if found.is_empty() {
        eprintln!("skipped: no dpkg database");
    }
    found
}

fn read(directory: &Path) -> Vec<Package> {
    let status = std::fs::read(directory.join("status")).expect("a readable database");
    let parsed = dpkg::parse_status(&status);
    assert_eq!(parsed.problems, [], "{}", directory.display());
    parsed.value
}

fn query(directory: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("dpkg-query");
    command.arg("--admindir").arg(directory).args(arguments).env("LC_ALL", "C");
    Some(String::from_utf8(output(&mut command)?).expect("dpkg-query prints UTF-8"))
}

/// A package as dpkg-query prints it.
fn line(package: &Package) -> String {
    let source = package.source.as_ref().expect("dpkg always knows the source");
    let Package { name, version, architecture, .. } = package;
    format!("{name}\t{version}\t{architecture}\t{}\t{}", source.name, source.version)
}

#[test]
fn packages_are_those_of_dpkg_query() {
    for directory in databases() {
        let Some(expected) = query(&directory, &["-W", "-f", FORMAT]) else { return };
        let expected: BTreeSet<_> = expected
            .lines()
            .filter_map(|line| {
                let (line, state) = line.rsplit_once('\t')?;
                // No files are left of these.
                (!matches!(state, "config-files" | "not-installed")).then(|| line.to_owned())
            })
            .collect();
        let packages = read(&directory);
        let found: BTreeSet<_> = packages.iter().map(line).collect();
        assert_eq!(found, expected, "{}", directory.display());
        assert_eq!(packages.len(), expected.len(), "{}", directory.display());
        println!("{}: {} packages", directory.display(), packages.len());
    }
}

#[test]
fn file_lists_are_those_of_dpkg_query() {
    for directory in databases() {
        let (mut checked, mut files) = (0, 0);
        for package in read(&directory) {
            let Package { name, architecture, .. } = &package;
            let names = [format!("{name}:{architecture}.list"), format!("{name}.list")];
            let info = directory.join("info");
            let Some(list) = names.iter().find_map(|name| std::fs::read(info.join(name)).ok())
            else {
                continue;
            };
            let parsed = dpkg::parse_list(&list);
            assert_eq!(parsed.problems, [], "{name}");
            // One process for each package takes long on a large machine.
            checked += 1;
            if checked % 7 != 0 {
                continue;
            }
            let whole_name = format!("{name}:{architecture}");
            let Some(expected) = query(&directory, &["-L", &whole_name]) else { return };
            let expected: Vec<_> =
                expected.lines().filter_map(|line| line.strip_prefix('/')).collect();
            let expected: Vec<_> = expected.into_iter().filter(|path| *path != ".").collect();
            let found: Vec<_> =
                parsed.value.iter().map(|path| String::from_utf8_lossy(path)).collect();
            assert_eq!(found, expected, "{whole_name}");
            files += found.len();

            // The sums are of files in the list.
            let sums = names.map(|name| info.join(name.replace(".list", ".md5sums")));
            if let Some(sums) = sums.iter().find_map(|path| std::fs::read(path).ok()) {
                let parsed = dpkg::parse_md5sums(&sums);
                assert_eq!(parsed.problems, [], "{whole_name}");
                let listed: BTreeSet<_> = found.iter().map(|path| path.as_bytes()).collect();
                for path in parsed.value.iter() {
                    // Lists have the path before /usr was merged, or after; both name the file.
                    let moved = path.strip_prefix(b"usr/").unwrap_or(path);
                    let either = listed.contains(path) || listed.contains(moved);
                    assert!(either, "{whole_name}: {}", String::from_utf8_lossy(path));
                }
            }
        }
        println!("{}: {checked} lists, {files} paths compared", directory.display());
    }
}

#[test]
fn copyright_files_name_licences() {
    let (mut named, mut all) = (0, 0);
    for directory in databases() {
        let root = directory.ancestors().nth(3).expect("var/lib/dpkg is below a root").to_owned();
        for package in read(&directory) {
            let path = root.join("usr/share/doc").join(&package.name).join("copyright");
            let Ok(content) = std::fs::read(path) else { continue };
            all += 1;
            named += usize::from(!dpkg::licenses(&content).is_empty());
        }
    }
    println!("{named} of {all} copyright files name a licence");
    // The rest are free texts that quote a whole licence.
    assert!(named * 10 >= all * 8, "{named} of {all}");
}

/// dpkg-query cannot read distroless's records, but it can when they are put into one file. The
/// records are those of named distroless roots, and this machine's database in that form.
#[test]
fn distroless_records_are_read_like_a_database() {
    let mut sets: Vec<Vec<Vec<u8>>> = Vec::new();
    for directory in directories() {
        if let Ok(status) = std::fs::read_to_string(directory.join("status")) {
            let records = status.split("\n\n").filter(|record| record.contains(" ok installed\n"));
            let without_status = |record: &str| {
                let lines = record.lines().filter(|line| !line.starts_with("Status:"));
                lines.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
            };
            sets.push(records.map(without_status).collect());
        } else if let Ok(entries) = std::fs::read_dir(directory.join("status.d")) {
            let paths = entries.map(|entry| entry.expect("a readable directory").path());
            let records = paths.filter(|path| path.extension() != Some("md5sums".as_ref()));
            sets.push(records.map(|path| std::fs::read(path).expect("a file")).collect());
        }
    }
    for records in sets {
        let admin = tempfile::tempdir().expect("a temporary directory");
        let status: Vec<_> = records
            .iter()
            .flat_map(|record| {
                [&b"Status: install ok installed\n"[..], record.trim_ascii(), b"\n\n"]
            })
            .collect();
        std::fs::write(admin.path().join("status"), status.concat()).expect("a written file");
        let format = FORMAT.replace("\\t${db:Status-Status}", "");
        let Some(expected) = query(admin.path(), &["-W", "-f", &format]) else { return };
        let expected: BTreeSet<_> = expected.lines().map(str::to_owned).collect();
        let found: BTreeSet<_> = records
            .iter()
            .flat_map(|record| {
                let parsed = dpkg::parse_status_d(record);
                assert_eq!(parsed.problems, []);
                parsed.value
            })
            .map(|package| line(&package))
            .collect();
        assert_eq!(found, expected);
        println!("{} records", found.len());
    }
}
