//! Debian's security tracker as JSON: <https://security-tracker.debian.org/tracker/data/json>,
//! described at <https://security-team.debian.org/security_tracker.html>.
//!
//! Package → CVE → releases. It is the live and complete form of what the lists say, with the
//! inheritance between releases worked out, and some 60 MB long: it is read package by package,
//! and nothing is kept.
//!
//! | `status`, `fixed_version`, `nodsa_reason` | status |
//! |---|---|
//! | `resolved`, `"0"` | not affected |
//! | `resolved`, a version | fixed |
//! | `open`, `ignored` | will not fix |
//! | `open`, `postponed` | fix deferred |
//! | `open` | affected; raw `no-dsa` where `nodsa` says so |
//! | `undetermined` | under investigation |
//! | urgency `end-of-life` | end of life, unless resolved |
//!
//! Quirks: an urgency with asterisks (`high**`) was taken from the NVD; `not yet assigned` is none;
//! `unimportant` means that the code is there and cannot be abused.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::debian_lists::{DEBIAN, status, urgency};
use super::identifier::{is_id, is_word};
use super::series::debian;
use super::{FileContext, Speaker, contains, file_name, first_sign};
use crate::model::{Affected, Range, Status, Vulnerability};
use crate::sink::Sink;

#[derive(Deserialize)]
struct Issue<'a> {
    #[serde(borrow, default)]
    description: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    releases: BTreeMap<Cow<'a, str>, Release<'a>>,
}

#[derive(Deserialize)]
struct Release<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    fixed_version: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    urgency: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    nodsa: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    nodsa_reason: Option<Cow<'a, str>>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    first_sign(head) == Some(b'{')
        && (name == "json" || name.ends_with(".json"))
        && contains(head, "\"releases\"")
        && contains(head, "\"repositories\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &DEBIAN, file);
    let mut document = serde_json::Deserializer::from_slice(bytes);
    let read = Packages(&mut speaker).deserialize(&mut document).and_then(|()| document.end());
    if let Err(error) = read {
        speaker.rejected("", error);
    }
}

/// Hands each package on as it is met.
struct Packages<'s, 'a>(&'s mut Speaker<'a>);

impl<'de> DeserializeSeed<'de> for Packages<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Packages<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a map of packages")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some((name, issues)) = access.next_entry::<Cow<str>, &RawValue>()? {
            package(&name, issues.get(), self.0);
        }
        Ok(())
    }
}

fn package(name: &str, issues: &str, speaker: &mut Speaker) {
    if !is_word(name) {
        return speaker.rejected(name, "this is no package");
    }
    let issues: BTreeMap<Cow<str>, &RawValue> = match serde_json::from_str(issues) {
        Ok(issues) => issues,
        Err(error) => return speaker.rejected(name, error),
    };
    for (id, issue) in issues {
        let record = format!("{name} {id}");
        if !is_id(&id) {
            speaker.rejected(&record, "the id is none");
            continue;
        }
        match serde_json::from_str(issue.get()) {
            Ok(issue) => tell(name, &id, &issue, &record, speaker),
            Err(error) => speaker.rejected(&record, error),
        }
    }
}

fn tell(package: &str, id: &str, issue: &Issue, record: &str, speaker: &mut Speaker) {
    let mut whole = true;
    for (series, release) in &issue.releases {
        let Some(namespace) = debian(series) else {
            whole = false;
            speaker.problem(record, format!("release {series:?} is unknown"));
            continue;
        };
        let Some((status, raw_status, ranges)) = verdict(release) else {
            whole = false;
            speaker.problem(record, format!("status {:?} in {series} is unknown", release.status));
            continue;
        };
        speaker.affected(Affected {
            namespace,
            package: package.to_owned(),
            vulnerability: id.to_owned(),
            raw_status,
            ranges,
            severity: release.urgency.as_deref().and_then(urgency),
            ..Affected::with_status(status)
        });
    }
    if let Some(description) = issue.description.as_deref().filter(|text| !text.is_empty()) {
        speaker.vulnerability(Vulnerability {
            id: id.to_owned(),
            description: description.to_owned(),
            ..Vulnerability::default()
        });
    }
    if whole { speaker.kept() } else { speaker.rejected_in_part() }
}

type Verdict = (Status, Option<String>, Vec<Range>);

fn verdict(release: &Release) -> Option<Verdict> {
    let raw = |word: &str| Some(word.to_owned());
    let fixed = release.fixed_version.as_deref().filter(|version| is_word(version));
    Some(match (&*release.status, fixed) {
        ("resolved", Some("0")) => (Status::NotAffected, None, Vec::new()),
        ("resolved", Some(version)) => {
            let range = Range { fixed: Some(version.to_owned()), ..Range::default() };
            (Status::Fixed, None, vec![range])
        }
        (_, _) if release.urgency.as_deref() == Some("end-of-life") => {
            (Status::EndOfLife, raw("end-of-life"), Vec::new())
        }
        ("open", _) => match (release.nodsa_reason.as_deref(), release.nodsa.is_some()) {
            (Some(reason), _) if !reason.is_empty() => {
                (status(reason).unwrap_or(Status::Affected), raw(reason), Vec::new())
            }
            (_, true) => (Status::Affected, raw("no-dsa"), Vec::new()),
            (_, false) => (Status::Affected, raw("open"), Vec::new()),
        },
        ("undetermined", _) => (Status::UnderInvestigation, raw("undetermined"), Vec::new()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use crate::model::Severity;

    #[test]
    fn releases_say_their_status() {
        let read = read(
            "tracker/data/json",
            r#"{"389-ds-base":{"CVE-2012-0833":{"description":"The ACL code\nfails.","scope":"local","releases":{
                "bullseye":{"status":"resolved","repositories":{"bullseye":"1.4.4.11-2"},"fixed_version":"0","urgency":"unimportant"},
                "sid":{"status":"resolved","repositories":{"sid":"2.0.15-1"},"fixed_version":"1.2.10-1","urgency":"high**"},
                "bookworm":{"status":"open","repositories":{"bookworm":"1"},"urgency":"low","nodsa":"Minor issue","nodsa_reason":"postponed"},
                "trixie":{"status":"open","repositories":{},"urgency":"not yet assigned","nodsa":"Minor issue","nodsa_reason":""},
                "buster":{"status":"undetermined","repositories":{},"urgency":"end-of-life"},
                "forky":{"status":"undetermined","repositories":{},"urgency":"not yet assigned"}}}}}"#,
        );
        assert_eq!(read.counts(), (1, 0, 0));
        assert_eq!(
            read.rows(),
            [
                "debian:10 389-ds-base CVE-2012-0833 end_of_life -",
                "debian:11 389-ds-base CVE-2012-0833 not_affected -",
                "debian:12 389-ds-base CVE-2012-0833 fix_deferred -",
                "debian:13 389-ds-base CVE-2012-0833 affected -",
                "debian:14 389-ds-base CVE-2012-0833 under_investigation -",
                "debian:sid 389-ds-base CVE-2012-0833 fixed 1.2.10-1",
            ]
        );
        assert_eq!(read.only("debian:sid", "389-ds-base").severity, Some(Severity::High));
        assert_eq!(read.only("debian:13", "389-ds-base").raw_status.as_deref(), Some("no-dsa"));
    }

    #[test]
    fn a_wrong_record_costs_only_itself_and_a_cut_file_keeps_its_beginning() {
        let text = r#"{"a":{"CVE-2020-1111":{"releases":{"sid":{"status":7}}},
            "CVE-2020-2222":{"releases":{"sid":{"status":"open","repositories":{}}}}},"b":[],"c":{"CVE-20"#;
        let read = read("data/json", text);
        assert_eq!(read.rows(), ["debian:sid a CVE-2020-2222 affected -"]);
        assert_eq!(read.counts(), (1, 0, 3));
        assert_eq!(read.problems.len(), 3);
    }
}
