//! Why a package is there: who needs it, who needs those, and so on up to the project.
//!
//! Only what one file says is followed. A file may say anything, so the tree has limits: what needs
//! itself is shown once, and long or deep trees are cut with a mark.

use std::collections::{HashMap, HashSet};

use plimsoll_inventory::{Package, Relationship};

use crate::Report;

/// A tree of more lines answers no question.
const MOST_LINES: usize = 24;

/// Deeper than the chains of real projects.
const DEEPEST: usize = 16;

/// Who needs whom, of all files.
pub(crate) struct Needs<'r> {
    report: &'r Report,
    /// Packages that need one, by file and `name@version` of that one.
    by: HashMap<(&'r str, &'r str), Vec<usize>>,
}

/// The tree above a package, by its index in the inventory: one line for each package, without the
/// package itself. There are none where the file says nothing of dependencies.
pub fn dependency_tree(report: &Report, package: usize) -> Vec<String> {
    Needs::of(report).tree(package)
}

impl<'r> Needs<'r> {
    pub(crate) fn of(report: &'r Report) -> Needs<'r> {
        let mut by: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (index, package) in report.inventory.packages.iter().enumerate() {
            let Some(library) = &package.library else { continue };
            for needed in &library.depends_on {
                by.entry((&library.file, needed)).or_default().push(index);
            }
        }
        Needs { report, by }
    }

    pub(crate) fn tree(&self, package: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut shown = HashSet::from([package]);
        self.grow(package, "", &mut shown, &mut lines);
        lines
    }

    fn grow(
        &self,
        package: usize,
        margin: &str,
        shown: &mut HashSet<usize>,
        lines: &mut Vec<String>,
    ) {
        let parents = self.parents(package);
        for (place, &parent) in parents.iter().enumerate() {
            if lines.len() >= MOST_LINES {
                // Each level that was cut ends here, so one mark is enough.
                if !lines.last().is_some_and(|line| line.ends_with('…')) {
                    lines.push(format!("{margin}└── …"));
                }
                return;
            }
            let is_last = place + 1 == parents.len();
            let (branch, below) =
                if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
            let Some(found) = self.report.inventory.packages.get(parent) else { continue };
            let is_new = shown.insert(parent);
            let again = if is_new || self.parents(parent).is_empty() { "" } else { " (see above)" };
            lines.push(format!("{margin}{branch}{}{again}", label(found)));
            // Four columns for each level.
            if !is_new {
                continue;
            }
            let margin = format!("{margin}{below}");
            if margin.chars().count() < DEEPEST * 4 {
                self.grow(parent, &margin, shown, lines);
            } else if !self.parents(parent).is_empty() {
                lines.push(format!("{margin}└── …"));
            }
        }
    }

    fn parents(&self, package: usize) -> Vec<usize> {
        let Some(found) = self.report.inventory.packages.get(package) else { return Vec::new() };
        let Some(library) = &found.library else { return Vec::new() };
        let id = format!("{}@{}", found.name, found.version);
        self.by.get(&(library.file.as_str(), id.as_str())).cloned().unwrap_or_default()
    }
}

/// `async@2.6.0 (direct, dev)`.
fn label(package: &Package) -> String {
    let words = words(package);
    let words = if words.is_empty() { words } else { format!(" ({words})") };
    let at = if package.version.is_empty() { "" } else { "@" };
    format!("{}{at}{}{words}", package.name, package.version)
}

/// `direct, dev`: how a package is related to its project, as far as that is known.
pub(crate) fn words(package: &Package) -> String {
    let Some(library) = &package.library else { return String::new() };
    let mut words = Vec::new();
    if library.relationship != Relationship::Unknown {
        words.push(library.relationship.word());
    }
    if library.dev {
        words.push("dev");
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// `a → b c` for each package: what it needs.
    fn report(needs: &[(&str, &[&str])]) -> Report {
        let mut report = sample::bare();
        report.inventory.packages = needs
            .iter()
            .map(|(name, needed)| {
                let mut package = sample::npm(name, "1.0.0");
                let library = package.library.as_mut().unwrap();
                library.depends_on = needed.iter().map(|name| format!("{name}@1.0.0")).collect();
                package
            })
            .collect();
        report
    }

    #[test]
    fn a_tree_leads_up_to_the_project() {
        let mut report = report(&[
            ("shop", &["async", "grunt"]),
            ("async", &["lodash"]),
            ("grunt", &["lodash"]),
            ("lodash", &[]),
        ]);
        for (index, relationship) in [(0, Relationship::Root), (1, Relationship::Direct)] {
            report.inventory.packages[index].library.as_mut().unwrap().relationship = relationship;
        }
        report.inventory.packages[2].library.as_mut().unwrap().dev = true;
        assert_eq!(
            dependency_tree(&report, 3),
            [
                "├── async@1.0.0 (direct)",
                "│   └── shop@1.0.0 (root)",
                "└── grunt@1.0.0 (dev)",
                "    └── shop@1.0.0 (root)",
            ]
        );
        assert!(dependency_tree(&report, 0).is_empty());
        assert!(dependency_tree(&report, 99).is_empty());
        // Another file says nothing about this one.
        report.inventory.packages[1].library.as_mut().unwrap().file = "other".to_owned();
        assert_eq!(dependency_tree(&report, 3).len(), 2);
    }

    #[test]
    fn circles_end_and_large_trees_are_cut() {
        let circle = report(&[("a", &["b"]), ("b", &["c"]), ("c", &["a", "c"])]);
        assert_eq!(
            dependency_tree(&circle, 0),
            [
                "└── c@1.0.0",
                "    ├── b@1.0.0",
                "    │   └── a@1.0.0 (see above)",
                "    └── c@1.0.0 (see above)"
            ]
        );
        let names: Vec<String> = (0..3000).map(|number| format!("p{number}")).collect();
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let wide: Vec<(&str, &[&str])> = all.iter().map(|name| (*name, &["leaf"][..])).collect();
        let mut wide_report = report(&wide);
        wide_report.inventory.packages.push(sample::npm("leaf", "1.0.0"));
        let lines = dependency_tree(&wide_report, 3000);
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (MOST_LINES + 1, "└── …"));
        let chain: Vec<(&str, &[&str])> =
            all.windows(2).map(|pair| (pair[0], &pair[1..])).collect();
        let deep = report(&chain);
        let lines = dependency_tree(&deep, 2998);
        assert!(
            lines.len() == DEEPEST + 1 && lines.last().unwrap().ends_with("└── …"),
            "{lines:?}"
        );
    }
}
