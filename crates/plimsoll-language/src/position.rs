//! Where in a text a part of it stands.

use crate::Lines;

/// The line starts of a text, for parsers that borrow from it.
///
/// `serde_json` has no positions, but its borrowed strings and `RawValue`s are parts of the text, and
/// a part knows where it lies.
#[derive(Debug)]
pub struct Positions<'a> {
    text: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> Positions<'a> {
    /// Finds the lines of a text.
    pub fn new(text: &'a [u8]) -> Positions<'a> {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
        Positions { text, starts }
    }

    /// The line of a byte, from 1.
    pub fn line(&self, offset: usize) -> u32 {
        let before = self.starts.partition_point(|&start| start <= offset);
        u32::try_from(before).unwrap_or(u32::MAX)
    }

    /// The lines from one byte up to (not including) another.
    pub fn lines(&self, start: usize, end: usize) -> Lines {
        Lines { start: self.line(start), end: self.line(end.max(start + 1) - 1) }
    }

    /// The lines of a part; nothing if it was not borrowed from the text.
    pub fn of(&self, part: &str) -> Option<Lines> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (start + part.len() <= self.text.len()).then(|| self.lines(start, start + part.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_know_their_lines() {
        let text = "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n";
        let positions = Positions::new(text.as_bytes());
        let part = &text[text.find("{\n    ").unwrap()..text.rfind("}\n}").unwrap() + 1];
        assert_eq!(positions.of(part), Some(Lines { start: 2, end: 4 }));
        assert_eq!(positions.of("elsewhere"), None);
        assert_eq!(positions.lines(0, 0), Lines { start: 1, end: 1 });
    }
}
