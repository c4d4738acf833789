//! zstd frames.

use zstd::stream::raw::{DParameter, Decoder, Operation as _};

use super::Step;
use crate::tar::{Input, Stop};

/// The largest window, as a power of two, that is accepted: 128 MiB, what `zstd` itself accepts
/// without being told. It is memory that the data can claim.
const LARGEST_WINDOW: u32 = 27;

/// A zstd stream that is being decompressed.
pub(super) struct Zstandard {
    decoder: Decoder<'static>,
    /// Whether the bytes end between frames.
    between_frames: bool,
}

impl Zstandard {
    pub(super) fn new() -> Result<Zstandard, Stop> {
        let mut decoder = Decoder::new().map_err(Stop::Read)?;
        decoder.set_parameter(DParameter::WindowLogMax(LARGEST_WINDOW)).map_err(Stop::Read)?;
        Ok(Zstandard { decoder, between_frames: true })
    }

    /// Decompresses some bytes into `space`, which is not empty.
    pub(super) fn step(&mut self, input: &mut impl Input, space: &mut [u8]) -> Result<Step, Stop> {
        let compressed = input.fill()?;
        let ended = compressed.is_empty();
        if ended && self.between_frames {
            return Ok(Step { written: 0, ended });
        }
        let status = self
            .decoder
            .run_on_buffers(compressed, space)
            .map_err(|error| Stop::malformed(format!("broken zstd data: {error}")))?;
        if ended && status.bytes_written == 0 {
            return Err(Stop::truncated("the zstd data ends early"));
        }
        self.between_frames = status.remaining == 0;
        input.consume(status.bytes_read);
        Ok(Step { written: status.bytes_written, ended: false })
    }
}
