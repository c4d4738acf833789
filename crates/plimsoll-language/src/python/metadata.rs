//! The header of [core metadata][format]: name, version and licence of a distribution.
//!
//! [format]: https://packaging.python.org/en/latest/specifications/core-metadata/

use std::borrow::Cow;

/// A licence field longer than this is a licence's text, not its name.
const MAX_LICENSE: usize = 200;

/// What a header says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// `Name`, unless it is missing or empty.
    pub(super) name: Option<String>,
    /// `Version`, likewise.
    pub(super) version: Option<String>,
    /// Licences: the expression, else the field, else the classifiers.
    pub(super) licenses: Vec<String>,
}

/// Reads the header; a description may follow in any encoding.
pub(super) fn parse(content: &[u8]) -> Metadata {
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    let mut metadata = Metadata::default();
    let (mut expression, mut license, mut classifiers) = (None, None, Vec::new());
    for (name, value) in fields(content) {
        let said = Some(value.trim()).filter(|text| !text.is_empty());
        let Some(said) = said else { continue };
        // What is said twice counts as said first, as Python's email parser has it.
        let field = match name.to_ascii_lowercase().as_str() {
            "name" => &mut metadata.name,
            "version" => &mut metadata.version,
            "license-expression" => &mut expression,
            // setuptools wrote this for whatever was left out.
            "license" if said != "UNKNOWN" => &mut license,
            "classifier" => {
                if let Some(path) = said.strip_prefix("License :: ") {
                    let last = path.rsplit(" :: ").next().unwrap_or(path);
                    if last != "OSI Approved" {
                        classifiers.push(last.to_owned());
                    }
                }
                continue;
            }
            _ => continue,
        };
        field.get_or_insert_with(|| said.to_owned());
    }
    let is_name = |text: &String| {
        let vague = !classifiers.is_empty() && is_vague(text);
        !text.contains('\n') && text.len() <= MAX_LICENSE && !vague
    };
    metadata.licenses = match (expression, license) {
        (Some(expression), _) => vec![expression],
        (None, Some(license)) if is_name(&license) => vec![license],
        (None, _) if !classifiers.is_empty() => classifiers,
        (None, Some(text)) => title(&text).into_iter().collect(),
        (None, None) => Vec::new(),
    };
    metadata
}

/// Whether a licence field only points elsewhere: `Dual License`, `see LICENSE.txt`.
fn is_vague(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["dual", "see ", "license", "copying", "file:"].iter().any(|start| text.starts_with(start))
}

/// The first line of a licence's text, where that is its title.
fn title(text: &str) -> Option<String> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let is_title = first.len() <= MAX_LICENSE && !first.to_ascii_lowercase().contains("copyright");
    is_title.then(|| first.to_owned())
}

/// The fields up to the first empty line, folded lines joined.
fn fields(content: &[u8]) -> Vec<(Cow<'_, str>, String)> {
    let mut fields: Vec<(Cow<'_, str>, String)> = Vec::new();
    for line in content.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if line.first().is_some_and(|byte| b" \t".contains(byte)) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(String::from_utf8_lossy(line).trim());
            }
        } else if let Some(colon) = line.iter().position(|&byte| byte == b':') {
            let (name, value) = line.split_at(colon);
            let value = value.get(1..).unwrap_or_default();
            fields.push((
                String::from_utf8_lossy(name),
                String::from_utf8_lossy(value).trim().to_owned(),
            ));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licenses(fields: &str) -> Vec<String> {
        parse(format!("Name: a\nVersion: 1\n{fields}").as_bytes()).licenses
    }

    #[test]
    fn headers_are_read_whatever_their_form() {
        let read = parse(b"\xef\xbb\xbfmetadata-version: 2.1\r\nNAME: Caf\xe9\r\nversion:  1.0 \r\n\r\nName: b\r\n");
        assert_eq!(read.name.as_deref(), Some("Caf\u{fffd}"));
        assert_eq!(read.version.as_deref(), Some("1.0"));
        assert_eq!(parse(b"Summary: no\n more\nName:\nVersion"), Metadata::default());
    }

    #[test]
    fn the_most_exact_licence_counts() {
        for (fields, expected) in [
            ("License-Expression: MIT OR Apache-2.0\nLicense: x", "MIT OR Apache-2.0"),
            (
                "License: BSD-3-Clause\nClassifier: License :: OSI Approved :: BSD License",
                "BSD-3-Clause",
            ),
            ("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License", "MIT License"),
            ("License: UNKNOWN\nClassifier: License :: OSI Approved\n", ""),
            ("License: MIT License\n        \n        Copyright (c) 2020\n", "MIT License"),
            (
                "License: Dual License\nClassifier: License :: OSI Approved :: BSD License",
                "BSD License",
            ),
            ("License: Dual License\n", "Dual License"),
            ("License: Copyright (c) 2020\n  All rights\n", ""),
            ("License: ISC License\n  text\nClassifier: License :: Public Domain", "Public Domain"),
        ] {
            assert_eq!(licenses(fields).join("|"), expected, "{fields}");
        }
    }
}
