//! OpenVEX documents: <https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md>.
//!
//! A document has statements, each about one vulnerability in some products, which are purls. One
//! statement is one record.
//!
//! * Who speaks, `author` says: Canonical (<https://security-metadata.canonical.com/vex/>),
//!   Chainguard (<https://libraries.cgr.dev/openvex/v1/all.json> is a list of such documents), or
//!   somebody else.
//! * A product with a version is that version alone. `fixed` says that this version has the fix, not
//!   that it is the first, so it becomes "not affected" for it, with the vendor's word kept.
//! * Canonical lists the latest version of every binary package of a release and means the package
//!   in that release. Its source packages say it all; what is `fixed` is in its other feeds, with the
//!   version that brought the fix. Why something stays unfixed, a sentence in `action_statement`
//!   tells.
//! * A statement about a component of a product (`subcomponents`) is about the product.
//! * Older documents have the vulnerability and the products as plain texts, and Canonical's first
//!   ones the head in an object `metadata`.

use std::collections::BTreeMap;

use plimsoll_version::{Distribution, Ecosystem};
use serde::Deserialize;

use super::csaf::component::decode;
use super::csaf::document::{List, Text};
use super::identifier::{is_cve, is_id, is_word, rfc3339};
use super::ubuntu::{UBUNTU, lane};
use super::{FileContext, Publisher, Speaker, contains, first_sign};
use crate::model::{Affected, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static OTHERS: Publisher = Publisher {
    id: "openvex",
    name: "OpenVEX documents",
    url: "https://openvex.dev/",
    license: "various",
};

static CHAINGUARD: Publisher = Publisher {
    id: "chainguard-vex",
    name: "Chainguard VEX",
    url: "https://libraries.cgr.dev/openvex/v1/all.json",
    license: "unknown",
};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Document<'a> {
    #[serde(borrow)]
    metadata: Head<'a>,
    #[serde(borrow)]
    author: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    last_updated: Text<'a>,
    #[serde(borrow)]
    statements: List<Statement<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Head<'a> {
    #[serde(borrow)]
    author: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Statement<'a> {
    #[serde(borrow)]
    vulnerability: Named<'a>,
    #[serde(borrow)]
    products: List<Named<'a>>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    justification: Text<'a>,
    #[serde(borrow)]
    action_statement: Text<'a>,
}

/// A vulnerability or a product: an object, or its name alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named<'a> {
    Object {
        #[serde(rename = "@id", borrow, default)]
        id: Text<'a>,
        #[serde(borrow, default)]
        name: Text<'a>,
        #[serde(borrow, default)]
        description: Text<'a>,
        #[serde(borrow, default)]
        aliases: List<Text<'a>>,
        #[serde(borrow, default)]
        identifiers: Identifiers<'a>,
    },
    Name(#[serde(borrow)] Text<'a>),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Identifiers<'a> {
    #[serde(borrow)]
    purl: Text<'a>,
}

impl Default for Named<'_> {
    fn default() -> Self {
        Named::Name(Text::default())
    }
}

impl Named<'_> {
    /// The purl of a product.
    fn purl(&self) -> &str {
        match self {
            Named::Object { identifiers, .. } if !identifiers.purl.is_empty() => &identifiers.purl,
            Named::Object { id, .. } => id,
            Named::Name(name) => name,
        }
    }
}

/// A package of a product, with what a statement says of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    namespace: String,
    name: String,
    channel: Option<String>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    path.ends_with(".json")
        && first_sign(head) == Some(b'{')
        && contains(head, "\"@context\"")
        && contains(head, "openvex.dev/ns")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let document: Document = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) => return Speaker::new(sink, &OTHERS, file).rejected("", error),
    };
    let author =
        if document.author.is_empty() { &document.metadata.author } else { &document.author };
    let publisher = match &**author {
        name if name.starts_with("Canonical") => &UBUNTU,
        name if name.starts_with("Chainguard") => &CHAINGUARD,
        _ => &OTHERS,
    };
    let mut speaker = Speaker::new(sink, publisher, file);
    let dates = [&document.last_updated, &document.timestamp, &document.metadata.timestamp];
    if let Some(date) = dates.iter().find_map(|text| rfc3339(text)) {
        speaker.dated(&date);
    }
    if document.statements.is_empty() {
        return speaker.skipped();
    }
    let is_canonical = std::ptr::eq(publisher, &UBUNTU);
    for statement in &document.statements {
        one(statement, is_canonical, &mut speaker);
    }
}

fn one(statement: &Statement, is_canonical: bool, speaker: &mut Speaker) {
    let names = Names::of(&statement.vulnerability);
    let Some(first) = names.ids.first() else {
        return speaker.rejected("", "the statement is about no vulnerability");
    };
    let (status, raw_status) = match verdict(statement) {
        Ok(verdict) => verdict,
        Err(reason) => return speaker.rejected(first, reason),
    };
    if is_canonical && &*statement.status == "fixed" {
        return speaker.skipped();
    }
    let mut packages: BTreeMap<Package, Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for product in &statement.products {
        let purl = product.purl();
        match package(purl, is_canonical) {
            Ok(Some((package, version))) => {
                let versions = packages.entry(package).or_default();
                if !version.is_empty() && !is_canonical {
                    versions.push(version);
                }
            }
            Ok(None) => {}
            Err(reason) => wrong.push(reason),
        }
    }
    for id in &names.ids {
        speaker.vulnerability(Vulnerability {
            id: id.clone(),
            aliases: names.aliases.clone(),
            description: names.description.clone(),
            references: names.links.clone(),
            ..Vulnerability::default()
        });
        for (package, versions) in &packages {
            if versions.is_empty() && &*statement.status == "fixed" {
                wrong.push(format!("{} is fixed in no version", package.name));
                continue;
            }
            speaker.affected(Affected {
                namespace: package.namespace.clone(),
                package: package.name.clone(),
                vulnerability: id.clone(),
                advisories: names.advisories.clone(),
                raw_status: raw_status.clone(),
                versions: versions.clone(),
                channel: package.channel.clone(),
                ..Affected::with_status(status)
            });
        }
    }
    wrong.iter().for_each(|reason| speaker.problem(first, reason));
    if wrong.is_empty() { speaker.kept() } else { speaker.rejected_in_part() }
}

/// A problem has some names, and each is repeated with every statement.
const MOST_NAMES: usize = 64;

/// The names of a vulnerability, sorted out.
struct Names {
    /// Under which it is filed: its CVEs, else its name.
    ids: Vec<String>,
    aliases: Vec<String>,
    advisories: Vec<String>,
    links: Vec<String>,
    description: String,
}

impl Names {
    fn of(vulnerability: &Named) -> Names {
        let mut names = Names {
            ids: Vec::new(),
            aliases: Vec::new(),
            advisories: Vec::new(),
            links: Vec::new(),
            description: String::new(),
        };
        let (name, all): (&str, Vec<&str>) = match vulnerability {
            Named::Name(name) => (name, vec![name]),
            Named::Object { id, name, aliases, description, .. } => {
                names.description = description.to_string();
                let name: &str = if name.is_empty() { id } else { name };
                (name, [name].into_iter().chain(aliases.iter().map(|text| &**text)).collect())
            }
        };
        for text in all {
            if is_cve(text) {
                names.ids.push(text.to_owned());
            } else if text.starts_with("https://") {
                names.links.push(text.to_owned());
            } else if text.starts_with("USN-") && is_id(text) {
                names.advisories.push(text.to_owned());
            } else if is_id(text) && text.contains('-') {
                names.aliases.push(text.to_owned());
            }
        }
        for list in [&mut names.ids, &mut names.aliases, &mut names.advisories, &mut names.links] {
            list.sort();
            list.dedup();
            list.truncate(MOST_NAMES);
        }
        // An alias of several CVEs is a name of none of them.
        if names.ids.len() > 1 {
            names.aliases.clear();
        }
        if names.ids.is_empty() && is_id(name) {
            names.ids.push(name.to_owned());
            names.aliases.retain(|alias| alias != name);
        }
        names
    }
}

/// How Canonical words what it will do about an affected package.
const SENTENCES: &[(&str, Status)] = &[
    ("no longer supported", Status::EndOfLife),
    ("decided to not fix it", Status::WillNotFix),
    ("will not be fixed", Status::WillNotFix),
    ("deferred", Status::FixDeferred),
    ("needs evaluation", Status::UnderInvestigation),
    ("needs fixing", Status::Affected),
];

fn verdict(statement: &Statement) -> Result<(Status, Option<String>), String> {
    let word = |text: &str| Some(text.to_owned()).filter(|text| is_word(text));
    Ok(match &*statement.status {
        "not_affected" => (Status::NotAffected, word(&statement.justification)),
        "fixed" => (Status::NotAffected, word("fixed")),
        "under_investigation" => (Status::UnderInvestigation, None),
        "affected" => {
            // What follows the first sentence are notes, which may say anything.
            let action = statement.action_statement.split(". ").next().unwrap_or("");
            let known = SENTENCES.iter().find(|(sentence, _)| action.contains(sentence));
            match known {
                Some((sentence, status)) => (*status, Some((*sentence).to_owned())),
                None => (Status::Affected, None),
            }
        }
        status => return Err(format!("status {status:?} is unknown")),
    })
}

/// The package that a purl names and its version; nothing where another purl says it already.
fn package(purl: &str, is_canonical: bool) -> Result<Option<(Package, String)>, String> {
    let wrong = || format!("{purl:?} is no package");
    let rest = purl.strip_prefix("pkg:").ok_or_else(wrong)?;
    let (path, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    let qualifier = |name: &str| {
        let mut pairs = qualifiers.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| decode(value))
    };
    if is_canonical && qualifier("arch").as_deref() != Some("source") {
        return Ok(None);
    }
    // A scope may begin with a sign that also comes before the version.
    let (path, version) = match path.rsplit_once('@') {
        Some((path, version)) if !path.ends_with('/') => (path, decode(version)),
        _ => (path, "".into()),
    };
    let (kind, name) = path.split_once('/').ok_or_else(wrong)?;
    let name = decode(name);
    let (vendor, last) = name.rsplit_once('/').unwrap_or(("", &name));
    let distribution =
        Distribution::all().find(|one| one.purl_type() == kind && one.purl_namespace() == vendor);
    let package = match distribution {
        Some(Distribution::Ubuntu) => {
            let (namespace, channel) =
                qualifier("distro").and_then(|text| lane(&text)).ok_or_else(wrong)?;
            Package { namespace, name: last.to_owned(), channel }
        }
        Some(known) => {
            let release = qualifier("distro").unwrap_or_default();
            let release = release.rsplit_once('-').map_or(&*release, |(_, release)| release);
            Package { namespace: known.namespace(release), name: last.to_owned(), channel: None }
        }
        None => {
            let name = if kind == "maven" { name.replace('/', ":") } else { name.into_owned() };
            let ecosystem = Ecosystem::from_purl_type(kind);
            let name = ecosystem.map_or(name.clone(), |known| known.normalize(&name).into_owned());
            Package { namespace: kind.to_owned(), name, channel: None }
        }
    };
    if !is_word(&package.name) || !version.is_empty() && !is_word(&version) {
        return Err(wrong());
    }
    Ok(Some((package, version.into_owned())))
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    fn document(author: &str, statements: &str) -> String {
        format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","author":"{author}","timestamp":"2026-05-20T15:02:47.5Z","statements":[{statements}]}}"#
        )
    }

    #[test]
    fn a_version_of_a_library_is_that_version() {
        let text = document(
            "Chainguard Team",
            r#"{"vulnerability":{"name":"CGA-7qjw-ggh3-pp9f","aliases":["CVE-2023-45803","GHSA-g4mx-q9vg-27p4"]},
                "products":[{"identifiers":{"purl":"pkg:pypi/urllib3@1.26.16%2Bcgr.0"}},{"@id":"pkg:pypi/urllib3@1.26.16%2Bcgr.1"}],"status":"fixed"},
               {"vulnerability":"CVE-2020-1","products":["pkg:npm/%40scope/name@1.0","pkg:maven/a.b/c"],"status":"not_affected","justification":"component_not_present"},
               {"vulnerability":{"name":"CVE-2020-2"},"products":["nonsense"],"status":"affected"},
               {"vulnerability":{"name":"CVE-2020-3"},"products":["pkg:npm/a@1"],"status":"perhaps"}"#,
        );
        let read = read("openvex/v1/pypi/urllib3.openvex.json", text);
        assert_eq!(read.counts(), (2, 0, 2));
        let urllib = read.only("pypi", "urllib3");
        assert_eq!(urllib.vulnerability, "CVE-2023-45803");
        assert_eq!(urllib.versions, ["1.26.16+cgr.0", "1.26.16+cgr.1"]);
        assert_eq!(urllib.raw_status.as_deref(), Some("fixed"));
        assert_eq!(read.vulnerabilities[0].aliases, ["CGA-7qjw-ggh3-pp9f", "GHSA-g4mx-q9vg-27p4"]);
        assert_eq!(read.only("npm", "@scope/name").versions, ["1.0"]);
        assert!(read.only("maven", "a.b:c").versions.is_empty());
        assert_eq!(read.sources[0].id, "chainguard-vex");
    }

    #[test]
    fn canonical_speaks_of_source_packages_in_releases() {
        let text = document(
            "Canonical Ltd.",
            r#"{"vulnerability":{"name":"CVE-2016-20013"},"status":"affected",
                "action_statement":"The problem is understood, but the Ubuntu Security Team decided to not fix it. CVE Notes: deferred",
                "products":[{"@id":"pkg:deb/ubuntu/glibc@2.23-0ubuntu11.3?arch=source&distro=xenial"},
                            {"@id":"pkg:deb/ubuntu/libc6@2.23-0ubuntu11.3?arch=amd64&distro=xenial"},
                            {"@id":"pkg:deb/ubuntu/eglibc@2.19?arch=source&distro=esm-infra-legacy/trusty"}]},
               {"vulnerability":{"name":"CVE-2016-20013"},"status":"fixed","products":[{"@id":"pkg:deb/ubuntu/x@2?arch=source&distro=noble"}]}"#,
        );
        let read = read("vex/cve/2016/CVE-2016-20013.json", text);
        assert_eq!(read.counts(), (1, 1, 0));
        assert_eq!(
            read.rows(),
            [
                "ubuntu:14.04 eglibc CVE-2016-20013 will_not_fix -",
                "ubuntu:16.04 glibc CVE-2016-20013 will_not_fix -",
            ]
        );
        assert_eq!(read.affected[0].channel.as_deref(), Some("esm-infra-legacy"));
    }
}
