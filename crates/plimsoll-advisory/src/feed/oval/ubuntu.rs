//! Ubuntu: `com.ubuntu.jammy.cve.oval.xml` and its kin from
//! <https://security-metadata.canonical.com/oval/>, explained at
//! <https://ubuntu.com/security/oval>.
//!
//! The files by CVE (`cve`) and by source package (`pkg`) say in the comment of each criterion what
//! is to say of one source package: "libssh package in jammy was vulnerable but has been fixed
//! (note: '0.9.6-2ubuntu0.22.04.2')". Their tests ask for binary packages and are not needed.
//!
//! | comment | status |
//! |---|---|
//! | "… has been fixed" | fixed in the noted version |
//! | "… is pending publication" | affected |
//! | "… needs fixing" | affected |
//! | "… may need fixing", "… is not known", "… pending evaluation" | under investigation |
//! | "… defer addressing it" | fix deferred |
//! | "… ignore …" | will not fix, or end of life, as the note says |
//! | "… is not affected" | not affected |
//!
//! The release, and the channel before it (`fips-updates_jammy`), stand in the definitions' ids.
//! A version with `~esm` is one of Ubuntu Pro, which the file calls by no nearer name: channel
//! `esm`.
//!
//! The files by notice (`usn`) name binary packages only, whereas Ubuntu's packages are looked up
//! by their source; of them the CVEs with their notice are kept, and no statements.

use super::tell::{cves, describe, each_definition, severity};
use super::{Definition, Document, Group, Leaf, Node};
use crate::feed::identifier::{is_cve, is_id, is_word, rfc3339};
use crate::feed::ubuntu::{ignored, lane};
use crate::feed::{FileContext, Publisher, Speaker, contains};
use crate::model::{Affected, Range, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(in crate::feed) static UBUNTU_OVAL: Publisher = Publisher {
    id: "ubuntu-oval",
    name: "Ubuntu OVAL",
    url: "https://security-metadata.canonical.com/oval/",
    license: "GPL-3.0-only",
};

pub(in crate::feed) fn recognises(_: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions")
        && (contains(head, "oval:com.ubuntu.") || contains(head, ">Canonical "))
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    each_definition(file, bytes, &UBUNTU_OVAL, sink, tell);
}

fn tell(definition: &Definition, _: &Document, speaker: &mut Speaker) -> Result<Fate, String> {
    if definition.class == "inventory" {
        return Ok(Fate::Skipped);
    }
    let ids = cves(definition);
    if definition.class == "patch" {
        let notice = definition.title.split(' ').next().unwrap_or("");
        let ids = if ids.is_empty() { vec![notice] } else { ids };
        if !is_id(notice) {
            return Err(format!("{notice:?} is no notice"));
        }
        describe(definition, &ids, &Vulnerability::default(), speaker);
        return Ok(Fate::Kept);
    }
    let (namespace, channel) = release(&definition.id)?;
    speaker.covers(&namespace);
    let mut whole = true;
    for leaf in leaves(definition) {
        let comment = leaf.comment.trim();
        if comment.contains(" is installed") {
            continue;
        }
        let statement = statement(comment, &ids).map(|(id, affected)| {
            let of_pro = affected
                .ranges
                .iter()
                .any(|range| range.fixed.as_ref().is_some_and(|version| version.contains("~esm")));
            Affected {
                namespace: namespace.clone(),
                vulnerability: id.to_owned(),
                severity: severity(definition),
                channel: channel.clone().or_else(|| of_pro.then(|| "esm".to_owned())),
                ..affected
            }
        });
        match statement {
            Ok(affected) => speaker.affected(affected),
            Err(reason) => {
                whole = false;
                speaker.problem(&definition.id, reason);
            }
        }
    }
    let is_of_cve = ids.len() == 1 && definition.title.starts_with("CVE-");
    let told = if is_of_cve {
        let text = &*definition.description;
        Vulnerability {
            description: text
                .split("Update Instructions:")
                .next()
                .unwrap_or(text)
                .trim()
                .to_owned(),
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

/// Namespace and channel of `oval:com.ubuntu.fips-updates_jammy:def:2023…`.
fn release(id: &str) -> Result<(String, Option<String>), String> {
    let name = id.strip_prefix("oval:com.ubuntu.").and_then(|rest| rest.split(':').next());
    let name = name.ok_or_else(|| format!("{id:?} names no release"))?;
    let name = match name.rsplit_once('_') {
        Some((channel, series)) => format!("{channel}/{series}"),
        None => name.to_owned(),
    };
    lane(&name).ok_or_else(|| format!("release {name:?} is unknown"))
}

/// All leaves of the criteria; the depth of the tree is bounded by the reader.
fn leaves(definition: &Definition) -> Vec<&Leaf> {
    fn gather<'d>(nodes: &'d [Node], into: &mut Vec<&'d Leaf>) {
        for node in nodes {
            match node {
                Node::Leaf(leaf) => into.push(leaf),
                Node::Group(Group { children, .. }) => gather(children, into),
            }
        }
    }
    let mut found = Vec::new();
    gather(&definition.criteria, &mut found);
    found
}

/// The CVE and the statement in a comment.
fn statement<'d>(comment: &'d str, ids: &[&'d str]) -> Result<(&'d str, Affected), String> {
    let unclear = || format!("{comment:?} is not understood");
    let (id, sentence) = match comment.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((id, sentence)) => (id, sentence.trim()),
        None => (*ids.first().ok_or("no CVE")?, comment),
    };
    if !is_cve(id) {
        return Err(format!("{id:?} is no CVE"));
    }
    let package = package(sentence).filter(|name| is_word(name)).ok_or_else(unclear)?;
    let note = sentence.split_once("note: '").and_then(|(_, rest)| rest.split('\'').next());
    let (status, raw_status) = status(sentence, note).ok_or_else(unclear)?;
    let has_version = status == Status::Fixed || sentence.contains("pending publication");
    let version = note.filter(|_| has_version).filter(|version| {
        is_word(version) && version.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
    });
    if status == Status::Fixed && version.is_none() {
        return Err(format!("{package} is fixed without a version"));
    }
    let range =
        version.map(|version| Range { fixed: Some(version.to_owned()), ..Range::default() });
    Ok((
        id,
        Affected {
            package: package.to_owned(),
            raw_status,
            ranges: range.into_iter().collect(),
            ..Affected::with_status(status)
        },
    ))
}

/// The word before "package in", or the quoted one.
fn package(sentence: &str) -> Option<&str> {
    let (before, _) = sentence.split_once(" package in ")?;
    Some(before.rsplit(' ').next()?.trim_matches('\''))
}

fn status(sentence: &str, note: Option<&str>) -> Option<(Status, Option<String>)> {
    let raw = |word: &str| {
        Some(match note {
            Some(note) if !note.is_empty() => format!("{word} ({note})"),
            _ => word.to_owned(),
        })
    };
    let has = |words: &str| sentence.contains(words);
    Some(if has("has been fixed") {
        (Status::Fixed, None)
    } else if has("pending publication") {
        (Status::Affected, Some("pending".to_owned()))
    } else if has("defer addressing") {
        (Status::FixDeferred, raw("deferred"))
    } else if has("ignore") {
        (ignored(note.unwrap_or("")), raw("ignored"))
    } else if has("is not affected") {
        (Status::NotAffected, None)
    } else if has("may need fixing") || has("is not known") || has("pending evaluation") {
        (Status::UnderInvestigation, Some("needs-triage".to_owned()))
    } else if has("needs fixing") || has("is affected") || has("is vulnerable") {
        (Status::Affected, Some("needed".to_owned()))
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::read;

    fn file(id: &str, comments: &[&str]) -> String {
        let criteria: String = comments
            .iter()
            .map(|comment| format!(r#"<criterion test_ref="t" comment="{comment}"/>"#))
            .collect();
        format!(
            r#"<oval_definitions><generator><oval:product_name>Canonical CVE OVAL Generator</oval:product_name></generator><definitions>
            <definition class="vulnerability" id="{id}"><metadata><title>CVE-2024-1234 on Ubuntu 22.04 LTS (jammy) - low</title>
            <description>Words.&#10;&#10;Update Instructions: none</description><reference source="CVE" ref_id="CVE-2024-1234" ref_url="https://www.cve.org/CVERecord?id=CVE-2024-1234"/>
            <advisory><severity>Low</severity><cve href="https://ubuntu.com/security/CVE-2024-1234" priority="low" public="20240109" cvss_vector="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:N">CVE-2024-1234</cve></advisory>
            </metadata><criteria><criteria operator="OR">{criteria}</criteria></criteria></definition></definitions></oval_definitions>"#
        )
    }

    #[test]
    fn comments_become_statuses() {
        let comments = [
            "fixed package in jammy was vulnerable but has been fixed (note: '1.0-1').",
            "pro package in jammy was vulnerable but has been fixed (note: '1.0-1~esm1').",
            "soon package in jammy is affected. An update containing the fix has been completed and is pending publication (note: '2.0').",
            "open package in jammy is affected and needs fixing.",
            "unclear package in jammy is affected and may need fixing.",
            "later package in jammy is affected, but a decision has been made to defer addressing it (note: '2024-01-01').",
            "gone package in jammy: a decision has been made to ignore this issue (note: 'end of life').",
            "While related to the CVE in some way, the 'fine' package in jammy is not affected.",
            "(CVE-2024-9999) other package in jammy is affected and needs fixing.",
        ];
        let read =
            read("com.ubuntu.jammy.cve.oval.xml", file("oval:com.ubuntu.jammy:def:1", &comments));
        assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
        assert_eq!(
            read.rows(),
            [
                "ubuntu:22.04 fine CVE-2024-1234 not_affected -",
                "ubuntu:22.04 fixed CVE-2024-1234 fixed 1.0-1",
                "ubuntu:22.04 gone CVE-2024-1234 end_of_life -",
                "ubuntu:22.04 later CVE-2024-1234 fix_deferred -",
                "ubuntu:22.04 open CVE-2024-1234 affected -",
                "ubuntu:22.04 other CVE-2024-9999 affected -",
                "ubuntu:22.04 pro CVE-2024-1234 fixed 1.0-1~esm1",
                "ubuntu:22.04 soon CVE-2024-1234 affected 2.0",
                "ubuntu:22.04 unclear CVE-2024-1234 under_investigation -",
            ]
        );
        assert_eq!(read.only("ubuntu:22.04", "pro").channel.as_deref(), Some("esm"));
        assert_eq!(read.vulnerabilities[0].description, "Words.");
        assert_eq!(read.vulnerabilities[0].cvss.len(), 1);
    }

    #[test]
    fn the_channel_stands_in_the_id_and_riddles_are_reported() {
        let comments = ["a package in jammy is affected and needs fixing.", "a riddle"];
        let read = read("x.xml", file("oval:com.ubuntu.fips-updates_jammy:def:1", &comments));
        assert_eq!(read.counts(), (0, 0, 1));
        assert_eq!(read.affected[0].channel.as_deref(), Some("fips-updates"));
        assert_eq!(read.problems.len(), 1);
    }
}
