//! Bills of materials: one document of what a report's image contains, in several formats.
//!
//! [`Document`] collects what all of them say; the writers only give it their form. What no standard
//! field holds and matching needs stands in properties of our own ([`plimsoll_sbom::property`]), so
//! that scanning the document finds what scanning the image found.

pub(crate) mod cyclonedx;
pub(crate) mod cyclonedx_xml;
pub(crate) mod github;
mod license;
pub(crate) mod spdx;
pub(crate) mod spdx_tag_value;
mod vulnerability;

use std::collections::HashMap;
use std::io;

use plimsoll_inventory::{Evidence, Package, PackageKind, Relationship, extractor};
use plimsoll_sbom::property;

use crate::{Report, identity, text};

/// Names and values beyond the standard fields.
type Properties = Vec<(&'static str, String)>;

/// What a bill of materials says.
struct Document<'a> {
    report: &'a Report,
    /// Stays the same as long as the contents do.
    uuid: String,
    /// About the image.
    properties: Properties,
    /// About its operating system.
    system: Option<System<'a>>,
    packages: Vec<Entry<'a>>,
}

struct System<'a> {
    family: &'a str,
    version: &'a str,
    properties: Properties,
}

struct Entry<'a> {
    package: &'a Package,
    purl: String,
    /// By which other entries refer to it.
    reference: String,
    properties: Properties,
    /// Indices of what it needs.
    needs: Vec<usize>,
    /// Whether it hangs on the image itself, not on another package.
    is_direct: bool,
}

/// How a format calls packages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// By package URL where that is unique.
    Purl,
    /// `SPDXRef-Package-` and the package's id.
    Spdx,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report, naming: Naming) -> Document<'a> {
        let packages = &report.inventory.packages;
        let references = references(report, naming);
        let needs = needs(packages);
        let mut is_needed = vec![false; packages.len()];
        for &index in needs.iter().flatten() {
            if let Some(needed) = is_needed.get_mut(index) {
                *needed = true;
            }
        }
        let entries = packages.iter().zip(&references).zip(needs).zip(is_needed);
        let entries = entries.map(|(((package, (purl, reference)), needs), is_needed)| Entry {
            package,
            purl: purl.clone(),
            reference: reference.clone(),
            properties: properties(package, &references),
            needs,
            is_direct: match package.library.as_ref().map(|library| library.relationship) {
                None
                | Some(Relationship::Root | Relationship::Workspace | Relationship::Direct) => true,
                Some(Relationship::Unknown | Relationship::Indirect) => !is_needed,
            },
        });
        Document {
            uuid: identity::content_id(report),
            properties: of_image(report),
            system: system(report),
            packages: entries.collect(),
            report,
        }
    }

    /// What the image as a whole is called.
    fn root_name(&self) -> String {
        text::clean(&self.report.image.name)
    }
}

fn system(report: &Report) -> Option<System<'_>> {
    let (family, version) = report.system()?;
    let os = report.inventory.os.as_ref()?;
    let mut properties = vec![(property::SYSTEM_ID, text::clean(&os.id))];
    if !os.version.is_empty() {
        properties.push((property::SYSTEM_VERSION, text::clean(&os.version)));
    }
    let stated = [
        (property::SYSTEM_CODENAME, os.codename.as_deref()),
        (property::SYSTEM_PRETTY_NAME, os.pretty_name.as_deref()),
        (property::EXTENDED_SUPPORT, os.extended_support.then_some("true")),
    ];
    for (name, value) in stated {
        properties.extend(value.map(|value| (name, text::clean(value))));
    }
    Some(System { family, version, properties })
}

fn of_image(report: &Report) -> Properties {
    let image = &report.image;
    let mut properties: Properties = Vec::new();
    properties.extend(image.id.map(|id| (property::IMAGE_ID, id.to_string())));
    properties.extend(image.repo_tags.iter().map(|tag| (property::REPO_TAG, text::clean(tag))));
    properties
        .extend(image.repo_digests.iter().map(|name| (property::REPO_DIGEST, text::clean(name))));
    if !report.is_directory() {
        let known = |digest: Option<plimsoll_image::Digest>| {
            digest.map_or_else(|| "-".to_owned(), |digest| digest.to_string())
        };
        properties.extend(image.layers.iter().map(|layer| {
            (property::IMAGE_LAYER, format!("{} {}", known(layer.digest), known(layer.diff_id)))
        }));
    }
    let repositories = report.inventory.repositories.iter();
    properties.extend(repositories.map(|name| (property::REPOSITORY, text::clean(name))));
    if report.inventory.busybox {
        properties.push((property::BUSYBOX, "true".to_owned()));
    }
    properties
}

/// Package URL and reference of every package.
fn references(report: &Report, naming: Naming) -> Vec<(String, String)> {
    let os = report.inventory.os.as_ref();
    let packages = &report.inventory.packages;
    let purls: Vec<String> =
        packages.iter().map(|package| plimsoll_inventory::purl(package, os)).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for purl in &purls {
        *count.entry(purl).or_default() += 1;
    }
    let mut used: HashMap<String, usize> = HashMap::new();
    let mut named = Vec::with_capacity(packages.len());
    for (package, purl) in packages.iter().zip(&purls) {
        let is_unique = !purl.is_empty() && count.get(purl.as_str()) == Some(&1);
        let reference = match naming {
            Naming::Purl if is_unique => purl.clone(),
            Naming::Purl => format!("package-{}", identity::package_uid(package)),
            Naming::Spdx => format!("SPDXRef-Package-{}", identity::package_uid(package)),
        };
        let times = used.entry(reference.clone()).or_default();
        *times += 1;
        let reference = match *times {
            1 => reference,
            times => format!("{reference}-{times}"),
        };
        named.push(reference);
    }
    purls.into_iter().zip(named).collect()
}

/// Which packages each package needs. `name@version` is unique within one file only.
fn needs(packages: &[Package]) -> Vec<Vec<usize>> {
    let mut by_id: HashMap<(&str, String), usize> = HashMap::new();
    for (index, package) in packages.iter().enumerate() {
        if let Some(library) = &package.library {
            let id = plimsoll_language::component_id(&package.name, &package.version);
            by_id.entry((&library.file, id)).or_insert(index);
        }
    }
    let of = |package: &Package| {
        let Some(library) = &package.library else { return Vec::new() };
        let found = library
            .depends_on
            .iter()
            .filter_map(|id| by_id.get(&(library.file.as_str(), id.clone())));
        let mut found: Vec<usize> = found.copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    packages.iter().map(of).collect()
}

fn properties(package: &Package, references: &[(String, String)]) -> Properties {
    let mut properties: Properties = Vec::new();
    let mut add = |name: &'static str, value: &str| {
        if !value.is_empty() {
            properties.push((name, text::clean(value)));
        }
    };
    if let Some(source) = &package.source {
        add(property::SOURCE_NAME, &source.name);
        add(property::SOURCE_VERSION, &source.version);
    }
    add(property::MAINTAINER, package.maintainer.as_deref().unwrap_or_default());
    add(property::MODULARITY, package.modularity.as_deref().unwrap_or_default());
    add(property::PATH, &package.found_in.path);
    if let Some(layer) = package.layer {
        add(property::LAYER, &layer.to_string());
    }
    if package.layer.is_some_and(|layer| layer != package.found_in.layer) {
        add(property::EVIDENCE_LAYER, &package.found_in.layer.to_string());
    }
    if let Some(code) = package.code {
        add(property::CODE, if code { "true" } else { "false" });
    }
    let Some(library) = &package.library else { return properties };
    add(property::EXTRACTOR, &library.extractor);
    if library.file != package.found_in.path {
        add(property::FILE, &library.file);
    }
    if library.relationship != Relationship::Unknown {
        add(property::RELATIONSHIP, library.relationship.word());
    }
    if library.dev {
        add(property::DEVELOPMENT, "true");
    }
    add(property::DOUBT, library.doubt.as_deref().unwrap_or_default());
    for cpe in library.cpes.iter().skip(1) {
        add(property::CPE, cpe);
    }
    for lines in &library.lines {
        add(property::LINES, &format!("{}-{}", lines.start, lines.end));
    }
    let owner = library.owner.and_then(|owner| references.get(owner as usize));
    if let Some((_, owner)) = owner {
        add(property::OWNER, owner);
    }
    properties
}

/// Whether a package was recognised by its looks: a program rather than a library.
fn is_program(package: &Package) -> bool {
    let row = package.library.as_ref().and_then(|library| extractor(&library.extractor));
    row.is_some_and(|row| row.evidence == Evidence::Fingerprint)
}

fn is_of_system(package: &Package) -> bool {
    package.kind != PackageKind::Library
}

/// The package URL of the image, where it has a name in a registry.
fn image_purl(report: &Report) -> Option<String> {
    let digest = report.image.manifest_digest.filter(|_| report.is_named())?;
    let name = identity::repository(&report.image.name);
    let last = name.rsplit('/').next().unwrap_or(&name).to_lowercase();
    let mut purl = format!("pkg:oci/{last}@{}", digest.to_string().replace(':', "%3A"));
    let architecture = &report.image.config.architecture;
    let mut separator = '?';
    if !architecture.is_empty() && architecture.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        purl.push_str(&format!("{separator}arch={architecture}"));
        separator = '&';
    }
    purl.push_str(&format!("{separator}repository_url={name}"));
    Some(purl)
}

/// The formats have one document for one image.
fn only_one(reports: &[Report]) -> io::Result<&Report> {
    match reports {
        [report] => Ok(report),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a bill of materials is about one image; scan the others in runs of their own",
        )),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
