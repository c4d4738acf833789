//! Offers a layer's members to a visitor, as the entries that a container would see.

use super::input::{Input, Stop};
use super::member::{Member, MemberKind, Members};
use super::path::{Cleaned, clean, display};
use super::sparse::Segment;
use crate::{Entry, EntryKind, HEAD_LENGTH, Interest, LayerVisitor, Limits, Problem, ProblemKind};

/// What marks a path as gone.
const WHITEOUT: &[u8] = b".wh.";
/// What marks a directory's lower contents as gone.
const OPAQUE: &[u8] = b".wh..wh..opq";
/// How the other notes of the AUFS file system begin, which mean nothing in a layer.
const AUFS: &[u8] = b".wh..wh.";
/// A reused buffer longer than this is given back after use.
const KEEP: usize = 4 << 20;

/// Hands problems of single entries to a visitor, so many that a person could read them.
pub(crate) struct Report {
    count: u64,
}

impl Report {
    /// Most problems that are told one by one. A hostile archive can have millions.
    const MOST: u64 = 1_000;

    pub(crate) fn new() -> Report {
        Report { count: 0 }
    }

    pub(crate) fn problem(
        &mut self,
        visitor: &mut impl LayerVisitor,
        path: &[u8],
        kind: ProblemKind,
        message: impl Into<String>,
    ) {
        self.count += 1;
        if self.count <= Report::MOST {
            visitor.problem(Problem { path: Some(display(path)), kind, message: message.into() });
        }
    }

    /// Says how many problems were not told.
    pub(crate) fn close(self, visitor: &mut impl LayerVisitor) {
        if let Some(rest) = self.count.checked_sub(Report::MOST).filter(|&rest| rest > 0) {
            visitor.problem(Problem {
                path: None,
                kind: ProblemKind::TooLarge,
                message: format!("{rest} more files of this layer have problems"),
            });
        }
    }
}

/// Walks an archive to its end, or to where it breaks.
pub(crate) fn walk<V: LayerVisitor>(
    input: impl Input,
    visitor: &mut V,
    limits: &Limits,
) -> Result<(), Stop> {
    let mut report = Report::new();
    let outcome = walk_members(Members::new(input), visitor, &mut report, limits);
    report.close(visitor);
    outcome
}

fn walk_members<V: LayerVisitor>(
    mut members: Members<impl Input>,
    visitor: &mut V,
    report: &mut Report,
    limits: &Limits,
) -> Result<(), Stop> {
    let mut member = Member::default();
    let (mut path, mut link) = (Vec::new(), Vec::new());
    let mut contents = Contents { buffer: Vec::new(), limits };
    let mut count = 0;
    while members.next(&mut member, limits)? {
        count += 1;
        if count > limits.entries {
            return Err(Stop::too_large(format!(
                "more than {} entries; those after {} were not looked at",
                limits.entries,
                display(&path)
            )));
        }
        match clean(&member.name, &mut path, limits) {
            Cleaned::Fine => {}
            Cleaned::Clamped => report.problem(
                visitor,
                &member.name,
                ProblemKind::UnsafePath,
                format!("climbs over the root of the image; taken as {}", display(&path)),
            ),
            Cleaned::Unusable(kind, message) => {
                report.problem(visitor, &member.name, kind, format!("{message}; not looked at"));
                continue;
            }
        }
        if let Some((kind, message)) = member.flaw.take() {
            report.problem(visitor, &path, kind, format!("{message}; not looked at"));
            continue;
        }
        match kind(&member, &mut path, &mut link, limits) {
            Ok(Some(kind)) => {
                let size = if kind == EntryKind::File { member.size } else { 0 };
                let Member { mode, uid, gid, .. } = member;
                let entry = Entry { path: &path, kind, mode, uid, gid, size };
                contents.offer(&mut members, &member, &entry, visitor, report)?;
            }
            Ok(None) => {}
            Err((kind, message)) => report.problem(visitor, &member.name, kind, message),
        }
    }
    Ok(())
}

/// The kind of entry, with a whiteout's path put in place. Nothing for notes of AUFS.
fn kind<'a>(
    member: &'a Member,
    path: &mut Vec<u8>,
    link: &'a mut Vec<u8>,
    limits: &Limits,
) -> Result<Option<EntryKind<'a>>, (ProblemKind, String)> {
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    let name = path.get(start..).unwrap_or_default();
    if name == OPAQUE {
        path.truncate(start.saturating_sub(1));
        return Ok(Some(EntryKind::OpaqueDirectory));
    }
    if name.starts_with(AUFS) || path.starts_with(AUFS) {
        return Ok(None);
    }
    if let Some(gone) = name.strip_prefix(WHITEOUT) {
        if matches!(gone, b"" | b"." | b"..") {
            let message = "a whiteout of no name; ignored".to_owned();
            return Err((ProblemKind::UnsafePath, message));
        }
        path.drain(start..start + WHITEOUT.len());
        return Ok(Some(EntryKind::Whiteout));
    }
    if path.is_empty() && member.kind != MemberKind::Directory {
        let message = "the root of the image must be a directory; ignored".to_owned();
        return Err((ProblemKind::UnsafePath, message));
    }
    Ok(Some(match member.kind {
        MemberKind::File => EntryKind::File,
        MemberKind::Directory => EntryKind::Directory,
        MemberKind::Special => EntryKind::Special,
        MemberKind::Symlink if member.link.len() > limits.path => {
            let message = format!("a link target of {} bytes; ignored", member.link.len());
            return Err((ProblemKind::TooLarge, message));
        }
        MemberKind::Symlink => EntryKind::Symlink(&member.link),
        MemberKind::HardLink => match clean(&member.link, link, limits) {
            Cleaned::Unusable(kind, message) => {
                return Err((kind, format!("a hard link to {message}; ignored")));
            }
            Cleaned::Fine | Cleaned::Clamped if link.is_empty() => {
                let message = "a hard link to the root of the image; ignored".to_owned();
                return Err((ProblemKind::UnsafePath, message));
            }
            Cleaned::Fine | Cleaned::Clamped => EntryKind::HardLink(link),
        },
        MemberKind::Unknown(flag) => {
            let message = format!("a tar entry of unknown type {:?}; ignored", char::from(flag));
            return Err((ProblemKind::Unsupported, message));
        }
    }))
}

/// Reads contents for a visitor: from where they lie if they lie there in one piece, else gathered
/// in a buffer that grows with the bytes that come, never by what a header claims.
struct Contents<'a> {
    buffer: Vec<u8>,
    limits: &'a Limits,
}

impl Contents<'_> {
    fn offer<V: LayerVisitor>(
        &mut self,
        members: &mut Members<impl Input>,
        member: &Member,
        entry: &Entry<'_>,
        visitor: &mut V,
        report: &mut Report,
    ) -> Result<(), Stop> {
        let mut interest = visitor.entry(entry);
        if entry.kind != EntryKind::File || interest == Interest::Skip {
            return Ok(());
        }
        self.buffer.clear();
        let mut gathered = Gathered { member, next: 0 };
        if interest == Interest::Sniff {
            let length = usize::try_from(entry.size).unwrap_or(usize::MAX).min(HEAD_LENGTH);
            interest = match whole(members, member, length)? {
                Some(head) => visitor.head(entry, head),
                None => {
                    gathered.extend(members, &mut self.buffer, length)?;
                    visitor.head(entry, &self.buffer)
                }
            };
        }
        let Interest::Read(wanted) = interest else { return Ok(()) };
        let limit = wanted.min(self.limits.file);
        let length = match usize::try_from(entry.size) {
            Ok(length) if entry.size <= limit => length,
            _ => {
                let message =
                    format!("has {} bytes, and {limit} are read at most; skipped", entry.size);
                report.problem(visitor, entry.path, ProblemKind::TooLarge, message);
                return Ok(());
            }
        };
        if self.buffer.is_empty()
            && let Some(content) = whole(members, member, length)?
        {
            visitor.content(entry, content);
            return Ok(());
        }
        gathered.extend(members, &mut self.buffer, length)?;
        visitor.content(entry, &self.buffer);
        if self.buffer.capacity() > KEEP {
            self.buffer = Vec::new();
        }
        Ok(())
    }
}

/// The first `length` bytes of a file if they lie in one piece.
fn whole<'m>(
    members: &'m mut Members<impl Input>,
    member: &Member,
    length: usize,
) -> Result<Option<&'m [u8]>, Stop> {
    if member.sparse.is_some() {
        return Ok(None);
    }
    Ok(members.contents()?.get(..length))
}

/// How far a file's contents have been gathered.
struct Gathered<'m> {
    member: &'m Member,
    /// The first segment that is not wholly gathered.
    next: usize,
}

impl Gathered<'_> {
    /// Gathers until `buffer` has `length` bytes, which are no more than the file has.
    fn extend(
        &mut self,
        members: &mut Members<impl Input>,
        buffer: &mut Vec<u8>,
        length: usize,
    ) -> Result<(), Stop> {
        let all = [Segment { offset: 0, length: self.member.size }];
        let segments = self.member.sparse.as_deref().unwrap_or(&all);
        while buffer.len() < length {
            let position = buffer.len() as u64;
            let segment = segments.get(self.next).copied();
            let until = |end: u64| usize::try_from(end).unwrap_or(usize::MAX).min(length);
            match segment {
                None => buffer.resize(length, 0),
                Some(segment) if position < segment.offset => {
                    buffer.resize(until(segment.offset), 0);
                }
                Some(segment) => {
                    // Cannot overflow: maps are checked to end within the file.
                    let end = segment.offset + segment.length;
                    if position >= end {
                        self.next += 1;
                        continue;
                    }
                    let wanted = until(end) - buffer.len();
                    let bytes = members.contents()?;
                    if bytes.is_empty() {
                        return Err(Stop::truncated(format!(
                            "the archive ends inside {}",
                            display(&self.member.name)
                        )));
                    }
                    let count = wanted.min(bytes.len());
                    buffer.extend_from_slice(&bytes[..count]);
                    members.consume(count);
                }
            }
        }
        Ok(())
    }
}
