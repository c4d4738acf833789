//! Gathers a layer's facts while its entries pass by.

use plimsoll_image::{Entry, EntryKind, Interest, LayerVisitor, Problem, ProblemKind};
use plimsoll_language::{Extractor, Input, Parser};

use super::dispatch::{self, Reader};
use super::{Document, EntryTable, Found, LayerFacts};
use crate::{Parsed, Scope, Selection, apk, chisel, dpkg, os, pacman, parse_content_manifest, rpm};

/// A database up to this size is held back until its write-ahead log could have passed by; the log
/// stands beside it, so this is for the length of a directory.
const HELD_DATABASE: usize = 64 << 20;

/// Bytes up to which a program is read: the largest known, statically linked, have some 300 MB.
const MAX_PROGRAM: u64 = 512 << 20;

/// The visitor of one layer.
#[derive(Default)]
pub struct LayerScan {
    selection: Selection,
    entries: EntryTable,
    documents: Vec<Found>,
    problems: Vec<Problem>,
    /// Index of the entry being looked at and how its contents are to be read.
    current: Option<(u32, Wanted)>,
    held: Option<Held>,
}

/// Who is to read an entry.
#[derive(Clone, Copy)]
enum Wanted {
    System(Reader),
    Library(&'static Extractor),
    Program,
}

/// An rpm database whose log may follow.
struct Held {
    entry: u32,
    path: Vec<u8>,
    content: Vec<u8>,
}

impl LayerScan {
    /// A visitor that looks for what is selected.
    pub fn new(selection: &Selection) -> LayerScan {
        LayerScan { selection: selection.clone(), ..LayerScan::default() }
    }

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
            self.add(
                held.entry,
                &held.path,
                rpm::parse_database(&held.content, log).map(Document::Packages),
            );
        }
    }

    /// Reads a file of a language, or keeps it until the others are known.
    fn library(&mut self, entry: u32, path: &[u8], extractor: &Extractor, content: &[u8]) {
        let id = extractor.id.to_owned();
        let document = match extractor.parser {
            Parser::Alone(parse) | Parser::Head(parse) => {
                let text = String::from_utf8_lossy(path);
                let parsed = parse(Input { path: &text, content });
                if parsed.value.is_empty() && parsed.problems.is_empty() {
                    return;
                }
                parsed.map(|components| Document::Components(id, components))
            }
            Parser::WithOthers(_) | Parser::Companion => {
                Parsed::clean(Document::Kept(id, content.to_vec()))
            }
            Parser::Program => return,
        };
        self.add(entry, path, document);
    }

    fn add(&mut self, entry: u32, path: &[u8], parsed: Parsed<Document>) {
        let Parsed { value: document, problems } = parsed.at(&String::from_utf8_lossy(path));
        self.documents.push(Found { entry, document, problems });
    }

    fn wanted(&mut self, index: u32, wanted: Wanted) -> Interest {
        self.current = Some((index, wanted));
        Interest::Read(match wanted {
            Wanted::System(reader) => reader.limit(),
            Wanted::Library(Extractor { parser: Parser::Head(_), .. }) => return Interest::Sniff,
            Wanted::Library(extractor) => extractor.limit,
            Wanted::Program => MAX_PROGRAM,
        })
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
        if let Some(reader) = dispatch::by_path(entry.path) {
            self.wanted(index, Wanted::System(reader))
        } else if let Some(extractor) = self.selection.find(entry.path) {
            self.wanted(index, Wanted::Library(extractor))
        } else if entry.size >= dispatch::SMALLEST {
            Interest::Sniff
        } else {
            Interest::Skip
        }
    }

    fn enters(&self, path: &[u8]) -> bool {
        // What was deleted years ago is not going to be installed.
        let history = path == b".git" || path.ends_with(b"/.git");
        !(history && self.selection.scope() == Scope::Source)
    }

    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> Interest {
        if let Some((index, Wanted::Library(extractor))) = self.current.take() {
            self.library(index, entry.path, extractor, head);
            return Interest::Skip;
        }
        let index = self.entries.len().saturating_sub(1);
        if plimsoll_binary::is_program(head) {
            return self.wanted(index, Wanted::Program);
        }
        match dispatch::by_head(head, entry.size) {
            Some(reader) => self.wanted(index, Wanted::System(reader)),
            None => Interest::Skip,
        }
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        let Some((index, wanted)) = self.current.take() else { return };
        let reader = match wanted {
            Wanted::System(reader) => reader,
            Wanted::Library(extractor) => {
                return self.library(index, entry.path, extractor, content);
            }
            Wanted::Program => {
                let path = String::from_utf8_lossy(entry.path);
                let parsed = plimsoll_binary::examine(Input { path: &path, content });
                if parsed.value.parts.is_empty() && parsed.problems.is_empty() {
                    return;
                }
                return self.add(index, entry.path, parsed.map(Document::Program));
            }
        };
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
            reader => {
                if let Some(parsed) = read(reader, content) {
                    self.add(index, entry.path, parsed);
                }
            }
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// Hands contents to their parser. A log by itself says nothing.
fn read(reader: Reader, content: &[u8]) -> Option<Parsed<Document>> {
    Some(match reader {
        Reader::DpkgStatus => dpkg::parse_status(content).map(Document::Packages),
        Reader::DpkgRecord => dpkg::parse_status_d(content).map(Document::Packages),
        Reader::DpkgList => dpkg::parse_list(content).map(Document::Files),
        Reader::DpkgSums => dpkg::parse_md5sums(content).map(Document::Files),
        Reader::Copyright => Parsed::clean(Document::Licenses(dpkg::licenses(content))),
        Reader::Apk => apk::parse_installed(content).map(Document::Packages),
        Reader::Rpm => rpm::parse_database(content, None).map(Document::Packages),
        Reader::RpmManifest => rpm::parse_manifest(content).map(Document::Packages),
        Reader::PacmanRecord => pacman::parse_desc(content).map(Document::Packages),
        Reader::PacmanFiles => pacman::parse_files(content).map(Document::Files),
        Reader::Chisel => chisel::parse_manifest(content).map(Document::Packages),
        Reader::Bottlerocket => os::parse_bottlerocket_inventory(content).map(Document::Packages),
        Reader::ContentManifest => parse_content_manifest(content).map(Document::Repositories),
        Reader::OsFile => Parsed::clean(Document::Text(content.to_vec())),
        Reader::RpmLog => return None,
    })
}
