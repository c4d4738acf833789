//! `cargo xtask demo`: writes `examples/demo-image`, a small OCI layout for a first try.
//!
//! It has the package records of Debian 11 as released on 14 August 2021 and a few packages that
//! an application might have added, in three layers, and no programs. The records are facts about
//! real packages; the layers are uncompressed, so the bytes depend on nothing but this file.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Packages of a layer: binary package, its version, source package, source version.
type Records = &'static [(&'static str, &'static str, &'static str, &'static str)];

const BASE: Records = &[
    ("apt", "2.2.4", "apt", "2.2.4"),
    ("base-files", "11.1", "base-files", "11.1"),
    ("bash", "5.1-2+b3", "bash", "5.1-2"),
    ("dpkg", "1.20.9", "dpkg", "1.20.9"),
    ("gzip", "1.10-4", "gzip", "1.10-4"),
    ("libc6", "2.31-13", "glibc", "2.31-13"),
    ("libgnutls30", "3.7.1-5", "gnutls28", "3.7.1-5"),
    ("liblzma5", "5.2.5-2", "xz-utils", "5.2.5-2"),
    ("libsystemd0", "247.3-6", "systemd", "247.3-6"),
    ("perl-base", "5.32.1-4+deb11u1", "perl", "5.32.1-4+deb11u1"),
    ("tar", "1.34+dfsg-1", "tar", "1.34+dfsg-1"),
    ("zlib1g", "1:1.2.11.dfsg-2", "zlib", "1:1.2.11.dfsg-2"),
];

const TOOLS: Records = &[
    ("curl", "7.74.0-1.3+b1", "curl", "7.74.0-1.3"),
    ("git", "1:2.30.2-1", "git", "1:2.30.2-1"),
    ("libcurl4", "7.74.0-1.3+b1", "curl", "7.74.0-1.3"),
    ("libexpat1", "2.2.10-2", "expat", "2.2.10-2"),
    ("libnghttp2-14", "1.43.0-1", "nghttp2", "1.43.0-1"),
    ("libssl1.1", "1.1.1k-1", "openssl", "1.1.1k-1"),
    ("openssh-client", "1:8.4p1-5", "openssh", "1:8.4p1-5"),
    ("openssl", "1.1.1k-1", "openssl", "1.1.1k-1"),
];

const SERVICES: Records = &[
    ("libwebp6", "0.6.1-2.1", "libwebp", "0.6.1-2.1"),
    ("policykit-1", "0.105-31", "policykit-1", "0.105-31"),
    ("runc", "1.0.0~rc93+ds1-5+b2", "runc", "1.0.0~rc93+ds1-5"),
    ("sudo", "1.9.5p2-3", "sudo", "1.9.5p2-3"),
];

const OS_RELEASE: &str = "\
PRETTY_NAME=\"Debian GNU/Linux 11 (bullseye)\"
NAME=\"Debian GNU/Linux\"
VERSION_ID=\"11\"
VERSION=\"11 (bullseye)\"
VERSION_CODENAME=bullseye
ID=debian
";

/// Writes the layout into `directory`.
pub(crate) fn write(directory: &Path) -> Result<()> {
    let blobs = directory.join("blobs/sha256");
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    std::fs::create_dir_all(&blobs)?;
    let blob = |content: &[u8], media_type: &str| -> Result<Value> {
        let hex: String = Sha256::digest(content).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        std::fs::write(blobs.join(&hex), content)?;
        let digest = format!("sha256:{hex}");
        Ok(json!({ "mediaType": media_type, "digest": digest, "size": content.len() }))
    };
    let status = |records: &[Records]| records.concat().iter().map(paragraph).collect::<String>();
    let first = status(&[BASE]);
    let second = status(&[BASE, TOOLS]);
    let third = status(&[BASE, TOOLS, SERVICES]);
    let steps: [(&str, &[(&str, &str)]); 3] = [
        (
            "ADD debian-11.0-rootfs.tar / # buildkit",
            &[
                ("usr/lib/os-release", OS_RELEASE),
                ("etc/debian_version", "11.0\n"),
                ("var/lib/dpkg/status", &first),
            ],
        ),
        (
            "RUN /bin/sh -c apt-get install -y --no-install-recommends curl git openssh-client \
             openssl # buildkit",
            &[("var/lib/dpkg/status", &second)],
        ),
        (
            "RUN /bin/sh -c apt-get install -y --no-install-recommends libwebp6 policykit-1 runc \
             sudo # buildkit",
            &[("var/lib/dpkg/status", &third)],
        ),
    ];
    let (mut layers, mut diff_ids, mut history) = (Vec::new(), Vec::new(), Vec::new());
    for (instruction, files) in steps {
        let layer = blob(&archive(files)?, "application/vnd.oci.image.layer.v1.tar")?;
        diff_ids.push(layer["digest"].clone());
        layers.push(layer);
        history.push(json!({ "created_by": instruction, "created": "2021-08-14T00:00:00Z" }));
    }
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "created": "2021-08-14T00:00:00Z",
        "config": { "Cmd": ["bash"], "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] },
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
        "history": history,
    });
    let config = blob(&serde_json::to_vec(&config)?, "application/vnd.oci.image.config.v1+json")?;
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    let manifest =
        json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    let mut manifest = blob(&serde_json::to_vec(&manifest)?, MANIFEST)?;
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "latest" });
    let index = json!({ "schemaVersion": 2, "manifests": [manifest] });
    std::fs::write(directory.join("index.json"), serde_json::to_vec_pretty(&index)?)?;
    std::fs::write(directory.join("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}\n")?;
    Ok(())
}

fn paragraph(record: &(&str, &str, &str, &str)) -> String {
    let (package, version, source, source_version) = record;
    let source = match (source == package, source_version == version) {
        (true, true) => String::new(),
        (_, true) => format!("Source: {source}\n"),
        _ => format!("Source: {source} ({source_version})\n"),
    };
    format!(
        "Package: {package}\nStatus: install ok installed\nArchitecture: amd64\n{source}\
         Version: {version}\nDescription: record for the demonstration image\n\n"
    )
}

fn archive(files: &[(&str, &str)]) -> Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content.as_bytes())?;
    }
    Ok(builder.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The committed image is what this program writes.
    #[test]
    fn the_committed_demo_image_is_current() {
        let fresh = tempfile::tempdir().unwrap();
        let fresh = fresh.path().join("image");
        write(&fresh).unwrap();
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/demo-image");
        let index = |directory: &Path| std::fs::read(directory.join("index.json")).unwrap();
        assert_eq!(index(&fresh), index(&committed), "run `cargo xtask demo`");
        for blob in std::fs::read_dir(fresh.join("blobs/sha256")).unwrap() {
            let blob = blob.unwrap();
            let other = committed.join("blobs/sha256").join(blob.file_name());
            assert_eq!(std::fs::read(blob.path()).unwrap(), std::fs::read(other).unwrap());
        }
    }
}
