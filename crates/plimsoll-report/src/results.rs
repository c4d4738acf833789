//! The parts of a report: the distribution's packages, then one part for each file or kind of file
//! that brought packages of languages.
//!
//! The division is Trivy's: a lock file or a program is a part by itself, while installed packages
//! of one kind (`site-packages`, `node_modules`, archives of Java) are one part together, in which
//! each package says its place.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plimsoll_inventory::{Library, Package, PackageKind, extractor};
use plimsoll_match::Finding;
use plimsoll_version::Ecosystem;

use crate::Report;

/// Kinds of installed packages that are one part together, and its name.
const AGGREGATES: [(&str, &str); 5] = [
    ("conda-pkg", "Conda"),
    ("gemspec", "Ruby"),
    ("jar", "Java"),
    ("node-pkg", "Node.js"),
    ("python-pkg", "Python"),
];

/// One part of a report.
#[derive(Debug)]
pub(crate) struct Part<'r> {
    pub(crate) kind: PartKind<'r>,
    /// The file or kind of file; empty for the distribution's packages.
    pub(crate) target: &'r str,
    /// Indices of the packages to list.
    pub(crate) packages: Vec<usize>,
    pub(crate) findings: Vec<&'r Finding>,
}

/// What the packages of a part are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartKind<'r> {
    /// The distribution's.
    System,
    /// A language's, with the word for the kind of file.
    Library(&'r str),
}

/// Divides a report: the distribution first, then by target.
pub(crate) fn parts(report: &Report) -> Vec<Part<'_>> {
    let packages = &report.inventory.packages;
    let mut kinds: HashMap<(&str, Ecosystem), &str> = HashMap::new();
    let with_findings: BTreeSet<usize> =
        report.outcome.findings.iter().map(|finding| finding.package).collect();
    let mut order: BTreeMap<(bool, &str, &str), Part<'_>> = BTreeMap::new();
    let mut keys = Vec::with_capacity(packages.len());
    for (index, package) in packages.iter().enumerate() {
        let key = match package.library.as_deref() {
            Some(library) if package.kind == PackageKind::Library => {
                let kind = *kinds
                    .entry((library.extractor.as_str(), library.ecosystem))
                    .or_insert_with(|| type_name(library));
                let aggregate = AGGREGATES.iter().find(|(name, _)| *name == kind);
                let target = aggregate.map_or(library.file.as_str(), |(_, target)| target);
                (true, target, kind)
            }
            _ => (false, "", ""),
        };
        keys.push(key);
        if !report.show_owned && is_owned(package) && !with_findings.contains(&index) {
            continue;
        }
        let part = order.entry(key).or_insert_with(|| Part {
            kind: if key.0 { PartKind::Library(key.2) } else { PartKind::System },
            target: key.1,
            packages: Vec::new(),
            findings: Vec::new(),
        });
        part.packages.push(index);
    }
    for finding in &report.outcome.findings {
        if let Some(part) = keys.get(finding.package).and_then(|key| order.get_mut(key)) {
            part.findings.push(finding);
        }
    }
    order.into_values().collect()
}

/// `Type` of the part that a package is in.
pub(crate) fn type_name(library: &Library) -> &'static str {
    let row = extractor(&library.extractor);
    row.map_or_else(|| library.ecosystem.id(), |row| row.type_name)
}

/// Whether a package of the distribution brought it.
pub(crate) fn is_owned(package: &Package) -> bool {
    package.library.as_ref().is_some_and(|library| library.owner.is_some())
}

/// The distribution's package that brought a package.
pub(crate) fn owner<'r>(report: &'r Report, package: &Package) -> Option<&'r Package> {
    let index = package.library.as_ref()?.owner?;
    report.inventory.packages.get(usize::try_from(index).ok()?)
}

/// The place of a package within its part, where the part does not say it.
pub(crate) fn path<'r>(package: &'r Package, part: &Part<'_>) -> Option<&'r str> {
    let path = package.found_in.path.as_str();
    (matches!(part.kind, PartKind::Library(_)) && path != part.target && !path.is_empty())
        .then_some(path)
}
