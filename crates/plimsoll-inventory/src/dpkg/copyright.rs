//! Licences from `usr/share/doc/NAME/copyright`.

use memchr::memmem;

use crate::deb822::{self, Line};

/// More licences than this are noise; the longest real lists have some 60.
const MAX_LICENSES: usize = 100;

/// A longer name is a text in the place of a name.
const MAX_NAME: usize = 200;

/// The licences that a copyright file names, each once, in the file's order.
///
/// In the machine-readable format these are the short names and expressions of its `License`
/// fields as written (`GPL-2+ or Artistic`). Any other file is free text; there, references to
/// `/usr/share/common-licenses` count, which Debian policy asks for.
pub fn licenses(content: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    if is_machine_readable(content) {
        for line in deb822::fields(content) {
            if let Line::Field(name, value) = line
                && name.eq_ignore_ascii_case(b"License")
            {
                add(&mut found, value);
            }
        }
    } else {
        const DIRECTORY: &[u8] = b"/usr/share/common-licenses/";
        for start in memmem::find_iter(content, DIRECTORY) {
            let name = &content[start + DIRECTORY.len()..];
            let end = name
                .iter()
                .position(|byte| !(byte.is_ascii_alphanumeric() || b".-+".contains(byte)))
                .unwrap_or(name.len());
            // The full stop and the dash belong to the sentence around.
            add(&mut found, without_punctuation(&name[..end]));
        }
    }
    found
}

/// The first paragraph has a `Format` field with the specification's address; drafts called it
/// `Format-Specification`.
fn is_machine_readable(content: &[u8]) -> bool {
    let header = deb822::paragraphs(content).next().unwrap_or_default();
    deb822::fields(header).any(|line| match line {
        Line::Field(name, value) => {
            (name.eq_ignore_ascii_case(b"Format")
                || name.eq_ignore_ascii_case(b"Format-Specification"))
                && !value.is_empty()
        }
        Line::Stray => false,
    })
}

fn add(found: &mut Vec<String>, name: &[u8]) {
    if name.is_empty() || name.len() > MAX_NAME || found.len() >= MAX_LICENSES {
        return;
    }
    let name = String::from_utf8_lossy(name);
    if !found.iter().any(|known| *known == name) {
        found.push(name.into_owned());
    }
}

fn without_punctuation(name: &[u8]) -> &[u8] {
    let last = name.iter().rposition(|byte| !b".-".contains(byte));
    last.map_or(&[], |last| &name[..=last])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_readable_files_name_their_licences() {
        let text = b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
            Upstream-Name: bash\n\
            \n\
            Files: *\n\
            Copyright: 1987-2022 Free Software Foundation, Inc.\n\
            License: GPL-3+\n\
            \n\
            Files: lib/x.c\n\
            License: GPL-2+ or Artistic\n\
            \n\
            License: GPL-3+\n \
            On Debian systems see /usr/share/common-licenses/GPL-3.\n";
        assert_eq!(licenses(text), ["GPL-3+", "GPL-2+ or Artistic"]);
    }

    #[test]
    fn free_texts_refer_to_common_licences() {
        let text = b"This is the Debian package of apt.\n\n\
            License: see `/usr/share/common-licenses/GPL-2'.\n\
            Parts: /usr/share/common-licenses/Apache-2.0.\n\
            Again: /usr/share/common-licenses/GPL-2\n";
        assert_eq!(licenses(text), ["GPL-2", "Apache-2.0"]);
        assert_eq!(licenses(b"Do what you want."), [""; 0]);
    }

    #[test]
    fn lists_stay_short() {
        let mut text = b"Format: x\n\n".to_vec();
        for index in 0..1_000 {
            text.extend_from_slice(format!("License: name-{index}\n\n").as_bytes());
        }
        assert_eq!(licenses(&text).len(), MAX_LICENSES);
    }
}
