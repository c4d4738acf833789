//! What an image consists of, wherever it lies: documents and layers under paths.

use std::collections::HashMap;

use super::{oci, saved};
use crate::manifest::check_digest;
use crate::tar::tidy;
use crate::{Choice, Digest, Error, Image, Limits, SourceKind};

/// Holds files by path.
pub(crate) trait Container {
    /// What it is called, for messages.
    fn name(&self) -> &str;

    /// The whole file at `path`, of at most [`Limits::document`] bytes.
    fn document(&self, path: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Bytes of the layer at `path`.
    fn layer_size(&self, path: &str) -> Result<Option<u64>, Error>;
}

/// An image, and where in the container its layers are.
pub(crate) struct Resolved {
    pub(crate) image: Image,
    pub(crate) layers: Vec<String>,
}

/// Finds the image that is meant.
///
/// An archive of a current Docker has both forms. Its `manifest.json` comes first, because it has the
/// image's names; but only an index knows platforms.
pub(crate) fn resolve(
    container: &dyn Container,
    source: SourceKind,
    choice: &Choice,
    limits: &Limits,
) -> Result<Resolved, Error> {
    let by_platform = choice.platform.is_some();
    let index = if by_platform { container.document("index.json")? } else { None };
    if index.is_none()
        && source != SourceKind::OciLayout
        && let Some(manifest) = container.document("manifest.json")?
    {
        return saved::resolve(container, source, &manifest, choice, limits);
    }
    let index = match index {
        Some(index) => Some(index),
        None => container.document("index.json")?,
    };
    let Some(index) = index else {
        return Err(Error::NotAnImage {
            what: container.name().to_owned(),
            reason: "it has neither a manifest.json (docker save) nor an index.json (OCI layout)"
                .to_owned(),
        });
    };
    let source = if source == SourceKind::DockerArchive { SourceKind::OciArchive } else { source };
    oci::resolve(container, source, &index, choice, limits)
}

/// A document that must be there, checked against its digest where that is known.
pub(super) fn required(
    container: &dyn Container,
    what: &str,
    path: &str,
    digest: Option<Digest>,
) -> Result<Vec<u8>, Error> {
    let content = container
        .document(path)?
        .ok_or_else(|| Error::Missing { what: format!("{what} ({})", shorten(path)) })?;
    if let Some(digest) = digest {
        check_digest(what, &digest, &content)?;
    }
    Ok(content)
}

/// Where a layout keeps a blob.
pub(super) fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex())
}

/// The digest in a layout's path of a blob.
pub(crate) fn blob_digest(path: &str) -> Option<Digest> {
    let (algorithm, hex) = path.strip_prefix("blobs/")?.split_once('/')?;
    format!("{algorithm}:{hex}").parse().ok()
}

/// A text of the image in a message.
pub(super) fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Links between an archive's members.
#[derive(Debug, Default)]
pub(crate) struct Links(HashMap<String, String>);

impl Links {
    /// How many links in a row are followed.
    const LONGEST: usize = 8;

    /// Notes a symbolic link, whose target is relative to where it is.
    pub(crate) fn symbolic(&mut self, path: &str, target: &[u8], limits: &Limits) {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let mut full = parent.as_bytes().to_vec();
        full.push(b'/');
        full.extend_from_slice(target);
        self.hard(path, &full, limits);
    }

    /// Notes a hard link, whose target is relative to the archive.
    pub(crate) fn hard(&mut self, path: &str, target: &[u8], limits: &Limits) {
        if let Some(target) = tidy(target, limits) {
            self.0.insert(path.to_owned(), target);
        }
    }

    /// Takes the link back, because a file came at its place.
    pub(crate) fn remove(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where a path leads.
    pub(crate) fn follow<'a>(&'a self, path: &'a str) -> &'a str {
        let mut path = path;
        for _ in 0..Links::LONGEST {
            match self.0.get(path) {
                Some(target) => path = target,
                None => break,
            }
        }
        path
    }
}
