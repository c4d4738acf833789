//! What the licences of an inventory ask for.

use plimsoll_advisory::model::Severity;
use plimsoll_inventory::Inventory;
use plimsoll_license::{Category, Policy, normalize};

/// One licence of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseFinding {
    /// Index into [`Inventory::packages`].
    pub package: usize,
    /// An SPDX expression, or the licence as stated where it is none.
    pub name: String,
    /// What it asks for.
    pub category: Category,
}

impl LicenseFinding {
    /// How severe that is, by Trivy's scale.
    pub fn severity(&self) -> Severity {
        match self.category {
            Category::Forbidden => Severity::Critical,
            Category::Restricted => Severity::High,
            Category::Reciprocal => Severity::Medium,
            Category::Notice | Category::Permissive | Category::Unencumbered => Severity::Low,
            Category::Unknown => Severity::Unknown,
        }
    }
}

/// The licences of all packages, in their order, without those that the policy ignores.
///
/// A package that states several has to be used under all of them; one that offers a choice has one
/// finding for the choice.
pub fn license_findings(inventory: &Inventory, policy: &Policy) -> Vec<LicenseFinding> {
    let mut findings: Vec<LicenseFinding> = Vec::new();
    for (index, package) in inventory.packages.iter().enumerate() {
        let first = findings.len();
        for stated in &package.licenses {
            let found = normalize(stated);
            let names = match found.expression {
                Some(expression) => vec![expression],
                None => found.ids,
            };
            for name in names {
                let known = findings.get(first..).unwrap_or_default();
                if policy.ignores(&name) || known.iter().any(|one| one.name == name) {
                    continue;
                }
                let category = policy.category(&name);
                findings.push(LicenseFinding { package: index, name, category });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_licence_is_one_finding() {
        let mut inventory = sample::report().inventory;
        inventory.packages[1].licenses =
            ["GPL-2", "MIT", "mit", "BSD and our own", "ISC"].map(str::to_owned).to_vec();
        let policy = Policy { ignored: vec!["ISC".to_owned()], ..Policy::default() };
        let findings = license_findings(&inventory, &policy);
        let found: Vec<_> =
            findings.iter().map(|one| (one.name.as_str(), one.severity().word())).collect();
        assert_eq!(
            found,
            [("GPL-2.0-only", "HIGH"), ("MIT", "LOW"), ("BSD", "LOW"), ("our own", "UNKNOWN")]
        );
        assert!(findings.iter().all(|one| one.package == 1));
    }
}
