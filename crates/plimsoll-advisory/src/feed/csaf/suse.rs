//! SUSE's habits: <https://www.suse.com/support/security/csaf/>.
//!
//! Packages are named without epoch, `NAME-VERSION-RELEASE.ARCH`, in VEX documents also without
//! architecture, and binary packages throughout. `recommended` lists the versions with the fix.
//! Modules and extensions (Basesystem, High Availability, Package Hub) add packages to the server of
//! the same service pack, so they share its namespace; editions with longer support are channels.
//! Products that are built on a server but count by themselves (Manager, Enterprise Storage) stand
//! under `suse-products` and their CPE.

use plimsoll_version::Distribution;

use super::products::Resolved;
use super::statements::{Habits, Place};

pub(super) const HABITS: Habits = Habits {
    place,
    others: "suse-products",
    no_architecture_is_source: false,
    recommended_is_fixed: true,
    advisory: |_| None,
};

fn place(resolved: &Resolved) -> Option<Place> {
    let place = |distribution: Distribution, version: &str, channel| {
        Some(Place { namespace: distribution.namespace(version), channel, by_cpe: false })
    };
    // `cpe:/o:suse:sles-ltss:15:sp1`; older documents have no CPE, and the name says the same.
    let mut parts = resolved.cpe.strip_prefix("cpe:/o:").unwrap_or("").split(':');
    let (vendor, product) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let version = parts.next().unwrap_or("");
    let pack = parts.next().and_then(|pack| pack.strip_prefix("sp")).unwrap_or("");
    match (vendor, product) {
        ("opensuse", "leap") => return place(Distribution::OpenSuseLeap, version, None),
        ("opensuse", "tumbleweed") => return place(Distribution::OpenSuseTumbleweed, "", None),
        ("opensuse", "opensuse") if !version.is_empty() => {
            return place(Distribution::OpenSuseLeap, version, None);
        }
        ("opensuse", "leap-micro" | "leap_micro")
        | ("suse", "suse-microos" | "sle-micro" | "sl-micro") => {
            return place(Distribution::SleMicro, version, None);
        }
        _ => {}
    }
    let is_server =
        product.starts_with("sle") || product.starts_with("suse_sle") || product == "packagehub";
    if vendor == "suse" && is_server && !version.is_empty() {
        let release =
            if pack.is_empty() { version.to_owned() } else { format!("{version}.{pack}") };
        return place(Distribution::Sles, &release, channel(product));
    }
    if vendor.is_empty() {
        return by_name(resolved.platform_name);
    }
    let namespace = "suse-products".to_owned();
    Some(Place { namespace, channel: None, by_cpe: true })
}

/// Editions whose packages come with a subscription for longer support, or for other uses.
fn channel(product: &str) -> Option<&'static str> {
    Some(match product {
        _ if product.contains("ltss") => "ltss",
        _ if product.contains("espos") => "espos",
        _ if product.contains("teradata") => "teradata",
        "sle_rt" | "sle-rt" | "suse-linux-enterprise-rt" => "real-time",
        _ => return None,
    })
}

/// `SUSE Package Hub 15 SP1`, `openSUSE Leap 15.1`, `SUSE Linux Enterprise Server 12 SP2-LTSS`.
fn by_name(name: &str) -> Option<Place> {
    let place = |distribution: Distribution, version: &str, channel| {
        Some(Place { namespace: distribution.namespace(version), channel, by_cpe: false })
    };
    if name == "openSUSE Tumbleweed" {
        return place(Distribution::OpenSuseTumbleweed, "", None);
    }
    if let Some(rest) = name.strip_prefix("openSUSE Leap ") {
        return place(Distribution::OpenSuseLeap, rest.split(' ').next()?, None);
    }
    let known = ["SUSE Linux Enterprise ", "SUSE Package Hub "];
    if !known.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    if let Some(rest) = name.strip_prefix("SUSE Linux Enterprise Micro ") {
        return place(Distribution::SleMicro, rest.split(' ').next()?, None);
    }
    let is_number = |word: &&str| word.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = name.split([' ', '-']).collect();
    let at = words.iter().position(is_number)?;
    let pack = words.get(at + 1).and_then(|word| word.strip_prefix("SP"));
    let release = match pack {
        Some(pack) => format!("{}.{pack}", words[at]),
        None => words[at].to_owned(),
    };
    place(Distribution::Sles, &release, channel(&name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(cpe: &str, name: &str) -> Option<(String, Option<&'static str>)> {
        let resolved =
            Resolved { component: None, module: None, platform: name, platform_name: name, cpe };
        place(&resolved).map(|place| (place.namespace, place.channel))
    }

    #[test]
    fn products_become_namespaces() {
        for (cpe, name, namespace, channel) in [
            ("cpe:/o:suse:sles:15:sp5", "", "sles:15.5", None),
            ("cpe:/o:suse:sles:12", "", "sles:12", None),
            ("cpe:/o:suse:sle-module-basesystem:15:sp4", "", "sles:15.4", None),
            ("cpe:/o:suse:sles-ltss:15:sp1", "", "sles:15.1", Some("ltss")),
            ("cpe:/o:suse:suse_sles_ltss:11:sp2", "", "sles:11.2", Some("ltss")),
            ("cpe:/o:suse:sle-micro:5.3", "", "slem:5.3", None),
            ("cpe:/o:opensuse:tumbleweed", "", "opensuse-tumbleweed", None),
            ("cpe:/o:opensuse:leap:15.4", "", "opensuse-leap:15.4", None),
            ("cpe:/o:suse:caasp:4.0", "", "suse-products", None),
            ("", "SUSE Package Hub 15", "sles:15", None),
            ("", "SUSE Linux Enterprise Server 12 SP2-LTSS", "sles:12.2", Some("ltss")),
            ("", "openSUSE Leap 15.1 NonFree", "opensuse-leap:15.1", None),
        ] {
            assert_eq!(placed(cpe, name), Some((namespace.to_owned(), channel)), "{cpe} {name}");
        }
        assert_eq!(placed("", "Something Else 9"), None);
    }
}
