//! `trivy.db`.

use std::process::Command;

use plimsoll_advisory::import::{Kind, detect, import};
use plimsoll_advisory::model::Severity;
use plimsoll_bolt::{Tree, write};

use crate::memory::Memory;
use crate::trivy_fixture::{OTHERS, RECORDS, SOURCES, tree};

fn read(file: &[u8]) -> Memory {
    let mut memory = Memory::default();
    assert_eq!(detect(file), Some(Kind::TrivyDb));
    import(Kind::TrivyDb, file, &mut memory, "trivy.db");
    memory
}

/// All records of the fixture must be there, and nothing else.
fn expect_whole(memory: &Memory) {
    assert_eq!(memory.reasons(), Vec::<String>::new());
    assert_eq!(memory.total(), [RECORDS.len() + OTHERS.len() + SOURCES.len(), 0, 0]);
    let mut expected: Vec<&str> =
        RECORDS.iter().flat_map(|record| record.rows.iter().copied()).collect();
    expected.sort_unstable();
    let rows = memory.rows();
    for (found, expected) in rows.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(rows.len(), expected.len());
}

#[test]
fn nothing_is_lost() {
    for page_size in [1024, 4096] {
        let memory = read(&write(&tree(), page_size));
        expect_whole(&memory);
        let said = memory.said("trivy-db", "CVE-2019-1549");
        assert_eq!(said.title, "openssl: information disclosure in fork()");
        assert_eq!(said.severity, Some(Severity::Medium));
        assert_eq!((&*said.weaknesses, said.references.len()), (&["CWE-330".to_owned()][..], 1));
        assert_eq!(said.published.as_deref(), Some("2019-09-10T17:15:00Z"));
        let nvd = memory.said("nvd", "CVE-2019-1549");
        assert_eq!((nvd.severity, nvd.cvss.len()), (Some(Severity::Medium), 2));
        assert_eq!(memory.said("redhat", "CVE-2019-1549").severity, Some(Severity::Low));
        let ghsa = memory.vulnerabilities.iter().filter(|(source, _)| source == "ghsa");
        let vectors: Vec<_> = ghsa.flat_map(|(_, said)| &said.cvss).collect();
        assert!(vectors[0].starts_with("CVSS:4.0/") && vectors.len() == 1);
        assert_eq!(memory.said("ghsa", "CVE-2019-14806").aliases, ["GHSA-gq9m-qvpx-68hc"]);
        assert_eq!(memory.dates["trivy-db"], "2020-10-20T22:15:00Z");
        let repositories: Vec<String> = memory
            .repositories
            .iter()
            .map(|repository| format!("{} {}", repository.name, repository.cpes.join(" ")))
            .collect();
        assert_eq!(
            repositories,
            [
                "ubi7-container-7.7-140-x86_64 cpe:/o:redhat:enterprise_linux:7::server trivy-db:7001",
                "rhel-7-server-rpms cpe:/o:redhat:enterprise_linux:7::server",
            ]
        );
        let alpine = memory.sources.iter().find(|source| source.id == "alpine").unwrap();
        assert_eq!(alpine.name, "Alpine Secdb");
        assert!(memory.covered.iter().any(|namespace| namespace == "root.io:debian:12"));
    }
}

#[test]
fn what_is_wrong_is_told_and_costs_only_itself() {
    let mut tree = Tree::default();
    tree.put("loose", "1");
    tree.bucket("cobol::Imagined").bucket("a").put("CVE-2020-1", "{}").put("CVE-2020-2", "{}");
    let debian = tree.bucket("debian 12");
    debian.put("value", "{}");
    debian.bucket("good").put("CVE-2020-1234", "{}");
    debian.bucket("good").bucket("deep").put("x", "{}");
    debian.bucket("bad").put("CVE-2020-1", "{");
    debian.bucket("bad").put("CVE-2020-2", r#"{"Severity":9}"#);
    debian.bucket("bad").put("CVE-2020-3", r#"{"Status":9}"#);
    debian.bucket("bad").put("CVE-2020-4", [0xff_u8, 0xfe].as_slice());
    debian.bucket([0xff_u8, 0xfe].as_slice()).put("CVE-2020-1", "{}");
    tree.bucket("npm::X").bucket("a").put("CVE-2020-1", r#"{"VulnerableVersions":["< "]}"#);
    tree.bucket("Red Hat").bucket("a").put("CVE-2020-1", r#"{"Entries":[]}"#);
    tree.bucket("vulnerability").put("CVE-2020-1", r#"{"Severity":"DIRE"}"#);
    tree.bucket("data-source").put("debian 12", r#"{"ID":""}"#);
    tree.bucket("Red Hat CPE").bucket("cpe").put("one", r#""cpe:/a:b""#);
    let memory = read(&write(&tree, 4096));
    assert_eq!(memory.rows(), ["debian debian:12 good CVE-2020-1234 affected []"]);
    assert_eq!(memory.total(), [1, 2, 13], "{:#?}", memory.reasons());
    let reasons = memory.reasons().join("\n");
    for expected in [
        "loose: it is a value",
        "cobol::Imagined: this bucket is unknown: 2 records are left out",
        "debian 12 value: it is a value",
        "debian 12 good deep: it is a bucket",
        "debian 12 bad CVE-2020-1: EOF",
        "debian 12 bad CVE-2020-2: severity 9 is unknown",
        "debian 12 bad CVE-2020-3: status 9 is unknown",
        "npm::X a CVE-2020-1: no version stands behind",
        "Red Hat a CVE-2020-1: it has no entries",
        "vulnerability CVE-2020-1: severity \"DIRE\" is unknown",
        "data-source debian 12: it has no id",
        "Red Hat CPE cpe one: its name is no number",
    ] {
        assert!(reasons.contains(expected), "{expected}\n{reasons}");
    }
}

#[test]
fn thousands_of_sources_do_not_use_up_their_numbers() {
    let mut tree = Tree::default();
    let vendors: Vec<String> = (0..70_000).map(|number| format!("\"v{number}\":1")).collect();
    let json = format!("{{\"VendorSeverity\":{{{}}}}}", vendors.join(","));
    tree.bucket("vulnerability").put("CVE-2020-1", json);
    let memory = read(&write(&tree, 4096));
    assert!(memory.sources.len() < 2000);
    assert_eq!(memory.total(), [0, 0, 1]);
}

#[test]
fn damage_gives_problems_and_never_a_panic() {
    let file = write(&tree(), 1024);
    for end in (0..file.len()).step_by(311) {
        let cut = &file[..end];
        if detect(cut).is_none() {
            continue;
        }
        let memory = read(cut);
        assert!(!memory.problems.is_empty(), "cut at {end}");
    }
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let sum = |memory: &Memory| memory.total().iter().sum::<usize>();
    let whole = sum(&read(&file));
    for _ in 0..1500 {
        let mut broken = file.clone();
        for _ in 0..3 {
            let at = random(broken.len());
            broken[at] ^= 1 << random(8);
        }
        if detect(&broken).is_none() {
            continue;
        }
        let memory = read(&broken);
        assert!(sum(&memory) >= whole || !memory.problems.is_empty());
    }
}

/// Puts what a text file lists (path, separated by tabs, and JSON) into a bolt file with bbolt.
const PROGRAM: &str = r#"package main

import (
	"os"
	"strings"

	"go.etcd.io/bbolt"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	list, err := os.ReadFile(os.Args[1])
	must(err)
	db, err := bbolt.Open(os.Args[2], 0600, nil)
	must(err)
	for _, line := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		must(db.Update(func(tx *bbolt.Tx) error {
			parts := strings.Split(line, "\t")
			path, key, value := parts[:len(parts)-2], parts[len(parts)-2], parts[len(parts)-1]
			bucket, err := tx.CreateBucketIfNotExists([]byte(path[0]))
			must(err)
			for _, name := range path[1:] {
				bucket, err = bucket.CreateBucketIfNotExists([]byte(name))
				must(err)
			}
			return bucket.Put([]byte(key), []byte(value))
		}))
	}
	must(db.Close())
}
"#;

#[test]
#[ignore = "needs go, and bbolt from the module proxy"]
fn nothing_is_lost_of_what_bbolt_writes() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    let mut list = String::new();
    for (root, json) in SOURCES {
        list.push_str(&format!("data-source\t{root}\t{json}\n"));
    }
    let records = RECORDS.iter().map(|record| (record.path, record.json));
    for (path, json) in records.chain(OTHERS.iter().copied()) {
        list.push_str(&format!("{}\t{json}\n", path.join("\t")));
    }
    std::fs::write(directory.join("list"), list).unwrap();
    std::fs::write(directory.join("main.go"), PROGRAM).unwrap();
    std::fs::write(directory.join("go.mod"), "module fixture\n\ngo 1.23\n").unwrap();
    let go = |arguments: &[&str]| {
        Command::new("go").args(arguments).current_dir(directory).output().is_ok_and(|output| {
            println!("{}", String::from_utf8_lossy(&output.stderr));
            output.status.success()
        })
    };
    if !go(&["get", "go.etcd.io/bbolt@v1.4.0"]) {
        return println!("skipped: go or bbolt is not there");
    }
    assert!(go(&["run", ".", "list", "trivy.db"]));
    expect_whole(&read(&std::fs::read(directory.join("trivy.db")).unwrap()));
}
