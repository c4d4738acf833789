//! Sparse files: which parts of a file the archive holds.
//!
//! <https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html>

/// A stretch of a file that is stored; what lies between is zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Where it belongs in the file.
    pub(crate) offset: u64,
    /// How many bytes of it there are.
    pub(crate) length: u64,
}

/// What is wrong with a map of a file of `real_size` bytes, `stored` of which are in the archive.
pub(super) fn fault(segments: &[Segment], real_size: u64, stored: u64) -> Option<&'static str> {
    let mut end = 0;
    let mut sum: u64 = 0;
    for segment in segments {
        if segment.offset < end {
            return Some("has overlapping parts");
        }
        end = match segment.offset.checked_add(segment.length) {
            Some(end) if end <= real_size => end,
            _ => return Some("has parts beyond its end"),
        };
        // Cannot overflow: the parts do not overlap and end below 2^64.
        sum += segment.length;
    }
    (sum != stored).then_some("has parts that are not in the archive")
}

/// Reads the numbers of a version 1.0 map, one per line, as its blocks come.
#[derive(Debug, Default)]
pub(super) struct MapReader {
    number: Option<u64>,
    count: Option<u64>,
    offset: Option<u64>,
    pub(super) segments: Vec<Segment>,
}

impl MapReader {
    /// Takes a block in. Says whether the map is complete, or nothing if it is broken.
    pub(super) fn block(&mut self, block: &[u8]) -> Option<bool> {
        for &byte in block {
            match byte {
                b'0'..=b'9' => {
                    let digits = self.number.unwrap_or(0).checked_mul(10)?;
                    self.number = Some(digits.checked_add(u64::from(byte - b'0'))?);
                }
                b'\n' => {
                    let number = self.number.take()?;
                    match (self.count, self.offset.take()) {
                        (None, _) => self.count = Some(number),
                        (Some(_), None) => self.offset = Some(number),
                        (Some(_), Some(offset)) => {
                            self.segments.push(Segment { offset, length: number });
                        }
                    }
                    if self.count == Some(self.segments.len() as u64) {
                        return Some(true);
                    }
                }
                _ => return None,
            }
        }
        Some(false)
    }
}
