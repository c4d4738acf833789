//! Arch Linux: `all.json` of the security tracker, <https://security.archlinux.org/>, whose source
//! <https://github.com/archlinux/arch-security-tracker> defines the words.
//!
//! One entry is a group (`AVG-…`): packages of one source, and the CVEs that one version of it has.
//! `affected` is the version that somebody looked at, not the first that is affected; older ones are
//! taken to be affected as well. A group without CVEs keeps its own id.
//!
//! | status | |
//! |---|---|
//! | `Fixed` | fixed |
//! | `Testing` (the fix is in the testing repository) | affected below that version |
//! | `Vulnerable` | affected |
//! | `Unknown` | under investigation |
//! | `Not affected` | not affected |

use plimsoll_version::Distribution;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::identifier::{is_id, is_word};
use super::{FileContext, Publisher, Speaker, contains, first_sign};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static ARCH: Publisher = Publisher {
    id: "arch-linux",
    name: "Arch Linux Vulnerable issues",
    url: "https://security.archlinux.org/",
    license: "MIT",
};

/// A group is of one source; the largest has some 30 packages.
const MOST_PACKAGES: usize = 1000;

#[derive(Deserialize)]
struct Group {
    name: String,
    packages: Vec<String>,
    status: String,
    #[serde(default)]
    severity: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    issues: Vec<String>,
    #[serde(default)]
    advisories: Vec<String>,
}

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    first_sign(head) == Some(b'[') && contains(head, "\"AVG-") && contains(head, "\"packages\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ARCH, file);
    let groups: Vec<&RawValue> = match serde_json::from_slice(bytes) {
        Ok(groups) => groups,
        Err(error) => return speaker.rejected("", error),
    };
    speaker.covers(&Distribution::Arch.namespace(""));
    for raw in groups {
        let group: Group = match serde_json::from_str(raw.get()) {
            Ok(group) => group,
            Err(error) => {
                speaker.rejected("", error);
                continue;
            }
        };
        match tell(&group, &mut speaker) {
            Ok(()) => speaker.kept(),
            Err(reason) => speaker.rejected(&group.name, reason),
        }
    }
}

fn tell(group: &Group, speaker: &mut Speaker) -> Result<(), String> {
    if !is_id(&group.name) {
        return Err("the name is no id".to_owned());
    }
    let fixed = group.fixed.as_ref().filter(|version| is_word(version));
    let status = match (&*group.status, fixed) {
        ("Fixed", Some(_)) => Status::Fixed,
        ("Fixed", None) => return Err("fixed without a version".to_owned()),
        ("Testing" | "Vulnerable", _) => Status::Affected,
        ("Unknown", _) => Status::UnderInvestigation,
        ("Not affected", _) => Status::NotAffected,
        (word, _) => return Err(format!("status {word:?} is unknown")),
    };
    if group.packages.is_empty() || group.packages.len() > MOST_PACKAGES {
        return Err(format!("{} packages", group.packages.len()));
    }
    let ids: Vec<&String> = match &*group.issues {
        [] => vec![&group.name],
        issues => issues.iter().collect(),
    };
    let names = group.packages.iter().filter(|name| !is_word(name));
    if let Some(wrong) = names.chain(ids.iter().copied().filter(|id| !is_id(id))).next() {
        return Err(format!("{wrong:?} is neither package nor id"));
    }
    let severity =
        Severity::from_word(&group.severity).filter(|severity| *severity != Severity::Unknown);
    let range = fixed
        .filter(|_| status != Status::NotAffected)
        .map(|version| Range { fixed: Some(version.clone()), ..Range::default() });
    for id in ids {
        for package in &group.packages {
            speaker.affected(Affected {
                namespace: Distribution::Arch.namespace(""),
                package: package.clone(),
                vulnerability: id.clone(),
                advisories: [&group.name].into_iter().chain(&group.advisories).cloned().collect(),
                raw_status: (status != Status::Fixed).then(|| group.status.clone()),
                ranges: range.clone().into_iter().collect(),
                severity,
                ..Affected::with_status(status)
            });
        }
        speaker.vulnerability(Vulnerability {
            id: id.clone(),
            title: group.kind.clone(),
            severity,
            references: vec![format!("https://security.archlinux.org/{}", group.name)],
            ..Vulnerability::default()
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn groups_become_statements() {
        let text = r#"[{"name":"AVG-1","packages":["glibc","lib32-glibc"],"affected":"2.38-1","fixed":"2.38-2","severity":"High","status":"Fixed","type":"arbitrary code execution","issues":["CVE-2023-4911"],"advisories":["ASA-202310-01"]},
            {"name":"AVG-2","packages":["pam"],"affected":"1.7.0-2","fixed":null,"severity":"Medium","status":"Vulnerable","type":"x","issues":["CVE-2025-6020"],"advisories":[]},
            {"name":"AVG-3","packages":["x"],"affected":"1-1","fixed":"1-2","severity":"Unknown","status":"Unknown","type":"x","issues":[],"advisories":[]},
            {"name":"AVG-4","packages":["y"],"status":"Testing","fixed":"1-2","issues":["CVE-2025-1111"]},
            {"name":"AVG-5","packages":["z"],"status":"Not affected","issues":["CVE-2025-1111"]},
            {"name":"AVG-6","packages":["z"],"status":"Fixed","issues":["CVE-2025-1111"]},
            {"name":"AVG-7","packages":["z"],"status":"Perhaps"},{"name":7}]"#;
        let read = read("all.json", text);
        assert_eq!(read.counts(), (5, 0, 3), "{:?}", read.problems);
        assert_eq!(
            read.rows(),
            [
                "arch glibc CVE-2023-4911 fixed 2.38-2",
                "arch lib32-glibc CVE-2023-4911 fixed 2.38-2",
                "arch pam CVE-2025-6020 affected -",
                "arch x AVG-3 under_investigation 1-2",
                "arch y CVE-2025-1111 affected 1-2",
                "arch z CVE-2025-1111 not_affected -",
            ]
        );
        assert_eq!(read.affected[0].advisories, ["AVG-1", "ASA-202310-01"]);
    }
}
