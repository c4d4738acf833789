//! Wolfi's advisories: <https://github.com/wolfi-dev/advisories>, schema in
//! <https://github.com/chainguard-dev/advisory-schema>.
//!
//! One YAML file per source package. Each advisory has an id of its own (`CGA-…`), the names that
//! others gave to the problem, and events with a time. The latest event is the verdict:
//!
//! | event | status |
//! |---|---|
//! | `fixed` | fixed in `data.fixed-version`; never affected for version `0` |
//! | `false-positive-determination` | not affected |
//! | `detection` | under investigation |
//! | `true-positive-determination`, `analysis-not-planned` | affected |
//! | `pending-upstream-fix` | fix deferred |
//! | `fix-not-planned` | will not fix |
//!
//! The event's word is kept as the raw status. Reported is the CVE where there is one, else the
//! GHSA, else the CGA; the other names become aliases.

use plimsoll_version::Distribution;

use super::identifier::{is_cve, is_id, is_word, rfc3339};
use super::tree::{Tree, from_yaml};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Affected, Range, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static WOLFI: Publisher = Publisher {
    id: "wolfi",
    name: "Wolfi Security Data",
    url: "https://github.com/wolfi-dev/advisories",
    license: "Apache-2.0 until May 2025",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path).ends_with(".advisories.yaml") && contains(head, "package:")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &WOLFI, file);
    let document = match from_yaml(&String::from_utf8_lossy(bytes)) {
        Ok(document) => document,
        Err(error) => return speaker.rejected("", error),
    };
    speaker.covers(&Distribution::Wolfi.namespace(""));
    let name = document.get("package").and_then(|package| package.text_at("name"));
    let Some(name) = name.filter(|name| is_word(name)) else {
        return speaker.rejected("", "the package has no name");
    };
    for entry in document.list_at("advisories") {
        let id = entry.text_at("id").unwrap_or("");
        match advisory(name, entry, &mut speaker) {
            Ok(()) => speaker.kept(),
            Err(reason) => speaker.rejected(&format!("{name} {id}"), reason),
        }
    }
}

fn advisory(package: &str, entry: &Tree, speaker: &mut Speaker) -> Result<(), String> {
    let aliases = entry.list_at("aliases").iter().filter_map(Tree::text);
    let mut names: Vec<&str> =
        entry.text_at("id").into_iter().chain(aliases).filter(|name| is_id(name)).collect();
    names.sort_by_key(
        |name| if is_cve(name) { 0 } else { 1 + usize::from(!name.starts_with("GHSA-")) },
    );
    let (id, aliases) = names.split_first().ok_or("no id")?;
    let event = latest(entry.list_at("events")).ok_or("no event with a time")?;
    if let Some(date) = event.text_at("timestamp").and_then(rfc3339) {
        speaker.dated(&date);
    }
    let word = event.text_at("type").unwrap_or("");
    let (status, ranges) = match word {
        "fixed" => {
            let version = event.get("data").and_then(|data| data.text_at("fixed-version"));
            let version =
                version.filter(|version| is_word(version)).ok_or("fixed without a version")?;
            match version {
                "0" => (Status::NotAffected, Vec::new()),
                version => (
                    Status::Fixed,
                    vec![Range { fixed: Some(version.to_owned()), ..Range::default() }],
                ),
            }
        }
        "false-positive-determination" => (Status::NotAffected, Vec::new()),
        "detection" => (Status::UnderInvestigation, Vec::new()),
        "true-positive-determination" | "analysis-not-planned" => (Status::Affected, Vec::new()),
        "pending-upstream-fix" => (Status::FixDeferred, Vec::new()),
        "fix-not-planned" => (Status::WillNotFix, Vec::new()),
        word => return Err(format!("event {word:?} is unknown")),
    };
    speaker.affected(Affected {
        namespace: Distribution::Wolfi.namespace(""),
        package: package.to_owned(),
        vulnerability: (*id).to_owned(),
        advisories: names
            .iter()
            .filter(|name| name.starts_with("CGA-"))
            .map(|name| (*name).to_owned())
            .collect(),
        raw_status: (word != "fixed").then(|| word.to_owned()),
        ranges,
        ..Affected::with_status(status)
    });
    // A CGA is of one package; what all packages share are the other names.
    let aliases: Vec<String> = aliases
        .iter()
        .filter(|name| !name.starts_with("CGA-"))
        .map(|name| (*name).to_owned())
        .collect();
    if !aliases.is_empty() {
        speaker.vulnerability(Vulnerability {
            id: (*id).to_owned(),
            aliases,
            ..Vulnerability::default()
        });
    }
    Ok(())
}

/// The event with the latest time; of several, the last that is written.
fn latest(events: &[Tree]) -> Option<&Tree> {
    let timed =
        events.iter().filter_map(|event| Some((rfc3339(event.text_at("timestamp")?)?, event)));
    timed.max_by(|left, right| left.0.cmp(&right.0)).map(|(_, event)| event)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    const FILE: &str = "\
schema-version: 2.0.2

package:
  name: openssl

advisories:
  - id: CGA-3mrr-589r-46qj
    aliases:
      - CVE-2024-5535
      - GHSA-4fc7-mvrr-wv2c
    events:
      - timestamp: 2024-06-28T16:12:19Z
        type: fixed
        data:
          fixed-version: 3.3.1-r3
      - timestamp: 2024-06-28T16:10:54Z
        type: detection
        data:
          type: manual
  - id: CGA-55rx-q8vx-v22r
    aliases:
      - GHSA-c945-cqj5-wfv6
    events:
      - timestamp: 2023-07-31T21:46:13Z
        type: false-positive-determination
        data:
          type: vulnerable-code-not-included-in-package
          note: Only affects Windows
  - id: CGA-5f6m-q4w3-hpmr
    events:
      - timestamp: 2025-02-11T11:56:36Z
        type: pending-upstream-fix
        data:
          note: |
            later
  - id: CGA-5f6m-q4w3-aaaa
    aliases: [CVE-2025-1]
    events:
      - timestamp: 2025-02-11T11:56:36Z
        type: perhaps
";

    #[test]
    fn the_latest_event_is_the_verdict() {
        let read = read("openssl.advisories.yaml", FILE);
        assert_eq!(
            read.rows(),
            [
                "wolfi openssl CGA-5f6m-q4w3-hpmr fix_deferred -",
                "wolfi openssl CVE-2024-5535 fixed 3.3.1-r3",
                "wolfi openssl GHSA-c945-cqj5-wfv6 not_affected -",
            ]
        );
        assert_eq!(read.counts(), (3, 0, 1));
        assert_eq!(read.vulnerabilities[0].aliases, ["GHSA-4fc7-mvrr-wv2c"]);
        assert_eq!(read.affected[0].advisories, ["CGA-3mrr-589r-46qj"]);
        assert!(read.has(Status::FixDeferred));
        assert_eq!(read.problems[0].record, "openssl CGA-5f6m-q4w3-aaaa");
    }

    #[test]
    fn anchors_cannot_multiply_a_file() {
        let mut text = String::from("package:\n  name: a\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n");
        for level in 1..12 {
            let members = vec![format!("*x{}", level - 1); 9].join(", ");
            text.push_str(&format!("x{level}: &x{level} [{members}]\n"));
        }
        let read = read("a.advisories.yaml", text);
        assert_eq!(read.counts(), (0, 0, 1));
    }
}
