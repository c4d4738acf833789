//! Elixir and Erlang: Mix, Rebar and installed OTP applications.

use crate::Extractor;

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[];
