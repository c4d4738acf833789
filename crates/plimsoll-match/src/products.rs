//! Which products an image gets its packages from, where advisories are about products.
//!
//! Red Hat says of each package in which product it has a problem or a fix: RHEL 9's BaseOS, an
//! update stream of 9.2, OpenShift. An image's build notes the repositories that it used, and Red
//! Hat's table tells the products of a repository. An image that notes none (or none that the table
//! knows) has packages from the base repositories of its release:
//!
//! | release | repositories |
//! |---|---|
//! | 8 and later | `rhel-N-for-x86_64-baseos-rpms`, `rhel-N-for-x86_64-appstream-rpms` |
//! | 7 | `rhel-7-server-rpms`, `rhel-7-server-optional-rpms`, `rhel-7-server-extras-rpms` |
//! | before | `rhel-N-server-rpms`, `rhel-N-server-optional-rpms` |
//!
//! Those of other architectures are repositories of the same products.
//!
//! Products are CPE names (<https://cpe.mitre.org/specification/CPE_2.2.pdf>). One stands for
//! another where every part that both state is equal: `cpe:/o:redhat:enterprise_linux:8` for
//! `cpe:/o:redhat:enterprise_linux:8::baseos`. A major version stands for its minor ones.

use std::collections::BTreeSet;

use plimsoll_inventory::Inventory;
use plimsoll_version::Distribution;

use crate::Advisories;

/// The products of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Products(BTreeSet<String>);

/// Whether a record that is about some products is about one of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Covers {
    /// It is about the very product.
    Yes,
    /// It is about the extended life of a release that the image has.
    Extended,
    /// It is about others.
    No,
}

impl Products {
    /// The products of an image whose distribution has a table of them; nothing for the others, for
    /// whom the release says it all.
    pub(crate) fn of(
        inventory: &Inventory,
        distribution: Distribution,
        release: &str,
        advisories: &(impl Advisories + ?Sized),
    ) -> Option<Products> {
        if distribution != Distribution::RedHat {
            return None;
        }
        let known = |names: &[String]| -> BTreeSet<String> {
            names.iter().filter_map(|name| advisories.repository(name)).flatten().collect()
        };
        let mut products = known(&inventory.repositories);
        if products.is_empty() {
            products = known(&default_repositories(release));
        }
        if products.is_empty() {
            let plain = |part| format!("cpe:/{part}:redhat:enterprise_linux:{release}");
            products = BTreeSet::from([plain("a"), plain("o")]);
        }
        Some(Products(products))
    }

    /// Whether one of these products is one of the image.
    pub(crate) fn covers(&self, cpes: &[String]) -> Covers {
        let pairs = || cpes.iter().flat_map(|cpe| self.0.iter().map(move |own| (cpe, own)));
        if pairs().any(|(cpe, own)| stands_for(cpe, own)) {
            Covers::Yes
        } else if pairs().any(|(cpe, own)| extends(cpe, own)) {
            Covers::Extended
        } else {
            Covers::No
        }
    }
}

fn default_repositories(release: &str) -> Vec<String> {
    match release {
        "7" => {
            ["", "-optional", "-extras"].map(|kind| format!("rhel-7-server{kind}-rpms")).to_vec()
        }
        "3" | "4" | "5" | "6" => {
            ["", "-optional"].map(|kind| format!("rhel-{release}-server{kind}-rpms")).to_vec()
        }
        _ => ["baseos", "appstream"]
            .map(|kind| format!("rhel-{release}-for-x86_64-{kind}-rpms"))
            .to_vec(),
    }
}

/// Parts of a CPE name: part, vendor, product, version, update, edition, language.
const PARTS: usize = 7;
const PRODUCT: usize = 2;
const VERSION: usize = 3;

fn parts(cpe: &str) -> [&str; PARTS] {
    let mut parts = [""; PARTS];
    let text = cpe.strip_prefix("cpe:/").unwrap_or(cpe);
    for (part, text) in parts.iter_mut().zip(text.split(':')) {
        *part = text;
    }
    parts
}

fn stands_for(left: &str, right: &str) -> bool {
    let is_minor_of = |minor: &str, major: &str| {
        minor.strip_prefix(major).is_some_and(|rest| rest.starts_with('.'))
    };
    parts(left).into_iter().zip(parts(right)).enumerate().all(|(index, (left, right))| {
        left == right
            || left.is_empty()
            || right.is_empty()
            || index == VERSION && (is_minor_of(left, right) || is_minor_of(right, left))
    })
}

/// Whether a product is what a release becomes when its support ends: all that Red Hat still says
/// of RHEL 7 it says of `cpe:/o:redhat:rhel_els:7`.
fn extends(cpe: &str, own: &str) -> bool {
    let (cpe, own) = (parts(cpe), parts(own));
    let major = |version: &str| version.split('.').next().unwrap_or("").to_owned();
    cpe[PRODUCT] == "rhel_els"
        && own[PRODUCT] == "enterprise_linux"
        && major(cpe[VERSION]) == major(own[VERSION])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Records, inventory};

    fn covers(own: &str, cpe: &str) -> Covers {
        Products(BTreeSet::from([own.to_owned()])).covers(&[cpe.to_owned()])
    }

    #[test]
    fn names_without_a_variant_stand_for_all() {
        for (own, cpe, expected) in [
            (
                "cpe:/o:redhat:enterprise_linux:8::baseos",
                "cpe:/o:redhat:enterprise_linux:8",
                Covers::Yes,
            ),
            (
                "cpe:/o:redhat:enterprise_linux:8::baseos",
                "cpe:/o:redhat:enterprise_linux:8::baseos",
                Covers::Yes,
            ),
            (
                "cpe:/o:redhat:enterprise_linux:8::baseos",
                "cpe:/a:redhat:enterprise_linux:8::appstream",
                Covers::No,
            ),
            (
                "cpe:/o:redhat:enterprise_linux:8::baseos",
                "cpe:/o:redhat:enterprise_linux:9",
                Covers::No,
            ),
            (
                "cpe:/o:redhat:enterprise_linux:10.1::baseos",
                "cpe:/o:redhat:enterprise_linux:10",
                Covers::Yes,
            ),
            (
                "cpe:/o:redhat:enterprise_linux:10.1::baseos",
                "cpe:/o:redhat:enterprise_linux:10.0",
                Covers::No,
            ),
            ("cpe:/o:redhat:enterprise_linux:1", "cpe:/o:redhat:enterprise_linux:10", Covers::No),
            (
                "cpe:/o:redhat:enterprise_linux:9::baseos",
                "cpe:/o:redhat:rhel_eus:9.2::baseos",
                Covers::No,
            ),
            (
                "cpe:/o:redhat:rhel_eus:9.2::baseos",
                "cpe:/a:redhat:rhel_eus:9.2::appstream",
                Covers::No,
            ),
            (
                "cpe:/o:redhat:enterprise_linux:7::server",
                "cpe:/o:redhat:rhel_els:7",
                Covers::Extended,
            ),
            ("cpe:/o:redhat:enterprise_linux:6::server", "cpe:/o:redhat:rhel_els:7", Covers::No),
        ] {
            assert_eq!(covers(own, cpe), expected, "{own} {cpe}");
        }
    }

    #[test]
    fn repositories_tell_products_and_the_base_ones_stand_in() {
        let mut database = Records::default();
        for (name, cpe) in [
            ("rhel-9-for-x86_64-baseos-rpms", "cpe:/o:redhat:enterprise_linux:9::baseos"),
            ("rhel-9-for-x86_64-baseos-eus-rpms", "cpe:/o:redhat:rhel_eus:9.2::baseos"),
        ] {
            database.repositories.push((name.to_owned(), vec![cpe.to_owned()]));
        }
        let mut image = inventory("rhel", "9.2", Vec::new());
        let products = |image: &Inventory, database: &Records| {
            let found = Products::of(image, Distribution::RedHat, "9", database).unwrap();
            found.0.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(products(&image, &database), ["cpe:/o:redhat:enterprise_linux:9::baseos"]);
        image.repositories = vec!["rhel-9-for-x86_64-baseos-eus-rpms".to_owned()];
        assert_eq!(products(&image, &database), ["cpe:/o:redhat:rhel_eus:9.2::baseos"]);
        image.repositories = vec!["somebody-elses".to_owned()];
        assert_eq!(products(&image, &database), ["cpe:/o:redhat:enterprise_linux:9::baseos"]);
        assert_eq!(
            products(&image, &Records::default()),
            ["cpe:/a:redhat:enterprise_linux:9", "cpe:/o:redhat:enterprise_linux:9"]
        );
        assert_eq!(Products::of(&image, Distribution::Alma, "9", &database), None);
    }
}
