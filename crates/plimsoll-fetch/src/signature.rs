//! Whether bytes are of the kind that a file's name promises. A server that is in trouble likes to
//! send an error page and call it a success.

/// Ends of names, the kind of file that they promise, and what its first bytes must be.
type Signature = (&'static [&'static str], &'static str, &'static [&'static [u8]]);

const SIGNATURES: &[Signature] = &[
    (&[".gz", ".tgz"], "gzip file", &[&[0x1f, 0x8b]]),
    (&[".bz2"], "bzip2 file", &[b"BZh"]),
    (&[".xz"], "xz file", &[b"\xfd7zXZ\0"]),
    (&[".zst"], "zstd file", &[&[0x28, 0xb5, 0x2f, 0xfd]]),
    (&[".zip"], "zip file", &[b"PK\x03\x04", b"PK\x05\x06"]),
    (&[".json", "/json"], "JSON document", &[b"{", b"["]),
    (&[".xml"], "XML document", &[b"<?xml", b"<"]),
];

/// As many bytes of the beginning are enough, with some room for blank lines.
pub(crate) const HEAD: usize = 1024;

/// What the file should be and is not.
pub(crate) fn mismatch(name: &str, head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_page = text.len() >= 9
        && (text[..9].eq_ignore_ascii_case(b"<!doctype")
            || text[..5].eq_ignore_ascii_case(b"<html"));
    if is_page {
        return Some("feed but a web page");
    }
    let matching = SIGNATURES.iter().find(|(ends, ..)| ends.iter().any(|end| name.ends_with(end)));
    let (_, expected, starts) = matching?;
    (!starts.iter().any(|start| text.starts_with(start))).then_some(*expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_first_bytes_go_together() {
        assert_eq!(mismatch("a.csv.gz", &[0x1f, 0x8b, 8]), None);
        assert_eq!(mismatch("a.csv.gz", b"CVE-"), Some("gzip file"));
        assert_eq!(mismatch("data/json", b"\n {\"a\":1}"), None);
        assert_eq!(mismatch("data/json", b"gone"), Some("JSON document"));
        assert_eq!(mismatch("a.json", b"\xef\xbb\xbf[]"), None);
        assert_eq!(mismatch("data/DSA/list", b"[12 Feb 2025] DSA-1"), None);
        assert!(mismatch("data/DSA/list", b"\n<!DOCTYPE html>").is_some());
        assert!(mismatch("a.xml", b"<html><body>").is_some());
        assert_eq!(mismatch("a.xml", b"<?xml version"), None);
        assert_eq!(mismatch("a.json", b""), Some("JSON document"));
    }
}
