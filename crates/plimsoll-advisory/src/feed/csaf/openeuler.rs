//! openEuler's habits: <https://www.openeuler.org/en/security/security-bulletins/>.
//!
//! Products are releases, `openEuler-22.03-LTS-SP1`, and say so in their CPE too; components are
//! binary and source packages, `NAME-VERSION-RELEASE.ARCH`.

use plimsoll_version::Distribution;

use super::products::Resolved;
use super::statements::{Habits, Place};

pub(super) const HABITS: Habits = Habits {
    place,
    others: "openeuler-products",
    no_architecture_is_source: false,
    recommended_is_fixed: false,
    advisory: |_| None,
};

fn place(resolved: &Resolved) -> Option<Place> {
    let by_cpe = || {
        let mut parts = resolved.cpe.strip_prefix("cpe:/")?.split(':').skip(2);
        (parts.next()?.eq_ignore_ascii_case("openeuler")).then_some(())?;
        parts.next()
    };
    let named = |name: &'static str| resolved.platform_name.strip_prefix(name);
    let version = named("openEuler-").or_else(|| named("openEuler ")).or_else(by_cpe)?;
    let is_release = version.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    is_release.then(|| Place {
        namespace: Distribution::OpenEuler.namespace(version),
        channel: None,
        by_cpe: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_by_name_and_cpe() {
        for (cpe, name, expected) in [
            ("", "openEuler-22.03-LTS-SP1", Some("openeuler:22.03-LTS-SP1")),
            ("cpe:/a:openEuler:openEuler:20.03-LTS-SP4", "", Some("openeuler:20.03-LTS-SP4")),
            ("cpe:/a:other:other:1", "", None),
        ] {
            let resolved =
                Resolved { component: None, module: None, platform: "", platform_name: name, cpe };
            let namespace = place(&resolved).map(|place| place.namespace);
            assert_eq!(namespace.as_deref(), expected);
        }
    }
}
