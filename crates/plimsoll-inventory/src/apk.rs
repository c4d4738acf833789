//! Packages of Alpine, Wolfi and their kin.
//!
//! The installed database is text: lines `X:value`, an empty line after each package
//! (<https://wiki.alpinelinux.org/wiki/Apk_spec>, apk-tools `src/database.c` for the files part).

use plimsoll_image::ProblemKind;

use crate::deb822::paragraphs;
use crate::text::{lines, text, without_cut_line};
use crate::{FileList, Package, PackageKind, Parsed, SourcePackage};

/// Reads `lib/apk/db/installed`, or `usr/lib/apk/db/installed` in newer releases.
///
/// The origin is the source package; apk builds all packages of an origin in one version. Owned
/// files are those of the `R` lines, without directories.
pub fn parse_installed(content: &[u8]) -> Parsed<Vec<Package>> {
    let (whole_lines, cut) = without_cut_line(content);
    let mut parsed = Parsed::clean(Vec::new());
    let mut path = Vec::new();
    for (index, paragraph) in paragraphs(whole_lines).enumerate() {
        let (record, stray_lines) = Record::read(paragraph, &mut path);
        let name = record.name;
        let called = || match name {
            b"" => format!("record {}", index + 1),
            name => format!("the record of {}", text(name)),
        };
        if stray_lines {
            let message = format!("{} has lines that are no fields", called());
            parsed.problem(ProblemKind::Malformed, message);
        }
        let missing = match record {
            Record { name: b"", .. } => "name (P)",
            Record { version: b"", .. } => "version (V)",
            record => match parsed.add(record.package()) {
                true => continue,
                false => break,
            },
        };
        let message = format!("{} has no {missing} and is left out", called());
        parsed.problem(ProblemKind::Malformed, message);
    }
    if cut {
        parsed.problem(
            ProblemKind::Truncated,
            "the file ends in the middle of a record: packages may be missing",
        );
    }
    parsed
}

/// The fields of a record that are kept, still in place.
#[derive(Default)]
struct Record<'a> {
    name: &'a [u8],
    version: &'a [u8],
    architecture: &'a [u8],
    origin: &'a [u8],
    license: &'a [u8],
    maintainer: &'a [u8],
    files: FileList,
}

impl<'a> Record<'a> {
    /// `path` is room to put paths together in.
    fn read(paragraph: &'a [u8], path: &mut Vec<u8>) -> (Record<'a>, bool) {
        let mut record = Record::default();
        let mut stray_lines = false;
        path.clear();
        // Length of the directory in `path`, with its slash.
        let mut directory = 0;
        for line in lines(paragraph) {
            let [letter, b':', value @ ..] = line else {
                stray_lines = true;
                continue;
            };
            match letter {
                b'P' => record.name = value,
                b'V' => record.version = value,
                b'A' => record.architecture = value,
                b'o' => record.origin = value,
                b'L' => record.license = value,
                b'm' => record.maintainer = value,
                b'F' => {
                    path.clear();
                    path.extend_from_slice(value);
                    if !value.is_empty() {
                        path.push(b'/');
                    }
                    directory = path.len();
                }
                b'R' => {
                    path.truncate(directory);
                    path.extend_from_slice(value);
                    record.files.push(path);
                }
                _ => {}
            }
        }
        (record, stray_lines)
    }

    fn package(self) -> Package {
        let some = |value: &[u8]| (!value.is_empty()).then(|| text(value));
        Package {
            architecture: text(self.architecture),
            // Packages of old releases and of other builders may lack an origin.
            source: some(self.origin)
                .map(|name| SourcePackage { name, version: text(self.version) }),
            licenses: some(self.license).into_iter().collect(),
            maintainer: some(self.maintainer),
            files: self.files,
            ..Package::new(PackageKind::Apk, text(self.name), text(self.version))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTALLED: &[u8] = b"C:Q1i4iPTbAScGKMNsrCsGnaQvJ/n2k=\n\
        P:musl\n\
        V:1.2.4_git20230717-r4\n\
        A:x86_64\n\
        T:the musl c library (libc) implementation\n\
        L:MIT\n\
        o:musl\n\
        m:Timo Teras <timo.teras@iki.fi>\n\
        F:lib\n\
        R:ld-musl-x86_64.so.1\n\
        a:0:0:755\n\
        Z:Q1Nuw2mo6uzMlOMQ6wXJ9a5KfFG2U=\n\
        R:libc.musl-x86_64.so.1\n\
        F:\n\
        R:.marker\n\
        \n\
        C:Q1xxx=\n\
        P:ssl_client\n\
        V:1.36.1-r19\n\
        A:x86_64\n\
        L:GPL-2.0-only\n\
        o:busybox\n\
        F:usr\n\
        M:0:0:755\n\
        F:usr/bin\n\
        R:ssl_client\n\
        \n";

    #[test]
    fn records_become_packages() {
        let parsed = parse_installed(INSTALLED);
        assert_eq!(parsed.problems, []);
        let [musl, client] = parsed.value.as_slice() else { panic!("{:?}", parsed.value) };
        assert_eq!((&*musl.name, &*musl.version), ("musl", "1.2.4_git20230717-r4"));
        assert_eq!((&*musl.architecture, &*musl.licenses[0]), ("x86_64", "MIT"));
        assert_eq!(musl.maintainer.as_deref(), Some("Timo Teras <timo.teras@iki.fi>"));
        let files: Vec<_> = musl.files.iter().collect();
        let expected = ["lib/ld-musl-x86_64.so.1", "lib/libc.musl-x86_64.so.1", ".marker"];
        assert_eq!(files, expected.map(str::as_bytes));
        let origin = client.source.as_ref().map(|source| (&*source.name, &*source.version));
        assert_eq!(origin, Some(("busybox", "1.36.1-r19")));
        assert_eq!(client.maintainer, None);
        assert_eq!(client.files.iter().collect::<Vec<_>>(), [b"usr/bin/ssl_client"]);
    }

    #[test]
    fn bad_records_cost_only_themselves() {
        let parsed = parse_installed(b"P:a\n\nV:1\nfoo\n\nP:b\nV:2\n\n");
        assert_eq!(parsed.value.len(), 1);
        let messages: Vec<_> = parsed.problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(
            messages,
            [
                "the record of a has no version (V) and is left out",
                "record 2 has lines that are no fields",
                "record 2 has no name (P) and is left out",
            ]
        );
    }

    #[test]
    fn a_cut_file_keeps_whole_versions_and_says_so() {
        let whole = parse_installed(INSTALLED).value;
        for end in 1..INSTALLED.len() {
            let parsed = parse_installed(&INSTALLED[..end]);
            for (cut, package) in parsed.value.iter().zip(&whole) {
                assert_eq!((&cut.name, &cut.version), (&package.name, &package.version));
            }
            if !INSTALLED[..end].ends_with(b"\n") {
                assert!(parsed.problems.iter().any(|p| p.kind == ProblemKind::Truncated), "{end}");
            }
        }
    }
}
