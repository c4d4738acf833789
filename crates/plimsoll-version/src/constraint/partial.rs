//! Versions of which the last numbers may be missing or stand for any: `1`, `1.2`, `1.x`, `1.2.*`.

/// Numbers of a version, and what stands behind them.
#[derive(Debug)]
pub(super) struct Partial<'t> {
    /// Those that are written, up to the first that stands for any.
    pub(super) numbers: Vec<u64>,
    /// From the hyphen or plus, or the first letter, on.
    pub(super) suffix: &'t str,
    /// Whether a number stands for any.
    pub(super) is_wild: bool,
}

impl<'t> Partial<'t> {
    /// Reads a version of at most so many numbers.
    pub(super) fn parse(text: &'t str, most: usize) -> Option<Partial<'t>> {
        let text = text.trim_start_matches(['v', 'V', '=']);
        let end = text
            .find(|sign: char| !sign.is_ascii_digit() && !matches!(sign, '.' | 'x' | 'X' | '*'))
            .unwrap_or(text.len());
        let (written, suffix) = text.split_at(end);
        // Python writes `2.2.post3`.
        let written = if suffix.is_empty() { written } else { written.trim_end_matches('.') };
        let mut numbers = Vec::new();
        let mut is_wild = false;
        for (index, number) in written.split('.').enumerate() {
            if index >= most {
                return None;
            }
            if matches!(number, "x" | "X" | "*") {
                is_wild = true;
            } else if is_wild {
                return None;
            } else {
                numbers.push(number.parse().ok()?);
            }
        }
        Some(Partial { numbers, suffix, is_wild })
    }

    /// Whether so many numbers are written and none stands for any.
    pub(super) fn is_full(&self, count: usize) -> bool {
        !self.is_wild && self.numbers.len() >= count
    }

    /// The numbers filled with zeros.
    pub(super) fn floor(&self, count: usize) -> String {
        join(self.numbers.iter().copied().chain(std::iter::repeat(0)).take(count))
    }

    /// The numbers up to this one, which is raised by one, filled with zeros; nothing when it is as
    /// large as a number can be.
    pub(super) fn raised(&self, index: usize, count: usize) -> Option<String> {
        let raised = self.numbers.get(index)?.checked_add(1)?;
        let before = self.numbers.iter().copied().take(index).chain([raised]);
        Some(join(before.chain(std::iter::repeat(0)).take(count.max(index + 1))))
    }

    /// The number that `^` lets no version go beyond: the first that is not zero, else the last.
    pub(super) fn leftmost(&self) -> usize {
        let last = self.numbers.len().saturating_sub(1);
        self.numbers.iter().position(|&number| number != 0).unwrap_or(last)
    }
}

/// Numbers with points between.
pub(super) fn join(numbers: impl Iterator<Item = u64>) -> String {
    let mut text = String::new();
    for number in numbers {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&number.to_string());
    }
    text
}
