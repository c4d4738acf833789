//! What tools add to the standard fields: ours, Trivy's and Syft's names and values.
//!
//! <https://github.com/CycloneDX/cyclonedx-property-taxonomy> keeps the list of prefixes.

use std::collections::BTreeMap;

use plimsoll_language::Lines;
use plimsoll_version::Distribution;

use crate::draft::{Draft, Sink, relationship};
use crate::{BomSystem, property};

const TRIVY: &str = "aquasecurity:trivy:";
const SYFT: &str = "syft:";

/// Package databases among the files that Syft names as evidence; the others are file lists.
const DATABASES: &[&str] = &[
    "lib/dpkg/status",
    "lib/apk/db/installed",
    "rpmdb.sqlite",
    "/Packages",
    "/Packages.db",
    "lib/pacman",
];

/// Applies the additions of a component.
pub(crate) fn apply(draft: &mut Draft) {
    let properties = std::mem::take(&mut draft.properties);
    let mut trivys_source = TrivySource::default();
    let mut syfts = SyftLocations::default();
    let (mut source_name, mut source_version) = (String::new(), String::new());
    for (name, value) in &properties {
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        if let Some(key) = name.strip_prefix(TRIVY) {
            match key {
                "FilePath" => draft.package.path = value.to_owned(),
                "LayerDigest" => draft.layer_digest = value.to_owned(),
                "LayerDiffID" => draft.layer_diff_id = value.to_owned(),
                "Modularitylabel" => draft.package.modularity = Some(value.to_owned()),
                "Relationship" => draft.package.relationship = relationship(value),
                "Dev" => draft.package.dev = value == "true",
                "Indirect" if value == "true" => {
                    draft.package.relationship = relationship("indirect");
                }
                _ => trivys_source.set(key, value),
            }
        } else if let Some(key) = name.strip_prefix(SYFT) {
            match key {
                "metadata:source" | "metadata:originPackage" => source_name = value.to_owned(),
                "metadata:sourceVersion" => source_version = value.to_owned(),
                "metadata:sourceRpm" => {
                    if let Some((name, version)) = source_rpm(value) {
                        (source_name, source_version) = (name, version);
                    }
                }
                "metadata:modularityLabel" => draft.package.modularity = Some(value.to_owned()),
                "metadata:maintainer" | "metadata:vendor" => {
                    draft.package.maintainer.get_or_insert_with(|| value.to_owned());
                }
                _ => syfts.set(key, value),
            }
        } else {
            own(draft, name, value);
        }
    }
    if let Some(found) = trivys_source.finish() {
        draft.package.source = Some(found);
    } else if !source_name.is_empty() && draft.package.source.is_none() {
        draft.package.source = Some((source_name, source_version));
    }
    syfts.finish(draft);
}

fn own(draft: &mut Draft, name: &str, value: &str) {
    let package = &mut draft.package;
    let source = |package: &mut crate::BomPackage| package.source.take().unwrap_or_default();
    match name {
        property::SOURCE_NAME => package.source = Some((value.to_owned(), source(package).1)),
        property::SOURCE_VERSION => package.source = Some((source(package).0, value.to_owned())),
        property::MAINTAINER => package.maintainer = Some(value.to_owned()),
        property::MODULARITY => package.modularity = Some(value.to_owned()),
        property::PATH => package.path = value.to_owned(),
        property::FILE => package.file = Some(value.to_owned()),
        property::LAYER => package.layer = value.parse().ok(),
        property::EVIDENCE_LAYER => package.evidence_layer = value.parse().ok(),
        property::EXTRACTOR => package.extractor = Some(value.to_owned()),
        property::RELATIONSHIP => package.relationship = relationship(value),
        property::DEVELOPMENT => package.dev = value == "true",
        property::OWNER => package.owner = Some(value.to_owned()),
        property::CODE => package.code = value.parse().ok(),
        property::DOUBT => package.doubt = Some(value.to_owned()),
        property::CPE => package.cpes.push(value.to_owned()),
        property::LINES => {
            let number = |text: &str| text.parse::<u32>().ok();
            if let Some((start, end)) = value.split_once('-')
                && let (Some(start), Some(end)) = (number(start), number(end))
            {
                package.lines.push(Lines { start, end });
            }
        }
        _ => {}
    }
}

/// Trivy takes the source's version apart.
#[derive(Default)]
pub(crate) struct TrivySource {
    name: String,
    version: String,
    release: String,
    epoch: String,
}

impl TrivySource {
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        let place = match key {
            "SrcName" => &mut self.name,
            "SrcVersion" => &mut self.version,
            "SrcRelease" => &mut self.release,
            "SrcEpoch" => &mut self.epoch,
            _ => return,
        };
        value.clone_into(place);
    }

    pub(crate) fn finish(self) -> Option<(String, String)> {
        if self.name.is_empty() {
            return None;
        }
        Some((self.name, evr(&self.epoch, &self.version, &self.release)))
    }
}

/// `epoch:version-release`, without what is empty or zero.
pub(crate) fn evr(epoch: &str, version: &str, release: &str) -> String {
    let mut full = String::new();
    if !epoch.is_empty() && epoch != "0" && !version.is_empty() {
        full.push_str(epoch);
        full.push(':');
    }
    full.push_str(version);
    if !release.is_empty() {
        full.push('-');
        full.push_str(release);
    }
    full
}

/// Name and version of `bash-5.1.8-6.el9.src.rpm`.
pub(crate) fn source_rpm(file: &str) -> Option<(String, String)> {
    let stem = file.strip_suffix(".rpm").unwrap_or(file);
    let stem = stem.strip_suffix(".src").or_else(|| stem.strip_suffix(".nosrc")).unwrap_or(stem);
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    Some((name.to_owned(), format!("{version}-{release}")))
}

/// `syft:location:0:path` and the layer beside it.
#[derive(Default)]
struct SyftLocations(BTreeMap<u32, (String, String)>);

impl SyftLocations {
    fn set(&mut self, key: &str, value: &str) {
        let mut parts = key.split(':');
        let (Some("location"), Some(index), Some(field)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return;
        };
        let Ok(index) = index.parse() else { return };
        let entry = self.0.entry(index).or_default();
        match field {
            "path" => value.clone_into(&mut entry.0),
            "layerID" => value.clone_into(&mut entry.1),
            _ => {}
        }
    }

    fn finish(self, draft: &mut Draft) {
        let locations: Vec<(String, String)> = self.0.into_values().collect();
        place(draft, &locations);
    }
}

/// Chooses among the places that Syft gives: the database is the evidence, the layer that of the
/// first file, which is the package's own.
pub(crate) fn place(draft: &mut Draft, locations: &[(String, String)]) {
    let Some((first, layer)) = locations.first() else { return };
    let is_database = |path: &str| DATABASES.iter().any(|end| path.ends_with(end));
    let database = locations.iter().find(|(path, _)| is_database(path));
    if draft.package.path.is_empty() {
        draft.package.path = database.map_or(first, |(path, _)| path).clone();
    }
    if draft.layer_digest.is_empty() && draft.layer_diff_id.is_empty() {
        // Syft calls layers by the digest of their contents.
        draft.layer_diff_id.clone_from(layer);
    }
}

/// Applies the additions of the document, its root or its operating system.
pub(crate) fn apply_to_document(sink: &mut Sink, properties: &[(String, String)]) {
    for (name, value) in properties {
        let value = value.trim();
        match name.as_str() {
            "aquasecurity:trivy:DiffID" => {
                sink.layer("", value);
            }
            "aquasecurity:trivy:ImageID" | property::IMAGE_ID => {
                sink.bom.image_id = Some(value.to_owned());
            }
            "aquasecurity:trivy:RepoTag" | property::REPO_TAG => {
                sink.bom.repo_tags.push(value.to_owned());
            }
            "aquasecurity:trivy:RepoDigest" | property::REPO_DIGEST => {
                sink.bom.repo_digests.push(value.to_owned());
            }
            property::IMAGE_LAYER => {
                let (digest, diff_id) = value.split_once(' ').unwrap_or((value, ""));
                let known = |text: &str| if text == "-" { String::new() } else { text.to_owned() };
                sink.layer(&known(digest), &known(diff_id));
            }
            property::REPOSITORY => sink.bom.repositories.push(value.to_owned()),
            property::BUSYBOX => sink.bom.busybox = value == "true",
            _ => {}
        }
    }
}

/// What the additions of an operating system's component say, on top of its name and version.
pub(crate) fn system(name: String, version: String, properties: &[(String, String)]) -> BomSystem {
    let mut system = BomSystem { id: name, version, ..BomSystem::default() };
    for (name, value) in properties {
        let place = match name.as_str() {
            property::SYSTEM_ID | "syft:distro:id" => &mut system.id,
            property::SYSTEM_VERSION | "syft:distro:versionID" => &mut system.version,
            property::SYSTEM_CODENAME | "syft:distro:versionCodename" => &mut system.codename,
            property::SYSTEM_PRETTY_NAME | "syft:distro:prettyName" => &mut system.pretty_name,
            property::EXTENDED_SUPPORT => {
                system.extended_support = value == "true";
                continue;
            }
            _ => continue,
        };
        value.clone_into(place);
    }
    system
}

/// `debian-12.5`, `opensuse-leap-15.5`, `centos-stream-9`, `arch`: the id has hyphens of its own.
pub(crate) fn system_of_distro(distro: &str) -> BomSystem {
    let is_known = |id: &str| {
        Distribution::from_os_release_id(id).is_some() || Distribution::from_id(id).is_some()
    };
    let mut split = (distro, "");
    if !is_known(distro) {
        let cuts = distro.rmatch_indices('-').map(|(at, _)| (&distro[..at], &distro[at + 1..]));
        let mut cuts = cuts.collect::<Vec<_>>().into_iter();
        let last = cuts.clone().next();
        let known = cuts.find(|(id, _)| is_known(id));
        let numbered =
            last.filter(|(_, version)| version.starts_with(|sign: char| sign.is_ascii_digit()));
        split = known.or(numbered).unwrap_or(split);
    }
    BomSystem { id: split.0.to_owned(), version: split.1.to_owned(), ..BomSystem::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distros_come_apart() {
        for (distro, id, version) in [
            ("debian-12.5", "debian", "12.5"),
            ("debian-sid", "debian", "sid"),
            ("rhel-9.3", "rhel", "9.3"),
            ("redhat-9.3", "redhat", "9.3"),
            ("opensuse-leap-15.5", "opensuse-leap", "15.5"),
            ("opensuse-tumbleweed", "opensuse-tumbleweed", ""),
            ("centos-stream-9", "centos-stream", "9"),
            ("openEuler-22.03-LTS-SP1", "openEuler", "22.03-LTS-SP1"),
            ("arch", "arch", ""),
            ("kali-2024.1", "kali", "2024.1"),
            ("my-own-linux", "my-own-linux", ""),
        ] {
            let system = system_of_distro(distro);
            assert_eq!((system.id.as_str(), system.version.as_str()), (id, version), "{distro}");
        }
    }

    #[test]
    fn source_packages_come_apart() {
        assert_eq!(
            source_rpm("bash-5.1.8-6.el9.src.rpm"),
            Some(("bash".to_owned(), "5.1.8-6.el9".to_owned()))
        );
        assert_eq!(source_rpm("bash"), None);
        assert_eq!(evr("1", "2", "3"), "1:2-3");
        assert_eq!(evr("0", "2", ""), "2");
        assert_eq!(evr("1", "", ""), "");
    }
}
