//! Azure Linux and CBL-Mariner: OVAL definitions from
//! <https://github.com/microsoft/AzureLinuxVulnerabilityData>; the language is defined at
//! <https://oval.mitre.org/language/version5.11/>.
//!
//! One file per release, with the release in its name (`azurelinux-3.0-oval.xml`,
//! `cbl-mariner-2.0-oval.xml`). A definition is one CVE of one *source* package. It points to a
//! test, the test to an object (the package's name) and to a state (`less than` an EVR).
//!
//! | `patchable` | status |
//! |---|---|
//! | `true` | fixed in the state's EVR |
//! | `false` | affected below, or up to, the state's EVR |
//! | `Not Applicable` ("either no longer is or was never applicable") | not affected |
//!
//! Quirks: `less than or equal` bounds what is affected and names no fix. A second test, `greater
//! than`, may bound the affected versions from below. An EVR may have a space behind its epoch.

use plimsoll_version::Distribution;

use super::facts::{Ask, facts};
use super::tell::each_definition;
use super::{Definition, Document};
use crate::feed::identifier::is_cve;
use crate::feed::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Affected, Range, Severity, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(in crate::feed) static AZURE: Publisher = Publisher {
    id: "azure",
    name: "Azure Linux Vulnerability Data",
    url: "https://github.com/microsoft/AzureLinuxVulnerabilityData",
    license: "MIT",
};

pub(in crate::feed) fn recognises(path: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions") && release(file_name(path)).is_some()
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let Some(namespace) = release(file_name(file.path)) else {
        return Speaker::new(sink, &AZURE, file).rejected("", "the file's name says no release");
    };
    let source = AZURE.declare(sink);
    sink.covers(source, &namespace);
    each_definition(file, bytes, &AZURE, sink, |definition, document, speaker| {
        tell(definition, document, &namespace, speaker)
    });
}

/// `azurelinux:3.0` for `azurelinux-3.0-oval.xml`, also with other words around the number.
fn release(name: &str) -> Option<String> {
    let starts = [
        ("azurelinux-", Distribution::AzureLinux),
        ("azure-linux-", Distribution::AzureLinux),
        ("cbl-mariner-", Distribution::Mariner),
        ("mariner-", Distribution::Mariner),
    ];
    let (rest, distribution) = starts
        .iter()
        .find_map(|(start, distribution)| Some((name.strip_prefix(start)?, *distribution)))?;
    let plain = |version: &&str| {
        version.contains('.') && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    rest.split('-').find(plain).map(|version| distribution.namespace(version))
}

fn tell(
    definition: &Definition,
    document: &Document,
    namespace: &str,
    speaker: &mut Speaker,
) -> Result<Fate, String> {
    let reference = definition.references.first().ok_or("no reference")?;
    if !is_cve(&reference.id) {
        return Err(format!("{:?} is no CVE", reference.id));
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
        vulnerability: reference.id.clone(),
        raw_status: (definition.patchable != "true").then(|| definition.patchable.clone()),
        ranges,
        severity,
        ..Affected::with_status(status)
    });
    speaker.vulnerability(Vulnerability {
        id: reference.id.clone(),
        references: Some(&reference.url)
            .filter(|link| !link.is_empty())
            .cloned()
            .into_iter()
            .collect(),
        severity,
        ..Vulnerability::default()
    });
    Ok(Fate::Kept)
}

/// The package that all tests of a definition are about, and the versions that they let through.
fn affected_range<'d>(
    definition: &'d Definition,
    document: &'d Document,
) -> Result<(&'d str, Range), String> {
    let (facts, wrong) = facts(definition, document);
    if let Some(reason) = wrong.into_iter().next() {
        return Err(reason);
    }
    let (fact, others) = facts.split_first().ok_or("no test")?;
    if !others.is_empty() {
        return Err("the tests are about several packages".to_owned());
    }
    match &fact.ask {
        Ask::Within(range) if range.fixed.is_some() || range.last_affected.is_some() => {
            Ok((fact.package, range.clone()))
        }
        _ => Err("no test bounds the affected versions from above".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::read as read_file;
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
        assert_eq!(range.after.as_deref(), Some("0:0.15.0-5.azl3"));
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
