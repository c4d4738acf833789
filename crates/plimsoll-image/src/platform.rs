//! Which of an index's manifests is the wanted one.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/image-index.md>. Platforms are written
//! in Go's words.

use std::fmt;
use std::str::FromStr;

use crate::Platform;
use crate::manifest::{Descriptor, is_index};

/// A text that is not `os/architecture[/variant]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a platform (expected os/architecture or os/architecture/variant)")]
pub struct InvalidPlatform(pub String);

impl Platform {
    /// Linux on this machine's processor: what a container on this machine would run.
    pub fn of_this_machine() -> Platform {
        let (architecture, variant) = match std::env::consts::ARCH {
            "x86_64" => ("amd64", None),
            "x86" => ("386", None),
            "aarch64" => ("arm64", None),
            "arm" => ("arm", Some("v7")),
            "powerpc64" if cfg!(target_endian = "little") => ("ppc64le", None),
            "loongarch64" => ("loong64", None),
            // s390x, riscv64 and others have the same name in Go.
            other => (other, None),
        };
        Platform {
            os: "linux".to_owned(),
            architecture: architecture.to_owned(),
            variant: variant.map(str::to_owned),
        }
    }

    /// Whether an image for `offered` is one for this platform. A variant that was not asked for
    /// matches any, and `arm64` without variant is `v8`.
    pub fn accepts(&self, offered: &Platform) -> bool {
        self.os == offered.os
            && self.architecture == offered.architecture
            && match (&self.variant, &offered.variant) {
                (None, _) => true,
                (Some(wanted), Some(found)) => wanted == found,
                (Some(wanted), None) => self.architecture == "arm64" && wanted == "v8",
            }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) if !variant.is_empty() => write!(f, "/{variant}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Platform {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Platform, InvalidPlatform> {
        let mut parts = text.split('/');
        let mut part = || parts.next().filter(|part| !part.is_empty()).map(str::to_lowercase);
        let parsed = part().zip(part()).map(|(os, architecture)| (os, architecture, part()));
        let well_formed = text.split('/').count() <= 3 && !text.ends_with('/');
        match parsed {
            Some((os, architecture, variant)) if well_formed => {
                let (architecture, variant) = match (architecture.as_str(), variant) {
                    ("x86_64" | "x86-64", variant) => ("amd64".to_owned(), variant),
                    ("aarch64", variant) => ("arm64".to_owned(), variant),
                    ("armhf", None) => ("arm".to_owned(), Some("v7".to_owned())),
                    (_, variant) => (architecture, variant),
                };
                Ok(Platform { os, architecture, variant })
            }
            _ => Err(InvalidPlatform(text.chars().take(100).collect())),
        }
    }
}

/// Picks the manifest for `wanted` out of an index.
///
/// Without a wish it is Linux on this machine's processor, or the only image that there is.
/// Attestations (platform `unknown/unknown`) are not images. The error is a sentence fragment that
/// follows the name of the index.
pub(crate) fn select<'a>(
    manifests: &'a [Descriptor],
    wanted: Option<&Platform>,
) -> Result<&'a Descriptor, String> {
    let images: Vec<&Descriptor> = manifests.iter().filter(|manifest| is_image(manifest)).collect();
    let default = Platform::of_this_machine();
    let platform = wanted.unwrap_or(&default);
    let matching = |manifest: &&&Descriptor| {
        manifest.platform.as_ref().is_some_and(|offered| platform.accepts(offered))
    };
    if let Some(found) = images.iter().find(matching) {
        return Ok(found);
    }
    match (images.as_slice(), wanted) {
        ([], _) => Err("lists no image".to_owned()),
        ([only], None) => Ok(only),
        // An index of one image that says nothing of its platform is how a layout is written; its
        // configuration tells the platform.
        ([only], Some(_)) if only.platform.is_none() => Ok(only),
        _ => Err(format!("has no image for {platform}; it has {}", offers(&images))),
    }
}

fn is_image(manifest: &Descriptor) -> bool {
    let attestation = manifest.annotations.contains_key("vnd.docker.reference.type");
    let unknown = manifest.platform.as_ref().is_some_and(|platform| platform.os == "unknown");
    !attestation && !unknown && manifest.artifact_type.is_none()
}

fn offers(images: &[&Descriptor]) -> String {
    let mut names: Vec<String> = images
        .iter()
        .map(|manifest| match &manifest.platform {
            Some(platform) => platform.to_string(),
            None if is_index(manifest.media_type.as_deref()) => "another index".to_owned(),
            None => "one without a platform".to_owned(),
        })
        .collect();
    names.sort();
    names.dedup();
    let rest = names.len().saturating_sub(12);
    names.truncate(12);
    match rest {
        0 => names.join(", "),
        rest => format!("{} and {rest} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(platform: Option<&str>, hex: char) -> Descriptor {
        let digest = format!("sha256:{}", hex.to_string().repeat(64));
        Descriptor {
            media_type: Some("application/vnd.oci.image.manifest.v1+json".to_owned()),
            digest: digest.parse().unwrap(),
            size: 1,
            urls: Vec::new(),
            annotations: Default::default(),
            platform: platform.map(|text| text.parse().unwrap()),
            artifact_type: None,
        }
    }

    fn chosen(manifests: &[Descriptor], wanted: Option<&str>) -> Result<String, String> {
        let wanted = wanted.map(|text| text.parse::<Platform>().unwrap());
        select(manifests, wanted.as_ref()).map(|found| found.digest.hex()[..1].to_owned())
    }

    #[test]
    fn the_wanted_platform_is_found() {
        let all = [
            manifest(Some("unknown/unknown"), '0'),
            manifest(Some("linux/amd64"), '1'),
            manifest(Some("linux/arm/v6"), '2'),
            manifest(Some("linux/arm/v7"), '3'),
            manifest(Some("linux/arm64"), '4'),
            manifest(Some("windows/amd64"), '5'),
        ];
        for (wanted, digit) in [
            ("linux/amd64", "1"),
            ("linux/x86_64", "1"),
            ("linux/arm", "2"),
            ("linux/arm/v7", "3"),
            ("linux/arm64/v8", "4"),
            ("windows/amd64", "5"),
        ] {
            assert_eq!(chosen(&all, Some(wanted)).unwrap(), digit, "{wanted}");
        }
        let error = chosen(&all, Some("linux/s390x")).unwrap_err();
        assert!(error.contains("no image for linux/s390x; it has linux/amd64, "), "{error}");
    }

    #[test]
    fn the_only_image_will_do_unless_another_was_asked_for() {
        let lonely =
            [manifest(Some("linux/mips64le"), '7'), manifest(Some("unknown/unknown"), '0')];
        assert_eq!(chosen(&lonely, None).unwrap(), "7");
        assert!(chosen(&lonely, Some("linux/amd64")).is_err());
        let plain = [manifest(None, '8')];
        assert_eq!(chosen(&plain, Some("linux/amd64")).unwrap(), "8");
        assert_eq!(chosen(&[], None).unwrap_err(), "lists no image");
    }

    #[test]
    fn platforms_are_read_and_written() {
        for text in ["linux/amd64", "linux/arm/v7"] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
        }
        for text in ["", "linux", "linux/", "/amd64", "a/b/c/d", "linux/arm/"] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
