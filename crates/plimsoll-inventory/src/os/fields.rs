//! os-release, and what it has in common with the files before it.
//!
//! Format: <https://www.freedesktop.org/software/systemd/man/latest/os-release.html>, a subset of
//! shell assignments.

use crate::text::lines;

/// Characters of a value that are kept; the longest real ones stay under a hundred.
const MAX_VALUE: usize = 200;

/// What a file says of the operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) version_id: String,
    pub(super) codename: String,
    pub(super) pretty_name: String,
}

/// Reads os-release.
pub(super) fn os_release(content: &[u8]) -> Fields {
    let mut fields = Fields::default();
    for (key, value) in assignments(content) {
        let place = match key {
            b"ID" => &mut fields.id,
            b"NAME" => &mut fields.name,
            b"VERSION" => &mut fields.version,
            b"VERSION_ID" => &mut fields.version_id,
            b"VERSION_CODENAME" => &mut fields.codename,
            b"PRETTY_NAME" => &mut fields.pretty_name,
            _ => continue,
        };
        // As in a shell, the last assignment counts.
        *place = unquote(value);
    }
    fields
}

/// The `KEY=value` lines, values still quoted.
pub(super) fn assignments(content: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    lines(content).filter_map(|line| {
        let line = line.trim_ascii();
        let equals = memchr::memchr(b'=', line).filter(|_| !line.starts_with(b"#"))?;
        Some((&line[..equals], &line[equals + 1..]))
    })
}

/// Takes the quotes off a value. In double quotes and outside of quotes a backslash makes the next
/// character plain; single quotes keep everything.
pub(super) fn unquote(value: &[u8]) -> String {
    let value = value.trim_ascii();
    let (quote, mut rest) = match value {
        [quote @ (b'"' | b'\''), rest @ ..] => (Some(*quote), rest),
        _ => (None, value),
    };
    let mut plain = Vec::new();
    while let [byte, after @ ..] = rest {
        rest = after;
        match (*byte, after) {
            (byte, _) if Some(byte) == quote => break,
            (b'\\', [escaped, after @ ..]) if quote != Some(b'\'') => {
                plain.push(*escaped);
                rest = after;
            }
            (byte, _) => plain.push(byte),
        }
    }
    clean(&plain)
}

/// Text that is safe to print: bounded, without control characters.
pub(super) fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim().chars().filter(|character| !character.is_control()).take(MAX_VALUE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_unquoted_as_a_shell_would() {
        for (value, expected) in [
            ("debian", "debian"),
            ("\"Debian GNU/Linux\"", "Debian GNU/Linux"),
            ("'it is \"so\" \\n'", "it is \"so\" \\n"),
            (r#""a \"b\" \$c \\ \`""#, "a \"b\" $c \\ `"),
            (r"a\ b", "a b"),
            ("\"no end", "no end"),
            ("\"end\" and more", "end"),
            ("\"\"", ""),
            ("", ""),
            ("\\", "\\"),
            ("  plain  ", "plain"),
            ("\"\u{1b}[31mred\"", "[31mred"),
        ] {
            assert_eq!(unquote(value.as_bytes()), expected, "{value}");
        }
        assert_eq!(unquote(&[b'x'; 10_000]).len(), MAX_VALUE);
    }

    #[test]
    fn comments_and_noise_are_passed_over() {
        let fields = os_release(
            b"\xef\xbb\xbfNAME=a\r\n# ID=no\n\n  ID=first\nnonsense\nID='second'\r\nVERSION_ID=\xff",
        );
        assert_eq!((&*fields.name, &*fields.id), ("a", "second"));
        assert_eq!(fields.version_id, "\u{fffd}");
    }
}
