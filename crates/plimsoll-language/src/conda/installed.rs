//! `conda-meta/*.json`: one record for each package of an environment.

use std::collections::BTreeMap;

use plimsoll_version::Ecosystem;
use serde_json::value::RawValue;

use crate::{Component, Input, Parsed, ProblemKind, Relationship};

/// Reads a record. That of a Python package stands beside the metadata that proves the package of
/// PyPI; conda's own has a version of conda's.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    // Lists of thousands of files stand beside what is wanted; they stay as they are.
    let record: BTreeMap<String, &RawValue> = match serde_json::from_slice(input.content) {
        Ok(record) => record,
        Err(error) => {
            let message = format!("the record is no JSON object: {error}");
            parsed.problem(ProblemKind::Malformed, message);
            return parsed;
        }
    };
    let text = |key: &str| {
        let text = serde_json::from_str::<serde_json::Value>(record.get(key)?.get()).ok()?;
        let text = match text {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let (Some(name), Some(version)) = (text("name"), text("version")) else {
        // Tools keep notes of their own there.
        if record.contains_key("build_number") || record.contains_key("files") {
            parsed.problem(ProblemKind::Malformed, "the record has no name or no version");
        }
        return parsed;
    };
    let mut component = Component::new(Ecosystem::Conda, name, version);
    component.licenses.extend(text("license"));
    for function in ["md5", "sha256"] {
        component.digests.extend(text(function).map(|digits| format!("{function}:{digits}")));
    }
    let asked = record.get("requested_specs").is_some_and(|specs| specs.get().contains('"'));
    if asked || text("requested_spec").is_some_and(|spec| spec != "None") {
        component.relationship = Relationship::Direct;
    }
    parsed.add(component);
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str) -> Parsed<Vec<Component>> {
        parse(Input { path: "opt/conda/conda-meta/a-1-0.json", content: content.as_bytes() })
    }

    #[test]
    fn odd_records_are_read() {
        let parsed = read(r#"{"name": "a", "version": 1.0, "license": null, "files": [1]}"#);
        assert_eq!(parsed.value.first().unwrap().id(), "a@1.0");
        assert_eq!(read(r#"{"version": 1}"#), Parsed::clean(Vec::new()));
        assert_eq!(read(r#"{"name": "a", "files": []}"#).problems.len(), 1);
    }
}
