//! An archive that cannot be rewound: every layer is walked as it comes, and what it was is decided
//! when the manifest has been seen.
//!
//! The archive is read (and uncompressed) on one thread, and the layer in it is walked on another.
//! Facts are kept under the name of the archive's member, small documents as they are.

use std::collections::HashMap;
use std::io::Read;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::chunks::{CHUNK, Chunks, Feed, Pipe, WAITING, fill};
use super::layer::{Walked, problems, verify, walk_layer};
use super::{Meter, Progress, random, recall};
use crate::compress::Decompressed;
use crate::hasher::Hasher;
use crate::local::{Container, Links, Resolved, blob_digest, resolve};
use crate::manifest::invalid;
use crate::tar::{Input, Member, MemberKind, Members, Stop, tidy};
use crate::{
    Algorithm, Choice, Digest, Error, Examination, Examined, Examiner, Limits, ProblemKind,
    SourceKind,
};

/// Members of an archive that are kept in mind.
const MEMBERS: usize = 20_000;
/// All documents together may have so many times the length of the largest.
const DOCUMENTS: u64 = 4;

/// What is known of an archive before it is read.
pub(super) struct Stream<'a> {
    pub(super) name: &'a str,
    pub(super) source: SourceKind,
    pub(super) choice: &'a Choice,
}

/// What became of a member that may be a layer.
struct Candidate<F> {
    facts: F,
    recalled: bool,
    /// Digest of the member's bytes.
    stored: Digest,
    size: u64,
    walked: Walked,
}

/// What is kept of an archive.
struct Kept<'a, F> {
    name: &'a str,
    documents: HashMap<String, Vec<u8>>,
    /// Bytes that documents may still have.
    allowance: u64,
    candidates: HashMap<String, Candidate<F>>,
    links: Links,
}

impl<F> Container for Kept<'_, F> {
    fn name(&self) -> &str {
        self.name
    }

    fn document(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.documents.get(self.links.follow(path)).cloned())
    }

    fn layer_size(&self, path: &str) -> Result<Option<u64>, Error> {
        Ok(self.candidates.get(self.links.follow(path)).map(|candidate| candidate.size))
    }
}

impl Stream<'_> {
    pub(super) fn examine<E: Examiner>(
        &self,
        archive: Box<dyn Read + Send>,
        examiner: &E,
        limits: &Limits,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Examination<E::Facts>, Error> {
        let meter = Meter::new(None, progress);
        let mut kept = Kept {
            name: self.name,
            documents: HashMap::new(),
            allowance: limits.document.saturating_mul(DOCUMENTS),
            candidates: HashMap::new(),
            links: Links::default(),
        };
        let chunks = Chunks::new(Archive { source: archive, meter: &meter });
        Decompressed::new(chunks, limits)
            .and_then(|bytes| read(Members::new(bytes), &mut kept, examiner, limits))
            .map_err(|stop| self.failure(stop))?;
        let Resolved { image, layers } = resolve(&kept, self.source, self.choice, limits)?;
        let mut examined = Vec::with_capacity(layers.len());
        for ((index, path), layer) in layers.iter().enumerate().zip(&image.layers) {
            let what = random::name(index, layer);
            let Some(candidate) = kept.candidates.get_mut(kept.links.follow(path)) else {
                let known = recall(layer, examiner);
                examined.push(known.ok_or(Error::Missing { what })?);
                continue;
            };
            if candidate.recalled
                && layer.digest.is_none()
                && layer.diff_id != Some(candidate.stored)
            {
                return Err(Error::DigestMismatch {
                    what,
                    expected: layer.diff_id.unwrap_or(candidate.stored),
                    actual: candidate.stored,
                });
            }
            verify(&what, layer, candidate.stored, &candidate.walked)?;
            // A second use of the same member has no more to say of it.
            let problems = problems(&what, candidate.walked.stop.take())?;
            let (facts, recalled) = (candidate.facts.clone(), candidate.recalled);
            examined.push(Examined { facts, problems, recalled });
        }
        Ok((image, examined))
    }

    fn failure(&self, stop: Stop) -> Error {
        let what = self.name.to_owned();
        match stop {
            Stop::Read(source) => Error::Read { what, source },
            Stop::Unsupported(form) => Error::Unsupported { what, form: form.to_owned() },
            Stop::Damaged(ProblemKind::Truncated, _) => Error::Truncated { what },
            Stop::Damaged(_, message) => invalid(&what, format!("is damaged: {message}")),
        }
    }
}

/// Reads the archive to its end.
fn read<E: Examiner>(
    mut members: Members<impl Input>,
    kept: &mut Kept<'_, E::Facts>,
    examiner: &E,
    limits: &Limits,
) -> Result<(), Stop> {
    let mut member = Member::default();
    while members.next(&mut member, limits)? {
        if kept.documents.len() + kept.candidates.len() + kept.links.len() > MEMBERS {
            return Err(Stop::too_large(format!("it has more than {MEMBERS} files")));
        }
        let Some(path) = tidy(&member.name, limits) else { continue };
        match member.kind {
            MemberKind::Symlink => kept.links.symbolic(&path, &member.link, limits),
            MemberKind::HardLink => kept.links.hard(&path, &member.link, limits),
            MemberKind::File if member.flaw.is_none() && member.sparse.is_none() => {
                kept.links.remove(&path);
                file(&mut members, path, kept, examiner, limits)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Keeps a document, or walks what may be a layer.
fn file<E: Examiner>(
    members: &mut Members<impl Input>,
    path: String,
    kept: &mut Kept<'_, E::Facts>,
    examiner: &E,
    limits: &Limits,
) -> Result<(), Stop> {
    let name = path.rsplit('/').next().unwrap_or_default();
    // Docker's oldest form describes every layer beside it, which manifest and configuration repeat.
    if matches!(name, "json" | "VERSION" | "repositories" | "oci-layout") {
        return Ok(());
    }
    let size = members.stored();
    let mut chunk = Vec::new();
    take(members, &mut chunk)?;
    let is_tar = chunk.get(257..262).is_some_and(|magic| magic == b"ustar");
    if matches!(chunk.first(), Some(b'{' | b'[')) && !is_tar {
        if size > limits.document || size > kept.allowance {
            return Ok(());
        }
        kept.allowance -= size;
        let mut document = chunk;
        let mut rest = Vec::new();
        while members.stored() > 0 {
            take(members, &mut rest)?;
            document.extend_from_slice(&rest);
        }
        kept.documents.insert(path, document);
        return Ok(());
    }
    let known = digest_in(&path);
    let candidate = match known.and_then(|digest| Some((digest, examiner.recall(&digest)?))) {
        Some((stored, facts)) => {
            let walked = Walked { compressed: false, uncompressed: None, stop: None };
            Candidate { facts, recalled: true, stored, size, walked }
        }
        None => walk_beside(members, chunk, size, &path, examiner, limits)?,
    };
    kept.candidates.insert(path, candidate);
    Ok(())
}

/// The digest of a member's bytes, as its name has it.
fn digest_in(path: &str) -> Option<Digest> {
    blob_digest(path).or_else(|| format!("sha256:{}", path.strip_suffix(".tar")?).parse().ok())
}

/// Takes the next bytes of a member's contents, a full chunk unless they end.
fn take(members: &mut Members<impl Input>, chunk: &mut Vec<u8>) -> Result<(), Stop> {
    chunk.clear();
    chunk.reserve_exact(CHUNK.min(usize::try_from(members.stored()).unwrap_or(CHUNK)));
    while chunk.len() < CHUNK && members.stored() > 0 {
        let bytes = members.contents()?;
        if bytes.is_empty() {
            return Err(Stop::truncated("the archive ends inside a file"));
        }
        let count = bytes.len().min(CHUNK - chunk.len());
        chunk.extend_from_slice(&bytes[..count]);
        members.consume(count);
    }
    Ok(())
}

/// Walks a member on a thread of its own, while this one goes on reading the archive.
///
/// The stored bytes are hashed on whichever side has less to do: on this one if the layer must be
/// inflated over there.
fn walk_beside<E: Examiner>(
    members: &mut Members<impl Input>,
    first: Vec<u8>,
    size: u64,
    path: &str,
    examiner: &E,
    limits: &Limits,
) -> Result<Candidate<E::Facts>, Stop> {
    let algorithm = blob_digest(path).map_or(Algorithm::Sha256, |digest| digest.algorithm());
    let compressed = matches!(first.get(..2), Some([0x1f, 0x8b] | [0x28, 0xb5] | [_, 0x2a]));
    // In a layout the name is the digest of the stored bytes, which is enough.
    let inner = if blob_digest(path).is_none() { Some(Algorithm::Sha256) } else { None };
    thread::scope(|scope| {
        let (sender, chunks) = sync_channel(WAITING);
        let (used, spare) = channel();
        let (digest_sender, digest) = channel();
        let walking = scope.spawn(move || {
            let hasher = (!compressed).then(|| Hasher::new(algorithm));
            let mut chunks = Chunks::new(MemberFeed { pipe: Pipe { chunks, used }, hasher });
            let mut visitor = examiner.start();
            let walked = walk_layer(&mut chunks, &mut visitor, limits, inner);
            let stored = match chunks.into_feed().finish() {
                Some(stored) => stored,
                // Fails only if the archive broke off, and then nobody looks at the outcome.
                None => digest.recv().ok()?,
            };
            let mut verified = Vec::new();
            if walked.stop.is_none() {
                verified.push(stored);
                verified.extend(walked.uncompressed);
            }
            let facts = examiner.finish(visitor, &verified);
            Some(Candidate { facts, recalled: false, stored, size, walked })
        });
        let hasher = compressed.then(|| Hasher::new(algorithm));
        let sent = send(members, first, sender, &spare, hasher, &digest_sender);
        drop(digest_sender);
        let candidate = walking.join().unwrap_or_else(|panic| resume_unwind(panic));
        sent?;
        candidate.ok_or_else(|| Stop::truncated("the archive ends inside a file"))
    })
}

/// Sends a member's contents, and their digest where it is computed here.
fn send(
    members: &mut Members<impl Input>,
    mut chunk: Vec<u8>,
    sender: SyncSender<Vec<u8>>,
    spare: &Receiver<Vec<u8>>,
    mut hasher: Option<Hasher>,
    digest: &Sender<Digest>,
) -> Result<(), Stop> {
    let mut sender = Some(sender);
    while !chunk.is_empty() {
        if let Some(hasher) = &mut hasher {
            hasher.update(&chunk);
        }
        // Nobody listens any more when the walk is over.
        if let Some(open) = &sender
            && open.send(chunk).is_err()
        {
            sender = None;
        }
        chunk = spare.try_recv().unwrap_or_default();
        take(members, &mut chunk)?;
    }
    drop(sender);
    if let Some(hasher) = hasher {
        // The other side may have panicked; joining it will tell.
        let _ = digest.send(hasher.finish());
    }
    Ok(())
}

/// Chunks of a member, hashed as they are taken.
struct MemberFeed {
    pipe: Pipe,
    hasher: Option<Hasher>,
}

impl MemberFeed {
    /// Takes all that is left, and gives the digest if it is computed here.
    fn finish(mut self) -> Option<Digest> {
        self.hasher.as_ref()?;
        let mut chunk = Vec::new();
        while self.next(&mut chunk).is_ok() && !chunk.is_empty() {}
        self.hasher.map(Hasher::finish)
    }
}

impl Feed for MemberFeed {
    fn next(&mut self, chunk: &mut Vec<u8>) -> Result<(), Stop> {
        self.pipe.next(chunk)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(chunk);
        }
        Ok(())
    }
}

/// Reads the archive itself, of which nothing is promised.
struct Archive<'a> {
    source: Box<dyn Read + Send>,
    meter: &'a Meter<'a>,
}

impl Feed for Archive<'_> {
    fn next(&mut self, chunk: &mut Vec<u8>) -> Result<(), Stop> {
        fill(&mut self.source, chunk, self.meter).map_err(Stop::Read)
    }
}
