//! The names of a program's functions, tens of thousands in a Go binary.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Names from one that is written out to the next: what a lookup reads at most, and the share of
/// names that are not shortened.
const BLOCK: usize = 32;

/// Between package and function in a name. Sorts before everything that a package may have in its
/// path, so that the functions of a package stand together.
const SEPARATOR: u8 = 0;

/// Bytes of function names; the largest programs that are known have a tenth of it. Tables may point
/// at one name again and again.
const MAX_TEXT: usize = 128 << 20;

/// A set of functions, each a package and a name in it, sorted and stored as differences.
///
/// Names are as advisories write them: `Server.Serve` for Go's `(*Server).Serve`, without type
/// arguments; closures count as the function that they stand in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbols {
    /// For each name how much it shares with the one before, how long the rest is, and the rest.
    #[serde(with = "serde_bytes")]
    encoded: Vec<u8>,
    /// Where in `encoded` each block starts, with a name that shares nothing.
    blocks: Vec<u32>,
    count: u32,
    complete: bool,
}

impl Symbols {
    /// Whether a function is linked in: Go's import path and symbol, or a crate and the path of the
    /// function with or without the crate's name.
    pub fn links(&self, package_path: &str, symbol: &str) -> bool {
        let (package, symbol) = match symbol.split_once("::") {
            Some((first, rest)) if first == package_path.replace('-', "_") => (first, rest),
            _ => (package_path, symbol),
        };
        let wanted = key(package, symbol);
        self.at_or_after(&wanted).is_some_and(|found| found == wanted)
    }

    /// Whether any function of a package is linked in.
    pub fn has_package(&self, package_path: &str) -> bool {
        let wanted = key(package_path, "");
        self.at_or_after(&wanted).is_some_and(|found| found.starts_with(&wanted))
    }

    /// Whether a function that is not among them is not in the program. Compilers that leave no
    /// trace of what they inlined make an incomplete set, whose silence proves nothing.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All of them, package by package.
    pub fn iter(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let mut names = Names { rest: &self.encoded, name: Vec::new() };
        std::iter::from_fn(move || {
            let name = names.next()?;
            let middle = memchr::memchr(SEPARATOR, name)?;
            let (package, symbol) = (name.get(..middle)?, name.get(middle + 1..)?);
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            Some((text(package), text(symbol)))
        })
    }

    /// Those of both; complete if both are.
    pub(crate) fn merge(&self, other: &Symbols) -> Symbols {
        let mut builder = Builder::default();
        for (package, name) in self.iter().chain(other.iter()) {
            builder.add(package.as_bytes(), |text| text.extend_from_slice(name.as_bytes()));
        }
        builder.build(self.complete && other.complete)
    }

    /// The first name that does not sort before the wanted one.
    fn at_or_after(&self, wanted: &[u8]) -> Option<Vec<u8>> {
        let after = self.blocks.partition_point(|&block| {
            Names::at(&self.encoded, block).next().is_some_and(|first| first <= wanted)
        });
        let block = *self.blocks.get(after.saturating_sub(1))?;
        let mut names = Names::at(&self.encoded, block);
        // The name may be the first one of the next block.
        for _ in 0..=BLOCK {
            if names.next()? >= wanted {
                return Some(names.name);
            }
        }
        None
    }
}

fn key(package: &str, symbol: &str) -> Vec<u8> {
    [package.as_bytes(), &[SEPARATOR], symbol.as_bytes()].concat()
}

/// Reads names one after the other. What is stored was written by [`Builder`], but may have been
/// damaged since: then they end.
struct Names<'a> {
    rest: &'a [u8],
    name: Vec<u8>,
}

impl<'a> Names<'a> {
    fn at(encoded: &'a [u8], block: u32) -> Names<'a> {
        Names { rest: encoded.get(block as usize..).unwrap_or_default(), name: Vec::new() }
    }

    fn next(&mut self) -> Option<&[u8]> {
        let shared = self.number()?;
        let length = self.number()?;
        let (added, rest) = self.rest.split_at_checked(length)?;
        self.name.truncate(shared);
        self.name.extend_from_slice(added);
        self.rest = rest;
        Some(&self.name)
    }

    fn number(&mut self) -> Option<usize> {
        let (number, rest) = varint(self.rest)?;
        self.rest = rest;
        usize::try_from(number).ok()
    }
}

/// A number in groups of seven bits, the lowest first, and what follows it: Go's `Uvarint`.
pub(crate) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (index, &byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

fn push_varint(into: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        into.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// Collects names for [`Symbols`].
#[derive(Debug, Default)]
pub(crate) struct Builder {
    packages: HashMap<Vec<u8>, u32>,
    entries: Vec<Entry>,
    /// The function names of all entries, one after the other.
    text: Vec<u8>,
    last: Option<(Vec<u8>, u32)>,
    overflowed: bool,
}

#[derive(Debug)]
struct Entry {
    package: u32,
    /// The first bytes of the name, which decide nearly all comparisons.
    start: u64,
    at: u32,
    length: u32,
}

impl Builder {
    /// Adds a function of a package; `write` appends its name.
    pub(crate) fn add(&mut self, package: &[u8], write: impl FnOnce(&mut Vec<u8>)) {
        if self.text.len() > MAX_TEXT {
            self.overflowed = true;
            return;
        }
        let at = self.text.len();
        write(&mut self.text);
        let Some(name) = self.text.get(at..).filter(|name| !name.is_empty()) else { return };
        let mut first = [0; 8];
        let known = name.len().min(first.len());
        first[..known].copy_from_slice(&name[..known]);
        let length = name.len();
        let (Ok(at), Ok(length)) = (u32::try_from(at), u32::try_from(length)) else { return };
        let package = self.package(package);
        self.entries.push(Entry { package, start: u64::from_be_bytes(first), at, length });
    }

    fn package(&mut self, path: &[u8]) -> u32 {
        // Functions of a package come in runs.
        if let Some((last, index)) = &self.last
            && last == path
        {
            return *index;
        }
        let next = u32::try_from(self.packages.len()).unwrap_or(u32::MAX);
        let index = match self.packages.get(path) {
            Some(&index) => index,
            None => *self.packages.entry(path.to_vec()).or_insert(next),
        };
        self.last = Some((path.to_vec(), index));
        index
    }

    /// Sorts and stores them.
    pub(crate) fn build(mut self, complete: bool) -> Symbols {
        let mut packages: Vec<(Vec<u8>, u32)> = self.packages.into_iter().collect();
        packages.sort_unstable();
        let mut ranks = vec![0; packages.len()];
        for (rank, (_, index)) in packages.iter().enumerate() {
            if let Some(place) = ranks.get_mut(*index as usize) {
                *place = rank as u32;
            }
        }
        for entry in &mut self.entries {
            entry.package = ranks.get(entry.package as usize).copied().unwrap_or_default();
        }
        let text = &self.text;
        let name = |entry: &Entry| -> &[u8] {
            text.get(entry.at as usize..(entry.at + entry.length) as usize).unwrap_or_default()
        };
        self.entries.sort_unstable_by(|left, right| {
            (left.package, left.start)
                .cmp(&(right.package, right.start))
                .then_with(|| name(left).cmp(name(right)))
        });
        let mut made = Symbols { complete: complete && !self.overflowed, ..Symbols::default() };
        let (mut before, mut current) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            let Some((package, _)) = packages.get(entry.package as usize) else { continue };
            current.clear();
            current.extend_from_slice(package);
            current.push(SEPARATOR);
            current.extend_from_slice(name(entry));
            if current == before {
                continue;
            }
            made.push(&before, &current);
            std::mem::swap(&mut before, &mut current);
        }
        made
    }
}

impl Symbols {
    fn push(&mut self, before: &[u8], name: &[u8]) {
        let Ok(place) = u32::try_from(self.encoded.len()) else { return };
        let shared = if (self.count as usize).is_multiple_of(BLOCK) {
            self.blocks.push(place);
            0
        } else {
            before.iter().zip(name).take_while(|(left, right)| left == right).count()
        };
        push_varint(&mut self.encoded, shared);
        push_varint(&mut self.encoded, name.len() - shared);
        self.encoded.extend_from_slice(&name[shared..]);
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[(&str, &str)]) -> Symbols {
        let mut builder = Builder::default();
        for (package, name) in names {
            builder.add(package.as_bytes(), |text| text.extend_from_slice(name.as_bytes()));
        }
        builder.build(true)
    }

    #[test]
    fn names_are_found_and_others_are_not() {
        let names: Vec<(String, String)> = (0..1000)
            .map(|number| (format!("a.b/p{}", number % 37), format!("Type{}.Method", number / 3)))
            .collect();
        let borrowed: Vec<(&str, &str)> =
            names.iter().map(|(package, name)| (package.as_str(), name.as_str())).collect();
        let symbols = set(&borrowed);
        for (package, name) in &borrowed {
            assert!(symbols.links(package, name) && symbols.has_package(package));
        }
        assert!(!symbols.links("a.b/p1", "Type") && !symbols.links("a.b/p", "Type1.Method"));
        assert!(
            !symbols.has_package("a.b")
                && !symbols.has_package("a.b/p")
                && !symbols.has_package("z")
        );
        assert_eq!(symbols.iter().count(), symbols.len());
        assert_eq!(symbols.len(), 1000);
    }

    #[test]
    fn the_same_set_is_stored_the_same() {
        let one = set(&[("b", "Y"), ("a", "X"), ("b", "Y"), ("a/b", "Z"), ("a", "")]);
        let other = set(&[("a", "X"), ("a/b", "Z"), ("b", "Y")]);
        assert_eq!(one, other);
        assert_eq!(one.len(), 3);
        assert!(Symbols::default().is_empty() && !Symbols::default().links("a", "X"));
    }

    #[test]
    fn crates_may_be_named_twice() {
        let symbols = set(&[("my_crate", "Vec::grow")]);
        assert!(symbols.links("my-crate", "my_crate::Vec::grow"));
        assert!(symbols.links("my_crate", "Vec::grow"));
        assert!(!symbols.links("my-crate", "my_crate::Vec::shrink"));
    }

    #[test]
    fn damage_is_no_panic() {
        let mut symbols = set(&[("a", "X"), ("b", "Y")]);
        for index in 0..symbols.encoded.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let kept = std::mem::replace(&mut symbols.encoded[index], byte);
                symbols.links("b", "Y");
                symbols.has_package("a");
                symbols.encoded[index] = kept;
            }
        }
    }
}
