//! CSAF 2.0 documents of those who make distributions:
//! <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>.
//!
//! A document is a VEX document (one CVE, all products) or an advisory (some CVEs, the products that
//! it updates). One vulnerability of a document is one record. Whose document it is, its publisher's
//! namespace says; what vendors do differently stands in a file for each.
//!
//! | document | source |
//! |---|---|
//! | Red Hat VEX | `redhat` |
//! | Red Hat advisories | `redhat-csaf` |
//! | SUSE VEX | `suse` |
//! | SUSE advisories | `suse-csaf` |
//! | openEuler | `openeuler` |
//!
//! Advisories have a source of their own, since a VEX document supersedes what advisories said
//! before about its CVE, and since either may be taken back without the other: a document whose
//! tracking status is `deleted` takes back all that its source said under its id
//! ([`Sink::deleted`]).
//!
//! * `known_affected` becomes what its remediation says: `Will not fix`, `Fix deferred`, `Out of
//!   support scope` (end of life); the word is kept. `known_not_affected` keeps its flag's label.
//! * A component that is affected names its latest build, but the ones to come are affected too, so
//!   every version is; except where the same build is listed as fixed elsewhere, which bounds it.
//! * `known_not_affected` with a version speaks of that version alone.
//! * What is said of a product as a whole names no package and makes no statement.
//! * Packages for debuggers (`-debuginfo`, `-debugsource`) are left out, as vendors do in OVAL.

pub(super) mod component;
mod describe;
pub(super) mod document;
mod openeuler;
mod products;
pub(super) mod redhat;
mod statements;
mod suse;
#[cfg(test)]
mod tests;

use document::Document;
use products::Products;
use statements::{Habits, statements};

use super::identifier::{is_id, rfc3339};
use super::{FileContext, Publisher, Speaker, contains, first_sign};
use crate::sink::Sink;

pub(super) static REDHAT: Publisher = Publisher {
    id: "redhat",
    name: "Red Hat VEX",
    url: "https://security.access.redhat.com/data/csaf/v2/vex/",
    license: "CC-BY-4.0",
};

pub(super) static REDHAT_ADVISORIES: Publisher = Publisher {
    id: "redhat-csaf",
    name: "Red Hat advisories (CSAF)",
    url: "https://security.access.redhat.com/data/csaf/v2/advisories/",
    license: "CC-BY-4.0",
};

static SUSE: Publisher = Publisher {
    id: "suse",
    name: "SUSE VEX",
    url: "https://ftp.suse.com/pub/projects/security/csaf-vex/",
    license: "CC-BY-4.0",
};

static SUSE_ADVISORIES: Publisher = Publisher {
    id: "suse-csaf",
    name: "SUSE advisories (CSAF)",
    url: "https://ftp.suse.com/pub/projects/security/csaf/",
    license: "CC-BY-4.0",
};

static OPENEULER: Publisher = Publisher {
    id: "openeuler",
    name: "openEuler security advisories",
    url: "https://repo.openeuler.org/security/data/csaf/",
    license: "MulanPSL-2.0",
};

/// Somebody else's documents, of which only the number is kept.
static OTHERS: Publisher = Publisher {
    id: "csaf",
    name: "CSAF documents of others",
    url: "https://oasis-open.github.io/csaf-documentation/",
    license: "various",
};

/// The largest advisories fix some thousand CVEs.
const MOST_VULNERABILITIES: usize = 20_000;

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    (path.ends_with(".json") || path.ends_with(".jsonl"))
        && first_sign(head) == Some(b'{')
        && contains(head, "\"document\"")
        && ["\"csaf_version\"", "\"csaf_", "\"aggregate_severity\"", "\"tracking\""]
            .iter()
            .any(|word| contains(head, word))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    if file.path.ends_with(".jsonl") {
        let lines = bytes.split(|&byte| byte == b'\n');
        lines.filter(|line| first_sign(line).is_some()).for_each(|line| read(file, line, sink));
    } else {
        read(file, bytes, sink);
    }
}

fn read(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let document: Document = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) => return Speaker::new(sink, &OTHERS, file).rejected("", error),
    };
    let head = &document.document;
    let (publisher, habits) = match whose(&document) {
        Ok(known) => known,
        Err(name) => {
            let mut speaker = Speaker::new(sink, &OTHERS, file);
            if name.is_empty() {
                return speaker.rejected(&head.tracking.id, "the document has no publisher");
            }
            speaker.skipped();
            return speaker
                .problem(&head.tracking.id, format!("no habits are known of publisher {name:?}"));
        }
    };
    let mut speaker = Speaker::new(sink, publisher, file);
    let own_id = &*head.tracking.id;
    if !is_id(own_id) {
        return speaker.rejected(own_id, "the document's id is none");
    }
    let date = rfc3339(&head.tracking.current_release_date);
    if &*head.tracking.status == "deleted" {
        speaker.deleted(own_id, date.as_deref());
        return speaker.kept();
    }
    if let Some(date) = &date {
        speaker.dated(date);
    }
    if document.vulnerabilities.is_empty() {
        return speaker.skipped();
    }
    if document.vulnerabilities.len() > MOST_VULNERABILITIES {
        return speaker.rejected(own_id, "more vulnerabilities than any real document has");
    }
    let products = Products::of(&document.product_tree);
    let is_vex = is_vex(&document);
    let advisory = (!is_vex).then_some(own_id);
    for vulnerability in &document.vulnerabilities {
        let Some(id) = describe::id(&document, vulnerability) else {
            speaker.rejected(&vulnerability.cve, "the vulnerability has no id");
            continue;
        };
        let said = statements(id, advisory, vulnerability, &products, habits);
        speaker.vulnerability(describe::describe(id, &document, vulnerability, is_vex));
        said.affected.into_iter().for_each(|affected| speaker.affected(affected));
        said.wrong.iter().for_each(|reason| speaker.problem(id, reason));
        if said.wrong.is_empty() {
            speaker.kept();
        } else {
            speaker.rejected_in_part();
        }
    }
}

/// Whether a document says all about one CVE. Its category does not tell: bug-fix advisories call
/// themselves `csaf_vex` too.
fn is_vex(document: &Document) -> bool {
    document.document.tracking.id.starts_with("CVE-")
}

/// Who speaks, and how; the publisher's name where it is somebody unknown.
fn whose<'d>(document: &'d Document) -> Result<(&'static Publisher, &'static Habits), &'d str> {
    let publisher = &document.document.publisher;
    let host = publisher.namespace.trim_start_matches("https://").trim_start_matches("http://");
    let host = host.split('/').next().unwrap_or("");
    let is = |domain: &str| host == domain || host.strip_prefix("www.") == Some(domain);
    let tracking = &document.document.tracking;
    // Notices of deleted documents have nothing but an id and that word.
    let deleted = &*tracking.status == "deleted" && host.is_empty();
    let is_vex = is_vex(document);
    if is("redhat.com") || deleted {
        return Ok((if is_vex { &REDHAT } else { &REDHAT_ADVISORIES }, &redhat::HABITS));
    }
    if is("suse.com") {
        return Ok((if is_vex { &SUSE } else { &SUSE_ADVISORIES }, &suse::HABITS));
    }
    if is("openeuler.org") || publisher.name.eq_ignore_ascii_case("openeuler") {
        return Ok((&OPENEULER, &openeuler::HABITS));
    }
    Err(if publisher.name.is_empty() { &publisher.namespace } else { &publisher.name })
}
