//! `updateinfo.xml`, the errata of an RPM repository. What defines it is its writer and reader,
//! createrepo_c: <https://github.com/rpm-software-management/createrepo_c>.
//!
//! One `update` is one erratum: its `references` of type `cve` are the CVEs, its `pkglist` the
//! builds that fix them. Whether a restart is suggested does not matter here. The release is not in
//! a place of its own; each distributor says it elsewhere:
//!
//! | distributor | told by | release from |
//! |---|---|---|
//! | Amazon | `from`, ids `ALAS…` | the collection's short name; behind its `---` stands the repository, which is the channel (`kernel-5.15`, `kernel-livepatch`) |
//! | Rocky | `from`, ids `RLSA-…` | `release`, else the collection, else the path (`rocky/9/…`) |
//! | AlmaLinux | `from`, ids `ALSA-…` | the collection, else the path (`almalinux/9/…`) |
//! | Bottlerocket | the collection `bottlerocket` | it has one |
//! | Fedora, EPEL | `from`, ids `FEDORA-…` | `release` |
//! | SUSE, openSUSE | `from`, ids `SUSE-…`, `openSUSE-…` | the id |
//! | openEuler | `from`, ids `openEuler-…` | the path (`openEuler-22.03-LTS-SP1/…`), else the packages' release (`oe2203sp1`) |
//! | Photon | ids `PHSA-…` | the packages' release (`ph4`) |
//!
//! Fedora writes its CVEs into the titles of bugs and into the text only. An erratum for bugs or
//! enhancements that names no CVE is skipped.

mod distributor;

use distributor::Distributor;
pub(super) use distributor::{ALMA, AMAZON, BOTTLEROCKET, FEDORA, OPEN_EULER, PHOTON, ROCKY, SUSE};

use super::erratum::{Build, Erratum, Flaw, evr, is_source};
use super::identifier::{is_cve, is_id, rfc3339};
use super::prose::cves;
use super::xml::{Element, Handler, walk};
use super::{FileContext, Speaker};
use crate::model::Severity;
use crate::sink::Sink;

#[derive(Default)]
struct Update {
    id: String,
    /// `security`, `bugfix`, `enhancement`, …
    kind: String,
    title: String,
    description: String,
    severity: String,
    release: String,
    issued: String,
    updated: String,
    references: Vec<Reference>,
    collections: Vec<Collection>,
}

#[derive(Default)]
struct Reference {
    id: String,
    kind: String,
    link: String,
    title: String,
}

#[derive(Default)]
struct Collection {
    short: String,
    name: String,
    /// `name:stream` of a module.
    module: Option<String>,
    packages: Vec<Package>,
}

#[derive(Default)]
struct Package {
    name: String,
    epoch: String,
    version: String,
    release: String,
    architecture: String,
}

/// The two functions of each distributor's feed.
macro_rules! feeds {
    ($($distributor:ident: $recognises:ident, $parse:ident;)*) => {
        $(
            pub(super) fn $recognises(_: &str, head: &[u8]) -> bool {
                $distributor.recognises(head)
            }

            pub(super) fn $parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
                parse(&$distributor, file, bytes, sink);
            }
        )*
    };
}

feeds! {
    ALMA: recognises_alma, parse_alma;
    AMAZON: recognises_amazon, parse_amazon;
    BOTTLEROCKET: recognises_bottlerocket, parse_bottlerocket;
    FEDORA: recognises_fedora, parse_fedora;
    OPEN_EULER: recognises_open_euler, parse_open_euler;
    PHOTON: recognises_photon, parse_photon;
    ROCKY: recognises_rocky, parse_rocky;
    SUSE: recognises_suse, parse_suse;
}

fn parse(distributor: &Distributor, file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let speaker = Speaker::new(sink, distributor.publisher, file);
    let mut reading = Reading { distributor, path: file.path, speaker, update: Update::default() };
    if let Err(reason) = walk(bytes, &mut reading) {
        reading.speaker.rejected("", reason);
    }
}

/// A file while it is read; no more than one erratum of it is held.
struct Reading<'a> {
    distributor: &'a Distributor,
    path: &'a str,
    speaker: Speaker<'a>,
    update: Update,
}

impl Handler for Reading<'_> {
    fn open(&mut self, element: &Element, parent: &str) {
        let attribute = |name: &str| element.attribute(name);
        let update = &mut self.update;
        match (parent, &*element.name()) {
            (_, "update") => *update = Update { kind: attribute("type"), ..Update::default() },
            ("update", "issued") => update.issued = attribute("date"),
            ("update", "updated") => update.updated = attribute("date"),
            (_, "reference") => update.references.push(Reference {
                id: attribute("id"),
                kind: attribute("type"),
                link: attribute("href"),
                title: attribute("title"),
            }),
            (_, "collection") => update
                .collections
                .push(Collection { short: attribute("short"), ..Collection::default() }),
            ("collection", "module") => {
                if let Some(collection) = update.collections.last_mut() {
                    let (name, stream) = (attribute("name"), attribute("stream"));
                    collection.module = Some(format!("{name}:{stream}"));
                }
            }
            ("collection", "package") => {
                if let Some(collection) = update.collections.last_mut() {
                    collection.packages.push(Package {
                        name: attribute("name"),
                        epoch: attribute("epoch"),
                        version: attribute("version"),
                        release: attribute("release"),
                        architecture: attribute("arch"),
                    });
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str, parent: &str, text: &str) {
        let update = &mut self.update;
        let text = text.to_owned();
        match (parent, name) {
            (_, "update") => self.tell(),
            ("update", "id") => update.id = text,
            ("update", "title") => update.title = text,
            ("update", "description") => update.description = text,
            ("update", "severity") => update.severity = text,
            ("update", "release") => update.release = text,
            ("collection", "name") => {
                if let Some(collection) = update.collections.last_mut() {
                    collection.name = text;
                }
            }
            _ => {}
        }
    }
}

impl Reading<'_> {
    /// An erratum is whole.
    fn tell(&mut self) {
        let update = std::mem::take(&mut self.update);
        if let Some(date) = rfc3339(&update.updated).or_else(|| rfc3339(&update.issued)) {
            self.speaker.dated(&date);
        }
        let flaws = flaws(&update);
        if flaws.is_empty() && update.kind != "security" {
            return self.speaker.skipped();
        }
        // A module's erratum may leave its packages to the module's own list.
        if update.collections.iter().all(|collection| collection.packages.is_empty())
            && is_id(&update.id)
            && !update.collections.is_empty()
        {
            return self.speaker.skipped();
        }
        let outcome = self.builds(&update).and_then(|builds| {
            let links = update.references.iter().filter(|one| !is_cve(&one.id));
            let erratum = Erratum {
                id: update.id.clone(),
                title: update.title.clone(),
                description: update.description.clone(),
                severity: Severity::from_word(&update.severity)
                    .filter(|severity| *severity != Severity::Unknown),
                published: rfc3339(&update.issued),
                modified: rfc3339(&update.updated),
                references: links.map(|one| one.link.clone()).collect(),
                flaws,
                builds,
            };
            erratum.tell(&mut self.speaker)
        });
        match outcome {
            Ok(()) => self.speaker.kept(),
            Err(reason) => self.speaker.rejected(&update.id, reason),
        }
    }

    fn builds(&self, update: &Update) -> Result<Vec<Build>, String> {
        if !(self.distributor.is_own)(&update.id) {
            return Err(format!("the id is none of {}", self.distributor.publisher.name));
        }
        let mut builds = Vec::new();
        for collection in &update.collections {
            let packages = collection.packages.iter();
            for package in packages.filter(|package| !is_source(&package.architecture)) {
                let release = (self.distributor.release)(update, collection, package, self.path);
                let (namespace, channel) = release.ok_or("nothing says the release")?;
                builds.push(Build {
                    namespace,
                    channel,
                    package: package.name.clone(),
                    version: evr(&package.epoch, &package.version, &package.release),
                    architecture: package.architecture.clone(),
                    modularity: collection.module.clone(),
                });
            }
        }
        Ok(builds)
    }
}

/// The CVEs of an erratum: those that it refers to, or else those that its texts name.
fn flaws(update: &Update) -> Vec<Flaw> {
    let referred: Vec<Flaw> = update
        .references
        .iter()
        .filter(|one| is_cve(&one.id) && (one.kind == "cve" || one.kind.is_empty()))
        .map(|one| Flaw {
            id: one.id.clone(),
            links: Some(one.link.clone()).filter(|link| !link.is_empty()).into_iter().collect(),
            ..Flaw::default()
        })
        .collect();
    if !referred.is_empty() {
        return referred;
    }
    let titles = update.references.iter().map(|one| &*one.title);
    let texts: Vec<&str> = titles.chain([&*update.title, &*update.description]).collect();
    let text = texts.join(" ");
    let named = cves(&text).into_iter();
    named.map(|id| Flaw { id: id.to_owned(), ..Flaw::default() }).collect()
}

#[cfg(test)]
mod tests;
