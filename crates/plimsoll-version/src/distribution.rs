//! The table of distributions: adding one is a row here plus its feed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Scheme;

/// A distribution that Plimsoll knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Alpine Linux, numbered releases and edge.
    Alpine,
    /// AlmaLinux.
    Alma,
    /// Amazon Linux 1, 2, 2022 and 2023.
    Amazon,
    /// Arch Linux (rolling).
    Arch,
    /// Azure Linux 3 and later.
    AzureLinux,
    /// Bottlerocket.
    Bottlerocket,
    /// CBL-Mariner 1 and 2, the former name of Azure Linux.
    Mariner,
    /// CentOS Linux.
    CentOs,
    /// CentOS Stream.
    CentOsStream,
    /// Chainguard OS (rolling).
    Chainguard,
    /// Debian, releases, testing and sid; also distroless.
    Debian,
    /// Echo (rolling), images made of Debian's packages.
    Echo,
    /// Extra Packages for Enterprise Linux, which is a repository beside others' releases.
    Epel,
    /// Fedora.
    Fedora,
    /// MinimOS (rolling).
    MinimOs,
    /// openEuler.
    OpenEuler,
    /// openSUSE Leap.
    OpenSuseLeap,
    /// openSUSE Tumbleweed (rolling).
    OpenSuseTumbleweed,
    /// Oracle Linux.
    Oracle,
    /// Photon OS.
    Photon,
    /// Red Hat Enterprise Linux and its universal base images.
    RedHat,
    /// Rocky Linux.
    Rocky,
    /// SUSE Linux Enterprise (Server, Desktop, BCI).
    Sles,
    /// SUSE Linux Enterprise Micro / SUSE Linux Micro.
    SleMicro,
    /// Ubuntu.
    Ubuntu,
    /// Wolfi (rolling).
    Wolfi,
}

/// How much of an os-release `VERSION_ID` names a release in the distribution's advisories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The first number: Debian `12` of `12.5`.
    Major,
    /// The first two numbers: Alpine `3.19` of `3.19.4`, Ubuntu `22.04`.
    MajorMinor,
    /// One stream without releases.
    Rolling,
}

/// Which package name a distribution's advisories speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchBy {
    /// The installed (binary) package.
    Binary,
    /// The source package (Debian) or origin (Alpine), with the source's version.
    Source,
}

struct Row {
    distribution: Distribution,
    /// Stable name: prefix of advisory namespaces, Trivy's `OS.Family`.
    id: &'static str,
    name: &'static str,
    /// `ID` values of os-release.
    os_release_ids: &'static [&'static str],
    /// purl type and namespace.
    purl: (&'static str, &'static str),
    scheme: Scheme,
    release: Release,
    match_by: MatchBy,
    /// Product name at endoflife.date, where there is one.
    end_of_life_product: Option<&'static str>,
}

macro_rules! table {
    ($($distribution:ident $id:literal $name:literal $ids:tt $purl:tt $scheme:ident $release:ident $by:ident $eol:expr;)*) => {
        const TABLE: &[Row] = &[$(Row {
            distribution: Distribution::$distribution,
            id: $id,
            name: $name,
            os_release_ids: &$ids,
            purl: $purl,
            scheme: Scheme::$scheme,
            release: Release::$release,
            match_by: MatchBy::$by,
            end_of_life_product: $eol,
        }),*];
    };
}

#[rustfmt::skip]
table! {
    Alpine "alpine" "Alpine Linux" ["alpine"] ("apk", "alpine") Apk MajorMinor Source Some("alpine-linux");
    Alma "alma" "AlmaLinux" ["almalinux"] ("rpm", "almalinux") Rpm Major Binary Some("almalinux");
    Amazon "amazon" "Amazon Linux" ["amzn"] ("rpm", "amzn") Rpm Major Binary Some("amazon-linux");
    Arch "arch" "Arch Linux" ["arch"] ("alpm", "arch") Pacman Rolling Binary None;
    AzureLinux "azurelinux" "Azure Linux" ["azurelinux"] ("rpm", "azurelinux") Rpm MajorMinor Source None;
    Bottlerocket "bottlerocket" "Bottlerocket" ["bottlerocket"] ("rpm", "bottlerocket") Rpm Rolling Binary None;
    Mariner "cbl-mariner" "CBL-Mariner" ["mariner"] ("rpm", "cbl-mariner") Rpm MajorMinor Source None;
    CentOs "centos" "CentOS Linux" ["centos"] ("rpm", "centos") Rpm Major Binary Some("centos");
    CentOsStream "centos-stream" "CentOS Stream" [] ("rpm", "centos") Rpm Major Binary Some("centos-stream");
    Chainguard "chainguard" "Chainguard" ["chainguard"] ("apk", "chainguard") Apk Rolling Source None;
    Debian "debian" "Debian" ["debian"] ("deb", "debian") Deb Major Source Some("debian");
    Echo "echo" "Echo" ["echo"] ("deb", "echo") Deb Rolling Source None;
    Epel "epel" "Extra Packages for Enterprise Linux" [] ("rpm", "fedora") Rpm Major Binary None;
    Fedora "fedora" "Fedora" ["fedora"] ("rpm", "fedora") Rpm Major Binary Some("fedora");
    MinimOs "minimos" "MinimOS" ["minimos"] ("apk", "minimos") Apk Rolling Source None;
    OpenEuler "openeuler" "openEuler" ["openEuler"] ("rpm", "openeuler") Rpm MajorMinor Binary None;
    OpenSuseLeap "opensuse-leap" "openSUSE Leap" ["opensuse-leap", "opensuse"] ("rpm", "opensuse") Rpm MajorMinor Binary Some("opensuse");
    OpenSuseTumbleweed "opensuse-tumbleweed" "openSUSE Tumbleweed" ["opensuse-tumbleweed"] ("rpm", "opensuse") Rpm Rolling Binary None;
    Oracle "oracle" "Oracle Linux" ["ol"] ("rpm", "oracle") Rpm Major Binary Some("oracle-linux");
    Photon "photon" "Photon OS" ["photon"] ("rpm", "photon") Rpm MajorMinor Source None;
    RedHat "redhat" "Red Hat Enterprise Linux" ["rhel"] ("rpm", "redhat") Rpm Major Binary Some("rhel");
    Rocky "rocky" "Rocky Linux" ["rocky"] ("rpm", "rocky") Rpm Major Binary Some("rocky-linux");
    Sles "sles" "SUSE Linux Enterprise Server" ["sles", "sled", "sle_hpc", "sles_sap"] ("rpm", "suse") Rpm MajorMinor Binary Some("sles");
    SleMicro "slem" "SUSE Linux Enterprise Micro" ["sle-micro", "sl-micro", "suse-microos", "sle-micro-rancher", "opensuse-leap-micro"] ("rpm", "suse") Rpm MajorMinor Binary Some("suse-linux-micro");
    Ubuntu "ubuntu" "Ubuntu" ["ubuntu"] ("deb", "ubuntu") Deb MajorMinor Source Some("ubuntu");
    Wolfi "wolfi" "Wolfi" ["wolfi"] ("apk", "wolfi") Apk Rolling Source None;
}

impl Distribution {
    /// Every distribution of the table, in its order.
    pub fn all() -> impl Iterator<Item = Distribution> {
        TABLE.iter().map(|row| row.distribution)
    }

    /// The distribution whose os-release says `ID=id`.
    pub fn from_os_release_id(id: &str) -> Option<Distribution> {
        TABLE.iter().find(|row| row.os_release_ids.contains(&id)).map(|row| row.distribution)
    }

    /// The distribution with this stable name, the inverse of [`Distribution::id`].
    pub fn from_id(id: &str) -> Option<Distribution> {
        TABLE.iter().find(|row| row.id == id).map(|row| row.distribution)
    }

    /// The first of its os-release `ID`s; some distributions share another's.
    pub fn os_release_id(self) -> Option<&'static str> {
        self.row().os_release_ids.first().copied()
    }

    /// Stable lower-case name, as reports and advisory namespaces use it.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The name that its makers use.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The purl type of its packages (`deb`, `rpm`, `apk`, `alpm`).
    pub fn purl_type(self) -> &'static str {
        self.row().purl.0
    }

    /// The purl namespace of its packages.
    pub fn purl_namespace(self) -> &'static str {
        self.row().purl.1
    }

    /// How its package versions are ordered.
    pub fn scheme(self) -> Scheme {
        self.row().scheme
    }

    /// Whether its advisories name binary or source packages.
    pub fn match_by(self) -> MatchBy {
        self.row().match_by
    }

    /// Its product name at endoflife.date.
    pub fn end_of_life_product(self) -> Option<&'static str> {
        self.row().end_of_life_product
    }

    /// The release part of an os-release `VERSION_ID`, as its advisories and end-of-life dates
    /// name it: `12` for Debian `12.5`, `3.19` for Alpine `3.19.4`, nothing for a rolling release.
    ///
    /// `edge`, `testing`, `sid` and other words are returned as they are.
    pub fn release(self, version: &str) -> &str {
        if self == Distribution::Amazon && is_amazon_one(version) {
            return "1";
        }
        let parts = match self.row().release {
            Release::Rolling => return "",
            Release::Major => 1,
            Release::MajorMinor => 2,
        };
        match version.match_indices('.').nth(parts - 1) {
            Some((end, _)) => &version[..end],
            None => version,
        }
    }

    /// The release of an os-release `VERSION_ID` as endoflife.date names it, which differs from
    /// [`Distribution::release`] for two: Amazon Linux 1 has a cycle for each image (`2018.03`), and
    /// the first SUSE release of a line, which calls itself `15`, is `15.0`.
    pub fn end_of_life_cycle(self, version: &str) -> Cow<'_, str> {
        match self {
            Distribution::Amazon if is_amazon_one(version) => Cow::Borrowed(version),
            Distribution::Sles if !version.is_empty() && !version.contains('.') => {
                Cow::Owned(format!("{version}.0"))
            }
            _ => Cow::Borrowed(self.release(version)),
        }
    }

    /// The key under which the advisories of a release are stored: `debian:12`, `alpine:edge`,
    /// `wolfi`.
    pub fn namespace(self, version: &str) -> String {
        match self.release(version) {
            "" => self.id().to_owned(),
            release => format!("{}:{release}", self.id()),
        }
    }

    fn row(self) -> &'static Row {
        // The table has every variant; a test below holds it to that.
        &TABLE[self as usize]
    }
}

/// Amazon Linux 1 counts its images by year and month, later releases have one number.
fn is_amazon_one(version: &str) -> bool {
    let year = version.split_once('.').map_or("", |(year, _)| year);
    year.len() == 4 && ("2010".."2019").contains(&year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_variants() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.distribution as usize, index, "{}", row.id);
        }
    }

    #[test]
    fn namespaces_follow_each_distributions_habit() {
        assert_eq!(Distribution::Debian.namespace("12.5"), "debian:12");
        assert_eq!(Distribution::Debian.namespace("sid"), "debian:sid");
        assert_eq!(Distribution::Alpine.namespace("3.19.4"), "alpine:3.19");
        assert_eq!(Distribution::Alpine.namespace("edge"), "alpine:edge");
        assert_eq!(Distribution::Ubuntu.namespace("22.04"), "ubuntu:22.04");
        assert_eq!(Distribution::Wolfi.namespace("20230201"), "wolfi");
        assert_eq!(Distribution::Mariner.namespace("2.0.20240425"), "cbl-mariner:2.0");
        assert_eq!(Distribution::AzureLinux.namespace("3.0.20241005"), "azurelinux:3.0");
        assert_eq!(Distribution::Amazon.namespace("2018.03"), "amazon:1");
        assert_eq!(Distribution::Amazon.namespace("2"), "amazon:2");
        assert_eq!(Distribution::Amazon.namespace("2023.6.20241010"), "amazon:2023");
        assert_eq!(Distribution::OpenEuler.namespace("22.03-LTS-SP1"), "openeuler:22.03-LTS-SP1");
        assert_eq!(Distribution::CentOs.namespace("7.9.2009"), "centos:7");
        assert_eq!(Distribution::Sles.namespace("15.5"), "sles:15.5");
    }

    #[test]
    fn end_of_life_cycles_follow_the_sites_habit() {
        for (distribution, version, cycle) in [
            (Distribution::Amazon, "2018.03", "2018.03"),
            (Distribution::Amazon, "2023", "2023"),
            (Distribution::Sles, "15", "15.0"),
            (Distribution::Sles, "15.5", "15.5"),
            (Distribution::Debian, "12.5", "12"),
            (Distribution::Alpine, "3.19.4", "3.19"),
        ] {
            assert_eq!(distribution.end_of_life_cycle(version), cycle);
        }
    }
}
