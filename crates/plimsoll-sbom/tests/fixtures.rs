//! Every kind of file has a tree in `tests/fixtures/ID/good` that is read as `ID/expected.txt` says,
//! and one in `ID/broken` of which something cannot be read and is told.
//!
//! `BLESS=1 cargo test -p plimsoll-sbom --test fixtures` writes what was read to
//! `expected.txt`; review it as you would a snapshot.

#![expect(clippy::unwrap_used, reason = "a test says enough by failing")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_language::{Component, Dispatcher, Extractor, Input, Parsed, Parser};
use plimsoll_sbom::EXTRACTORS;

/// A tree in memory.
struct Tree(BTreeMap<String, Vec<u8>>);

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn load(root: &Path) -> Tree {
    let mut files = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    Tree(files)
}

fn read(row: &Extractor, path: &str, content: &[u8]) -> Parsed<Vec<Component>> {
    match row.parser {
        Parser::Alone(parse) => parse(Input { path, content }),
        _ => Parsed::clean(Vec::new()),
    }
}

fn describe(component: &Component) -> String {
    let mut line = format!("{} {}", component.name, component.version);
    let mut add = |text: &str| write!(line, " {text}").unwrap();
    if component.relationship.word() != "unknown" {
        add(component.relationship.word());
    }
    if component.dev {
        add("dev");
    }
    for lines in &component.lines {
        add(&format!("L{}-{}", lines.start, lines.end));
    }
    for (word, list) in [
        ("license", &component.licenses),
        ("needs", &component.depends_on),
        ("digest", &component.digests),
        ("cpe", &component.cpes),
    ] {
        if !list.is_empty() {
            add(&format!("{word}={}", list.join(",")));
        }
    }
    if let Some(inside) = &component.inside {
        add(&format!("inside={inside}"));
    }
    if let Some(doubt) = &component.doubt {
        add(&format!("doubt={doubt}"));
    }
    line
}

#[test]
fn good_trees_are_read_as_expected() {
    let dispatcher = Dispatcher::new(EXTRACTORS);
    for row in EXTRACTORS {
        let root = fixtures().join(row.id);
        let tree = load(&root.join("good"));
        let mut text = String::new();
        for (path, content) in &tree.0 {
            if dispatcher.find(path.as_bytes()).is_none_or(|found| found.id != row.id) {
                continue;
            }
            let parsed = read(row, path, content);
            assert_eq!(parsed.problems, [], "{}: {path}", row.id);
            writeln!(text, "{path}").unwrap();
            for component in &parsed.value {
                assert_eq!(component.name, component.name.trim(), "{}", row.id);
                writeln!(text, "  {}", describe(component)).unwrap();
            }
        }
        assert!(text.contains("\n  "), "{} has no good fixture with a package", row.id);
        let expected = root.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected, &text).unwrap();
        }
        let known = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(text, known, "{}", row.id);
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let dispatcher = Dispatcher::new(EXTRACTORS);
    for row in EXTRACTORS {
        let tree = load(&fixtures().join(row.id).join("broken"));
        let mut told = 0;
        for (path, content) in &tree.0 {
            if dispatcher.find(path.as_bytes()).is_some_and(|found| found.id == row.id) {
                told += read(row, path, content).problems.len();
            }
        }
        assert!(told > 0, "{} has no broken fixture that is told as such", row.id);
    }
}

#[test]
fn no_cut_and_no_changed_byte_panics() {
    for row in EXTRACTORS {
        let tree = load(&fixtures().join(row.id).join("good"));
        for (path, content) in &tree.0 {
            let step = (content.len() / 400).max(1);
            for end in (0..content.len()).step_by(step) {
                read(row, path, &content[..end]);
                let mut changed = content.clone();
                changed[end] = changed[end].wrapping_add(0x5d);
                read(row, path, &changed);
            }
        }
    }
}
