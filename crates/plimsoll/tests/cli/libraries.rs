//! Packages of languages: in source trees, repositories and bills of materials.

use serde_json::Value;

use crate::machine::{Machine, Ran};
use crate::tools;

const LOCK: &str = r#"{
  "name": "shop", "version": "1.0.0", "lockfileVersion": 3,
  "packages": {
    "": {"name": "shop", "version": "1.0.0",
         "dependencies": {"grunt": "1.0.1"}, "devDependencies": {"minimist": "0.0.8"}},
    "node_modules/grunt": {"version": "1.0.1", "dependencies": {"lodash": "4.17.4"}},
    "node_modules/lodash": {"version": "4.17.4"},
    "node_modules/minimist": {"version": "0.0.8", "dev": true}
  }
}
"#;

/// A source tree with two lock files, one of them unreadable.
fn tree() -> Machine {
    Machine::new()
        .write("src/package-lock.json", LOCK)
        .write("src/api/requirements.txt", "# pinned\njinja2==2.10\n")
        .write("src/old/package-lock.json", "{\"lockfileVersion\": 3, \"packages\": {\n")
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// `target: name version` of everything listed.
fn packages(report: &Value) -> Vec<String> {
    let results = report["Results"].as_array().unwrap();
    let of = |result: &Value| {
        let target = result["Target"].as_str().unwrap().to_owned();
        let all = result["Packages"].as_array().cloned().unwrap_or_default();
        all.into_iter()
            .map(move |one| {
                let text = |key: &str| one[key].as_str().unwrap().to_owned();
                format!("{target}: {} {}", text("Name"), text("Version"))
            })
            .collect::<Vec<_>>()
    };
    results.iter().flat_map(of).collect()
}

/// `id package` of everything found, sorted.
fn findings(report: &Value) -> Vec<String> {
    let results = report["Results"].as_array().unwrap();
    let all =
        results.iter().flat_map(|one| one["Vulnerabilities"].as_array().into_iter().flatten());
    let mut found: Vec<_> = all
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            format!("{} {}", text("VulnerabilityID"), text("PkgID"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_source_tree_is_scanned_by_its_lock_files() {
    let machine = tree();
    let report = json(&machine.run("fs src -f json"));
    assert_eq!(
        packages(&report),
        [
            "api/requirements.txt: jinja2 2.10",
            "package-lock.json: grunt 1.0.1",
            "package-lock.json: lodash 4.17.4",
        ]
    );
    let found = findings(&report);
    assert!(found.contains(&"CVE-2019-10906 jinja2@2.10".to_owned()), "{found:?}");
    assert!(found.contains(&"CVE-2019-10744 lodash@4.17.4".to_owned()), "{found:?}");
    assert!(!found.iter().any(|one| one.contains("minimist")), "{found:?}");
    assert_eq!(report["ArtifactType"], "filesystem");
    let problems = report["Plimsoll"]["Problems"].to_string();
    assert!(problems.contains("old/package-lock.json"), "{problems}");

    let all = json(&machine.run("fs src -f json --include-dev-deps"));
    let found = findings(&all);
    assert!(found.contains(&"CVE-2021-44906 minimist@0.0.8".to_owned()), "{found:?}");
    let direct = json(&machine.run("fs src -f json --pkg-relationships direct"));
    assert_eq!(packages(&direct), ["package-lock.json: grunt 1.0.1"]);
}

#[test]
fn the_table_says_who_needs_what() {
    let ran = tree().run("fs src --dependency-tree");
    ran.succeeds(&["package-lock.json", "lodash 4.17.4", "grunt@1.0.1", "old/package-lock.json"]);
}

#[test]
fn one_file_and_other_names_are_enough() {
    let machine = tree().write("src/pins.in", "jinja2==2.10\n");
    let one = json(&machine.run("fs src/api/requirements.txt -f json"));
    assert_eq!(packages(&one), ["requirements.txt: jinja2 2.10"]);
    let named = json(&machine.run(r"fs src/pins.in -f json --file-patterns pip:\.in$"));
    assert_eq!(packages(&named), ["pins.in: jinja2 2.10"]);
    machine.run("fs absent").fails(2, &["absent"]);
    machine.run("fs src --file-patterns pip:(").fails(2, &["--file-patterns", "cannot be read"]);
}

#[test]
fn kinds_of_packages_are_chosen() {
    let machine = Machine::with_vulnerable_debian().write(
        "root/usr/lib/python3/site-packages/Jinja2-2.10.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: Jinja2\nVersion: 2.10\nLicense: GPL-3.0-only\n\n",
    );
    let kinds =
        |types: &str| findings(&json(&machine.run(&format!("rootfs root -f json {types}"))));
    let (system, library) = (kinds("--pkg-types os"), kinds("--pkg-types library"));
    assert!(system.iter().all(|one| one.contains("openssl")) && !system.is_empty(), "{system:?}");
    assert!(library.iter().all(|one| one.contains("Jinja2")) && !library.is_empty(), "{library:?}");
    assert_eq!(kinds("").len(), system.len() + library.len());

    let licenses = json(&machine.run("rootfs root -f json --scanners license"));
    assert_eq!(findings(&licenses), [""; 0]);
    assert!(licenses["Results"].to_string().contains("\"Category\":\"restricted\""), "{licenses}");
    assert_eq!(machine.run("rootfs root --scanners license --exit-code 5").code, 5);
    let none = "rootfs root --scanners license --exit-code 5 --ignored-licenses GPL-3.0-only";
    assert_eq!(machine.run(&format!("{none} --allow-starter-db")).code, 0);
}

#[test]
fn what_the_distribution_brought_is_shown_when_asked_for() {
    let list = "/.\n/usr/lib/python3/dist-packages/Jinja2-2.10.egg-info/PKG-INFO\n";
    let machine =
        Machine::with_vulnerable_debian().write("root/var/lib/dpkg/info/hello.list", list).write(
            "root/usr/lib/python3/dist-packages/Jinja2-2.10.egg-info/PKG-INFO",
            "Metadata-Version: 2.1\nName: Jinja2\nVersion: 2.10\n\n",
        );
    let plain = json(&machine.run("rootfs root -f json"));
    let has_jinja = |report: &Value| packages(report).iter().any(|one| one.contains("Jinja2"));
    assert!(!has_jinja(&plain));
    let shown = json(&machine.run("rootfs root -f json --show-owned"));
    assert_eq!(findings(&shown), findings(&plain), "they are the distribution's");
    assert!(has_jinja(&shown));
    assert!(shown["Results"].to_string().contains("\"OwnedBy\":\"hello@2.10-2\""), "{shown}");
}

#[test]
fn a_bill_of_materials_has_the_findings_of_what_it_describes() {
    let machine = Machine::with_vulnerable_debian().write(
        "root/usr/lib/python3/site-packages/Jinja2-2.10.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: Jinja2\nVersion: 2.10\n\n",
    );
    let expected = findings(&json(&machine.run("rootfs root -f json")));
    assert!(expected.len() > 2, "{expected:?}");
    for format in ["cyclonedx", "cyclonedx-xml", "spdx", "spdx-json", "json"] {
        let ran = machine.run(&format!("rootfs root -f {format} -o bom"));
        assert_eq!(ran.code, 0, "{ran:?}");
        let report = json(&machine.run("sbom bom -f json"));
        assert_eq!(findings(&report), expected, "{format}");
        assert_eq!(report["Metadata"]["OS"]["Family"], "debian", "{format}");
        let form = match format {
            "json" => "trivy",
            format => format.split('-').next().unwrap(),
        };
        assert_eq!(report["ArtifactType"], form);
    }
    machine.run("sbom absent.json").fails(2, &["absent.json"]);
    let machine = machine.write("text", "no bill of anything\n");
    machine.run("sbom text").fails(2, &["text is no bill of materials"]);
}

#[test]
fn a_repository_is_scanned_at_the_commit_that_is_named() {
    if !tools::installed(&["git"]) {
        return;
    }
    // `git` speaks for repositories on the same machine.
    let machine = tree().variable("PATH", &std::env::var("PATH").unwrap());
    let git = |line: &str| {
        let mut command = std::process::Command::new("git");
        command.args(line.split(' ')).current_dir(machine.path("src"));
        for (name, value) in [("NAME", "A"), ("EMAIL", "a@example.com")] {
            command.env(format!("GIT_AUTHOR_{name}"), value);
            command.env(format!("GIT_COMMITTER_{name}"), value);
        }
        let output = command.env("HOME", machine.path(".")).output().unwrap();
        assert!(output.status.success(), "git {line}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git("init -q -b main");
    git("config uploadpack.allowAnySHA1InWant true");
    git("add .");
    git("commit -q -m first");
    let first = git("rev-parse HEAD");
    git("tag v1");
    git(&format!("update-index --add --cacheinfo 160000,{first},lib/other"));
    git("rm -q -r api");
    git("commit -q -m second");

    let here = json(&machine.run("repo src -f json"));
    assert_eq!(here["ArtifactType"], "repository");
    assert_eq!(here["Metadata"]["Branch"], "main");
    assert_eq!(here["Metadata"]["CommitMsg"], "second");
    assert_eq!(here["Metadata"]["Author"], "A <a@example.com>");
    assert_eq!(packages(&here).len(), 2);

    let url = format!("file://{}", machine.path("src").display());
    let fetched = json(&machine.run(&format!("repo {url} -f json")));
    assert_eq!(packages(&fetched), packages(&here));
    assert_eq!(findings(&fetched), findings(&here));
    let problems = fetched["Plimsoll"]["Problems"].to_string();
    assert!(problems.contains("lib/other") && problems.contains("submodule"), "{problems}");
    for revision in ["--tag v1".to_owned(), format!("--commit {first}")] {
        let old = json(&machine.run(&format!("repo {url} -f json {revision}")));
        assert_eq!(old["Metadata"]["Commit"], first.as_str());
        assert_eq!(packages(&old).len(), 3, "{revision}");
    }
    machine.run(&format!("repo {url} --branch absent")).fails(2, &["cannot fetch"]);
    machine.run("repo ./nowhere").fails(2, &["nowhere"]);
}
