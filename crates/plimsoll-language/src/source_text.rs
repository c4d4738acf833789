//! A file as a text.

use std::borrow::Cow;

use crate::{Input, Lines};

impl<'a> Input<'a> {
    /// The contents as a text without byte order mark; what is wrong as a sentence fragment.
    pub(crate) fn text(&self) -> Result<&'a str, String> {
        let text = std::str::from_utf8(self.content)
            .map_err(|error| format!("is not UTF-8 from byte {} on", error.valid_up_to()))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The contents as a text in which what is not UTF-8 is replaced: names and versions are ASCII,
    /// and an author's name in Latin-1 is no reason to read nothing.
    pub(crate) fn lossy(&self) -> Cow<'a, str> {
        match String::from_utf8_lossy(self.content) {
            Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Cow::Owned(text) => Cow::Owned(text),
        }
    }

    /// Whether the file is test data of an installed package: below a directory with this name,
    /// which holds packages, there is one where projects keep tests. Tests of package managers, and
    /// of whatever reads their files, hold whole installations. A project that itself lies in a
    /// directory called `test` is none.
    pub(crate) fn is_test_data_below(&self, packages: &str) -> bool {
        let mut names = self.directory().split('/').skip_while(|name| *name != packages);
        names.any(|name| {
            matches!(
                name.to_ascii_lowercase().as_str(),
                "test"
                    | "tests"
                    | "spec"
                    | "specs"
                    | "fixture"
                    | "fixtures"
                    | "testdata"
                    | "test-data"
                    | "test_data"
                    | "__tests__"
                    | "__fixtures__"
                    | "testcases"
            )
        })
    }
}

impl Input<'_> {
    /// Whether one of these directories is on the way to the file: those where package managers put
    /// what they fetched. A lock file there says what the makers of a package used, which nobody
    /// else installs.
    pub(crate) fn is_below(&self, directories: &[&str]) -> bool {
        self.directory().split('/').any(|name| directories.contains(&name))
    }
}

/// One line, counted from 1.
pub(crate) fn one_line(index: usize) -> Lines {
    let line = u32::try_from(index).unwrap_or(u32::MAX);
    Lines { start: line, end: line }
}

/// Fields of one paragraph of a file as Debian has them: `Name: value`, continued by lines that
/// begin with a space. R's `DESCRIPTION` and vcpkg's database have this form.
#[derive(Debug)]
pub(crate) struct Paragraph {
    /// The line on which it begins.
    pub(crate) line: usize,
    fields: Vec<(String, String)>,
}

impl Paragraph {
    /// The paragraphs of a text, which empty lines divide.
    pub(crate) fn all(text: &str) -> Vec<Paragraph> {
        let mut found: Vec<Paragraph> = Vec::new();
        let mut open = false;
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                open = false;
                continue;
            }
            if !std::mem::replace(&mut open, true) {
                found.push(Paragraph { line: index + 1, fields: Vec::new() });
            }
            let Some(paragraph) = found.last_mut() else { continue };
            match (line.starts_with([' ', '\t']), line.split_once(':')) {
                (true, _) => {
                    if let Some((_, value)) = paragraph.fields.last_mut() {
                        value.push(' ');
                        value.push_str(line.trim());
                    }
                }
                (false, Some((name, value))) => {
                    paragraph.fields.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                (false, None) => {}
            }
        }
        found
    }

    /// The value of a field, not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_their_mark_and_keep_what_can_be_read() {
        let input = |content| Input { path: "a/vendor/b/Tests/c", content };
        assert_eq!(input("\u{feff}x".as_bytes()).text(), Ok("x"));
        assert_eq!(input(b"ab\xff").text(), Err("is not UTF-8 from byte 2 on".to_owned()));
        assert_eq!(input(b"ab\xff").lossy(), "ab\u{fffd}");
        assert!(input(b"").is_test_data_below("vendor"));
        let own = Input { path: "test/vendor/b/tests", content: b"" };
        assert!(!own.is_test_data_below("vendor"));
    }

    #[test]
    fn paragraphs_have_fields_that_go_on() {
        let found = Paragraph::all("\nA: 1\n more\nB:\n\nA: 2\nnothing\n");
        assert_eq!((found.len(), found[0].line, found[1].line), (2, 2, 6));
        assert_eq!((found[0].get("A"), found[0].get("B")), (Some("1 more"), None));
    }
}
