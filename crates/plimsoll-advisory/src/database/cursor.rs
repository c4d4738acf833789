//! Reads variable-length records without trusting them.

/// A position in bytes. Every read checks where it is, and `None` means damage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Starts at an offset; `None` when it lies outside.
    pub(crate) fn at(bytes: &'a [u8], offset: u32) -> Option<Cursor<'a>> {
        Some(Cursor { rest: bytes.get(offset as usize..)? })
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// A LEB128 number of at most 32 bits.
    pub(crate) fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            let part = u32::from(byte & 0x7f);
            if shift == 28 && part > 0x0f {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A text behind its length.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = self.varint()? as usize;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        str::from_utf8(text).ok()
    }

    /// A list of numbers behind its length; the cursor goes behind it.
    pub(crate) fn list(&mut self) -> Option<List<'a>> {
        let count = self.varint()?;
        let list = List { cursor: *self, left: count };
        for _ in 0..count {
            self.varint()?;
        }
        Some(list)
    }
}

/// Numbers that have been checked to be there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<'a> {
    cursor: Cursor<'a>,
    left: u32,
}

impl List<'_> {
    pub(crate) const EMPTY: List<'static> = List { cursor: Cursor { rest: &[] }, left: 0 };
}

impl Iterator for List<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        self.cursor.varint()
    }
}
