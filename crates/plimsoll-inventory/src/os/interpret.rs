//! From what a file says to what the image is: the habits of each distribution.

use plimsoll_version::Distribution;
use serde::Deserialize;

use super::fields::Fields;
use super::{
    APK_REPOSITORIES, APT_SOURCES, CENTOS_RELEASE, DEBIAN_VERSION, Files, LSB_RELEASE,
    OperatingSystem, UBUNTU_PRO, older,
};
use crate::Location;
use crate::text::lines;

/// Debian's releases from the first that had an os-release to those that are named already, for
/// images of a release that was not out yet: they have a codename, but no number
/// (<https://www.debian.org/releases/>).
const DEBIAN_RELEASES: &[(&str, &str)] = &[
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
];

/// Makes sense of the fields with the help of the files beside them.
pub(super) fn interpret(fields: Fields, files: &Files<'_>, found_in: Location) -> OperatingSystem {
    let distribution = distribution(&fields);
    let codename = codename(&fields, files);
    let version = match distribution {
        Some(Distribution::Alpine) => alpine(&fields, files),
        Some(Distribution::Debian) => debian(&fields, codename.as_deref(), files),
        Some(Distribution::CentOs) => centos(&fields, files),
        Some(Distribution::OpenEuler) => open_euler(&fields),
        Some(Distribution::Mariner | Distribution::AzureLinux) => build(&fields),
        Some(Distribution::Amazon) => first_word(&fields.version_id).to_owned(),
        // The image's build fills this in; ordinary installations leave the template.
        Some(Distribution::Arch) if fields.version_id.starts_with("TEMPLATE") => String::new(),
        _ => fields.version_id.clone(),
    };
    OperatingSystem {
        distribution,
        version,
        codename,
        extended_support: distribution == Some(Distribution::Ubuntu) && has_esm(files),
        pretty_name: Some(fields.pretty_name).filter(|name| !name.is_empty()),
        id: fields.id,
        found_in,
    }
}

/// The table knows most by their `ID`; some share one.
fn distribution(fields: &Fields) -> Option<Distribution> {
    let by_id = Distribution::from_os_release_id(&fields.id)
        .or_else(|| Distribution::from_os_release_id(&fields.id.to_lowercase()))?;
    let is_tumbleweed = || {
        // Its version is the day of the snapshot.
        let version = fields.version_id.as_bytes();
        fields.name.contains("Tumbleweed")
            || version.len() == 8 && version.iter().all(u8::is_ascii_digit)
    };
    Some(match by_id {
        Distribution::CentOs if fields.name.contains("Stream") => Distribution::CentOsStream,
        // Until 2018 Leap and Tumbleweed both said `opensuse`.
        Distribution::OpenSuseLeap if fields.id == "opensuse" && is_tumbleweed() => {
            Distribution::OpenSuseTumbleweed
        }
        other => other,
    })
}

/// `VERSION_CODENAME`; older releases have it in `VERSION` (`8 (jessie)`) or in lsb-release.
fn codename(fields: &Fields, files: &Files<'_>) -> Option<String> {
    let in_version = || {
        let (_, rest) = fields.version.split_once('(')?;
        let name = rest.split_once(')')?.0;
        (fields.id == "debian" && !name.is_empty()).then(|| name.to_owned())
    };
    let in_lsb_release = || {
        let lsb = older::lsb_release(files.content(LSB_RELEASE));
        (lsb.id == fields.id && !lsb.codename.is_empty()).then_some(lsb.codename)
    };
    let own = || (!fields.codename.is_empty()).then(|| fields.codename.clone());
    own().or_else(in_version).or_else(in_lsb_release)
}

/// `edge` if packages come from there. os-release of edge names the release to come
/// (`3.21.0_alpha20240923`), and of a container that was moved to edge still the old one.
fn alpine(fields: &Fields, files: &Files<'_>) -> String {
    let (mut edge_main, mut edge, mut numbered_main) = (false, false, false);
    for line in lines(files.content(APK_REPOSITORIES)) {
        let line = line.trim_ascii();
        // A repository behind an `@tag` gives only packages that are asked for by the tag.
        if line.is_empty() || line.starts_with(b"#") || line.starts_with(b"@") {
            continue;
        }
        let line = line.strip_suffix(b"/").unwrap_or(line);
        let mut parts = line.rsplit(|&byte| byte == b'/');
        let (repository, branch) = (parts.next(), parts.next().unwrap_or_default());
        let is_main = repository == Some(b"main");
        edge |= branch == b"edge";
        edge_main |= is_main && branch == b"edge";
        numbered_main |= is_main && branch != b"edge";
    }
    // `testing` exists only in edge, and many numbered images add it for one package: what else
    // they have still comes from their release.
    if edge_main || edge && !numbered_main || fields.version_id.contains("_alpha") {
        return "edge".into();
    }
    fields.version_id.clone()
}

/// The point release is in debian_version only. Testing and sid have no number at all and the
/// same files but for apt's sources.
fn debian(fields: &Fields, codename: Option<&str>, files: &Files<'_>) -> String {
    let precise = older::debian_version(files.content(DEBIAN_VERSION));
    if !fields.version_id.is_empty() {
        let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
        let agree = major(&precise.version_id) == major(&fields.version_id);
        return if agree { precise.version_id } else { fields.version_id.clone() };
    }
    if !precise.version_id.is_empty() {
        return precise.version_id;
    }
    if APT_SOURCES.iter().any(|path| has_unstable_source(files.content(path))) {
        return "sid".into();
    }
    let codename = codename.unwrap_or(&precise.codename);
    let number = DEBIAN_RELEASES.iter().find(|(name, _)| *name == codename);
    match number {
        Some((_, number)) => (*number).to_owned(),
        None if codename.is_empty() => "sid".into(),
        None => codename.to_owned(),
    }
}

/// Whether apt takes packages from unstable: `deb URL sid main`, or `Suites: sid`.
fn has_unstable_source(content: &[u8]) -> bool {
    lines(content).any(|line| {
        let line = line.trim_ascii();
        let is_source = line.starts_with(b"deb ")
            || line.get(..7).is_some_and(|key| key.eq_ignore_ascii_case(b"suites:"));
        is_source
            && line.split(u8::is_ascii_whitespace).any(|word| matches!(word, b"sid" | b"unstable"))
    })
}

/// os-release of CentOS has only the major release, centos-release all of it (`7.9.2009`).
fn centos(fields: &Fields, files: &Files<'_>) -> String {
    let precise = older::release_line(files.content(CENTOS_RELEASE));
    let longer = precise.version_id.strip_prefix(&fields.version_id);
    match longer {
        Some(rest) if rest.starts_with('.') => precise.version_id,
        _ => fields.version_id.clone(),
    }
}

/// A service pack is a release of its own with its own advisories, and only `VERSION` has it:
/// `22.03 (LTS-SP1)` is `22.03-LTS-SP1`, as the advisories write it.
fn open_euler(fields: &Fields) -> String {
    let service_pack = fields.version.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    match service_pack {
        Some((name, _)) if name.starts_with("LTS") => {
            format!("{}-{}", fields.version_id, name.replace(' ', "-"))
        }
        _ => fields.version_id.clone(),
    }
}

/// `VERSION` goes on with the day of the build: `2.0.20240425`.
fn build(fields: &Fields) -> String {
    let version = first_word(&fields.version);
    match version.strip_prefix(&fields.version_id) {
        Some(rest) if rest.starts_with('.') => version.to_owned(),
        _ => fields.version_id.clone(),
    }
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// Whether Ubuntu Pro is attached with extended security maintenance switched on, by the status
/// that its client leaves behind (<https://documentation.ubuntu.com/pro-client/>).
fn has_esm(files: &Files<'_>) -> bool {
    #[derive(Deserialize)]
    struct Status {
        #[serde(default)]
        attached: bool,
        #[serde(default)]
        services: Vec<Service>,
    }
    #[derive(Deserialize)]
    struct Service {
        #[serde(default)]
        name: String,
        #[serde(default)]
        status: String,
    }
    let content = files.content(UBUNTU_PRO);
    let Ok(status) = serde_json::from_slice::<Status>(content) else { return false };
    let mut services = status.services.iter();
    status.attached
        && services.any(|service| {
            matches!(&*service.name, "esm-infra" | "esm-apps" | "esm")
                && service.status == "enabled"
        })
}
