//! The header blob: everything that rpm knows of one package.
//!
//! Two numbers, the count of index entries and the length of the store; then the entries (tag,
//! type, offset into the store, count of values); then the store. All numbers are big-endian, all
//! texts end in a NUL byte (<https://rpm-software-management.github.io/rpm/manual/format_header.html>,
//! tags <https://rpm-software-management.github.io/rpm/manual/tags.html>).
//!
//! The entries that came with the package stand first, sealed as a region; what rpm added at
//! installation follows and replaces entries of the same tag, so the last one counts.

use memchr::memchr;

use super::{array, big_u32, full_version, index, source_package};
use crate::text::text;
use crate::{FileList, Package, PackageKind};

/// The name that rpm gives to imported signing keys.
pub(super) const PUBLIC_KEY: &[u8] = b"gpg-pubkey";

/// Index entries that rpm accepts at most (`HEADER_TAGS_MAX`).
const MAX_ENTRIES: usize = 0xffff;
/// Bytes of one text. Licence expressions of large collections reach a few kilobytes.
const MAX_TEXT: usize = 64 << 10;
/// Bytes of one path: `PATH_MAX` on Linux.
const MAX_PATH: usize = 4_096;

const ENTRY_LENGTH: usize = 16;
const TYPE_INT32: u32 = 4;
const TYPE_STRING: u32 = 6;
const TYPE_STRING_ARRAY: u32 = 8;
const TYPE_TRANSLATED: u32 = 9;

/// An index entry.
#[derive(Clone, Copy)]
struct Entry {
    kind: u32,
    offset: usize,
    count: usize,
}

/// The entries that make a package; all others are passed over.
#[derive(Default)]
struct Entries {
    name: Option<Entry>,
    version: Option<Entry>,
    release: Option<Entry>,
    epoch: Option<Entry>,
    vendor: Option<Entry>,
    license: Option<Entry>,
    architecture: Option<Entry>,
    source: Option<Entry>,
    modularity: Option<Entry>,
    old_file_names: Option<Entry>,
    directory_indexes: Option<Entry>,
    base_names: Option<Entry>,
    directory_names: Option<Entry>,
}

impl Entries {
    fn place(&mut self, tag: u32) -> Option<&mut Option<Entry>> {
        Some(match tag {
            1000 => &mut self.name,
            1001 => &mut self.version,
            1002 => &mut self.release,
            1003 => &mut self.epoch,
            1011 => &mut self.vendor,
            1014 => &mut self.license,
            1022 => &mut self.architecture,
            1027 => &mut self.old_file_names,
            1044 => &mut self.source,
            1116 => &mut self.directory_indexes,
            1117 => &mut self.base_names,
            1118 => &mut self.directory_names,
            5096 => &mut self.modularity,
            _ => return None,
        })
    }
}

/// A header whose entries are known and whose values have not been looked at.
pub(super) struct Header<'a> {
    entries: Entries,
    store: &'a [u8],
}

impl<'a> Header<'a> {
    /// Finds the entries. What is wrong goes to `notes`; a header that is cut is read as far as it
    /// goes, because the name and version stand at its beginning.
    pub(super) fn read(blob: &'a [u8], notes: &mut Vec<&'static str>) -> Option<Header<'a>> {
        let (Some(count), Some(length)) = (big_u32(blob, 0), big_u32(blob, 4)) else {
            notes.push("the header is shorter than its own preface: a package is missing");
            return None;
        };
        let (count, length) = (index(count), index(length));
        if count == 0 || count > MAX_ENTRIES {
            notes.push("the header has an impossible number of entries: a package is missing");
            return None;
        }
        let rest = &blob[8..];
        let Some((table, store)) = rest.split_at_checked(count * ENTRY_LENGTH) else {
            notes.push("the header is cut in its index: a package is missing");
            return None;
        };
        let store = match store.get(..length) {
            Some(store) if store.len() == rest.len() - table.len() => store,
            Some(store) => {
                notes.push("bytes follow the header");
                store
            }
            None => {
                notes.push("the header is cut");
                store
            }
        };
        let mut entries = Entries::default();
        for entry in table.chunks_exact(ENTRY_LENGTH) {
            let tag = big_u32(entry, 0).unwrap_or_default();
            if let Some(place) = entries.place(tag) {
                let number = |at| big_u32(entry, at).unwrap_or_default();
                let (offset, count) = (index(number(8)), index(number(12)));
                *place = Some(Entry { kind: number(4), offset, count });
            }
        }
        Some(Header { entries, store })
    }

    /// Name of the package.
    pub(super) fn name(&self) -> Option<&'a [u8]> {
        self.string(self.entries.name)
    }

    /// The package, unless it lacks what names it. Its file list is made only as far as
    /// `path_bytes` allows, and counted there.
    pub(super) fn package(
        &self,
        path_bytes: &mut usize,
        notes: &mut Vec<&'static str>,
    ) -> Option<Package> {
        let entries = &self.entries;
        let (Some(name), Some(version), Some(release)) =
            (self.name(), self.string(entries.version), self.string(entries.release))
        else {
            notes.push("the header has no name, version or release: a package is missing");
            return None;
        };
        if name.is_empty() || version.is_empty() {
            notes.push("the name or version is empty: a package is missing");
            return None;
        }
        let optional = |entry: Option<Entry>, notes: &mut Vec<&'static str>| {
            let found = self.string(entry);
            if entry.is_some() && found.is_none() {
                notes.push("a text of the header cannot be read");
            }
            found.map(text)
        };
        let epoch = entries.epoch.map_or(Some(0), |entry| self.number(entry));
        if epoch.is_none() {
            notes.push("the epoch cannot be read and is taken as zero");
        }
        let version_release = format!("{}-{}", text(version), text(release));
        let version = full_version(epoch.unwrap_or_default(), &version_release);
        // A source file name in another form is how rpm marks a package without a source.
        let source = optional(entries.source, notes);
        Some(Package {
            architecture: optional(entries.architecture, notes).unwrap_or_default(),
            source: source.and_then(|file_name| source_package(&file_name)),
            licenses: optional(entries.license, notes).into_iter().collect(),
            maintainer: optional(entries.vendor, notes),
            modularity: optional(entries.modularity, notes),
            files: self.files(path_bytes, notes),
            ..Package::new(PackageKind::Rpm, text(name), version)
        })
    }

    /// The files and directories that the package owns, as `rpm -ql` lists them.
    fn files(&self, path_bytes: &mut usize, notes: &mut Vec<&'static str>) -> FileList {
        let entries = &self.entries;
        let mut files = FileList::default();
        let found = match (entries.base_names, entries.old_file_names) {
            (Some(base_names), _) => self.split_paths(base_names, path_bytes, &mut files),
            // Packages built before rpm 4 have whole paths.
            (None, Some(paths)) => self.whole_paths(paths, path_bytes, &mut files),
            (None, None) => Ok(()),
        };
        if let Err(note) = found {
            notes.push(note);
        }
        files
    }

    fn split_paths(
        &self,
        base_names: Entry,
        path_bytes: &mut usize,
        files: &mut FileList,
    ) -> Result<(), &'static str> {
        const CUT: &str = "the file list is cut";
        let (Some(directories), Some(indexes)) =
            (self.entries.directory_names, self.entries.directory_indexes)
        else {
            return Err("the files have no directories");
        };
        let names: Vec<&[u8]> = self.strings(directories).ok_or(CUT)?.collect();
        let indexes = self.numbers(indexes).ok_or(CUT)?;
        let bases = self.strings(base_names).ok_or(CUT)?;
        let complete = names.len() == directories.count && indexes.len() == base_names.count;

        let directory = |number: u32| {
            let name: &[u8] = names.get(index(number))?;
            Some(name.strip_prefix(b"/").unwrap_or(name)).filter(|name| name.len() <= MAX_PATH)
        };
        let mut wanted = bases.joined_length();
        for number in indexes.clone() {
            wanted = wanted.saturating_add(directory(number).unwrap_or_default().len());
        }
        *path_bytes = path_bytes
            .checked_sub(wanted)
            .ok_or("the file lists of this database are too large, this one is left out")?;
        files.reserve(wanted);

        let (mut path, mut listed, mut strange) = (Vec::with_capacity(256), 0, false);
        for (base, number) in bases.zip(indexes) {
            listed += 1;
            match directory(number) {
                Some(directory) if directory.len() + base.len() <= MAX_PATH => {
                    path.clear();
                    path.extend_from_slice(directory);
                    path.extend_from_slice(base);
                    files.push(&path);
                }
                _ => strange = true,
            }
        }
        match (strange, complete && listed == base_names.count) {
            (true, _) => Err("files without a directory or with too long a path are left out"),
            (false, false) => Err(CUT),
            (false, true) => Ok(()),
        }
    }

    fn whole_paths(
        &self,
        entry: Entry,
        path_bytes: &mut usize,
        files: &mut FileList,
    ) -> Result<(), &'static str> {
        let paths = self.strings(entry).ok_or("the file list is cut")?;
        *path_bytes = path_bytes
            .checked_sub(paths.joined_length())
            .ok_or("the file lists of this database are too large, this one is left out")?;
        let mut listed = 0;
        for path in paths {
            files.push(path.strip_prefix(b"/").unwrap_or(path));
            listed += 1;
        }
        if listed == entry.count { Ok(()) } else { Err("the file list is cut") }
    }

    /// A text; the first one of an array or of translations.
    fn string(&self, entry: Option<Entry>) -> Option<&'a [u8]> {
        let entry = entry?;
        if !matches!(entry.kind, TYPE_STRING | TYPE_STRING_ARRAY | TYPE_TRANSLATED) {
            return None;
        }
        let bytes = self.store.get(entry.offset..)?;
        let end = memchr(0, bytes.get(..MAX_TEXT).unwrap_or(bytes))?;
        Some(&bytes[..end])
    }

    fn number(&self, entry: Entry) -> Option<u32> {
        self.numbers(entry)?.next()
    }

    fn numbers(&self, entry: Entry) -> Option<impl ExactSizeIterator<Item = u32> + Clone + 'a> {
        let length = entry.count.checked_mul(4)?;
        let bytes = self.store.get(entry.offset..entry.offset.checked_add(length)?)?;
        let numbers = bytes.chunks_exact(4);
        (entry.kind == TYPE_INT32 && length > 0)
            .then(|| numbers.map(|number| array(number, 0).map_or(0, u32::from_be_bytes)))
    }

    fn strings(&self, entry: Entry) -> Option<Strings<'a>> {
        // A list of one text may have the type of a single one.
        let kind = matches!(entry.kind, TYPE_STRING_ARRAY | TYPE_STRING);
        let rest = self.store.get(entry.offset..)?;
        kind.then_some(Strings { rest, left: entry.count })
    }
}

/// Texts in a row, up to a count or the end of the store.
#[derive(Clone)]
struct Strings<'a> {
    rest: &'a [u8],
    left: usize,
}

impl Strings<'_> {
    /// Bytes of all texts, each with the byte that ends it.
    fn joined_length(&self) -> usize {
        let mut all = self.clone();
        all.by_ref().for_each(drop);
        self.rest.len() - all.rest.len()
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        let end = memchr(0, self.rest)?;
        let (string, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        Some(string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpm::testing::Blob;

    fn read(blob: &[u8]) -> (Option<Package>, Vec<&'static str>) {
        let mut notes = Vec::new();
        let header = Header::read(blob, &mut notes);
        let package = header.and_then(|header| header.package(&mut 1_000_000, &mut notes));
        (package, notes)
    }

    fn named() -> Blob {
        let mut blob = Blob::default();
        blob.text(1000, "bind-libs").text(1001, "9.16.23").text(1002, "1.el9");
        blob
    }

    fn paths(package: &Package) -> Vec<String> {
        package.files.iter().map(text).collect()
    }

    #[test]
    fn all_fields_come_across() {
        let mut blob = named();
        blob.numbers(1003, &[32]).text(1011, "AlmaLinux").text(1014, "MPLv2.0");
        blob.text(1022, "x86_64").text(1044, "bind-9.16.23-1.el9.src.rpm");
        blob.text(5096, "bind:9.16:8060020220414:ad008a3a").numbers(9_999, &[1]);
        blob.numbers(1116, &[1, 0]).texts(1117, &["libdns.so".into(), "named".into()]);
        blob.texts(1118, &["/etc/".into(), "/usr/lib64/".into()]);
        let (package, notes) = read(&blob.finish());
        let package = package.expect("it is complete");
        assert_eq!(notes, [""; 0]);
        assert_eq!((&*package.name, &*package.version), ("bind-libs", "32:9.16.23-1.el9"));
        assert_eq!((&*package.architecture, &*package.licenses[0]), ("x86_64", "MPLv2.0"));
        assert_eq!(package.source.as_ref().map(|source| &*source.version), Some("9.16.23-1.el9"));
        assert_eq!(package.maintainer.as_deref(), Some("AlmaLinux"));
        assert_eq!(package.modularity.as_deref(), Some("bind:9.16:8060020220414:ad008a3a"));
        assert_eq!(paths(&package), ["usr/lib64/libdns.so", "etc/named"]);
    }

    #[test]
    fn what_rpm_added_later_counts() {
        let (package, notes) = read(&named().numbers(1003, &[1]).numbers(1003, &[2]).finish());
        assert_eq!((package.expect("named").version, notes.len()), ("2:9.16.23-1.el9".into(), 0));
    }

    #[test]
    fn old_packages_have_whole_paths() {
        let (package, notes) = read(&named().texts(1027, &["/etc/a".into(), "/b".into()]).finish());
        assert_eq!(
            (paths(&package.expect("named")), notes.len()),
            (vec!["etc/a".into(), "b".into()], 0)
        );
    }

    #[test]
    fn a_directory_used_without_end_is_stopped() {
        let mut blob = named();
        blob.numbers(1116, &vec![0; 2_000]).texts(1117, &vec!["x".to_owned(); 2_000]);
        blob.texts(1118, &[format!("/{}", "y".repeat(4_000))]);
        let (package, notes) = read(&blob.finish());
        assert!(package.expect("named").files.is_empty());
        assert_eq!(notes, ["the file lists of this database are too large, this one is left out"]);
    }

    #[test]
    fn a_broken_file_list_costs_itself_only() {
        let lists: [(&[u32], &[&str]); 3] =
            [(&[0, 7], &["a", "b"]), (&[0], &["a", "b"]), (&[0, 0, 0], &["a", "b"])];
        for (indexes, bases) in lists {
            let bases: Vec<_> = bases.iter().map(|&base| base.to_owned()).collect();
            let mut blob = named();
            blob.numbers(1116, indexes).texts(1117, &bases).texts(1118, &["/etc/".into()]);
            let (package, notes) = read(&blob.finish());
            assert_eq!(paths(&package.expect("named"))[0], "etc/a");
            assert_eq!(notes.len(), 1, "{indexes:?}");
        }
    }

    #[test]
    fn a_cut_header_is_told_and_read_as_far_as_it_goes() {
        let blob = named().text(1022, "x86_64").finish();
        for end in 0..blob.len() {
            let (_, notes) = read(&blob[..end]);
            assert!(!notes.is_empty(), "cut at {end}");
        }
        let (package, notes) = read(&blob[..blob.len() - 2]);
        assert_eq!(package.map(|package| package.name).as_deref(), Some("bind-libs"));
        assert_eq!(notes, ["the header is cut", "a text of the header cannot be read"]);
    }
}
