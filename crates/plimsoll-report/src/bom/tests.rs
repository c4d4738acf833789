//! What is written is valid and says everything that scanning needs.

use std::io::Write as _;
use std::process::{Command, Stdio};

use plimsoll_inventory::{
    Inventory, Library, Location, Package, PackageKind, SourcePackage, from_bom,
};
use plimsoll_version::Ecosystem;

use crate::{Format, GithubRun, Report, sample, write};

fn library(name: &str, version: &str, ecosystem: Ecosystem, file: &str) -> Package {
    let library = Library {
        ecosystem,
        extractor: "sample".to_owned(),
        file: file.to_owned(),
        relationship: plimsoll_inventory::Relationship::Unknown,
        dev: false,
        depends_on: Vec::new(),
        lines: Vec::new(),
        digests: Vec::new(),
        cpes: Vec::new(),
        doubt: None,
        symbols: None,
        owner: None,
    };
    Package {
        found_in: Location { path: file.to_owned(), layer: 1 },
        layer: Some(1),
        library: Some(Box::new(library)),
        ..Package::new(PackageKind::Library, name.to_owned(), version.to_owned())
    }
}

/// An image with one of everything.
fn report() -> Report {
    let mut report = sample::report();
    let packages = &mut report.inventory.packages;
    packages[0].licenses = vec!["curl".to_owned(), "our own & only".to_owned()];
    packages[0].maintainer = Some("Alessandro Ghedini <ghedo@debian.org>".to_owned());
    packages[1].licenses = vec!["MIT or GPLv2+".to_owned()];
    packages[2].code = Some(false);
    packages[3].modularity = Some("zlib:1:2:3:x86_64".to_owned());
    let lock = "srv/app/package-lock.json";
    let mut express = library("express", "4.18.2", Ecosystem::Npm, lock);
    {
        let own = express.library.as_mut().unwrap();
        own.relationship = plimsoll_inventory::Relationship::Direct;
        own.depends_on = vec!["@types/node@20.1.0".to_owned(), "accepts@1.3.8".to_owned()];
        own.lines = vec![plimsoll_inventory::Lines { start: 7, end: 12 }];
        own.digests = vec![format!("sha512:{}", "ab".repeat(64)), "sha256:nonsense".to_owned()];
    }
    let mut types = library("@types/node", "20.1.0", Ecosystem::Npm, lock);
    types.library.as_mut().unwrap().dev = true;
    types.library.as_mut().unwrap().relationship = plimsoll_inventory::Relationship::Indirect;
    let accepts = library("accepts", "1.3.8", Ecosystem::Npm, lock);
    let twin = library("accepts", "1.3.8", Ecosystem::Npm, "srv/other/package-lock.json");
    let mut log4j =
        library("org.apache.logging.log4j:log4j-core", "2.14.1", Ecosystem::Maven, "app.war");
    log4j.found_in.path = "app.war/WEB-INF/lib/log4j-core.jar".to_owned();
    let mut django =
        library("Django", "2.2", Ecosystem::PyPi, "usr/lib/python3/dist-packages/Django.dist-info");
    django.library.as_mut().unwrap().owner = Some(1);
    django.licenses = vec!["BSD".to_owned()];
    let mut node = library("node", "20.1.0", Ecosystem::Generic, "usr/local/bin/node");
    node.library.as_mut().unwrap().cpes = vec![
        "cpe:2.3:a:nodejs:node.js:20.1.0:*:*:*:*:*:*:*".to_owned(),
        "cpe:2.3:a:nodejs:nodejs:20.1.0:*:*:*:*:*:*:*".to_owned(),
    ];
    node.library.as_mut().unwrap().doubt = Some("the version stands in a comment".to_owned());
    packages.extend([types, django, accepts, twin, express, node, log4j]);
    report.inventory.packages.sort_by(|left, right| {
        let key = |one: &Package| {
            (one.kind, one.name.clone(), one.version.clone(), one.found_in.path.clone())
        };
        key(left).cmp(&key(right))
    });
    report.inventory.packages[0].source =
        Some(SourcePackage { name: "curl".into(), version: "7.88.1-10".into() });
    report.inventory.repositories = vec!["rhel-9-baseos".to_owned()];
    report.inventory.os.as_mut().unwrap().extended_support = true;
    report.image.manifest_digest = Some(plimsoll_image::Digest::sha256(b"manifest"));
    report
}

fn written(report: &Report, format: &Format) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes, format, std::slice::from_ref(report), &sample::texts).unwrap();
    String::from_utf8(bytes).unwrap()
}

const FORMATS: [Format; 4] =
    [Format::CycloneDx, Format::CycloneDxXml, Format::Spdx, Format::SpdxJson];

/// What matching looks at, and where things are.
fn essence(inventory: &Inventory) -> Vec<String> {
    let mut all = vec![format!(
        "{:?} {:?} {}",
        inventory.os.as_ref().map(|os| (&os.id, os.distribution, &os.version, os.extended_support)),
        inventory.repositories,
        inventory.busybox
    )];
    all.extend(inventory.packages.iter().map(|one| {
        let library = one.library.as_ref().map(|library| {
            let Library { extractor, ecosystem, file, relationship, dev, depends_on, lines, cpes, doubt, owner, .. } =
                &**library;
            format!("{extractor} {ecosystem:?} {file} {relationship:?} {dev} {depends_on:?} {lines:?} {cpes:?} {doubt:?} {owner:?}")
        });
        let source = one.source.clone().filter(|source| (&source.name, &source.version) != (&one.name, &one.version));
        format!(
            "{:?} {} {} {} {source:?} {:?} {:?} {:?} {:?} {:?} {library:?}",
            one.kind, one.name, one.version, one.architecture, one.maintainer, one.modularity, one.found_in, one.layer, one.code
        )
    }));
    all
}

#[test]
fn what_is_written_is_read_again() {
    let report = report();
    for format in FORMATS {
        let text = written(&report, &format);
        let parsed = plimsoll_sbom::read(text.as_bytes());
        assert_eq!(parsed.problems, [], "{format:?}");
        let bom = parsed.value.unwrap();
        assert_eq!(bom.name, report.image.name, "{format:?}");
        assert_eq!(bom.image_id, report.image.id.map(|id| id.to_string()));
        assert_eq!(bom.repo_tags, report.image.repo_tags);
        assert_eq!(bom.layers.len(), report.image.layers.len());
        assert_eq!(essence(&from_bom(bom)), essence(&report.inventory), "{format:?}");
    }
}

#[test]
fn documents_are_the_same_every_time_and_differ_with_their_contents() {
    let report = report();
    for format in FORMATS {
        let text = written(&report, &format);
        assert_eq!(text, written(&report, &format));
        let mut later = report.clone();
        later.created_at = "2027-01-01T00:00:00Z".to_owned();
        let id = |text: &str| {
            let line = text
                .lines()
                .find(|line| ["urn:uuid", "Namespace"].iter().any(|word| line.contains(word)));
            line.unwrap().to_owned()
        };
        assert_eq!(id(&text), id(&written(&later, &format)), "{format:?}");
        later.inventory.packages.pop();
        assert_ne!(id(&text), id(&written(&later, &format)), "{format:?}");
    }
}

#[test]
fn vulnerabilities_are_listed_where_they_were_asked_for() {
    let mut report = report();
    let text = written(&report, &Format::CycloneDx);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let found = document["vulnerabilities"].as_array().unwrap();
    let socks = found.iter().find(|one| one["id"] == "CVE-2023-38545").unwrap();
    assert_eq!(socks["ratings"][0]["method"], "CVSSv31");
    assert_eq!(socks["affects"].as_array().unwrap().len(), 2);
    assert_eq!(socks["cwes"][0], 787);
    report.list_vulnerabilities = false;
    assert!(!written(&report, &Format::CycloneDx).contains("CVE-2023-38545"));
}

#[test]
fn the_image_hangs_together() {
    let document: serde_json::Value =
        serde_json::from_str(&written(&report(), &Format::CycloneDx)).unwrap();
    let mut known: Vec<&str> = vec!["image"];
    known.extend(
        document["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["bom-ref"].as_str().unwrap()),
    );
    let unique: std::collections::BTreeSet<&str> = known.iter().copied().collect();
    assert_eq!(known.len(), unique.len(), "references are unique");
    for dependency in document["dependencies"].as_array().unwrap() {
        assert!(unique.contains(dependency["ref"].as_str().unwrap()));
        for needed in dependency["dependsOn"].as_array().into_iter().flatten() {
            assert!(unique.contains(needed.as_str().unwrap()));
        }
    }
    let of_express = document["dependencies"].as_array().unwrap().iter();
    let of_express = of_express.clone().find(|one| one["ref"] == "pkg:npm/express@4.18.2").unwrap();
    assert_eq!(of_express["dependsOn"].as_array().unwrap().len(), 2);
}

#[test]
fn a_snapshot_for_github_loses_no_version() {
    let run = GithubRun {
        reference: "refs/heads/main".to_owned(),
        commit: "abc".to_owned(),
        workflow: "scan".to_owned(),
        job: "image".to_owned(),
        run: "7".to_owned(),
    };
    let text = written(&report(), &Format::Github(run));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["job"]["correlator"], "scan_image");
    let system = &document["manifests"]["shop/web:1.4 (debian 12.1)"]["resolved"];
    assert_eq!(system["zlib1g@1:1.2.13.dfsg-1"]["relationship"], "direct");
    let libraries = &document["manifests"]["shop/web:1.4 (sample)"]["resolved"];
    assert_eq!(libraries["@types/node@20.1.0"]["scope"], "development");
    assert_eq!(libraries["express@4.18.2"]["dependencies"][1], "accepts@1.3.8");
}

#[test]
fn several_images_are_no_document() {
    let reports = [sample::report(), sample::bare()];
    for format in FORMATS {
        assert!(write(&mut Vec::new(), &format, &reports, &sample::texts).is_err());
    }
}

/// Has a document judged by a library of the format's own makers, if it is installed.
fn judge(name: &str, needs: &str, program: &str, document: &str) {
    let python = std::env::var("PLIMSOLL_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let can = Command::new(&python).args(["-c", needs]).stderr(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        let message = format!(
            "SKIPPED: {name} is not validated, because {python} lacks what `{needs}` needs\n"
        );
        // Not through the test's capture: a test that was not run must be seen.
        std::io::stderr().write_all(message.as_bytes()).unwrap();
        return;
    }
    let mut child = Command::new(&python)
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&said));
}

/// `pip install 'cyclonedx-python-lib[json-validation,xml-validation]' spdx-tools` makes these run.
#[test]
fn documents_are_valid_by_the_official_schemas() {
    let cyclonedx = |kind: &str| {
        format!(
            "import sys\nfrom cyclonedx.schema import SchemaVersion\n\
             from cyclonedx.validation.{} import {}Validator as V\n\
             found = {}(SchemaVersion.V1_6).validate_str(sys.stdin.read())\n\
             sys.exit(str(found) if found else 0)",
            kind.to_lowercase(),
            if kind == "Json" { "JsonStrict" } else { "Xml" },
            "V"
        )
    };
    let spdx = |ending: &str| {
        format!(
            "import sys, tempfile\nfrom spdx_tools.spdx.parser.parse_anything import parse_file\n\
             from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document\n\
             file = tempfile.NamedTemporaryFile(suffix='{ending}', mode='w')\n\
             file.write(sys.stdin.read())\nfile.flush()\n\
             found = validate_full_spdx_document(parse_file(file.name))\n\
             sys.exit('\\n'.join(m.validation_message for m in found) if found else 0)"
        )
    };
    let cyclonedx_needs = "import cyclonedx.validation.json, jsonschema, lxml, referencing";
    let spdx_needs = "import spdx_tools.spdx.parser.parse_anything";
    for report in [report(), sample::bare()] {
        for (format, needs, program) in [
            (Format::CycloneDx, cyclonedx_needs, cyclonedx("Json")),
            (Format::CycloneDxXml, cyclonedx_needs, cyclonedx("Xml")),
            (Format::Spdx, spdx_needs, spdx(".spdx")),
            (Format::SpdxJson, spdx_needs, spdx(".spdx.json")),
        ] {
            judge(&format!("{format:?}"), needs, &program, &written(&report, &format));
        }
    }
}

#[test]
fn scanning_the_document_finds_what_scanning_the_image_found() {
    let mut report = report();
    report.inventory.os = sample::system("debian", "11.9");
    let mut libssl = sample::package("libssl1.1", "1.1.1k-1+deb11u1");
    libssl.source =
        Some(SourcePackage { name: "openssl".into(), version: "1.1.1k-1+deb11u1".into() });
    libssl.maintainer = Some("Somebody <x@docker.com>".to_owned());
    report.inventory.packages.insert(3, libssl);
    let database = plimsoll_advisory::Database::starter();
    let found = |inventory: &Inventory| {
        let matched = plimsoll_match::match_inventory(
            inventory,
            database,
            plimsoll_match::MatchOptions::default(),
        );
        let name = |index: usize| inventory.packages[index].name.clone();
        let findings = matched.findings.iter().map(|one| {
            format!(
                "{} {} {:?} {:?} {}",
                name(one.package),
                one.vulnerability,
                one.status,
                one.fixed_version,
                one.third_party
            )
        });
        (findings.collect::<Vec<_>>(), matched.coverage, matched.undecided.len())
    };
    let expected = found(&report.inventory);
    assert!(
        expected.0.iter().any(|one| one.starts_with("libssl1.1 CVE-2022-0778")),
        "{expected:?}"
    );
    for format in FORMATS.into_iter().chain([Format::Json]) {
        let parsed = plimsoll_sbom::read(written(&report, &format).as_bytes());
        let again = found(&from_bom(parsed.value.unwrap()));
        assert_eq!(again, expected, "{format:?}");
    }
}
