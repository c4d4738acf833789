//! Packages of NuGet, by RetireNet: <https://github.com/RetireNet/Packages>.
//!
//! One JSON file per announcement of Microsoft, `Content/N.json`: a link, a description, and packages
//! with one affected version and its fix each.
//!
//! Quirks: there is no field for an id. CVEs and GHSAs stand in the description or the link; an
//! announcement without is named after its file, `RETIRENET-4`. `index.json` lists the files.

use std::borrow::Cow;
use std::collections::HashMap;

use plimsoll_version::Ecosystem;
use serde::Deserialize;

use super::identifier::{ids, is_cve, is_ghsa, is_word};
use super::language::{Names, statement};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Affected, Range, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static RETIRENET: Publisher = Publisher {
    id: "retirenet",
    name: "RetireNet packages",
    url: "https://github.com/RetireNet/Packages",
    license: "MIT",
};

#[derive(Deserialize)]
struct Announcement {
    #[serde(default)]
    link: String,
    #[serde(default)]
    description: String,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    affected: String,
    #[serde(default)]
    fix: Option<String>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path).ends_with(".json")
        && contains(head, "\"packages\"")
        && contains(head, "\"affected\"")
        && contains(head, "\"fix\"")
        && contains(head, "\"link\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &RETIRENET, file);
    let own = format!("RETIRENET-{}", file_name(file.path).trim_end_matches(".json"));
    let announcement: Announcement = match serde_json::from_slice(bytes) {
        Ok(announcement) => announcement,
        Err(error) => return speaker.rejected(&own, error),
    };
    let place = announcement.link.rsplit('/').next().unwrap_or("");
    // A colon often follows an id, and could be part of one.
    let text = format!("{} {place}", announcement.description).replace(':', " ");
    let named = ids(&text).into_iter().filter(|id| is_cve(id) || is_ghsa(id));
    let names = Names::new(&own, named.map(Cow::into_owned));
    let mut statements: Vec<Affected> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut wrong = false;
    for package in &announcement.packages {
        let fix = package.fix.as_deref().filter(|fix| !fix.is_empty());
        if ![&*package.id, &*package.affected].into_iter().chain(fix).all(is_word) {
            speaker.problem(&own, format!("{:?} has no name or version", package.id));
            wrong = true;
            continue;
        }
        let range = Range {
            introduced: Some(package.affected.clone()),
            fixed: fix.map(str::to_owned),
            last_affected: Some(package.affected.clone()),
            ..Range::default()
        };
        let new = statement(Ecosystem::NuGet, &package.id);
        let place = *places.entry(new.package.clone()).or_insert_with(|| {
            statements.push(new);
            statements.len() - 1
        });
        if fix.is_some() {
            statements[place].status = Status::Fixed;
        }
        statements[place].ranges.push(range);
    }
    let vulnerability = Vulnerability {
        title: announcement.description,
        references: vec![announcement.link],
        ..Vulnerability::default()
    };
    match names.tell(&mut speaker, &vulnerability, &statements) {
        Err(reason) => speaker.rejected(&own, reason),
        Ok(()) if wrong => speaker.rejected_in_part(),
        Ok(()) => speaker.kept(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn versions_are_named_one_by_one() {
        let one = read(
            "Content/3.json",
            r#"{"link":"https://github.com/dotnet/announcements/issues/67","description":"Microsoft Security Advisory CVE-2018-0765: Denial Of Service",
            "packages":[{"id":"System.Security.Cryptography.Xml","affected":"4.4.1","fix":"4.4.2"},{"id":"System.Security.Cryptography.Xml","affected":"4.4.0","fix":"4.4.2"},
            {"id":"x y","affected":"1","fix":"2"}]}"#,
        );
        assert_eq!(one.counts(), (0, 0, 1));
        assert_eq!(
            one.rows(),
            ["nuget system.security.cryptography.xml CVE-2018-0765 fixed 4.4.2"]
        );
        assert_eq!(one.affected[0].ranges.len(), 2);
        assert_eq!(one.affected[0].ranges[1].last_affected.as_deref(), Some("4.4.0"));
        let other = read(
            "Content/20.json",
            r#"{"link":"https://github.com/advisories/GHSA-62gw-3rmj-wmp2","description":"System.Management.Automation","packages":[{"id":"A","affected":"1","fix":""}]}"#,
        );
        assert_eq!(other.rows(), ["nuget a GHSA-62gw-3rmj-wmp2 affected 1"]);
        assert_eq!(other.vulnerabilities[0].aliases, ["RETIRENET-20"]);
    }
}
