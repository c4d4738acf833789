//! Ids that stay the same as long as what they name does.
//!
//! All of them are beginnings of SHA-256 over the named fields, each followed by a NUL byte, so
//! that anybody can compute them again. Trivy's `UID` is another hash (FNV over Go's structure);
//! only that it is stable and 16 hexadecimal digits long is the same.

use plimsoll_image::Digest;
use plimsoll_inventory::{Package, PackageKind};

use crate::Report;

/// A package version in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Evr<'a> {
    pub(crate) epoch: u64,
    /// Upstream's version.
    pub(crate) version: &'a str,
    /// The packager's part; empty where the package manager has none of its own.
    pub(crate) release: &'a str,
}

impl<'a> Evr<'a> {
    pub(crate) fn of(kind: PackageKind, full: &'a str) -> Evr<'a> {
        if kind == PackageKind::Apk {
            return Evr { epoch: 0, version: full, release: "" };
        }
        let (epoch, rest) = match full.split_once(':') {
            Some((epoch, rest)) => match epoch.parse() {
                Ok(epoch) => (epoch, rest),
                Err(_) => (0, full),
            },
            None => (0, full),
        };
        let (version, release) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Evr { epoch, version, release }
    }
}

/// SHA-256 over fields, as lower-case hexadecimal digits.
pub(crate) fn hash(fields: &[&str]) -> String {
    let mut bytes = Vec::new();
    for field in fields {
        bytes.extend_from_slice(field.as_bytes());
        bytes.push(0);
    }
    Digest::sha256(&bytes).hex()
}

/// Names one installed package within an image.
pub(crate) fn package_uid(package: &Package) -> String {
    let kind = match package.kind {
        PackageKind::Apk => "apk",
        PackageKind::Deb => "deb",
        PackageKind::Rpm => "rpm",
        PackageKind::Alpm => "alpm",
        PackageKind::Library => {
            package.library.as_ref().map_or("library", |library| library.ecosystem.id())
        }
    };
    let mut digits = hash(&[
        kind,
        &package.name,
        &package.version,
        &package.architecture,
        &package.found_in.path,
    ]);
    digits.truncate(16);
    digits
}

/// Names the artifact: the image id, together with the repository where it came from one. The same
/// rule as Trivy's.
pub(crate) fn artifact_id(report: &Report) -> String {
    let Some(id) = &report.image.id else { return String::new() };
    if !report.is_named() {
        return id.to_string();
    }
    let key = format!("{id}:{}", repository(&report.image.name));
    Digest::sha256(key.as_bytes()).to_string()
}

/// `index.docker.io/library/nginx` of `nginx:1.27`.
pub(crate) fn repository(reference: &str) -> String {
    let name = without_tag(reference);
    match name.split_once('/') {
        None => format!("index.docker.io/library/{name}"),
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => name.to_owned(),
        Some(_) => format!("index.docker.io/{name}"),
    }
}

/// A reference without tag and digest: what stays when a new build is pushed.
pub(crate) fn without_tag(reference: &str) -> &str {
    let name = reference.split_once('@').map_or(reference, |(name, _)| name);
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[start..].find(':') {
        Some(colon) => &name[..start + colon],
        None => name,
    }
}

/// An id for the report in the form of a UUID (version 8), from what the report says.
pub(crate) fn report_id(report: &Report) -> String {
    let mut fields = vec![
        report.tool_version.as_str(),
        &report.created_at,
        &report.image.name,
        report.database.created.as_deref().unwrap_or(""),
    ];
    let artifact = artifact_id(report);
    fields.push(&artifact);
    for finding in &report.outcome.findings {
        fields.push(&finding.vulnerability);
    }
    uuid(&fields)
}

/// An id for what is in an image, in the form of a UUID (version 8): it stays the same as long as
/// the image, its packages and findings, and our version do.
pub(crate) fn content_id(report: &Report) -> String {
    let artifact = artifact_id(report);
    let uids: Vec<String> = report.inventory.packages.iter().map(package_uid).collect();
    let mut fields = vec!["contents", &report.tool_version, &report.image.name, &artifact];
    fields.extend(uids.iter().map(String::as_str));
    if report.list_vulnerabilities {
        let findings = report.outcome.findings.iter();
        fields.extend(findings.map(|finding| finding.vulnerability.as_str()));
    }
    uuid(&fields)
}

fn uuid(fields: &[&str]) -> String {
    let digits = hash(fields);
    // The variant's two bits leave four possible digits.
    let variant = match digits.as_bytes().first() {
        Some(b'0'..=b'3') => '8',
        Some(b'4'..=b'7') => '9',
        Some(b'8' | b'9' | b'a' | b'b') => 'a',
        _ => 'b',
    };
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-8{}-{variant}{}-{}",
        part(1, 9),
        part(9, 13),
        part(13, 16),
        part(16, 19),
        part(19, 31)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_apart_by_their_package_manager() {
        for (kind, full, epoch, version, release) in [
            (PackageKind::Deb, "1:4.13+dfsg1-1+deb12u2", 1, "4.13+dfsg1", "1+deb12u2"),
            (PackageKind::Deb, "3.134", 0, "3.134", ""),
            (PackageKind::Deb, "2.0-rc1-3", 0, "2.0-rc1", "3"),
            (PackageKind::Rpm, "5.1.8-6.el9", 0, "5.1.8", "6.el9"),
            (PackageKind::Apk, "1.36.1-r5", 0, "1.36.1-r5", ""),
            (PackageKind::Alpm, "1:2.0-3", 1, "2.0", "3"),
            (PackageKind::Deb, "x:1-2", 0, "x:1", "2"),
        ] {
            let evr = Evr::of(kind, full);
            assert_eq!((evr.epoch, evr.version, evr.release), (epoch, version, release), "{full}");
        }
    }

    #[test]
    fn references_lose_tag_and_digest_but_not_the_port() {
        for (reference, bare, full) in [
            ("nginx", "nginx", "index.docker.io/library/nginx"),
            ("nginx:1.27", "nginx", "index.docker.io/library/nginx"),
            ("bitnami/redis:7@sha256:00", "bitnami/redis", "index.docker.io/bitnami/redis"),
            ("localhost:5000/a/b", "localhost:5000/a/b", "localhost:5000/a/b"),
            ("ghcr.io/a/b:c", "ghcr.io/a/b", "ghcr.io/a/b"),
        ] {
            assert_eq!(without_tag(reference), bare);
            assert_eq!(repository(reference), full);
        }
    }
}
