//! The same advisories as this format has them, as Trivy's form has them (bbolt with JSON values,
//! one bucket for each release and package), and as tables of SQLite with an index, written by
//! Python's own module: `cargo run --release --example compare -- FILE`.
//!
//! The bbolt file is written densely, page by page, which is smaller than what a program that adds
//! key by key leaves behind; SQLite's is vacuumed.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll_advisory::Database;
use plimsoll_bolt::{Bolt, Tree, write};
use serde_json::{Value, json};

/// Fills the tables from lines of JSON, says how large the file is, and times lookups.
const PYTHON: &str = r#"
import json, os, random, sqlite3, sys, time
path = sys.argv[1]
connection = sqlite3.connect(path)
connection.execute("CREATE TABLE affected(namespace TEXT, package TEXT, vulnerability TEXT, source TEXT, value TEXT)")
connection.execute("CREATE TABLE vulnerability(id TEXT, source TEXT, value TEXT)")
for line in sys.stdin:
    row = json.loads(line)
    marks = ",".join("?" * len(row))
    connection.execute(f"INSERT INTO {'affected' if len(row) == 5 else 'vulnerability'} VALUES({marks})", row)
connection.execute("CREATE INDEX by_package ON affected(namespace, package)")
connection.execute("CREATE INDEX by_id ON vulnerability(id)")
connection.commit()
connection.execute("VACUUM")
print(f"SQLite: {os.path.getsize(path)} bytes")
keys = connection.execute("SELECT DISTINCT namespace, package FROM affected").fetchall()
random.seed(1)
random.shuffle(keys)
begin, count = time.time(), 0
while time.time() - begin < 2:
    for key in keys[:20000]:
        connection.execute("SELECT value FROM affected WHERE namespace=? AND package=?", key).fetchone()
        count += 1
print(f"SQLite, asked through Python: {count / (time.time() - begin) / 1e6:.3f} million lookups a second")
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a database")?;
    let database = Database::open(&file)?;
    let ours = database.bytes().len();
    println!("Plimsoll: {ours} bytes");
    let directory = std::env::temp_dir().join(format!("plimsoll-compare-{}", std::process::id()));
    std::fs::create_dir(&directory)?;
    let compared = bolt(&database, &directory).and_then(|()| sqlite(&database, &directory));
    std::fs::remove_dir_all(&directory)?;
    compared
}

fn bolt(database: &Database, directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut tree = Tree::default();
    for (namespace, package, entries) in database.iter_packages() {
        let bucket = tree.bucket(namespace).bucket(package);
        for (place, entry) in entries.enumerate() {
            // Trivy has one source for each bucket; here several may speak of one problem.
            let key = format!("{}/{place}", entry.vulnerability());
            bucket.put(key, serde_json::to_vec(&statement(&entry))?);
        }
    }
    let details = tree.bucket("vulnerability");
    for entry in database.iter_vulnerabilities() {
        let all: Vec<Value> = entry.details().map(|detail| described(&detail, &entry)).collect();
        details.put(entry.id(), serde_json::to_vec(&all)?);
    }
    let path = directory.join("compare.bolt");
    std::fs::write(&path, write(&tree, 4096))?;
    drop(tree);
    let bytes = std::fs::read(&path)?;
    println!("bbolt with JSON: {} bytes", bytes.len());
    let bolt = Bolt::open(&bytes)?;
    let keys = shuffled(database);
    let rate = rate(keys.len(), || {
        keys.iter()
            .filter(|(namespace, package)| {
                let bucket = bolt.bucket(&[namespace.as_bytes(), package.as_bytes()]);
                let first = bucket.ok().flatten().and_then(|bucket| bucket.entries().next()?.ok());
                first.is_some()
            })
            .count()
    });
    println!("bbolt, first value found and not parsed: {rate:.3} million lookups a second");
    let rate = self::rate(keys.len(), || {
        let found = keys
            .iter()
            .filter_map(|(namespace, package)| database.affected(namespace, package).next());
        found.count()
    });
    println!("Plimsoll, first statement read: {rate:.3} million lookups a second");
    Ok(())
}

fn sqlite(database: &Database, directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut python = Command::new("python3")
        .args(["-c", PYTHON])
        .arg(directory.join("compare.sqlite"))
        .stdin(Stdio::piped())
        .spawn()?;
    let mut out = std::io::BufWriter::new(python.stdin.take().ok_or("no pipe")?);
    for (namespace, package, entries) in database.iter_packages() {
        for entry in entries {
            let value = statement(&entry).to_string();
            let source = entry.source();
            let row = json!([namespace, package, entry.vulnerability(), source.id(), value]);
            writeln!(out, "{row}")?;
        }
    }
    for entry in database.iter_vulnerabilities() {
        for detail in entry.details() {
            let value = described(&detail, &entry).to_string();
            writeln!(out, "{}", json!([entry.id(), detail.source().id(), value]))?;
        }
    }
    drop(out);
    python.wait()?;
    Ok(())
}

/// A statement as others write it down: what is empty is left out.
fn statement(entry: &plimsoll_advisory::AffectedEntry<'_>) -> Value {
    let mut value = serde_json::to_value(entry.to_affected("", "")).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.remove("vulnerability");
    }
    without_empty(value)
}

fn described(
    detail: &plimsoll_advisory::database::Detail<'_>,
    entry: &plimsoll_advisory::VulnerabilityEntry<'_>,
) -> Value {
    let mut value = serde_json::to_value(detail.to_vulnerability(entry)).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.remove("id");
    }
    without_empty(value)
}

fn without_empty(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().map(|(name, value)| (name, without_empty(value)));
            let empty = |value: &Value| match value {
                Value::Null | Value::Bool(false) => true,
                Value::String(text) => text.is_empty(),
                Value::Array(list) => list.is_empty(),
                _ => false,
            };
            Value::Object(kept.filter(|(_, value)| !empty(value)).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(without_empty).collect()),
        other => other,
    }
}

/// Every package in an order that is no order of the file.
fn shuffled(database: &Database) -> Vec<(&str, &str)> {
    let mut keys: Vec<(&str, &str)> =
        database.iter_packages().map(|(namespace, package, _)| (namespace, package)).collect();
    keys.sort_by_key(|(namespace, package)| {
        *blake3::hash(format!("{namespace} {package}").as_bytes()).as_bytes()
    });
    keys
}

fn rate(count: usize, mut work: impl FnMut() -> usize) -> f64 {
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < Duration::from_secs(2) {
        black_box(work());
        rounds += 1;
    }
    (rounds * count) as f64 / start.elapsed().as_secs_f64() / 1e6
}
