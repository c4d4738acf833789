//! Whether a file is an OSV record, by its beginning.
//!
//! Any order of keys is seen, and texts of thousands of bytes stand before the telling ones, so
//! that the outermost keys are looked at and nothing else.

/// Keys of the outermost object, of OSV schema 1.7.
const KEYS: &[&str] = &[
    "schema_version",
    "id",
    "modified",
    "published",
    "withdrawn",
    "aliases",
    "upstream",
    "related",
    "summary",
    "details",
    "severity",
    "affected",
    "references",
    "credits",
    "database_specific",
    // Not in the schema, and in some records: of Go's first year, and others.
    "ecosystem_specific",
    "module",
];

/// More keys than a record has.
const MOST_KEYS: usize = 32;

/// Whether the keys that were seen, of which the last may be cut, are those of a record.
fn are_of_a_record(keys: &[&str], head: &[u8]) -> bool {
    let has = |key| keys.contains(&key);
    if !keys.iter().all(|key| KEYS.contains(key)) {
        // What a later schema adds, it says.
        return has("schema_version") && has("id") && has("modified");
    }
    let named = has("id") && (has("modified") || has("affected"));
    let begins_with_packages =
        keys.first() == Some(&"affected") && super::super::contains(head, "\"ecosystem\"");
    has("schema_version") && (has("id") || has("affected")) || named || begins_with_packages
}

pub(super) fn is_json(head: &[u8]) -> bool {
    are_of_a_record(&outermost_keys(head), head)
}

/// Keys of the outermost object, as far as the bytes reach. Nothing of what is no object.
fn outermost_keys(head: &[u8]) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut depth = 0_u32;
    let mut at = 0;
    while let Some(&byte) = head.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => break,
            },
            b'"' => {
                let Some(end) = end_of_text(head, at + 1) else { break };
                let after = head[end + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
                if depth == 1 && after == Some(&b':') {
                    keys.push(std::str::from_utf8(&head[at + 1..end]).unwrap_or(""));
                    if keys.len() == MOST_KEYS {
                        break;
                    }
                }
                at = end;
            }
            // The outermost value is no object.
            _ if depth == 0 && !byte.is_ascii_whitespace() => break,
            _ => {}
        }
        at += 1;
    }
    if head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') { keys } else { vec![] }
}

/// Where the text ends that begins here.
fn end_of_text(head: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match head.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The same for YAML in block style, as all such records are written.
pub(super) fn is_yaml(head: &[u8]) -> bool {
    let keys: Vec<&str> = head
        .split(|byte| *byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok())
        .filter(|line| line.starts_with(|sign: char| sign.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(':').map(|(key, _)| key))
        .take(MOST_KEYS)
        .collect();
    // Without a second telling key, `id` and `affected` may be anybody's.
    keys.iter().all(|key| KEYS.contains(key))
        && (keys.contains(&"id") || keys.contains(&"affected"))
        && ["modified", "affected", "schema_version", "details"]
            .iter()
            .filter(|key| keys.contains(*key))
            .count()
            >= if keys.contains(&"id") { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_known_by_their_outermost_keys() {
        for head in [
            r#"{"schema_version":"1.7.0","id":"GO-2024-1","modified":"2024"#,
            r#"{ "id": "X-1", "affected": [ {"package": {"name": "dataType"#,
            r#"{"modified":"2024-01-01T00:00:00Z","published":"x","id":"MAL-2024-1","details":"{"#,
            r#"{"affected":[{"package":{"ecosystem":"Photon OS:4.0","name":"linux"}"#,
            r#"{"affected":[{"package":{"ecosystem":"npm"}}],"aliases":[],"details":"lo"#,
            r#"{"schema_version":"1.9.0","new":{},"id":"A-1","modified":"x"}"#,
        ] {
            assert!(is_json(head.as_bytes()), "{head}");
        }
        for head in [
            r#"{"dataType":"CVE_RECORD","id":"x","modified":"y"}"#,
            r#"{"document":{"id":"a","modified":"b","affected":[]}}"#,
            r#"[{"id":"A-1","modified":"x","affected":[]}]"#,
            r#"{"id":"ALSA-1","issued_date":1,"affected":[]}"#,
            r#"{"id":"A-1","text":"\"modified\":"}"#,
            r#"{"affected":[{"cpe":"x"}"#,
            "id: A-1",
            "",
            "}}",
        ] {
            assert!(!is_json(head.as_bytes()), "{head}");
        }
    }

    #[test]
    fn yaml_is_known_by_its_first_column() {
        assert!(is_yaml(
            b"id: PYSEC-1\nmodified: 2024\ndetails: a\n  b: c\naffected:\n- package:\n"
        ));
        assert!(is_yaml(b"affected:\n- package:\n    x: y\ndetails: |\n  text\n"));
        assert!(!is_yaml(b"id: GO-1\nmodules:\n    - module: std\n"));
        assert!(!is_yaml(b"id: GO-1\nexcluded: WITHDRAWN\nmodified: x\n"));
        assert!(!is_yaml(b"identifier: CVE-1\npackage_slug: go/x\naffected_range: x\n"));
        assert!(!is_yaml(b"title: x\nid: y\n"));
    }
}
