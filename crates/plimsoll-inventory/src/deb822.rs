//! The paragraph format of Debian's control files, read in place.
//!
//! Defined by deb822(5), <https://manpages.debian.org/deb822.5>: paragraphs of `Name: value` lines
//! between empty lines; a line that begins with a space or tab continues the value before it.
//! Plimsoll needs only first lines, so continuation lines are passed over.

use memchr::{memchr, memmem};

use crate::text::lines;

/// The paragraphs of a text.
pub(crate) fn paragraphs(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let empty_line = memmem::Finder::new(b"\n\n");
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.iter().position(|&byte| byte != b'\n')?;
        let begun = &rest[start..];
        let (paragraph, after) = match empty_line.find(begun) {
            Some(end) => begun.split_at(end + 1),
            None => (begun, &[][..]),
        };
        rest = after;
        Some(paragraph)
    })
}

/// A field, or a line that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Name as written (case does not count) and the first line of the value, trimmed.
    Field(&'a [u8], &'a [u8]),
    /// Neither a field nor a continuation.
    Stray,
}

/// The fields of a paragraph, or of a whole text without regard to paragraphs.
pub(crate) fn fields(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    lines(text).filter_map(|line| match line.first() {
        None | Some(b' ' | b'\t' | b'#' | b'\r') => None,
        Some(_) => Some(match memchr(b':', line) {
            Some(colon) => Line::Field(&line[..colon], line[colon + 1..].trim_ascii()),
            None => Line::Stray,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_stand_between_empty_lines() {
        let text = b"\n\nA: 1\n more\n\n\n\nB: 2\nC:3";
        let found: Vec<_> = paragraphs(text).collect();
        assert_eq!(found, [&b"A: 1\n more\n"[..], b"B: 2\nC:3"]);
        assert_eq!(paragraphs(b"\n\n").count(), 0);
    }

    #[test]
    fn fields_are_trimmed_and_continuations_passed_over() {
        let found: Vec<_> = fields(b"A:  1 \n more: x\nnonsense\n# note\nB:\n").collect();
        assert_eq!(found, [Line::Field(b"A", b"1"), Line::Stray, Line::Field(b"B", b"")]);
    }
}
