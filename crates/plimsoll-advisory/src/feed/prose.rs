//! What errata say about single CVEs in texts for people.

use std::collections::{BTreeSet, HashMap};

use super::identifier::{is_cve, is_word, rfc3339};

/// An erratum is about one module, or one and its development files.
const MOST_MODULES: usize = 4;

/// A text names no more CVEs than the largest kernel errata do.
const MOST_CVES: usize = 4096;

/// A longer line is no title, and would be repeated for every CVE in it.
const LONGEST_TITLE: usize = 2048;

/// The CVEs in a text, each once, in its order.
pub(super) fn cves(text: &str) -> Vec<&str> {
    let mut known = BTreeSet::new();
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| is_cve(word) && known.insert(*word))
        .take(MOST_CVES)
        .collect()
}

/// The lines of a description that are about one CVE: `* gupnp: DNS rebinding (CVE-2021-33516)`.
pub(super) fn titles(description: &str) -> HashMap<&str, &str> {
    let mut titles = HashMap::new();
    for line in description.lines().filter_map(|line| line.trim().strip_prefix('*')) {
        let Some((title, rest)) = line.rsplit_once('(') else { continue };
        if title.len() > LONGEST_TITLE {
            continue;
        }
        for cve in rest.split([',', ' ', ')']).filter(|word| is_cve(word)) {
            titles.entry(cve).or_insert(title.trim());
        }
    }
    titles
}

/// The paragraphs of a description that have a CVE as their heading: `CVE-2022-3526:` on a line of
/// its own, as Amazon writes.
pub(super) fn paragraphs(description: &str) -> HashMap<&str, &str> {
    let mut paragraphs = HashMap::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in description.split_inclusive('\n') {
        if let Some(cve) = line.trim().strip_suffix(':').filter(|word| is_cve(word)) {
            if let Some((last, start)) = open {
                paragraphs.entry(last).or_insert(description[start..at].trim());
            }
            open = Some((cve, at + line.len()));
        }
        at += line.len();
    }
    if let Some((last, start)) = open {
        paragraphs.entry(last).or_insert(description[start..].trim());
    }
    paragraphs
}

/// `CVSS:3.0/AV:N/…` of `5.7/CVSS:3.0/AV:N/…`; the score is ours to compute.
pub(super) fn bare_vector(vector: &str) -> &str {
    match vector.split_once('/') {
        Some((score, rest)) if score.parse::<f32>().is_ok() => rest,
        _ => vector,
    }
}

/// `CWE-20->CWE-119`, `(CWE-89|CWE-2)` and `CWE-532 CWE-200`.
pub(super) fn weaknesses(text: &str) -> impl Iterator<Item = String> {
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| {
            word.strip_prefix("CWE-").is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
        .map(str::to_owned)
}

/// `20191126` as RFC 3339.
pub(super) fn compact_date(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    rfc3339(&format!("{year}-{month}-{day}"))
}

/// Whether a version was built in a module.
pub(super) fn is_modular(version: &str) -> bool {
    version.contains(".module_el") || version.contains(".module+el")
}

/// The `name:stream` words of a title, after the severity: `Low: virt:rhel and virt-devel:rhel
/// security update`.
pub(super) fn modules(title: &str) -> Vec<&str> {
    title
        .split(|sign: char| sign.is_whitespace() || sign == ',')
        .filter(|word| {
            let Some((name, stream)) = word.split_once(':') else { return false };
            is_word(name) && is_word(stream) && !stream.contains(':')
        })
        .take(MOST_MODULES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cves_are_found_in_sentences() {
        assert_eq!(
            cves("TRIAGE CVE-2024-24989 nginx, (CVE-2024-24990) CVE-2024-24989 cve-1-2"),
            ["CVE-2024-24989", "CVE-2024-24990"]
        );
    }

    #[test]
    fn paragraphs_have_their_cve_as_heading() {
        let text = "Updates fix:\nCVE-2022-3526:\n\tA leak.\nMore.\n\nCVE-2022-1:\nno CVE\nCVE-2022-30594:\n\tFlags.\n";
        let found = paragraphs(text);
        assert_eq!(found["CVE-2022-3526"], "A leak.\nMore.\n\nCVE-2022-1:\nno CVE");
        assert_eq!(found["CVE-2022-30594"], "Flags.");
    }

    #[test]
    fn scores_weaknesses_and_dates_are_cut_out() {
        assert_eq!(bare_vector("5.7/CVSS:3.0/AV:N"), "CVSS:3.0/AV:N");
        assert_eq!(bare_vector("CVSS:3.0/AV:N"), "CVSS:3.0/AV:N");
        assert_eq!(bare_vector("7.8/AV:N/AC:L"), "AV:N/AC:L");
        let found: Vec<_> = weaknesses("(CWE-89|CWE-2)->CWE-x CWE-20->CWE-119").collect();
        assert_eq!(found, ["CWE-89", "CWE-2", "CWE-20", "CWE-119"]);
        assert_eq!(compact_date("20191126").as_deref(), Some("2019-11-26T00:00:00Z"));
        assert_eq!(compact_date("2019"), None);
        assert_eq!(compact_date("20ä91126"), None);
    }
}
