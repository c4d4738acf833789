//! Other scanners' databases, fetched as the files that they are.
//!
//! Trivy's come as OCI artifacts (<https://github.com/aquasecurity/trivy-db>,
//! <https://github.com/aquasecurity/trivy-java-db>), Grype's as an archive that a small document
//! names (<https://github.com/anchore/grype-db>). Neither is signed; the digest of the artifact or
//! document is verified.

mod archive;
mod grype;
mod trivy;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use grype::{GRYPE_LATEST, GrypeLatest, pull_grype};
pub use trivy::{TrivyDatabase, pull_trivy};

use crate::local::Writer;
use crate::verify::read;
use crate::{Refusal, UpdateError};

/// The file that says what the others were made of.
const SOURCE: &str = "source.json";
/// Bytes of it.
const MAX_SOURCE: u64 = 64 << 10;
/// How long to wait for another process that fetches the same.
const LOCK_WAIT: Duration = Duration::from_secs(1_800);

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignFiles {
    /// SHA-256 of the archive that they came in.
    pub digest: String,
    /// The files, the database first.
    pub files: Vec<PathBuf>,
    /// Whether they had been there already, so that nothing was transferred.
    pub unchanged: bool,
}

/// What [`SOURCE`] holds.
#[derive(Serialize, Deserialize)]
struct Remembered {
    digest: String,
}

/// A directory with files out of one archive.
struct Target<'d> {
    directory: &'d Path,
    names: &'static [&'static str],
    writer: Writer,
}

impl<'d> Target<'d> {
    fn open(
        directory: &'d Path,
        names: &'static [&'static str],
    ) -> Result<Target<'d>, UpdateError> {
        let main = directory.join(names.first().copied().unwrap_or(SOURCE));
        let writer = Writer::lock(&main, LOCK_WAIT)?;
        for name in names.iter().chain(&[SOURCE]) {
            writer.clean(&directory.join(name));
        }
        Ok(Target { directory, names, writer })
    }

    fn files(&self) -> Vec<PathBuf> {
        self.names.iter().map(|name| self.directory.join(name)).collect()
    }

    /// Whether the files are there and came out of this archive.
    fn has(&self, digest: &str) -> bool {
        let remembered: Option<Remembered> = read(&self.directory.join(SOURCE), MAX_SOURCE)
            .ok()
            .and_then(|content| serde_json::from_slice(&content).ok());
        let same = remembered.is_some_and(|one| one.digest == digest);
        same && self.files().iter().all(|file| file.is_file())
    }

    fn remember(&self, digest: &str) -> Result<(), Refusal> {
        let remembered = Remembered { digest: digest.to_owned() };
        let content = serde_json::to_vec(&remembered).expect("a text is always JSON");
        self.writer.install(&self.directory.join(SOURCE), &content, |_| Ok(()))
    }

    fn done(&self, digest: String, unchanged: bool) -> ForeignFiles {
        ForeignFiles { digest, files: self.files(), unchanged }
    }
}
