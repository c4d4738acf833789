//! The products that SUSE's advisories speak of, and the release that each of them stands on:
//! <https://www.suse.com/lifecycle/>.
//!
//! `SUSE Linux Enterprise Server 15 SP4-LTSS` is release 15.4, with a subscription. Modules and
//! extensions are repositories of the release, and their packages are told by name alone, so they
//! are the release too. Products that are no operating system of their own (SUSE Manager, Open
//! Enterprise Server, images for clouds) repeat what is said of the release that they stand on.

use plimsoll_version::Distribution;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Product {
    /// A release; the channel is the subscription or the special build that the product is.
    Release {
        namespace: String,
        channel: Option<String>,
    },
    /// A product that stands on a release without being one.
    Other,
    Unknown,
}

/// Subscriptions, as the last part of a product's version.
const SUFFIXES: &[&str] =
    &["LTSS", "ESPOS", "BCL", "TERADATA", "SECURITY", "PUBCLOUD", "CLIENT-TOOLS", "EXTREME-CORE"];

/// Products on the same packages whose builds are not those of the release.
const BUILDS: &[(&str, &str)] = &[
    ("LTSS Extended Security", "ltss-extended-security"),
    ("LTSS Core", "ltss-core"),
    ("Real Time", "real-time"),
    ("Realtime", "real-time"),
    ("Live Patching", "live-patching"),
    ("Teradata", "teradata"),
    ("Point of Sale", "point-of-sale"),
];

pub(super) fn product(name: &str) -> Product {
    let release = |distribution: Distribution, version: &str| Product::Release {
        namespace: distribution.namespace(version),
        channel: None,
    };
    let name = name.trim();
    let rest = |start: &str| name.strip_prefix(start).map(str::trim_start);
    let first = |text: &'_ str| -> Option<String> {
        let word = text.split([' ', '-']).next()?;
        is_number(word).then(|| word.to_owned())
    };
    if name == "openSUSE Tumbleweed" {
        return release(Distribution::OpenSuseTumbleweed, "");
    }
    if let Some(version) = rest("openSUSE Leap Micro ").and_then(first) {
        return release(Distribution::SleMicro, &version);
    }
    let leap = rest("openSUSE Leap ").or_else(|| rest("openSUSE "));
    if let Some(version) = leap.and_then(first) {
        return release(Distribution::OpenSuseLeap, &version);
    }
    let micro = rest("SUSE Linux Enterprise Micro ").or_else(|| rest("SUSE Linux Micro "));
    if let Some(version) = micro.map(|rest| rest.trim_start_matches("for Rancher ")).and_then(first)
    {
        return release(Distribution::SleMicro, &version);
    }
    if name.starts_with("SUSE Linux Enterprise Storage") {
        return Product::Other;
    }
    let enterprise = rest("SUSE Linux Enterprise ").or_else(|| rest("SUSE Package Hub "));
    if let Some(rest) = enterprise {
        return enterprise_release(rest);
    }
    if let Some(version) = rest("openSUSE Backports SLE-") {
        return enterprise_release(&version.replace("-SP", " SP"));
    }
    old_release(name).unwrap_or_else(|| other(name))
}

/// `Server 15 SP4-LTSS`, `Module for Basesystem 15`, `Server 10 SP4 for x86`, `Server 16.0`.
fn enterprise_release(rest: &str) -> Product {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let number_of = |word: &str| {
        let number = word.split('-').next().unwrap_or("");
        is_number(number).then(|| number.to_owned())
    };
    let Some(at) = words.iter().position(|word| number_of(word).is_some()) else {
        return Product::Unknown;
    };
    let Some(number) = number_of(words[at]) else { return Product::Unknown };
    let pack = words.get(at + 1).and_then(|word| word.strip_prefix("SP"));
    let (version, last) = match pack {
        Some(pack) => {
            let digits = pack.split('-').next().unwrap_or("");
            if !is_number(digits) {
                return Product::Unknown;
            }
            (format!("{number}.{digits}"), pack)
        }
        None => (number, words[at]),
    };
    let suffix = last.split_once('-').map(|(_, suffix)| suffix);
    let by_suffix = SUFFIXES
        .iter()
        .find(|known| suffix.is_some_and(|suffix| suffix.starts_with(**known)))
        .map(|known| known.to_ascii_lowercase());
    let by_name = BUILDS.iter().find(|(words, _)| rest.contains(words));
    Product::Release {
        namespace: Distribution::Sles.namespace(&version),
        channel: by_suffix.or_else(|| by_name.map(|(_, channel)| (*channel).to_owned())),
    }
}

/// `suse103`, `suse111-debug`, `sles10-sp4`, `core9`: short names of files before 2012.
fn old_release(name: &str) -> Option<Product> {
    let mut parts = name.split('-');
    let first = parts.next()?;
    let at = first.find(|sign: char| sign.is_ascii_digit())?;
    let (line, number) = first.split_at(at);
    if !is_number(number) {
        return None;
    }
    let (distribution, version) = match (line, number.len()) {
        ("suse", 3) => (Distribution::OpenSuseLeap, format!("{}.{}", &number[..2], &number[2..])),
        ("sles" | "sled" | "sle" | "core", 1 | 2) => {
            let pack = parts.next().and_then(|part| part.strip_prefix("sp"));
            let version = match pack.filter(|pack| is_number(pack)) {
                Some(pack) => format!("{number}.{pack}"),
                None => number.to_owned(),
            };
            (Distribution::Sles, version)
        }
        _ => return None,
    };
    Some(Product::Release { namespace: distribution.namespace(&version), channel: None })
}

fn other(name: &str) -> Product {
    let makers = [
        "SUSE ",
        "openSUSE ",
        "Open Enterprise Server",
        "Novell ",
        "HPE Helion",
        "Public Cloud Image ",
        "Container ",
        "Image ",
        "Subscription Management Tool",
        "WebYaST",
        "SLE-",
    ];
    if makers.iter().any(|maker| name.starts_with(maker)) {
        Product::Other
    } else {
        Product::Unknown
    }
}

fn is_number(word: &str) -> bool {
    word.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_told_by_their_names() {
        let told = |name: &str| match product(name) {
            Product::Release { namespace, channel } => {
                format!("{namespace} {}", channel.unwrap_or_default()).trim().to_owned()
            }
            other => format!("{other:?}"),
        };
        for (name, expected) in [
            ("SUSE Linux Enterprise Server 15", "sles:15"),
            ("SUSE Linux Enterprise Server 15 SP4", "sles:15.4"),
            ("SUSE Linux Enterprise Server 15-LTSS", "sles:15 ltss"),
            ("SUSE Linux Enterprise Server 12 SP2-BCL", "sles:12.2 bcl"),
            ("SUSE Linux Enterprise Server 16.0", "sles:16.0"),
            ("SUSE Linux Enterprise Server 10 SP4 for IBM zSeries 64bit", "sles:10.4"),
            ("SUSE Linux Enterprise Server for SAP Applications 15 SP1", "sles:15.1"),
            (
                "SUSE Linux Enterprise Server LTSS Extended Security 12 SP5",
                "sles:12.5 ltss-extended-security",
            ),
            ("SUSE Linux Enterprise Module for Live Patching 15 SP3", "sles:15.3 live-patching"),
            ("SUSE Linux Enterprise Module for Basesystem 15 SP3", "sles:15.3"),
            ("SUSE Linux Enterprise Micro 5.2", "slem:5.2"),
            ("SUSE Linux Enterprise Micro for Rancher 5.3", "slem:5.3"),
            ("SUSE Linux Micro 6.1", "slem:6.1"),
            ("SUSE Linux Enterprise Storage 7", "Other"),
            ("openSUSE Leap 15.2", "opensuse-leap:15.2"),
            ("openSUSE Leap Micro 5.2", "slem:5.2"),
            ("openSUSE Tumbleweed", "opensuse-tumbleweed"),
            ("openSUSE 12.1 Update", "opensuse-leap:12.1"),
            ("openSUSE Backports SLE-15-SP1", "sles:15.1"),
            ("suse111-debug", "opensuse-leap:11.1"),
            ("sles10-sp4", "sles:10.4"),
            ("core9", "sles:9"),
            ("SUSE Manager Server 4.3", "Other"),
            ("SUSE Linux Enterprise", "Other"),
            ("Red Hat Enterprise Linux 8", "Unknown"),
        ] {
            assert_eq!(told(name), expected, "{name}");
        }
    }
}
