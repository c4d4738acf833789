//! Who writes `updateinfo.xml`, and where each of them says the release.

use plimsoll_version::Distribution;

use super::{Collection, Package, Update};
use crate::feed::{Publisher, alma, contains};

/// A namespace, and the channel where it is not the release's own.
type Release = (String, Option<String>);

pub(in crate::feed) struct Distributor {
    pub(in crate::feed) publisher: &'static Publisher,
    /// What stands at the beginning of a file.
    marks: &'static [&'static str],
    /// Whether an id is of the form that this distributor gives.
    pub(super) is_own: fn(&str) -> bool,
    /// The release of a package, also by the file's path.
    pub(super) release: fn(&Update, &Collection, &Package, &str) -> Option<Release>,
}

impl Distributor {
    pub(super) fn recognises(&self, head: &[u8]) -> bool {
        contains(head, "<updates") && self.marks.iter().any(|mark| contains(head, mark))
    }
}

pub(in crate::feed) static ALMA: Distributor = Distributor {
    publisher: &alma::ALMA,
    marks: &["from=\"packager@almalinux.org\"", "<id>ALSA-", "<id>ALBA-", "<id>ALEA-"],
    is_own: |id| ["ALSA-", "ALBA-", "ALEA-"].iter().any(|start| id.starts_with(start)),
    release: |_, collection, _, path| {
        let version = leading_number(after(&collection.short, "almalinux-")?)
            .or_else(|| numbered_part(path, "almalinux"))?;
        Some((Distribution::Alma.namespace(version), None))
    },
};

pub(in crate::feed) static AMAZON: Distributor = Distributor {
    publisher: &Publisher {
        id: "amazon",
        name: "Amazon Linux Security Center",
        url: "https://alas.aws.amazon.com/",
        license: "not stated",
    },
    marks: &["from=\"linux-security@amazon.com\"", "<id>ALAS"],
    is_own: |id| id.starts_with("ALAS"),
    release: amazon,
};

pub(in crate::feed) static BOTTLEROCKET: Distributor = Distributor {
    publisher: &Publisher {
        id: "bottlerocket",
        name: "Bottlerocket security advisories",
        url: "https://advisories.bottlerocket.aws/",
        license: "Apache-2.0 OR MIT",
    },
    marks: &["<id>BRSA-", "short=\"bottlerocket\"", "bottlerocket-os/bottlerocket"],
    is_own: |id| id.starts_with("BRSA-") || id.starts_with("GHSA-"),
    release: |_, _, _, _| Some((Distribution::Bottlerocket.namespace(""), None)),
};

pub(in crate::feed) static FEDORA: Distributor = Distributor {
    publisher: &crate::feed::bodhi::FEDORA,
    marks: &["from=\"updates@fedoraproject.org\"", "<id>FEDORA-"],
    is_own: |id| id.starts_with("FEDORA-"),
    release: |update, collection, _, _| {
        let name = if update.release.is_empty() { &collection.name } else { &update.release };
        fedora(name).map(|namespace| (namespace, None))
    },
};

pub(in crate::feed) static OPEN_EULER: Distributor = Distributor {
    publisher: &Publisher {
        id: "openeuler-updateinfo",
        name: "openEuler updateinfo",
        url: "https://repo.openeuler.org/",
        license: "not stated",
    },
    marks: &["from=\"openEuler", "from=\"openeuler", "<id>openEuler-"],
    is_own: |id| id.starts_with("openEuler-"),
    release: |_, _, package, path| {
        let part = path.split('/').find_map(|part| part.strip_prefix("openEuler-"));
        let version = part.map(str::to_owned).or_else(|| euler(&package.release))?;
        Some((Distribution::OpenEuler.namespace(&version), None))
    },
};

pub(in crate::feed) static PHOTON: Distributor = Distributor {
    publisher: &Publisher {
        id: "photon-updateinfo",
        name: "Photon OS updateinfo",
        url: "https://packages.vmware.com/photon/",
        license: "not stated",
    },
    marks: &["<id>PHSA-"],
    is_own: |id| id.starts_with("PHSA-"),
    release: |_, _, package, _| {
        let version = leading_number(after(&package.release, ".ph")?)?;
        Some((Distribution::Photon.namespace(&format!("{version}.0")), None))
    },
};

pub(in crate::feed) static ROCKY: Distributor = Distributor {
    publisher: &crate::feed::rocky::ROCKY,
    marks: &["from=\"releng@rockylinux.org\"", "<id>RLSA-", "<id>RLBA-", "<id>RLEA-"],
    is_own: |id| ["RLSA-", "RLBA-", "RLEA-", "RXSA-"].iter().any(|start| id.starts_with(start)),
    release: |update, collection, _, path| {
        let version = after(&update.release, "Rocky Linux ")
            .and_then(leading_number)
            .or_else(|| after(&collection.short, "rocky-linux-").and_then(leading_number))
            .or_else(|| numbered_part(path, "rocky"))?;
        Some((Distribution::Rocky.namespace(version), None))
    },
};

pub(in crate::feed) static SUSE: Distributor = Distributor {
    publisher: &Publisher {
        id: "suse-updateinfo",
        name: "SUSE updateinfo",
        url: "https://updates.suse.com/",
        license: "not stated",
    },
    marks: &["@suse.de\"", "@suse.com\"", "@opensuse.org\"", "<id>SUSE-", "<id>openSUSE-"],
    is_own: |id| id.starts_with("SUSE-") || id.starts_with("openSUSE-"),
    release: |update, _, _, _| suse(&update.id).map(|namespace| (namespace, None)),
};

/// `amazon-linux-2---kernel-5.15` is release 2, repository `kernel-5.15`. Where the collection says
/// nothing, the id does: `ALAS2KERNEL-5.15-2022-001`, `ALAS2023-2023-001`, `ALAS-2011-1`.
fn amazon(update: &Update, collection: &Collection, _: &Package, _: &str) -> Option<Release> {
    let name = after(&collection.short, "amazon-linux-").unwrap_or("");
    let (release, repository) = name.split_once("---").unwrap_or((name, ""));
    let of_id = after(&update.id, "ALAS").unwrap_or("");
    let version = match release {
        "ami" => "1",
        release => match leading_number(release).or_else(|| leading_number(of_id)) {
            Some(version) => version,
            None if of_id.starts_with('-') => "1",
            None => return None,
        },
    };
    let channel =
        if repository.is_empty() { channel_of_id(of_id) } else { Some(repository.to_owned()) };
    Some((Distribution::Amazon.namespace(version), channel))
}

/// `kernel-5.15` of `2KERNEL-5.15-2022-001`; nothing for `2-2018-939`.
fn channel_of_id(id: &str) -> Option<String> {
    let name = id.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let mut parts: Vec<&str> = name.split('-').collect();
    // The year and the number.
    parts.truncate(parts.len().saturating_sub(2));
    let name = parts.join("-").to_ascii_lowercase();
    match &*name {
        "" => None,
        "livepatch" => Some("kernel-livepatch".to_owned()),
        _ => Some(name),
    }
}

/// `fedora:38` of `Fedora 38` or `Fedora 38 Modular`, `epel:6` of `Fedora EPEL 6`.
pub(in crate::feed) fn fedora(name: &str) -> Option<String> {
    let name = name.strip_prefix("Fedora ")?;
    match name.strip_prefix("EPEL ") {
        Some(rest) => Some(Distribution::Epel.namespace(leading_number(rest)?)),
        None => Some(Distribution::Fedora.namespace(leading_number(name)?)),
    }
}

/// `22.03-LTS-SP1` of `2.oe2203sp1`; the first release writes `oe1` and no service pack.
fn euler(release: &str) -> Option<String> {
    let tag = release.rsplit_once(".oe")?.1;
    let (digits, pack) = tag.split_once("sp").map_or((tag, None), |(one, two)| (one, Some(two)));
    let digits = if digits == "1" { "2003" } else { digits };
    if digits.len() != 4 || leading_number(digits) != Some(digits) {
        return None;
    }
    let base = format!("{}.{}", &digits[..2], &digits[2..]);
    // Releases in March are those with long support, but for the odd years.
    let is_long = &digits[2..] == "03" && matches!(digits.as_bytes()[1], b'0' | b'2' | b'4' | b'6');
    let base = if is_long { format!("{base}-LTS") } else { base };
    Some(match pack {
        Some(pack) => format!("{base}-SP{pack}"),
        None => base,
    })
}

/// `sles:15.4` of `SUSE-SLE-Module-Basesystem-15-SP4-2022-1234`, `opensuse-leap:15.4` of
/// `openSUSE-SLE-15.4-2023-1`, `slem:5.2` of `SUSE-SUSE-MicroOS-5.2-2022-1`.
fn suse(id: &str) -> Option<String> {
    let (distribution, rest) = match id.strip_prefix("openSUSE-") {
        Some(rest) => (Distribution::OpenSuseLeap, rest),
        None if id.contains("Micro") => (Distribution::SleMicro, id),
        None => (Distribution::Sles, id.strip_prefix("SUSE-SLE-")?),
    };
    let mut parts = rest.split('-').skip_while(|part| leading_number(part) != Some(part));
    let number = parts.next()?;
    let version = match parts.next()?.strip_prefix("SP") {
        Some(pack) => format!("{number}.{pack}"),
        None => number.to_owned(),
    };
    // A year is no release.
    (number.len() < 4 || number.contains('.')).then(|| distribution.namespace(&version))
}

fn after<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    text.split_once(start).map(|(_, rest)| rest)
}

/// `8.6` of `8.6-baseos`.
fn leading_number(text: &str) -> Option<&str> {
    let end = text.find(|sign: char| !(sign.is_ascii_digit() || sign == '.')).unwrap_or(text.len());
    let number = text[..end].trim_end_matches('.');
    number.bytes().next().is_some_and(|byte| byte.is_ascii_digit()).then_some(number)
}

/// `9` of `…/rocky/9/BaseOS/…`.
fn numbered_part<'p>(path: &'p str, before: &str) -> Option<&'p str> {
    let mut parts = path.split('/').skip_while(|part| *part != before).skip(1);
    leading_number(parts.next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_tags_say_releases() {
        assert_eq!(channel_of_id("2KERNEL-5.15-2022-001").as_deref(), Some("kernel-5.15"));
        assert_eq!(channel_of_id("2023LIVEPATCH-2023-001").as_deref(), Some("kernel-livepatch"));
        assert_eq!(channel_of_id("2-2018-939"), None);
        assert_eq!(channel_of_id("-2011-1"), None);
        assert_eq!(euler("2.oe2203sp1").as_deref(), Some("22.03-LTS-SP1"));
        assert_eq!(euler("2.oe2309").as_deref(), Some("23.09"));
        assert_eq!(euler("2.oe1").as_deref(), Some("20.03-LTS"));
        assert_eq!(euler("2.el8"), None);
        assert_eq!(
            suse("SUSE-SLE-Module-Basesystem-15-SP4-2022-1234").as_deref(),
            Some("sles:15.4")
        );
        assert_eq!(suse("openSUSE-SLE-15.4-2023-1").as_deref(), Some("opensuse-leap:15.4"));
        assert_eq!(suse("SUSE-SUSE-MicroOS-5.2-2022-1").as_deref(), Some("slem:5.2"));
        assert_eq!(suse("openSUSE-2020-123"), None);
        assert_eq!(fedora("Fedora EPEL 10.0").as_deref(), Some("epel:10"));
        assert_eq!(numbered_part("vault/rocky/8.6/BaseOS", "rocky"), Some("8.6"));
    }
}
