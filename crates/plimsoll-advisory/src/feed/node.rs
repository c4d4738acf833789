//! The Node.js Security Working Group: <https://github.com/nodejs/security-wg/tree/main/vuln>, with a
//! JSON schema for each of its three directories.
//!
//! * `npm/N.json`: packages of npm, until 2019. Ids are `NSWG-ECO-N`.
//! * `core/N.json`: Node.js itself, `NSWG-COR-N`. The package is `node` in the namespace `generic`,
//!   as package URLs name the binary.
//! * `deps/N.json`: what was found in libraries that Node.js is built from and does not concern it,
//!   `NSWG-DEP-N`: `node` is not affected.
//!
//! Each directory has an `index.json` that repeats all of it, which is not read.
//!
//! Quirks: `vulnerable` of Node.js names whole release lines (`8.x`), of which `patched` takes away
//! the end; a line without a patch ends where the next begins. `patched_versions` of npm are only
//! what to install, `<0.0.0` where there is nothing. A vector of Node.js has lost its `CVSS:`.

use plimsoll_version::constraint::{self, Interval};
use plimsoll_version::{Bound, Ecosystem, Syntax};

use super::identifier::{is_word, rfc3339};
use super::language::{Names, beginnings, conclude, range, ranges, statement};
use super::tree::{Tree, from_json};
use super::{FileContext, Publisher, Speaker, contains, directory, file_name};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static NODE: Publisher = Publisher {
    id: "nodejs-security-wg",
    name: "Node.js Security Working Group",
    url: "https://github.com/nodejs/security-wg",
    license: "MIT",
};

/// The package that Node.js itself is.
const CORE: &str = "node";

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let number = file_name(path).strip_suffix(".json");
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        && match directory(path) {
            "npm" => contains(head, "\"module_name\"") || contains(head, "\"overview\""),
            "core" => contains(head, "\"vulnerable\"") || contains(head, "\"patched\""),
            "deps" => contains(head, "\"cve\"") && contains(head, "\"overview\""),
            _ => false,
        }
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &NODE, file);
    let number = file_name(file.path).trim_end_matches(".json");
    let document = match from_json(bytes) {
        Ok(document) => document,
        Err(error) => return speaker.rejected(number, error),
    };
    let (own, said) = match directory(file.path) {
        "npm" => (format!("NSWG-ECO-{number}"), npm(&document)),
        "core" => (format!("NSWG-COR-{number}"), core(&document)),
        _ => (format!("NSWG-DEP-{number}"), Ok(dependency(&document))),
    };
    let statement = match said {
        Ok(statement) => statement,
        Err(reason) => return speaker.rejected(&own, reason),
    };
    let texts = |field: &str| -> Vec<String> {
        document.list_at(field).iter().filter_map(|entry| entry.text().map(str::to_owned)).collect()
    };
    let names = Names::new(&own, [texts("cve"), texts("cves")].concat());
    let first = |fields: [&str; 2]| fields.iter().find_map(|field| document.text_at(field));
    let mut references = texts("references");
    references.extend(document.text_at("ref").map(str::to_owned));
    let vector = first(["cvss_vector", "cvss"]).filter(|vector| vector.contains("AV:"));
    let kind = document.text_at("type").and_then(|kind| kind.split(':').next());
    let vulnerability = Vulnerability {
        title: first(["title", "description"]).unwrap_or("").to_owned(),
        description: document.text_at("overview").unwrap_or("").trim().to_owned(),
        severity: document.text_at("severity").and_then(Severity::from_word),
        cvss: vector.map(with_prefix).into_iter().collect(),
        weaknesses: kind
            .filter(|kind| kind.starts_with("CWE-"))
            .map(str::to_owned)
            .into_iter()
            .collect(),
        references,
        published: document.text_at("publish_date").and_then(rfc3339),
        modified: document.text_at("updated_at").and_then(rfc3339),
        ..Vulnerability::default()
    };
    if let Some(date) = vulnerability.modified.as_ref().or(vulnerability.published.as_ref()) {
        speaker.dated(date);
    }
    match names.tell(&mut speaker, &vulnerability, &[statement]) {
        Ok(()) => speaker.kept(),
        Err(reason) => speaker.rejected(&own, reason),
    }
}

fn with_prefix(vector: &str) -> String {
    if vector.starts_with(['3', '4']) { format!("CVSS:{vector}") } else { vector.to_owned() }
}

fn npm(document: &Tree) -> Result<Affected, String> {
    let package = document.text_at("module_name").filter(|name| is_word(name));
    let package = package.ok_or("it names no module")?;
    let text = document.text_at("vulnerable_versions").ok_or("it has no vulnerable_versions")?;
    let affected = ranges(Syntax::Npm, text)
        .map_err(|error| format!("vulnerable_versions {text:?}: {error}"))?;
    let text = document.text_at("patched_versions").unwrap_or("<0.0.0");
    // Nothing is below 0.0.0; another mistake in here costs the fixes alone.
    let patched = constraint::parse(Syntax::Npm, text).unwrap_or_default();
    let mut new = statement(Ecosystem::Npm, package);
    conclude(&mut new, Syntax::Npm.scheme(), affected, &beginnings(&patched));
    Ok(new)
}

fn core(document: &Tree) -> Result<Affected, String> {
    let read = |field: &str| {
        let text = document.text_at(field).unwrap_or("");
        constraint::parse(Syntax::Npm, text).map_err(|error| format!("{field} {text:?}: {error}"))
    };
    let vulnerable = read("vulnerable")?;
    let patched = match document.text_at("patched") {
        Some(_) => read("patched")?,
        None => Vec::new(),
    };
    let fixes = beginnings(&patched);
    // Vulnerable without patched is what is in neither of patched and the rest.
    let scheme = Syntax::Npm.scheme();
    let mut neither = constraint::complement(scheme, &vulnerable);
    neither.extend(patched);
    let affected = constraint::complement(scheme, &neither);
    if affected.is_empty() {
        return Err("all that is vulnerable is patched".to_owned());
    }
    let affected: Vec<Range> = affected.into_iter().map(plain).map(range).collect();
    let mut new = statement(Ecosystem::Generic, CORE);
    conclude(&mut new, Ecosystem::Generic.scheme(), affected, &fixes);
    Ok(new)
}

/// The end of a release line is `9.0.0-0` for npm, before all pre-releases; Node.js has none, and
/// the order of `generic` would read it otherwise.
fn plain(interval: Interval) -> Interval {
    let plain = |bound: Bound| Bound {
        version: bound.version.strip_suffix("-0").unwrap_or(&bound.version).to_owned(),
        ..bound
    };
    Interval { lower: interval.lower.map(plain), upper: interval.upper.map(plain) }
}

fn dependency(document: &Tree) -> Affected {
    let mut new = statement(Ecosystem::Generic, CORE);
    new.status = Status::NotAffected;
    new.raw_status = document.text_at("reason").map(str::to_owned);
    new
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use super::*;

    #[test]
    fn modules_are_packages_of_npm() {
        let read = read(
            "security-wg/vuln/npm/410.json",
            r#"{"id":410,"title":"merge-options prototype pollution","overview":"Pollution.","created_at":"2018-02-17","updated_at":"2018-04-09","publish_date":"2018-04-09",
            "author":{"name":"O","website":null},"module_name":"merge-options","cves":[],"vulnerable_versions":"<=1.0.0","patched_versions":">=1.0.1","references":["https://a/"],
            "cvss_vector":"CVSS:3.0/AV:N/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L","cvss_score":2}"#,
        );
        assert_eq!(read.rows(), ["npm merge-options NSWG-ECO-410 fixed 1.0.1"]);
        assert_eq!(read.affected[0].ranges[0].last_affected.as_deref(), Some("1.0.0"));
        assert_eq!(read.vulnerabilities[0].cvss.len(), 1);
        let none = super::super::testing::read(
            "npm/1.json",
            r#"{"module_name":"x","cves":["CVE-2014-7205"],"vulnerable_versions":"*","patched_versions":"<0.0.0"}"#,
        );
        assert_eq!(none.rows(), ["npm x CVE-2014-7205 affected -"]);
        assert_eq!(none.affected[0].advisories, ["NSWG-ECO-1"]);
    }

    #[test]
    fn release_lines_end_at_their_patch() {
        let read = read(
            "vuln/core/1.json",
            r#"{"cve":["CVE-2017-1000381"],"ref":"https://nodejs.org/","vulnerable":"8.x || 5.x","patched":"^8.1.4 || ^7.10.1","description":"memory overread",
            "overview":"The function.","affectedEnvironments":["all"],"severity":"high","type":"CWE-787: Out-of-bounds Write","cvss":"3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H"}"#,
        );
        assert_eq!(read.counts(), (1, 0, 0));
        let one = read.only("generic", "node");
        let bounds =
            |range: &Range| (range.introduced.clone().unwrap(), range.fixed.clone().unwrap());
        assert_eq!(bounds(&one.ranges[0]), ("5.0.0".into(), "6.0.0".into()));
        assert_eq!(bounds(&one.ranges[1]), ("8.0.0".into(), "8.1.4".into()));
        assert_eq!(one.status, Status::Fixed);
        let said = &read.vulnerabilities[0];
        assert_eq!(said.cvss, ["CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H"]);
        assert_eq!((said.severity, &*said.weaknesses[0]), (Some(Severity::High), "CWE-787"));
        assert_eq!(said.aliases, ["NSWG-COR-1"]);
    }

    #[test]
    fn libraries_inside_do_not_concern_it() {
        let read = read(
            "vuln/deps/1.json",
            r#"{"cve":["CVE-2023-45853"],"description":"MiniZip","overview":"Not used.","ref":"https://a/","reason":"vulnerable_code_not_present"}"#,
        );
        assert_eq!(read.rows(), ["generic node CVE-2023-45853 not_affected -"]);
        assert_eq!(read.affected[0].raw_status.as_deref(), Some("vulnerable_code_not_present"));
        let wrong =
            super::super::testing::read("vuln/core/2.json", r#"{"vulnerable":"about 8","cve":[]}"#);
        assert_eq!(wrong.counts(), (0, 0, 1));
    }
}
