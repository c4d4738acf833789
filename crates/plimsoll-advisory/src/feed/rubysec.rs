//! Ruby gems and interpreters, by RubySec: <https://github.com/rubysec/ruby-advisory-db>, whose
//! `README.md` and `spec/schemas` define the fields.
//!
//! One YAML file per advisory and gem, `gems/NAME/ID.yml`, or per interpreter, `rubies/NAME/ID.yml`.
//! It lists the versions that are patched and those that never were affected, as requirements of
//! RubyGems; affected is the rest. Interpreters stand in the namespace `generic`, under their names
//! (`ruby`, `jruby`, …).
//!
//! Quirks: `cve`, `ghsa` and `osvdb` have no prefix. There are scores without vectors; the severity
//! is the word that the CVSS standard has for them. What is `related` are other problems, and links.
//! Where patched and unaffected are all versions together, the package is not affected.
//! A gem for one `platform` only is told for all: the names of other platforms' gems are the same.

use plimsoll_version::constraint::{self, Interval};
use plimsoll_version::{Ecosystem, Syntax};

use super::identifier::{is_word, rfc3339};
use super::language::{Names, beginnings, conclude, gaps, statement};
use super::tree::{Tree, from_yaml};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static RUBYSEC: Publisher = Publisher {
    id: "ruby-advisory-db",
    name: "Ruby Advisory Database",
    url: "https://github.com/rubysec/ruby-advisory-db",
    license: "public domain",
};

/// The fields that name an id, and the prefix that it is written without.
const IDS: [(&str, &str); 3] = [("cve", "CVE-"), ("ghsa", "GHSA-"), ("osvdb", "OSVDB-")];

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let in_place = path.split(['/', '\\']).rev().nth(2);
    path.ends_with(".yml")
        && matches!(in_place, Some("gems" | "rubies"))
        && contains(head, "\ntitle:")
        && (contains(head, "gem:") || contains(head, "engine:"))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &RUBYSEC, file);
    let own = file_name(file.path).trim_end_matches(".yml");
    match from_yaml(&String::from_utf8_lossy(bytes)) {
        Ok(document) => match tell(own, &document, &mut speaker) {
            Ok(()) => speaker.kept(),
            Err(reason) => speaker.rejected(own, reason),
        },
        Err(error) => speaker.rejected(own, error),
    }
}

fn tell(own: &str, document: &Tree, speaker: &mut Speaker) -> Result<(), String> {
    let (ecosystem, package) = match (document.text_at("gem"), document.text_at("engine")) {
        (Some(gem), _) => (Ecosystem::Gem, gem),
        (None, Some(engine)) => (Ecosystem::Generic, engine),
        (None, None) => return Err("it names neither gem nor engine".to_owned()),
    };
    if !is_word(package) {
        return Err(format!("{package:?} is no name of a package"));
    }
    let ids = IDS
        .iter()
        .filter_map(|(field, prefix)| Some(format!("{prefix}{}", document.text_at(field)?)));
    let names = Names::new(own, ids);
    if names.first().is_none() {
        return Err("it has no id".to_owned());
    }
    let patched = requirements(document, "patched_versions")?;
    let unaffected = requirements(document, "unaffected_versions")?;
    let fixes = beginnings(&patched);
    let scheme = Syntax::Ruby.scheme();
    let affected = gaps(scheme, &[patched, unaffected].concat());
    let mut new = statement(ecosystem, package);
    if affected.is_empty() {
        new.status = Status::NotAffected;
    } else {
        conclude(&mut new, scheme, affected, &fixes);
    }
    let related = document.get("related");
    let list =
        |field: &str| related.and_then(|related| related.get(field)).map_or(&[][..], Tree::list);
    let links = document.get("url").into_iter().chain(list("url"));
    let others = IDS.iter().flat_map(|(field, prefix)| {
        list(field).iter().filter_map(move |id| Some(format!("{prefix}{}", id.text()?)))
    });
    let vulnerability = Vulnerability {
        related: others.collect(),
        title: document.text_at("title").unwrap_or("").to_owned(),
        description: document.text_at("description").unwrap_or("").to_owned(),
        severity: severity(document),
        references: links.filter_map(|link| link.text().map(str::to_owned)).collect(),
        published: document.text_at("date").and_then(rfc3339),
        ..Vulnerability::default()
    };
    if let Some(date) = &vulnerability.published {
        speaker.dated(date);
    }
    names.tell(speaker, &vulnerability, &[new])
}

fn requirements(document: &Tree, field: &str) -> Result<Vec<Interval>, String> {
    let mut intervals = Vec::new();
    for requirement in document.list_at(field) {
        let text = requirement.text().unwrap_or("");
        let read = constraint::parse(Syntax::Ruby, text)
            .map_err(|error| format!("{field} {text:?}: {error}"))?;
        intervals.extend(read);
    }
    Ok(intervals)
}

/// The word for the newest score.
fn severity(document: &Tree) -> Option<Severity> {
    let score = |field: &str| document.text_at(field)?.parse::<f64>().ok();
    let newest = score("cvss_v4").or_else(|| score("cvss_v3"));
    if newest.is_none() {
        // CVSS 2 has three words only.
        return score("cvss_v2").map(|score| match score {
            7.0.. => Severity::High,
            4.0.. => Severity::Medium,
            _ => Severity::Low,
        });
    }
    newest.map(|score| match score {
        9.0.. => Severity::Critical,
        7.0.. => Severity::High,
        4.0.. => Severity::Medium,
        0.1.. => Severity::Low,
        _ => Severity::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    #[test]
    fn what_is_neither_patched_nor_unaffected_is_affected() {
        let read = read(
            "ruby-advisory-db/gems/activerecord/CVE-2022-0001.yml",
            "---\ngem: activerecord\nframework: rails\ncve: 2022-0001\nghsa: 69p3-xp37-f692\nurl: https://a/\n\
             title: Something\ndate: 2022-03-26\ndescription: |\n  Words.\ncvss_v2: 5.0\ncvss_v3: 9.8\n\
             unaffected_versions:\n  - \"< 4.0\"\npatched_versions:\n  - \"~> 5.2.4, >= 5.2.4.3\"\n  - \">= 6.0.3.1\"\n\
             related:\n  cve:\n    - 2020-0002\n  url:\n    - https://b/\n",
        );
        assert_eq!(read.counts(), (1, 0, 0));
        let one = read.only("gem", "activerecord");
        assert_eq!(one.status, Status::Fixed);
        assert_eq!(one.advisories, ["CVE-2022-0001"]);
        assert_eq!(one.ranges[0].introduced.as_deref(), Some("4.0"));
        assert_eq!(one.ranges[0].fixed.as_deref(), Some("5.2.4.3"));
        assert_eq!(one.ranges[1].fixed.as_deref(), Some("6.0.3.1"));
        assert_eq!(one.ranges.len(), 2);
        let said = &read.vulnerabilities[0];
        assert_eq!(
            (&*said.aliases, &*said.related),
            (&["GHSA-69p3-xp37-f692".to_owned()][..], &["CVE-2020-0002".to_owned()][..])
        );
        assert_eq!(said.severity, Some(Severity::Critical));
        assert_eq!(said.references, ["https://a/", "https://b/"]);
    }

    #[test]
    fn without_versions_all_are_affected() {
        let one = read(
            "rubies/ruby/OSVDB-1.yml",
            "---\nengine: ruby\nosvdb: 1\nurl: https://a/\ntitle: x\ndate: 2011-01-01\ncvss_v2: 7.5\n",
        );
        assert_eq!(one.rows(), ["generic ruby OSVDB-1 affected -"]);
        assert_eq!(one.vulnerabilities[0].severity, Some(Severity::High));
        let none = read(
            "gems/a/CVE-2022-0001.yml",
            "---\ngem: a\ntitle: x\nunaffected_versions:\n- \"< 5\"\npatched_versions:\n- \">= 5\"\n",
        );
        assert_eq!(none.rows(), ["gem a CVE-2022-0001 not_affected -"]);
        let bad = read(
            "gems/a/CVE-2022-0001.yml",
            "---\ngem: a\ntitle: x\npatched_versions:\n- \"about 3\"\n",
        );
        assert_eq!(bad.counts(), (0, 0, 1));
    }
}
