//! Ubuntu's CVE tracker: <https://git.launchpad.net/ubuntu-cve-tracker>, described in its
//! [README](https://git.launchpad.net/ubuntu-cve-tracker/tree/README).
//!
//! One file per CVE under `active/`, `retired/` or `ignored/`. Fields start at the first column,
//! their continuation is indented. A status line is `<lane>_<source package>: <status> (<note>)`:
//!
//! ```text
//! Candidate: CVE-2022-0778
//! Priority: high
//! CVSS:
//!  nvd: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H [7.5 HIGH]
//! jammy_openssl: released (3.0.2-0ubuntu1)
//! esm-infra/xenial_openssl: needed
//! ```
//!
//! | word | status |
//! |---|---|
//! | `released (v)` | fixed |
//! | `needed`, `active` | affected |
//! | `pending (v)` | affected below that version; it is not published yet |
//! | `needs-triage`, `in-triage` | under investigation |
//! | `deferred (date)` | fix deferred |
//! | `ignored` | will not fix; end of life where the note says so |
//! | `not-affected (note)` | not affected, whatever the version: the note names the version that brought the fix from Debian, or a reason |
//! | `DNE` | nothing: the package is not in that release |
//!
//! A lane is a release, or a product on top of one: `esm-infra/xenial`, `fips-updates/focal`,
//! `trusty/esm` (the former name of `esm-infra/trusty`), `vivid/ubuntu-core`. The product becomes
//! the record's channel. `upstream` and `snap` are no distribution; `devel` is the release to come,
//! kept as `ubuntu:devel`.
//!
//! Quirks: a priority may be given per package (`Priority_foo`) and per package and lane
//! (`Priority_foo_xenial`); since 2023 the reason follows on indented lines. The colon may lack
//! its space. The scores are the NVD's unless the line says `ubuntu`.

use std::collections::HashMap;

use super::identifier::{is_cve, is_id, is_word, rfc3339};
use super::series::ubuntu;
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static UBUNTU: Publisher = Publisher {
    id: "ubuntu",
    name: "Ubuntu CVE Tracker",
    url: "https://ubuntu.com/security/cves",
    license: "not stated (CC-BY-SA-4.0 as OSV)",
};

/// The tracker repeats the scores of the NVD; they stay the NVD's word.
static NVD: Publisher = Publisher {
    id: "nvd",
    name: "National Vulnerability Database",
    url: "https://nvd.nist.gov/",
    license: "public domain",
};

/// Notes longer than this are stories, not statuses.
const LONGEST_NOTE: usize = 120;

#[derive(Default)]
struct Document<'a> {
    candidate: &'a str,
    published: &'a str,
    priority: &'a str,
    /// The word, by package and lane; the lane is empty where it is for all.
    priorities: HashMap<(&'a str, &'a str), &'a str>,
    description: Vec<&'a str>,
    references: Vec<&'a str>,
    /// Source and vector.
    scores: Vec<(&'a str, &'a str)>,
    statuses: Vec<Line<'a>>,
}

struct Line<'a> {
    lane: &'a str,
    package: &'a str,
    value: &'a str,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    (contains(head, "Candidate:") && contains(head, "PublicDate") && !name.starts_with("00"))
        || (name.starts_with("CVE-") && !name.contains('.') && contains(head, "PublicDate:"))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &UBUNTU, file);
    let text = String::from_utf8_lossy(bytes);
    let document = read(&text);
    let id = match document.candidate {
        "" => file_name(file.path),
        candidate => candidate,
    };
    if !is_id(id) || !id.starts_with("CVE-") {
        return speaker.rejected(id, "no candidate, and the file is not named after one");
    }
    let published = rfc3339(document.published);
    if let Some(date) = &published {
        speaker.dated(date);
    }
    let priority = severity(document.priority);
    let whole = statuses(&document, id, priority, &mut speaker);
    describe(&document, id, priority, published, &mut speaker);
    if whole { speaker.kept() } else { speaker.rejected_in_part() }
}

/// Sorts the lines of a file.
fn read(text: &str) -> Document<'_> {
    let mut document = Document::default();
    let mut field = "";
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            let line = line.trim();
            match field {
                "Description" if !line.is_empty() => document.description.push(line),
                "References" if !line.is_empty() => document.references.push(line),
                "CVSS" => document.scores.extend(score(line)),
                _ => {}
            }
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        if key.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase()) {
            field = key;
            match key {
                "Candidate" => document.candidate = value,
                "PublicDate" => document.published = value,
                "Priority" => document.priority = value,
                "Description" if !value.is_empty() => document.description.push(value),
                "References" if !value.is_empty() => document.references.push(value),
                _ => {
                    if let Some(subject) = key.strip_prefix("Priority_") {
                        let subject = subject.split_once('_').unwrap_or((subject, ""));
                        document.priorities.insert(subject, value);
                    }
                }
            }
        } else if let Some((lane, package)) = key.split_once('_') {
            field = "";
            document.statuses.push(Line { lane, package, value });
        }
    }
    document
}

/// `nvd: CVSS:3.1/AV:N/… [7.5 HIGH]`.
fn score(line: &str) -> Option<(&str, &str)> {
    let (source, rest) = line.split_once(':')?;
    let vector = rest.split_whitespace().next()?;
    vector.starts_with("CVSS:").then_some((source.trim(), vector))
}

fn severity(word: &str) -> Option<Severity> {
    let word = word.split_whitespace().next()?;
    Severity::from_word(word).filter(|severity| *severity != Severity::Unknown)
}

/// Hands on what the status lines say; whether all were understood.
fn statuses(
    document: &Document,
    id: &str,
    priority: Option<Severity>,
    speaker: &mut Speaker,
) -> bool {
    let mut whole = true;
    for line in &document.statuses {
        let (word, note) = split_status(line.value);
        if ["upstream", "snap"].contains(&line.lane) || word == "DNE" || word.is_empty() {
            continue;
        }
        let Some((namespace, channel)) = lane(line.lane) else {
            whole = false;
            speaker.problem(id, format!("release {:?} is unknown", line.lane));
            continue;
        };
        if !is_word(line.package) {
            whole = false;
            speaker.problem(id, format!("{:?} is no package", line.package));
            continue;
        }
        let (status, raw_status, fixed) = match verdict(word, note) {
            Ok(verdict) => verdict,
            Err(reason) => {
                whole = false;
                speaker.problem(id, format!("{}_{}: {reason}", line.lane, line.package));
                continue;
            }
        };
        let range =
            fixed.map(|version| Range { fixed: Some(version.to_owned()), ..Range::default() });
        speaker.affected(Affected {
            namespace,
            package: line.package.to_owned(),
            vulnerability: id.to_owned(),
            raw_status,
            ranges: range.into_iter().collect(),
            severity: own_priority(document, line).or(priority),
            channel,
            ..Affected::with_status(status)
        });
    }
    whole
}

/// `ignored (end of life, was needed)` as its word and its note.
fn split_status(value: &str) -> (&str, &str) {
    let (word, note) = value.split_once(['(', ' ', '\t']).unwrap_or((value, ""));
    (word.trim(), note.trim().trim_start_matches('(').trim_end_matches(')').trim())
}

type Verdict<'a> = (Status, Option<String>, Option<&'a str>);

fn verdict<'a>(word: &str, note: &'a str) -> Result<Verdict<'a>, String> {
    let version = note.split_whitespace().next().filter(|version| {
        is_word(version) && version.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
    });
    let raw = |with_note: bool| {
        let note: String = note.chars().take(LONGEST_NOTE).collect();
        Some(if with_note && !note.is_empty() {
            format!("{word} ({note})")
        } else {
            word.to_owned()
        })
    };
    Ok(match word {
        "released" => match version {
            Some(version) => (Status::Fixed, None, Some(version)),
            None => return Err("released without a version".to_owned()),
        },
        "needed" | "active" => (Status::Affected, raw(false), None),
        "pending" => (Status::Affected, raw(false), version),
        "needs-triage" | "in-triage" | "undecided" => {
            (Status::UnderInvestigation, raw(false), None)
        }
        "deferred" => (Status::FixDeferred, raw(true), None),
        "not-affected" => (Status::NotAffected, None, None),
        "ignored" => (ignored(note), raw(true), None),
        _ => return Err(format!("status {word:?} is unknown")),
    })
}

/// Why something is ignored decides what that means.
fn ignored(note: &str) -> Status {
    let note = note.to_ascii_lowercase();
    if note.contains("was not-affected") {
        return Status::NotAffected;
    }
    let over = [
        "end of life",
        "end-of-life",
        "end of standard support",
        "out of standard support",
        "end of kernel support",
        "end of esm support",
    ];
    if over.iter().any(|words| note.contains(words)) {
        Status::EndOfLife
    } else {
        Status::WillNotFix
    }
}

/// Namespace and channel of a lane.
pub(super) fn lane(lane: &str) -> Option<(String, Option<String>)> {
    if let Some(namespace) = ubuntu(lane) {
        return Some((namespace, None));
    }
    let (first, rest) = lane.split_once('/')?;
    // Either `xenial/esm` or `esm-infra/xenial`; `ros-esm/xenial/kinetic` has a product at the end.
    if let Some(namespace) = ubuntu(first) {
        let product = if rest == "esm" { "esm-infra" } else { rest };
        return Some((namespace, Some(product.to_owned())));
    }
    let (series, product) = rest.split_once('/').unwrap_or((rest, ""));
    let channel = if product.is_empty() { first.to_owned() } else { format!("{first}/{product}") };
    Some((ubuntu(series)?, Some(channel)))
}

/// `Priority_linux_xenial`, or else `Priority_linux`.
fn own_priority(document: &Document, line: &Line) -> Option<Severity> {
    if document.priorities.is_empty() {
        return None;
    }
    let of = |lane| document.priorities.get(&(line.package, lane));
    of(line.lane).or_else(|| of("")).and_then(|word| severity(word))
}

fn describe(
    document: &Document,
    id: &str,
    priority: Option<Severity>,
    published: Option<String>,
    speaker: &mut Speaker,
) {
    let vectors = |of_nvd: bool| -> Vec<String> {
        let scores = document.scores.iter().filter(|(source, _)| (*source == "nvd") == of_nvd);
        scores.map(|(_, vector)| (*vector).to_owned()).collect()
    };
    speaker.vulnerability(Vulnerability {
        id: id.to_owned(),
        description: document.description.join("\n"),
        severity: priority,
        cvss: vectors(false),
        references: document.references.iter().map(|link| (*link).to_owned()).collect(),
        published,
        ..Vulnerability::default()
    });
    let cvss = vectors(true);
    if !cvss.is_empty() && is_cve(id) {
        let scored = Vulnerability { id: id.to_owned(), cvss, ..Vulnerability::default() };
        speaker.speak_for(&NVD).vulnerability(scored);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    const FILE: &str = "\
PublicDateAtUSN: 2019-09-04
Candidate: CVE-2019-15903
PublicDate: 2019-09-04 06:15:00 UTC
References:
 https://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2019-15903
Description:
 In libexpat before 2.2.8, crafted XML input could fool the parser
 into changing from DTD parsing to document parsing too early.
Ubuntu-Description:
 not this
Notes:
 sbeattie> jammy_fake: needed
Priority: medium
 Because it is.
Priority_vnc4: low
Priority_vnc4_trusty/esm: high
CVSS:
 nvd: CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H [7.5 HIGH]
 ubuntu: CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H

Patches_vnc4:
upstream_vnc4: needs-triage
precise/esm_vnc4: DNE
trusty_vnc4: ignored (out of standard support)
trusty/esm_vnc4:needed
xenial_vnc4: needed
bionic_vnc4: not-affected (code not present)
focal_expat: released (2.2.9-1ubuntu0.1)
jammy_expat: pending (2.4.7-1ubuntu0.1)
esm-infra/xenial_expat: needs-triage
fips-updates/focal_expat: deferred (2020-01-01)
eoan_expat: ignored (superseded by expat2)
devel_expat: released (2.4.9-1)
";

    #[test]
    fn lanes_and_words_become_records() {
        let read = read("active/CVE-2019-15903", FILE);
        assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
        assert_eq!(
            read.rows(),
            [
                "ubuntu:14.04 vnc4 CVE-2019-15903 affected -",
                "ubuntu:14.04 vnc4 CVE-2019-15903 end_of_life -",
                "ubuntu:16.04 expat CVE-2019-15903 under_investigation -",
                "ubuntu:16.04 vnc4 CVE-2019-15903 affected -",
                "ubuntu:18.04 vnc4 CVE-2019-15903 not_affected -",
                "ubuntu:19.10 expat CVE-2019-15903 will_not_fix -",
                "ubuntu:20.04 expat CVE-2019-15903 fix_deferred -",
                "ubuntu:20.04 expat CVE-2019-15903 fixed 2.2.9-1ubuntu0.1",
                "ubuntu:22.04 expat CVE-2019-15903 affected 2.4.7-1ubuntu0.1",
                "ubuntu:devel expat CVE-2019-15903 fixed 2.4.9-1",
            ]
        );
        let esm = read.affected.iter().find(|record| record.channel.is_some()).unwrap();
        assert_eq!(
            (esm.channel.as_deref(), esm.severity),
            (Some("esm-infra"), Some(Severity::High))
        );
        assert_eq!(read.only("ubuntu:16.04", "vnc4").severity, Some(Severity::Low));
        assert_eq!(read.only("ubuntu:22.04", "expat").severity, Some(Severity::Medium));
        let ignored = read.only("ubuntu:19.10", "expat").raw_status.as_deref();
        assert_eq!(ignored, Some("ignored (superseded by expat2)"));
    }

    #[test]
    fn scores_stay_with_those_who_gave_them() {
        let read = read("active/CVE-2019-15903", FILE);
        assert_eq!(
            read.sources.iter().map(|source| &*source.id).collect::<Vec<_>>(),
            ["ubuntu", "nvd"]
        );
        let own = &read.vulnerabilities[0];
        assert_eq!(own.cvss, ["CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H"]);
        assert!(own.description.ends_with("too early."), "{}", own.description);
        assert_eq!(own.published.as_deref(), Some("2019-09-04T06:15:00Z"));
        assert_eq!(read.vulnerabilities[1].cvss, ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"]);
    }

    #[test]
    fn wrong_lines_cost_only_themselves() {
        let text = "Candidate: CVE-2020-1234\nPublicDate: unknown\njammy_a: perhaps\nnowhere_a: needed\n\
                    lucid_a: released\njammy_b: needed\n";
        let read = read("retired/CVE-2020-1234", text);
        assert_eq!(read.counts(), (0, 0, 1));
        assert_eq!(read.rows(), ["ubuntu:22.04 b CVE-2020-1234 affected -"]);
        assert_eq!(read.problems.len(), 3);
    }

    #[test]
    fn why_something_is_ignored_counts() {
        assert_eq!(ignored("end of life, was needed"), Status::EndOfLife);
        assert_eq!(ignored("end of life, was not-affected"), Status::NotAffected);
        assert_eq!(ignored("ESM criteria, was needed"), Status::WillNotFix);
        assert_eq!(
            lane("ros-esm/xenial/kinetic"),
            Some(("ubuntu:16.04".into(), Some("ros-esm/kinetic".into())))
        );
        assert_eq!(
            lane("vivid/ubuntu-core"),
            Some(("ubuntu:15.04".into(), Some("ubuntu-core".into())))
        );
    }
}
