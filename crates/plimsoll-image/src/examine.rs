//! The contract between the pipeline, which moves bytes, and whoever gathers facts from them.

use crate::{Digest, Image, LayerVisitor, Problem};

/// Gathers facts about layers. Called from several threads at once, one layer each.
pub trait Examiner: Sync {
    /// Looks at one layer's entries.
    type Visitor: LayerVisitor;
    /// What is known of a layer afterwards. Cloned where an image has the same layer twice and its
    /// bytes come only once.
    type Facts: Send + Clone;

    /// Facts that are already known of the layer with this content digest (of the blob as stored,
    /// or of the uncompressed tar), so that its bytes need not be read.
    fn recall(&self, content: &Digest) -> Option<Self::Facts>;

    /// A fresh visitor for a layer that is about to be read.
    fn start(&self) -> Self::Visitor;

    /// Turns what a visitor gathered into facts.
    ///
    /// `content` names the bytes that were read and verified: the digest of the blob as stored and,
    /// where it was computed too, of the uncompressed tar. It is empty for a directory, and for a
    /// layer that ended in a problem, whose facts must not be kept for other images.
    fn finish(&self, visitor: Self::Visitor, content: &[Digest]) -> Self::Facts;
}

/// The outcome for one layer.
#[derive(Debug)]
pub struct Examined<F> {
    /// What the examiner made of it.
    pub facts: F,
    /// What went wrong with the layer's bytes themselves.
    pub problems: Vec<Problem>,
    /// Whether the facts came from memory instead of the bytes.
    pub recalled: bool,
}

/// The image, and the outcomes for its layers, bottom first.
pub type Examination<F> = (Image, Vec<Examined<F>>);
