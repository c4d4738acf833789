//! Undoing a layer's compression, by what its bytes are and not by what its media type says.
//!
//! gzip ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952), also of many members, as pigz and
//! eStargz write it) and zstd ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878), also of many and
//! of skippable frames, as zstd:chunked has them) go into one reused buffer, in which the tar walker
//! looks at them in place.

mod gzip;
#[cfg(test)]
mod tests;
mod zstandard;

use crate::hasher::Hasher;
use crate::tar::{Input, Stop};
use crate::{Algorithm, Digest, Limits};

use gzip::Gzip;
use zstandard::Zstandard;

/// Uncompressed bytes that are at hand at once: few enough for a processor's second-level cache, and
/// so many that copying deflate's window of 32 KiB for each refill is little.
const BUFFER: usize = 128 << 10;
/// From how many uncompressed bytes on the ratio is looked at.
const RATIO_FROM: u64 = 64 << 20;

/// Uncompressed bytes of an [`Input`] whose first buffer holds at least six bytes, or all there are.
pub(crate) struct Decompressed<'a, I> {
    input: Counted<I>,
    form: Form,
    buffer: Box<[u8]>,
    /// The part of `buffer` that was not consumed.
    start: usize,
    end: usize,
    /// Uncompressed bytes so far.
    produced: u64,
    ended: bool,
    /// What stopped the bytes; told once the buffer is used up.
    stop: Option<Stop>,
    hasher: Option<Hasher>,
    limits: &'a Limits,
}

/// A compressed form.
enum Form {
    None,
    Gzip(Gzip),
    Zstandard(Box<Zstandard>),
}

/// What one call of a decompressor did.
struct Step {
    /// Bytes it made.
    written: usize,
    /// Whether the compressed bytes are at their end.
    ended: bool,
}

impl<'a, I: Input> Decompressed<'a, I> {
    /// Looks at the first bytes and gets ready.
    pub(crate) fn new(mut input: I, limits: &'a Limits) -> Result<Decompressed<'a, I>, Stop> {
        let form = match input.fill()? {
            [0x1f, 0x8b, ..] => Form::Gzip(Gzip::new()),
            // The last nibble of a skippable frame's number is free.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                Form::Zstandard(Box::new(Zstandard::new()?))
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
                return Err(Stop::Unsupported("xz compression"));
            }
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => {
                return Err(Stop::Unsupported("bzip2 compression"));
            }
            _ => Form::None,
        };
        let length = if matches!(form, Form::None) { 0 } else { BUFFER };
        Ok(Decompressed {
            input: Counted { input, count: 0 },
            form,
            buffer: vec![0; length].into_boxed_slice(),
            start: 0,
            end: 0,
            produced: 0,
            ended: false,
            stop: None,
            hasher: None,
            limits,
        })
    }

    pub(crate) fn is_compressed(&self) -> bool {
        !matches!(self.form, Form::None)
    }

    /// Has the uncompressed bytes hashed. They must be compressed, and none consumed yet.
    pub(crate) fn hash(&mut self, algorithm: Algorithm) {
        self.hasher = Some(Hasher::new(algorithm));
    }

    /// Goes to the end and gives the digest of all uncompressed bytes, if they were hashed.
    pub(crate) fn digest(mut self) -> Result<Option<Digest>, Stop> {
        if self.hasher.is_some() {
            self.skip(u64::MAX)?;
        }
        Ok(self.hasher.map(Hasher::finish))
    }

    fn refill(&mut self) {
        (self.start, self.end) = (0, 0);
        while !self.ended && self.end < self.buffer.len() {
            let space = &mut self.buffer[self.end..];
            let step = match &mut self.form {
                Form::None => break,
                Form::Gzip(gzip) => gzip.step(&mut self.input, space),
                Form::Zstandard(zstandard) => zstandard.step(&mut self.input, space),
            };
            match step {
                Ok(step) => {
                    self.end += step.written;
                    self.ended = step.ended;
                }
                Err(stop) => {
                    self.stop = Some(stop);
                    self.ended = true;
                }
            }
        }
        self.produced += self.end as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&self.buffer[..self.end]);
        }
        if let Some(message) = self.excess() {
            (self.stop, self.ended) = (Some(Stop::too_large(message)), true);
        }
    }

    fn excess(&self) -> Option<String> {
        let Limits { layer_size, ratio, .. } = *self.limits;
        if self.produced > layer_size {
            return Some(format!("more than {layer_size} bytes when uncompressed"));
        }
        let most = self.input.count.saturating_mul(ratio);
        (self.produced > RATIO_FROM && self.produced > most)
            .then(|| format!("compressed more than {ratio} times, like nothing but a bomb"))
    }
}

impl<I: Input> Input for Decompressed<'_, I> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        if !self.is_compressed() {
            if self.input.count > self.limits.layer_size {
                let message = format!("more than {} bytes", self.limits.layer_size);
                return Err(Stop::too_large(message));
            }
            return self.input.fill();
        }
        if self.start == self.end && !self.ended {
            self.refill();
        }
        if self.start == self.end
            && let Some(stop) = self.stop.take()
        {
            return Err(stop);
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        if self.is_compressed() {
            self.start = self.end.min(self.start + count);
        } else {
            self.input.consume(count);
        }
    }
}

/// Counts what is consumed.
struct Counted<I> {
    input: I,
    count: u64,
}

impl<I: Input> Input for Counted<I> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        self.input.fill()
    }

    fn consume(&mut self, count: usize) {
        self.count += count as u64;
        self.input.consume(count);
    }
}
