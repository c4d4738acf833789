//! Maven's version order, as `ComparableVersion` decides it; the [POM reference][pom] describes it.
//!
//! A version is a list of numbers and qualifiers, in which a hyphen, and a change between digits
//! and letters, begins a list of its own at the end of the one before. Zeros and empty qualifiers
//! at the end of each list have no weight. So a version is a chain of lists, and is compared
//! without recursion however long it is.
//!
//! Every text is a version. Advisories and artifacts rely on that (`Finchley.SR2`), so only an
//! empty text and one with white space inside are refused.
//!
//! [pom]: https://maven.apache.org/pom.html#version-order-specification

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::digits;

/// Orders two versions.
pub fn compare(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    let (left, right) = (Version::parse(left), Version::parse(right));
    compare_lists(&left.lists(), &right.lists())
}

/// Whether this text names a version; see the module's text.
pub fn is_valid(version: &str) -> bool {
    !version.is_empty() && !version.chars().any(char::is_whitespace)
}

/// The qualifiers before a release, the release, and the one behind it; others come last.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

/// Index of the release in [`QUALIFIERS`].
const RELEASE: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item<'v> {
    Number(&'v str),
    /// Index into [`QUALIFIERS`].
    Known(usize),
    Unknown(Cow<'v, str>),
}

impl<'v> Item<'v> {
    fn of(text: &'v str, is_number: bool, is_before_digit: bool) -> Item<'v> {
        if is_number {
            return Item::Number(text);
        }
        let lower = if text.chars().any(char::is_uppercase) {
            Cow::Owned(text.to_lowercase())
        } else {
            Cow::Borrowed(text)
        };
        let name = match lower.as_ref() {
            "a" if is_before_digit => "alpha",
            "b" if is_before_digit => "beta",
            "m" if is_before_digit => "milestone",
            "ga" | "final" | "release" => "",
            "cr" => "rc",
            other => other,
        };
        match QUALIFIERS.iter().position(|known| *known == name) {
            Some(index) => Item::Known(index),
            None => Item::Unknown(lower),
        }
    }

    /// Whether the item has no weight at the end of its list.
    fn is_null(&self) -> bool {
        self.compare_with_nothing().is_eq()
    }

    fn compare_with_nothing(&self) -> Ordering {
        match self {
            Item::Number(number) => digits::compare(number.as_bytes(), b""),
            Item::Known(index) => index.cmp(&RELEASE),
            Item::Unknown(_) => Ordering::Greater,
        }
    }

    fn compare(&self, other: &Item<'_>) -> Ordering {
        match (self, other) {
            (Item::Number(left), Item::Number(right)) => {
                digits::compare(left.as_bytes(), right.as_bytes())
            }
            (Item::Number(_), _) => Ordering::Greater,
            (_, Item::Number(_)) => Ordering::Less,
            (Item::Known(left), Item::Known(right)) => left.cmp(right),
            (Item::Known(_), Item::Unknown(_)) => Ordering::Less,
            (Item::Unknown(_), Item::Known(_)) => Ordering::Greater,
            (Item::Unknown(left), Item::Unknown(right)) => left.cmp(right),
        }
    }

    /// Against a list in its place: qualifiers are older, numbers newer.
    fn compare_with_list(&self) -> Ordering {
        if matches!(self, Item::Number(_)) { Ordering::Greater } else { Ordering::Less }
    }
}

/// A chain of lists: each is the last item of the one before it.
struct Version<'v> {
    items: Vec<Item<'v>>,
    /// Where each list but the first begins in `items`.
    beginnings: Vec<usize>,
}

impl<'v> Version<'v> {
    fn parse(version: &'v str) -> Version<'v> {
        let mut parsed = Version { items: Vec::new(), beginnings: Vec::new() };
        let mut is_number = false;
        let mut start = 0;
        for (at, byte) in version.bytes().enumerate() {
            let text = &version[start..if version.is_char_boundary(at) { at } else { start }];
            match byte {
                b'.' | b'-' => {
                    parsed.items.push(if text.is_empty() {
                        Item::Number("")
                    } else {
                        Item::of(text, is_number, false)
                    });
                    start = at + 1;
                    if byte == b'-' {
                        parsed.begin_list();
                    }
                }
                b'0'..=b'9' => {
                    if !is_number && !text.is_empty() {
                        // A qualifier behind a point stands as one behind a hyphen does.
                        parsed.begin_list_unless_empty();
                        parsed.items.push(Item::of(text, false, true));
                        start = at;
                        parsed.begin_list();
                    }
                    is_number = true;
                }
                _ => {
                    if is_number && !text.is_empty() {
                        parsed.items.push(Item::of(text, true, false));
                        start = at;
                        parsed.begin_list();
                    }
                    is_number = false;
                }
            }
        }
        if start < version.len() {
            if !is_number {
                parsed.begin_list_unless_empty();
            }
            parsed.items.push(Item::of(&version[start..], is_number, false));
        }
        parsed
    }

    fn begin_list(&mut self) {
        self.beginnings.push(self.items.len());
    }

    fn begin_list_unless_empty(&mut self) {
        if self.beginnings.last().copied().unwrap_or_default() < self.items.len() {
            self.begin_list();
        }
    }

    /// The lists, without what has no weight at the end of each and of the chain.
    fn lists(&self) -> Vec<&[Item<'v>]> {
        let ends = self.beginnings.iter().copied().chain([self.items.len()]);
        let starts = std::iter::once(0).chain(self.beginnings.iter().copied());
        let mut lists: Vec<&[Item<'v>]> =
            starts.zip(ends).map(|(start, end)| &self.items[start..end]).collect();
        for list in &mut lists {
            while let [front @ .., last] = list
                && last.is_null()
            {
                *list = front;
            }
        }
        while lists.last().is_some_and(|list| list.is_empty()) {
            lists.pop();
        }
        lists
    }
}

fn compare_lists(left: &[&[Item<'_>]], right: &[&[Item<'_>]]) -> Ordering {
    let (mut left, mut right) = (left.iter(), right.iter());
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (Some(list), None) => compare_with_nothing(list),
            (None, Some(list)) => compare_with_nothing(list).reverse(),
            (Some(left_list), Some(right_list)) => {
                let (has_left, has_right) = (left.len() > 0, right.len() > 0);
                compare_items(left_list, has_left, right_list, has_right)
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_with_nothing(list: &[Item<'_>]) -> Ordering {
    list.iter()
        .map(Item::compare_with_nothing)
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Orders two lists up to where both have a list in the same place, or one has and the other has
/// ended: what follows is then for the caller.
fn compare_items(
    left: &[Item<'_>],
    left_goes_on: bool,
    right: &[Item<'_>],
    right_goes_on: bool,
) -> Ordering {
    let mut order = Ordering::Equal;
    for index in 0..left.len().max(right.len()) {
        order = match (left.get(index), right.get(index)) {
            (Some(left), Some(right)) => left.compare(right),
            (Some(item), None) if right_goes_on && index == right.len() => item.compare_with_list(),
            (None, Some(item)) if left_goes_on && index == left.len() => {
                item.compare_with_list().reverse()
            }
            (Some(item), None) => item.compare_with_nothing(),
            (None, Some(item)) => item.compare_with_nothing().reverse(),
            (None, None) => Ordering::Equal,
        };
        if order.is_ne() {
            break;
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_ascending;

    #[test]
    fn the_references_examples_hold() {
        assert_ascending(
            compare,
            &[
                "1-alpha-1",
                "1-alpha-2",
                "1-beta",
                "1-m3",
                "1-rc",
                "1-SNAPSHOT",
                "1",
                "1-sp",
                "1-foo",
            ],
        );
        assert_ascending(compare, &["1-sp.1", "1-1", "1.1"]);
        assert_ascending(compare, &["1.0-1", "1.0.1", "1.1"]);
        for (left, right) in [
            ("1.0", "1"),
            ("1-ga", "1.0.0-final"),
            ("1.0-RELEASE", "1"),
            ("1-cr2", "1-RC2"),
            ("1a1", "1-alpha-1"),
            ("1.0.0-1", "1-1"),
            ("1x", "1.0.0-x"),
        ] {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} {right}");
        }
    }
}
