//! Where a record's package is: the ecosystem's name becomes a namespace, and what restricts it.
//!
//! The names are defined by <https://ossf.github.io/osv-schema/#defined-ecosystems>: the part
//! behind the colon is a distribution's release, and each distribution writes it in its own way.
//! They are compared without case. A name that is not known becomes, in lower case, a namespace
//! of its own, so that nothing is lost.

use std::borrow::Cow;

use plimsoll_version::{Distribution, Ecosystem, Scheme};

use super::super::series;

/// A place for statements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) kind: Kind,
    /// What a subscription, or another build of the release, has of its own.
    pub(super) channel: Option<String>,
    pub(super) cpes: Vec<String>,
}

/// What sort of place it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Distribution(Distribution),
    Language(Ecosystem),
    #[default]
    Unknown,
}

/// Ecosystems of OSV and the distributions that they are, in lower case. `SUSE`, `openSUSE`,
/// `Red Hat` and `Ubuntu` have rules of their own.
#[rustfmt::skip]
const DISTRIBUTIONS: &[(&str, Distribution)] = &[
    ("almalinux", Distribution::Alma), ("alpine", Distribution::Alpine),
    ("azure linux", Distribution::AzureLinux), ("chainguard", Distribution::Chainguard),
    ("debian", Distribution::Debian), ("minimos", Distribution::MinimOs),
    ("openeuler", Distribution::OpenEuler), ("photon os", Distribution::Photon),
    ("red hat", Distribution::RedHat), ("rocky linux", Distribution::Rocky),
    ("ubuntu", Distribution::Ubuntu), ("wolfi", Distribution::Wolfi),
];

/// The place of an ecosystem. `package` is the name of the package in it.
pub(super) fn of(ecosystem: &str, package: &str) -> Place {
    // Root builds packages for others' releases, under names of its own.
    let ecosystem = match ecosystem.split_once(':') {
        Some((root, inner)) if root.eq_ignore_ascii_case("Root") => {
            if package.starts_with("rootio-") { inner } else { ecosystem }
        }
        _ => ecosystem,
    };
    let (root, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    let root = root.trim().to_ascii_lowercase();
    let release = release.trim();
    match root.as_str() {
        "ubuntu" => ubuntu(release),
        "red hat" => red_hat(release),
        "suse" => suse(release),
        "opensuse" => open_suse(release),
        _ => known(&root, release)
            .unwrap_or_else(|| Place { namespace: ecosystem.to_lowercase(), ..Place::default() }),
    }
}

fn known(root: &str, release: &str) -> Option<Place> {
    if let Some((_, distribution)) = DISTRIBUTIONS.iter().find(|(name, _)| *name == root) {
        return Some(distribution_release(*distribution, release));
    }
    let ecosystem = Ecosystem::all().find(|ecosystem| {
        ecosystem.osv_names().iter().any(|name| name.eq_ignore_ascii_case(root))
    })?;
    let namespace = ecosystem.id().to_owned();
    Some(Place { namespace, kind: Kind::Language(ecosystem), ..Place::default() })
}

fn distribution_release(distribution: Distribution, release: &str) -> Place {
    let namespace = match distribution {
        Distribution::Alpine => {
            distribution.namespace(release.strip_prefix('v').unwrap_or(release))
        }
        Distribution::Debian => {
            series::debian(release).unwrap_or_else(|| distribution.namespace(release))
        }
        // `Azure Linux:3` is 3.0, and what was 2 had another name.
        Distribution::AzureLinux => {
            let release =
                if release.contains('.') { release.to_owned() } else { format!("{release}.0") };
            let distribution =
                if release.starts_with(['1', '2']) { Distribution::Mariner } else { distribution };
            return Place {
                namespace: distribution.namespace(&release),
                kind: Kind::Distribution(distribution),
                ..Place::default()
            };
        }
        distribution => distribution.namespace(release),
    };
    Place { namespace, kind: Kind::Distribution(distribution), ..Place::default() }
}

/// `22.04:LTS`, `Pro:FIPS-updates:18.04:LTS`, `Pro:24.04:LTS:Realtime:Kernel`,
/// `22.04:LTS:for:NVIDIA:BlueField`.
///
/// What is left besides number, `Pro` and `LTS` is the channel; of `Pro` alone, the availability
/// of a fix says which of its repositories has it.
fn ubuntu(release: &str) -> Place {
    let distribution = Distribution::Ubuntu;
    let is_number = |part: &str| part.starts_with(|sign: char| sign.is_ascii_digit());
    let parts = || release.split(':');
    let number = parts().find(|part| is_number(part)).unwrap_or(release);
    let others: Vec<String> = parts()
        .filter(|part| !is_number(part) && !["LTS", "Pro", "for"].contains(part))
        .map(str::to_ascii_lowercase)
        .collect();
    let channel = if !others.is_empty() {
        Some(others.join("-"))
    } else {
        parts().any(|part| part == "Pro").then(|| "pro".to_owned())
    };
    Place {
        namespace: distribution.namespace(number),
        kind: Kind::Distribution(distribution),
        channel: channel.filter(|channel| channel != number),
        cpes: Vec::new(),
    }
}

/// A product's CPE without `cpe:/o:redhat:` or `cpe:/a:redhat:`: `enterprise_linux:7::client`,
/// `rhel_eus:9.2::appstream`, `openshift:4.15::el9`.
///
/// Which of the two it was is told by the variants that are operating systems.
fn red_hat(product: &str) -> Place {
    let mut parts = product.split(':');
    let (name, version) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let variant = product.rsplit(':').next().unwrap_or("");
    let is_system = (name == "enterprise_linux" || name.starts_with("rhel_"))
        && ["", "baseos", "server", "client", "workstation", "computenode"].contains(&variant);
    let release = if name == "enterprise_linux" || name.starts_with("rhel_") {
        version
    } else {
        variant.strip_prefix("el").unwrap_or("")
    };
    let channel = match name.strip_prefix("rhel_") {
        Some(channel @ ("eus" | "aus" | "tus" | "e4s" | "els")) => Some(channel),
        Some("eus_long_life") => Some("eus"),
        _ => None,
    };
    let part = if is_system { 'o' } else { 'a' };
    Place {
        namespace: Distribution::RedHat.namespace(release),
        kind: Kind::Distribution(Distribution::RedHat),
        channel: channel.map(str::to_owned),
        cpes: if product.is_empty() {
            vec![]
        } else {
            vec![format!("cpe:/{part}:redhat:{product}")]
        },
    }
}

/// Words of a product's name that stand for a repository which not every system has.
const SUSE_CHANNELS: &[(&str, &str)] = &[
    ("LTSS", "ltss"),
    ("ESPOS", "espos"),
    ("TERADATA", "teradata"),
    ("BCL", "bcl"),
    ("SAP Applications", "sap"),
    ("High Performance Computing", "hpc"),
    ("High Availability", "ha"),
    ("Live Patching", "livepatch"),
    ("Real Time", "rt"),
    ("Package Hub", "package-hub"),
];

/// `Linux Enterprise Server 12 SP1`, `Linux Enterprise Module for Basesystem 15 SP4`,
/// `Linux Enterprise Micro 5.3`, `Linux Micro 6.0`, `Package Hub 12`; other products (`Manager
/// Server 4.3`) stay themselves.
fn suse(product: &str) -> Place {
    let channel = SUSE_CHANNELS.iter().find(|(word, _)| product.contains(word));
    let distribution = if product.contains("Micro") {
        Distribution::SleMicro
    } else if product.starts_with("Linux Enterprise") || product.starts_with("Package Hub") {
        Distribution::Sles
    } else {
        return Place { namespace: format!("suse:{}", product.to_lowercase()), ..Place::default() };
    };
    let mut version = String::new();
    for word in product.split([' ', '-']) {
        if version.is_empty() && word.starts_with(|sign: char| sign.is_ascii_digit()) {
            version = word.to_owned();
        } else if let Some(pack) = word.strip_prefix("SP").filter(|_| !version.is_empty()) {
            version = format!("{version}.{pack}");
            break;
        }
    }
    Place {
        namespace: distribution.namespace(&version),
        kind: Kind::Distribution(distribution),
        channel: channel.map(|(_, channel)| (*channel).to_owned()),
        cpes: Vec::new(),
    }
}

/// `Leap 15.4`, `Leap Micro 5.2`, `Tumbleweed`.
fn open_suse(product: &str) -> Place {
    let distribution = match product.split(' ').next() {
        Some("Leap") => Distribution::OpenSuseLeap,
        Some("Tumbleweed") => Distribution::OpenSuseTumbleweed,
        _ => {
            let namespace = format!("opensuse:{}", product.to_lowercase());
            return Place { namespace, ..Place::default() };
        }
    };
    if product.starts_with("Leap Micro") {
        let namespace = format!("opensuse:{}", product.to_lowercase());
        return Place { namespace, ..Place::default() };
    }
    let version = product.rsplit(' ').next().unwrap_or("");
    Place {
        namespace: distribution.namespace(version),
        kind: Kind::Distribution(distribution),
        ..Place::default()
    }
}

impl Place {
    /// The place of what has no package but a repository.
    pub(super) fn git() -> Place {
        Place { namespace: "git".to_owned(), ..Place::default() }
    }

    /// How its versions are ordered, if anybody knows.
    pub(super) fn scheme(&self) -> Option<Scheme> {
        match self.kind {
            Kind::Distribution(distribution) => Some(distribution.scheme()),
            Kind::Language(ecosystem) => Some(ecosystem.scheme()),
            Kind::Unknown => None,
        }
    }

    pub(super) fn is_language(&self) -> bool {
        matches!(self.kind, Kind::Language(_))
    }

    /// The spelling of a name under which it is looked up.
    pub(super) fn normalize<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.kind {
            Kind::Language(ecosystem) => ecosystem.normalize(name),
            _ => Cow::Borrowed(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecosystems_become_namespaces_and_channels() {
        for (ecosystem, namespace, channel) in [
            ("Debian:12", "debian:12", ""),
            ("Debian:bookworm", "debian:12", ""),
            ("debian:13", "debian:13", ""),
            ("Ubuntu:22.04:LTS", "ubuntu:22.04", ""),
            ("Ubuntu:25.10", "ubuntu:25.10", ""),
            ("Ubuntu:Pro:14.04:LTS", "ubuntu:14.04", "pro"),
            ("Ubuntu:Pro:FIPS-updates:18.04:LTS", "ubuntu:18.04", "fips-updates"),
            ("Ubuntu:Pro:24.04:LTS:Realtime:Kernel", "ubuntu:24.04", "realtime-kernel"),
            ("Ubuntu:22.04:LTS:for:NVIDIA:BlueField", "ubuntu:22.04", "nvidia-bluefield"),
            ("Alpine:v3.19", "alpine:3.19", ""),
            ("Alpine:3.18", "alpine:3.18", ""),
            ("Rocky Linux:9", "rocky:9", ""),
            ("AlmaLinux:8", "alma:8", ""),
            ("Photon OS:5.0", "photon:5.0", ""),
            ("Azure Linux:3", "azurelinux:3.0", ""),
            ("Azure Linux:2", "cbl-mariner:2.0", ""),
            ("openEuler:24.03-LTS-SP1", "openeuler:24.03-LTS-SP1", ""),
            ("Wolfi", "wolfi", ""),
            ("Chainguard", "chainguard", ""),
            ("MinimOS", "minimos", ""),
            ("Red Hat:enterprise_linux:7::client", "redhat:7", ""),
            ("Red Hat:rhel_eus:9.2::appstream", "redhat:9", "eus"),
            ("Red Hat:openshift:4.15::el9", "redhat:9", ""),
            ("SUSE:Linux Enterprise Server 12 SP1", "sles:12.1", ""),
            ("SUSE:Linux Enterprise Server 15 SP4-LTSS", "sles:15.4", "ltss"),
            ("SUSE:Linux Enterprise Server for SAP Applications 12", "sles:12", "sap"),
            ("SUSE:Linux Enterprise Module for Basesystem 15 SP4", "sles:15.4", ""),
            ("SUSE:Linux Enterprise Micro 5.3", "slem:5.3", ""),
            ("SUSE:Linux Micro 6.0", "slem:6.0", ""),
            ("SUSE:Package Hub 12", "sles:12", "package-hub"),
            ("SUSE:Manager Server 4.3", "suse:manager server 4.3", ""),
            ("openSUSE:Leap 15.4", "opensuse-leap:15.4", ""),
            ("openSUSE:Tumbleweed", "opensuse-tumbleweed", ""),
            ("npm", "npm", ""),
            ("PyPI", "pypi", ""),
            ("Go", "golang", ""),
            ("crates.io", "cargo", ""),
            ("RubyGems", "gem", ""),
            ("Packagist:https://packages.drupal.org/8", "composer", ""),
            ("kubernetes", "k8s", ""),
            ("Mageia:9", "mageia:9", ""),
            ("Alpaquita:stream", "alpaquita:stream", ""),
            ("BellSoft Hardened Containers:23", "bellsoft hardened containers:23", ""),
            ("Echo:PyPi", "echo:pypi", ""),
            ("Root:PyPI", "root:pypi", ""),
            ("DHI", "dhi", ""),
        ] {
            let place = of(ecosystem, "x");
            assert_eq!(place.namespace, namespace, "{ecosystem}");
            assert_eq!(place.channel.as_deref().unwrap_or(""), channel, "{ecosystem}");
        }
        assert_eq!(of("Root:Ubuntu:22.04", "rootio-curl").namespace, "ubuntu:22.04");
    }

    #[test]
    fn red_hats_products_are_cpes() {
        let cpe = |product: &str| of(&format!("Red Hat:{product}"), "x").cpes.concat();
        assert_eq!(cpe("rhel_eus:8.8::baseos"), "cpe:/o:redhat:rhel_eus:8.8::baseos");
        assert_eq!(
            cpe("enterprise_linux:9::appstream"),
            "cpe:/a:redhat:enterprise_linux:9::appstream"
        );
        assert_eq!(cpe("ocp_tools:4.15::el9"), "cpe:/a:redhat:ocp_tools:4.15::el9");
    }
}
