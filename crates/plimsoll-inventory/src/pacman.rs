//! Packages of Arch Linux.
//!
//! pacman keeps a directory for each package, with `desc` and `files` in one format: a line
//! `%KEY%`, the values one a line, an empty line (pacman's `lib/libalpm/be_local.c`,
//! <https://gitlab.archlinux.org/pacman/pacman>; keys as in PKGBUILD(5)).

use plimsoll_image::ProblemKind;

use crate::text::{lines, text};
use crate::{FileList, Package, PackageKind, Parsed, SourcePackage};

/// Reads `var/lib/pacman/local/NAME-VERSION/desc`: one package, or none if it is broken.
pub fn parse_desc(content: &[u8]) -> Parsed<Vec<Package>> {
    let (mut name, mut version, mut base) = (None, None, None);
    let (mut architecture, mut packager) = (None, None);
    let mut licenses = Vec::new();
    for (key, value) in values(content) {
        let place = match key {
            b"NAME" => &mut name,
            b"VERSION" => &mut version,
            b"BASE" => &mut base,
            b"ARCH" => &mut architecture,
            b"PACKAGER" => &mut packager,
            b"LICENSE" => {
                licenses.push(text(value));
                continue;
            }
            _ => continue,
        };
        place.get_or_insert_with(|| text(value));
    }
    let mut parsed = Parsed::clean(Vec::new());
    let (Some(name), Some(version)) = (name, version) else {
        let message = "the record has no name or no version: a package is missing";
        parsed.problem(ProblemKind::Malformed, message);
        return parsed;
    };
    parsed.value.push(Package {
        architecture: architecture.unwrap_or_default(),
        source: base.map(|name| SourcePackage { name, version: version.clone() }),
        licenses,
        maintainer: packager,
        ..Package::new(PackageKind::Alpm, name, version)
    });
    parsed
}

/// Reads the `files` beside a `desc`. Directories, which end in `/` there, are left out.
pub fn parse_files(content: &[u8]) -> Parsed<FileList> {
    let files = values(content).filter(|(key, path)| *key == b"FILES" && !path.ends_with(b"/"));
    Parsed::clean(files.map(|(_, path)| path).collect())
}

/// Each value with the key above it.
fn values(content: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut key: &[u8] = b"";
    let mut after_empty_line = true;
    lines(content).filter_map(move |line| {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            (key, after_empty_line) = (b"", true);
            return None;
        }
        // A value may look like a key, so a key counts only at the beginning of a section.
        if after_empty_line && let [b'%', inner @ .., b'%'] = line {
            (key, after_empty_line) = (inner, false);
            return None;
        }
        after_empty_line = false;
        Some((key, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESC: &[u8] = b"%NAME%\ngcc-libs\n\n%VERSION%\n7.2.1+20180116-1\n\n%BASE%\ngcc\n\n\
        %DESC%\nRuntime libraries\n\n%ARCH%\nx86_64\n\n\
        %PACKAGER%\nBartlomiej Piotrowski <bpiotrowski@archlinux.org>\n\n\
        %LICENSE%\nGPL\ncustom\n\n%VALIDATION%\npgp\n\n%DEPENDS%\nglibc>=2.26\n%NAME%\n\n";

    #[test]
    fn a_record_becomes_a_package() {
        let parsed = parse_desc(DESC);
        assert_eq!(parsed.problems, []);
        let package = &parsed.value[0];
        assert_eq!((&*package.name, &*package.version), ("gcc-libs", "7.2.1+20180116-1"));
        assert_eq!(package.architecture, "x86_64");
        assert_eq!(package.licenses, ["GPL", "custom"]);
        assert_eq!(package.source.as_ref().map(|source| &*source.name), Some("gcc"));
        assert!(package.maintainer.as_ref().is_some_and(|name| name.starts_with("Bartlomiej")));
    }

    #[test]
    fn files_come_without_directories() {
        let parsed = parse_files(
            b"%FILES%\netc/\netc/pacman.conf\nusr/bin/100%\n\n%BACKUP%\netc/pacman.conf\t00\n\n",
        );
        let files: Vec<_> = parsed.value.iter().collect();
        assert_eq!(files, [&b"etc/pacman.conf"[..], b"usr/bin/100%"]);
    }

    #[test]
    fn a_cut_record_is_told() {
        let end = DESC.windows(9).position(|window| window == b"%VERSION%").expect("stands there");
        for end in 0..end + 9 {
            let parsed = parse_desc(&DESC[..end]);
            assert_eq!((parsed.value.len(), parsed.problems.len()), (0, 1));
        }
    }
}
