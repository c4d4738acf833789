//! Writes small OCI layouts from a line notation: see `Case` in the test that uses it.

use std::io::Write as _;
use std::path::Path;

use plimsoll_image::{Digest, Entry, EntryKind};
use serde_json::json;

/// Writes an OCI layout directory with one layer per list of entries, tagged `latest`.
pub(crate) fn write(directory: &Path, layers: &[&[&str]]) {
    let tars = layers.iter().enumerate().map(|(index, entries)| archive(index, entries));
    write_tars(directory, &tars.collect::<Vec<_>>());
}

/// Writes an OCI layout directory with these layers, tagged `latest`.
pub(crate) fn write_tars(directory: &Path, layers: &[Vec<u8>]) {
    let blobs = directory.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let blob = |content: &[u8]| {
        let digest = Digest::sha256(content);
        std::fs::write(blobs.join(digest.hex()), content).unwrap();
        json!({ "digest": digest.to_string(), "size": content.len() })
    };
    let (mut descriptors, mut diff_ids) = (Vec::new(), Vec::new());
    for tar in layers {
        diff_ids.push(Digest::sha256(tar).to_string());
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(tar).unwrap();
        let mut descriptor = blob(&gzip.finish().unwrap());
        descriptor["mediaType"] = "application/vnd.oci.image.layer.v1.tar+gzip".into();
        descriptors.push(descriptor);
    }
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
    });
    let mut config = blob(config.to_string().as_bytes());
    config["mediaType"] = "application/vnd.oci.image.config.v1+json".into();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config, "layers": descriptors,
    });
    let mut manifest = blob(manifest.to_string().as_bytes());
    manifest["mediaType"] = "application/vnd.oci.image.manifest.v1+json".into();
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "latest" });
    let index = json!({ "schemaVersion": 2, "manifests": [manifest] });
    std::fs::write(directory.join("index.json"), index.to_string()).unwrap();
    std::fs::write(directory.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
}

/// A tar whose files contain `L<layer>E<entry>`, except whiteouts, which are empty.
fn archive(layer: usize, entries: &[&str]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (index, line) in entries.iter().enumerate() {
        let (kind, path, target) = parts(line);
        let content = match kind {
            "f" if !path.contains(".wh.") => format!("L{layer}E{index}"),
            _ => String::new(),
        };
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(match kind {
            "d" => tar::EntryType::Directory,
            "f" => tar::EntryType::Regular,
            "s" => tar::EntryType::Symlink,
            "h" => tar::EntryType::Link,
            _ => tar::EntryType::Fifo,
        });
        header.set_mode(if kind == "d" { 0o755 } else { 0o644 });
        header.set_size(content.len() as u64);
        if target.is_empty() {
            builder.append_data(&mut header, path, content.as_bytes()).unwrap();
        } else {
            builder.append_link(&mut header, path, target).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

/// Hands each line to `each` as a walker would.
pub(crate) fn each_entry(entries: &[&str], mut each: impl FnMut(&Entry<'_>)) {
    for line in entries {
        let (kind, path, target) = parts(line);
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let joined;
        let (path, kind) = match (kind, name.strip_prefix(".wh.")) {
            ("d", _) => (path, EntryKind::Directory),
            ("s", _) => (path, EntryKind::Symlink(target.as_bytes())),
            ("h", _) => (path, EntryKind::HardLink(target.as_bytes())),
            ("f", Some(name)) => {
                joined = format!("{directory}/{name}");
                (joined.as_str(), EntryKind::Whiteout)
            }
            ("f", None) => (path, EntryKind::File),
            _ => (path, EntryKind::Special),
        };
        each(&Entry { path: path.as_bytes(), kind, mode: 0o644, uid: 0, gid: 0, size: 1 });
    }
}

fn parts(line: &str) -> (&str, &str, &str) {
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default();
    (word(), word(), word())
}
