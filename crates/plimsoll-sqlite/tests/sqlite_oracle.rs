//! Compares with SQLite itself, through Python's `sqlite3`, which writes the files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::path::Path;
use std::process::Command;

use plimsoll_sqlite::{Database, Error, Value};

/// Makes a file with this SQL after the pragmas; false where there is no Python.
fn make(path: &Path, pragmas: &str, script: &str) -> bool {
    let program = format!(
        "import sqlite3, sys\nconnection = sqlite3.connect(sys.argv[1])\nconnection.executescript('''{pragmas}''')\n{script}\nconnection.commit()\nconnection.close()\n"
    );
    let Ok(output) = Command::new("python3").arg("-c").arg(program).arg(path).output() else {
        return false;
    };
    let missing = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || missing.contains("ModuleNotFoundError"), "{missing}");
    output.status.success()
}

/// Rows of every type and length, some of them deleted again, row ids with gaps.
const SCRIPT: &str = "
connection.execute('CREATE TABLE things (name TEXT, id INTEGER PRIMARY KEY, size REAL, data BLOB, note)')
connection.execute('CREATE TABLE `other` (a, b)')
for i in range(4000):
    connection.execute('INSERT INTO things VALUES (?,?,?,?,?)',
        (('näme %d' % i) * (i % 40), i * 3 - 500, i / 7, bytes([i % 256]) * (i * i % 9000), [None, i, -i * 10**12, 'x'][i % 4]))
connection.execute('DELETE FROM things WHERE id % 5 = 0')
connection.execute('ALTER TABLE things ADD COLUMN late TEXT')
connection.execute(\"INSERT INTO things (id, late) VALUES (9223372036854775807, 'late')\")
";

fn check(file: &[u8]) {
    let database = Database::open(file).unwrap();
    let table = database.table("THINGS").unwrap();
    assert_eq!(table.columns(), ["name", "id", "size", "data", "note", "late"]);
    let columns = ["name", "id", "size", "data", "note", "late"];
    let [name, id, size, data, note, late] = columns.map(|name| table.column(name).unwrap());
    let mut rows = table.rows();
    for i in (0..4000i64).filter(|i| (i * 3 - 500) % 5 != 0) {
        let row = rows.next().unwrap().unwrap();
        let same = table.row(i * 3 - 500).unwrap().unwrap();
        for row in [row, same] {
            assert_eq!(row.id(), i * 3 - 500);
            assert_eq!(row.integer(id).unwrap(), Some(row.id()));
            let expected = format!("näme {i}").repeat(i as usize % 40);
            assert_eq!(row.text(name).unwrap(), Some(&*expected));
            match row.value(size).unwrap() {
                Value::Real(size) => assert_eq!(size, i as f64 / 7.0),
                // SQLite keeps whole numbers as such.
                Value::Integer(size) => assert_eq!(size * 7, i),
                other => panic!("{other:?}"),
            }
            let expected = vec![i as u8; (i * i % 9000) as usize];
            assert_eq!(row.value(data).unwrap(), Value::Blob(&expected));
            let expected = match i % 4 {
                0 => Value::Null,
                1 => Value::Integer(i),
                2 => Value::Integer(-i * 1_000_000_000_000),
                _ => Value::Text("x"),
            };
            assert_eq!(row.value(note).unwrap(), expected);
            assert_eq!(row.value(late).unwrap(), Value::Null);
        }
    }
    let last = rows.next().unwrap().unwrap();
    assert_eq!((last.id(), last.text(late).unwrap()), (i64::MAX, Some("late")));
    assert!(rows.next().is_none());
    for id in [-501, -500, i64::MIN, i64::MAX - 1, 12_000] {
        assert!(table.row(id).unwrap().is_none(), "{id}");
    }
    assert_eq!(database.table("other").unwrap().rows().count(), 0);
    assert_eq!(database.table("none").unwrap_err(), Error::NoTable("none".to_owned()));
    assert!(matches!(table.column("none"), Err(Error::NoColumn { .. })));
}

#[test]
fn every_value_comes_back() {
    let scratch = tempfile::tempdir().unwrap();
    for (number, pragmas) in [
        "PRAGMA page_size = 512;",
        "PRAGMA page_size = 4096;",
        "PRAGMA page_size = 65536;",
        "PRAGMA auto_vacuum = FULL;",
        "PRAGMA journal_mode = WAL;",
    ]
    .iter()
    .enumerate()
    {
        let path = scratch.path().join(number.to_string());
        if !make(&path, pragmas, SCRIPT) {
            return println!("skipped: python3 with sqlite3 is not there");
        }
        check(&std::fs::read(path).unwrap());
    }
}

#[test]
fn what_is_not_supported_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("a");
    let script = "connection.execute('CREATE TABLE a (b PRIMARY KEY) WITHOUT ROWID')";
    if !make(&path, "", script) {
        return println!("skipped: python3 with sqlite3 is not there");
    }
    let file = std::fs::read(&path).unwrap();
    let error = Database::open(&file).unwrap().table("a").unwrap_err();
    assert_eq!(error.to_string(), "table \"a\" is WITHOUT ROWID, which is not supported");
    let path = scratch.path().join("b");
    make(&path, "PRAGMA encoding = 'UTF-16';", "connection.execute('CREATE TABLE a (b)')");
    assert_eq!(Database::open(&std::fs::read(path).unwrap()).unwrap_err(), Error::Utf16);
}

/// Reads everything that there is; the number of rows and of errors.
fn read_all(file: &[u8]) -> (usize, usize) {
    let Ok(database) = Database::open(file) else { return (0, 1) };
    let table = match database.table("things") {
        Ok(table) => table,
        Err(_) => return (0, 1),
    };
    let (mut good, mut bad) = (0, 0);
    for row in table.rows() {
        let row = row.and_then(|row| {
            (0..7).try_for_each(|column| row.value(column).map(|_| ()))?;
            table.row(row.id()).map(|_| ())
        });
        match row {
            Ok(()) => good += 1,
            Err(_) => bad += 1,
        }
    }
    (good, bad)
}

#[test]
fn damage_costs_rows_and_never_more() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("a");
    let script = SCRIPT.replace("4000", "300").replace("9000", "900");
    if !make(&path, "PRAGMA page_size = 512;", &script) {
        return println!("skipped: python3 with sqlite3 is not there");
    }
    let file = std::fs::read(path).unwrap();
    let (rows, errors) = read_all(&file);
    assert!(rows > 200 && errors == 0, "{rows} {errors}");
    for end in (0..file.len()).step_by(509) {
        let (good, bad) = read_all(&file[..end]);
        let missing = Database::open(&file[..end]).map_or(true, |cut| cut.extent().missing > 0);
        assert!(good < rows || missing, "cut at {end}");
        assert!(bad > 0 || missing);
    }
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..1000 {
        let mut broken = file.clone();
        for _ in 0..3 {
            let at = random(broken.len() / 512) * 512 + random(64);
            broken[at] ^= 1 << random(8);
        }
        read_all(&broken);
    }
}
