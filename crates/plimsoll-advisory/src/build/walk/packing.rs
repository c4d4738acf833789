//! How a file is packed, which its name says, and what unpacks it.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

/// Archives of many small similar files are packed with windows of up to 128 MiB.
const ZSTD_WINDOW_LOG: u32 = 27;

/// The same for xz, whose highest preset takes 64 MiB; in KiB, with what the decoder needs beside.
const XZ_MEMORY: u32 = 129 << 10;

/// What one archive holds several files in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    Tar,
    Zip,
}

/// What the bytes are squeezed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Bzip2,
    Gzip,
    Xz,
    Zstd,
}

/// A name, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packed {
    /// The name without the ending of the compression.
    pub(super) name: String,
    pub(super) archive: Option<Archive>,
    compression: Compression,
}

/// Endings, what stands in their place once they are unpacked, and how they are.
const ENDINGS: &[(&str, &str, Compression)] = &[
    (".tgz", ".tar", Compression::Gzip),
    (".gz", "", Compression::Gzip),
    (".tbz2", ".tar", Compression::Bzip2),
    (".bz2", "", Compression::Bzip2),
    (".txz", ".tar", Compression::Xz),
    (".xz", "", Compression::Xz),
    (".zst", "", Compression::Zstd),
];

impl Packed {
    pub(super) fn of(name: &str) -> Packed {
        let (name, compression) = ENDINGS
            .iter()
            .find_map(|(ending, instead, compression)| {
                Some((name.strip_suffix(ending)?.to_owned() + instead, *compression))
            })
            .unwrap_or_else(|| (name.to_owned(), Compression::None));
        let archive = if name.ends_with(".tar") {
            Some(Archive::Tar)
        } else if name.ends_with(".zip") {
            Some(Archive::Zip)
        } else {
            None
        };
        Packed { name, archive, compression }
    }

    pub(super) fn is_plain(&self) -> bool {
        self.archive.is_none() && self.compression == Compression::None
    }

    /// Whether it can be read in any order without being unpacked as a whole.
    pub(super) fn is_seekable(&self) -> bool {
        self.archive == Some(Archive::Zip) && self.compression == Compression::None
    }

    /// What the bytes are once they are unpacked, as far as `left` reaches.
    pub(super) fn unpack<'r>(
        &self,
        reader: impl Read + 'r,
        left: &Rc<Cell<u64>>,
    ) -> io::Result<Metered<Box<dyn Read + 'r>>> {
        let reader: Box<dyn Read + 'r> = match self.compression {
            Compression::None => Box::new(reader),
            Compression::Bzip2 => Box::new(MultiBzDecoder::new(reader)),
            Compression::Gzip => Box::new(MultiGzDecoder::new(reader)),
            // It reads byte by byte.
            Compression::Xz => {
                Box::new(XzReader::new_mem_limit(BufReader::new(reader), true, XZ_MEMORY))
            }
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(reader)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(decoder)
            }
        };
        Ok(Metered::new(reader, left, "the archive unpacks to more than any feed"))
    }
}

/// A reader that gives no more than what is left of an allowance.
pub(super) struct Metered<R> {
    reader: R,
    left: Rc<Cell<u64>>,
    excess: &'static str,
}

impl<R> Metered<R> {
    /// `excess` is what to say when there is more.
    pub(super) fn new(reader: R, left: &Rc<Cell<u64>>, excess: &'static str) -> Metered<R> {
        Metered { reader, left: Rc::clone(left), excess }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buffer.is_empty() {
            // The end may be just here.
            return match self.reader.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other(self.excess)),
            };
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read(&mut buffer[..most])?;
        self.left.set(left - read as u64);
        Ok(read)
    }
}

impl<R: io::Seek> io::Seek for Metered<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_how_a_file_is_packed() {
        for (name, inner, archive, compression) in [
            ("vulndb.zip", "vulndb.zip", Some(Archive::Zip), Compression::None),
            ("osv-all.tar.xz", "osv-all.tar", Some(Archive::Tar), Compression::Xz),
            ("cvrf.tbz2", "cvrf.tar", Some(Archive::Tar), Compression::Bzip2),
            ("a.tgz", "a.tar", Some(Archive::Tar), Compression::Gzip),
            ("oval.xml.bz2", "oval.xml", None, Compression::Bzip2),
            ("nvd.json.zst", "nvd.json", None, Compression::Zstd),
            ("CVE-2024-1.json", "CVE-2024-1.json", None, Compression::None),
        ] {
            let packed = Packed { name: inner.to_owned(), archive, compression };
            assert_eq!(Packed::of(name), packed, "{name}");
        }
    }

    #[test]
    fn an_allowance_covers_all_that_is_read_of_it() {
        let left = Rc::new(Cell::new(5));
        let mut bytes = Vec::new();
        Metered::new(&b"abc"[..], &left, "x").read_to_end(&mut bytes).unwrap();
        Metered::new(&b"de"[..], &left, "x").read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"abcde");
        let error = Metered::new(&b"f"[..], &left, "too much").read_to_end(&mut bytes);
        assert_eq!(error.unwrap_err().to_string(), "too much");
    }
}
