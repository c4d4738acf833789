//! Bills of materials that come along in images.
//!
//! They list what somebody put in, often without any other trace (Bitnami unpacks its builds, a
//! wheel carries libraries inside). Packages of distributions in them are left to the package
//! database, which says what is really there.

use plimsoll_language::{
    Component, Evidence, Extractor, Input, Parsed, Parser, ProblemKind, Relationship, component_id,
};
use plimsoll_version::Ecosystem;

use crate::{BomPackage, document};

/// The largest in real images are of whole images, with every file listed.
const LIMIT: u64 = 64 << 20;

/// The bills of materials that come along in images.
pub const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "bitnami-spdx",
        ecosystem: Ecosystem::Bitnami,
        type_name: "bitnami",
        evidence: Evidence::Listed,
        files: &["opt/bitnami/**/.spdx-*.spdx"],
        limit: LIMIT,
        parser: Parser::Alone(read),
        defined_by: "https://spdx.github.io/spdx-spec/v2.3/",
    },
    Extractor {
        id: "python-sbom",
        ecosystem: Ecosystem::PyPi,
        type_name: "python-pkg",
        evidence: Evidence::Listed,
        files: &[
            "*.dist-info/sboms/*.json",
            "*.dist-info/sboms/*.xml",
            "*.dist-info/sboms/*.spdx",
            "*.dist-info/sboms/*.cdx",
        ],
        limit: LIMIT,
        parser: Parser::Alone(read),
        defined_by: "https://peps.python.org/pep-0770/",
    },
    Extractor {
        id: "spdx",
        ecosystem: Ecosystem::Generic,
        type_name: "spdx",
        evidence: Evidence::Listed,
        files: &["*.spdx.json", "*.spdx"],
        limit: LIMIT,
        parser: Parser::Alone(read),
        defined_by: "https://spdx.github.io/spdx-spec/v2.3/",
    },
    Extractor {
        id: "cyclonedx",
        ecosystem: Ecosystem::Generic,
        type_name: "cyclonedx",
        evidence: Evidence::Listed,
        files: &["*.cdx.json", "*.cdx.xml", "*.cdx", "bom.json", "bom.xml"],
        limit: LIMIT,
        parser: Parser::Alone(read),
        defined_by: "https://cyclonedx.org/specification/overview/",
    },
];

/// Directories of examples and tests: what is described there is not in the image.
const ELSEWHERE: &[&str] = &[
    "test",
    "tests",
    "testdata",
    "test-data",
    "fixtures",
    "__tests__",
    "example",
    "examples",
    "samples",
];

/// apko writes one for each of Wolfi's packages, which the package database lists anyway.
const OF_PACKAGES: &[&str] = &["var/lib/db/sbom/"];

fn read(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut components = Parsed::clean(Vec::new());
    let is_elsewhere = input.directory().split('/').any(|part| ELSEWHERE.contains(&part));
    if is_elsewhere || OF_PACKAGES.iter().any(|prefix| input.path.starts_with(prefix)) {
        return components;
    }
    // These names are others' too.
    let is_weak = matches!(input.name(), "bom.json" | "bom.xml");
    if is_weak
        && !has(input.content, b"CycloneDX")
        && !has(input.content, b"cyclonedx.org/schema/bom")
    {
        return components;
    }
    let parsed = document::read(input.content);
    components.problems = parsed.problems;
    let Some(bom) = parsed.value else { return components };
    let mut names = std::collections::HashMap::new();
    let mut found = Vec::new();
    let mut foreign = Vec::new();
    let is_of_wheel = input.directory().ends_with(".dist-info/sboms");
    for package in &bom.packages {
        // The wheel itself is proved by what stands beside the directory.
        if is_of_wheel && package.relationship == Relationship::Root {
            continue;
        }
        let Some(component) = component(package) else {
            foreign.push(package.purl.as_ref().map_or("", |purl| purl.name.as_str()));
            continue;
        };
        if !components.add(component) {
            break;
        }
        if let Some(added) = components.value.last() {
            names.insert(package.reference.as_str(), component_id(&added.name, &added.version));
            found.push(package);
        }
    }
    for (component, package) in components.value.iter_mut().zip(found) {
        let needed = package.depends_on.iter().filter_map(|needed| names.get(needed.as_str()));
        component.depends_on = needed.cloned().collect();
        component.depends_on.sort();
        component.depends_on.dedup();
    }
    // No package database knows of a distribution's library that was copied into a wheel.
    if is_of_wheel && !foreign.is_empty() {
        let names = foreign.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let message = format!(
            "{} libraries of a distribution were copied into the package and cannot be matched: {names}",
            foreign.len()
        );
        components.problem(ProblemKind::Unsupported, message);
    }
    components.problems.retain(|problem| {
        problem.kind != ProblemKind::Unsupported || !is_foreign(&problem.message)
    });
    components
}

/// Sources and images, which builders name among what they packed: nothing to match.
fn is_foreign(message: &str) -> bool {
    ["\"github\"", "\"bitbucket\"", "\"gitlab\""].iter().any(|kind| message.contains(kind))
}

fn has(content: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(content, word).is_some()
}

fn component(package: &BomPackage) -> Option<Component> {
    let (ecosystem, name, version) = package.library()?;
    let cpes = if ecosystem == Ecosystem::Generic { package.cpes.clone() } else { Vec::new() };
    Some(Component {
        licenses: package.licenses.clone(),
        relationship: package.relationship,
        dev: package.dev,
        digests: package.digests.clone(),
        cpes,
        ..Component::new(ecosystem, name, version)
    })
}
