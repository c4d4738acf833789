//! An OCI image layout in a directory.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::container::{Container, Resolved, resolve};
use crate::files::read_limited;
use crate::{BlobSource, Choice, Error, Limits, Opened, SourceKind};

/// A layout, and after its image was found where that image's layers are.
struct Layout {
    name: String,
    root: PathBuf,
    limit: u64,
    layers: Vec<PathBuf>,
}

/// Whether a directory is a layout.
pub(super) fn is_layout(path: &Path) -> bool {
    path.join("index.json").is_file()
}

pub(super) fn open(
    path: &Path,
    name: String,
    choice: &Choice,
    limits: &Limits,
) -> Result<Opened, Error> {
    let mut layout =
        Layout { name, root: path.to_owned(), limit: limits.document, layers: Vec::new() };
    let Resolved { image, layers } = resolve(&layout, SourceKind::OciLayout, choice, limits)?;
    layout.layers = layers.iter().map(|layer| path.join(layer)).collect();
    Ok(Opened::Random { image, blobs: Box::new(layout) })
}

impl Layout {
    /// The file's length, if it is there. Only regular files are opened: a pipe would wait forever.
    fn size(&self, path: &Path) -> Result<Option<u64>, Error> {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { what: path.display().to_string(), source }),
        }
    }
}

impl Container for Layout {
    fn name(&self) -> &str {
        &self.name
    }

    fn document(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.root.join(path);
        let what = || path.display().to_string();
        match self.size(&path)? {
            None => Ok(None),
            Some(actual) if actual > self.limit => {
                Err(Error::TooLarge { what: what(), actual, limit: self.limit })
            }
            Some(_) => read_limited(&path, self.limit)
                .map(Some)
                .map_err(|source| Error::Read { what: what(), source }),
        }
    }

    fn layer_size(&self, path: &str) -> Result<Option<u64>, Error> {
        self.size(&self.root.join(path))
    }
}

impl BlobSource for Layout {
    fn open(&self, index: usize) -> Result<Box<dyn Read + Send>, Error> {
        let missing = || Error::Missing { what: format!("layer {}", index + 1) };
        let path = self.layers.get(index).ok_or_else(missing)?;
        if self.size(path)?.is_none() {
            return Err(Error::Missing {
                what: format!("layer {} ({})", index + 1, path.display()),
            });
        }
        match File::open(path) {
            Ok(file) => Ok(Box::new(file)),
            Err(source) => Err(Error::Read { what: path.display().to_string(), source }),
        }
    }
}
