//! Debian's lists: `data/DSA/list`, `data/DLA/list` and `data/CVE/list` of the security tracker,
//! <https://salsa.debian.org/security-tracker-team/security-tracker>. The grammar and the meaning
//! of the words are in <https://security-team.debian.org/security_tracker.html>.
//!
//! An entry starts at the first column; what is indented belongs to it:
//!
//! ```text
//! [12 Feb 2025] DSA-5865-1 webkit2gtk - security update
//!     {CVE-2025-24143 CVE-2025-24150}
//!     [bookworm] - webkit2gtk 2.46.6-1~deb12u1
//! CVE-2021-36373 (When reading a specially crafted TAR archive ...)
//!     {DLA-2700-1}
//!     - ant <unfixed> (unimportant; bug #1)
//!     [buster] - ant <no-dsa> (Minor issue)
//! ```
//!
//! A line with a release in brackets speaks of that release, one without speaks of unstable.
//!
//! | word | status |
//! |---|---|
//! | a version | fixed |
//! | `<unfixed>`, `<no-dsa>`, `<removed>` | affected |
//! | `<undetermined>` | under investigation |
//! | `<ignored>` | will not fix |
//! | `<postponed>` | fix deferred |
//! | `<end-of-life>` | end of life |
//! | `<not-affected>` | not affected |
//! | `<itp>` (not in Debian) | nothing |
//!
//! Quirks:
//! * An advisory without a CVE (a regression, an old one) is kept under its own number.
//! * A release without a line of its own follows unstable in the CVE list: what is older than
//!   unstable's fix is affected. This is not done where the entry names a DSA or DLA, since which
//!   releases that one fixed stands only in its own list.
//! * Problems without a CVE are `CVE-2023-XXXX [words]`. They get the name `TEMP-<bug>-<hash>`, as
//!   in the tracker; the hash is ours, of the words.

use super::identifier::{is_cve, is_id, is_word};
use super::series::{DEBIAN_FOLLOWED, debian};
use super::{FileContext, Publisher, Speaker, directory, file_name};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;
use plimsoll_version::Distribution;

pub(super) static DEBIAN: Publisher = Publisher {
    id: "debian",
    name: "Debian Security Tracker",
    url: "https://security-tracker.debian.org/",
    license: "not stated",
};

pub(super) fn recognises(path: &str, _: &[u8]) -> bool {
    file_name(path) == "list" && ["DSA", "DLA"].contains(&directory(path))
}

pub(super) fn recognises_cves(path: &str, _: &[u8]) -> bool {
    file_name(path) == "list" && directory(path) == "CVE"
}

/// One line about a package: `[release] - package what (notes)`.
struct Line<'a> {
    release: Option<&'a str>,
    package: &'a str,
    what: What<'a>,
    notes: &'a str,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Fixed(&'a str),
    Word(&'a str),
}

/// An entry: its first line and those that belong to it.
struct Entry<'a> {
    head: &'a str,
    lines: Vec<&'a str>,
}

/// Splits a list into entries, one at a time.
fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        let head = lines.find(|line| !line.trim().is_empty())?;
        let mut entry = Entry { head, lines: Vec::new() };
        while let Some(line) =
            lines.next_if(|line| line.starts_with([' ', '\t']) || line.trim().is_empty())
        {
            entry.lines.push(line.trim());
        }
        Some(entry)
    })
}

/// Reads a DSA or DLA list.
pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &DEBIAN, file);
    let text = String::from_utf8_lossy(bytes);
    for entry in entries(&text) {
        advisory(&entry, &mut speaker);
    }
}

fn advisory(entry: &Entry, speaker: &mut Speaker) {
    let Some((date, rest)) = entry.head.strip_prefix('[').and_then(|rest| rest.split_once(']'))
    else {
        return speaker.rejected(entry.head, "an entry starts with a date in brackets");
    };
    let rest = rest.trim();
    let (id, title) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if !is_id(id) || !id.starts_with('D') {
        return speaker.rejected(entry.head, "no DSA or DLA number");
    }
    let date = day(date);
    if let Some(date) = &date {
        speaker.dated(date);
    }
    let mut cves: Vec<&str> = Vec::new();
    let mut packages = Vec::new();
    let mut whole = true;
    for line in &entry.lines {
        match *line {
            line if line.starts_with('{') => cves.extend(braced(line).filter(|id| is_cve(id))),
            line if is_remark(line) => {}
            line => match package_line(line) {
                Ok(line) => packages.push(line),
                Err(reason) => {
                    whole = false;
                    speaker.problem(id, reason);
                }
            },
        }
    }
    if packages.is_empty() && whole {
        return speaker.skipped();
    }
    cves.sort_unstable();
    cves.dedup();
    if cves.is_empty() {
        cves.push(id);
        speaker.vulnerability(Vulnerability {
            id: id.to_owned(),
            title: title.trim().to_owned(),
            references: vec![format!("https://security-tracker.debian.org/tracker/{id}")],
            published: date.map(|date| format!("{date}T00:00:00Z")),
            ..Vulnerability::default()
        });
    }
    for line in &packages {
        let Some(namespace) = line.release.and_then(debian) else {
            whole = false;
            speaker.problem(id, format!("release {:?} is unknown", line.release.unwrap_or("")));
            continue;
        };
        for cve in &cves {
            if let Some(mut record) = record(&namespace, line, cve) {
                record.advisories.push(id.to_owned());
                speaker.affected(record);
            }
        }
    }
    if whole { speaker.kept() } else { speaker.rejected_in_part() }
}

/// Reads the CVE list.
pub(super) fn parse_cves(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
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

/// What a line says about one problem; nothing for a package that is not in Debian.
fn record(namespace: &str, line: &Line, id: &str) -> Option<Affected> {
    let (status, raw_status, ranges) = match line.what {
        What::Fixed(version) => (
            Status::Fixed,
            None,
            vec![Range { fixed: Some(version.to_owned()), ..Range::default() }],
        ),
        What::Word(word) => (status(word)?, Some(word.to_owned()), Vec::new()),
    };
    Some(Affected {
        namespace: namespace.to_owned(),
        package: line.package.to_owned(),
        vulnerability: id.to_owned(),
        advisories: Vec::new(),
        status,
        raw_status,
        ranges,
        versions: Vec::new(),
        severity: line.notes.split([';', ' ']).find_map(urgency),
        architectures: Vec::new(),
        modularity: None,
        channel: None,
    })
}

/// The status behind a word in angle brackets; nothing for those that speak of no package.
pub(super) fn status(word: &str) -> Option<Status> {
    Some(match word {
        "unfixed" | "no-dsa" | "removed" => Status::Affected,
        "undetermined" => Status::UnderInvestigation,
        "ignored" => Status::WillNotFix,
        "postponed" => Status::FixDeferred,
        "end-of-life" => Status::EndOfLife,
        "not-affected" => Status::NotAffected,
        _ => return None,
    })
}

/// Debian's urgencies. The tracker marks with asterisks those that it took from the NVD.
pub(super) fn urgency(word: &str) -> Option<Severity> {
    match word.trim_end_matches('*') {
        word @ ("unimportant" | "low" | "medium" | "high") => Severity::from_word(word),
        _ => None,
    }
}

/// Reads `[release] - package what (notes)`.
fn package_line(line: &str) -> Result<Line<'_>, String> {
    let wrong = || format!("{line:?} is no line about a package");
    let (release, rest) = match line.strip_prefix('[') {
        Some(rest) => {
            let (release, rest) = rest.split_once(']').ok_or_else(wrong)?;
            (Some(release.trim()), rest.trim_start())
        }
        None => (None, line),
    };
    let rest = rest.strip_prefix('-').ok_or_else(wrong)?.trim_start();
    let (package, rest) = rest.split_once(char::is_whitespace).ok_or_else(wrong)?;
    let rest = rest.trim_start();
    let (what, notes) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let what = match what.strip_prefix('<').and_then(|word| word.strip_suffix('>')) {
        Some(word) if word == "itp" || status(word).is_some() => What::Word(word),
        Some(word) => return Err(format!("status <{word}> of {package} is unknown")),
        None => What::Fixed(what),
    };
    let version_is_one = match what {
        What::Fixed(version) => {
            is_word(version) && version.bytes().any(|byte| byte.is_ascii_digit())
        }
        What::Word(_) => true,
    };
    if !is_word(package) || !version_is_one {
        return Err(wrong());
    }
    Ok(Line { release, package, what, notes: notes.trim().trim_matches(['(', ')']) })
}

/// The ids in `{CVE-2025-24143 DSA-5865-1}`.
fn braced(line: &str) -> impl Iterator<Item = &str> {
    line.split(|sign: char| sign.is_whitespace() || "{},".contains(sign)).filter(|id| is_id(id))
}

/// Whether a line is for people: `NOTE: …`, `TODO: …`, `NOT-FOR-US: …`, `REJECTED`, `RESERVED`.
fn is_remark(line: &str) -> bool {
    line.is_empty() || line.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
}

/// `2025-02-12` for `12 Feb 2025`.
fn day(date: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = date.split_whitespace();
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let day: u8 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = MONTHS.iter().position(|name| month.get(..3) == Some(name))? + 1;
    let year: u16 = year.parse().ok().filter(|year| (1990..=9999).contains(year))?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
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
    use super::*;

    #[test]
    fn an_advisory_fixes_its_cves_in_its_releases() {
        let read = read(
            "data/DLA/list",
            "[20 Aug 2026] DLA-4748-1 firefox-esr - security update\n\
             \t{CVE-2026-74934 CVE-2026-74935}\n\
             \t[bullseye] - firefox-esr 140.14.0esr-1~deb11u1\n\
             \t[bookworm] - firefox-esr 140.14.0esr-1~deb12u1\n",
        );
        assert_eq!(read.counts(), (1, 0, 0));
        assert_eq!(
            read.rows(),
            [
                "debian:11 firefox-esr CVE-2026-74934 fixed 140.14.0esr-1~deb11u1",
                "debian:11 firefox-esr CVE-2026-74935 fixed 140.14.0esr-1~deb11u1",
                "debian:12 firefox-esr CVE-2026-74934 fixed 140.14.0esr-1~deb12u1",
                "debian:12 firefox-esr CVE-2026-74935 fixed 140.14.0esr-1~deb12u1",
            ]
        );
        assert_eq!(read.affected[0].advisories, ["DLA-4748-1"]);
        assert_eq!(read.dates, ["2026-08-20"]);
    }

    #[test]
    fn words_in_angle_brackets_become_statuses() {
        let read = read(
            "security-tracker/data/DSA/list",
            "[01 Jan 2016] DSA-3454-1 virtualbox - security update\n\
             \t{CVE-2015-5307}\n\
             \t[wheezy] - virtualbox <unfixed>\n\
             \t[jessie] - virtualbox <end-of-life>\n\
             \t[squeeze] - virtualbox-ose <not-affected> (Vulnerable code not present)\n\
             \tNOTE: fixed in testing at time of DSA\n",
        );
        assert_eq!(
            read.rows(),
            [
                "debian:6 virtualbox-ose CVE-2015-5307 not_affected -",
                "debian:7 virtualbox CVE-2015-5307 affected -",
                "debian:8 virtualbox CVE-2015-5307 end_of_life -",
            ]
        );
        assert_eq!(read.only("debian:7", "virtualbox").raw_status.as_deref(), Some("unfixed"));
    }

    #[test]
    fn an_advisory_without_cve_keeps_its_number_and_a_notice_is_skipped() {
        let read = read(
            "data/DSA/list",
            "[22 Apr 2014] DSA-2808-2 openjpeg - regression update\n\
             \x20       [wheezy] - openjpeg 1.3+dfsg-4.8\n\
             [07 Jun 2015] DSA-3281-1 Debian Security Team PGP/GPG key change notice\n\
             \n\
             [26 Sep 2010] DSA-2114-1 git-core\n\
             \t{CVE-2010-2542}\n\
             \t[lenny] - git-core 1:1.5.6.5-3+lenny3.1\n",
        );
        assert_eq!(read.counts(), (2, 1, 0));
        assert_eq!(read.only("debian:7", "openjpeg").vulnerability, "DSA-2808-2");
        assert_eq!(read.vulnerabilities[0].title, "openjpeg - regression update");
    }

    #[test]
    fn a_wrong_line_costs_only_itself() {
        let read = read(
            "data/DSA/list",
            "nonsense\n[1 Jan 2020] DSA-1-1 zlib - x\n\t{CVE-2020-1234}\n\t[buster] - zlib <perhaps>\n\
             \t[nowhere] - zlib 1\n\t[buster] - zlib 1:1.2-1\n",
        );
        assert_eq!(read.counts(), (0, 0, 2));
        assert_eq!(read.rows(), ["debian:10 zlib CVE-2020-1234 fixed 1:1.2-1"]);
        assert_eq!(read.problems.len(), 3);
    }

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
