//! Where a tar's bytes come from: a buffer that is looked at and then passed over.
//!
//! Like `BufRead`, but what stops the bytes is told apart (the machine, or the data), and a source
//! that can seek may pass over contents without reading them.

use std::io;

use crate::ProblemKind;

/// Why the bytes stop before their end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The operating system or the network failed.
    Read(io::Error),
    /// The data is compressed in a form that is not read.
    Unsupported(&'static str),
    /// The data is broken, or over a limit. What came before it is good.
    Damaged(ProblemKind, String),
}

impl Stop {
    pub(crate) fn truncated(message: impl Into<String>) -> Stop {
        Stop::Damaged(ProblemKind::Truncated, message.into())
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Stop {
        Stop::Damaged(ProblemKind::Malformed, message.into())
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Stop {
        Stop::Damaged(ProblemKind::TooLarge, message.into())
    }
}

/// Bytes in order.
pub(crate) trait Input {
    /// The bytes that are at hand, at least one unless the end is reached.
    fn fill(&mut self) -> Result<&[u8], Stop>;

    /// Passes over `count` of the bytes that [`Input::fill`] showed.
    fn consume(&mut self, count: usize);

    /// Passes over `length` bytes and says how many of them were missing.
    fn skip(&mut self, length: u64) -> Result<u64, Stop> {
        let mut left = length;
        while left > 0 {
            let available = self.fill()?.len();
            if available == 0 {
                break;
            }
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(available);
            self.consume(count);
            left -= count as u64;
        }
        Ok(left)
    }
}

impl<I: Input + ?Sized> Input for &mut I {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        (**self).fill()
    }

    fn consume(&mut self, count: usize) {
        (**self).consume(count);
    }

    fn skip(&mut self, length: u64) -> Result<u64, Stop> {
        (**self).skip(length)
    }
}

impl Input for &[u8] {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        Ok(self)
    }

    fn consume(&mut self, count: usize) {
        *self = self.get(count..).unwrap_or_default();
    }
}
