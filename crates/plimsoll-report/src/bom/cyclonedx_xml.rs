//! CycloneDX 1.6 as XML, <https://cyclonedx.org/docs/1.6/xml/>. Elements stand in the order that the
//! schema wants.

use std::io::{self, Write};

use super::cyclonedx::{self, Component, License, LicenseName, VERSION};
use super::vulnerability::{Vulnerability, moment, vulnerabilities, weaknesses};
use super::{Document, Naming, only_one};
use crate::{Report, Texts};

/// A document that is being written.
#[derive(Default)]
struct Page {
    text: String,
    open: Vec<&'static str>,
}

impl Page {
    fn indent(&mut self) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.open.len()));
    }

    fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.start(name, attributes, ">");
        self.open.push(name);
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            escape(&mut self.text, value);
            self.text.push('"');
        }
        self.text.push_str(end);
    }

    fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// An element with a text, unless that is empty.
    fn leaf(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.leaf_with(name, &[], text);
        }
    }

    fn leaf_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.start(name, attributes, ">");
        escape(&mut self.text, text);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes, "/>");
    }
}

/// Characters that XML cannot hold, not even escaped, are left out.
fn escape(out: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(sign),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(sign),
        }
    }
}

/// Writes the one report.
pub(crate) fn write(out: &mut dyn Write, reports: &[Report], texts: Texts<'_>) -> io::Result<()> {
    let report = only_one(reports)?;
    let document = Document::of(report, Naming::Purl);
    let mut page =
        Page { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned(), ..Page::default() };
    let namespace = format!("http://cyclonedx.org/schema/bom/{VERSION}");
    let serial = format!("urn:uuid:{}", document.uuid);
    page.open("bom", &[("xmlns", &namespace), ("serialNumber", &serial), ("version", "1")]);
    page.open("metadata", &[]);
    page.leaf("timestamp", moment(Some(&report.created_at)).unwrap_or_default());
    page.open("tools", &[]);
    page.open("components", &[]);
    page.open("component", &[("type", "application")]);
    page.leaf("name", "plimsoll");
    page.leaf("version", &report.tool_version);
    for _ in 0..3 {
        page.close();
    }
    component(&mut page, &cyclonedx::root(&document));
    page.close();
    page.open("components", &[]);
    for one in cyclonedx::components(&document) {
        component(&mut page, &one);
    }
    page.close();
    page.open("dependencies", &[]);
    for one in cyclonedx::dependencies(&document) {
        if one.depends_on.is_empty() {
            page.empty("dependency", &[("ref", &one.r#ref)]);
            continue;
        }
        page.open("dependency", &[("ref", &one.r#ref)]);
        for needed in &one.depends_on {
            page.empty("dependency", &[("ref", needed)]);
        }
        page.close();
    }
    page.close();
    let found = vulnerabilities(&document, texts);
    if !found.is_empty() {
        page.open("vulnerabilities", &[]);
        for one in &found {
            vulnerability(&mut page, one);
        }
        page.close();
    }
    page.close();
    page.text.push('\n');
    out.write_all(page.text.as_bytes())
}

fn component(page: &mut Page, one: &Component) {
    page.open("component", &[("type", one.r#type), ("bom-ref", &one.bom_ref)]);
    if let Some(supplier) = &one.supplier {
        page.open("supplier", &[]);
        page.leaf("name", &supplier.name);
        page.close();
    }
    page.leaf("group", &one.group);
    page.leaf_with("name", &[], &one.name);
    page.leaf("version", &one.version);
    page.leaf("scope", one.scope.unwrap_or_default());
    if !one.hashes.is_empty() {
        page.open("hashes", &[]);
        for hash in &one.hashes {
            page.leaf_with("hash", &[("alg", hash.alg)], &hash.content);
        }
        page.close();
    }
    if !one.licenses.is_empty() {
        page.open("licenses", &[]);
        for license in &one.licenses {
            let (element, text) = match license {
                License::Expression(text) => {
                    page.leaf("expression", text);
                    continue;
                }
                License::License(LicenseName::Id(text)) => ("id", text),
                License::License(LicenseName::Name(text)) => ("name", text),
            };
            page.open("license", &[]);
            page.leaf(element, text);
            page.close();
        }
        page.close();
    }
    page.leaf("cpe", one.cpe.as_deref().unwrap_or_default());
    page.leaf("purl", one.purl.as_deref().unwrap_or_default());
    if !one.properties.is_empty() {
        page.open("properties", &[]);
        for property in &one.properties {
            page.leaf_with("property", &[("name", property.name)], &property.value);
        }
        page.close();
    }
    if let Some(evidence) = &one.evidence {
        page.open("evidence", &[]);
        page.open("occurrences", &[]);
        for occurrence in &evidence.occurrences {
            page.open("occurrence", &[]);
            page.leaf("location", &occurrence.location);
            if let Some(line) = occurrence.line {
                page.leaf("line", &line.to_string());
            }
            page.close();
        }
        page.close();
        page.close();
    }
    page.close();
}

fn source(page: &mut Page, name: &str, url: &str) {
    page.open("source", &[]);
    page.leaf("name", name);
    page.leaf("url", url);
    page.close();
}

fn vulnerability(page: &mut Page, one: &Vulnerability<'_>) {
    page.open("vulnerability", &[]);
    page.leaf("id", one.id);
    source(page, &one.finding.source.id, &one.url);
    if !one.finding.aliases.is_empty() {
        page.open("references", &[]);
        for alias in &one.finding.aliases {
            page.open("reference", &[]);
            page.leaf("id", alias);
            source(page, &one.finding.source.id, &one.finding.source.url);
            page.close();
        }
        page.close();
    }
    if !one.ratings.is_empty() {
        page.open("ratings", &[]);
        for rating in &one.ratings {
            page.open("rating", &[]);
            source(page, &rating.source, "");
            page.leaf("score", &rating.score.map(|score| score.to_string()).unwrap_or_default());
            page.leaf("severity", rating.severity.unwrap_or_default());
            page.leaf("method", rating.method.unwrap_or_default());
            page.leaf("vector", rating.vector.as_deref().unwrap_or_default());
            page.close();
        }
        page.close();
    }
    let weaknesses = weaknesses(&one.text);
    if !weaknesses.is_empty() {
        page.open("cwes", &[]);
        for number in weaknesses {
            page.leaf("cwe", &number.to_string());
        }
        page.close();
    }
    let description = match one.text.description.as_str() {
        "" => &one.text.title,
        description => description,
    };
    page.leaf("description", description);
    page.leaf("recommendation", one.recommendation.as_deref().unwrap_or_default());
    if !one.text.references.is_empty() {
        page.open("advisories", &[]);
        for url in &one.text.references {
            page.open("advisory", &[]);
            page.leaf("url", url);
            page.close();
        }
        page.close();
    }
    page.leaf("published", moment(one.text.published.as_deref()).unwrap_or_default());
    page.leaf("updated", moment(one.text.modified.as_deref()).unwrap_or_default());
    page.open("affects", &[]);
    for (reference, version) in &one.affects {
        page.open("target", &[]);
        page.leaf("ref", reference);
        page.open("versions", &[]);
        page.open("version", &[]);
        page.leaf("version", version);
        page.leaf("status", "affected");
        for _ in 0..3 {
            page.close();
        }
    }
    page.close();
    page.close();
}
