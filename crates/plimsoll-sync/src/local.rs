//! The files on this disk: one writer at a time, each file there whole or not at all.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plimsoll_advisory::{Database, DatabaseError};
use plimsoll_attest::TrustedKeys;
use plimsoll_image::Digest;

use crate::listing::MAX_DATABASE;
use crate::state::Remembered;
use crate::verify::{Kind, check_kind, check_signature, read};
use crate::{Refusal, SignatureStatus, UpdateError};

/// Time between two looks at a lock that somebody else has.
const LOCK_POLL: Duration = Duration::from_millis(50);
/// What the names of unfinished files end in.
const UNFINISHED: &str = ".part";

/// The right to write. Other processes of ours wait until it is dropped; the system drops it when
/// the process ends, however it ends.
pub(crate) struct Writer {
    _lock: File,
}

impl Writer {
    /// Waits for the right to write beside a database.
    pub(crate) fn lock(database: &Path, wait: Duration) -> Result<Writer, UpdateError> {
        let directory = parent(database).to_owned();
        let local = |action, path: &Path| {
            let path = path.to_owned();
            move |source| UpdateError::Local(Refusal::File { action, path, source })
        };
        std::fs::create_dir_all(&directory).map_err(local("make", &directory))?;
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let mut options = File::options();
        let lock = options.create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(local("open", &path))?;
        let deadline = Instant::now() + wait;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Writer { _lock: lock }),
                Err(TryLockError::Error(source)) => return Err(local("lock", &path)(source)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(UpdateError::Locked { directory, seconds: wait.as_secs() });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_POLL),
            }
        }
    }

    /// Removes what processes left that were killed while they wrote `target`.
    pub(crate) fn clean(&self, target: &Path) {
        let Some(name) = target.file_name().and_then(|name| name.to_str()) else { return };
        let prefix = format!(".{name}.");
        let entries = std::fs::read_dir(parent(target)).into_iter().flatten().flatten();
        for entry in entries {
            let found = entry.file_name();
            let ours = found
                .to_str()
                .is_some_and(|found| found.starts_with(&prefix) && found.ends_with(UNFINISHED));
            if ours {
                // One that cannot be removed only takes room.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Begins a file that takes the place of `target` when it is complete.
    pub(crate) fn begin(&self, target: &Path) -> Result<Unfinished, Refusal> {
        let fail = |source| Refusal::File { action: "write", path: target.to_owned(), source };
        let name = target.file_name().ok_or_else(|| fail(io::ErrorKind::InvalidInput.into()))?;
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}{UNFINISHED}", std::process::id()));
        let beside = target.with_file_name(beside);
        let file = File::create(&beside).map_err(fail)?;
        Ok(Unfinished { file, beside, target: target.to_owned(), complete: false })
    }

    /// Writes a file beside `target`, lets it be checked as it lies there, and gives it the name.
    pub(crate) fn install(
        &self,
        target: &Path,
        content: &[u8],
        check: impl FnOnce(&Path) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut unfinished = self.begin(target)?;
        unfinished.write(content)?;
        unfinished.sync()?;
        check(&unfinished.beside)?;
        unfinished.complete()
    }
}

/// A file under a name of its own; dropped before it is complete it goes away.
pub(crate) struct Unfinished {
    file: File,
    beside: PathBuf,
    target: PathBuf,
    complete: bool,
}

impl Unfinished {
    fn fail(&self, action: &'static str) -> impl Fn(io::Error) -> Refusal + use<> {
        let path = self.target.clone();
        move |source| Refusal::File { action, path: path.clone(), source }
    }

    pub(crate) fn write(&mut self, content: &[u8]) -> Result<(), Refusal> {
        self.file.write_all(content).map_err(self.fail("write"))
    }

    fn sync(&mut self) -> Result<(), Refusal> {
        self.file.sync_all().map_err(self.fail("write"))
    }

    /// Gives it the name, on which nothing of it is missing any more.
    pub(crate) fn complete(mut self) -> Result<(), Refusal> {
        self.sync()?;
        std::fs::rename(&self.beside, &self.target).map_err(self.fail("replace"))?;
        self.complete = true;
        // The name is safe from a power failure only once the directory is. Some file systems do
        // not offer this; they order it by themselves.
        let _ = File::open(parent(&self.target)).and_then(|directory| directory.sync_all());
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.complete {
            // Whatever failed before is the error to report.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A whole database or overlay on this disk.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) content: String,
    pub(crate) sha256: Digest,
    pub(crate) created: Option<String>,
    /// What is known of its signature from what was remembered, by the policy of the keys.
    pub(crate) signature: Result<SignatureStatus, Refusal>,
    /// The signature that was remembered.
    pub(crate) signature_text: Option<String>,
}

impl Held {
    /// Reads and checks all of a file.
    pub(crate) fn look(
        path: &Path,
        kind: Kind,
        remembered: Option<&Remembered>,
        keys: &TrustedKeys,
    ) -> Result<Held, Refusal> {
        let what = path.display().to_string();
        let content = read(path, MAX_DATABASE)?;
        let sha256 = Digest::sha256(&content);
        let text = remembered.filter(|one| one.sha256 == sha256);
        let signature_text = text.and_then(|one| one.signature.clone());
        let signature = check_signature(&what, &content, signature_text.as_deref(), keys);
        let database =
            crate::verify::whole(content).map_err(|reason| Refusal::Database { what, reason })?;
        check_kind(&database, kind)?;
        let info = database.info();
        Ok(Held { content: info.digest, sha256, created: info.created, signature, signature_text })
    }
}

/// Opens what was just written, the way a scan will.
pub(crate) fn opens(path: &Path) -> Result<Database, DatabaseError> {
    let database = Database::open(path)?;
    database.verify()?;
    Ok(database)
}
