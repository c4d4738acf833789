//! The status database, and distroless's directory in place of it.

use plimsoll_image::ProblemKind;

use crate::deb822::{self, Line};
use crate::text::{text, without_cut_line};
use crate::{Package, PackageKind, Parsed, SourcePackage};

/// Reads `var/lib/dpkg/status`.
///
/// A package counts when its files are, or may be, on disk: all states but `not-installed` and
/// `config-files` (where only configuration stayed behind; `dpkg-query -W` lists those too). What
/// was asked for (`install`, `hold`, `deinstall`) does not matter, only the state does. A record
/// without `Status` counts, because image builders that write the file themselves leave it out.
pub fn parse_status(content: &[u8]) -> Parsed<Vec<Package>> {
    let (whole_lines, cut) = without_cut_line(content);
    let mut parsed = parse(whole_lines);
    // dpkg ends every record with an empty line, other builders not always the last one; a record
    // that reached its Description is as good as whole.
    let ends_well = || {
        let last = memchr::memmem::rfind(whole_lines, b"\n\n");
        let last = last.map_or(whole_lines, |end| &whole_lines[end + 2..]);
        last.is_empty() || memchr::memmem::find(last, b"\nDescription:").is_some()
    };
    if cut || !ends_well() {
        parsed.problem(
            ProblemKind::Truncated,
            "the file ends in the middle of a record: packages may be missing",
        );
    }
    parsed
}

/// Reads `var/lib/dpkg/status.d/NAME`, which distroless images have for each package; it has no
/// `Status`.
pub fn parse_status_d(content: &[u8]) -> Parsed<Vec<Package>> {
    parse(content)
}

fn parse(content: &[u8]) -> Parsed<Vec<Package>> {
    let mut parsed = Parsed::clean(Vec::new());
    for (index, paragraph) in deb822::paragraphs(content).enumerate() {
        let (record, stray_lines) = Record::read(paragraph);
        if stray_lines {
            parsed.problem(
                ProblemKind::Malformed,
                format!("{} has lines that are no fields", record.called(index)),
            );
        }
        if !record.has_files() {
            continue;
        }
        match record.missing() {
            Some(field) => parsed.problem(
                ProblemKind::Malformed,
                format!("{} has no {field} and is left out", record.called(index)),
            ),
            None if parsed.add(record.package()) => {}
            None => break,
        }
    }
    parsed
}

/// The fields of a record that are kept, still in place.
#[derive(Default)]
struct Record<'a> {
    name: &'a [u8],
    version: &'a [u8],
    architecture: &'a [u8],
    source: &'a [u8],
    maintainer: &'a [u8],
    status: &'a [u8],
}

impl<'a> Record<'a> {
    fn read(paragraph: &'a [u8]) -> (Record<'a>, bool) {
        let mut record = Record::default();
        let mut stray_lines = false;
        for line in deb822::fields(paragraph) {
            let Line::Field(name, value) = line else {
                stray_lines = true;
                continue;
            };
            // Lengths tell the six apart from nearly all other fields without comparing.
            let place = match name.len() {
                6 if name.eq_ignore_ascii_case(b"Source") => &mut record.source,
                6 if name.eq_ignore_ascii_case(b"Status") => &mut record.status,
                7 if name.eq_ignore_ascii_case(b"Package") => &mut record.name,
                7 if name.eq_ignore_ascii_case(b"Version") => &mut record.version,
                10 if name.eq_ignore_ascii_case(b"Maintainer") => &mut record.maintainer,
                12 if name.eq_ignore_ascii_case(b"Architecture") => &mut record.architecture,
                _ => continue,
            };
            *place = value;
        }
        (record, stray_lines)
    }

    /// Whether the package's own files are, or may be, on disk.
    fn has_files(&self) -> bool {
        let state = self.status.split(u8::is_ascii_whitespace).next_back().unwrap_or_default();
        !matches!(state, b"not-installed" | b"config-files")
    }

    fn missing(&self) -> Option<&'static str> {
        match self {
            Record { name: b"", .. } => Some("Package field"),
            Record { version: b"", .. } => Some("Version field"),
            _ => None,
        }
    }

    /// The record for a person.
    fn called(&self, index: usize) -> String {
        match self.name {
            b"" => format!("record {}", index + 1),
            name => format!("the record of {}", text(name)),
        }
    }

    fn package(&self) -> Package {
        let (source_name, source_version) = split_source(self.source);
        let or = |value: &[u8], otherwise| text(if value.is_empty() { otherwise } else { value });
        Package {
            architecture: text(self.architecture),
            source: Some(SourcePackage {
                name: or(source_name, self.name),
                version: or(source_version, self.version),
            }),
            maintainer: (!self.maintainer.is_empty()).then(|| text(self.maintainer)),
            ..Package::new(PackageKind::Deb, text(self.name), text(self.version))
        }
    }
}

/// `glibc (2.36-9)` → `glibc`, `2.36-9`. The version stands there only if it differs from the
/// binary package's.
fn split_source(source: &[u8]) -> (&[u8], &[u8]) {
    let Some(open) = memchr::memchr(b'(', source) else { return (source, b"") };
    let version = &source[open + 1..];
    let version = &version[..memchr::memchr(b')', version).unwrap_or(version.len())];
    (source[..open].trim_ascii(), version.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &[u8] = b"Package: libc6\n\
        Status: install ok installed\n\
        Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>\n\
        Architecture: amd64\n\
        Multi-Arch: same\n\
        Source: glibc\n\
        Version: 2.36-9+deb12u4\n\
        Conffiles:\n \
        /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab\n\
        Description: GNU C Library: Shared libraries\n \
        Version: 9.9 is in the text and no field\n\
        \n\
        Package: libc6\n\
        Status: hold ok installed\n\
        Architecture: i386\n\
        Source: glibc\n\
        Version: 2.36-9+deb12u4\n\
        \n\
        Package: libssl3\n\
        Status: deinstall ok half-configured\n\
        Architecture: amd64\n\
        Source: openssl (1:3.0.11-1~deb12u2)\n\
        Version: 3.0.11-1~deb12u2+b1\n\
        \n\
        Package: left-behind\n\
        Status: deinstall ok config-files\n\
        Version: 1.0\n\
        \n\
        Package: never-there\n\
        Status: purge ok not-installed\n\
        \n";

    fn summary(packages: &[Package]) -> Vec<(&str, &str, &str, &str, &str)> {
        packages
            .iter()
            .map(|package| {
                let source = package.source.as_ref().expect("dpkg always knows the source");
                (
                    package.name.as_str(),
                    package.version.as_str(),
                    package.architecture.as_str(),
                    source.name.as_str(),
                    source.version.as_str(),
                )
            })
            .collect()
    }

    #[test]
    fn packages_with_files_count() {
        let parsed = parse_status(STATUS);
        assert_eq!(
            summary(&parsed.value),
            [
                ("libc6", "2.36-9+deb12u4", "amd64", "glibc", "2.36-9+deb12u4"),
                ("libc6", "2.36-9+deb12u4", "i386", "glibc", "2.36-9+deb12u4"),
                ("libssl3", "3.0.11-1~deb12u2+b1", "amd64", "openssl", "1:3.0.11-1~deb12u2"),
            ]
        );
        assert_eq!(
            parsed.value[0].maintainer.as_deref(),
            Some("GNU Libc Maintainers <debian-glibc@lists.debian.org>")
        );
        assert_eq!(parsed.problems, []);
    }

    #[test]
    fn every_state_is_judged() {
        for (state, counts) in [
            ("installed", true),
            ("unpacked", true),
            ("half-configured", true),
            ("half-installed", true),
            ("triggers-awaited", true),
            ("triggers-pending", true),
            ("config-files", false),
            ("not-installed", false),
        ] {
            let record = format!("Package: a\nStatus: install reinstreq {state}\nVersion: 1\n\n");
            assert_eq!(parse_status(record.as_bytes()).value.len(), usize::from(counts), "{state}");
        }
    }

    #[test]
    fn distroless_records_have_no_status() {
        let record = b"Package: base-files\nVersion: 12.4+deb12u5\nArchitecture: amd64";
        let parsed = parse_status_d(record);
        let expected = ("base-files", "12.4+deb12u5", "amd64", "base-files", "12.4+deb12u5");
        assert_eq!(summary(&parsed.value), [expected]);
        assert_eq!(parsed.problems, []);
    }

    #[test]
    fn bad_records_cost_only_themselves() {
        let parsed = parse_status(
            b"Version: 1\n\npackage: a\nversion: 2\nfoo\n\nPackage: b\nVersion:\n\nPackage: c\nVersion: 3\n\n",
        );
        let names: Vec<_> = parsed.value.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        let messages: Vec<_> = parsed.problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(
            messages,
            [
                "record 1 has no Package field and is left out",
                "the record of a has lines that are no fields",
                "the record of b has no Version field and is left out",
            ]
        );
    }

    #[test]
    fn a_cut_file_keeps_whole_records_and_says_so() {
        let whole = parse_status(STATUS).value;
        for end in 1..STATUS.len() {
            let parsed = parse_status(&STATUS[..end]);
            assert!(parsed.value.len() <= whole.len());
            for (cut, package) in parsed.value.iter().zip(&whole) {
                assert_eq!((&cut.name, &cut.version), (&package.name, &package.version));
            }
            if !STATUS[..end].ends_with(b"\n") {
                assert!(parsed.problems.iter().any(|p| p.kind == ProblemKind::Truncated), "{end}");
            }
        }
    }
}
