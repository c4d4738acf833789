//! gzip members around deflate.

use flate2::{Decompress, FlushDecompress, Status};

use super::Step;
use crate::tar::{Input, Stop};

/// Where in a member the next byte is.
enum State {
    Header { first: bool },
    Body,
    Trailer,
}

/// A gzip stream that is being inflated.
///
/// The members' CRC is not computed: every layer is checked against a SHA-256 digest, of its stored
/// or its uncompressed bytes, which says the same and more. The length is compared, as it costs
/// nothing.
pub(super) struct Gzip {
    inflater: Decompress,
    state: State,
}

impl Gzip {
    pub(super) fn new() -> Gzip {
        Gzip { inflater: Decompress::new(false), state: State::Header { first: true } }
    }

    /// Inflates some bytes into `space`, which is not empty.
    pub(super) fn step(&mut self, input: &mut impl Input, space: &mut [u8]) -> Result<Step, Stop> {
        match self.state {
            State::Header { first } => {
                let ended = !header(input, first)?;
                self.inflater.reset(false);
                self.state = State::Body;
                Ok(Step { written: 0, ended })
            }
            State::Body => self.body(input, space),
            State::Trailer => {
                let mut trailer = [0; 8];
                for byte in &mut trailer {
                    *byte = take(input)?;
                }
                let [_, _, _, _, length @ ..] = trailer;
                // The length is kept modulo 2^32.
                if u32::from_le_bytes(length) != (self.inflater.total_out() & 0xffff_ffff) as u32 {
                    return Err(Stop::malformed("the gzip data has not the length that it says"));
                }
                self.state = State::Header { first: false };
                Ok(Step { written: 0, ended: false })
            }
        }
    }

    fn body(&mut self, input: &mut impl Input, space: &mut [u8]) -> Result<Step, Stop> {
        let compressed = input.fill()?;
        if compressed.is_empty() {
            return Err(ends_early());
        }
        let (read, written) = (self.inflater.total_in(), self.inflater.total_out());
        let status = self
            .inflater
            .decompress(compressed, space, FlushDecompress::None)
            .map_err(|error| Stop::malformed(format!("broken gzip data: {error}")))?;
        // Both are bounded by the lengths of the two buffers.
        let read = (self.inflater.total_in() - read) as usize;
        let written = (self.inflater.total_out() - written) as usize;
        if status == Status::StreamEnd {
            self.state = State::Trailer;
        } else if read == 0 && written == 0 {
            return Err(Stop::malformed("broken gzip data: it makes no progress"));
        }
        input.consume(read);
        Ok(Step { written, ended: false })
    }
}

/// Reads a member's header. Says whether there is a member.
fn header(input: &mut impl Input, first: bool) -> Result<bool, Stop> {
    if !first {
        // Tapes and careless tools pad with zeros.
        while input.fill()?.first() == Some(&0) {
            input.consume(1);
        }
        if input.fill()?.is_empty() {
            return Ok(false);
        }
    }
    let mut fixed = [0; 10];
    for byte in &mut fixed {
        *byte = take(input)?;
    }
    let [0x1f, 0x8b, method, flags, ..] = fixed else {
        return Err(Stop::malformed("something that is no gzip data follows the gzip data"));
    };
    if method != 8 || flags & 0xe0 != 0 {
        return Err(Stop::malformed("gzip data with a reserved method or flag"));
    }
    if flags & 4 != 0 {
        let length = u16::from_le_bytes([take(input)?, take(input)?]);
        for _ in 0..length {
            take(input)?;
        }
    }
    // File name and comment.
    for flag in [8, 16] {
        if flags & flag != 0 {
            while take(input)? != 0 {}
        }
    }
    if flags & 2 != 0 {
        take(input)?;
        take(input)?;
    }
    Ok(true)
}

fn take(input: &mut impl Input) -> Result<u8, Stop> {
    let byte = *input.fill()?.first().ok_or_else(ends_early)?;
    input.consume(1);
    Ok(byte)
}

fn ends_early() -> Stop {
    Stop::truncated("the gzip data ends early")
}
