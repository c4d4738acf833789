//! JavaScript libraries, by Retire.js: <https://github.com/RetireJS/retire.js/tree/master/repository>.
//!
//! One JSON file for all: `jsrepository*.json` about libraries as files of a page, and
//! `npmrepository.json` about packages of npm. Each library has vulnerabilities with one range
//! (`atOrAbove`, `below`), in `jsrepository-master.json` with a list of `ranges`, and from version 5
//! on with `excludes`, single versions that are not meant.
//!
//! A library is a package of npm where the file says its name there, else one of `generic` under
//! Retire.js's own name for it. How a library is known by its content is not read here.
//!
//! Quirks: many vulnerabilities have no id. Such a one is named after the library and its `retid`, the
//! number of its bug or change, or else its end: `RETIREJS-jquery-issue-11974`. An end that has
//! `999` in it (`2.999.999`) is no release: all of a line is meant. Where it is only nines, there is
//! no end at all. The library `retire-example` is for tests, and skipped.

use plimsoll_version::Ecosystem;

use super::identifier::{is_word, rfc3339};
use super::language::{Names, conclude, statement};
use super::tree::{Tree, from_json};
use super::{FileContext, Publisher, Speaker, contains, file_name, first_sign};
use crate::model::{Affected, Range, Severity, Vulnerability};
use crate::sink::Sink;

pub(super) static RETIREJS: Publisher = Publisher {
    id: "retirejs",
    name: "Retire.js",
    url: "https://retirejs.github.io/retire.js/",
    license: "Apache-2.0",
};

/// Made up, to test with.
const EXAMPLE: &str = "retire-example";

/// What identifies a problem among those of one library, where it has no id of its own.
const LOCAL_IDS: [&str; 8] = ["retid", "issue", "bug", "PR", "release", "gist", "blog", "tenable"];

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    first_sign(head) == Some(b'{')
        && (name.starts_with("jsrepository") || name.starts_with("npmrepository"))
        && name.ends_with(".json")
        && contains(head, "\"vulnerabilities\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &RETIREJS, file);
    let document = match from_json(bytes) {
        Ok(document) => document,
        Err(error) => return speaker.rejected("", error),
    };
    // Wrapped together with a date in some copies.
    if let Some(date) = document.text_at("modified").and_then(rfc3339) {
        speaker.dated(&date);
    }
    let Tree::Map(libraries) = document.get("advisories").unwrap_or(&document) else {
        return speaker.rejected("", "the file is no object of libraries");
    };
    let of_npm = file_name(file.path).starts_with("npmrepository");
    for (library, content) in libraries {
        for vulnerability in content.list_at("vulnerabilities") {
            if library == EXAMPLE {
                speaker.skipped();
                continue;
            }
            match tell(library, content, vulnerability, of_npm, &mut speaker) {
                Ok(()) => speaker.kept(),
                Err(reason) => speaker.rejected(library, reason),
            }
        }
    }
}

fn tell(
    library: &str,
    content: &Tree,
    vulnerability: &Tree,
    of_npm: bool,
    speaker: &mut Speaker,
) -> Result<(), String> {
    let mut statement = package(library, content, of_npm)?;
    let identifiers = vulnerability.get("identifiers").unwrap_or(&Tree::Null);
    let alternatives = match vulnerability.get("ranges") {
        Some(Tree::List(ranges)) => ranges.as_slice(),
        _ => std::slice::from_ref(vulnerability),
    };
    let mut affected = Vec::new();
    for alternative in alternatives {
        read_range(alternative, &mut affected)?;
    }
    if affected.is_empty() {
        return Err("it has no range".to_owned());
    }
    let ends = alternatives.iter().filter_map(|range| range.text_at("below"));
    let fixes: Vec<String> = ends.filter(|end| is_release(end)).map(str::to_owned).collect();
    let own = own_id(library, identifiers, alternatives);
    let scheme = Ecosystem::from_id(&statement.namespace).unwrap_or(Ecosystem::Generic).scheme();
    conclude(&mut statement, scheme, affected, &fixes);
    let list = |tree: &Tree, field: &str| -> Vec<String> {
        let found = tree.get(field).map_or(&[][..], |found| match found {
            Tree::List(members) => members,
            one => std::slice::from_ref(one),
        });
        found.iter().filter_map(|member| member.text().map(str::to_owned)).collect()
    };
    let osvdb = list(identifiers, "osvdb").into_iter().map(|number| format!("OSVDB-{number}"));
    let ids =
        list(identifiers, "CVE").into_iter().chain(list(identifiers, "githubID")).chain(osvdb);
    let names = Names::new(&own, ids);
    let text = |field: &str| {
        let there = vulnerability.text_at(field).or_else(|| identifiers.text_at(field));
        there.unwrap_or("").to_owned()
    };
    let said = Vulnerability {
        title: text("summary"),
        description: text("details"),
        severity: vulnerability.text_at("severity").and_then(Severity::from_word),
        weaknesses: list(vulnerability, "cwe"),
        references: list(vulnerability, "info"),
        ..Vulnerability::default()
    };
    names.tell(speaker, &said, &[statement])
}

/// The package that a library is.
fn package(library: &str, content: &Tree, of_npm: bool) -> Result<Affected, String> {
    let purl = content.text_at("basePurl").and_then(|purl| purl.strip_prefix("pkg:npm/"));
    let npm = content.text_at("npmname").or(purl).or(of_npm.then_some(library));
    let (ecosystem, name) = match npm {
        Some(name) => (Ecosystem::Npm, name.to_owned()),
        None => (Ecosystem::Generic, library.to_ascii_lowercase()),
    };
    if !is_word(&name) {
        return Err(format!("{name:?} is no name of a package"));
    }
    Ok(statement(ecosystem, &name))
}

/// `RETIREJS-jquery-issue-11974`.
fn own_id(library: &str, identifiers: &Tree, alternatives: &[Tree]) -> String {
    let local = LOCAL_IDS.iter().find_map(|field| Some((*field, identifiers.text_at(field)?)));
    let (field, value) = local.unwrap_or_else(|| {
        let end = alternatives.iter().find_map(|range| range.text_at("below"));
        ("below", end.unwrap_or("0"))
    });
    let name = format!("RETIREJS-{library}-{field}-{value}");
    let plain =
        |sign: char| if sign.is_ascii_alphanumeric() || "-_.".contains(sign) { sign } else { '-' };
    name.chars().map(plain).collect()
}

fn read_range(alternative: &Tree, affected: &mut Vec<Range>) -> Result<(), String> {
    let bound = |field: &str| match alternative.text_at(field) {
        Some(text) if is_word(text) => Ok(Some(text.to_owned())),
        Some(text) => Err(format!("{field} {text:?} is no version")),
        None => Ok(None),
    };
    let (above, after, below, at) =
        (bound("atOrAbove")?, bound("above")?, bound("below")?, bound("atOrBelow")?);
    let mut rest = Range {
        introduced: above,
        after,
        fixed: below.filter(|end| !is_endless(end)),
        last_affected: at,
    };
    // Each excluded version ends one range and begins the next, in the order of the list.
    for excluded in alternative.list_at("excludes").iter().filter_map(Tree::text) {
        if !is_word(excluded) {
            return Err(format!("excluded {excluded:?} is no version"));
        }
        let behind = Range { introduced: None, after: Some(excluded.to_owned()), ..rest.clone() };
        rest.fixed = Some(excluded.to_owned());
        rest.last_affected = None;
        affected.push(std::mem::replace(&mut rest, behind));
    }
    affected.push(rest);
    Ok(())
}

/// Nothing but nines, and many of them.
fn is_endless(end: &str) -> bool {
    end.starts_with("99") && end.bytes().all(|byte| byte == b'9' || byte == b'.')
}

fn is_release(end: &str) -> bool {
    !end.contains(".999") && !is_endless(end)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use crate::model::{Severity, Status};

    const LIBRARIES: &str = r#"{
      "retire-example":{"vulnerabilities":[{"below":"0.0.2","identifiers":{"CVE":["CVE-XXXX-XXXX"]}}]},
      "jquery":{"npmname":"jquery","bowername":["jQuery"],"vulnerabilities":[
        {"below":"1.6.3","severity":"medium","cwe":["CWE-79"],"identifiers":{"summary":"XSS with location.hash","CVE":["CVE-2011-4969"],"githubID":"GHSA-579v-mp3v-rrw5"},"info":["https://a/"]},
        {"atOrAbove":"1.2","below":"2.2.0","identifiers":{"issue":"11974"}},
        {"below":"2.999.999","excludes":["1.12.4-aem"],"identifiers":{"retid":"73","issue":"162"}}]},
      "jquery-ui-dialog":{"vulnerabilities":[{"ranges":[{"below":"1.10.0"},{"atOrAbove":"1.11","below":"99.999.99999"}],"summary":"S","details":"D","identifiers":{"CVE":["CVE-2010-5312"]}},{"identifiers":{},"below":"a b"}]}}"#;

    #[test]
    fn libraries_have_ranges_and_names() {
        let read = read("repository/jsrepository-v5.json", LIBRARIES);
        assert_eq!(read.counts(), (4, 1, 1));
        assert_eq!(
            read.rows(),
            [
                "generic jquery-ui-dialog CVE-2010-5312 fixed 1.10.0",
                "npm jquery CVE-2011-4969 fixed 1.6.3",
                "npm jquery RETIREJS-jquery-issue-11974 fixed 2.2.0",
                "npm jquery RETIREJS-jquery-retid-73 affected 1.12.4-aem",
            ]
        );
        let first = &read.vulnerabilities[0];
        assert_eq!(
            (&*first.title, first.severity),
            ("XSS with location.hash", Some(Severity::Medium))
        );
        assert!(first.aliases.contains(&"GHSA-579v-mp3v-rrw5".to_owned()));
        assert_eq!(read.affected[2].ranges[1].after.as_deref(), Some("1.12.4-aem"));
        assert_eq!(read.affected[2].ranges[1].fixed.as_deref(), Some("2.999.999"));
        assert_eq!(read.affected[3].ranges[1].fixed, None);
        assert_eq!(read.vulnerabilities[3].description, "D");
    }

    #[test]
    fn the_file_for_npm_has_names_of_npm() {
        let read = read(
            "repository/npmrepository.json",
            r#"{"hubot-scripts":{"vulnerabilities":[{"below":"99.999.99999","severity":"high","info":["https://a/"]}]}}"#,
        );
        assert_eq!(
            read.rows(),
            ["npm hubot-scripts RETIREJS-hubot-scripts-below-99.999.99999 affected -"]
        );
        assert!(read.has(Status::Affected));
    }
}
