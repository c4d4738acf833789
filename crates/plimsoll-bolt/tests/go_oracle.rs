//! Compares with bbolt itself: it writes what we read, and reads what we write.
//!
//! Needs `go` and, once, the network to fetch bbolt from the module proxy:
//! `cargo test -p plimsoll-bolt -- --ignored`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop loudly"
)]

use std::path::Path;
use std::process::Command;

use plimsoll_bolt::{Bolt, Bucket, Entry, Tree, write};

/// `write FILE PAGESIZE` makes a file in several transactions, with things deleted again;
/// `read FILE` lets bbolt check it. Both print each path and value, in bbolt's order.
const PROGRAM: &str = r#"package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"go.etcd.io/bbolt"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func fill(db *bbolt.DB) {
	for round := 0; round < 4; round++ {
		must(db.Update(func(tx *bbolt.Tx) error {
			for outer := 0; outer < 8; outer++ {
				bucket, err := tx.CreateBucketIfNotExists([]byte(fmt.Sprintf("outer %d", outer)))
				must(err)
				for inner := 0; inner < outer*outer*outer; inner++ {
					child, err := bucket.CreateBucketIfNotExists([]byte(fmt.Sprintf("package %d", inner)))
					must(err)
					length := (inner * 37) % 500
					if inner == 100 {
						length = 50000
					}
					value := strings.Repeat("v", length) + strconv.Itoa(round)
					must(child.Put([]byte(fmt.Sprintf("CVE-%d-%d", round, inner)), []byte(value)))
					_, err = child.NextSequence()
					must(err)
				}
			}
			if round == 3 {
				must(tx.DeleteBucket([]byte("outer 5")))
			}
			_, err := tx.CreateBucketIfNotExists([]byte("empty"))
			return err
		}))
	}
}

func show(prefix string, bucket *bbolt.Bucket) {
	must(bucket.ForEach(func(key, value []byte) error {
		if value == nil {
			show(prefix+string(key)+"/", bucket.Bucket(key))
			return nil
		}
		fmt.Printf("%s%s = %s\n", prefix, key, value)
		return nil
	}))
}

func main() {
	options := *bbolt.DefaultOptions
	if os.Args[1] == "write" {
		options.PageSize, _ = strconv.Atoi(os.Args[3])
		db, err := bbolt.Open(os.Args[2], 0600, &options)
		must(err)
		fill(db)
		must(db.Close())
	}
	options.ReadOnly = true
	db, err := bbolt.Open(os.Args[2], 0600, &options)
	must(err)
	must(db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			panic(err)
		}
		return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			show(string(name)+"/", bucket)
			return nil
		})
	}))
}
"#;

fn go(directory: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("go").args(arguments).current_dir(directory).output().ok()?;
    if !output.status.success() {
        eprintln!("go {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(String::from_utf8(output.stdout).unwrap())
}

fn show(prefix: &str, bucket: Bucket<'_, '_>, out: &mut String) {
    for entry in bucket.entries() {
        match entry.unwrap() {
            Entry::Bucket { key, bucket } => {
                show(&format!("{prefix}{}/", String::from_utf8_lossy(key)), bucket, out);
            }
            Entry::Value { key, value } => {
                let (key, value) = (String::from_utf8_lossy(key), String::from_utf8_lossy(value));
                out.push_str(&format!("{prefix}{key} = {value}\n"));
            }
        }
    }
}

#[test]
#[ignore = "needs go, and bbolt from the module proxy"]
fn bbolt_reads_ours_and_we_read_its() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    std::fs::write(directory.join("main.go"), PROGRAM).unwrap();
    std::fs::write(directory.join("go.mod"), "module oracle\n\ngo 1.23\n").unwrap();
    if go(directory, &["get", "go.etcd.io/bbolt@v1.4.0"]).is_none()
        || go(directory, &["build", "-o", "oracle", "."]).is_none()
    {
        return println!("skipped: go or bbolt is not there");
    }
    let oracle = |arguments: &[&str]| {
        let output =
            Command::new("./oracle").args(arguments).current_dir(directory).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    for page_size in ["1024", "4096", "16384"] {
        let name = format!("theirs-{page_size}.db");
        let expected = oracle(&["write", &name, page_size]);
        assert!(expected.lines().count() > 1000);
        let file = std::fs::read(directory.join(&name)).unwrap();
        let bolt = Bolt::open(&file).unwrap();
        assert_eq!(bolt.page_size().to_string(), page_size);
        let mut found = String::new();
        show("", bolt.root(), &mut found);
        assert!(found == expected, "{page_size}");
        let some = bolt.bucket(&[b"outer 7", b"package 9"]).unwrap().unwrap();
        assert_eq!(some.sequence(), 4);
    }
    let mut tree = Tree::default();
    tree.bucket("empty");
    for outer in 0..20usize {
        let bucket = tree.bucket(format!("outer {outer}"));
        bucket.put("long", vec![b'x'; outer * 1000]);
        for inner in 0..outer * outer {
            let package = bucket.bucket(format!("package {inner}"));
            for entry in 0..inner % 5 {
                package.put(format!("CVE-{entry}"), vec![b'y'; inner % 97]);
            }
        }
    }
    for page_size in [1024, 4096, 16_384] {
        let name = format!("ours-{page_size}.db");
        let file = write(&tree, page_size);
        std::fs::write(directory.join(&name), &file).unwrap();
        let mut expected = String::new();
        show("", Bolt::open(&file).unwrap().root(), &mut expected);
        assert!(expected.lines().count() > 1000);
        assert!(oracle(&["read", &name]) == expected, "{page_size}");
    }
}
