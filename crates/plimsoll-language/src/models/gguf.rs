//! GGUF: typed keys and values in front of the tensors.

use super::{component, is_later_part, is_pointer};
use crate::{Component, Input, Parsed, ProblemKind};

/// Arrays inside of arrays; nobody writes any.
const MAX_DEPTH: u32 = 4;

/// Reads the beginning of a file as far as there is one.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    if is_pointer(input.content) {
        return parsed;
    }
    let Some(rest) = input.content.strip_prefix(b"GGUF") else {
        parsed.problem(ProblemKind::Malformed, "the file does not begin like a GGUF file");
        return parsed;
    };
    let mut reader = Reader { rest, big: false, wide: true };
    let count = match reader.start() {
        Some(count) => count,
        None => {
            parsed.problem(ProblemKind::Truncated, "the file ends before its first key");
            return parsed;
        }
    };
    if is_later_part(input) {
        return parsed;
    }
    let (mut name, mut version, mut license) = (None, None, None);
    for _ in 0..count {
        // What follows is beyond the beginning, or nonsense.
        let Some((key, value)) = reader.pair() else { break };
        let field = match key {
            b"general.name" => &mut name,
            b"general.version" => &mut version,
            b"general.license" => &mut license,
            _ => continue,
        };
        let text = value.map(|text| String::from_utf8_lossy(text).trim().to_owned());
        *field = text.filter(|text| !text.is_empty());
    }
    let mut found = component(input, name.as_deref(), version.as_deref());
    found.licenses.extend(license);
    parsed.add(found);
    parsed
}

struct Reader<'a> {
    rest: &'a [u8],
    /// Whether numbers have their highest byte first.
    big: bool,
    /// Whether counts have eight bytes; in the first version they had four.
    wide: bool,
}

impl<'a> Reader<'a> {
    /// Reads up to the first key and says how many there are.
    fn start(&mut self) -> Option<u64> {
        let version: [u8; 4] = self.take(4)?.try_into().ok()?;
        // Versions are small, so the order of bytes shows.
        self.big = u32::from_le_bytes(version) > u32::from_be_bytes(version);
        self.wide = u32::from_le_bytes(version).min(u32::from_be_bytes(version)) > 1;
        let _tensors = self.count()?;
        self.count()
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self, length: u64) -> Option<u64> {
        let bytes = self.take(length)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(match self.big {
            true => bytes.iter().fold(0, add),
            false => bytes.iter().rev().fold(0, add),
        })
    }

    fn count(&mut self) -> Option<u64> {
        self.number(if self.wide { 8 } else { 4 })
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        self.take(length)
    }

    /// A key, and its value if that is a text.
    fn pair(&mut self) -> Option<(&'a [u8], Option<&'a [u8]>)> {
        let key = self.text()?;
        let kind = self.number(4)?;
        if kind == 8 {
            return Some((key, Some(self.text()?)));
        }
        self.skip(kind, 0)?;
        Some((key, None))
    }

    fn skip(&mut self, kind: u64, depth: u32) -> Option<()> {
        match kind {
            8 => {
                self.text()?;
            }
            9 if depth < MAX_DEPTH => {
                let kind = self.number(4)?;
                let count = self.count()?;
                match size(kind) {
                    Some(size) => {
                        self.take(size.checked_mul(count)?)?;
                    }
                    // Each takes bytes, so the end of them ends this.
                    None => {
                        for _ in 0..count {
                            self.skip(kind, depth + 1)?;
                        }
                    }
                }
            }
            _ => {
                self.take(size(kind)?)?;
            }
        }
        Some(())
    }
}

/// Bytes of a value, for kinds that have always the same.
fn size(kind: u64) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Vec<u8> {
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    /// A file with a number, a list of texts and a name in front of its end.
    fn file() -> Vec<u8> {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        for count in [0u64, 5] {
            file.extend(count.to_le_bytes());
        }
        let string = 8u32.to_le_bytes();
        file.extend(
            [text("general.file_type"), 4u32.to_le_bytes().to_vec(), vec![1, 0, 0, 0]].concat(),
        );
        file.extend([text("general.tags"), 9u32.to_le_bytes().to_vec(), string.to_vec()].concat());
        file.extend([2u64.to_le_bytes().to_vec(), text("a"), text("b")].concat());
        file.extend([text("general.name"), string.to_vec(), text("Tiny Harbour")].concat());
        file.extend([text("general.version"), string.to_vec(), text("v1.2")].concat());
        file.extend([text("general.license"), string.to_vec(), text("apache-2.0")].concat());
        file
    }

    fn read(path: &str, content: &[u8]) -> Parsed<Vec<Component>> {
        parse(Input { path, content })
    }

    #[test]
    fn models_say_what_they_are() {
        let parsed = read("srv/a.gguf", &file());
        let found = parsed.value.first().unwrap();
        assert_eq!(found.id(), "Tiny Harbour@v1.2");
        assert_eq!(found.licenses, ["apache-2.0"]);
        let parsed = read("srv/tiny-q4.gguf", &file()[..60]);
        assert_eq!(parsed.value.first().unwrap().id(), "tiny-q4@");
        assert!(parsed.value.first().unwrap().doubt.is_some());
    }

    #[test]
    fn parts_and_other_files_are_no_models() {
        assert_eq!(read("a-00002-of-00003.gguf", &file()), Parsed::clean(Vec::new()));
        assert_eq!(read("a-00001-of-00003.gguf", &file()).value.len(), 1);
        assert_eq!(
            read("a.gguf", b"version https://git-lfs.github.com"),
            Parsed::clean(Vec::new())
        );
        assert_eq!(read("a.gguf", b"PK\x03\x04").problems.len(), 1);
        assert_eq!(read("a.gguf", b"GGUF\x03\0").problems.len(), 1);
    }

    #[test]
    fn no_change_panics_or_hangs() {
        let file = file();
        for at in 0..file.len() {
            read("a.gguf", &file[..at]);
            for value in [0, 0x7f, 0xff] {
                let mut changed = file.clone();
                changed[at] = value;
                read("a.gguf", &changed);
            }
        }
    }
}
