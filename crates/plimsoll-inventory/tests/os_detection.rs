//! What images of each distribution say of themselves, and what that is taken for.
//!
//! The contents are shortened to the lines that matter; the values are those of the real images.

use plimsoll_inventory::os::{OS_FILES, detect};
use plimsoll_version::Distribution::{self, *};

struct Case {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    distribution: Option<Distribution>,
    id: &'static str,
    version: &'static str,
    /// Where its advisories are; empty for an unknown distribution.
    namespace: &'static str,
}

macro_rules! cases {
    ($(case $name:literal: $distribution:expr, $id:literal, $version:literal, $namespace:literal;
       $($path:literal = $content:literal),+ $(,)?)*) => {
        const CASES: &[Case] = &[$(Case {
            name: $name,
            files: &[$(($path, $content)),+],
            distribution: $distribution,
            id: $id,
            version: $version,
            namespace: $namespace,
        }),*];
    };
}

cases! {
    case "Alpine 3.19": Some(Alpine), "alpine", "3.19.4", "alpine:3.19";
        "etc/os-release" = "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.4\nPRETTY_NAME=\"Alpine Linux v3.19\"\n",
        "etc/apk/repositories" = "https://dl-cdn.alpinelinux.org/alpine/v3.19/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.19/community\n",
    case "Alpine edge": Some(Alpine), "alpine", "edge", "alpine:edge";
        "etc/os-release" = "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.21.0_alpha20240923\nPRETTY_NAME=\"Alpine Linux edge\"\n",
    case "Alpine moved to edge": Some(Alpine), "alpine", "edge", "alpine:edge";
        "etc/os-release" = "ID=alpine\nVERSION_ID=3.18.4\n",
        "etc/apk/repositories" = "http://dl-cdn.alpinelinux.org/alpine/edge/main/\nhttp://dl-cdn.alpinelinux.org/alpine/edge/community/\n",
    case "Alpine with one repository of edge": Some(Alpine), "alpine", "3.18.4", "alpine:3.18";
        "etc/os-release" = "ID=alpine\nVERSION_ID=3.18.4\n",
        "etc/apk/repositories" = "http://dl-cdn.alpinelinux.org/alpine/v3.18/main\n# http://dl-cdn.alpinelinux.org/alpine/edge/main\n@edge http://dl-cdn.alpinelinux.org/alpine/edge/main\nhttp://dl-cdn.alpinelinux.org/alpine/edge/testing\n",
    case "Alpine without os-release": Some(Alpine), "alpine", "3.6.5", "alpine:3.6";
        "etc/alpine-release" = "3.6.5\n",
    case "Wolfi": Some(Wolfi), "wolfi", "20230201", "wolfi";
        "etc/os-release" = "ID=wolfi\nNAME=\"Wolfi\"\nPRETTY_NAME=\"Wolfi\"\nVERSION_ID=\"20230201\"\n",
    case "Chainguard": Some(Chainguard), "chainguard", "20230214", "chainguard";
        "etc/os-release" = "ID=chainguard\nNAME=\"Chainguard\"\nPRETTY_NAME=\"Chainguard\"\nVERSION_ID=\"20230214\"\n",
    case "MinimOS": Some(MinimOs), "minimos", "20241031", "minimos";
        "etc/os-release" = "ID=minimos\nNAME=\"MinimOS\"\nPRETTY_NAME=\"MinimOS\"\nVERSION_ID=\"20241031\"\n",
    case "Debian 12": Some(Debian), "debian", "12.5", "debian:12";
        "etc/os-release" = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
        "etc/debian_version" = "12.5\n",
    case "Debian 8": Some(Debian), "debian", "8.11", "debian:8";
        "usr/lib/os-release" = "PRETTY_NAME=\"Debian GNU/Linux 8 (jessie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"8\"\nVERSION=\"8 (jessie)\"\nID=debian\n",
        "etc/debian_version" = "8.11\n",
    case "Debian 6": Some(Debian), "debian", "6.0.10", "debian:6";
        "etc/debian_version" = "6.0.10\n",
    case "Debian testing": Some(Debian), "debian", "13", "debian:13";
        "etc/os-release" = "PRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\nNAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=trixie\nID=debian\n",
        "etc/debian_version" = "trixie/sid\n",
        "etc/apt/sources.list.d/debian.sources" = "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: testing testing-updates\nComponents: main\n",
    case "Debian sid": Some(Debian), "debian", "sid", "debian:sid";
        "etc/os-release" = "PRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\nNAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=trixie\nID=debian\n",
        "etc/debian_version" = "trixie/sid\n",
        "etc/apt/sources.list.d/debian.sources" = "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: unstable\nComponents: main\n",
    case "Debian sid, old sources": Some(Debian), "debian", "sid", "debian:sid";
        "etc/os-release" = "PRETTY_NAME=\"Debian GNU/Linux bullseye/sid\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n",
        "etc/debian_version" = "bullseye/sid\n",
        "etc/apt/sources.list" = "# deb http://deb.debian.org/debian bullseye main\ndeb http://deb.debian.org/debian sid main\n",
    case "Distroless": Some(Debian), "debian", "12", "debian:12";
        "usr/lib/os-release" = "PRETTY_NAME=\"Distroless\"\nNAME=\"Debian GNU/Linux\"\nID=\"debian\"\nVERSION_ID=\"12\"\nVERSION=\"Debian GNU/Linux 12 (bookworm)\"\n",
    case "Ubuntu 22.04": Some(Ubuntu), "ubuntu", "22.04", "ubuntu:22.04";
        "etc/os-release" = "PRETTY_NAME=\"Ubuntu 22.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nVERSION=\"22.04.3 LTS (Jammy Jellyfish)\"\nVERSION_CODENAME=jammy\nID=ubuntu\nID_LIKE=debian\n",
        "etc/debian_version" = "bookworm/sid\n",
    case "Ubuntu by lsb-release": Some(Ubuntu), "ubuntu", "10.04", "ubuntu:10.04";
        "etc/lsb-release" = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\nDISTRIB_DESCRIPTION=\"Ubuntu 10.04.4 LTS\"\n",
        "etc/debian_version" = "squeeze/sid\n",
    case "UBI 9": Some(RedHat), "rhel", "9.3", "redhat:9";
        "etc/os-release" = "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"9.3 (Plow)\"\nID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.3\"\nPLATFORM_ID=\"platform:el9\"\nPRETTY_NAME=\"Red Hat Enterprise Linux 9.3 (Plow)\"\n",
        "etc/redhat-release" = "Red Hat Enterprise Linux release 9.3 (Plow)\n",
    case "RHEL 6": Some(RedHat), "rhel", "6.10", "redhat:6";
        "etc/redhat-release" = "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n",
    case "CentOS 7": Some(CentOs), "centos", "7.9.2009", "centos:7";
        "etc/os-release" = "NAME=\"CentOS Linux\"\nVERSION=\"7 (Core)\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"\n",
        "etc/centos-release" = "CentOS Linux release 7.9.2009 (Core)\n",
    case "CentOS 5": Some(CentOs), "centos", "5.11", "centos:5";
        "etc/redhat-release" = "CentOS release 5.11 (Final)\n",
    case "CentOS Stream 9": Some(CentOsStream), "centos", "9", "centos-stream:9";
        "etc/os-release" = "NAME=\"CentOS Stream\"\nVERSION=\"9\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\"\nPRETTY_NAME=\"CentOS Stream 9\"\n",
        "etc/centos-release" = "CentOS Stream release 9\n",
    case "Fedora 39": Some(Fedora), "fedora", "39", "fedora:39";
        "etc/os-release" = "NAME=\"Fedora Linux\"\nVERSION=\"39 (Container Image)\"\nID=fedora\nVERSION_ID=39\nVERSION_CODENAME=\"\"\nPRETTY_NAME=\"Fedora Linux 39 (Container Image)\"\n",
    case "AlmaLinux 9": Some(Alma), "almalinux", "9.3", "alma:9";
        "etc/os-release" = "NAME=\"AlmaLinux\"\nVERSION=\"9.3 (Shamrock Pampas Cat)\"\nID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.3\"\n",
    case "Rocky Linux 8": Some(Rocky), "rocky", "8.9", "rocky:8";
        "etc/os-release" = "NAME=\"Rocky Linux\"\nVERSION=\"8.9 (Green Obsidian)\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"8.9\"\n",
    case "Oracle Linux 8": Some(Oracle), "ol", "8.9", "oracle:8";
        "etc/os-release" = "NAME=\"Oracle Linux Server\"\nVERSION=\"8.9\"\nID=\"ol\"\nID_LIKE=\"fedora\"\nVARIANT=\"Server\"\nVERSION_ID=\"8.9\"\n",
        "etc/redhat-release" = "Red Hat Enterprise Linux release 8.9 (Ootpa)\n",
    case "Oracle Linux 5": Some(Oracle), "ol", "5.11", "oracle:5";
        "etc/oracle-release" = "Oracle Linux Server release 5.11\n",
        "etc/redhat-release" = "Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n",
    case "Amazon Linux 1": Some(Amazon), "amzn", "2018.03", "amazon:1";
        "etc/os-release" = "NAME=\"Amazon Linux AMI\"\nVERSION=\"2018.03\"\nID=\"amzn\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"2018.03\"\n",
        "etc/system-release" = "Amazon Linux AMI release 2018.03\n",
    case "Amazon Linux 1, first": Some(Amazon), "amzn", "2012.03", "amazon:1";
        "etc/system-release" = "Amazon Linux AMI release 2012.03\n",
    case "Amazon Linux 2": Some(Amazon), "amzn", "2", "amazon:2";
        "etc/os-release" = "NAME=\"Amazon Linux\"\nVERSION=\"2\"\nID=\"amzn\"\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=\"2\"\nPRETTY_NAME=\"Amazon Linux 2\"\n",
    case "Amazon Linux 2022": Some(Amazon), "amzn", "2022", "amazon:2022";
        "etc/os-release" = "NAME=\"Amazon Linux\"\nVERSION=\"2022\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2022\"\n",
    case "Amazon Linux 2023": Some(Amazon), "amzn", "2023", "amazon:2023";
        "etc/os-release" = "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\nPRETTY_NAME=\"Amazon Linux 2023.6.20241010\"\n",
    case "SLES 15 SP5": Some(Sles), "sles", "15.5", "sles:15.5";
        "etc/os-release" = "NAME=\"SLES\"\nVERSION=\"15-SP5\"\nVERSION_ID=\"15.5\"\nPRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\nID=\"sles\"\nID_LIKE=\"suse\"\n",
    case "SLES for SAP": Some(Sles), "sles_sap", "12.5", "sles:12.5";
        "etc/os-release" = "NAME=\"SLES_SAP\"\nVERSION=\"12-SP5\"\nVERSION_ID=\"12.5\"\nID=\"sles_sap\"\n",
    case "SLES 11": Some(Sles), "sles", "11.4", "sles:11.4";
        "etc/SuSE-release" = "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
    case "openSUSE Leap 15.5": Some(OpenSuseLeap), "opensuse-leap", "15.5", "opensuse-leap:15.5";
        "etc/os-release" = "NAME=\"openSUSE Leap\"\nVERSION=\"15.5\"\nID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\nVERSION_ID=\"15.5\"\n",
    case "openSUSE Leap 42.3": Some(OpenSuseLeap), "opensuse", "42.3", "opensuse-leap:42.3";
        "etc/os-release" = "NAME=\"openSUSE Leap\"\nVERSION=\"42.3\"\nID=opensuse\nID_LIKE=\"suse\"\nVERSION_ID=\"42.3\"\n",
    case "Tumbleweed": Some(OpenSuseTumbleweed), "opensuse-tumbleweed", "20240110", "opensuse-tumbleweed";
        "etc/os-release" = "NAME=\"openSUSE Tumbleweed\"\nID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\nVERSION_ID=\"20240110\"\n",
    case "Tumbleweed before 2018": Some(OpenSuseTumbleweed), "opensuse", "20170712", "opensuse-tumbleweed";
        "etc/os-release" = "NAME=\"openSUSE Tumbleweed\"\nID=opensuse\nID_LIKE=\"suse\"\nVERSION_ID=\"20170712\"\n",
    case "SLE Micro 5.1": Some(SleMicro), "suse-microos", "5.1", "slem:5.1";
        "etc/os-release" = "NAME=\"SLE Micro\"\nVERSION=\"5.1\"\nVERSION_ID=\"5.1\"\nPRETTY_NAME=\"SUSE Linux Enterprise Micro 5.1\"\nID=\"suse-microos\"\nID_LIKE=\"suse\"\n",
    case "SLE Micro 5.5": Some(SleMicro), "sle-micro", "5.5", "slem:5.5";
        "etc/os-release" = "NAME=\"SLE Micro\"\nVERSION=\"5.5\"\nVERSION_ID=\"5.5\"\nID=\"sle-micro\"\nID_LIKE=\"suse\"\n",
    case "SL Micro 6.0": Some(SleMicro), "sl-micro", "6.0", "slem:6.0";
        "etc/os-release" = "NAME=\"SL-Micro\"\nVERSION=\"6.0\"\nVERSION_ID=\"6.0\"\nPRETTY_NAME=\"SUSE Linux Micro 6.0\"\nID=\"sl-micro\"\nID_LIKE=\"suse\"\n",
    case "Azure Linux 3": Some(AzureLinux), "azurelinux", "3.0.20241005", "azurelinux:3.0";
        "etc/os-release" = "NAME=\"Microsoft Azure Linux\"\nVERSION=\"3.0.20241005\"\nID=azurelinux\nVERSION_ID=\"3.0\"\n",
    case "CBL-Mariner 2": Some(Mariner), "mariner", "2.0.20230208", "cbl-mariner:2.0";
        "etc/os-release" = "NAME=\"Common Base Linux Mariner\"\nVERSION=\"2.0.20230208\"\nID=mariner\nVERSION_ID=\"2.0\"\n",
    case "CBL-Mariner distroless": Some(Mariner), "mariner", "2.0.20220527", "cbl-mariner:2.0";
        "etc/mariner-release" = "CBL-Mariner 2.0.20220527\nMARINER_BUILD_NUMBER=f7c51c2\n",
    case "Photon 5": Some(Photon), "photon", "5.0", "photon:5.0";
        "etc/os-release" = "NAME=\"VMware Photon OS\"\nVERSION=\"5.0\"\nID=photon\nVERSION_ID=5.0\nPRETTY_NAME=\"VMware Photon OS/Linux\"\n",
    case "Photon 1": Some(Photon), "photon", "1.0", "photon:1.0";
        "etc/photon-release" = "VMware Photon Linux 1.0\nPHOTON_BUILD_NUMBER=62c543d\n",
    case "Arch": Some(Arch), "arch", "", "arch";
        "etc/os-release" = "NAME=\"Arch Linux\"\nPRETTY_NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\nVERSION_ID=TEMPLATE_VERSION_ID\n",
    case "openEuler 22.03 SP1": Some(OpenEuler), "openEuler", "22.03-LTS-SP1", "openeuler:22.03-LTS-SP1";
        "etc/os-release" = "NAME=\"openEuler\"\nVERSION=\"22.03 (LTS-SP1)\"\nID=\"openEuler\"\nVERSION_ID=\"22.03\"\n",
    case "openEuler 23.09": Some(OpenEuler), "openEuler", "23.09", "openeuler:23.09";
        "etc/os-release" = "NAME=\"openEuler\"\nVERSION=\"23.09\"\nID=\"openEuler\"\nVERSION_ID=\"23.09\"\n",
    case "openEuler by its own file": Some(OpenEuler), "openEuler", "20.03-LTS", "openeuler:20.03-LTS";
        "etc/openEuler-release" = "openEuler release 20.03 (LTS)\n",
    case "Bottlerocket": Some(Bottlerocket), "bottlerocket", "1.47.0", "bottlerocket";
        "x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release" = "NAME=Bottlerocket\nID=bottlerocket\nVERSION=\"1.47.0 (aws-k8s-1.34)\"\nVARIANT_ID=aws-k8s-1.34\nVERSION_ID=1.47.0\n",
    case "Echo": Some(Echo), "echo", "1", "echo";
        "etc/os-release" = "PRETTY_NAME=\"Echo Linux\"\nNAME=\"Echo Linux\"\nID=echo\nVERSION_ID=1\n",
    case "Kali is no Debian": None, "kali", "2024.1", "";
        "etc/os-release" = "PRETTY_NAME=\"Kali GNU/Linux Rolling\"\nNAME=\"Kali GNU/Linux\"\nVERSION_ID=\"2024.1\"\nVERSION_CODENAME=kali-rolling\nID=kali\nID_LIKE=debian\n",
        "etc/debian_version" = "kali-rolling\n",
    case "Linux Mint is no Ubuntu": None, "linuxmint", "21.3", "";
        "etc/os-release" = "NAME=\"Linux Mint\"\nVERSION_ID=\"21.3\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n",
        "etc/debian_version" = "bookworm/sid\n",
    case "Scientific Linux is no RHEL": None, "scientific", "6.10", "";
        "etc/redhat-release" = "Scientific Linux release 6.10 (Carbon)\n",
    case "an empty os-release hides nothing": Some(Alpine), "alpine", "3.19.4", "alpine:3.19";
        "etc/os-release" = "\n",
        "usr/lib/os-release" = "ID=alpine\nVERSION_ID=3.19.4\n",
}

#[test]
fn each_distribution_is_known() {
    for case in CASES {
        let files: Vec<_> = case
            .files
            .iter()
            .map(|(path, content)| {
                assert!(OS_FILES.contains(path), "{path} is asked for");
                (*path, 3, content.as_bytes())
            })
            .collect();
        let parsed = detect(&files);
        assert_eq!(parsed.problems, [], "{}", case.name);
        let os = parsed.value.unwrap_or_else(|| panic!("{} is not recognised", case.name));
        assert_eq!(
            (os.distribution, &*os.id, &*os.version),
            (case.distribution, case.id, case.version),
            "{}",
            case.name
        );
        let namespace = os.distribution.map(|known| known.namespace(&os.version));
        assert_eq!(namespace.unwrap_or_default(), case.namespace, "{}", case.name);
        assert_eq!(os.found_in.layer, 3);
        assert!(!os.extended_support);
    }
    // EPEL is a repository for others, and no image calls itself so.
    for distribution in Distribution::all().filter(|&one| one != Distribution::Epel) {
        assert!(
            CASES.iter().any(|case| case.distribution == Some(distribution)),
            "{} has no case",
            distribution.name()
        );
    }
}

#[test]
fn nothing_is_made_of_nothing() {
    assert_eq!(detect(&[]).value, None);
    assert_eq!(detect(&[("etc/os-release", 0, b"")]).value, None);
    assert_eq!(detect(&[("etc/apk/repositories", 0, b"http://x/edge/main")]).value, None);
}

#[test]
fn a_system_without_a_name_is_reported_as_such() {
    let parsed = detect(&[("etc/os-release", 1, b"PRETTY_NAME=\"Our appliance\"\nVERSION_ID=7\n")]);
    let os = parsed.value.expect("there is an os-release");
    assert_eq!((os.distribution, &*os.id, &*os.version), (None, "linux", "7"));
    assert_eq!(os.pretty_name.as_deref(), Some("Our appliance"));
    assert_eq!(parsed.problems[0].path.as_deref(), Some("etc/os-release"));
}

#[test]
fn codenames_come_from_wherever_they_stand() {
    for (files, codename) in [
        (&[("etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n")][..], Some("bookworm")),
        (&[("etc/os-release", "ID=debian\nVERSION=\"8 (jessie)\"\n")], Some("jessie")),
        (
            &[
                ("etc/os-release", "ID=ubuntu\nVERSION=\"14.04.6 LTS, Trusty Tahr\"\n"),
                ("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_CODENAME=trusty\n"),
            ],
            Some("trusty"),
        ),
        (&[("etc/os-release", "ID=alpine\n")], None),
    ] {
        let files: Vec<_> =
            files.iter().map(|(path, content)| (*path, 0, content.as_bytes())).collect();
        let os = detect(&files).value.expect("there is an os-release");
        assert_eq!(os.codename.as_deref(), codename);
    }
}

#[test]
fn extended_support_needs_an_attached_machine_with_the_service_on() {
    const PATH: &str = "var/lib/ubuntu-advantage/status.json";
    const ON: &str = r#"{"name": "esm-infra", "entitled": "yes", "status": "enabled"}"#;
    const OFF: &str = r#"{"name": "esm-apps", "entitled": "yes", "status": "disabled"}"#;
    for (attached, services, expected) in
        [(true, [ON, OFF], true), (false, [ON, OFF], false), (true, [OFF, OFF], false)]
    {
        let status = format!(r#"{{"attached": {attached}, "services": [{}]}}"#, services.join(","));
        let ubuntu = ("etc/os-release", 0, &b"ID=ubuntu\nVERSION_ID=18.04\n"[..]);
        let parsed = detect(&[ubuntu, (PATH, 1, status.as_bytes())]);
        assert_eq!(parsed.value.expect("Ubuntu").extended_support, expected, "{status}");
        assert_eq!(parsed.problems, []);
    }
    let parsed = detect(&[("etc/os-release", 0, b"ID=ubuntu\n"), (PATH, 1, b"{\"attached\": tr")]);
    assert!(!parsed.value.expect("Ubuntu").extended_support);
    assert_eq!(parsed.problems[0].path.as_deref(), Some(PATH));
}
