//! Homebrew: `Cellar/NAME/VERSION/INSTALL_RECEIPT.json`, which Homebrew writes for everything that
//! it installs (<https://docs.brew.sh/Formula-Cookbook#homebrew-terminology>), with the formula that
//! was used beside it in `.brew/`.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use crate::raw_json::Members;
use crate::{Component, Evidence, Extractor, Files, Input, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "homebrew-receipt",
        ecosystem: Ecosystem::Generic,
        type_name: "homebrew",
        evidence: Evidence::Installed,
        files: &["Cellar/*/*/INSTALL_RECEIPT.json"],
        limit: 4 << 20,
        parser: Parser::WithOthers(parse),
        defined_by: "https://docs.brew.sh/Formula-Cookbook",
    },
    Extractor {
        id: "homebrew-formula",
        ecosystem: Ecosystem::Generic,
        type_name: "homebrew",
        evidence: Evidence::Installed,
        files: &["Cellar/*/*/.brew/*.rb"],
        limit: 1 << 20,
        parser: Parser::Companion,
        defined_by: "https://docs.brew.sh/Formula-Cookbook",
    },
];

/// Reads a receipt: the directories have name and version, where `_1` behind the version counts
/// builds of Homebrew's own; `@1.1` behind a name tells formulae of one software apart.
fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let mut directories = input.directory().rsplit('/');
    let (Some(directory), Some(formula)) = (directories.next(), directories.next()) else {
        return parsed;
    };
    let receipt = input.text().and_then(|text| Members::read(text).map_err(|e| e.to_string()));
    let receipt = match receipt {
        Ok(receipt) => receipt,
        Err(error) => {
            // The directories alone prove it.
            parsed.problem(ProblemKind::Malformed, error);
            Members::default()
        }
    };
    let source = receipt.inner("source");
    let is_head = directory.starts_with("HEAD");
    let stable = source.inner("versions").text("stable").filter(|stable| {
        !is_head && directory.strip_prefix(stable.as_str()).is_some_and(is_revision)
    });
    let version = stable.unwrap_or_else(|| without_revision(directory).to_owned());
    let name = formula.split('@').next().unwrap_or(formula);
    let mut component = Component::new(Ecosystem::Generic, name, version);
    if is_head {
        component.doubt = Some(format!("built from {directory}, not from a release"));
        component.version.clear();
    }
    let formula = files.content(&input.beside(&format!(".brew/{formula}.rb")));
    let text = formula.map(String::from_utf8_lossy).unwrap_or_default();
    component.licenses.extend(text.lines().find_map(license).map(str::to_owned));
    parsed.add(component);
    parsed
}

fn is_revision(rest: &str) -> bool {
    rest.is_empty()
        || rest.strip_prefix('_').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

fn without_revision(version: &str) -> &str {
    match version.rsplit_once('_') {
        Some((before, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => version,
    }
}

/// Of `license "MIT"` the text; `any_of` and the like go over several lines and are left.
fn license(line: &str) -> Option<&str> {
    line.trim().strip_prefix("license \"")?.strip_suffix('"').filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_homebrews_own() {
        assert_eq!(without_revision("3.1.0_2"), "3.1.0");
        assert_eq!(without_revision("2021_a"), "2021_a");
        assert!(is_revision("_2") && !is_revision("b_2"));
        assert_eq!(license("  license \"MIT\""), Some("MIT"));
        assert_eq!(license("  license any_of: [\"MIT\""), None);
    }
}
