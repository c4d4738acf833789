//! Real rpm databases in all three formats, compared with what the rpm program says of them.
//!
//! Debian's rpm opens SQLite databases and reads Berkeley DB, in either byte order, but not ndb. The
//! collection has most databases in several formats, converted by rpm itself, so those are compared
//! with their SQLite twin too, and ndb files without one with what rpm says after importing the
//! headers that lie in them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_inventory::{Package, rpm};

const PROGRAM_FORMAT: &str = "%{name} %|epoch?{%{epoch}:}:{}|%{version}-%{release} %{arch} \
    %{sourcerpm} %{vendor} %{license} %{modularitylabel}\\n";

/// The collection unpacked, or why it cannot be.
fn unpack(archive: &str) -> Result<tempfile::TempDir, String> {
    let shared = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let archive = shared.join("rootfs").join(archive);
    if !archive.is_file() {
        return Err(format!("{} is not there", archive.display()));
    }
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    // What is not a database is of no use here, and devices could not be made by everybody.
    let status = Command::new("tar")
        .args(["--exclude=dev/*", "-xf"])
        .arg(&archive)
        .arg("-C")
        .arg(directory.path())
        .status();
    match status {
        Ok(status) if status.success() => Ok(directory),
        _ => Err("tar cannot unpack the collection".into()),
    }
}

/// All databases below a directory.
fn databases(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            databases(&path, found);
        } else if kind.is_file() {
            let name = entry.file_name().into_string().unwrap();
            if name == "Packages" || name.ends_with("Packages.db") || name.ends_with("rpmdb.sqlite")
            {
                found.push(path);
            }
        }
    }
}

/// What the program answers about the database in a directory.
fn ask_rpm(directory: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("rpm")
        .arg("--dbpath")
        .arg(directory)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// Lines as [`PROGRAM_FORMAT`] gives them. The source's file name is put together again.
fn lines(packages: &[Package]) -> Vec<String> {
    let or_none = |text: Option<&str>| text.unwrap_or("(none)").to_owned();
    let line = |package: &Package| {
        let source = package.source.as_ref();
        format!(
            "{} {} {} {} {} {} {}",
            package.name,
            package.version,
            package.architecture,
            source.map_or("(none)".to_owned(), |source| {
                format!("{}-{}.src.rpm", source.name, source.version)
            }),
            or_none(package.maintainer.as_deref()),
            or_none(package.licenses.first().map(String::as_str)),
            or_none(package.modularity.as_deref()),
        )
    };
    sorted(packages.iter().map(line).collect())
}

fn files(packages: &[Package]) -> Vec<String> {
    let files = packages.iter().flat_map(|package| package.files.iter());
    sorted(files.map(|file| format!("/{}", String::from_utf8_lossy(file))).collect())
}

fn is_sqlite(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sqlite")
}

/// Reads a database, with its log if there is one.
fn parse(path: &Path) -> Vec<Package> {
    let log = std::fs::read(format!("{}-wal", path.display())).ok();
    let parsed = rpm::parse_database(&std::fs::read(path).unwrap(), log.as_deref());
    assert_eq!(parsed.problems, [], "{}", path.display());
    parsed.value
}

/// Compares a database with what the program says of a copy of it. Says whether it could.
fn compare_with_program(path: &Path) -> bool {
    let copy = tempfile::tempdir().unwrap();
    let name = if is_sqlite(path) { "rpmdb.sqlite" } else { "Packages" };
    std::fs::copy(path, copy.path().join(name)).unwrap();
    let Some(expected) = ask_rpm(copy.path(), &["-qa", "--qf", PROGRAM_FORMAT]) else {
        return false;
    };
    // A zero epoch that is written down is printed by rpm, and means the same as none.
    let expected = expected.lines().filter(|line| !line.starts_with("gpg-pubkey ")).map(|line| {
        let (name, rest) = line.split_once(' ').unwrap();
        format!("{name} {}", rest.strip_prefix("0:").unwrap_or(rest))
    });
    let packages = parse(path);
    assert!(!packages.is_empty());
    assert_eq!(lines(&packages), sorted(expected.collect()), "{}", path.display());
    let listed = ask_rpm(copy.path(), &["-qal"]).unwrap();
    let listed = listed.lines().filter(|line| *line != "(contains no files)");
    assert_eq!(files(&packages), sorted(listed.map(str::to_owned).collect()), "{}", path.display());
    true
}

#[test]
fn databases_read_as_rpm_reads_them() {
    let mut compared = 0;
    let archives = [
        "rpm-databases.tar.zst",
        "alma-micro/1236512-almalinux-9-docker-aarch64-micro.tar.xz",
        "alma-micro/1a59c2e-almalinux-9-docker-s390x-micro.tar.xz",
        "alma-micro/82e2d3e-almalinux-8-docker-s390x-micro.tar.xz",
    ];
    for archive in archives {
        let directory = match unpack(archive) {
            Ok(directory) => directory,
            Err(reason) => return println!("skipped: {reason}"),
        };
        let mut found = Vec::new();
        databases(directory.path(), &mut found);
        found.retain(|path| is_sqlite(path) || path.ends_with("Packages"));
        for path in found {
            if !compare_with_program(&path) {
                return println!("skipped: rpm is not installed");
            }
            compared += 1;
        }
    }
    assert!(compared >= 19, "{compared} databases");
}

/// Where the older formats lie, and the SQLite database from which rpm made them.
const TWINS: &[(&str, &str)] = &[
    ("rpm-bdb/amazon-2/var/lib/rpm/Packages", "rpm-synth/amazon-2/var/lib/rpm/rpmdb.sqlite"),
    ("rpm-bdb/centos-6/var/lib/rpm/Packages", "rpm-synth/centos-6/var/lib/rpm/rpmdb.sqlite"),
    (
        "rpm-bdb/oraclelinux-8-slim/var/lib/rpm/Packages",
        "rpm-synth/oraclelinux-8-slim/var/lib/rpm/rpmdb.sqlite",
    ),
    ("rpm-bdb/ubi-7/var/lib/rpm/Packages", "rpm-synth/ubi-7/var/lib/rpm/rpmdb.sqlite"),
    (
        "rpm-bdb/amazonlinux2023-realheaders/Packages",
        "rpmdb/amazonlinux2023-plain-b90e402-rpmdb.sqlite",
    ),
    (
        "rpm-ndb/opensuse-leap-151/usr/lib/sysimage/rpm/Packages.db",
        "rpm-synth/opensuse-leap-151/var/lib/rpm/rpmdb.sqlite",
    ),
    (
        "rpm-ndb/opensuse-tumbleweed/usr/lib/sysimage/rpm/Packages.db",
        "rpm-synth/opensuse-tumbleweed/var/lib/rpm/rpmdb.sqlite",
    ),
    (
        "rpm-ndb/suse-15.3_ndb/usr/lib/sysimage/rpm/Packages.db",
        "rpm-synth/suse-15.3_ndb/var/lib/rpm/rpmdb.sqlite",
    ),
    (
        "rpm-ndb/amazonlinux2023-realheaders/Packages.db",
        "rpmdb/amazonlinux2023-plain-b90e402-rpmdb.sqlite",
    ),
];

#[test]
fn older_formats_read_like_their_sqlite_twins() {
    let directory = match unpack("rpm-databases.tar.zst") {
        Ok(directory) => directory,
        Err(reason) => return println!("skipped: {reason}"),
    };
    for (older, sqlite) in TWINS {
        let sort = |mut packages: Vec<Package>| {
            packages.sort_by(|left, right| {
                (&left.name, &left.version, &left.architecture).cmp(&(
                    &right.name,
                    &right.version,
                    &right.architecture,
                ))
            });
            packages
        };
        let expected = sort(parse(&directory.path().join(sqlite)));
        assert!(!expected.is_empty());
        assert!(sort(parse(&directory.path().join(older))) == expected, "{older}");
    }
}

#[test]
fn headers_inside_ndb_files_say_what_rpm_says() {
    let directory = match unpack("rpm-databases.tar.zst") {
        Ok(directory) => directory,
        Err(reason) => return println!("skipped: {reason}"),
    };
    let mut found = Vec::new();
    databases(&directory.path().join("rpmdb"), &mut found);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "db"));
    assert_eq!(found.len(), 3);
    for path in found {
        let import = tempfile::tempdir().unwrap();
        let stream = import.path().join("headers");
        std::fs::write(&stream, header_stream(&std::fs::read(&path).unwrap())).unwrap();
        let database = import.path().join("database");
        std::fs::create_dir(&database).unwrap();
        let status = Command::new("rpmdb")
            .arg("--dbpath")
            .arg(&database)
            .arg("--importdb")
            .stdin(std::fs::File::open(&stream).unwrap())
            .status();
        match status {
            Err(error) => return println!("skipped: rpmdb cannot run: {error}"),
            Ok(status) => assert!(status.success()),
        }
        assert!(compare_with_program(&database.join("rpmdb.sqlite")));
        let imported = parse(&database.join("rpmdb.sqlite"));
        let packages = parse(&path);
        assert_eq!(lines(&packages), lines(&imported), "{}", path.display());
        assert_eq!(files(&packages), files(&imported), "{}", path.display());
    }
}

/// The blobs of an ndb file one after the other, each behind the magic number of headers, as
/// `rpmdb --importdb` wants them. They are found by their frames, not by the table of slots.
fn header_stream(database: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    for block in (0..database.len()).step_by(16) {
        if database[block..].starts_with(b"BlbS") {
            let length = u32::from_le_bytes(database[block + 12..block + 16].try_into().unwrap());
            stream.extend([0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0]);
            stream.extend(&database[block + 16..][..length as usize]);
        }
    }
    stream
}
