//! An erratum of an RPM distributor: one advisory, the CVEs that it fixes, and the builds that fix
//! them. Several feeds say this in forms of their own.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_version::Scheme;

use super::Speaker;
use super::identifier::{is_id, is_word};
use super::prose::{is_modular, modules, paragraphs, titles};
use super::statements::{Row, Statements};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};

#[derive(Default)]
pub(super) struct Erratum {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) severity: Option<Severity>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    /// Links to the erratum and to whatever else is no CVE.
    pub(super) references: Vec<String>,
    pub(super) flaws: Vec<Flaw>,
    pub(super) builds: Vec<Build>,
}

/// What an erratum says about one CVE.
#[derive(Default)]
pub(super) struct Flaw {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) severity: Option<Severity>,
    pub(super) vectors: Vec<String>,
    pub(super) weaknesses: Vec<String>,
    pub(super) links: Vec<String>,
}

/// A package in the version that has the fix.
pub(super) struct Build {
    pub(super) namespace: String,
    pub(super) channel: Option<String>,
    pub(super) package: String,
    pub(super) version: String,
    pub(super) architecture: String,
    /// `name:stream`, where the feed says it beside the package.
    pub(super) modularity: Option<String>,
}

/// All that tells one statement about a package from another.
type Key = (String, Option<String>, String, Option<String>);

impl Erratum {
    /// Says all of it. An erratum without CVEs is filed under its own id.
    ///
    /// A package may have builds of several minor releases; each of them has the fix, so the lowest
    /// is where the affected range ends.
    pub(super) fn tell(&self, speaker: &mut Speaker) -> Result<(), String> {
        // An id of Bottlerocket may have no digit.
        let is_named = is_id(&self.id) || is_word(&self.id) && self.id.starts_with("BRSA-");
        if !is_named {
            return Err("the id is none".to_owned());
        }
        let statements = self.statements()?;
        if statements.is_empty() {
            return Err("no package with a fixed version".to_owned());
        }
        let mut known = BTreeSet::new();
        let flaws: Vec<&Flaw> = self.flaws.iter().filter(|flaw| known.insert(&*flaw.id)).collect();
        let ids: Vec<&str> = if flaws.is_empty() {
            vec![&self.id]
        } else {
            flaws.iter().map(|flaw| &*flaw.id).collect()
        };
        let like = Affected {
            advisories: vec![self.id.clone()],
            severity: self.severity,
            ..Affected::with_status(Status::Fixed)
        };
        statements.say(&ids, &like, speaker)?;
        if flaws.is_empty() {
            speaker.vulnerability(Vulnerability {
                id: self.id.clone(),
                title: self.title.clone(),
                description: self.description.clone(),
                severity: self.severity,
                references: self.references.clone(),
                published: self.published.clone(),
                modified: self.modified.clone(),
                ..Vulnerability::default()
            });
        }
        let titles = titles(&self.description);
        let paragraphs = paragraphs(&self.description);
        for flaw in flaws {
            let described = if flaw.description.is_empty() {
                paragraphs.get(&*flaw.id).copied().unwrap_or_default()
            } else {
                &*flaw.description
            };
            speaker.vulnerability(Vulnerability {
                id: flaw.id.clone(),
                title: titles.get(&*flaw.id).copied().unwrap_or_default().to_owned(),
                description: described.to_owned(),
                severity: flaw.severity,
                cvss: flaw.vectors.clone(),
                weaknesses: flaw.weaknesses.clone(),
                references: flaw.links.iter().chain(&self.references).cloned().collect(),
                ..Vulnerability::default()
            });
        }
        Ok(())
    }

    fn statements(&self) -> Result<Statements, String> {
        let named = modules(&self.title);
        let mut lowest: BTreeMap<Key, (&str, BTreeSet<&str>)> = BTreeMap::new();
        for build in &self.builds {
            if !is_word(&build.package) || !is_word(&build.version) {
                return Err(format!("{:?} {:?} is no build", build.package, build.version));
            }
            // A module's stream may stand in the title alone, for all modules of the erratum.
            let streams: Vec<Option<String>> = match &build.modularity {
                Some(stream) => vec![Some(stream.clone())],
                None if is_modular(&build.version) && !named.is_empty() => {
                    named.iter().map(|stream| Some((*stream).to_owned())).collect()
                }
                None => vec![None],
            };
            for stream in streams {
                let key =
                    (build.namespace.clone(), build.channel.clone(), build.package.clone(), stream);
                let (version, architectures) =
                    lowest.entry(key).or_insert_with(|| (&build.version, BTreeSet::new()));
                if Scheme::Rpm.compare(&build.version, version).is_ok_and(Ordering::is_lt) {
                    *version = &build.version;
                }
                architectures.insert(&build.architecture);
            }
        }
        let mut statements = Statements::default();
        for ((namespace, channel, package, modularity), (version, architectures)) in lowest {
            let range = Range { fixed: Some(version.to_owned()), ..Range::default() };
            let architectures: Vec<&str> =
                architectures.into_iter().filter(|name| !name.is_empty()).collect();
            statements.put(
                Row {
                    channel,
                    modularity,
                    range: Some(Row::bounds(range)),
                    ..Row::new(&namespace, &package, Status::Fixed)
                },
                &architectures,
            );
        }
        Ok(statements)
    }
}

/// `1:2.3-4`, without an epoch of zero.
pub(super) fn evr(epoch: &str, version: &str, release: &str) -> String {
    let epoch = match epoch.trim() {
        "" | "0" | "(none)" => String::new(),
        epoch => format!("{epoch}:"),
    };
    let release = if release.is_empty() { String::new() } else { format!("-{release}") };
    format!("{epoch}{version}{release}")
}

/// Source packages are not installed.
pub(super) fn is_source(architecture: &str) -> bool {
    matches!(architecture, "src" | "nosrc" | "SRPMS")
}

/// Name, version with epoch and release, and architecture of `delve-0:1.9.1-1.el8.x86_64.rpm` or
/// `zlib-1.2.11-17.el8.x86_64`.
pub(super) fn nevra(text: &str) -> Option<(&str, String, &str)> {
    let text = text.strip_suffix(".rpm").unwrap_or(text);
    let (rest, architecture) = text.rsplit_once('.')?;
    let (name, version) = name_and_version(rest)?;
    Some((name, version, architecture))
}

/// Name, and version with epoch and release, of `firefox-102.0-1.fc36`.
pub(super) fn name_and_version(text: &str) -> Option<(&str, String)> {
    let (rest, release) = text.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let (epoch, version) = version.split_once(':').unwrap_or(("", version));
    Some((name, evr(epoch, version, release)))
}
