//! ELF package notes: programs that say which package of a distribution they were built for.
//!
//! <https://systemd.io/ELF_PACKAGE_METADATA/>. The package is the distribution's, whose advisories
//! speak of its own names and versions; as a component without a distribution it must not be
//! compared with upstream's. So its name is `TYPE/DISTRIBUTION/NAME`, which no project has, and it
//! has no CPE names: it is inventory. Where the package manager's database is there as well, the
//! file has an owner, and that is looked up.

use object::FileKind;
use object::elf::{FileHeader32, FileHeader64};
use object::endian::Endianness;
use object::read::elf::{FileHeader, ProgramHeader};
use plimsoll_language::{Component, Evidence, Extractor, Input, Parsed, Parser, ProblemKind};
use plimsoll_version::Ecosystem;
use serde_json::Value;

use crate::Program;

/// [`Extractor::id`] of this evidence.
const ID: &str = "elf-note";

/// The row of this evidence.
pub(crate) const EXTRACTOR: Extractor = Extractor {
    id: ID,
    ecosystem: Ecosystem::Generic,
    type_name: "elf-package",
    evidence: Evidence::Embedded,
    files: &[],
    limit: crate::MAX_PROGRAM,
    parser: Parser::Program,
    defined_by: "https://systemd.io/ELF_PACKAGE_METADATA/",
};

/// Owner and type of the note.
const OWNER: &[u8] = b"FDO";
const PACKAGE: u32 = 0xcafe_1a7e;

/// Real notes have some 200 bytes.
const MAX_NOTE: usize = 64 << 10;

/// Notes up to which a program is read; the linker leaves a handful.
const MAX_NOTES: usize = 1024;

pub(crate) fn read(input: Input<'_>, _file: &object::File<'_>, parsed: &mut Parsed<Program>) {
    let note = match FileKind::parse(input.content) {
        Ok(FileKind::Elf32) => find::<FileHeader32<Endianness>>(input.content),
        Ok(FileKind::Elf64) => find::<FileHeader64<Endianness>>(input.content),
        _ => None,
    };
    let Some(note) = note else { return };
    if note.len() > MAX_NOTE {
        let message = format!("the package note of this program has {} bytes", note.len());
        return parsed.problem(ProblemKind::TooLarge, message);
    }
    match component(note) {
        Ok(component) => parsed.value.add_part(ID, vec![component]),
        Err(message) => parsed.problem(ProblemKind::Malformed, message),
    }
}

fn find<Elf: FileHeader<Endian = Endianness>>(content: &[u8]) -> Option<&[u8]> {
    let header = Elf::parse(content).ok()?;
    let endian = header.endian().ok()?;
    let mut seen = 0;
    for segment in header.program_headers(endian, content).ok()? {
        let Ok(Some(mut notes)) = segment.notes(endian, content) else { continue };
        while let Ok(Some(note)) = notes.next() {
            if note.name() == OWNER && note.n_type(endian).0 == PACKAGE {
                return Some(note.desc());
            }
            seen += 1;
            if seen > MAX_NOTES {
                return None;
            }
        }
    }
    None
}

fn component(note: &[u8]) -> Result<Component, String> {
    // The linker pads it.
    let end = note.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let note: Value = serde_json::from_slice(note.get(..end).unwrap_or_default())
        .map_err(|error| format!("the package note of this program is no JSON: {error}"))?;
    let text = |key: &str| note.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text("name").ok_or("the package note of this program has no name")?;
    let kind = text("type").unwrap_or("unknown");
    // `cpe:/o:fedoraproject:fedora:33` or `cpe:2.3:o:…`; older notes had the name by itself.
    let from_cpe = text("osCpe").and_then(|cpe| {
        let at = if cpe.starts_with("cpe:/") { 3 } else { 4 };
        cpe.split(':').nth(at)
    });
    let system = text("os").or(from_cpe).unwrap_or("unknown");
    let version = text("version").unwrap_or_default();
    let mut component =
        Component::new(Ecosystem::Generic, format!("{kind}/{system}/{name}"), version);
    component.doubt = Some(
        "a package of a distribution by the program's own word; \
         the distribution's advisories are not asked"
            .to_owned(),
    );
    Ok(component)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{elf, note};

    fn read_notes(notes: &[u8]) -> Parsed<Program> {
        let content = elf(&[], notes);
        let mut parsed = Parsed::clean(Program::default());
        let file = object::File::parse(&*content).expect("an ELF file");
        read(Input { path: "usr/bin/a", content: &content }, &file, &mut parsed);
        parsed
    }

    fn only(parsed: &Parsed<Program>) -> &Component {
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        &parsed.value.parts[0].1[0]
    }

    #[test]
    fn notes_name_the_package_of_the_distribution() {
        let json = br#"{"type":"rpm","name":"coreutils","version":"8.32-30.fc35",
            "architecture":"x86_64","osCpe":"cpe:/o:fedoraproject:fedora:35"}"#;
        let notes = [
            note(b"GNU", 3, b"0123456789abcdef0123"),
            note(b"FDO", PACKAGE, &[json.as_slice(), b"\0\0"].concat()),
        ];
        let parsed = read_notes(&notes.concat());
        let found = only(&parsed);
        assert_eq!(found.id(), "rpm/fedora/coreutils@8.32-30.fc35");
        assert_eq!((found.cpes.len(), found.doubt.is_some()), (0, true));
        let json = br#"{"type":"deb","os":"debian","name":"a","osVersion":"12"}"#;
        assert_eq!(only(&read_notes(&note(b"FDO", PACKAGE, json))).id(), "deb/debian/a@");
    }

    #[test]
    fn other_notes_say_nothing() {
        let parsed = read_notes(&note(b"GNU", PACKAGE, b"{}"));
        assert_eq!((parsed.value.parts.len(), parsed.problems.len()), (0, 0));
    }

    #[test]
    fn broken_notes_are_told() {
        for json in [b"{\"name\":\"a\"".as_slice(), b"{\"type\":\"rpm\"}", b"", b"[1]", b"\xff"] {
            let parsed = read_notes(&note(b"FDO", PACKAGE, json));
            assert_eq!((parsed.value.parts.len(), parsed.problems.len()), (0, 1), "{json:?}");
        }
        let mut cut = note(b"FDO", PACKAGE, b"{}");
        cut.truncate(14);
        assert!(read_notes(&cut).value.parts.is_empty());
    }
}
