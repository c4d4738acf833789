//! Text armour around keys: <https://www.rfc-editor.org/rfc/rfc7468>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::KeyError;

/// Bytes of a file of keys. One key has less than 1 KiB.
const MAX_FILE: usize = 256 << 10;
/// Characters of a line, as in the document above.
const LINE: usize = 64;

/// What stands between the lines with dashes.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) content: Zeroizing<Vec<u8>>,
}

/// All blocks of a text.
pub(crate) fn parse(text: &[u8]) -> Result<Vec<Block>, KeyError> {
    if text.len() > MAX_FILE {
        return Err(KeyError::Damaged("the file is too long"));
    }
    let text = str::from_utf8(text).map_err(|_| KeyError::NotPem)?;
    let mut blocks = Vec::new();
    let mut open: Option<(String, Zeroizing<String>)> = None;
    for line in text.lines().map(str::trim) {
        let dashed = |word: &str| Some(line.strip_prefix(word)?.strip_suffix("-----")?.to_owned());
        match (&mut open, dashed("-----BEGIN "), dashed("-----END ")) {
            (None, Some(label), _) => open = Some((label, Zeroizing::default())),
            (Some((label, body)), None, Some(end)) if *label == end => {
                let content = STANDARD.decode(body.as_bytes());
                let content = content.map_err(|_| KeyError::Damaged("it is not base64"))?;
                blocks.push(Block { label: end, content: Zeroizing::new(content) });
                open = None;
            }
            (Some((_, body)), None, None) => body.push_str(line),
            // Text between blocks is a remark.
            (None, None, None) => {}
            _ => return Err(KeyError::Damaged("its lines with dashes do not pair")),
        }
    }
    match (open, blocks.is_empty()) {
        (Some(_), _) => Err(KeyError::Damaged("its last line is missing")),
        (None, true) => Err(KeyError::NotPem),
        (None, false) => Ok(blocks),
    }
}

/// One block as text.
pub(crate) fn write(label: &str, content: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(content));
    let mut text = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    for line in encoded.as_bytes().chunks(LINE) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_survive_being_written_and_read() {
        let content: Vec<u8> = (0..200).collect();
        let text = format!("a remark\n{}{}", *write("A KEY", &content), *write("B", b""));
        let blocks = parse(text.replace('\n', "\r\n").as_bytes()).unwrap();
        assert_eq!((blocks[0].label.as_str(), &**blocks[0].content), ("A KEY", &content[..]));
        assert_eq!((blocks[1].label.as_str(), blocks[1].content.len()), ("B", 0));
    }

    #[test]
    fn broken_armour_is_refused() {
        for text in [
            "",
            "no key",
            "-----BEGIN A-----\nAAAA\n",
            "-----BEGIN A-----\n-----END B-----\n",
            "-----BEGIN A-----\n-----BEGIN A-----\n-----END A-----\n",
            "-----BEGIN A-----\n=A=\n-----END A-----\n",
            "-----END A-----\n",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(&vec![b' '; MAX_FILE + 1]).is_err());
        assert!(parse(&[0xff]).is_err());
    }
}
