//! What the databases kept as lines of text have in common.

use memchr::{memchr, memrchr};

/// The lines of a text, without their line feeds.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(line)
    })
}

/// Splits off a last line that has no line feed: databases that a program wrote end with one, so
/// such a line was cut and its value cannot be trusted.
pub(crate) fn without_cut_line(text: &[u8]) -> (&[u8], bool) {
    match memrchr(b'\n', text) {
        _ if text.is_empty() => (text, false),
        Some(last) if last + 1 == text.len() => (text, false),
        Some(last) => (&text[..=last], true),
        None => (&text[..0], true),
    }
}

/// Bytes as text, with what is not UTF-8 replaced.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_line_is_set_aside() {
        assert_eq!(without_cut_line(b"A: 1\nB: 2"), (&b"A: 1\n"[..], true));
        assert_eq!(without_cut_line(b"A: 1\n"), (&b"A: 1\n"[..], false));
        assert_eq!(without_cut_line(b"A"), (&b""[..], true));
        assert_eq!(without_cut_line(b""), (&b""[..], false));
    }

    #[test]
    fn the_last_line_feed_may_be_missing() {
        assert_eq!(lines(b"a\n\nb").collect::<Vec<_>>(), [&b"a"[..], b"", b"b"]);
        assert_eq!(lines(b"a\n").collect::<Vec<_>>(), [b"a"]);
    }
}
