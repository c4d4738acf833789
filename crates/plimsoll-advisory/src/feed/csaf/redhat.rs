//! Red Hat's habits: <https://redhatproductsecurity.github.io/security-data-guidelines/csaf-vex/>.
//!
//! A product is known by its CPE. Releases of RHEL are streams with names of their own, which give
//! the namespace and the channel; packages of layered products (OpenShift, Satellite, JBoss) say by
//! the end of their CPE (`::el8`) or by their own release (`.el8`) for which RHEL they were built.
//! The rest is kept under `redhat` without a release. Every statement keeps the CPEs of its
//! products, since an image gets packages from a few of them only.
//!
//! Documents up to 2025 list every binary package with its source; later ones list source packages
//! (`arch=src`, or no architecture beside a version) and modules. Such a statement has the
//! architecture `src`: it is about every package that was built from that source. A module as a
//! whole stands under `name:stream`, with `stream-version.context` for a version. Where the binary
//! packages of the same build are listed too, they say it all.
//!
//! What is no package (container images, Java archives, RHCOS) is kept under `redhat-products`
//! where it is affected or fixed.

use plimsoll_version::Distribution;

use super::products::Resolved;
use super::statements::{Habits, Place};

pub(super) const HABITS: Habits = Habits {
    place,
    others: "redhat-products",
    no_architecture_is_source: true,
    recommended_is_fixed: false,
    advisory,
};

/// `RHSA-2024:6915` of `https://access.redhat.com/errata/RHSA-2024:6915`.
fn advisory(url: &str) -> Option<&str> {
    let id = url.rsplit('/').next()?;
    let known = ["RHSA-", "RHBA-", "RHEA-"].iter().any(|start| id.starts_with(start));
    (known && super::is_id(id)).then_some(id)
}

fn place(resolved: &Resolved) -> Option<Place> {
    let (major, channel) = stream(resolved.cpe);
    let component = resolved.component.as_ref();
    let release = || component.and_then(|component| built_for(component.version.as_deref()?));
    let namespace = match major.or_else(release) {
        Some(major) => Distribution::RedHat.namespace(major),
        None => Distribution::RedHat.id().to_owned(),
    };
    Some(Place { namespace, channel, by_cpe: true })
}

/// The major release of RHEL that a CPE stands for, and the channel where it is not the release's
/// own.
pub(in crate::feed) fn stream(cpe: &str) -> (Option<&str>, Option<&'static str>) {
    let mut parts = cpe.strip_prefix("cpe:/").unwrap_or("").split(':').skip(2);
    let product = parts.next().unwrap_or("");
    let version = parts.next().unwrap_or("");
    let channel = match product {
        "rhel_eus" | "enterprise_linux_eus" | "rhel_eus_long_life" => Some("eus"),
        "rhel_aus" => Some("aus"),
        "rhel_tus" => Some("tus"),
        "rhel_e4s" => Some("e4s"),
        "rhel_els" | "rhel_extras_rt_els" => Some("els"),
        "rhel_mission_critical" => Some("mission-critical"),
        "rhel_extras" | "rhel_extras_sap" | "rhel_extras_rt" | "rhel_extras_oracle_java" => {
            Some("extras")
        }
        _ => None,
    };
    let is_release = channel.is_some()
        || product == "enterprise_linux"
        || matches!(product, "rhel_virtualization" | "rhel_cluster" | "rhel_atomic");
    let major = if is_release {
        version.split('.').next()
    } else {
        cpe.rsplit(':').next().and_then(|edition| edition.strip_prefix("el"))
    };
    let is_major = |text: &&str| {
        (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    (major.filter(is_major), channel)
}

/// `8` of `1.0-3.el8_4`.
fn built_for(version: &str) -> Option<&str> {
    let (_, release) = version.rsplit_once('-')?;
    let tail = release.split('.').find_map(|part| part.strip_prefix("el"))?;
    let end = tail.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(tail.len());
    (1..=2).contains(&end).then(|| &tail[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_told_by_their_cpe() {
        for (cpe, major, channel) in [
            ("cpe:/o:redhat:enterprise_linux:8::baseos", Some("8"), None),
            ("cpe:/a:redhat:enterprise_linux:9", Some("9"), None),
            ("cpe:/o:redhat:enterprise_linux:10.1", Some("10"), None),
            ("cpe:/a:redhat:rhel_eus:9.2::appstream", Some("9"), Some("eus")),
            ("cpe:/o:redhat:enterprise_linux_eus:10.0", Some("10"), Some("eus")),
            ("cpe:/a:redhat:rhel_aus:8.4::appstream", Some("8"), Some("aus")),
            ("cpe:/a:redhat:rhel_tus:8.4", Some("8"), Some("tus")),
            ("cpe:/a:redhat:rhel_e4s:8.4", Some("8"), Some("e4s")),
            ("cpe:/o:redhat:rhel_els:7", Some("7"), Some("els")),
            ("cpe:/a:redhat:openshift:4.13::el9", Some("9"), None),
            ("cpe:/a:redhat:openshift:4", None, None),
            ("cpe:/a:redhat:quay:3", None, None),
            ("", None, None),
        ] {
            assert_eq!(stream(cpe), (major, channel), "{cpe}");
        }
    }

    #[test]
    fn releases_tell_what_a_package_was_built_for() {
        assert_eq!(built_for("4.14.0-1.rhaos4.14.el8"), Some("8"));
        assert_eq!(built_for("1:1.1.1k-16.el7jbcs"), Some("7"));
        assert_eq!(built_for("0.78-11.module+el8.6.0+1"), None);
        assert_eq!(built_for("1.25.8-1.1.hum1"), None);
    }

    #[test]
    fn links_lead_to_advisories() {
        assert_eq!(
            advisory("https://access.redhat.com/errata/RHSA-2024:6915"),
            Some("RHSA-2024:6915")
        );
        assert_eq!(advisory("https://access.redhat.com/security/cve/CVE-1"), None);
    }
}
