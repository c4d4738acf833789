//! Oracle Linux: `com.oracle.elsa-*.xml` from <https://linux.oracle.com/security/oval/>.
//!
//! One definition is one erratum; it names binary packages and the versions that fix them, by
//! architecture. The release is the one in "Oracle Linux 8 is installed".
//!
//! One package has several builds that do not replace one another, and the fix of one says nothing
//! about the others. They are told apart by the version's own words, and are the channel:
//! `ksplice` (`….ksplice1.el8`, "x is ksplice-based") and `fips` (`…_fips`). Errata of other
//! products on the same packages are channels too: Oracle VM (`OVMSA`), Automation Manager
//! (`OLAMSA`), OpenStack (`OLOSSA`), and, by their CPE names, Exadata.

use plimsoll_version::Distribution;

use super::facts::{Ask, Fact, facts};
use super::tell::{add, cves, describe, each_definition, severity};
use super::{Definition, Document};
use crate::feed::identifier::is_id;
use crate::feed::statements::Statements;
use crate::feed::{FileContext, Publisher, Speaker, contains};
use crate::model::{Affected, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(in crate::feed) static ORACLE: Publisher = Publisher {
    id: "oracle-oval",
    name: "Oracle Linux OVAL definitions",
    url: "https://linux.oracle.com/security/oval/",
    license: "UPL-1.0",
};

pub(in crate::feed) fn recognises(_: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions")
        && (contains(head, ">Oracle Errata System<") || contains(head, "oval:com.oracle."))
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    each_definition(file, bytes, &ORACLE, sink, tell);
}

fn tell(
    definition: &Definition,
    document: &Document,
    speaker: &mut Speaker,
) -> Result<Fate, String> {
    let own = definition
        .references
        .iter()
        .find(|reference| !reference.source.eq_ignore_ascii_case("cve"))
        .map_or("", |reference| &*reference.id);
    if !is_id(own) {
        return Err(format!("{own:?} is no advisory"));
    }
    let (facts, wrong) = facts(definition, document);
    wrong.iter().for_each(|reason| speaker.problem(&definition.id, reason));
    let mut whole = wrong.is_empty();
    let mut statements = Statements::default();
    for fact in &facts {
        let products = fact.context.products.iter().copied();
        let platforms = definition.platforms.iter().map(String::as_str);
        let Some(namespace) = products.chain(platforms).find_map(release) else {
            whole = false;
            speaker.problem(own, format!("{} is of no known release", fact.package));
            continue;
        };
        add(
            &mut statements,
            fact,
            &namespace,
            channel(fact, own, &definition.cpes),
            (Status::Affected, None),
        );
    }
    if statements.is_empty() {
        return Err("no package with a release".to_owned());
    }
    let cves = cves(definition);
    let ids = if cves.is_empty() { vec![own] } else { cves };
    let like = Affected {
        advisories: vec![own.to_owned()],
        severity: severity(definition),
        ..Affected::with_status(Status::Fixed)
    };
    statements.say(&ids, &like, speaker)?;
    let told = if ids == [own] {
        Vulnerability {
            title: title(&definition.title),
            description: definition.description.clone(),
            severity: severity(definition),
            ..Vulnerability::default()
        }
    } else {
        Vulnerability::default()
    };
    describe(definition, &ids, &told, speaker);
    Ok(if whole { Fate::Kept } else { Fate::Rejected })
}

/// `bind security update` of `ELSA-2007-0057:  Moderate: bind security update  (MODERATE)`.
fn title(title: &str) -> String {
    let title = title.split_once(':').map_or(title, |(_, rest)| rest);
    title.rsplit_once(" (").map_or(title, |(title, _)| title).trim().to_owned()
}

/// `oracle:8` of `Oracle Linux 8`.
fn release(product: &str) -> Option<String> {
    let version = product.strip_prefix("Oracle Linux ")?;
    let plain = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| Distribution::Oracle.namespace(version))
}

/// Which builds of a package a statement is about, where they are not the release's own.
fn channel(fact: &Fact, advisory: &str, cpes: &[String]) -> Option<&'static str> {
    let version = match &fact.ask {
        Ask::Within(range) => range.fixed.as_deref().unwrap_or(""),
        _ => "",
    };
    let exadata = |cpe: &String| cpe.contains(":oracle:exadata");
    if version.contains("ksplice") || fact.context.builds.contains(&"ksplice") {
        Some("ksplice")
    } else if version.contains("fips") {
        Some("fips")
    } else if advisory.starts_with("OVMSA") {
        Some("ovm")
    } else if advisory.starts_with("OLAMSA") {
        Some("olam")
    } else if advisory.starts_with("OLOSSA") {
        Some("openstack")
    } else if !cpes.is_empty() && cpes.iter().all(exadata) {
        Some("exadata")
    } else {
        None
    }
}
