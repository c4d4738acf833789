//! Debian's lists of advisories, `data/DSA/list` and `data/DLA/list` of the security tracker,
//! <https://salsa.debian.org/security-tracker-team/security-tracker>. The grammar and the meaning
//! of the words are in <https://security-team.debian.org/security_tracker.html>.
//!
//! An entry starts at the first column; what is indented belongs to it:
//!
//! ```text
//! [12 Feb 2025] DSA-5865-1 webkit2gtk - security update
//!     {CVE-2025-24143 CVE-2025-24150}
//!     [bookworm] - webkit2gtk 2.46.6-1~deb12u1
//! ```
//!
//! The grammar is also that of the [list of CVEs](super::debian_cves), which has more words.
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

use super::identifier::{is_cve, is_id, is_word};
use super::series::debian;
use super::{FileContext, Publisher, Speaker, directory, file_name};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static DEBIAN: Publisher = Publisher {
    id: "debian",
    name: "Debian Security Tracker",
    url: "https://security-tracker.debian.org/",
    license: "not stated",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    let is_kept_alone = ["DSA", "DLA"].contains(&name) && head.starts_with(b"[");
    name == "list" && ["DSA", "DLA"].contains(&directory(path)) || is_kept_alone
}

/// The longest entries have some hundred lines.
pub(super) const MOST_LINES: usize = 5000;

/// CVEs times lines about packages: the largest advisory so far has not a thousand.
const MOST_STATEMENTS: usize = 100_000;

/// One line about a package: `[release] - package what (notes)`.
pub(super) struct Line<'a> {
    pub(super) release: Option<&'a str>,
    pub(super) package: &'a str,
    pub(super) what: What<'a>,
    pub(super) notes: &'a str,
}

#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Fixed(&'a str),
    Word(&'a str),
}

/// An entry: its first line and those that belong to it.
pub(super) struct Entry<'a> {
    pub(super) head: &'a str,
    pub(super) lines: Vec<&'a str>,
}

/// Splits a list into entries, one at a time.
pub(super) fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
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
    if entry.lines.len() > MOST_LINES {
        return speaker.rejected(id, "the entry has more lines than any real one");
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
    if cves.len().saturating_mul(packages.len()) > MOST_STATEMENTS {
        return speaker.rejected(id, "more CVEs and packages than any real entry has");
    }
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

/// What a line says about one problem; nothing for a package that is not in Debian.
pub(super) fn record(namespace: &str, line: &Line, id: &str) -> Option<Affected> {
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
        raw_status,
        ranges,
        severity: line.notes.split([';', ' ']).find_map(urgency),
        ..Affected::with_status(status)
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
pub(super) fn package_line(line: &str) -> Result<Line<'_>, String> {
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
pub(super) fn braced(line: &str) -> impl Iterator<Item = &str> {
    line.split(|sign: char| sign.is_whitespace() || "{},".contains(sign)).filter(|id| is_id(id))
}

/// Whether a line is for people: `NOTE: …`, `TODO: …`, `NOT-FOR-US: …`, `REJECTED`, `RESERVED`.
pub(super) fn is_remark(line: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::super::testing::read;

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
    fn an_entry_cannot_multiply_itself() {
        let cves: String = (1000..3000).map(|number| format!("CVE-2020-{number} ")).collect();
        let lines = "\t[buster] - a 1\n".repeat(2000);
        let text = format!("[1 Jan 2020] DSA-1-1 a\n\t{{{cves}}}\n{lines}");
        let read = read("data/DSA/list", text);
        assert_eq!(read.counts(), (0, 0, 1));
        assert!(read.affected.is_empty());
    }
}
