//! Photon OS: `com.vmware.phsa-photonN.xml` from
//! <https://packages.vmware.com/photon/photon_oval_definitions/>.
//!
//! One definition is one update (`PHSA-2024:00001`) of one source package; it names the binary
//! packages and the versions that fix all of its CVEs. The release is the one in "Photon OS 5 is
//! installed", which Photon itself and its other feed write as `5.0`.

use plimsoll_version::Distribution;

use super::facts::facts;
use super::tell::{add, cves, describe, each_definition, severity};
use super::{Definition, Document};
use crate::feed::identifier::is_id;
use crate::feed::statements::Statements;
use crate::feed::{FileContext, Publisher, Speaker, contains};
use crate::model::{Affected, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(in crate::feed) static PHOTON_OVAL: Publisher = Publisher {
    id: "photon-oval",
    name: "Photon OS OVAL definitions",
    url: "https://packages.vmware.com/photon/photon_oval_definitions/",
    license: "not stated",
};

pub(in crate::feed) fn recognises(_: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions")
        && (contains(head, "oval:com.vmware.phsa:") || contains(head, ">Photon OS OVAL "))
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    each_definition(file, bytes, &PHOTON_OVAL, sink, tell);
}

fn tell(
    definition: &Definition,
    document: &Document,
    speaker: &mut Speaker,
) -> Result<Fate, String> {
    let own = definition.title.split([' ', '\n']).next().unwrap_or("");
    if !is_id(own) {
        return Err(format!("{own:?} is no advisory"));
    }
    let cves = cves(definition);
    let ids = if cves.is_empty() { vec![own] } else { cves };
    let (facts, wrong) = facts(definition, document);
    wrong.iter().for_each(|reason| speaker.problem(own, reason));
    let mut statements = Statements::default();
    for fact in &facts {
        let products = fact.context.products.iter().copied();
        let platforms = definition.platforms.iter().map(String::as_str);
        let namespace = products.chain(platforms).find_map(release);
        let namespace = namespace.ok_or("no release of Photon OS is named")?;
        add(&mut statements, fact, &namespace, None, (Status::Affected, None));
    }
    if statements.is_empty() {
        return Err("no package".to_owned());
    }
    let like = Affected {
        advisories: vec![own.to_owned()],
        severity: severity(definition),
        ..Affected::with_status(Status::Fixed)
    };
    statements.say(&ids, &like, speaker)?;
    describe(definition, &ids, &Vulnerability::default(), speaker);
    Ok(if wrong.is_empty() { Fate::Kept } else { Fate::Rejected })
}

/// `photon:5.0` of `Photon OS 5` or `Photon 5`.
fn release(product: &str) -> Option<String> {
    let version = product.strip_prefix("Photon ")?;
    let version = version.strip_prefix("OS ").unwrap_or(version);
    let plain =
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let whole = if version.contains('.') { version.to_owned() } else { format!("{version}.0") };
    plain.then(|| Distribution::Photon.namespace(&whole))
}
