//! The files that named an operating system before os-release, and beside it.

use super::fields::{Fields, assignments, clean, unquote};
use crate::text::lines;

/// How a release line begins, and the os-release `ID` of what it means. The first that fits counts.
const PRODUCTS: &[(&str, &str)] = &[
    ("Red Hat Enterprise Linux", "rhel"),
    ("CentOS", "centos"),
    ("Oracle Linux", "ol"),
    ("Enterprise Linux Enterprise Linux", "ol"),
    ("AlmaLinux", "almalinux"),
    ("Rocky Linux", "rocky"),
    ("Fedora", "fedora"),
    ("Amazon Linux", "amzn"),
    ("openEuler", "openEuler"),
    ("CBL-Mariner", "mariner"),
    ("Common Base Linux Mariner", "mariner"),
    ("Microsoft Azure Linux", "azurelinux"),
    ("Azure Linux", "azurelinux"),
    ("AzureLinux", "azurelinux"),
    ("VMware Photon", "photon"),
    ("Photon", "photon"),
    ("SUSE Linux Enterprise Desktop", "sled"),
    ("SUSE Linux Enterprise", "sles"),
    ("openSUSE", "opensuse"),
];

/// Reads files like redhat-release: one line `NAME release VERSION (CODENAME)`, some without the
/// word `release`.
pub(super) fn release_line(content: &[u8]) -> Fields {
    let line = clean(lines(content).next().unwrap_or_default());
    let known = PRODUCTS.iter().find(|(start, _)| line.starts_with(start));
    let words = || line.split_whitespace();
    let is_version = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    let id = match known {
        Some((_, id)) => (*id).to_owned(),
        // A clone that is not in the table goes by its own first word.
        None if words().any(|word| word == "release") => {
            words().next().unwrap_or_default().to_lowercase()
        }
        None => String::new(),
    };
    let name: Vec<_> = words().take_while(|word| *word != "release" && !is_version(word)).collect();
    Fields {
        id,
        name: name.join(" "),
        version_id: words().find(is_version).unwrap_or_default().to_owned(),
        version: words().skip_while(|word| !is_version(word)).collect::<Vec<_>>().join(" "),
        codename: String::new(),
        pretty_name: line,
    }
}

/// Reads SuSE-release: a release line, then `VERSION = 11` and `PATCHLEVEL = 4`.
pub(super) fn suse_release(content: &[u8]) -> Fields {
    let mut fields = release_line(content);
    let value = |wanted: &[u8]| {
        let mut found = assignments(content).filter(|(key, _)| key.trim_ascii() == wanted);
        found.next().map(|(_, value)| clean(value)).unwrap_or_default()
    };
    let (version, level) = (value(b"VERSION"), value(b"PATCHLEVEL"));
    fields.version_id = match level.as_str() {
        _ if version.is_empty() => return fields,
        "" | "0" => version,
        level => format!("{version}.{level}"),
    };
    fields
}

/// Reads lsb-release.
pub(super) fn lsb_release(content: &[u8]) -> Fields {
    let mut fields = Fields::default();
    for (key, value) in assignments(content) {
        let value = unquote(value);
        match key {
            b"DISTRIB_ID" => {
                fields.id = value.to_lowercase();
                fields.name = value;
            }
            b"DISTRIB_RELEASE" => fields.version_id = value,
            b"DISTRIB_CODENAME" => fields.codename = value,
            b"DISTRIB_DESCRIPTION" => fields.pretty_name = value,
            _ => {}
        }
    }
    fields
}

/// Reads debian_version: a number, or `trixie/sid` before a release. Ubuntu and others have this
/// file too, so it comes last.
pub(super) fn debian_version(content: &[u8]) -> Fields {
    let version = clean(lines(content).next().unwrap_or_default());
    if version.is_empty() {
        return Fields::default();
    }
    let codename = version.strip_suffix("/sid").unwrap_or_default().to_owned();
    Fields {
        id: "debian".into(),
        name: "Debian GNU/Linux".into(),
        version_id: if codename.is_empty() { version } else { String::new() },
        codename,
        ..Fields::default()
    }
}

/// Reads alpine-release: the version alone.
pub(super) fn alpine_release(content: &[u8]) -> Fields {
    let version_id = clean(lines(content).next().unwrap_or_default());
    if version_id.is_empty() {
        return Fields::default();
    }
    let name = "Alpine Linux".to_owned();
    Fields { id: "alpine".into(), name, version_id, ..Fields::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_lines_name_product_and_version() {
        for (line, id, version) in [
            ("Red Hat Enterprise Linux Server release 6.10 (Santiago)", "rhel", "6.10"),
            ("CentOS release 6.10 (Final)", "centos", "6.10"),
            ("CentOS Linux release 7.9.2009 (Core)", "centos", "7.9.2009"),
            ("CentOS Stream release 8", "centos", "8"),
            ("Oracle Linux Server release 6.10", "ol", "6.10"),
            ("Fedora release 20 (Heisenbug)", "fedora", "20"),
            ("Amazon Linux AMI release 2013.03", "amzn", "2013.03"),
            ("openEuler release 22.03 (LTS-SP1)", "openEuler", "22.03"),
            ("CBL-Mariner 2.0.20220527", "mariner", "2.0.20220527"),
            ("VMware Photon OS 4.0", "photon", "4.0"),
            ("Scientific Linux release 6.10 (Carbon)", "scientific", "6.10"),
            ("just some words", "", ""),
            ("", "", ""),
        ] {
            let fields = release_line(format!("{line}\nmore=1\n").as_bytes());
            assert_eq!((&*fields.id, &*fields.version_id), (id, version), "{line}");
        }
    }

    #[test]
    fn suse_release_has_the_version_below() {
        let text = b"SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n";
        let fields = suse_release(text);
        assert_eq!((&*fields.id, &*fields.version_id), ("sles", "11.4"));
        let fields = suse_release(b"openSUSE 13.1 (x86_64)\nVERSION = 13.1\nCODENAME = Bottle\n");
        assert_eq!((&*fields.id, &*fields.version_id), ("opensuse", "13.1"));
    }

    #[test]
    fn debian_version_is_a_number_or_a_codename() {
        assert_eq!(debian_version(b"6.0.10\n").version_id, "6.0.10");
        let testing = debian_version(b"trixie/sid\n");
        assert_eq!((&*testing.version_id, &*testing.codename), ("", "trixie"));
        assert_eq!(debian_version(b"\n"), Fields::default());
    }
}
