//! Our Go order against the toolchain's own library for its versions.

use std::process::Command;

use plimsoll_version::go;

use crate::support;

/// Toolchain versions, from the first release on.
const VERSIONS: [&str; 22] = [
    "go1",
    "go1.0.1",
    "go1.4",
    "go1.9.7",
    "go1.10",
    "go1.18beta1",
    "go1.18beta2",
    "go1.18rc1",
    "go1.18",
    "go1.18.1",
    "go1.19.13",
    "go1.20rc3",
    "go1.20",
    "go1.20.14",
    "go1.21",
    "go1.21rc2",
    "go1.21rc10",
    "go1.21.0",
    "go1.21.3",
    "go1.22",
    "go1.22.0",
    "go1.100.0",
];

const ASK: &str = r#"package main

import (
	"bufio"
	"fmt"
	"go/version"
	"os"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		left, right, _ := strings.Cut(lines.Text(), "\t")
		fmt.Println([]string{"<", "=", ">"}[version.Compare(left, right)+1])
	}
}
"#;

#[test]
fn the_toolchain_agrees_on_its_own_versions() {
    if Command::new("go").arg("version").output().is_err() {
        println!("skipped: Go is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("main.go");
    std::fs::write(&program, ASK).unwrap();
    let pairs: Vec<(String, String)> = VERSIONS
        .iter()
        .flat_map(|left| VERSIONS.iter().map(|right| ((*left).to_owned(), (*right).to_owned())))
        .collect();
    let mut command = Command::new("go");
    command.arg("run").arg(&program).env("GOTOOLCHAIN", "local").env("GO111MODULE", "off");
    command.env("GOCACHE", folder.path().join("cache"));
    let answers = support::run(&mut command, &support::lines(&pairs)).unwrap();
    support::assert_decisions("go/version", &pairs, &answers, 400, |left, right| {
        (go::is_valid(left) && go::is_valid(right)).then(|| go::compare(left, right))
    });
}
