//! Values as PHP's `serialize` writes them (<https://www.php.net/manual/en/function.serialize.php>):
//! `a:1:{s:4:"name";s:3:"foo";}`.

/// Arrays within arrays; PEAR's have six.
const MAX_DEPTH: usize = 32;

/// A value; numbers, truth values and objects have no use here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A text, which need not be UTF-8.
    Text(&'a [u8]),
    /// Pairs in their order.
    Array(Vec<(&'a [u8], Value<'a>)>),
    /// Anything else.
    Other,
}

impl<'a> Value<'a> {
    /// Reads one value.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Value<'a>> {
        Reader { rest: bytes }.value(0)
    }

    /// The value under a key of an array.
    pub(super) fn get(&self, key: &str) -> Option<&Value<'a>> {
        match self {
            Value::Array(pairs) => {
                pairs.iter().find(|(known, _)| *known == key.as_bytes()).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text, not empty.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(String::from_utf8_lossy(text).trim().to_owned()),
            _ => None,
        }
        .filter(|text| !text.is_empty())
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        match self.until(if self.rest.first() == Some(&b'N') { b';' } else { b':' })? {
            b"s" => {
                let text = self.text()?;
                self.expect(b";")?;
                Some(Value::Text(text))
            }
            b"i" | b"b" | b"d" => self.until(b';').map(|_| Value::Other),
            b"N" => Some(Value::Other),
            b"a" if depth < MAX_DEPTH => {
                self.until(b':')?;
                self.expect(b"{")?;
                let mut pairs = Vec::new();
                while self.rest.first() != Some(&b'}') {
                    let key = match self.until(b':')? {
                        b"s" => {
                            let key = self.text()?;
                            self.expect(b";")?;
                            key
                        }
                        b"i" => self.until(b';')?,
                        _ => return None,
                    };
                    pairs.push((key, self.value(depth + 1)?));
                }
                self.expect(b"}")?;
                Some(Value::Array(pairs))
            }
            _ => None,
        }
    }

    /// What follows `s:`, which is `LENGTH:"BYTES"`.
    fn text(&mut self) -> Option<&'a [u8]> {
        let length: usize = std::str::from_utf8(self.until(b':')?).ok()?.parse().ok()?;
        self.expect(b"\"")?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        self.expect(b"\"")?;
        Some(text)
    }

    fn until(&mut self, end: u8) -> Option<&'a [u8]> {
        let at = memchr::memchr(end, self.rest)?;
        let (before, rest) = self.rest.split_at_checked(at)?;
        self.rest = rest.get(1..)?;
        Some(before)
    }

    fn expect(&mut self, what: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(what)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_cut_ones_are_not() {
        let text = br#"a:4:{s:4:"name";s:3:"a"b";s:1:"n";N;i:0;d:1.5;s:1:"x";a:1:{i:0;b:1;}}"#;
        let value = Value::read(text).unwrap();
        assert_eq!(value.get("name").and_then(Value::text).as_deref(), Some("a\"b"));
        assert_eq!(value.get("n"), Some(&Value::Other));
        assert_eq!(value.get("x"), Some(&Value::Array(vec![(b"0", Value::Other)])));
        for end in 0..text.len() {
            assert_eq!(Value::read(&text[..end]), None);
        }
        assert_eq!(Value::read(br#"s:99999999999999999999:"a";"#), None);
        assert_eq!(Value::read("a:1:{i:0;".repeat(100_000).as_bytes()), None);
    }
}
