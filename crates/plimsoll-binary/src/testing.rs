//! Small ELF files for tests.

/// A section: name, type, flags, address, contents.
pub(crate) struct Section {
    pub(crate) name: &'static str,
    pub(crate) kind: u32,
    pub(crate) flags: u64,
    pub(crate) address: u64,
    pub(crate) content: Vec<u8>,
}

impl Section {
    /// Read-only data that is loaded at an address.
    pub(crate) fn data(name: &'static str, address: u64, content: impl Into<Vec<u8>>) -> Section {
        Section { name, kind: 1, flags: 2, address, content: content.into() }
    }
}

/// A 64-bit little-endian ELF file with these sections and, if there is one, a segment of notes.
pub(crate) fn elf(sections: &[Section], notes: &[u8]) -> Vec<u8> {
    let mut names = vec![0];
    let mut headers = vec![[0u8; 64]];
    let mut body: Vec<u8> = Vec::new();
    let start = 64 + 56;
    let notes_at = start;
    body.extend(notes);
    let mut add = |name: &str, kind: u32, flags: u64, address: u64, content: &[u8], link: u32| {
        let mut header = Vec::new();
        header.extend((names.len() as u32).to_le_bytes());
        names.extend(name.bytes().chain([0]));
        header.extend(kind.to_le_bytes());
        for value in [flags, address, (start + body.len()) as u64, content.len() as u64] {
            header.extend(value.to_le_bytes());
        }
        header.extend(link.to_le_bytes());
        header.extend(u32::from(kind == 11 || kind == 2).to_le_bytes());
        header.extend(8u64.to_le_bytes());
        header.extend((if kind == 11 || kind == 2 { 24u64 } else { 0 }).to_le_bytes());
        headers.push(header.try_into().expect("64 bytes"));
        body.extend(content);
    };
    for section in sections {
        // A table of symbols is followed by its names.
        let link = if section.kind == 11 || section.kind == 2 {
            1 + sections.iter().position(|one| one.kind == 3).expect("names") as u32
        } else {
            0
        };
        let Section { name, kind, flags, address, content } = section;
        add(name, *kind, *flags, *address, content, link);
    }
    let own = [b"\0".as_slice(), b".shstrtab\0"].concat();
    let known: Vec<u8> = sections.iter().flat_map(|one| one.name.bytes().chain([0])).collect();
    let all_names = [&own[..1], &known, b".shstrtab\0"].concat();
    add(".shstrtab", 3, 0, 0, &all_names, 0);
    let table_at = start + body.len();

    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend(3u16.to_le_bytes());
    file.extend(62u16.to_le_bytes());
    file.extend(1u32.to_le_bytes());
    for value in [0u64, 64, table_at as u64] {
        file.extend(value.to_le_bytes());
    }
    file.extend(0u32.to_le_bytes());
    let count = headers.len() as u16;
    for value in [64u16, 56, u16::from(!notes.is_empty()), 64, count, count - 1] {
        file.extend(value.to_le_bytes());
    }
    file.extend(4u32.to_le_bytes());
    file.extend(4u32.to_le_bytes());
    let size = notes.len() as u64;
    for value in [notes_at as u64, notes_at as u64, notes_at as u64, size, size, 4] {
        file.extend(value.to_le_bytes());
    }
    assert_eq!(file.len(), start);
    file.extend(body);
    file.extend(headers.concat());
    file
}

/// A note with a name, a type and contents, padded to four bytes.
pub(crate) fn note(name: &[u8], kind: u32, content: &[u8]) -> Vec<u8> {
    let mut note = Vec::new();
    for value in [name.len() as u32 + 1, content.len() as u32, kind] {
        note.extend(value.to_le_bytes());
    }
    for part in [&[name, b"\0"].concat(), content] {
        note.extend(part);
        note.resize(note.len().next_multiple_of(4), 0);
    }
    note
}
