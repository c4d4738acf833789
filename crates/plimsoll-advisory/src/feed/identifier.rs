//! Ids of vulnerabilities, and versions, as feeds write them.

use std::borrow::Cow;

/// A longer word is neither an id, nor a version, nor a package.
const LONGEST_WORD: usize = 256;

/// Whether this is a CVE id in its canonical form: `CVE-`, a year, and four digits or more.
pub(crate) fn is_cve(text: &str) -> bool {
    let Some((year, number)) = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'))
    else {
        return false;
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4 && digits(year) && (4..=19).contains(&number.len()) && digits(number)
}

/// Whether this is an id of GitHub's: `GHSA-` and three groups of four signs, which need not have a
/// digit among them.
pub(super) fn is_ghsa(text: &str) -> bool {
    text.strip_prefix("GHSA-").is_some_and(|rest| {
        rest.len() == 14
            && rest.bytes().enumerate().all(|(index, byte)| match index {
                4 | 9 => byte == b'-',
                _ => byte.is_ascii_alphanumeric(),
            })
    })
}

/// Marks of databases whose ids are random signs: one in five hundred has no digit.
const RANDOM: &[&str] = &["GHSA-", "CGA-", "MINI-", "ECHO-"];

/// Whether a feed may use this word as an id: letters, digits and a few joints, with one digit at
/// least, unless the signs are drawn at random.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_WORD
        && (text.bytes().any(|byte| byte.is_ascii_digit())
            || RANDOM.iter().any(|mark| text.starts_with(mark)))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// Whether this can be a package's name or version: one short word of visible ASCII.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_WORD
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether this can be the name of a language's package. Malicious ones are named with the letters
/// of other scripts that look like Latin ones.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_WORD
        && !text.chars().any(|sign| sign.is_whitespace() || sign.is_control())
}

/// People write a handful of ids into one text.
const MOST_IDS: usize = 64;

/// The ids in a text that people wrote: separated by spaces or commas, with remarks in brackets,
/// and with slips such as `CVE 2018-16859`, `CVE_2019-2426` or `cve-2020-1234`.
///
/// CVEs come first, so that the first one is the name under which to report.
pub(crate) fn ids(text: &str) -> Vec<Cow<'_, str>> {
    let mut found: Vec<Cow<'_, str>> = Vec::new();
    let mut after_bare_cve = false;
    for word in text.split(|sign: char| sign.is_whitespace() || ",;()[]{}".contains(sign)) {
        if found.len() == MOST_IDS {
            break;
        }
        if word.is_empty() {
            continue;
        }
        if word.eq_ignore_ascii_case("cve") {
            after_bare_cve = true;
            continue;
        }
        let id = if after_bare_cve && word.as_bytes()[0].is_ascii_digit() {
            Cow::Owned(format!("CVE-{word}"))
        } else if is_cve(word) {
            Cow::Borrowed(word)
        } else if word
            .get(..4)
            .is_some_and(|start| ["cve-", "cve_"].contains(&start.to_ascii_lowercase().as_str()))
        {
            Cow::Owned(format!("CVE-{}", word[4..].replace('_', "-")))
        } else {
            Cow::Borrowed(word)
        };
        after_bare_cve = false;
        // A remark such as "regression" or "fix" is no id.
        if is_id(&id) && id.contains('-') && !found.contains(&id) {
            found.push(id);
        }
    }
    found.sort_by_key(|id| !is_cve(id));
    found
}

/// A date or time as RFC 3339: `2024-02-16`, `2019-09-04 06:15:00 UTC`, `2019-09-04T06:15Z`.
///
/// Nothing for what is no date, such as `unknown`.
pub(crate) fn rfc3339(text: &str) -> Option<String> {
    let text = text.trim();
    let date = text.get(..10)?;
    if !is_date(date) {
        return None;
    }
    let rest = text[10..].trim_start_matches(['T', ' ']);
    let digits_and_colons = rest
        .find(|sign: char| !(sign.is_ascii_digit() || sign == ':' || sign == '.'))
        .unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(digits_and_colons);
    let clock = clock.split('.').next().unwrap_or("");
    let clock = match clock.len() {
        8 => clock.to_owned(),
        5 => format!("{clock}:00"),
        _ => "00:00:00".to_owned(),
    };
    let zone = match zone.trim() {
        zone if zone.len() == 6 && zone.starts_with(['+', '-']) => zone,
        _ => "Z",
    };
    Some(format!("{date}T{clock}{zone}"))
}

/// Whether this is a plausible `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && ("01"..="12").contains(&&text[5..7])
        && ("01"..="31").contains(&&text[8..10])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cves_are_told_from_what_looks_like_them() {
        assert!(is_cve("CVE-1999-0001"));
        assert!(is_cve("CVE-2019-1003051"));
        for wrong in [
            "CVE-2020-",
            "CVE-20-1234",
            "CVE-2020-123",
            "cve-2020-1234",
            "CVE-2020-XXXX",
            "XSA-200",
        ] {
            assert!(!is_cve(wrong), "{wrong}");
        }
    }

    #[test]
    fn githubs_ids_need_no_digit() {
        assert!(is_ghsa("GHSA-cgjv-rghq-qhgp") && is_id("GHSA-cgjv-rghq-qhgp"));
        assert!(!is_ghsa("GHSA-cgjv-rghq") && !is_ghsa("GHSA-cgjv-rghq_qhgp"));
    }

    #[test]
    fn ids_are_found_among_remarks_and_slips() {
        let list = |text| ids(text).into_iter().map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(list("CVE-2016-9932 XSA-200"), ["CVE-2016-9932", "XSA-200"]);
        assert_eq!(
            list("GNUTLS-SA-2020-06-03 CVE-2020-13777"),
            ["CVE-2020-13777", "GNUTLS-SA-2020-06-03"]
        );
        assert_eq!(list("CVE-2018-3620 CVE-2018-3646 XSA-273").len(), 3);
        assert_eq!(list("CVE 2018-16859"), ["CVE-2018-16859"]);
        assert_eq!(list("CVE_2019-2426"), ["CVE-2019-2426"]);
        assert_eq!(list("CVE N/A ZBX-11023"), ["ZBX-11023"]);
        assert_eq!(list("CVE-2017-2616 (+ regression fix)"), ["CVE-2017-2616"]);
        assert_eq!(list("CVE-2017-5753 CVE-2017-5715 CVE-2017-5754 XSA-254 XPTI").len(), 4);
        assert!(list("none").is_empty());
    }

    #[test]
    fn dates_of_all_feeds_become_one_form() {
        assert_eq!(rfc3339("2019-09-04 06:15:00 UTC").as_deref(), Some("2019-09-04T06:15:00Z"));
        assert_eq!(rfc3339("2024-02-16").as_deref(), Some("2024-02-16T00:00:00Z"));
        assert_eq!(rfc3339("2024-08-20T17:24:56.165Z").as_deref(), Some("2024-08-20T17:24:56Z"));
        assert_eq!(
            rfc3339("2024-08-20T17:24:56+02:00").as_deref(),
            Some("2024-08-20T17:24:56+02:00")
        );
        assert_eq!(rfc3339("2011-03-10 12:00").as_deref(), Some("2011-03-10T12:00:00Z"));
        for wrong in ["unknown", "", "2024-13-01", "2024-02", "20240216xx", "2024-ä2-1"] {
            assert_eq!(rfc3339(wrong), None, "{wrong}");
        }
    }
}
