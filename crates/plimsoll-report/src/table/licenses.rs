//! Licences for people: what asks for something comes first.

use std::collections::BTreeMap;

use plimsoll_license::Category;

use super::Detail;
use super::paint::{Page, Tone, count};
use crate::{LicenseFinding, Report, text};

/// Names of packages behind each licence; the others are counted.
const NAMES: usize = 5;

pub(super) fn write(page: &mut Page, report: &Report, detail: Detail) {
    let Some(findings) = &report.license_findings else { return };
    page.blank();
    let mut by_category: BTreeMap<Category, Vec<&LicenseFinding>> = BTreeMap::new();
    for finding in findings {
        by_category.entry(finding.category).or_default().push(finding);
    }
    if by_category.is_empty() {
        page.paragraph("Licences    ", Tone::Plain, "no package states any", Tone::Plain);
        return;
    }
    let words = by_category.iter().map(|(category, found)| {
        format!("{} {} ({})", found.len(), category.word(), category.severity_word())
    });
    let summary = words.collect::<Vec<_>>().join(", ");
    page.paragraph("Licences    ", Tone::Plain, &summary, Tone::Plain);
    for (category, found) in &by_category {
        let is_listed = detail == Detail::All || *category <= Category::Restricted;
        if !is_listed {
            continue;
        }
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for finding in found {
            let package = report.inventory.packages.get(finding.package);
            let names = by_name.entry(&finding.name).or_default();
            names.extend(package.map(|package| package.name.as_str()));
        }
        for (license, mut names) in by_name {
            names.dedup();
            let mut shown = names
                .iter()
                .take(NAMES)
                .map(|name| text::clean(name))
                .collect::<Vec<_>>()
                .join(", ");
            if names.len() > NAMES {
                shown = format!("{shown} and {}", count(names.len() - NAMES, "other package"));
            }
            let line = format!("{}: {shown}", text::clean(license));
            let label = text::fit(category.word(), 12);
            page.paragraph(&label, Tone::of(found_severity(found)), &line, Tone::Plain);
        }
    }
}

fn found_severity(found: &[&LicenseFinding]) -> plimsoll_advisory::model::Severity {
    found.first().map(|finding| finding.severity()).unwrap_or_default()
}
