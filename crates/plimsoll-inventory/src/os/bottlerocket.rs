//! Bottlerocket's list of its own packages: it is an image of rpm packages without an rpm database.
//!
//! The image builder's `rpm2img` writes `application-inventory.json`, an object with a `Content`
//! list (<https://github.com/bottlerocket-os/twoliter/pull/384>). Images older than that change
//! give Bottlerocket's own version as the version of every package, and no epoch.

use plimsoll_image::ProblemKind;
use serde::Deserialize;

use crate::{Package, PackageKind, Parsed};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inventory {
    content: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    name: String,
    version: String,
    #[serde(default)]
    release: String,
    #[serde(default)]
    epoch: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    publisher: String,
}

/// Reads `usr/share/bottlerocket/application-inventory.json`.
pub fn parse_bottlerocket_inventory(content: &[u8]) -> Parsed<Vec<Package>> {
    let mut parsed = Parsed::clean(Vec::new());
    let inventory = match serde_json::from_slice::<Inventory>(content) {
        Ok(inventory) => inventory,
        Err(error) => {
            let message = format!("the list of packages cannot be read: {error}");
            parsed.problem(ProblemKind::Malformed, message);
            return parsed;
        }
    };
    for (index, value) in inventory.content.into_iter().enumerate() {
        match serde_json::from_value::<Record>(value) {
            Ok(record) if !record.name.is_empty() && !record.version.is_empty() => {
                if !parsed.add(package(record)) {
                    break;
                }
            }
            Ok(_) | Err(_) => {
                let message = format!("package {} has no name or no version", index + 1);
                parsed.problem(ProblemKind::Malformed, message);
            }
        }
    }
    parsed
}

fn package(record: Record) -> Package {
    let mut version = match record.epoch.as_str() {
        "" | "0" | "(none)" => record.version,
        epoch => format!("{epoch}:{}", record.version),
    };
    if !record.release.is_empty() {
        version = format!("{version}-{}", record.release);
    }
    Package {
        architecture: record.architecture,
        maintainer: Some(record.publisher).filter(|publisher| !publisher.is_empty()),
        ..Package::new(PackageKind::Rpm, record.name, version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_rpm_packages() {
        let parsed = parse_bottlerocket_inventory(
            br#"{"Content":[
                {"Name":"glibc","Publisher":"Bottlerocket","Version":"2.38","Release":"1.br1",
                 "Epoch":"0","InstalledTime":"2024-01-01T00:00:00Z","ApplicationType":"Unspecified",
                 "Architecture":"x86_64","Url":"http://www.gnu.org","Summary":"The GNU libc"},
                {"Name":"shim","Version":"15.7","Epoch":"2","Architecture":"x86_64"},
                {"Name":"broken"}, 7]}"#,
        );
        let found: Vec<_> =
            parsed.value.iter().map(|package| (&*package.name, &*package.version)).collect();
        assert_eq!(found, [("glibc", "2.38-1.br1"), ("shim", "2:15.7")]);
        assert_eq!(parsed.value[0].maintainer.as_deref(), Some("Bottlerocket"));
        assert_eq!(parsed.problems.len(), 2);
    }

    #[test]
    fn other_json_is_told() {
        for text in ["", "{", "[]", r#"{"Content":{}}"#, r#"{"content":[]}"#] {
            let parsed = parse_bottlerocket_inventory(text.as_bytes());
            assert_eq!((parsed.value.len(), parsed.problems.len()), (0, 1), "{text}");
        }
    }
}
