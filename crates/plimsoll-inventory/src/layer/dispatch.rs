//! Which files of a layer are read, and by whom.
//!
//! Names decide for the many small files, contents for package databases: a database may stand
//! under another name and be reached through links (`/var/lib/rpm` → `/usr/lib/sysimage/rpm`,
//! ostree's hard links into its object store), and its first page gives it away.

use plimsoll_image::HEAD_LENGTH;

use crate::os::OS_FILES;

/// What a file is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// `var/lib/dpkg/status`.
    DpkgStatus,
    /// `var/lib/dpkg/status.d/NAME`: one package, without a status field.
    DpkgRecord,
    /// `var/lib/dpkg/info/NAME.list`.
    DpkgList,
    /// `var/lib/dpkg/status.d/NAME.md5sums`.
    DpkgSums,
    /// `usr/share/doc/NAME/copyright`.
    Copyright,
    /// `lib/apk/db/installed`.
    Apk,
    /// `Packages`, `Packages.db` or `rpmdb.sqlite`.
    Rpm,
    /// `rpmdb.sqlite-wal`.
    RpmLog,
    /// `var/lib/rpmmanifest/container-manifest-2`.
    RpmManifest,
    /// `var/lib/pacman/local/NAME-VERSION/desc`.
    PacmanRecord,
    /// `var/lib/pacman/local/NAME-VERSION/files`.
    PacmanFiles,
    /// `var/lib/chisel/manifest.wall`.
    Chisel,
    /// `application-inventory.json` of Bottlerocket.
    Bottlerocket,
    /// `root/buildinfo/content_manifests/NAME.json`, `usr/share/buildinfo/content-sets.json`.
    ContentManifest,
    /// os-release and its older relatives.
    OsFile,
}

impl Reader {
    /// Bytes up to which such a file is read. The largest real ones are a tenth of this.
    pub(super) fn limit(self) -> u64 {
        match self {
            Reader::Rpm | Reader::RpmLog => 512 << 20,
            Reader::DpkgStatus | Reader::Apk | Reader::Chisel | Reader::RpmManifest => 128 << 20,
            Reader::DpkgList | Reader::DpkgSums | Reader::PacmanFiles => 32 << 20,
            Reader::Bottlerocket | Reader::ContentManifest => 8 << 20,
            Reader::DpkgRecord | Reader::PacmanRecord | Reader::Copyright => 2 << 20,
            Reader::OsFile => 256 << 10,
        }
    }
}

/// Decides by the path alone.
pub(super) fn by_path(path: &[u8]) -> Option<Reader> {
    let (directory, name) = match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&path[..0], path),
    };
    let parent = directory.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    match (parent, name) {
        (b"dpkg", b"status") => return Some(Reader::DpkgStatus),
        (b"status.d", _) if name.ends_with(b".md5sums") => return Some(Reader::DpkgSums),
        (b"status.d", _) => return Some(Reader::DpkgRecord),
        (b"info", _) if name.ends_with(b".list") => return Some(Reader::DpkgList),
        (b"db", b"installed") => return Some(Reader::Apk),
        (b"rpm", b"Packages" | b"Packages.db") | (_, b"rpmdb.sqlite") => return Some(Reader::Rpm),
        (_, b"rpmdb.sqlite-wal") => return Some(Reader::RpmLog),
        (_, b"container-manifest-2") => return Some(Reader::RpmManifest),
        (_, b"desc") if is_pacman_record(directory) => return Some(Reader::PacmanRecord),
        (_, b"files") if is_pacman_record(directory) => return Some(Reader::PacmanFiles),
        (_, b"manifest.wall") => return Some(Reader::Chisel),
        (b"bottlerocket", b"application-inventory.json") => return Some(Reader::Bottlerocket),
        (b"content_manifests", _) if name.ends_with(b".json") => {
            return Some(Reader::ContentManifest);
        }
        (b"buildinfo", b"content-sets.json") => return Some(Reader::ContentManifest),
        (_, b"copyright") if directory.starts_with(b"usr/share/doc/") => {
            return Some(Reader::Copyright);
        }
        _ => {}
    }
    OS_FILES.iter().any(|file| file.as_bytes() == path).then_some(Reader::OsFile)
}

fn is_pacman_record(directory: &[u8]) -> bool {
    let mut parts = directory.rsplit(|&byte| byte == b'/');
    parts.next().is_some() && parts.next() == Some(b"local") && parts.next() == Some(b"pacman")
}

/// Names of copies that package managers keep of their own databases.
pub(super) fn is_backup(path: &[u8]) -> bool {
    path.ends_with(b"-old") || path.ends_with(b".old") || path.ends_with(b"~")
}

/// Smallest file whose contents can decide: the shortest os-release.
pub(super) const SMALLEST: u64 = 16;

/// Decides by the first bytes.
pub(super) fn by_head(head: &[u8], size: u64) -> Option<Reader> {
    match head.first()? {
        b'S' if head.starts_with(b"SQLite format 3\0") => {
            contains(head, b"'Packages' (hnum INTEGER").then_some(Reader::Rpm)
        }
        b'R' if head.starts_with(b"RpmP") => Some(Reader::Rpm),
        b'P' if head.starts_with(b"Package: ") => {
            contains(head, b"\nStatus: ").then_some(Reader::DpkgStatus)
        }
        b'C' if head.starts_with(b"C:Q1") => contains(head, b"\nP:").then_some(Reader::Apk),
        _ if is_berkeley_hash(head) => Some(Reader::Rpm),
        b'A'..=b'Z' | b'#' if size <= HEAD_LENGTH as u64 => {
            (contains(head, b"PRETTY_NAME=") && has_line(head, b"ID=")).then_some(Reader::OsFile)
        }
        _ => None,
    }
}

/// Page 0 of a Berkeley DB hash: the magic number stands at byte 12 in either order, and a plain
/// rpm database has pages of 4 KiB (the size is at byte 20).
fn is_berkeley_hash(head: &[u8]) -> bool {
    let Some(magic) = head.get(12..16) else { return false };
    (magic == 0x0006_1561u32.to_le_bytes() || magic == 0x0006_1561u32.to_be_bytes())
        && head.len() >= 512
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

fn has_line(text: &[u8], start: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').any(|line| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_where_they_can() {
        for (path, expected) in [
            ("var/lib/dpkg/status", Some(Reader::DpkgStatus)),
            ("opt/dpkg/status", Some(Reader::DpkgStatus)),
            ("var/lib/dpkg/status.d/base", Some(Reader::DpkgRecord)),
            ("var/lib/dpkg/status.d/base.md5sums", Some(Reader::DpkgSums)),
            ("var/lib/dpkg/info/libc6:amd64.list", Some(Reader::DpkgList)),
            ("usr/lib/apk/db/installed", Some(Reader::Apk)),
            ("usr/lib/sysimage/rpm/rpmdb.sqlite", Some(Reader::Rpm)),
            ("var/lib/rpm/Packages", Some(Reader::Rpm)),
            ("srv/www/Packages", None),
            ("var/lib/pacman/local/bash-5.2-1/desc", Some(Reader::PacmanRecord)),
            ("local/desc", None),
            ("etc/os-release", Some(Reader::OsFile)),
            ("home/etc/os-release", None),
            ("usr/share/doc/libc6/copyright", Some(Reader::Copyright)),
            ("root/buildinfo/content_manifests/ubi9.json", Some(Reader::ContentManifest)),
            ("usr/share/buildinfo/content-sets.json", Some(Reader::ContentManifest)),
            ("root/buildinfo/Dockerfile-ubi9", None),
            ("status", None),
            ("", None),
        ] {
            assert_eq!(by_path(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn contents_decide_where_names_do_not() {
        let mut berkeley = vec![0; 512];
        berkeley[12..16].copy_from_slice(&0x0006_1561u32.to_le_bytes());
        for (head, expected) in [
            (&b"Package: a\nStatus: install ok installed\n"[..], Some(Reader::DpkgStatus)),
            (b"Package: a\nVersion: 1\n", None),
            (b"C:Q1abc=\nP:musl\n", Some(Reader::Apk)),
            (b"RpmP\0\0\0\0", Some(Reader::Rpm)),
            (b"NAME=x\nID=y\nPRETTY_NAME=z\n", Some(Reader::OsFile)),
            (b"NAME=x\nPRETTY_NAME=z\n", None),
            (b"SQLite format 3\0 and nothing else", None),
            (&berkeley, Some(Reader::Rpm)),
            (b"", None),
        ] {
            assert_eq!(by_head(head, head.len() as u64), expected);
        }
    }
}
