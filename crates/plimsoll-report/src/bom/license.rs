//! Licences in the forms that bills of materials allow.

use plimsoll_inventory::Package;
use plimsoll_license::{Normalized, normalize};

use crate::{identity, text};

/// One entry of CycloneDX's `licenses`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// An SPDX identifier.
    Id(String),
    /// Any other text.
    Name(String),
    /// An expression, which stands alone.
    Expression(String),
}

/// The licences of a package: identifiers and names side by side, or one expression.
pub(super) fn choices(package: &Package) -> Vec<Choice> {
    let found: Vec<Normalized> = package.licenses.iter().map(|stated| normalize(stated)).collect();
    let is_plain =
        |one: &Normalized| one.expression.as_ref().is_some_and(|text| !text.contains([' ', '+']));
    let all_known = found.iter().all(|one| one.expression.is_some());
    if all_known && !found.iter().all(is_plain) {
        let parts: Vec<&str> = found.iter().filter_map(|one| one.expression.as_deref()).collect();
        return vec![Choice::Expression(joined(&parts))];
    }
    let mut choices = Vec::new();
    for (one, stated) in found.iter().zip(&package.licenses) {
        let choice = match &one.expression {
            Some(id) if is_plain(one) && !id.contains("LicenseRef-") => Choice::Id(id.clone()),
            Some(expression) => Choice::Name(expression.clone()),
            None if stated.len() > 200 => Choice::Name(one.ids.join(", ")),
            None => Choice::Name(text::clean(stated)),
        };
        let is_empty = matches!(&choice, Choice::Name(name) if name.trim().is_empty());
        if !is_empty && !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    choices
}

/// A licence that SPDX has no identifier for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Other {
    pub(super) id: String,
    pub(super) name: String,
}

/// The licences of a package as one SPDX expression; what is not known gets an identifier of its
/// own, which is added to `others`. Nothing if the package states none.
pub(super) fn expression(package: &Package, others: &mut Vec<Other>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for stated in &package.licenses {
        let found = normalize(stated);
        let part = match found.expression {
            Some(expression) => expression,
            None => {
                let name = if stated.len() > 200 { found.ids.join(", ") } else { stated.clone() };
                let name = text::clean(&name);
                if name.trim().is_empty() {
                    continue;
                }
                let digits = identity::hash(&["license", &name]);
                let id = format!("LicenseRef-{}", digits.get(..16).unwrap_or(&digits));
                others.push(Other { id: id.clone(), name });
                id
            }
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    (!parts.is_empty()).then(|| joined(&parts))
}

/// All of them hold.
fn joined(parts: &[&str]) -> String {
    match parts {
        [one] => (*one).to_owned(),
        several => {
            let mut terms: Vec<String> = Vec::new();
            for part in several {
                let term =
                    if part.contains(" OR ") { format!("({part})") } else { (*part).to_owned() };
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
            terms.join(" AND ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn an_expression_stands_alone() {
        let with = |licenses: &[&str]| Package {
            licenses: licenses.iter().map(|text| (*text).to_owned()).collect(),
            ..sample::package("a", "1")
        };
        let id = |text: &str| Choice::Id(text.to_owned());
        let name = |text: &str| Choice::Name(text.to_owned());
        assert_eq!(choices(&with(&["MIT", "GPL-2"])), [id("MIT"), id("GPL-2.0-only")]);
        assert_eq!(
            choices(&with(&["MIT", "ISC OR Zlib"])),
            [Choice::Expression("MIT AND (ISC OR Zlib)".to_owned())]
        );
        assert_eq!(choices(&with(&["BSD", "ISC OR Zlib"])), [name("BSD"), name("ISC OR Zlib")]);
        assert_eq!(choices(&with(&["", " "])), []);
        let mut others = Vec::new();
        assert_eq!(expression(&with(&["MIT"]), &mut others).as_deref(), Some("MIT"));
        let own = expression(&with(&["MIT", "our own"]), &mut others).unwrap();
        assert!(own.starts_with("MIT AND LicenseRef-") && others[0].name == "our own");
        assert_eq!(expression(&with(&[]), &mut others), None);
    }
}
