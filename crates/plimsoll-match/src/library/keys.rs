//! Under which names, and by whose rules, a package of a language or a recognised program is looked
//! up.
//!
//! A package of a registry has one name in one namespace: its ecosystem's. A program that was
//! recognised by its looks has a CPE name as well, and Bitnami, who builds many of them, has
//! advisories under names of its own. Packages of registries are never looked up by CPE: NVD's
//! products and packages of the same name are seldom the same thing.

use plimsoll_inventory::{Library, Package};
use plimsoll_version::{Ecosystem, Scheme};

use crate::NameKind;
use crate::cpe::Name;

/// A name to look up, and how the version is compared with what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LibraryKey {
    pub(super) namespace: &'static str,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) scheme: Scheme,
    /// The whole CPE name, where it is one.
    pub(super) cpe: Option<Name>,
}

impl LibraryKey {
    pub(super) fn kind(&self) -> NameKind {
        if self.cpe.is_some() { NameKind::Cpe } else { NameKind::Binary }
    }
}

/// What Bitnami calls products, by their CPE names: only those whose package is the very program and
/// not an image around it.
const BITNAMI: &[(&str, &str)] = &[
    ("apache:http_server", "apache"),
    ("couchbase:couchdb", "couchdb"),
    ("apache:couchdb", "couchdb"),
    ("elastic:elasticsearch", "elasticsearch"),
    ("envoyproxy:envoy", "envoy"),
    ("etcd:etcd", "etcd"),
    ("f5:nginx", "nginx"),
    ("golang:go", "golang"),
    ("grafana:grafana", "grafana"),
    ("haproxy:haproxy", "haproxy"),
    ("hashicorp:consul", "consul"),
    ("hashicorp:vault", "vault"),
    ("helm:helm", "helm"),
    ("influxdata:influxdb", "influxdb"),
    ("mariadb:mariadb", "mariadb"),
    ("memcached:memcached", "memcached"),
    ("minio:minio", "minio"),
    ("mongodb:mongodb", "mongodb"),
    ("nginx:nginx", "nginx"),
    ("nodejs:node.js", "node"),
    ("openresty:openresty", "openresty"),
    ("php:php", "php"),
    ("postgresql:postgresql", "postgresql"),
    ("prometheus:prometheus", "prometheus"),
    ("python:python", "python"),
    ("redis:redis", "redis"),
    ("redislabs:redis", "redis"),
    ("ruby-lang:ruby", "ruby"),
    ("varnish-software:varnish_cache", "varnish"),
    ("lfprojects:valkey", "valkey"),
    ("valkey-io:valkey", "valkey"),
];

/// What Retire.js calls browser libraries, where that is not their name on npm. What it says of
/// libraries without a name on npm stands in the namespace of what has no registry.
const RETIRE: &[(&str, &str)] = &[("ckeditor4", "ckeditor"), ("ember-source", "ember")];

/// [`plimsoll_inventory::Extractor::id`] of libraries that were recognised by their banners.
const BROWSER_LIBRARY: &str = "browser-library";

/// The keys of a package, its own name first.
pub(super) fn keys(package: &Package, library: &Library) -> Vec<LibraryKey> {
    let ecosystem = library.ecosystem;
    let mut keys = Vec::new();
    if ecosystem != Ecosystem::Cpe {
        keys.push(key(ecosystem, &package.name, &package.version));
    }
    if library.extractor == BROWSER_LIBRARY && ecosystem == Ecosystem::Npm {
        let own = RETIRE.iter().find(|(npm, _)| *npm == package.name);
        let name = own.map_or(package.name.as_str(), |(_, name)| name);
        keys.push(key(Ecosystem::Generic, name, &package.version));
    }
    if !matches!(ecosystem, Ecosystem::Generic | Ecosystem::Cpe) {
        return keys;
    }
    for name in library.cpes.iter().filter_map(|text| Name::parse(text)) {
        let product = name.package();
        let bitnami = BITNAMI.iter().find(|(known, _)| *known == product);
        if let Some((_, bitnami)) = bitnami {
            push(&mut keys, key(Ecosystem::Bitnami, bitnami, &package.version));
        }
        let version = match name.update() {
            Some(update) if !package.version.is_empty() && !package.version.contains(update) => {
                format!("{}-{update}", package.version)
            }
            _ => package.version.clone(),
        };
        push(&mut keys, LibraryKey { cpe: Some(name), ..key(Ecosystem::Cpe, &product, &version) });
    }
    keys
}

fn key(ecosystem: Ecosystem, name: &str, version: &str) -> LibraryKey {
    LibraryKey {
        namespace: ecosystem.id(),
        name: ecosystem.normalize(name).into_owned(),
        version: version.to_owned(),
        scheme: ecosystem.scheme(),
        cpe: None,
    }
}

/// Several CPE names of one program may lead to one name at Bitnami.
fn push(keys: &mut Vec<LibraryKey>, key: LibraryKey) {
    let same = |one: &LibraryKey| one.namespace == key.namespace && one.name == key.name;
    if !keys.iter().any(same) {
        keys.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::library;

    fn names(package: &Package) -> Vec<String> {
        let keys = keys(package, package.library.as_ref().unwrap());
        keys.iter().map(|key| format!("{} {} {}", key.namespace, key.name, key.version)).collect()
    }

    #[test]
    fn packages_of_registries_have_one_name() {
        let mut django = library(Ecosystem::PyPi, "Django_x", "2.2");
        django.library.as_mut().unwrap().cpes =
            vec!["cpe:2.3:a:djangoproject:django:2.2:*:*:*:*:*:*:*".to_owned()];
        assert_eq!(names(&django), ["pypi django-x 2.2"]);
    }

    #[test]
    fn browser_libraries_are_known_to_retire_js() {
        let mut ember = library(Ecosystem::Npm, "ember-source", "2.0.0");
        assert_eq!(names(&ember), ["npm ember-source 2.0.0"]);
        ember.library.as_mut().unwrap().extractor = BROWSER_LIBRARY.to_owned();
        assert_eq!(names(&ember), ["npm ember-source 2.0.0", "generic ember 2.0.0"]);
        assert!(plimsoll_inventory::extractor(BROWSER_LIBRARY).is_some());
    }

    #[test]
    fn programs_have_their_cpe_names_and_bitnamis() {
        let mut redis = library(Ecosystem::Generic, "redis", "7.0.4");
        redis.library.as_mut().unwrap().cpes = vec![
            "cpe:2.3:a:redislabs:redis:7.0.4:*:*:*:*:*:*:*".to_owned(),
            "cpe:2.3:a:redis:redis:7.0.4:*:*:*:*:*:*:*".to_owned(),
        ];
        assert_eq!(
            names(&redis),
            [
                "generic redis 7.0.4",
                "bitnami redis 7.0.4",
                "cpe redislabs:redis 7.0.4",
                "cpe redis:redis 7.0.4"
            ]
        );
        let mut sudo = library(Ecosystem::Generic, "sudo", "1.9.5");
        sudo.library.as_mut().unwrap().cpes =
            vec!["cpe:2.3:a:sudo_project:sudo:1.9.5:p2:*:*:*:*:*:*".to_owned()];
        assert_eq!(names(&sudo), ["generic sudo 1.9.5", "cpe sudo_project:sudo 1.9.5-p2"]);
    }
}
