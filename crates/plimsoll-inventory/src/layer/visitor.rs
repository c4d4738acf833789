//! Gathers a layer's facts while its entries pass by.

use plimsoll_image::{Entry, EntryKind, Interest, LayerVisitor, Problem, ProblemKind};

use super::dispatch::{self, Reader};
use super::{Document, EntryTable, Found, LayerFacts};
use crate::parsed::Parsed;
use crate::{Package, apk, chisel, dpkg, os, pacman, rpm};

/// A database up to this size is held back until its write-ahead log could have passed by; the log
/// stands beside it, so this is for the length of a directory.
const HELD_DATABASE: usize = 64 << 20;

/// The visitor of one layer.
#[derive(Default)]
pub struct LayerScan {
    entries: EntryTable,
    documents: Vec<Found>,
    problems: Vec<Problem>,
    /// Index of the entry being looked at and how its contents are to be read.
    current: Option<(u32, Reader)>,
    held: Option<Held>,
}

/// An rpm database whose log may follow.
struct Held {
    entry: u32,
    path: Vec<u8>,
    content: Vec<u8>,
}

impl LayerScan {
    /// The facts, once all entries have passed.
    pub fn finish(mut self) -> LayerFacts {
        self.release(None);
        // A held database comes after entries that came later.
        self.documents.sort_by_key(|found| found.entry);
        LayerFacts { entries: self.entries, documents: self.documents, problems: self.problems }
    }

    /// Reads the held database, with its log if that has come.
    fn release(&mut self, log: Option<&[u8]>) {
        if let Some(held) = self.held.take() {
            self.add(held.entry, &held.path, packages(rpm::parse_database(&held.content, log)));
        }
    }

    fn add(&mut self, entry: u32, path: &[u8], parsed: Parsed<Option<Document>>) {
        let path = String::from_utf8_lossy(path);
        let name = |mut problem: Problem| {
            problem.path = Some(path.clone().into_owned());
            problem
        };
        let problems: Vec<_> = parsed.problems.into_iter().map(name).collect();
        let document = match parsed.value {
            Some(document) => document,
            None if problems.is_empty() => return,
            None => Document::Text(Vec::new()),
        };
        self.documents.push(Found { entry, document, problems });
    }

    fn wanted(&mut self, index: u32, reader: Reader) -> Interest {
        self.current = Some((index, reader));
        Interest::Read(reader.limit())
    }
}

impl LayerVisitor for LayerScan {
    fn entry(&mut self, entry: &Entry<'_>) -> Interest {
        let index = self.entries.push(entry);
        if let Some(held) = &self.held
            && !entry.path.starts_with(&held.path)
        {
            self.release(None);
        }
        self.current = None;
        if entry.kind != EntryKind::File || entry.size == 0 || dispatch::is_backup(entry.path) {
            return Interest::Skip;
        }
        match dispatch::by_path(entry.path) {
            Some(reader) => self.wanted(index, reader),
            None if entry.size >= dispatch::SMALLEST => Interest::Sniff,
            None => Interest::Skip,
        }
    }

    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> Interest {
        match dispatch::by_head(head, entry.size) {
            Some(reader) => self.wanted(self.entries.len().saturating_sub(1), reader),
            None => Interest::Skip,
        }
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        let Some((index, reader)) = self.current.take() else { return };
        match reader {
            Reader::Rpm if content.len() <= HELD_DATABASE && entry.path.ends_with(b".sqlite") => {
                let (path, content) = (entry.path.to_vec(), content.to_vec());
                self.held = Some(Held { entry: index, path, content });
            }
            Reader::RpmLog if self.held.is_some() => self.release(Some(content)),
            Reader::RpmLog => self.problems.push(Problem {
                path: Some(String::from_utf8_lossy(entry.path).into_owned()),
                kind: ProblemKind::Unsupported,
                message: "this write-ahead log came without its database, or before it; packages \
                          installed last may be missing"
                    .into(),
            }),
            reader => self.add(index, entry.path, read(reader, content)),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Hands contents to their parser.
fn read(reader: Reader, content: &[u8]) -> Parsed<Option<Document>> {
    match reader {
        Reader::DpkgStatus => packages(dpkg::parse_status(content)),
        Reader::DpkgRecord => packages(dpkg::parse_status_d(content)),
        Reader::DpkgList => files(dpkg::parse_list(content)),
        Reader::DpkgSums => files(dpkg::parse_md5sums(content)),
        Reader::Copyright => Parsed {
            value: Some(Document::Licenses(dpkg::licenses(content))),
            problems: Vec::new(),
        },
        Reader::Apk => packages(apk::parse_installed(content)),
        Reader::Rpm => packages(rpm::parse_database(content, None)),
        Reader::RpmManifest => packages(rpm::parse_manifest(content)),
        Reader::PacmanRecord => packages(pacman::parse_desc(content)),
        Reader::PacmanFiles => files(pacman::parse_files(content)),
        Reader::Chisel => packages(chisel::parse_manifest(content)),
        Reader::Bottlerocket => packages(os::parse_bottlerocket_inventory(content)),
        Reader::OsFile => {
            Parsed { value: Some(Document::Text(content.to_vec())), problems: Vec::new() }
        }
        // Handled where its database is known.
        Reader::RpmLog => Parsed { value: None, problems: Vec::new() },
    }
}

fn packages(parsed: Parsed<Vec<Package>>) -> Parsed<Option<Document>> {
    Parsed { value: Some(Document::Packages(parsed.value)), problems: parsed.problems }
}

fn files(parsed: Parsed<crate::FileList>) -> Parsed<Option<Document>> {
    Parsed { value: Some(Document::Files(parsed.value)), problems: parsed.problems }
}
