//! SUSE and openSUSE in CVRF: `cvrf-suse-su-….xml` by update, `cvrf-CVE-….xml` by CVE, from
//! <https://ftp.suse.com/pub/projects/security/>; the language is defined at
//! <https://docs.oasis-open.org/csaf/csaf-cvrf/v1.2/csaf-cvrf-v1.2.html>, 1.1 before it.
//!
//! A document has vulnerabilities, and each of these has product statuses. A product is a package
//! of a release (`SUSE Linux Enterprise Server 12 SP3:libqt4-4.8.6-7.1`); which is which, the
//! relationships of the product tree say.
//!
//! | status | |
//! |---|---|
//! | `Fixed`, `First Fixed`, `Recommended` | fixed in the product's version |
//! | `Known Affected`, `First Affected`, `Last Affected` | affected |
//! | `Known Not Affected` | not affected |
//! | `Under Investigation` | under investigation |
//!
//! One document is one record. Updates of images (`SUSE-IU`, `SUSE-CU`), and those that list no
//! product at all, have no package of a release, and are skipped.

use std::collections::HashMap;

use super::erratum::name_and_version;
use super::identifier::{is_cve, is_word, rfc3339};
use super::statements::{Row, Statements};
use super::suse_products::{Product, product};
use super::xml::{Element, Handler, walk};
use super::{FileContext, Publisher, Speaker, contains};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(super) static SUSE_CVRF: Publisher = Publisher {
    id: "suse-cvrf",
    name: "SUSE CVRF",
    url: "https://ftp.suse.com/pub/projects/security/cvrf/",
    license: "CC-BY-4.0 or CC-BY-NC-4.0, as the document says",
};

/// A vulnerability refers to its page and to some bugs.
const MOST_LINKS: usize = 256;

#[derive(Default)]
struct Document {
    id: String,
    kind: String,
    published: String,
    modified: String,
    /// Product id → package and release.
    products: HashMap<String, (String, String)>,
    vulnerabilities: Vec<Flaw>,
    /// The id of the relationship's product that is open.
    relation: (String, String),
    note: String,
    threat: String,
}

#[derive(Default)]
struct Flaw {
    cve: String,
    description: String,
    impact: String,
    vectors: Vec<String>,
    links: Vec<String>,
    statuses: Vec<(String, Vec<String>)>,
}

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    contains(head, "<cvrfdoc") && contains(head, "security@suse.de")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &SUSE_CVRF, file);
    let mut document = Document::default();
    let outcome = walk(bytes, &mut document);
    if let Some(date) = rfc3339(&document.modified) {
        speaker.dated(&date);
    }
    let told = tell(&document, &mut speaker);
    match (outcome, told) {
        (Err(reason), _) => speaker.rejected(&document.id, reason),
        (Ok(()), Ok(Fate::Kept)) => speaker.kept(),
        (Ok(()), Ok(Fate::Skipped)) => speaker.skipped(),
        (Ok(()), Ok(Fate::Rejected)) => speaker.rejected_in_part(),
        (Ok(()), Err(reason)) => speaker.rejected(&document.id, reason),
    }
}

impl Handler for Document {
    fn open(&mut self, element: &Element, parent: &str) {
        let attribute = |name: &str| element.attribute(name);
        match (parent, &*element.name()) {
            (_, "Relationship") => {
                self.relation =
                    (attribute("ProductReference"), attribute("RelatesToProductReference"));
            }
            ("Relationship", "FullProductName") => {
                self.products.insert(attribute("ProductID"), self.relation.clone());
            }
            (_, "Vulnerability") => self.vulnerabilities.push(Flaw::default()),
            ("Notes", "Note") => self.note = attribute("Type"),
            (_, "Threat") => self.threat = attribute("Type"),
            ("ProductStatuses", "Status") => {
                if let Some(flaw) = self.vulnerabilities.last_mut() {
                    flaw.statuses.push((attribute("Type"), Vec::new()));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str, parent: &str, text: &str) {
        let owned = || text.to_owned();
        match (parent, name) {
            ("Identification", "ID") => self.id = owned(),
            (_, "DocumentType") => self.kind = owned(),
            (_, "InitialReleaseDate") => self.published = owned(),
            (_, "CurrentReleaseDate") => self.modified = owned(),
            _ => {
                let Some(flaw) = self.vulnerabilities.last_mut() else { return };
                match (parent, name) {
                    ("Vulnerability", "CVE") => flaw.cve = owned(),
                    ("Notes", "Note") if self.note == "General" => flaw.description = owned(),
                    ("Status", "ProductID") => {
                        if let Some((_, products)) = flaw.statuses.last_mut() {
                            products.push(owned());
                        }
                    }
                    ("Threat", "Description") if self.threat == "Impact" => flaw.impact = owned(),
                    ("Reference", "URL") if flaw.links.len() < MOST_LINKS => {
                        flaw.links.push(owned());
                    }
                    (parent, name)
                        if parent.starts_with("ScoreSet")
                            && name.starts_with("Vector")
                            && !text.is_empty() =>
                    {
                        flaw.vectors.push(owned());
                    }
                    _ => {}
                }
            }
        }
    }
}

fn tell(document: &Document, speaker: &mut Speaker) -> Result<Fate, String> {
    let is_update = document.kind == "SUSE Patch";
    let advisories: Vec<String> =
        is_update.then(|| document.id.clone()).filter(|id| is_word(id)).into_iter().collect();
    let (mut kept, mut whole) = (0, true);
    for flaw in &document.vulnerabilities {
        if !is_cve(&flaw.cve) {
            whole = false;
            speaker.problem(&document.id, format!("{:?} is no CVE", flaw.cve));
            continue;
        }
        let mut statements = Statements::default();
        for (status, products) in &flaw.statuses {
            for id in products {
                match row(document, status, id) {
                    Ok(Some(row)) => statements.put(row, &[]),
                    Ok(None) => {}
                    Err(reason) => {
                        whole = false;
                        speaker.problem(&document.id, reason);
                    }
                }
            }
        }
        if statements.is_empty() && document.kind != "SUSE CVE" {
            continue;
        }
        kept += 1;
        let severity =
            Severity::from_word(&flaw.impact).filter(|severity| *severity != Severity::Unknown);
        let like = Affected {
            advisories: advisories.clone(),
            severity,
            ..Affected::with_status(Status::Fixed)
        };
        statements.say(&[&flaw.cve], &like, speaker)?;
        speaker.vulnerability(Vulnerability {
            id: flaw.cve.clone(),
            description: flaw.description.clone(),
            severity,
            cvss: flaw.vectors.clone(),
            references: flaw.links.clone(),
            published: rfc3339(&document.published).filter(|_| !is_update),
            modified: rfc3339(&document.modified).filter(|_| !is_update),
            ..Vulnerability::default()
        });
    }
    match (kept, whole) {
        (_, false) => Ok(Fate::Rejected),
        (0, true) => Ok(Fate::Skipped),
        (_, true) => Ok(Fate::Kept),
    }
}

/// The statement about one product; nothing for a product that is no release.
fn row(document: &Document, status: &str, id: &str) -> Result<Option<Row>, String> {
    let (build, release) = match document.products.get(id) {
        Some((build, release)) => (&**build, &**release),
        None => id
            .split_once(':')
            .map(|(release, build)| (build, release))
            .ok_or_else(|| format!("product {id:?} has no package"))?,
    };
    let (namespace, channel) = match product(release) {
        Product::Release { namespace, channel } => (namespace, channel),
        Product::Other => return Ok(None),
        Product::Unknown => return Err(format!("product {release:?} is unknown")),
    };
    let status = match status {
        "Fixed" | "First Fixed" | "Recommended" => Status::Fixed,
        "Known Affected" | "First Affected" | "Last Affected" => Status::Affected,
        "Known Not Affected" => Status::NotAffected,
        "Under Investigation" => Status::UnderInvestigation,
        word => return Err(format!("status {word:?} is unknown")),
    };
    let versioned = name_and_version(build)
        .filter(|(_, version)| version.bytes().next().is_some_and(|byte| byte.is_ascii_digit()));
    let (package, range) = match (status, versioned) {
        (Status::Fixed, Some((package, version))) => {
            (package, Some(Range { fixed: Some(version), ..Range::default() }))
        }
        (Status::Fixed, None) => return Err(format!("{build:?} has no version")),
        (_, Some((package, _))) => (package, None),
        (_, None) => (build, None),
    };
    if !is_word(package) {
        return Err(format!("{package:?} is no package"));
    }
    Ok(Some(Row {
        channel,
        range: range.map(Row::bounds),
        ..Row::new(&namespace, package, status)
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    fn document(kind: &str, id: &str, statuses: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><cvrfdoc><DocumentType>{kind}</DocumentType><DocumentPublisher><ContactDetails>security@suse.de</ContactDetails></DocumentPublisher>
            <DocumentTracking><Identification><ID>{id}</ID></Identification><InitialReleaseDate>2019-06-21T08:27:12Z</InitialReleaseDate><CurrentReleaseDate>2019-06-22T08:27:12Z</CurrentReleaseDate></DocumentTracking>
            <ProductTree><Relationship ProductReference="curl-7.60.0-1.1" RelationType="Default Component Of" RelatesToProductReference="openSUSE Leap 15.0"><FullProductName ProductID="odd">x</FullProductName></Relationship></ProductTree>
            <Vulnerability Ordinal="1"><Notes><Note Type="General">Words.</Note></Notes><CVE>CVE-2019-1559</CVE><ProductStatuses>{statuses}</ProductStatuses>
            <Threats><Threat Type="Impact"><Description>important</Description></Threat></Threats>
            <CVSSScoreSets><ScoreSetV3><VectorV3>CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H</VectorV3></ScoreSetV3></CVSSScoreSets>
            <References><Reference><URL>https://www.suse.com/security/cve/CVE-2019-1559.html</URL></Reference></References></Vulnerability></cvrfdoc>"#
        )
    }

    #[test]
    fn an_update_has_its_packages_by_release() {
        let statuses = r#"<Status Type="Fixed"><ProductID>SUSE Linux Enterprise Server 12 SP3-LTSS:libqt4-32bit-4.8.6-7.1</ProductID>
            <ProductID>odd</ProductID><ProductID>SUSE Manager Server 3.2:libqt4-4.8.6-7.1</ProductID></Status>"#;
        let read = read(
            "cvrf-suse-su-2019-1.xml",
            document("SUSE Patch", "SUSE-SU-2019:1608-1", statuses),
        );
        assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
        assert_eq!(
            read.rows(),
            [
                "opensuse-leap:15.0 curl CVE-2019-1559 fixed 7.60.0-1.1",
                "sles:12.3 libqt4-32bit CVE-2019-1559 fixed 4.8.6-7.1",
            ]
        );
        let ltss = read.only("sles:12.3", "libqt4-32bit");
        assert_eq!(ltss.channel.as_deref(), Some("ltss"));
        assert_eq!(ltss.advisories, ["SUSE-SU-2019:1608-1"]);
        assert_eq!(ltss.severity, Some(Severity::High));
        let told = &read.vulnerabilities[0];
        assert_eq!((&*told.description, told.cvss.len()), ("Words.", 1));
        assert_eq!(told.published, None);
    }

    #[test]
    fn a_document_by_cve_says_what_is_affected_too() {
        let statuses = r#"<Status Type="Known Affected"><ProductID>SUSE Linux Enterprise Server 15:tar</ProductID></Status>
            <Status Type="Known Not Affected"><ProductID>SUSE Linux Micro 6.0:tar-1.34-1.1</ProductID></Status>"#;
        let read =
            read("cvrf-CVE-2019-1559.xml", document("SUSE CVE", "SUSE CVE-2019-1559", statuses));
        assert_eq!(
            read.rows(),
            ["slem:6.0 tar CVE-2019-1559 not_affected -", "sles:15 tar CVE-2019-1559 affected -"]
        );
        assert!(read.affected[0].advisories.is_empty());
        assert!(read.vulnerabilities[0].published.is_some());
    }

    #[test]
    fn images_are_skipped_and_riddles_reported() {
        let image = r#"<Status Type="Fixed"><ProductID>Public Cloud Image google/sles-15:zypper-1.14-3.1</ProductID></Status>"#;
        let image = read("x.xml", document("SUSE Image", "SUSE-IU-2021:2-1", image));
        assert_eq!(image.counts(), (0, 1, 0));
        let odd = r#"<Status Type="Perhaps"><ProductID>SUSE Linux Enterprise Server 15:tar</ProductID></Status>
            <Status Type="Fixed"><ProductID>Plan 9:tar-1-1</ProductID><ProductID>SUSE Linux Enterprise Server 15:tar</ProductID></Status>"#;
        let odd = read("x.xml", document("SUSE Patch", "SUSE-SU-2021:2-1", odd));
        assert_eq!((odd.counts(), odd.problems.len()), ((0, 0, 1), 3));
        let text = document("SUSE Patch", "SUSE-SU-2021:2-1", "");
        let cut = read("x.xml", &text[..text.len() - 40]);
        assert_eq!(cut.counts(), (0, 0, 1));
    }
}
