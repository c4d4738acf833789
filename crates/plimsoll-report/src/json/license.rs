//! Results of class `license`.

use std::collections::BTreeMap;

use plimsoll_inventory::{Evidence, Package, extractor};
use serde::Serialize;

use super::PartResult;
use crate::{LicenseFinding, Report};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct License<'a> {
    severity: &'static str,
    category: &'static str,
    pkg_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    file_path: &'a str,
    name: &'a str,
    /// Stated by the package, not guessed from a text.
    confidence: u8,
    #[serde(skip_serializing_if = "String::is_empty")]
    link: String,
}

/// One result for each target, the operating system's packages first.
pub(super) fn results(report: &Report) -> Vec<PartResult<'_>> {
    let Some(findings) = &report.license_findings else { return Vec::new() };
    let mut targets: BTreeMap<(bool, String), Vec<License<'_>>> = BTreeMap::new();
    for finding in findings {
        let Some(package) = report.inventory.packages.get(finding.package) else { continue };
        let key = (package.library.is_some(), target(package));
        targets.entry(key).or_default().push(License::of(finding, package));
    }
    let mut results = Vec::new();
    for ((_, target), mut licenses) in targets {
        licenses
            .sort_by(|left, right| (left.pkg_name, left.name).cmp(&(right.pkg_name, right.name)));
        results.push(PartResult {
            target,
            class: "license",
            kind: "",
            packages: Vec::new(),
            vulnerabilities: Vec::new(),
            licenses,
        });
    }
    results
}

/// Trivy's words: what is installed stands together by its language, what is locked by its file.
fn target(package: &Package) -> String {
    let Some(library) = &package.library else { return "OS Packages".to_owned() };
    let row = extractor(&library.extractor);
    let word = match row.map(|row| (row.evidence, row.type_name)) {
        Some((Evidence::Locked, _)) => return library.file.clone(),
        Some((_, "python-pkg")) => "Python",
        Some((_, "node-pkg")) => "Node.js",
        Some((_, "jar")) => "Java",
        Some((_, "gemspec")) => "Ruby",
        Some((_, "conda-pkg")) => "Conda",
        Some((Evidence::Listed, _)) | None => library.ecosystem.name(),
        Some(_) => return library.file.clone(),
    };
    word.to_owned()
}

impl<'a> License<'a> {
    fn of(finding: &'a LicenseFinding, package: &'a Package) -> License<'a> {
        let is_identifier =
            !finding.name.contains(' ') && finding.category != plimsoll_license::Category::Unknown;
        let link = match is_identifier
            && plimsoll_license::normalize(&finding.name).expression.is_some()
        {
            true => format!("https://spdx.org/licenses/{}.html", finding.name),
            false => String::new(),
        };
        License {
            severity: finding.category.severity_word(),
            category: finding.category.word(),
            pkg_name: &package.name,
            file_path: if package.library.is_some() { &package.found_in.path } else { "" },
            name: &finding.name,
            confidence: 1,
            link,
        }
    }
}
