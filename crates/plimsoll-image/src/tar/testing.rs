//! Tars made by hand, with the mistakes that no library would make, and a visitor that writes down
//! what it sees.

use crate::{Entry, EntryKind, Interest, LayerVisitor, Limits, Problem, ProblemKind};

use super::path::display;
use super::{Input, Stop, walk};

/// A tar under construction.
#[derive(Default, Clone)]
pub(crate) struct Tar(pub(crate) Vec<u8>);

impl Tar {
    pub(crate) fn new() -> Tar {
        Tar::default()
    }

    /// A header block with a right checksum.
    pub(crate) fn block(name: &[u8], flag: u8, size: u64, change: impl Fn(&mut [u8])) -> Vec<u8> {
        let mut block = vec![0; 512];
        block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
        block[100..108].copy_from_slice(b"0000644\0");
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        block[156] = flag;
        block[257..265].copy_from_slice(b"ustar\x0000");
        change(&mut block);
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }

    /// Adds a member with a header that was changed.
    pub(crate) fn with(
        mut self,
        name: &str,
        flag: u8,
        content: &[u8],
        change: impl Fn(&mut [u8]),
    ) -> Tar {
        self.0.extend(Tar::block(name.as_bytes(), flag, content.len() as u64, change));
        self.raw(content)
    }

    /// Adds contents alone, padded.
    pub(crate) fn raw(mut self, content: &[u8]) -> Tar {
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str, content: &[u8]) -> Tar {
        self.with(name, b'0', content, |_| {})
    }

    pub(crate) fn directory(self, name: &str) -> Tar {
        self.with(name, b'5', b"", |_| {})
    }

    pub(crate) fn link(self, name: &str, flag: u8, target: &str) -> Tar {
        self.with(name, flag, b"", |block| {
            block[157..157 + target.len()].copy_from_slice(target.as_bytes());
        })
    }

    /// Adds a PAX header.
    pub(crate) fn pax(self, flag: u8, records: &[(&str, &str)]) -> Tar {
        let mut text = String::new();
        for (key, value) in records {
            let bare = key.len() + value.len() + 3;
            let mut length = bare;
            while length != bare + length.to_string().len() {
                length = bare + length.to_string().len();
            }
            text.push_str(&format!("{length} {key}={value}\n"));
        }
        self.with("PaxHeaders/x", flag, text.as_bytes(), |_| {})
    }

    /// The finished archive.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// Writes down every call. Files named `sniff…` are sniffed, `skip…` skipped, others read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Diary {
    pub(crate) lines: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    /// Most bytes to ask for.
    pub(crate) most: Option<u64>,
}

impl Diary {
    fn interest(&self) -> Interest {
        Interest::Read(self.most.unwrap_or(u64::MAX))
    }
}

fn shown(content: &[u8]) -> String {
    if content.len() <= 40 {
        String::from_utf8_lossy(content).into_owned()
    } else {
        format!("{} bytes, {}", content.len(), &crate::Digest::sha256(content).hex()[..8])
    }
}

impl LayerVisitor for Diary {
    fn entry(&mut self, entry: &Entry<'_>) -> Interest {
        let path = display(entry.path);
        let line = match entry.kind {
            EntryKind::File => format!("file {path} {}", entry.size),
            EntryKind::Directory => format!("directory {path}"),
            EntryKind::Symlink(target) => format!("symlink {path} -> {}", display(target)),
            EntryKind::HardLink(target) => format!("hardlink {path} -> {}", display(target)),
            EntryKind::Special => format!("special {path}"),
            EntryKind::Whiteout => format!("whiteout {path}"),
            EntryKind::OpaqueDirectory => format!("opaque {path}"),
        };
        self.lines.push(line);
        let name = path.rsplit('/').next().unwrap_or_default();
        match name {
            _ if name.starts_with("skip") => Interest::Skip,
            _ if name.starts_with("sniff") => Interest::Sniff,
            _ => self.interest(),
        }
    }

    fn head(&mut self, _: &Entry<'_>, head: &[u8]) -> Interest {
        self.lines.push(format!("  head {}", shown(head)));
        if head.starts_with(b"no") { Interest::Skip } else { self.interest() }
    }

    fn content(&mut self, _: &Entry<'_>, content: &[u8]) {
        self.lines.push(format!("  content {}", shown(content)));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Bytes that come in pieces of some length.
pub(crate) struct Pieces<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Input for Pieces<'_> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        Ok(&self.0[..self.0.len().min(self.1)])
    }

    fn consume(&mut self, count: usize) {
        self.0 = &self.0[count..];
    }
}

/// Walks a tar in one piece and in small ones, which must tell the same.
pub(crate) fn diary(tar: &[u8], limits: &Limits) -> (Diary, Option<(ProblemKind, String)>) {
    let run = |piece: usize| {
        let mut diary = Diary::default();
        let outcome = walk(Pieces(tar, piece), &mut diary, limits);
        let stop = outcome.err().map(|stop| match stop {
            Stop::Damaged(kind, message) => (kind, message),
            other => panic!("{other:?}"),
        });
        (diary, stop)
    };
    let whole = run(usize::MAX);
    for piece in [1, 7, 512, 1000] {
        assert_eq!(run(piece), whole, "in pieces of {piece}");
    }
    whole
}

/// The lines of a tar without problems.
pub(crate) fn lines(tar: &[u8]) -> Vec<String> {
    let (diary, stop) = diary(tar, &Limits::default());
    assert_eq!((diary.problems, stop), (vec![], None));
    diary.lines
}
