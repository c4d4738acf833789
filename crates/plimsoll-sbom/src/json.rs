//! Lenient access to JSON whose shape cannot be trusted.

use serde_json::Value;

/// The text at a key. Numbers and switches are texts too: some tools write versions so.
pub(crate) fn text(value: &Value, key: &str) -> String {
    as_text(value.get(key).unwrap_or(&Value::Null))
}

/// A value as text; empty for null, lists and objects.
pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(switch) => switch.to_string(),
        _ => String::new(),
    }
}

/// The text at a key, if it says anything.
pub(crate) fn some(value: &Value, key: &str) -> Option<String> {
    Some(text(value, key)).filter(|text| !text.is_empty())
}

/// The items of the list at a key. A single item is a list of one.
pub(crate) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    match value.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}

/// The texts in the list at a key.
pub(crate) fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key).iter().map(as_text).filter(|text| !text.is_empty()).collect()
}

/// Whether the switch at a key is on.
pub(crate) fn is_true(value: &Value, key: &str) -> bool {
    text(value, key) == "true"
}

/// The number at a key.
pub(crate) fn number(value: &Value, key: &str) -> Option<u32> {
    text(value, key).parse().ok()
}
