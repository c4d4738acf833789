//! Runs of ASCII digits, compared as numbers of any length.

use std::cmp::Ordering;

/// Orders two runs of digits by their value. Nothing overflows, whatever their length; an empty
/// run is zero.
pub(crate) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let left = without_leading_zeros(left);
    let right = without_leading_zeros(right);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// Splits `text` behind the bytes at its start for which `wanted` holds.
pub(crate) fn split_while(text: &[u8], wanted: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| !wanted(byte)).unwrap_or(text.len());
    text.split_at(end)
}

/// Splits `text` behind the digits at its start.
pub(crate) fn split(text: &[u8]) -> (&[u8], &[u8]) {
    split_while(text, |byte| byte.is_ascii_digit())
}

fn without_leading_zeros(digits: &[u8]) -> &[u8] {
    split_while(digits, |byte| byte == b'0').1
}

/// Cuts zeros, and what separates them, off the end of dotted numbers: `1.10.0.0` is `1.10`.
pub(crate) fn without_trailing_zeros(mut numbers: &[u8]) -> &[u8] {
    loop {
        let end = numbers.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1);
        let start = numbers[..end].iter().rposition(|byte| !byte.is_ascii_digit());
        let start = start.map_or(0, |gap| gap + 1);
        let last = &numbers[start..end];
        if last.is_empty() || last.iter().any(|&byte| byte != b'0') {
            return &numbers[..end];
        }
        numbers = &numbers[..start];
    }
}

/// Orders lists of numbers one by one; a list that goes on comes behind one that ends.
pub(crate) fn compare_lists<'v>(
    mut left: impl Iterator<Item = &'v str>,
    mut right: impl Iterator<Item = &'v str>,
) -> Ordering {
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => compare(left.as_bytes(), right.as_bytes()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_longer_than_any_integer_keep_their_order() {
        let long = [b'9'; 400];
        let longer = [b'1'; 401];
        assert_eq!(compare(&long, &longer), Ordering::Less);
        assert_eq!(compare(b"007", b"7"), Ordering::Equal);
        assert_eq!(compare(b"", b"0"), Ordering::Equal);
        assert_eq!(compare(b"10", b"9"), Ordering::Greater);
    }
}
