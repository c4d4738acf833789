//! PAX extended headers: records `length key=value\n` that overrule the header after them.
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03>

use super::sparse::Segment;

/// The records that matter.
#[derive(Debug, Default)]
pub(super) struct Extended {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) uid: Option<u64>,
    pub(super) gid: Option<u64>,
    pub(super) sparse: Sparse,
}

/// GNU's keys for sparse files, of the three versions of that format.
#[derive(Debug, Default)]
pub(super) struct Sparse {
    /// Version 1.0: the map precedes the contents.
    pub(super) map_in_contents: bool,
    /// The file's name; the header has a made-up one.
    pub(super) name: Option<Vec<u8>>,
    /// The file's full length.
    pub(super) real_size: Option<u64>,
    /// The map of versions 0.0 and 0.1.
    pub(super) map: Option<Vec<Segment>>,
    /// Version 0.0: an offset whose length comes next.
    offset: Option<u64>,
}

impl Extended {
    /// Takes in the records up to the first broken one, and says what is wrong with that.
    pub(super) fn parse(&mut self, mut records: &[u8]) -> Result<(), &'static str> {
        while !records.is_empty() {
            let (record, rest) = split(records).ok_or("has a broken extended header")?;
            let equals = record.iter().position(|&byte| byte == b'=');
            let (key, value) = equals
                .and_then(|equals| record.split_at_checked(equals))
                .map(|(key, value)| (key, &value[1..]))
                .ok_or("has an extended header without value")?;
            self.record(key, value).ok_or("has an extended header that is no number")?;
            records = rest;
        }
        Ok(())
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        // An empty value takes a record back.
        let text = (!value.is_empty()).then(|| value.to_vec());
        let number = || if value.is_empty() { Some(None) } else { decimal(value).map(Some) };
        match key {
            b"path" => self.path = text,
            b"linkpath" => self.link = text,
            b"size" => self.size = number()?,
            b"uid" => self.uid = number()?,
            b"gid" => self.gid = number()?,
            b"GNU.sparse.name" => self.sparse.name = text,
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.sparse.real_size = number()?,
            b"GNU.sparse.major" => self.sparse.map_in_contents = value == b"1",
            b"GNU.sparse.offset" => self.sparse.offset = number()?,
            b"GNU.sparse.numbytes" => {
                let segment = Segment { offset: self.sparse.offset.take()?, length: number()?? };
                self.sparse.map.get_or_insert_default().push(segment);
            }
            b"GNU.sparse.map" => {
                let mut numbers = value.split(|&byte| byte == b',');
                let map = self.sparse.map.insert(Vec::new());
                while let Some(offset) = numbers.next() {
                    map.push(Segment {
                        offset: decimal(offset)?,
                        length: decimal(numbers.next()?)?,
                    });
                }
            }
            _ => {}
        }
        Some(())
    }
}

/// The first record without its length and newline, and what follows it.
fn split(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = records.iter().take(20).position(|&byte| byte == b' ')?;
    let length = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    Some((record, rest))
}

/// A decimal number; fractions (of times) and signs are none.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, &byte| match byte {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_up_to_a_broken_one() {
        let mut extended = Extended::default();
        extended.parse(b"12 path=a\nb\n13 size=1234\n22 mtime=1700000000.5\n").unwrap();
        assert_eq!(extended.path.as_deref(), Some(&b"a\nb"[..]));
        assert_eq!(extended.size, Some(1234));
        for broken in [
            &b"9 path=ab\n"[..],
            b"99 path=ab\n",
            b"path=ab\n",
            b"7 path\n",
            b"0 path=a\n",
            b"18446744073709551616 path=a\n",
            b"11 size=-1\n",
        ] {
            assert!(Extended::default().parse(broken).is_err(), "{broken:?}");
        }
    }
}
