//! Azure Linux and CBL-Mariner: OVAL definitions from
//! <https://github.com/microsoft/AzureLinuxVulnerabilityData>; the language is defined at
//! <https://oval.mitre.org/language/version5.11/>.
//!
//! One file per release, with the release in its name (`azurelinux-3.0-oval.xml`,
//! `cbl-mariner-2.0-oval.xml`). A definition is one CVE of one *source* package. It points to a
//! test, the test to an object (the package's name) and to a state (`less than` an EVR); those
//! stand in sections behind the definitions, so the file is read to its end before anything is
//! said.
//!
//! | `patchable` | status |
//! |---|---|
//! | `true` | fixed in the state's EVR |
//! | `false` | affected below, or up to, the state's EVR |
//! | `Not Applicable` ("either no longer is or was never applicable") | not affected |
//!
//! Quirks: `less than or equal` bounds what is affected and names no fix. A second test, `greater
//! than`, may bound the affected versions from below; it is taken as "from that version on", which
//! errs on the side of a finding. An EVR may have a space behind its epoch.

use std::collections::HashMap;

use plimsoll_version::Distribution;
use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::identifier::{is_cve, is_word, rfc3339};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static AZURE: Publisher = Publisher {
    id: "azure",
    name: "Azure Linux Vulnerability Data",
    url: "https://github.com/microsoft/AzureLinuxVulnerabilityData",
    license: "MIT",
};

/// OVAL nests some ten elements deep.
const DEEPEST: usize = 64;

#[derive(Default)]
struct Definition {
    id: String,
    cve: String,
    link: String,
    title: String,
    description: String,
    patchable: String,
    advisory: String,
    severity: String,
    date: String,
    tests: Vec<String>,
}

#[derive(Default)]
struct State {
    operation: String,
    version: String,
}

/// Everything of a file, by the ids that tie it together.
#[derive(Default)]
struct Document {
    timestamp: String,
    definitions: Vec<Definition>,
    /// Test → object and state.
    tests: HashMap<String, (String, String)>,
    /// Object → package.
    objects: HashMap<String, String>,
    states: HashMap<String, State>,
    /// The id of the test, object or state that is open.
    open: String,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions") && release(file_name(path)).is_some()
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &AZURE, file);
    let Some(namespace) = release(file_name(file.path)) else {
        return speaker.rejected("", "the file's name says no release");
    };
    speaker.covers(&namespace);
    let mut document = Document::default();
    if let Err(reason) = read(bytes, &mut document) {
        speaker.rejected("", reason);
    }
    if let Some(date) = rfc3339(&document.timestamp) {
        speaker.dated(&date);
    }
    for definition in &document.definitions {
        match tell(definition, &document, &namespace, &mut speaker) {
            Ok(()) => speaker.kept(),
            Err(reason) => speaker.rejected(&definition.id, reason),
        }
    }
}

/// `azurelinux:3.0` for `azurelinux-3.0-oval.xml`.
fn release(name: &str) -> Option<String> {
    let (distribution, rest) = match name.strip_prefix("azurelinux-") {
        Some(rest) => (Distribution::AzureLinux, rest),
        None => (Distribution::Mariner, name.strip_prefix("cbl-mariner-")?),
    };
    let version = rest.split('-').next()?;
    let plain =
        version.contains('.') && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| distribution.namespace(version))
}

/// Reads as much as is well-formed.
fn read(bytes: &[u8], document: &mut Document) -> Result<(), String> {
    let source = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(&source);
    // The elements that are open, outermost first, without their prefixes.
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("at byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(element) => {
                if path.len() >= DEEPEST {
                    return Err(format!("nested deeper than {DEEPEST} elements"));
                }
                text.clear();
                open(&element, document);
                path.push(element.local_name().as_ref().to_owned());
            }
            Event::Empty(element) => open(&element, document),
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(sign)) => text.push(sign),
                _ => text.push_str(resolve_predefined_entity(&reference).unwrap_or_default()),
            },
            Event::End(_) => {
                let name = path.pop().unwrap_or_default();
                close(&name, path.last().map_or("", String::as_str), text.trim(), document);
                text.clear();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if path.is_empty() { Ok(()) } else { Err(format!("the file ends inside <{}>", path.join("/"))) }
}

/// An element starts: take what its attributes say.
fn open(element: &BytesStart, document: &mut Document) {
    let attribute = |name: &str| -> String {
        // Looking for repeated attributes would take the square of their number.
        let mut all = element.attributes();
        let found = all
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().as_ref() == name);
        found.and_then(|found| Some(unescape(&found.value).ok()?.into_owned())).unwrap_or_default()
    };
    match element.local_name().as_ref() {
        "definition" => {
            document.definitions.push(Definition { id: attribute("id"), ..Definition::default() });
        }
        "reference" => {
            if let Some(definition) = document.definitions.last_mut()
                && definition.cve.is_empty()
            {
                definition.cve = attribute("ref_id");
                definition.link = attribute("ref_url");
            }
        }
        "criterion" => {
            if let Some(definition) = document.definitions.last_mut() {
                definition.tests.push(attribute("test_ref"));
            }
        }
        "rpminfo_test" | "rpminfo_object" | "rpminfo_state" => document.open = attribute("id"),
        "object" if !document.open.is_empty() => {
            document.tests.entry(document.open.clone()).or_default().0 = attribute("object_ref");
        }
        "state" if !document.open.is_empty() => {
            document.tests.entry(document.open.clone()).or_default().1 = attribute("state_ref");
        }
        "evr" => {
            let state = State { operation: attribute("operation"), version: String::new() };
            document.states.insert(document.open.clone(), state);
        }
        _ => {}
    }
}

/// An element ends: take its text.
fn close(name: &str, parent: &str, text: &str, document: &mut Document) {
    let text = || text.to_owned();
    match (parent, name) {
        ("generator", "timestamp") => document.timestamp = text(),
        ("rpminfo_object", "name") => {
            document.objects.insert(document.open.clone(), text());
        }
        ("rpminfo_state", "evr") => {
            if let Some(state) = document.states.get_mut(&document.open) {
                state.version = text().split_whitespace().collect();
            }
        }
        ("metadata", field) => {
            let Some(definition) = document.definitions.last_mut() else { return };
            match field {
                "title" => definition.title = text(),
                "description" => definition.description = text(),
                "patchable" => definition.patchable = text(),
                "advisory_id" => definition.advisory = text(),
                "advisory_date" => definition.date = text(),
                "severity" => definition.severity = text(),
                _ => {}
            }
        }
        _ => {}
    }
}

fn tell(
    definition: &Definition,
    document: &Document,
    namespace: &str,
    speaker: &mut Speaker,
) -> Result<(), String> {
    if !is_cve(&definition.cve) {
        return Err(format!("{:?} is no CVE", definition.cve));
    }
    let (package, range) = affected_range(definition, document)?;
    let (status, ranges) = match (&*definition.patchable, range.fixed.is_some()) {
        ("Not Applicable", _) => (Status::NotAffected, Vec::new()),
        ("true", true) => (Status::Fixed, vec![range]),
        ("true" | "false", _) => (Status::Affected, vec![range]),
        (word, _) => return Err(format!("patchable {word:?} is unknown")),
    };
    let severity = Severity::from_word(&definition.severity);
    speaker.affected(Affected {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        vulnerability: definition.cve.clone(),
        raw_status: (definition.patchable != "true").then(|| definition.patchable.clone()),
        ranges,
        severity,
        ..Affected::with_status(status)
    });
    speaker.vulnerability(Vulnerability {
        id: definition.cve.clone(),
        references: Some(&definition.link)
            .filter(|link| !link.is_empty())
            .cloned()
            .into_iter()
            .collect(),
        severity,
        ..Vulnerability::default()
    });
    Ok(())
}

/// The package that all tests of a definition are about, and the versions that they let through.
fn affected_range<'d>(
    definition: &Definition,
    document: &'d Document,
) -> Result<(&'d str, Range), String> {
    let mut package = None;
    let mut range = Range::default();
    for test in &definition.tests {
        let tied = document.tests.get(test).ok_or_else(|| format!("test {test:?} is missing"))?;
        let (object, state) = tied;
        let name = document.objects.get(object).filter(|name| is_word(name));
        let name = name.ok_or_else(|| format!("object {object:?} names no package"))?;
        if *package.get_or_insert(name) != name {
            return Err("the tests are about several packages".to_owned());
        }
        let state = document.states.get(state).filter(|state| is_word(&state.version));
        let state = state.ok_or("the state has no version")?;
        let version = Some(state.version.clone());
        match &*state.operation {
            "less than" => range.fixed = version,
            "less than or equal" => range.last_affected = version,
            // The beginning of all versions is no bound.
            "greater than" | "greater than or equal" => {
                range.introduced = version.filter(|version| !version.contains("0.0.0"));
            }
            operation => return Err(format!("operation {operation:?} is unknown")),
        }
    }
    match (package, range.fixed.is_some() || range.last_affected.is_some()) {
        (Some(package), true) => Ok((package, range)),
        _ => Err("no test bounds the affected versions from above".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read as read_file;
    use super::*;

    fn definition(number: u32, patchable: &str) -> String {
        format!(
            r#"<definition class="vulnerability" id="oval:com.microsoft.azurelinux:def:{number}" version="1"><metadata>
            <title>CVE-2024-{number} affecting package thrift &amp; more</title>
            <affected family="unix"><platform>Azure Linux</platform></affected>
            <reference ref_id="CVE-2024-{number}" ref_url="https://nvd.nist.gov/vuln/detail/CVE-2024-{number}" source="CVE"/>
            <patchable>{patchable}</patchable><advisory_id>{number}-1</advisory_id><severity>High</severity>
            <description>words</description></metadata>
            <criteria operator="AND"><criterion comment="x" test_ref="tst:{number}"/></criteria></definition>"#
        )
    }

    fn file(operation: &str, definitions: &[String], numbers: &[u32]) -> String {
        let each = |form: &dyn Fn(&u32) -> String| numbers.iter().map(form).collect::<String>();
        format!(
            r#"<oval_definitions xmlns="x" xmlns:linux-def="y"><generator><oval:timestamp>2024-10-10T12:04:24.575063301Z</oval:timestamp></generator>
            <definitions>{}</definitions><tests>{}</tests><objects>{}</objects><states>{}</states></oval_definitions>"#,
            definitions.concat(),
            each(&|n| format!(
                r#"<linux-def:rpminfo_test id="tst:{n}"><linux-def:object object_ref="obj:{n}"/><linux-def:state state_ref="ste:{n}"/></linux-def:rpminfo_test>"#
            )),
            each(&|n| format!(
                r#"<linux-def:rpminfo_object id="obj:{n}"><linux-def:name>thrift</linux-def:name></linux-def:rpminfo_object>"#
            )),
            each(&|n| format!(
                r#"<linux-def:rpminfo_state id="ste:{n}"><linux-def:evr datatype="evr_string" operation="{operation}">0:0.15.0-5.azl3</linux-def:evr></linux-def:rpminfo_state>"#
            )),
        )
    }

    #[test]
    fn definitions_are_tied_to_package_and_version() {
        let definitions = [
            definition(4577, "true"),
            definition(4578, "false"),
            definition(4579, "Not Applicable"),
        ];
        let read = read_file(
            "azurelinux-3.0-oval.xml",
            file("less than", &definitions, &[4577, 4578, 4579]),
        );
        assert_eq!(
            read.rows(),
            [
                "azurelinux:3.0 thrift CVE-2024-4577 fixed 0:0.15.0-5.azl3",
                "azurelinux:3.0 thrift CVE-2024-4578 affected 0:0.15.0-5.azl3",
                "azurelinux:3.0 thrift CVE-2024-4579 not_affected -",
            ]
        );
        assert_eq!(read.counts(), (3, 0, 0));
        assert_eq!(read.dates, ["2024-10-10T12:04:24Z"]);
        assert_eq!(read.covered, ["azurelinux:3.0"]);
        assert_eq!(read.affected[0].severity, Some(Severity::High));
    }

    #[test]
    fn a_second_test_bounds_from_below() {
        let twice = definition(1111, "true")
            .replace("</criteria>", r#"<criterion comment="y" test_ref="tst:2222"/></criteria>"#);
        let text = file("less than", &[twice], &[1111, 2222]);
        // The second state is the last in the file.
        let at = text.rfind("less than").unwrap();
        let text = format!("{}greater than{}", &text[..at], &text[at + "less than".len()..]);
        let text = text.replace("0:0.15.0", "0: 0.15.0");
        let read = read_file("azurelinux-3.0-oval.xml", text);
        let range = &read.only("azurelinux:3.0", "thrift").ranges[0];
        assert_eq!(range.introduced.as_deref(), Some("0:0.15.0-5.azl3"));
        assert_eq!(range.fixed.as_deref(), Some("0:0.15.0-5.azl3"));
    }

    #[test]
    fn up_to_and_with_is_no_fix() {
        let text = file("less than or equal", &[definition(1111, "false")], &[1111]);
        let read = read_file("cbl-mariner-2.0-preview-oval.xml", text);
        let record = read.only("cbl-mariner:2.0", "thrift");
        assert_eq!(record.ranges[0].last_affected.as_deref(), Some("0:0.15.0-5.azl3"));
        assert_eq!(record.status, Status::Affected);
    }

    #[test]
    fn a_cut_file_is_reported_definition_by_definition() {
        let text =
            file("less than", &[definition(1111, "true"), definition(2222, "true")], &[1111]);
        let read = read_file("azurelinux-3.0-oval.xml", &text[..text.len() - 30]);
        assert_eq!(read.counts(), (1, 0, 2));
        let deep = format!("<oval_definitions>{}", "<a>".repeat(100_000));
        let deep = read_file("azurelinux-3.0-oval.xml", deep);
        assert!(deep.problems[0].reason.contains("nested deeper"), "{:?}", deep.problems);
    }
}
