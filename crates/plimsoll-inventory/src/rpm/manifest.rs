//! `var/lib/rpmmanifest/container-manifest-2`: the package list of an image without a database.
//!
//! The tools that build Azure Linux (CBL-Mariner) images write it when they remove the database
//! from a distroless image. One line a package, ten columns with tabs between them: name,
//! version-release, time of installation, time of build, vendor, `(none)` (once the epoch), size,
//! architecture, epoch with zero for none, file name of the source package
//! (`generateContainerManifests` in
//! <https://github.com/microsoft/azurelinux/blob/3.0/toolkit/tools/imagegen/installutils/installutils.go>).

use plimsoll_image::ProblemKind;

use super::header::PUBLIC_KEY;
use super::{full_version, source_package};
use crate::text::{lines, text, without_cut_line};
use crate::{Package, PackageKind, Parsed};

const COLUMNS: usize = 10;

/// Reads the list. It names no files and no licences.
pub fn parse_manifest(content: &[u8]) -> Parsed<Vec<Package>> {
    let mut parsed = Parsed::clean(Vec::new());
    let (content, cut) = without_cut_line(content);
    if cut {
        parsed.problem(ProblemKind::Truncated, "the last line is cut: a package is missing");
    }
    for (number, line) in lines(content).enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.starts_with(&[PUBLIC_KEY, b"\t"].concat()) {
            continue;
        }
        let Some(package) = package(line) else {
            let number = number + 1;
            let message = format!("line {number} is not of the known form: a package is missing");
            parsed.problem(ProblemKind::Malformed, message);
            continue;
        };
        if !parsed.add(package) {
            break;
        }
    }
    parsed
}

fn package(line: &[u8]) -> Option<Package> {
    let mut columns = [&b""[..]; COLUMNS];
    let mut count = 0;
    for column in line.split(|&byte| byte == b'\t') {
        *columns.get_mut(count)? = column;
        count += 1;
    }
    let [name, version_release, _, _, vendor, _, _, architecture, epoch, source] = columns;
    if count != COLUMNS || name.is_empty() || !version_release.contains(&b'-') {
        return None;
    }
    let given = |column: &[u8]| (column != b"(none)" && !column.is_empty()).then(|| text(column));
    let epoch = given(epoch).map_or(Some(0), |epoch| epoch.parse().ok())?;
    Some(Package {
        architecture: given(architecture).unwrap_or_default(),
        source: given(source).and_then(|file_name| source_package(&file_name)),
        maintainer: given(vendor),
        ..Package::new(PackageKind::Rpm, text(name), full_version(epoch, &text(version_release)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &[u8] = b"mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft \
        Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm\n\
        gpg-pubkey\t3135ce90-5e6fda74\t1653816591\t1583340148\t(none)\t(none)\t0\t(none)\t0\t(none)\n\
        openssl-libs\t1.1.1k-15.cm2\t1653816595\t1653631609\t(none)\t(none)\t4365048\tx86_64\t1\t\
        openssl-1.1.1k-15.cm2.src.rpm\n";

    #[test]
    fn lines_become_packages() {
        let parsed = parse_manifest(LINES);
        assert_eq!(parsed.problems, []);
        let [release, openssl] = &parsed.value[..] else { panic!("two packages: {parsed:?}") };
        assert_eq!((&*release.name, &*release.version), ("mariner-release", "2.0-12.cm2"));
        assert_eq!(release.maintainer.as_deref(), Some("Microsoft Corporation"));
        assert_eq!(release.architecture, "noarch");
        assert_eq!((&*openssl.version, &openssl.maintainer), ("1:1.1.1k-15.cm2", &None));
        let source = openssl.source.as_ref().expect("it has one");
        assert_eq!((&*source.name, &*source.version), ("openssl", "1.1.1k-15.cm2"));
    }

    #[test]
    fn broken_lines_cost_themselves_only() {
        let broken =
            [&b"a\t1-1\nb\t1-1\t\t\t\t\t\t\t0\t\nc\t1-1\t\t\t\t\t\t\tx\t(none)\n"[..], LINES];
        let parsed = parse_manifest(&broken.concat());
        assert_eq!((parsed.value.len(), parsed.problems.len()), (3, 2));
    }

    #[test]
    fn a_cut_is_told() {
        for end in 1..LINES.len() {
            if LINES[end - 1] != b'\n' {
                assert_eq!(parse_manifest(&LINES[..end]).problems.len(), 1, "at {end}");
            }
        }
    }
}
