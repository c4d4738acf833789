//! Debian's list of CVEs, `data/CVE/list` of the security tracker,
//! <https://salsa.debian.org/security-tracker-team/security-tracker>.
//!
//! Its grammar and words are those of the [lists of advisories](super::debian_lists):
//!
//! ```text
//! CVE-2021-36373 (When reading a specially crafted TAR archive ...)
//!     {DLA-2700-1}
//!     - ant <unfixed> (unimportant; bug #1)
//!     [buster] - ant <no-dsa> (Minor issue)
//! ```
//!
//! A line with a release in brackets speaks of that release, one without speaks of unstable.
//!
//! Quirks:
//! * A release without a line of its own follows unstable in the CVE list: what is older than
//!   unstable's fix is affected. This is not done where the entry names a DSA or DLA, since which
//!   releases that one fixed stands only in its own list.
//! * Problems without a CVE are `CVE-2023-XXXX [words]`. They get the name `TEMP-<bug>-<hash>`, as
//!   in the tracker; the hash is ours, of the words.

use plimsoll_version::Distribution;

use super::debian_lists::{
    DEBIAN, Entry, Line, MOST_LINES, braced, entries, is_remark, package_line, record,
};
use super::identifier::is_cve;
use super::series::{DEBIAN_FOLLOWED, debian};
use super::{FileContext, Speaker, directory, file_name};
use crate::model::{Status, Vulnerability};
use crate::sink::Sink;

pub(super) fn recognises(path: &str, _: &[u8]) -> bool {
    file_name(path) == "list" && directory(path) == "CVE"
}

/// Reads the CVE list.
pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &DEBIAN, file);
    let text = String::from_utf8_lossy(bytes);
    for entry in entries(&text) {
        cve(&entry, &mut speaker);
    }
}

fn cve(entry: &Entry, speaker: &mut Speaker) {
    let (name, words) = entry.head.split_once(char::is_whitespace).unwrap_or((entry.head, ""));
    if !name.starts_with("CVE-") {
        return speaker.rejected(entry.head, "an entry starts with a CVE");
    }
    if entry.lines.len() > MOST_LINES {
        return speaker.rejected(name, "the entry has more lines than any real one");
    }
    let mut packages = Vec::new();
    let mut advisories: Vec<&str> = Vec::new();
    let mut whole = true;
    for line in &entry.lines {
        match *line {
            line if line.starts_with('{') => {
                advisories.extend(
                    braced(line).filter(|id| id.starts_with("DSA-") || id.starts_with("DLA-")),
                );
            }
            line if is_remark(line) => {}
            line => match package_line(line) {
                Ok(line) => packages.push(line),
                Err(reason) => {
                    whole = false;
                    speaker.problem(name, reason);
                }
            },
        }
    }
    if packages.is_empty() && whole {
        return speaker.skipped();
    }
    let id = if is_cve(name) { name.to_owned() } else { temporary_name(words, &packages) };
    if id != name {
        speaker.vulnerability(Vulnerability {
            id: id.clone(),
            title: words.trim_matches(['[', ']']).to_owned(),
            ..Vulnerability::default()
        });
    }
    for line in &packages {
        let Some(release) = line.release else {
            follow_unstable(&id, line, &packages, advisories.is_empty(), speaker);
            continue;
        };
        match debian(release) {
            Some(namespace) => {
                if let Some(record) = record(&namespace, line, &id) {
                    speaker.affected(record);
                }
            }
            None if release == "experimental" => {}
            None => {
                whole = false;
                speaker.problem(&id, format!("release {release:?} is unknown"));
            }
        }
    }
    if whole { speaker.kept() } else { speaker.rejected_in_part() }
}

/// A line about unstable speaks for the releases that have none of their own, too.
fn follow_unstable(id: &str, line: &Line, all: &[Line], derive: bool, speaker: &mut Speaker) {
    for version in DEBIAN_FOLLOWED {
        let namespace = Distribution::Debian.namespace(version);
        let unstable = *version == "sid";
        let has_own = all.iter().any(|other| {
            other.package == line.package
                && other.release.and_then(debian).is_some_and(|own| own == namespace)
        });
        if has_own || !(unstable || derive) {
            continue;
        }
        let Some(mut record) = record(&namespace, line, id) else { continue };
        if record.status == Status::Fixed && !unstable {
            record.status = Status::Affected;
        }
        speaker.affected(record);
    }
}

fn temporary_name(words: &str, packages: &[Line]) -> String {
    let bug = packages.iter().find_map(|line| {
        let (_, rest) = line.notes.split_once("bug #")?;
        let end = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        (1..=9).contains(&end).then(|| &rest[..end])
    });
    let hash = blake3::hash(words.as_bytes()).to_hex();
    format!("TEMP-{:0>7}-{}", bug.unwrap_or(""), hash[..6].to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use crate::model::Severity;

    #[test]
    fn releases_without_a_line_follow_unstable() {
        let read = read(
            "data/CVE/list",
            "CVE-2021-36373 (When reading a specially crafted TAR archive an Apache Ant build ...)\n\
             \t- ant 1.10.11-1 (low; bug #991)\n\
             \t[buster] - ant <no-dsa> (Minor issue)\n\
             \t[bullseye] - ant <postponed> (Minor issue)\n\
             \tNOTE: https://example.org\n\
             CVE-2023-5849 (Integer overflow in USB in Google Chrome prior to ...)\n\
             \t{DSA-5546-1}\n\
             \t- chromium 119.0.6045.105-1\n\
             \t[buster] - chromium <end-of-life> (see DSA 5046)\n\
             CVE-2023-46817 (phpFox)\n\tNOT-FOR-US: phpFox\n\
             CVE-2023-46517\n\tREJECTED\n",
        );
        assert_eq!(read.counts(), (2, 2, 0));
        assert_eq!(
            read.rows(),
            [
                "debian:10 ant CVE-2021-36373 affected -",
                "debian:10 chromium CVE-2023-5849 end_of_life -",
                "debian:11 ant CVE-2021-36373 fix_deferred -",
                "debian:12 ant CVE-2021-36373 affected 1.10.11-1",
                "debian:13 ant CVE-2021-36373 affected 1.10.11-1",
                "debian:14 ant CVE-2021-36373 affected 1.10.11-1",
                "debian:sid ant CVE-2021-36373 fixed 1.10.11-1",
                "debian:sid chromium CVE-2023-5849 fixed 119.0.6045.105-1",
            ]
        );
        assert_eq!(read.only("debian:12", "ant").severity, Some(Severity::Low));
    }

    #[test]
    fn problems_without_a_cve_get_a_name() {
        let read = read(
            "data/CVE/list",
            "CVE-2023-XXXX [code execution via malformed XTGETTCAP]\n\
             \t- foot 1.15.3-2 (bug #1053115)\n\
             \t[bookworm] - foot 1.13.1-2+deb12u1\n",
        );
        let name = &read.only("debian:12", "foot").vulnerability;
        assert!(name.starts_with("TEMP-1053115-"), "{name}");
        assert_eq!(read.vulnerabilities[0].title, "code execution via malformed XTGETTCAP");
    }
}
