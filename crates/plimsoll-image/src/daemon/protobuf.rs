//! The little of Protocol Buffers that containerd's messages need.
//!
//! <https://protobuf.dev/programming-guides/encoding/>. Groups, which nobody uses, are refused.

/// Bytes that are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Protocol Buffers message")]
pub(super) struct Malformed;

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Integers, enumerations, truth values.
    Number(u64),
    /// Text, bytes, messages.
    Bytes(&'a [u8]),
    /// Fixed-width numbers, which are passed over.
    Fixed,
}

/// Appends a field of text or bytes.
pub(super) fn put_bytes(message: &mut Vec<u8>, field: u32, value: &[u8]) {
    put_varint(message, u64::from(field) << 3 | 2);
    put_varint(message, value.len() as u64);
    message.extend_from_slice(value);
}

/// Appends a field that is a number.
pub(super) fn put_number(message: &mut Vec<u8>, field: u32, value: u64) {
    put_varint(message, u64::from(field) << 3);
    put_varint(message, value);
}

fn put_varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

/// Goes over the fields of a message in their order.
pub(super) fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

/// Ends after the first error.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u32, Value<'a>), Malformed> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).map_err(|_| Malformed)?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(Malformed),
        };
        Ok((number, value))
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(Malformed)?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut message = Vec::new();
        put_number(&mut message, 1, 300);
        put_bytes(&mut message, 16, b"abc");
        put_number(&mut message, 2, u64::MAX);
        // As protoc writes them.
        assert_eq!(message[..8], [0x08, 0xac, 0x02, 0x82, 0x01, 0x03, b'a', b'b']);
        let read: Vec<_> = fields(&message).map(Result::unwrap).collect();
        let expected =
            [(1, Value::Number(300)), (16, Value::Bytes(b"abc")), (2, Value::Number(u64::MAX))];
        assert_eq!(read, expected);
    }

    #[test]
    fn fixed_fields_are_passed_over() {
        let message = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x18, 5];
        let read: Vec<_> = fields(&message).map(Result::unwrap).collect();
        assert_eq!(read, [(1, Value::Fixed), (2, Value::Fixed), (3, Value::Number(5))]);
    }

    #[test]
    fn broken_messages_end() {
        for message in [
            &[0x08][..],
            &[0x0a, 0x05, 1],
            &[0x0b],
            &[0x80; 12],
            &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0x09, 1],
        ] {
            assert_eq!(fields(message).last(), Some(Err(Malformed)), "{message:?}");
        }
    }
}
