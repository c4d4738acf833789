//! Sorted names, each as what it adds to the one before.
//!
//! A run of [`RUN`] names begins with one in full; each of the others is the number of bytes that it
//! shares with the one before and the bytes that follow. A name's number is its rank.

use crate::IndexError;
use crate::cursor::Cursor;
use crate::format::{RUN, put_varint, u32_at};

/// A longer name is damage: repositories take no path of that length.
pub(crate) const LONGEST: usize = 1024;

const DAMAGED: IndexError = IndexError::Damaged("a name cannot be read");

/// A table of names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strings<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

impl<'a> Strings<'a> {
    pub(crate) fn new(index: &'a [u8], data: &'a [u8]) -> Result<Strings<'a>, IndexError> {
        match index.len().is_multiple_of(4) {
            true => Ok(Strings { index, data }),
            false => Err(DAMAGED),
        }
    }

    fn runs(&self) -> usize {
        self.index.len() / 4
    }

    /// The names of a run.
    fn run(&self, run: usize) -> Result<Run<'a>, IndexError> {
        let at = |run| u32_at(self.index, 4 * run).and_then(|at| usize::try_from(at).ok());
        let start = at(run).ok_or(DAMAGED)?;
        let end = at(run + 1).unwrap_or(self.data.len());
        let bytes = self.data.get(start..end).ok_or(DAMAGED)?;
        Ok(Run { cursor: Cursor::new(bytes), name: Vec::new() })
    }

    /// The name with a number.
    pub(crate) fn get(&self, number: u32) -> Result<String, IndexError> {
        let number = usize::try_from(number).map_err(|_| DAMAGED)?;
        let mut run = self.run(number / RUN)?;
        for _ in 0..=number % RUN {
            if !run.advance()? {
                return Err(DAMAGED);
            }
        }
        String::from_utf8(run.name).map_err(|_| DAMAGED)
    }

    /// The number of a name.
    pub(crate) fn find(&self, wanted: &str) -> Result<Option<u32>, IndexError> {
        let wanted = wanted.as_bytes();
        // The last run whose first name is not behind the wanted one.
        let (mut low, mut high) = (0, self.runs());
        while low < high {
            let middle = low + (high - low) / 2;
            let mut run = self.run(middle)?;
            if !run.advance()? {
                return Err(DAMAGED);
            }
            if run.name.as_slice() <= wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let Some(number) = low.checked_sub(1) else { return Ok(None) };
        let mut run = self.run(number)?;
        for place in 0..RUN {
            if !run.advance()? {
                break;
            }
            if run.name == wanted {
                return u32::try_from(number * RUN + place).map(Some).map_err(|_| DAMAGED);
            }
        }
        Ok(None)
    }
}

struct Run<'a> {
    cursor: Cursor<'a>,
    name: Vec<u8>,
}

impl Run<'_> {
    /// Goes to the next name; false behind the last.
    fn advance(&mut self) -> Result<bool, IndexError> {
        if self.cursor.is_empty() {
            return Ok(false);
        }
        let mut read = || {
            let shared = usize::try_from(self.cursor.varint()?).ok()?;
            let length = self.cursor.varint()?;
            let added = self.cursor.take(length)?;
            if shared > self.name.len() || shared + added.len() > LONGEST {
                return None;
            }
            self.name.truncate(shared);
            self.name.extend_from_slice(added);
            Some(())
        };
        read().map(|()| true).ok_or(DAMAGED)
    }
}

/// Writes names, which are sorted and differ: the index and the names.
pub(crate) fn write(names: &[&str]) -> (Vec<u8>, Vec<u8>) {
    let (mut index, mut data) = (Vec::new(), Vec::new());
    for run in names.chunks(RUN) {
        index.extend((data.len() as u32).to_le_bytes());
        let mut before: &[u8] = b"";
        for name in run {
            let name = name.as_bytes();
            let shared = before.iter().zip(name).take_while(|(left, right)| left == right).count();
            put_varint(&mut data, shared as u32);
            put_varint(&mut data, (name.len() - shared) as u32);
            data.extend_from_slice(&name[shared..]);
            before = name;
        }
    }
    (index, data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_rank_for_a_number() {
        let names: Vec<String> =
            (0..1000).map(|number| format!("org.example.{number:04}ä")).collect();
        let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
        let (index, data) = write(&borrowed);
        assert!(data.len() < 1000 * 10);
        let strings = Strings::new(&index, &data).unwrap();
        for (number, name) in names.iter().enumerate() {
            assert_eq!(strings.get(number as u32).unwrap(), *name);
            assert_eq!(strings.find(name).unwrap(), Some(number as u32));
            assert_eq!(strings.find(&format!("{name}.")).unwrap(), None);
        }
        assert_eq!(strings.find("").unwrap(), None);
        assert_eq!(strings.find("zzz").unwrap(), None);
        assert!(strings.get(1000).is_err());
        let empty = Strings::new(&[], &[]).unwrap();
        assert_eq!(empty.find("a").unwrap(), None);
    }
}
