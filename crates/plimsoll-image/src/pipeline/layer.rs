//! One layer: uncompressed, walked, and checked against its digests.

use crate::compress::Decompressed;
use crate::tar::{Input, Stop, walk};
use crate::{Algorithm, Digest, Error, Layer, LayerVisitor, Limits, Problem};

/// What came of the way through a layer's bytes.
pub(super) struct Walked {
    /// Whether the bytes were compressed.
    pub(super) compressed: bool,
    /// Digest of the uncompressed bytes, where it was asked for and is another.
    pub(super) uncompressed: Option<Digest>,
    /// Why the walk ended early.
    pub(super) stop: Option<Stop>,
}

/// Walks a layer. `hash` has the uncompressed bytes of a compressed layer hashed too.
pub(super) fn walk_layer(
    mut input: impl Input,
    visitor: &mut impl LayerVisitor,
    limits: &Limits,
    hash: Option<Algorithm>,
) -> Walked {
    let mut walked = Walked { compressed: false, uncompressed: None, stop: None };
    let outcome = Decompressed::new(&mut input, limits).and_then(|mut bytes| {
        walked.compressed = bytes.is_compressed();
        if let Some(algorithm) = hash.filter(|_| walked.compressed) {
            bytes.hash(algorithm);
        }
        walk(&mut bytes, visitor, limits)?;
        walked.uncompressed = bytes.digest()?;
        Ok(())
    });
    walked.stop = outcome.err();
    walked
}

/// Compares what was read with what was promised, and gives the digests that hold.
///
/// Where the digest of the stored bytes is known, it says everything; the uncompressed bytes are
/// hashed only where nothing else is known of them.
pub(super) fn verify(
    what: &str,
    layer: &Layer,
    stored: Digest,
    walked: &Walked,
) -> Result<Vec<Digest>, Error> {
    let mut verified = Vec::new();
    let mut check = |expected: Digest, actual: Digest| {
        if expected.algorithm() != actual.algorithm() {
            return Ok(());
        }
        if expected != actual {
            return Err(Error::DigestMismatch { what: what.to_owned(), expected, actual });
        }
        if !verified.contains(&actual) {
            verified.push(actual);
        }
        Ok(())
    };
    if let Some(digest) = layer.digest {
        check(digest, stored)?;
    }
    let uncompressed = if walked.compressed { walked.uncompressed } else { Some(stored) };
    if let (Some(diff_id), Some(uncompressed)) = (layer.diff_id, uncompressed) {
        check(diff_id, uncompressed)?;
    }
    Ok(verified)
}

/// What is to be told of a walk that ended early.
pub(super) fn problems(what: &str, stop: Option<Stop>) -> Result<Vec<Problem>, Error> {
    match stop {
        None => Ok(Vec::new()),
        Some(Stop::Damaged(kind, message)) => {
            let message = format!("{what}: {message}; what follows was not looked at");
            Ok(vec![Problem { path: None, kind, message }])
        }
        Some(Stop::Unsupported(form)) => {
            Err(Error::Unsupported { what: what.to_owned(), form: form.to_owned() })
        }
        Some(Stop::Read(source)) => Err(Error::Read { what: what.to_owned(), source }),
    }
}
