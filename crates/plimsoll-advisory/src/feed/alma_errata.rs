//! AlmaLinux: `errata.json` and `errata.full.json` from <https://errata.almalinux.org/>, and single
//! errata of the same form.
//!
//! The file of a release does not say which it is, but errata of it do: in the link to their own page
//! (`https://errata.almalinux.org/8/ALSA-….html`) or in the collection (`almalinux-8-for-…`); what
//! one of them says holds for those that say nothing. Else the path does (`8/errata.json`). Two forms are in use: a list with `updateinfo_id` and `pkglist`
//! (dates as `{"$date": milliseconds}`), and an object with `data`, whose packages name their module.

use plimsoll_version::Distribution;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::alma::ALMA;
use super::erratum::{Build, Erratum, Flaw, evr, is_source};
use super::identifier::is_cve;
use super::{FileContext, Speaker, contains, first_sign};
use crate::model::Severity;
use crate::sink::{Fate, Sink};

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(alias = "updateinfo_id")]
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    severity: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    issued_date: Value,
    #[serde(default)]
    updated_date: Value,
    #[serde(default)]
    packages: Vec<Package>,
    #[serde(default)]
    pkglist: Option<Collection>,
    #[serde(default)]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Collection {
    #[serde(default)]
    name: String,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    epoch: String,
    version: String,
    release: String,
    #[serde(default)]
    arch: String,
    /// `mariadb:10.3:8050020220427075058:c5368500:x86_64`.
    #[serde(default)]
    module: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    id: String,
    #[serde(default)]
    href: String,
}

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    let is_json = matches!(first_sign(head), Some(b'{' | b'['));
    let has = |mark: &str| contains(head, mark);
    is_json
        && (has("\"updateinfo_id\"") || has("\"issued_date\""))
        && (has("almalinux") || ["\"ALSA-", "\"ALBA-", "\"ALEA-"].iter().any(|mark| has(mark)))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ALMA, file);
    let entries: Result<Vec<&RawValue>, _> = match first_sign(bytes) {
        Some(b'[') => serde_json::from_slice(bytes),
        _ => match serde_json::from_slice::<File>(bytes) {
            Ok(file) => Ok(file.data),
            Err(_) => serde_json::from_slice(bytes).map(|one| vec![one]),
        },
    };
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => return speaker.rejected("", error),
    };
    let mut read: Vec<Entry> = Vec::with_capacity(entries.len());
    for raw in entries {
        match serde_json::from_str(raw.get()) {
            Ok(entry) => read.push(entry),
            Err(error) => speaker.rejected("", error),
        }
    }
    let of_file = read.iter().find_map(own_release).or_else(|| {
        // `8/ALSA/2019/….json` has a year too.
        file.path.rsplit('/').skip(1).find_map(release)
    });
    for entry in &read {
        match tell(entry, of_file.as_deref(), &mut speaker) {
            Ok(Fate::Skipped) => speaker.skipped(),
            Ok(_) => speaker.kept(),
            Err(reason) => speaker.rejected(&entry.id, reason),
        }
    }
}

/// The release as an erratum itself says it.
fn own_release(entry: &Entry) -> Option<String> {
    let page = |one: &Reference| {
        let rest = one.href.strip_prefix("https://errata.almalinux.org/")?;
        release(rest.split('/').next()?)
    };
    let collection = || {
        let rest = entry.pkglist.as_ref()?.name.strip_prefix("almalinux-")?;
        release(rest.split('-').next()?)
    };
    entry.references.iter().find_map(page).or_else(collection)
}

fn tell(entry: &Entry, of_file: Option<&str>, speaker: &mut Speaker) -> Result<Fate, String> {
    if let Some(date) = date(&entry.updated_date) {
        speaker.dated(&date);
    }
    let flaws: Vec<Flaw> = entry
        .references
        .iter()
        .filter(|one| is_cve(&one.id))
        .map(|one| Flaw { id: one.id.clone(), links: vec![one.href.clone()], ..Flaw::default() })
        .collect();
    if flaws.is_empty() && entry.kind != "security" {
        return Ok(Fate::Skipped);
    }
    let namespace = own_release(entry)
        .or_else(|| of_file.map(str::to_owned))
        .ok_or("neither an erratum of the file nor the path says the release")?;
    let listed = entry.pkglist.iter().flat_map(|list| &list.packages);
    let builds = entry
        .packages
        .iter()
        .chain(listed)
        .filter(|package| !is_source(&package.arch))
        .map(|package| Build {
            namespace: namespace.clone(),
            channel: None,
            package: package.name.clone(),
            version: evr(&package.epoch, &package.version, &package.release),
            architecture: package.arch.clone(),
            modularity: package.module.as_deref().and_then(stream),
        })
        .collect();
    Erratum {
        id: entry.id.clone(),
        title: entry.title.clone(),
        description: entry.description.clone(),
        severity: Severity::from_word(&entry.severity)
            .filter(|severity| *severity != Severity::Unknown),
        published: date(&entry.issued_date),
        modified: date(&entry.updated_date),
        references: entry
            .references
            .iter()
            .filter(|one| !is_cve(&one.id) && !one.href.is_empty())
            .map(|one| one.href.clone())
            .collect(),
        flaws,
        builds,
    }
    .tell(speaker)?;
    Ok(Fate::Kept)
}

/// `alma:8` of `8`; a year is no release.
fn release(text: &str) -> Option<String> {
    let major = text.split('.').next().unwrap_or("");
    let plain = (1..=2).contains(&major.len())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| Distribution::Alma.namespace(text))
}

/// `mariadb:10.3` of a module's full name.
fn stream(module: &str) -> Option<String> {
    let mut parts = module.split(':');
    Some(format!("{}:{}", parts.next()?, parts.next()?))
}

/// Seconds, or `{"$date": milliseconds}`, since 1970.
fn date(value: &Value) -> Option<String> {
    let seconds = match value {
        Value::Number(seconds) => seconds.as_i64()?,
        other => other.get("$date")?.as_i64()? / 1000,
    };
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days)?;
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    ))
}

/// Year, month and day of a number of days since 1970; nothing outside four-digit years.
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    // Years are counted from March, so that the leap day is the last.
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (1970..=9999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    #[test]
    fn seconds_become_dates() {
        assert_eq!(date(&Value::from(1_628_589_283)).as_deref(), Some("2021-08-10T09:54:43Z"));
        assert_eq!(date(&Value::from(951_782_400)).as_deref(), Some("2000-02-29T00:00:00Z"));
        assert_eq!(
            date(&serde_json::json!({"$date": 1_629_790_196_000_i64})).as_deref(),
            Some("2021-08-24T07:29:56Z")
        );
        assert_eq!(date(&Value::from(i64::MAX)), None);
        assert_eq!(date(&Value::Null), None);
    }

    const FULL: &str = r#"{"schema_version":"1.0","data":[{"id":"ALSA-2019:3708","issued_date":1572983623,"updated_date":1651142818,"severity":"Moderate","title":"Moderate: mariadb:10.3 security update","description":"* mysql: flaw (CVE-2019-2510)","type":"security",
        "packages":[{"name":"Judy","epoch":"1","version":"1.0.5","release":"18.module_el8.5.0+2632+14ced695","arch":"x86_64","module":"mariadb:10.3:8050020220427075058:c5368500:x86_64"}],
        "references":[{"id":"CVE-2019-2510","type":"cve","href":"https://vulners.com/cve/CVE-2019-2510"},{"id":"ALSA-2019-3708","type":"self","href":"https://errata.almalinux.org/8/ALSA-2019-3708.html"}]},
        {"id":"ALBA-2021:1","issued_date":1,"type":"bugfix","packages":[],"references":[]}]}"#;

    #[test]
    fn the_full_form_has_modules_and_its_own_page() {
        let read = read("errata.full.json", FULL);
        assert_eq!(read.counts(), (1, 1, 0), "{:?}", read.problems);
        let record = read.only("alma:8", "Judy");
        assert_eq!(record.modularity.as_deref(), Some("mariadb:10.3"));
        assert!(record.ranges[0].fixed.as_deref().unwrap().starts_with("1:1.0.5-18.module_el8"));
        assert_eq!(read.vulnerabilities[0].title, "mysql: flaw");
        assert_eq!(read.dates, ["2022-04-28T10:46:58Z"]);
    }

    #[test]
    fn the_old_form_has_a_collection_and_else_the_path_says_the_release() {
        let old = r#"[{"updateinfo_id":"ALSA-2021:3253","issued_date":{"$date":1629790196000},"severity":"Important","title":"Important: libsndfile security update","type":"security",
            "pkglist":{"name":"NAME","packages":[{"name":"libsndfile","version":"1.0.28","release":"10.el8_4.1","epoch":"0","arch":"i686"}]},
            "references":[{"href":"x","type":"cve","id":"CVE-2021-3246"}]}]"#;
        let row = ["alma:8 libsndfile CVE-2021-3246 fixed 1.0.28-10.el8_4.1"];
        let named = old.replace("NAME", "almalinux-8-for-x86_64-appstream-rpms");
        assert_eq!(read("errata.json", named).rows(), row);
        assert_eq!(read("8/errata.json", old).rows(), row);
        assert_eq!(read("errata.json", old).counts(), (0, 0, 1));
    }
}
