//! Safetensors: a JSON object in front of the tensors, in which `__metadata__` comes first.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{component, is_later_part, is_pointer};
use crate::{Component, Input, Parsed, ProblemKind};

/// Reads the beginning of a file. What it says of itself is any map of texts; some follow the
/// [model metadata standard][spec].
///
/// [spec]: https://github.com/Stability-AI/ModelSpec
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if is_pointer(input.content) {
        return parsed;
    }
    let Some(header) = input.content.get(8..).filter(|header| header.starts_with(b"{")) else {
        parsed.problem(ProblemKind::Malformed, "the file does not begin like a safetensors file");
        return parsed;
    };
    if is_later_part(input) {
        return parsed;
    }
    let said = metadata(header).unwrap_or_default();
    let text = |key: &str| {
        let text = said.get(key).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty())
    };
    let mut found = component(input, text("modelspec.title"), text("modelspec.version"));
    found.licenses.extend(text("modelspec.license").map(str::to_owned));
    parsed.add(found);
    parsed
}

fn metadata(header: &[u8]) -> Option<BTreeMap<String, Value>> {
    let rest = header.get(1..)?.trim_ascii_start().strip_prefix(b"\"__metadata__\"")?;
    let rest = rest.trim_ascii_start().strip_prefix(b":")?;
    // The tensors follow, of which only some are here.
    serde_json::Deserializer::from_slice(rest).into_iter().next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, header: &str) -> Parsed<Vec<Component>> {
        let mut content = 4000u64.to_le_bytes().to_vec();
        content.extend_from_slice(header.as_bytes());
        parse(Input { path, content: &content })
    }

    #[test]
    fn names_come_from_the_metadata_or_the_path() {
        for (path, header, expected) in [
            ("a.safetensors", r#"{"__metadata__":{"modelspec.title":"T","x":1},"w":{"dt"#, "T@"),
            ("b/a.safetensors", r#"{"__metadata__":{"format":"pt"},"w"#, "a@"),
            ("b/model.safetensors", r#"{"w":{"dtype":"F16"#, "b@"),
            ("b/model-00001-of-00002.safetensors", r#"{"__metadata__":{"for"#, "b@"),
        ] {
            assert_eq!(read(path, header).value.first().unwrap().id(), expected, "{path}");
        }
        assert!(read("model-00002-of-00002.safetensors", "{").value.is_empty());
        assert_eq!(read("a.safetensors", "no JSON").problems.len(), 1);
    }
}
