//! The bytes of a row: a header with the kind of each column, then their values.

use crate::Damage;

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'r> {
    /// Nothing; also for columns that were added after the row was written.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A text.
    Text(&'r str),
    /// Bytes.
    Blob(&'r [u8]),
}

/// The bytes of a row, which may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'r>(pub &'r [u8]);

impl<'r> Record<'r> {
    /// A column, counted from 0; NULL behind the last one.
    pub fn value(&self, column: usize) -> Result<Value<'r>, Damage> {
        let Some((serial, bytes, length)) = self.column(column).ok_or(Damage::Record)? else {
            return Ok(Value::Null);
        };
        if bytes.len() != length {
            return Err(Damage::Record);
        }
        let number = || {
            // The sign is that of the first byte.
            let start = if bytes.first().is_some_and(|&byte| byte >= 0x80) { -1 } else { 0 };
            bytes.iter().fold(start, |number: i64, &byte| number << 8 | i64::from(byte))
        };
        Ok(match serial {
            0 => Value::Null,
            7 => Value::Real(f64::from_bits(number().cast_unsigned())),
            8 | 9 => Value::Integer(i64::from(serial == 9)),
            1..=6 => Value::Integer(number()),
            _ if serial.is_multiple_of(2) => Value::Blob(bytes),
            _ => Value::Text(std::str::from_utf8(bytes).map_err(|_| Damage::Text)?),
        })
    }

    /// What there is of a blob, where the row may be cut in it. Nothing if it is no blob.
    pub fn partial_blob(&self, column: usize) -> Option<&'r [u8]> {
        let (serial, bytes, _) = self.column(column)??;
        (serial >= 12 && serial.is_multiple_of(2)).then_some(bytes)
    }

    /// Serial type of a column, its bytes as far as they are there, and how many there should be.
    /// The outer nothing stands for damage, the inner one for a column behind the last.
    #[expect(clippy::option_option, reason = "the two say different things")]
    fn column(&self, wanted: usize) -> Option<Option<(u64, &'r [u8], usize)>> {
        let row = self.0;
        let (header_length, mut at) = varint(row, 0)?;
        let header_length = usize::try_from(header_length).ok()?;
        let header = row.get(..header_length)?;
        let mut start = header_length;
        for number in 0..=wanted {
            if at == header.len() {
                return Some(None);
            }
            let (serial, after) = varint(header, at)?;
            at = after;
            let length = match serial {
                0 | 8 | 9 => 0,
                1..=4 => usize::try_from(serial).ok()?,
                5 => 6,
                6 | 7 => 8,
                12.. => usize::try_from((serial - 12) / 2).ok()?,
                _ => return None,
            };
            let end = start.checked_add(length)?;
            if number == wanted {
                return Some(Some((serial, row.get(start..end.min(row.len()))?, length)));
            }
            start = end;
        }
        None
    }
}

/// A number of one to nine bytes, and where the next thing begins.
pub fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0u64;
    for (count, &byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        if count == 8 {
            return Some((number << 8 | u64::from(byte), at + 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + count + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_to_nine_bytes() {
        assert_eq!(varint(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint(&[9, 0x81, 0x00], 1), Some((128, 3)));
        assert_eq!(varint(&[0xff; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0xff; 8], 0), None);
    }

    #[test]
    fn values_have_their_types() {
        let row = [
            &[8, 0, 1, 9, 7, 17, 16, 2][..],
            &[0xfe],
            &1.5f64.to_be_bytes(),
            "né".as_bytes().get(..2).unwrap(),
            &[7, 8],
            &[0xff, 0x00],
        ]
        .concat();
        let record = Record(&row);
        assert_eq!(record.value(0), Ok(Value::Null));
        assert_eq!(record.value(1), Ok(Value::Integer(-2)));
        assert_eq!(record.value(2), Ok(Value::Integer(1)));
        assert_eq!(record.value(3), Ok(Value::Real(1.5)));
        // Half a letter.
        assert_eq!(record.value(4), Err(Damage::Text));
        assert_eq!(record.value(5), Ok(Value::Blob(&[7, 8])));
        assert_eq!(record.value(6), Ok(Value::Integer(-256)));
        assert_eq!(record.value(7), Ok(Value::Null));
        let cut = Record(&row[..row.len() - 3]);
        assert_eq!(cut.value(5), Err(Damage::Record));
        assert_eq!(cut.partial_blob(5), Some(&[7][..]));
        assert_eq!(Record(&[]).value(0), Err(Damage::Record));
        assert_eq!(Record(&[2, 10]).value(0), Err(Damage::Record));
    }
}
