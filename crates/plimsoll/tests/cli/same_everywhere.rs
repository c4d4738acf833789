//! One image says the same wherever it lies: in every container form, in a registry, unpacked, with
//! a cold and a warm cache, on one thread and on many.

use std::path::Path;

use serde_json::Value;

use crate::image::{Layer, config, tar, write_layout};
use crate::machine::Machine;
use crate::registry::{self, Registry};
use crate::tools::{demo_image, installed, run, shared};

/// What depends on where the image lies: names, and digests of the stored form.
const OF_THE_SOURCE: [&str; 10] = [
    "ReportID",
    "ArtifactID",
    "ArtifactName",
    "Target",
    "Fingerprint",
    "RepoTags",
    "RepoDigests",
    "Reference",
    "Size",
    "Digest",
];

/// What an unpacked root file system cannot know.
const OF_AN_IMAGE: [&str; 6] =
    ["ArtifactType", "ImageID", "DiffIDs", "ImageConfig", "Layers", "Layer"];

fn without(mut value: Value, keys: &[&str]) -> Value {
    match &mut value {
        Value::Object(object) => {
            object.retain(|key, _| !keys.contains(&key.as_str()));
            object.values_mut().for_each(|child| *child = without(child.take(), keys));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|child| *child = without(child.take(), keys));
        }
        _ => {}
    }
    value
}

/// Fails with the first line that differs; whole reports are too long to read.
fn assert_same(report: &Value, expected: &Value, target: &str) {
    let (report, expected) = (format!("{report:#}"), format!("{expected:#}"));
    for (number, (one, other)) in report.lines().zip(expected.lines()).enumerate() {
        assert_eq!(one, other, "{target}: line {number}");
    }
    assert_eq!(report.len(), expected.len(), "{target}: one report is longer");
    println!("the same: {target}");
}

/// Scans with an empty cache, a full one, none, and different numbers of threads, and gives what
/// all of them wrote.
fn scan(machine: &Machine, target: &str, cache: &str) -> Value {
    let line = format!("{target} -f json");
    let first = machine.run(&format!("{line} --cache-dir caches/{cache}"));
    assert_eq!(first.code, 0, "{first:?}");
    for options in [
        &format!("--cache-dir caches/{cache}"),
        &format!("--cache-dir caches/{cache}-1 --parallel 1"),
        &format!("--cache-dir caches/{cache}-4 --parallel 4"),
        "--cache-backend memory",
    ] {
        let again = machine.run(&format!("{line} {options}"));
        assert!(again.stdout == first.stdout, "{target} {options} differs: {}", again.stderr);
    }
    serde_json::from_str(&first.stdout).unwrap()
}

/// Brings the image of a layout to every other place and compares what is said there.
fn check(machine: &Machine, layout: &Path, findings: usize, packages: usize) {
    let layout = layout.display().to_string();
    let expected = scan(machine, &format!("image --input {layout}"), "layout");
    let result = &expected["Results"][0];
    let found = result["Vulnerabilities"].as_array().map_or(0, Vec::len);
    assert!(found >= findings, "{found} findings, expected {findings} or more");
    assert_eq!(result["Packages"].as_array().map(Vec::len), Some(packages));
    let expected = without(expected, &OF_THE_SOURCE);
    let same = |target: &str, cache: &str| {
        let report = without(scan(machine, target, cache), &OF_THE_SOURCE);
        assert_same(&report, &expected, target);
    };

    let path = |name: &str| machine.path(name).display().to_string();
    run("tar", &["-C", &layout, "-cf", &path("oci.tar"), "."]);
    same("image --input oci.tar", "oci-tar");

    if installed(&["skopeo"]) {
        let from = format!("oci:{layout}:latest");
        run("skopeo", &["copy", "-q", &from, &format!("docker-archive:{}", path("docker.tar"))]);
        same("image --input docker.tar", "docker");
        let archive = std::fs::read(path("docker.tar")).unwrap();
        std::fs::write(path("docker.tar.gz"), crate::image::gzip(&archive)).unwrap();
        same("image --input docker.tar.gz", "docker-gzip");
    }

    if installed(&registry::PROGRAMS) {
        for (name, password, tls) in [
            ("open", None, false),
            ("closed", Some("hunter2"), false),
            ("encrypted", None, true),
            ("both", Some("hunter2"), true),
        ] {
            let registry = Registry::start(&machine.path(name), password, tls);
            let credentials = password.map(|password| format!("--dest-creds=me:{password}"));
            let image = registry
                .push(Path::new(&layout), &credentials.as_deref().map_or(vec![], |one| vec![one]));
            let mut target = format!("image --image-src remote {image}");
            if tls {
                let ran = machine.run(&target);
                ran.fails(2, &["certificate", "--cacert"]);
                target.push_str(&format!(" --cacert {name}/cert.pem"));
            }
            if let Some(password) = password {
                machine.run(&target).fails(2, &["refuses access"]);
                target.push_str(&format!(" --username me --password {password}"));
            }
            same(&target, name);
        }
    }

    if installed(&["umoci"]) {
        let image = format!("{layout}:latest");
        run("umoci", &["unpack", "--rootless", "--image", &image, &path("bundle")]);
        let report = without(scan(machine, "rootfs bundle/rootfs", "rootfs"), &OF_THE_SOURCE);
        let expected = without(expected, &OF_AN_IMAGE);
        assert_same(&without(report, &OF_AN_IMAGE), &expected, "rootfs");
    }
}

#[test]
fn the_demonstration_image() {
    check(&Machine::new(), &demo_image(), 60, 24);
}

/// A real root file system, gzip as Alpine ships it, and a layer that changes its package database,
/// deletes, and replaces a directory.
#[test]
fn alpine_in_two_layers() {
    // The starter database knows nothing of Alpine 3.9: "not covered" must be the same everywhere too.
    for (release, findings) in [("3.9.6", 0), ("3.12.12", 1)] {
        let file = format!("rootfs/alpine/alpine-minirootfs-{release}-x86_64.tar.gz");
        let Some(archive) = shared(&file) else { return };
        println!("Alpine {release}");
        let machine = Machine::new();
        let base = std::fs::read(archive).unwrap();
        let records = installed_file(&base);
        let kept: Vec<&str> = records
            .split("\n\n")
            .filter(|record| !record.lines().any(|line| line == "P:scanelf"))
            .collect();
        let upper = tar(&[
            ("lib/apk/db/installed", kept.join("\n\n").as_bytes()),
            ("etc/.wh.motd", b""),
            ("etc/apk/.wh..wh..opq", b""),
            ("etc/apk/world", b"alpine-base\n"),
        ]);
        let layers = [
            Layer::compressed(base, "ADD alpine.tar.gz / # base"),
            Layer::gzip(&upper, "RUN apk del scanelf"),
        ];
        let layout = machine.path("layout");
        write_layout(&layout, &layers, &config(&layers));
        check(&machine, &layout, findings, 13);
    }
}

/// Alpine's package database out of a `.tar.gz`.
fn installed_file(archive: &[u8]) -> String {
    let mut archive = tar::Archive::new(flate2::read::MultiGzDecoder::new(archive));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with("lib/apk/db/installed") {
            return std::io::read_to_string(&mut entry).unwrap();
        }
    }
    panic!("no package database");
}
