//! An index answers as a plain list of archives would.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use plimsoll_java_index::{
    Builder, IndexError, IndexFile, JavaIndex, Problem, TooLarge, from_lines, from_trivy,
};

type Row = ([u8; 20], String, String, String, bool);

/// Numbers without visible order.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn sha1(&mut self) -> [u8; 20] {
        let mut sha1 = [0; 20];
        for part in sha1.chunks_mut(4) {
            part.copy_from_slice(&self.next().to_le_bytes()[2..6]);
        }
        sha1
    }
}

/// Artifacts of all sizes: names that many groups share, and one with more versions than a block.
fn sample(count: u64) -> Vec<Row> {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut rows = Vec::new();
    for _ in 0..count {
        let name = match random.below(4) {
            0 => "core".to_owned(),
            1 => "large".to_owned(),
            _ => format!("artifact-{}", random.below(300)),
        };
        let group = match &*name {
            "large" => "org.large".to_owned(),
            _ => format!("org.example{}", random.below(40)),
        };
        let version = format!("{}.{}.{}", random.below(3), random.below(20), random.below(90));
        rows.push((random.sha1(), group, name, version, random.below(10) > 0));
    }
    rows
}

fn build(rows: &[Row]) -> Vec<u8> {
    let mut builder = Builder::new();
    for (sha1, group, name, version, is_jar) in rows {
        builder.add(*sha1, group, name, version, *is_jar).unwrap();
    }
    builder.finish("2026-08-20").unwrap()
}

#[test]
fn everything_is_found_and_nothing_else() {
    let rows = sample(4_000);
    let bytes = build(&rows);
    let index = JavaIndex::open(&bytes).unwrap();
    index.verify().unwrap();
    let info = index.info();
    assert_eq!((info.archives, &*info.as_of), (4_000, "2026-08-20"));
    for (sha1, group, name, version, is_jar) in &rows {
        let found = index.by_sha1(sha1).unwrap().unwrap();
        assert_eq!(
            (&found.group, &found.artifact, &found.version, found.is_jar),
            (group, name, version, *is_jar)
        );
    }
    let mut random = Random(7);
    for _ in 0..20_000 {
        assert_eq!(index.by_sha1(&random.sha1()).unwrap(), None);
    }
    let known: BTreeSet<(&str, &str)> = rows.iter().map(|row| (&*row.1, &*row.2)).collect();
    assert_eq!(known.len(), info.artifacts as usize);
    for group in rows.iter().take(60).map(|row| &*row.1) {
        for name in rows.iter().skip(60).take(20).map(|row| &*row.2) {
            assert_eq!(index.exists(group, name).unwrap(), known.contains(&(group, name)));
        }
    }
    assert!(!index.exists("org.large", "nothing").unwrap());
    let mut counts: BTreeMap<(&str, &str), BTreeMap<&str, usize>> = BTreeMap::new();
    for (_, group, name, version, is_jar) in &rows {
        if *is_jar {
            *counts.entry((name, version)).or_default().entry(group).or_default() += 1;
        }
    }
    for ((name, version), groups) in counts.iter().step_by(7) {
        let most = groups.values().max().unwrap();
        let expected = groups.iter().find(|(_, count)| *count == most).unwrap().0;
        assert_eq!(index.group_of(name, version).unwrap().as_deref(), Some(*expected));
    }
    assert_eq!(index.group_of("core", "99.0").unwrap(), None);
}

#[test]
fn an_empty_index_answers() {
    let bytes = Builder::new().finish("").unwrap();
    let index = JavaIndex::open(&bytes).unwrap();
    assert_eq!(index.by_sha1(&[0; 20]).unwrap(), None);
    assert_eq!(index.group_of("a", "1").unwrap(), None);
    assert!(!index.exists("a", "b").unwrap());
}

#[test]
fn bytes_do_not_depend_on_the_order() {
    let mut rows = sample(2000);
    // The same file under several names.
    let twin = rows[5].0;
    rows.push((twin, "org.a".into(), "a".into(), "1".into(), true));
    rows.push((twin, "org.z".into(), "zz".into(), "1".into(), true));
    let bytes = build(&rows);
    rows.reverse();
    assert_eq!(build(&rows), bytes);
    let index = JavaIndex::open(&bytes).unwrap();
    assert_eq!(index.by_sha1(&twin).unwrap().unwrap().artifact, "a");
}

#[test]
fn similar_sums_get_longer_fingerprints() {
    let mut builder = Builder::new();
    let mut sha1 = [9; 20];
    builder.add(sha1, "g", "a", "1", true).unwrap();
    sha1[5] = 8;
    builder.add(sha1, "g", "a", "2", true).unwrap();
    let bytes = builder.finish("").unwrap();
    let index = JavaIndex::open(&bytes).unwrap();
    assert_eq!(index.info().bits, 48);
    assert_eq!(index.by_sha1(&sha1).unwrap().unwrap().version, "2");
    let mut builder = Builder::new();
    builder.add(sha1, "g", "a", "1", true).unwrap();
    sha1[19] = 1;
    builder.add(sha1, "g", "a", "2", true).unwrap();
    assert_eq!(builder.finish("").unwrap_err(), TooLarge::Similar);
}

/// Asks for everything that an index can be asked for.
fn ask(bytes: &[u8], rows: &[Row]) -> Result<(), IndexError> {
    let index = JavaIndex::open(bytes)?;
    for (sha1, group, name, version, _) in rows.iter().step_by(41) {
        let _ = index.by_sha1(sha1);
        let _ = index.group_of(name, version);
        let _ = index.exists(group, name);
    }
    index.verify()
}

#[test]
fn damage_is_told() {
    let rows = sample(1000);
    let bytes = build(&rows);
    ask(&bytes, &rows).unwrap();
    for end in (0..bytes.len()).step_by(397) {
        assert!(ask(&bytes[..end], &rows).is_err(), "cut at {end}");
    }
    let mut random = Random(3);
    for _ in 0..200 {
        let mut broken = bytes.clone();
        let at = random.below(broken.len() as u64) as usize;
        broken[at] ^= 1 << random.below(8);
        assert!(ask(&broken, &rows).is_err(), "changed at {at}");
    }
    assert!(matches!(JavaIndex::open(b"SQLite"), Err(IndexError::NotAnIndex)));
    let mut newer = bytes;
    newer[8] = 2;
    assert!(matches!(JavaIndex::open(&newer), Err(IndexError::Version { found: 2, .. })));
}

#[test]
fn a_file_is_mapped_and_saved_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("java.index");
    assert!(matches!(IndexFile::open(&path), Err(IndexError::Open { .. })));
    let rows = sample(100);
    std::fs::write(&path, b"").unwrap();
    assert!(matches!(IndexFile::open(&path), Err(IndexError::NotAnIndex)));
    std::fs::write(&path, build(&rows)).unwrap();
    let file = IndexFile::open(&path).unwrap();
    assert!(file.index().unwrap().by_sha1(&rows[3].0).unwrap().is_some());
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn lines_are_read() {
    let text = "# sha1 group artifact version\n\
        0123456789abcdef0123456789ABCDEF01234567 org.a a 1.0\n\
        \n\
        1123456789abcdef0123456789abcdef01234567 org.b b 2.0 war\n\
        short org.b b 2.0\n\
        2123456789abcdef0123456789abcdef01234567 org.b\n";
    let text =
        format!("{text}{}\n3123456789abcdef0123456789abcdef01234567 org.c c 3", "x".repeat(20_000));
    let mut builder = Builder::new();
    let mut problems: Vec<Problem> = Vec::new();
    let counts = from_lines(text.as_bytes(), &mut builder, &mut |p| problems.push(p)).unwrap();
    assert_eq!((counts.kept, counts.rejected), (3, 3));
    let records: Vec<_> = problems.iter().map(|problem| &*problem.record).collect();
    assert_eq!(records, ["line 5", "line 6", "line 7"]);
    let bytes = builder.finish("").unwrap();
    let index = JavaIndex::open(&bytes).unwrap();
    assert!(
        !index
            .by_sha1(&[
                0x11, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89, 0xab,
                0xcd, 0xef, 1, 0x23, 0x45, 0x67
            ])
            .unwrap()
            .unwrap()
            .is_jar
    );
    // A WAR has no JAR's group.
    assert_eq!(index.group_of("b", "2.0").unwrap(), None);
    assert!(index.exists("org.c", "c").unwrap());
}

/// A `trivy-java.db` by its documented tables.
const PROGRAM: &str = r#"
import sqlite3, sys, hashlib
connection = sqlite3.connect(sys.argv[1])
connection.executescript('''
CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);
CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT, foreign key (artifact_id) references artifacts(id));
CREATE UNIQUE INDEX artifacts_idx ON artifacts(artifact_id, group_id);
CREATE UNIQUE INDEX indices_sha1_idx ON indices(sha1);
''')
for i in range(500):
    connection.execute('INSERT INTO artifacts VALUES (?,?,?)', (i + 1, 'org.g%d' % (i % 90), 'a%d' % i))
    for version in range(i % 13):
        text = '%d.%d' % (i, version)
        connection.execute('INSERT INTO indices VALUES (?,?,?,?)', (i + 1, text, hashlib.sha1(text.encode()).digest(), 'war' if version == 7 else 'jar'))
connection.execute("INSERT INTO indices VALUES (7777, '1', x'00', 'jar')")
connection.execute("INSERT INTO indices VALUES (1, '1', x'00', 'jar')".replace("x'00'", "x'01'"))
connection.commit()
"#;

#[test]
fn trivy_java_db_is_read() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("trivy-java.db");
    let output = Command::new("python3").arg("-c").arg(PROGRAM).arg(&path).output();
    if !output.is_ok_and(|output| output.status.success()) {
        return println!("skipped: python3 with sqlite3 is not there");
    }
    let file = std::fs::read(&path).unwrap();
    let mut builder = Builder::new();
    let mut problems = Vec::new();
    let counts = from_trivy(&file, &mut builder, &mut |problem| problems.push(problem)).unwrap();
    let expected: u64 = (0..500).map(|i| i % 13).sum();
    assert_eq!((counts.kept, counts.rejected), (expected, 2));
    assert_eq!(problems[0].reason, "there is no artifact 7777");
    assert_eq!(problems[1].reason, "its SHA-1 is none");
    let bytes = builder.finish("2026-08-20").unwrap();
    let index = JavaIndex::open(&bytes).unwrap();
    assert_eq!(u64::from(index.info().archives), expected);
    // The SHA-1 of "25.3".
    let sum = Command::new("python3")
        .args(["-c", "import hashlib; print(hashlib.sha1(b'25.3').hexdigest())"])
        .output()
        .unwrap();
    let text = String::from_utf8(sum.stdout).unwrap();
    let mut sha1 = [0; 20];
    for (byte, at) in sha1.iter_mut().zip((0..40).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    }
    let found = index.by_sha1(&sha1).unwrap().unwrap();
    assert_eq!((&*found.group, &*found.artifact, &*found.version), ("org.g25", "a25", "25.3"));
    assert_eq!(index.group_of("a25", "25.3").unwrap().as_deref(), Some("org.g25"));
    assert_eq!(index.group_of("a25", "25.7").unwrap(), None);
    for end in (0..file.len()).step_by(4999) {
        let mut problems = 0;
        let cut = from_trivy(&file[..end], &mut Builder::new(), &mut |_| problems += 1);
        assert!(cut.is_err() || problems > 0, "cut at {end}");
    }
}
