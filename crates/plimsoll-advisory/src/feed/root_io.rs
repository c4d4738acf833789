//! Root's feed of the packages that it patches: <https://api.root.io/external/cve_feed>.
//!
//! An object of distributions → releases → packages → CVEs, each with the versions that are
//! vulnerable (`>2.9.14+dfsg-1.3~deb12u1.root.io.3 <2.9.14+dfsg-1.3~deb12u2`) and those with the
//! fix. Root's packages replace those of Debian, Ubuntu and Alpine in images that Root made, so they
//! stand in namespaces of their own (`rootio:debian:12`), apart from what the distributions say.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_version::Distribution;
use serde::Deserialize;

use super::identifier::{is_id, is_word};
use super::{FileContext, Publisher, Speaker, contains, first_sign};
use crate::model::{Affected, Range, Severity, Status};
use crate::sink::Sink;

pub(super) static ROOT: Publisher = Publisher {
    id: "rootio",
    name: "Root.io CVE feed",
    url: "https://api.root.io/external/",
    license: "unknown",
};

#[derive(Deserialize)]
struct Release<'a> {
    #[serde(borrow)]
    distroversion: Cow<'a, str>,
    #[serde(borrow, default)]
    packages: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    pkg: Package<'a>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    cves: BTreeMap<Cow<'a, str>, Problem<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Problem<'a> {
    #[serde(borrow)]
    vulnerable_ranges: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    fixed_versions: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    severity: Option<Cow<'a, str>>,
}

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    first_sign(head) == Some(b'{')
        && contains(head, "\"distroversion\"")
        && contains(head, "\"cves\"")
        && contains(head, "\"pkg\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ROOT, file);
    let feed: BTreeMap<Cow<str>, Vec<Release>> = match serde_json::from_slice(bytes) {
        Ok(feed) => feed,
        Err(error) => return speaker.rejected("", error),
    };
    for (name, releases) in &feed {
        for release in releases {
            let known = Distribution::from_id(name).filter(|_| is_word(&release.distroversion));
            let namespace =
                known.map(|known| format!("rootio:{}", known.namespace(&release.distroversion)));
            for package in release.packages.iter().map(|entry| &entry.pkg) {
                for (id, problem) in &package.cves {
                    let said = match &namespace {
                        Some(namespace) => read(namespace, &package.name, id, problem),
                        None => Err(format!("{name:?} is no distribution")),
                    };
                    match said {
                        Ok(affected) => {
                            speaker.affected(affected);
                            speaker.kept();
                        }
                        Err(reason) => {
                            speaker.rejected(&format!("{} {id}", package.name), reason);
                        }
                    }
                }
            }
        }
    }
}

fn read(namespace: &str, package: &str, id: &str, problem: &Problem) -> Result<Affected, String> {
    if !is_word(package) || !is_id(id) {
        return Err("not a package and an id".to_owned());
    }
    let mut ranges = Vec::new();
    for text in &problem.vulnerable_ranges {
        ranges.push(range(text).ok_or_else(|| format!("{text:?} is no range of versions"))?);
    }
    let is_fixed = |range: &Range| {
        let fixed = range.fixed.as_deref();
        fixed.is_some() && problem.fixed_versions.iter().any(|version| Some(&**version) == fixed)
    };
    let status = if ranges.iter().any(is_fixed) { Status::Fixed } else { Status::Affected };
    Ok(Affected {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        vulnerability: id.to_owned(),
        ranges,
        severity: problem.severity.as_deref().and_then(Severity::from_word),
        ..Affected::with_status(status)
    })
}

/// `<1.2`, `>1.0 <=1.2`, `>=1.0 <1.2`.
fn range(text: &str) -> Option<Range> {
    let mut range = Range::default();
    let spread = text.replace(',', " ");
    let mut words = spread.split_whitespace().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        let split = word.find(|sign: char| !"<>=".contains(sign)).unwrap_or(word.len());
        let (operator, mut version) = word.split_at(split);
        if version.is_empty() {
            version = words.next()?;
        }
        let bound = match operator {
            "<" => &mut range.fixed,
            "<=" => &mut range.last_affected,
            ">" => &mut range.after,
            ">=" => &mut range.introduced,
            _ => return None,
        };
        *bound = Some(version.to_owned()).filter(|version| is_word(version));
        bound.as_ref()?;
    }
    Some(range)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn ranges_are_read_as_written() {
        let read = read(
            "external/cve_feed",
            r#"{"debian":[{"distroversion":"12","packages":[{"pkg":{"name":"libxml2","cves":{
                "CVE-2022-49043":{"vulnerable_ranges":["<2.9-1.root.io.3",">2.9-1.root.io.3 < 2.9-2"],"fixed_versions":["2.9-1.root.io.3","2.9-2"],"severity":"MEDIUM"},
                "CVE-2022-2":{"vulnerable_ranges":["~2"]},"CVE-2022-3":{}}}}]}],
               "plan9":[{"distroversion":"4","packages":[{"pkg":{"name":"rc","cves":{"CVE-2022-4":{}}}}]}]}"#,
        );
        assert_eq!(read.counts(), (2, 0, 2));
        let record = &read.affected[1];
        assert_eq!(record.namespace, "rootio:debian:12");
        assert_eq!(record.ranges[0].fixed.as_deref(), Some("2.9-1.root.io.3"));
        assert_eq!(record.ranges[1].after.as_deref(), Some("2.9-1.root.io.3"));
        assert_eq!(record.ranges[1].fixed.as_deref(), Some("2.9-2"));
        assert_eq!(
            read.rows(),
            [
                "rootio:debian:12 libxml2 CVE-2022-3 affected -",
                "rootio:debian:12 libxml2 CVE-2022-49043 fixed 2.9-1.root.io.3",
            ]
        );
    }
}
