//! Which files a package owns.

use memchr::memchr;
use plimsoll_image::ProblemKind;

use crate::text::lines;
use crate::{FileList, Parsed};

/// Reads `var/lib/dpkg/info/NAME.list` or `NAME:ARCHITECTURE.list`: one absolute path a line, the
/// package's directories among them (nothing marks them). The root, `/.`, is left out. Diverted
/// files appear under their original name.
pub fn parse_list(content: &[u8]) -> Parsed<FileList> {
    let mut parsed = Parsed::clean(FileList::default());
    for line in lines(content) {
        match line.strip_prefix(b"/") {
            Some(b"" | b".") => {}
            Some(path) => parsed.value.push(path),
            None if line.is_empty() => {}
            None => not_a_path(&mut parsed),
        }
    }
    parsed
}

/// Reads `NAME.md5sums`: a digest, two spaces (the second may be a `*`), and a path without `/` in
/// front. It has regular files only, and no configuration files.
pub fn parse_md5sums(content: &[u8]) -> Parsed<FileList> {
    let mut parsed = Parsed::clean(FileList::default());
    for line in lines(content) {
        let path = memchr(b' ', line).map(|space| line[space..].trim_ascii_start());
        let path = path.map(|path| path.strip_prefix(b"*").unwrap_or(path));
        match path.map(|path| path.strip_prefix(b"./").unwrap_or(path)) {
            Some(path) if !path.is_empty() => {
                parsed.value.push(path.strip_prefix(b"/").unwrap_or(path));
            }
            _ if line.is_empty() => {}
            _ => not_a_path(&mut parsed),
        }
    }
    parsed
}

fn not_a_path(parsed: &mut Parsed<FileList>) {
    parsed
        .problem(ProblemKind::Malformed, "a line names no file: the package's file list has a gap");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &FileList) -> Vec<String> {
        list.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    }

    #[test]
    fn lists_lose_the_root_and_the_leading_slash() {
        let parsed = parse_list(b"/.\n/usr\n/usr/bin\n/usr/bin/a b\nnothing\n/etc/x");
        assert_eq!(paths(&parsed.value), ["usr", "usr/bin", "usr/bin/a b", "etc/x"]);
        assert_eq!(parsed.problems.len(), 1);
    }

    #[test]
    fn sums_in_all_their_forms() {
        let parsed = parse_md5sums(
            b"d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n\
              d41d8cd98f00b204e9800998ecf8427e *usr/bin/b c\n\
              d41d8cd98f00b204e9800998ecf8427e  ./etc/d\n\
              d41d8cd98f00b204e9800998ecf8427e\n",
        );
        assert_eq!(paths(&parsed.value), ["usr/bin/a", "usr/bin/b c", "etc/d"]);
        assert_eq!(parsed.problems.len(), 1);
    }
}
