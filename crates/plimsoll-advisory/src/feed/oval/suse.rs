//! SUSE and openSUSE: OVAL by product and release from
//! <https://ftp.suse.com/pub/projects/security/oval/>.
//!
//! A definition of class `vulnerability` is one CVE with the packages of all releases that the file
//! speaks of; one of class `patch` is one update, with all its CVEs. Both name binary packages:
//!
//! | test | status |
//! |---|---|
//! | `tar is <1.34-2.2` ("tar-1.34-2.2 is installed") | fixed in that version |
//! | `kernel-default is ==0` ("kernel-default is not affected") | not affected |
//! | `x is >=0` ("x is affected") | affected |
//!
//! The release is that of the products named beside a package: see the `suse_products` module.

use super::facts::facts;
use super::tell::{add, cves, describe, each_definition, severity};
use super::{Definition, Document};
use crate::feed::identifier::{is_id, rfc3339};
use crate::feed::statements::Statements;
use crate::feed::suse_products::{Product, product};
use crate::feed::{FileContext, Publisher, Speaker, contains};
use crate::model::{Affected, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(in crate::feed) static SUSE: Publisher = Publisher {
    id: "suse-oval",
    name: "SUSE OVAL",
    url: "https://ftp.suse.com/pub/projects/security/oval/",
    license: "CC-BY-4.0",
};

pub(in crate::feed) fn recognises(_: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions")
        && (contains(head, "oval:org.opensuse.security:") || contains(head, ">Marcus "))
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    each_definition(file, bytes, &SUSE, sink, tell);
}

fn tell(
    definition: &Definition,
    document: &Document,
    speaker: &mut Speaker,
) -> Result<Fate, String> {
    let mut ids = cves(definition);
    if ids.is_empty() && is_id(&definition.title) {
        ids.push(&definition.title);
    }
    let (facts, wrong) = facts(definition, document);
    if ids.is_empty() {
        return if definition.class == "patch" {
            Ok(Fate::Skipped)
        } else {
            Err("no CVE".to_owned())
        };
    }
    wrong.iter().for_each(|reason| speaker.problem(&definition.id, reason));
    let mut whole = wrong.is_empty();
    let mut statements = Statements::default();
    let mut others = 0;
    for fact in &facts {
        let named = fact.context.products.iter().copied();
        // Old files say the release for the whole definition.
        let platforms = definition.platforms.iter().map(String::as_str);
        let platforms = platforms.filter(|_| fact.context.products.is_empty());
        for name in named.chain(platforms) {
            match product(name) {
                Product::Release { namespace, channel } => {
                    add(
                        &mut statements,
                        fact,
                        &namespace,
                        channel.as_deref(),
                        (Status::Affected, None),
                    );
                }
                Product::Other => others += 1,
                Product::Unknown => {
                    whole = false;
                    speaker.problem(&definition.id, format!("product {name:?} is unknown"));
                }
            }
        }
    }
    if statements.is_empty() {
        return if others > 0 && whole {
            Ok(Fate::Skipped)
        } else {
            Err("no package with a release".to_owned())
        };
    }
    let advisories: Vec<String> = definition
        .references
        .iter()
        .filter(|reference| reference.source == "SUSE-SU" && is_id(&reference.id))
        .map(|reference| reference.id.clone())
        .collect();
    let like = Affected {
        // A vulnerability lists the updates of all releases, and not which is of which.
        advisories: if definition.class == "patch" { advisories } else { Vec::new() },
        severity: severity(definition),
        ..Affected::with_status(Status::Fixed)
    };
    statements.say(&ids, &like, speaker)?;
    let told = if definition.class == "vulnerability" {
        Vulnerability {
            description: definition.description.clone(),
            severity: severity(definition),
            modified: rfc3339(&definition.updated),
            ..Vulnerability::default()
        }
    } else {
        Vulnerability::default()
    };
    describe(definition, &ids, &told, speaker);
    Ok(if whole { Fate::Kept } else { Fate::Rejected })
}
