//! Finding out what a path is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::{archive, layout};
use crate::{
    BlobSource, Choice, Error, Image, ImageConfig, Layer, Limits, Opened, Platform, SourceKind,
};

/// How to open a path.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// The platform wanted, where there are several.
    pub platform: Option<Platform>,
    /// Limits on documents and counts.
    pub limits: Limits,
}

/// Opens an image in a file or directory: an archive of `docker save` or an OCI layout in a tar
/// (plain, gzip or zstd), or an OCI layout directory.
///
/// Where there are several images, `:TAG`, `:NAME:TAG` or `@DIGEST` after the path says which.
pub fn open_path(path: &Path, options: &OpenOptions) -> Result<Opened, Error> {
    let (file_path, reference) = split(path);
    let name = path.display().to_string();
    let choice = Choice { platform: options.platform.clone(), reference };
    let failed = |source| Error::Read { what: file_path.display().to_string(), source };
    let metadata = std::fs::metadata(&file_path).map_err(failed)?;
    if metadata.is_dir() {
        if !layout::is_layout(&file_path) {
            return Err(Error::PlainDirectory(file_path));
        }
        return layout::open(&file_path, name, &choice, &options.limits);
    }
    let file = File::open(&file_path).map_err(failed)?;
    let mut magic = [0; 6];
    let known = if metadata.is_file() { file.read_at(&mut magic, 0).map_err(failed)? } else { 0 };
    match magic.get(..known).unwrap_or_default() {
        [] if metadata.is_file() => {
            Err(Error::NotAnImage { what: name, reason: "the file is empty".to_owned() })
        }
        // Pipes and compressed files cannot be sought in.
        []
        | [0x1f, 0x8b, ..]
        | [0x28, 0xb5, 0x2f, 0xfd, ..]
        | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Opened::Stream {
            name,
            source: SourceKind::DockerArchive,
            archive: Box::new(file),
            described: None,
            choice,
        }),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => {
            Err(Error::Unsupported { what: name, form: "xz compression".to_owned() })
        }
        [b'B', b'Z', b'h', ..] => {
            Err(Error::Unsupported { what: name, form: "bzip2 compression".to_owned() })
        }
        _ => archive::open(file, name, &choice, &options.limits),
    }
}

/// Opens a root file system on disk as an image of one layer.
pub fn open_directory(path: &Path) -> Result<Opened, Error> {
    let failed = |source| Error::Read { what: path.display().to_string(), source };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::NotADirectory)));
    }
    open_tree(path)
}

/// Opens a directory, or a single file, as an image of one layer.
pub fn open_tree(path: &Path) -> Result<Opened, Error> {
    let failed = |source| Error::Read { what: path.display().to_string(), source };
    let kind = std::fs::metadata(path).map_err(failed)?.file_type();
    if !kind.is_dir() && !kind.is_file() {
        let source = io::Error::other("neither a directory nor a regular file");
        return Err(failed(source));
    }
    let image = Image {
        name: path.display().to_string(),
        source: SourceKind::Directory,
        id: None,
        manifest_digest: None,
        repo_tags: Vec::new(),
        repo_digests: Vec::new(),
        config: ImageConfig::default(),
        raw_config: Vec::new(),
        layers: vec![Layer { digest: None, diff_id: None, size: 0, created_by: None }],
    };
    Ok(Opened::Random { image, blobs: Box::new(Root(path.to_owned())) })
}

/// A root file system, which is walked in place.
struct Root(PathBuf);

impl BlobSource for Root {
    fn open(&self, _: usize) -> Result<Box<dyn io::Read + Send>, Error> {
        Ok(Box::new(io::empty()))
    }

    fn root(&self) -> Option<&Path> {
        Some(&self.0)
    }
}

/// Takes a reference off the end of a path, unless the path exists as it is.
fn split(path: &Path) -> (PathBuf, Option<String>) {
    let whole = || (path.to_owned(), None);
    if path.symlink_metadata().is_ok() {
        return whole();
    }
    let Some(text) = path.to_str() else { return whole() };
    // The longest path that exists wins; a reference may have colons of its own.
    text.rmatch_indices(['@', ':'])
        .map(|(at, _)| text.split_at(at))
        .find(|(file, _)| !file.is_empty() && Path::new(file).exists())
        .map_or_else(whole, |(file, reference)| (file.into(), Some(reference[1..].to_owned())))
}
