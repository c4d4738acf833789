//! Debian: `oval-definitions-bookworm.xml` from <https://www.debian.org/security/oval/>.
//!
//! Made from the security tracker, with less in it: one definition of class `vulnerability` per CVE
//! and source package, and one of class `patch` per advisory. "Earlier than 0" is the tracker's
//! word for a package that was never affected. The release is the one in "Debian 12 is installed".

use plimsoll_version::Distribution;

use super::facts::facts;
use super::tell::{add, cves, describe, each_definition};
use super::{Definition, Document};
use crate::feed::identifier::is_id;
use crate::feed::statements::Statements;
use crate::feed::{FileContext, Publisher, Speaker, contains};
use crate::model::{Affected, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(in crate::feed) static DEBIAN_OVAL: Publisher = Publisher {
    id: "debian-oval",
    name: "Debian OVAL",
    url: "https://www.debian.org/security/oval/",
    license: "not stated",
};

pub(in crate::feed) fn recognises(_: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions")
        && (contains(head, "oval:org.debian:") || contains(head, "product_name>Debian<"))
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    each_definition(file, bytes, &DEBIAN_OVAL, sink, tell);
}

fn tell(
    definition: &Definition,
    document: &Document,
    speaker: &mut Speaker,
) -> Result<Fate, String> {
    let ids = cves(definition);
    let own = definition.title.split(' ').next().filter(|word| is_id(word)).unwrap_or("");
    let ids = if ids.is_empty() { vec![own] } else { ids };
    if ids == [""] {
        return Err("no CVE and no advisory".to_owned());
    }
    let (facts, wrong) = facts(definition, document);
    wrong.iter().for_each(|reason| speaker.problem(&definition.id, reason));
    let mut statements = Statements::default();
    for fact in &facts {
        let release = fact.context.products.iter().find_map(|product| {
            let version = product.strip_prefix("Debian ")?;
            Some(
                Distribution::Debian
                    .namespace(version.strip_prefix("GNU/Linux ").unwrap_or(version)),
            )
        });
        let release = release.ok_or("no release of Debian is named")?;
        add(&mut statements, fact, &release, None, (Status::Affected, None));
    }
    if statements.is_empty() {
        return Err("no package".to_owned());
    }
    let advisory = if definition.class == "patch" { own } else { &*definition.advisory };
    let like = Affected {
        advisories: Some(advisory.to_owned()).filter(|id| is_id(id)).into_iter().collect(),
        ..Affected::with_status(Status::Fixed)
    };
    statements.say(&ids, &like, speaker)?;
    let told = if definition.class == "patch" {
        Vulnerability::default()
    } else {
        Vulnerability { description: definition.description.clone(), ..Vulnerability::default() }
    };
    describe(definition, &ids, &told, speaker);
    Ok(if wrong.is_empty() { Fate::Kept } else { Fate::Rejected })
}
