//! Java archives: JAR, WAR, EAR and their relatives, and the archives inside of them.
//!
//! An archive is read where it lies: of each one the central directory is walked, and only the few
//! entries that say what it is are inflated. Inner archives that are stored (Spring Boot's) are
//! parts of the outer one's bytes; deflated ones are inflated one after the other.

mod directory;
mod groups;
mod identity;
mod manifest;
mod name;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha1::{Digest, Sha1};

use self::directory::{Data, Entry, Zip, inflate};
use self::identity::{Facts, Stated};
use self::manifest::{MAX_MANIFEST, Manifest};
use self::name::FileName;
use super::pom::Pom;
use crate::{Component, Input, Parsed, ProblemKind};

/// An archive in an archive, and so on: an EAR has WARs, those have JARs, and a JAR may carry an
/// agent, which makes four.
const MAX_DEPTH: usize = 8;

/// Bytes of inner archives that are looked at in all, so that entries that share their bytes cannot
/// make a small file take for ever.
const MAX_WORK: u64 = 4 << 30;

/// Bytes that are inflated at the same time, over all levels.
const MAX_HELD: u64 = 512 << 20;

/// Entries over all levels; large servers have some hundred thousand classes.
const MAX_ENTRIES: usize = 4_000_000;

/// Packages of one file; the largest have a thousand.
const MAX_COMPONENTS: usize = 50_000;

/// Bytes of descriptions (manifests and what Maven's archiver adds) over all levels; a server with
/// a thousand archives has some ten million.
const MAX_DESCRIPTIONS: u64 = 256 << 20;

/// A `pom.properties` has five lines.
const MAX_PROPERTIES: u64 = 64 << 10;

/// The largest real `pom.xml` has some hundred kilobytes.
const MAX_POM: u64 = 4 << 20;

/// A longer path inside is none that a build tool wrote.
const MAX_PATH: usize = 1024;

/// Where build tools put the `META-INF/maven` of the archive and of what was shaded into it: the
/// root, and the classes of an application. Elsewhere it belongs to templates or to test data.
const ROOTS: [&[u8]; 3] = [b"", b"BOOT-INF/classes/", b"WEB-INF/classes/"];

/// Reads an archive and all archives inside.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut walk = Walk {
        parsed: Parsed::clean(Vec::new()),
        work: MAX_WORK,
        descriptions: MAX_DESCRIPTIONS,
        held: 0,
        entries: 0,
        full: false,
    };
    walk.archive(input.content, input.name(), "", 0);
    walk.parsed
}

struct Walk {
    parsed: Parsed<Vec<Component>>,
    /// Bytes that may still be looked at.
    work: u64,
    /// Bytes of descriptions that may still be read.
    descriptions: u64,
    /// Bytes that are inflated at the moment.
    held: u64,
    entries: usize,
    /// A limit was reached, and was told.
    full: bool,
}

/// What the pass over a central directory found worth reading.
#[derive(Default)]
struct Wanted<'a> {
    manifest: Option<Entry<'a>>,
    /// `pom.properties` and `pom.xml`, by their directory.
    poms: BTreeMap<&'a [u8], [Option<Entry<'a>>; 2]>,
    archives: Vec<Entry<'a>>,
    has_classes: bool,
}

impl Walk {
    /// Reads one archive; `inside` is its path in the outermost one. Returns the index of the
    /// component that the archive itself is.
    fn archive(&mut self, bytes: &[u8], name: &str, inside: &str, depth: usize) -> Option<usize> {
        let zip = match Zip::open(bytes) {
            Ok(zip) => zip,
            Err(_) if name::may_be_other(name) && !bytes.starts_with(b"PK") => return None,
            Err(reason) => {
                self.malformed(inside, reason);
                return None;
            }
        };
        let wanted = self.wanted(&zip, inside);
        let file = FileName::parse(name);
        if file.is_text() && !wanted.has_classes {
            return None;
        }
        let manifest = wanted.manifest.and_then(|entry| {
            let content = self.read(&zip, &entry, MAX_MANIFEST, inside)?;
            Some(Manifest::parse(&content))
        });
        let stated = self.stated(&zip, &wanted, inside);
        let has_classes_in = |directory: &str| {
            let mut entries = zip.entries().flatten();
            entries.any(|one| one.name.starts_with(directory.as_bytes()) && is_class(one.name))
        };
        let known = match stated.is_empty() {
            true => groups::named(file.artifact, has_classes_in),
            false => None,
        };
        let found = identity::components(Facts {
            file,
            manifest: manifest.unwrap_or_default(),
            stated,
            known,
            has_classes: wanted.has_classes,
        });
        let first = self.parsed.value.len();
        let own = found.own.then_some(first);
        for mut component in found.components {
            if self.parsed.value.len() >= MAX_COMPONENTS {
                self.limit("it has more packages than any archive can have");
                break;
            }
            component.inside = (!inside.is_empty()).then(|| inside.to_owned());
            self.parsed.value.push(component);
        }
        let own = own.filter(|&own| own < self.parsed.value.len());
        if let Some(component) = own.and_then(|own| self.parsed.value.get_mut(own)) {
            component.digests.push(digest(bytes));
        }
        let needs: Vec<String> = wanted
            .archives
            .iter()
            .filter_map(|entry| {
                let index = self.nested(&zip, entry, inside, depth)?;
                self.parsed.value.get(index).map(Component::id)
            })
            .collect();
        if let Some(component) = own.and_then(|own| self.parsed.value.get_mut(own)) {
            component.depends_on.extend(needs);
            component.depends_on.sort_unstable();
            component.depends_on.dedup();
        }
        own
    }

    /// Reads an archive that is an entry of another one.
    fn nested(
        &mut self,
        zip: &Zip<'_>,
        entry: &Entry<'_>,
        inside: &str,
        depth: usize,
    ) -> Option<usize> {
        if self.full {
            return None;
        }
        let name = String::from_utf8_lossy(entry.name);
        let place = match inside {
            "" => name.clone().into_owned(),
            inside => format!("{inside}/{name}"),
        };
        if depth + 1 >= MAX_DEPTH || place.len() > MAX_PATH {
            self.limit("it has archives inside of each other, deeper than any that Java reads");
            return None;
        }
        let own_name = name.rsplit('/').next().unwrap_or(&name);
        match zip.data(entry) {
            Ok(Data::Stored(bytes)) => {
                self.spend(bytes.len() as u64)?;
                self.archive(bytes, own_name, &place, depth + 1)
            }
            Ok(Data::Deflated(deflated)) => {
                let limit = self.work.min(MAX_HELD.saturating_sub(self.held));
                if entry.size > limit {
                    let message =
                        format!("{place}: it has {} bytes, too many to inflate", entry.size);
                    self.parsed.problem(ProblemKind::TooLarge, message);
                    return None;
                }
                match inflate(deflated, entry.size, limit) {
                    Ok((bytes, true)) => {
                        let length = bytes.len() as u64;
                        self.spend(length)?;
                        self.held += length;
                        let index = self.archive(&bytes, own_name, &place, depth + 1);
                        self.held -= length;
                        index
                    }
                    Ok((_, false)) => {
                        self.limit("an archive inside is larger than it says");
                        None
                    }
                    Err(reason) => {
                        self.malformed(&place, reason);
                        None
                    }
                }
            }
            Err(reason) => {
                self.malformed(&place, reason);
                None
            }
        }
    }

    /// Finds what is worth reading.
    fn wanted<'a>(&mut self, zip: &Zip<'a>, inside: &str) -> Wanted<'a> {
        let mut wanted = Wanted::default();
        for entry in zip.entries() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(reason) => {
                    self.malformed(inside, reason);
                    break;
                }
            };
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                self.limit("it has more entries than any archive can have");
                break;
            }
            if wanted.archives.len() + wanted.poms.len() >= MAX_COMPONENTS {
                self.limit("it has more packages than any archive can have");
                break;
            }
            let name = entry.name;
            if is_class(name) {
                wanted.has_classes = true;
            } else if name.eq_ignore_ascii_case(b"META-INF/MANIFEST.MF") {
                wanted.manifest.get_or_insert(entry);
            } else if let Some((directory, is_pom)) = description(name) {
                let pair = wanted.poms.entry(directory).or_default();
                if let Some(place) = pair.get_mut(usize::from(is_pom)) {
                    place.get_or_insert(entry);
                }
            } else if is_inner_archive(name) {
                wanted.archives.push(entry);
            }
        }
        wanted
    }

    /// What the descriptions of Maven say, those of the archive itself and of what was shaded in.
    fn stated(&mut self, zip: &Zip<'_>, wanted: &Wanted<'_>, inside: &str) -> Vec<Stated> {
        let mut all = Vec::new();
        for (directory, [properties, pom]) in &wanted.poms {
            if self.full {
                break;
            }
            let mut stated = Stated::of_directory(directory);
            if let Some(entry) = properties
                && let Some(content) = self.read(zip, entry, MAX_PROPERTIES, inside)
            {
                stated.properties(&content);
            }
            if let Some(entry) = pom
                && let Some(content) = self.read(zip, entry, MAX_POM, inside)
            {
                match Pom::parse(&content) {
                    Ok(pom) => stated.pom(&pom),
                    Err(reason) => {
                        let name = String::from_utf8_lossy(entry.name);
                        self.malformed(inside, &format!("{name}: {reason}"));
                    }
                }
            }
            all.push(stated);
        }
        all
    }

    /// The contents of an entry, at most so many bytes of it.
    fn read(
        &mut self,
        zip: &Zip<'_>,
        entry: &Entry<'_>,
        limit: u64,
        inside: &str,
    ) -> Option<Vec<u8>> {
        let limit = limit.min(self.descriptions);
        let read = zip.data(entry).and_then(|data| match data {
            Data::Stored(bytes) => {
                let end = usize::try_from(limit).unwrap_or(usize::MAX).min(bytes.len());
                Ok(bytes.get(..end).unwrap_or_default().to_vec())
            }
            Data::Deflated(bytes) => Ok(inflate(bytes, entry.size, limit)?.0),
        });
        match read {
            Ok(content) => {
                self.descriptions = self.descriptions.saturating_sub(content.len() as u64);
                if self.descriptions == 0 {
                    self.limit("its descriptions have more bytes than are looked at");
                }
                Some(content)
            }
            Err(reason) => {
                let name = String::from_utf8_lossy(entry.name);
                self.malformed(inside, &format!("{name}: {reason}"));
                None
            }
        }
    }

    fn spend(&mut self, bytes: u64) -> Option<()> {
        match self.work.checked_sub(bytes) {
            Some(left) => self.work = left,
            None => {
                self.limit("its inner archives have more bytes than are looked at");
                return None;
            }
        }
        Some(())
    }

    fn limit(&mut self, message: &str) {
        if !self.full {
            self.parsed.problem(ProblemKind::TooLarge, message);
        }
        self.full = true;
    }

    fn malformed(&mut self, inside: &str, reason: &str) {
        let message = match inside {
            "" => reason.to_owned(),
            inside => format!("{inside}: {reason}"),
        };
        self.parsed.problem(ProblemKind::Malformed, message);
    }
}

fn is_class(name: &[u8]) -> bool {
    name.ends_with(b".class")
}

/// The directory of a `pom.properties` or `pom.xml` of Maven's archiver, and whether it is the latter.
fn description(name: &[u8]) -> Option<(&[u8], bool)> {
    let (directory, is_pom) = match name.strip_suffix(b"/pom.properties") {
        Some(directory) => (directory, false),
        None => (name.strip_suffix(b"/pom.xml")?, true),
    };
    let is_theirs = ROOTS.iter().any(|root| {
        let below =
            directory.strip_prefix(*root).and_then(|rest| rest.strip_prefix(b"META-INF/maven/"));
        below.is_some_and(|names| names.iter().filter(|&&byte| byte == b'/').count() == 1)
    });
    is_theirs.then_some((directory, is_pom))
}

fn is_inner_archive(name: &[u8]) -> bool {
    // Templates of Maven's archetypes are no part of a program.
    !name.starts_with(b"archetype-resources/")
        && !name.ends_with(b"/")
        && std::str::from_utf8(name.rsplit(|&byte| byte == b'/').next().unwrap_or(name))
            .is_ok_and(name::is_archive)
}

fn digest(bytes: &[u8]) -> String {
    let mut text = "sha1:".to_owned();
    for byte in Sha1::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests;
