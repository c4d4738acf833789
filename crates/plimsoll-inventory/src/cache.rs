//! Facts that stay true, kept on disk by the digest of what they were read from.
//!
//! One file per key, written beside its place and renamed into it: any number of processes may
//! read and write at once without locks, and an interruption leaves nothing half-written. A file
//! that is damaged, or of another schema, counts as absent. Files are touched when used, and the
//! least recently used go first when the cache outgrows its limit.

use std::fs::{self, File, FileTimes};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use plimsoll_image::Digest;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Version of everything that decides what facts say: extractors, their limits, the encoding.
/// Raise it with every change to those; old files are pruned with time.
const SCHEMA: u32 = 3;

const MAGIC: &[u8; 8] = b"plimfact";

/// Bytes of one unpacked cache file; the facts of the largest layers are some tens of MiB.
const MAX_UNPACKED: usize = 1 << 30;

/// A directory of facts.
pub struct Cache {
    directory: PathBuf,
    max_bytes: u64,
    now: SystemTime,
}

impl Cache {
    /// Uses (and if need be makes) a cache directory. `now` dates what is used.
    pub fn open(directory: &Path, max_bytes: u64, now: SystemTime) -> io::Result<Cache> {
        let directory = directory.join("facts");
        fs::create_dir_all(&directory)?;
        Ok(Cache { directory, max_bytes, now })
    }

    /// Removes all facts below a cache directory.
    pub fn clear(directory: &Path) -> io::Result<()> {
        match fs::remove_dir_all(directory.join("facts")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn load<T: DeserializeOwned>(&self, kind: &str, key: &Digest) -> Option<T> {
        let path = self.path(kind, key);
        let mut file = File::open(&path).ok()?;
        let mut packed = Vec::new();
        file.read_to_end(&mut packed).ok()?;
        let body = packed.strip_prefix(MAGIC)?;
        let (checksum, body) = body.split_at_checked(blake3::OUT_LEN)?;
        if blake3::hash(body) != *<&[u8; blake3::OUT_LEN]>::try_from(checksum).ok()? {
            return None;
        }
        let unpacked = unpack(body)?;
        let value = postcard::from_bytes(&unpacked).ok()?;
        // Failing to date it only makes it go sooner.
        let _ = file.set_times(FileTimes::new().set_modified(self.now));
        Some(value)
    }

    /// Keeps a value. A cache that cannot be written (full disk, read-only) costs time, not truth,
    /// so failures are left to the caller to mention.
    pub(crate) fn store<T: Serialize>(
        &self,
        kind: &str,
        key: &Digest,
        value: &T,
    ) -> io::Result<()> {
        let unpacked = postcard::to_stdvec(value).map_err(io::Error::other)?;
        let body = zstd::bulk::compress(&unpacked, 1)?;
        let path = self.path(kind, key);
        let directory = path.parent().unwrap_or(&self.directory);
        fs::create_dir_all(directory)?;
        let temporary = directory.join(format!(
            ".{}.{}.{:?}",
            key.hex(),
            std::process::id(),
            std::thread::current().id()
        ));
        let written = File::create(&temporary).and_then(|mut file| {
            file.write_all(MAGIC)?;
            file.write_all(blake3::hash(&body).as_bytes())?;
            file.write_all(&body)?;
            file.set_times(FileTimes::new().set_modified(self.now))
        });
        written.and_then(|()| fs::rename(&temporary, &path)).inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })
    }

    /// Removes the least recently used files until the limit is kept. Returns the bytes removed.
    pub fn prune(&self) -> u64 {
        let mut files = Vec::new();
        let mut pending = vec![(self.directory.clone(), 0)];
        while let Some((directory, depth)) = pending.pop() {
            for item in fs::read_dir(directory).into_iter().flatten().flatten() {
                let Ok(meta) = item.metadata() else { continue };
                if meta.is_dir() && depth < 4 {
                    pending.push((item.path(), depth + 1));
                } else if meta.is_file() {
                    let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    files.push((used, meta.len(), item.path()));
                }
            }
        }
        files.sort();
        let mut total: u64 = files.iter().map(|(_, length, _)| length).sum();
        let mut removed = 0;
        for (_, length, path) in files {
            if total <= self.max_bytes {
                break;
            }
            if fs::remove_file(path).is_ok() {
                removed += length;
            }
            total -= length;
        }
        removed
    }

    fn path(&self, kind: &str, key: &Digest) -> PathBuf {
        let hex = key.hex();
        let (fan, rest) = hex.split_at(2);
        self.directory.join(format!("{kind}-v{SCHEMA}")).join(fan).join(rest)
    }
}

fn unpack(body: &[u8]) -> Option<Vec<u8>> {
    let size = zstd::bulk::Decompressor::upper_bound(body)?;
    (size <= MAX_UNPACKED).then(|| zstd::bulk::decompress(body, size).ok())?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn only_file(directory: &Path) -> PathBuf {
        let mut path = directory.to_owned();
        while path.is_dir() {
            path = fs::read_dir(&path).unwrap().next().unwrap().unwrap().path();
        }
        path
    }

    #[test]
    fn what_is_stored_is_loaded() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), 1 << 20, at(1)).unwrap();
        let key = Digest::sha256(b"a");
        assert_eq!(cache.load::<String>("layer", &key), None);
        cache.store("layer", &key, &"facts").unwrap();
        assert_eq!(cache.load::<String>("layer", &key).as_deref(), Some("facts"));
        assert_eq!(cache.load::<String>("image", &key), None);
        Cache::clear(directory.path()).unwrap();
        assert_eq!(cache.load::<String>("layer", &key), None);
        Cache::clear(directory.path()).unwrap();
    }

    #[test]
    fn damage_counts_as_absence() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), 1 << 20, at(1)).unwrap();
        let key = Digest::sha256(b"a");
        cache.store("layer", &key, &vec![7u8; 100]).unwrap();
        let file = only_file(directory.path());
        let whole = fs::read(&file).unwrap();
        for position in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[position] ^= 0x20;
            fs::write(&file, &bytes).unwrap();
            assert_eq!(cache.load::<Vec<u8>>("layer", &key), None, "byte {position}");
            fs::write(&file, &whole[..position]).unwrap();
            assert_eq!(cache.load::<Vec<u8>>("layer", &key), None, "cut at {position}");
        }
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let directory = tempfile::tempdir().unwrap();
        let [old, used, new] = [b"old", b"use", b"new"].map(|name| Digest::sha256(name));
        for (time, key) in [(1, &old), (2, &used), (3, &new)] {
            let cache = Cache::open(directory.path(), 0, at(time)).unwrap();
            cache.store("layer", key, &"x").unwrap();
        }
        let size = fs::metadata(only_file(directory.path())).unwrap().len();
        let cache = Cache::open(directory.path(), 2 * size, at(4)).unwrap();
        assert!(cache.load::<String>("layer", &used).is_some());
        assert!(cache.prune() > 0);
        assert_eq!(cache.load::<String>("layer", &old), None);
        let tight = Cache::open(directory.path(), size, at(5)).unwrap();
        tight.prune();
        assert_eq!(tight.load::<String>("layer", &new), None);
        assert!(tight.load::<String>("layer", &used).is_some());
    }
}
