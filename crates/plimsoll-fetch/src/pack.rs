//! Many pages as one file: a packed tar archive, so that they change all together or not at all.

use std::fs::{self, File};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::delivery::hex;
use crate::job::Job;
use crate::state::FileState;

/// An archive that grows in the notes.
pub(crate) struct Pack {
    path: PathBuf,
    archive: tar::Builder<GzEncoder<File>>,
}

impl Pack {
    /// Begins an archive for a file of the feed.
    pub(crate) fn new(job: &Job, name: &str) -> Result<Pack, Failure> {
        let safe = format!("{}-{}.pack", job.feed.id, name.replace('/', "-"));
        let path = job.shared.parts.join(safe);
        let file = File::create(&path).map_err(Failure::local(&path))?;
        let archive = tar::Builder::new(GzEncoder::new(file, Compression::default()));
        Ok(Pack { path, archive })
    }

    /// Adds a member. Nothing of now goes in with it: the same pages give the same bytes.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        self.archive.append_data(&mut header, name, content).map_err(Failure::local(&self.path))
    }

    /// Puts the archive where it belongs and remembers it.
    pub(crate) fn finish(self, job: &mut Job, name: &str, url: String) -> Result<(), Failure> {
        let path = self.path;
        let written = self.archive.into_inner().and_then(GzEncoder::finish);
        let file = written.map_err(Failure::local(&path))?;
        file.sync_all().map_err(Failure::local(&path))?;
        let mut file = File::open(&path).map_err(Failure::local(&path))?;
        let mut hasher = Sha256::new();
        let size =
            std::io::copy(&mut file, &mut Hashing(&mut hasher)).map_err(Failure::local(&path))?;
        let sha256 = hex(&hasher.finalize());
        let target = job.target(name)?;
        let known = job.state.files.get(name);
        let new = known.is_none_or(|known| known.sha256 != sha256) || !target.exists();
        let fetched = match known {
            Some(known) if !new => known.fetched.clone(),
            _ => job.shared.now().to_string(),
        };
        if let Some(directory) = target.parent() {
            fs::create_dir_all(directory).map_err(Failure::local(directory))?;
        }
        fs::rename(&path, &target).map_err(Failure::local(&target))?;
        job.note(name, FileState { url, sha256, size, fetched, ..FileState::default() }, new)
    }
}

struct Hashing<'h>(&'h mut Sha256);

impl std::io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
