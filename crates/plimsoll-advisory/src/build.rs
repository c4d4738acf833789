//! From files on disk to a database: finds the feeds in directories and archives, reads them on
//! all processors, and compiles what they said.
//!
//! One thread walks and unpacks, the others parse, each into a [`Collector`] of its own. Which
//! thread got which file leaves no trace in the result.

mod shrink;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

pub use shrink::{ALLOWED_PERCENT, Shrunk, Unit, shrunk};

use crate::collector::{Collector, Counts};
use crate::database::{TooLarge, WriteOptions, compile, save};
use crate::feed::{Feed, FileContext};
use crate::model::Source;
use crate::sink::{FeedProblem, Sink};

/// How a database is built.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// When, as RFC 3339. Two builds of the same data are identical without it.
    pub created: Option<String>,
    /// What builds it, such as `plimsoll 0.1.0`.
    pub builder: Option<String>,
    /// Number of parsing threads; zero means one per processor.
    pub threads: usize,
    /// What is refused as too large.
    pub limits: BuildLimits,
}

/// Bounds on what a build takes in. Real feeds stay far below them.
#[derive(Debug, Clone)]
pub struct BuildLimits {
    /// Largest file, unpacked. The largest live feed has some 100 MB.
    pub file_size: u64,
    /// Most bytes of one archive, unpacked.
    pub archive_size: u64,
    /// Most files of one archive or directory.
    pub files: u64,
}

impl Default for BuildLimits {
    fn default() -> BuildLimits {
        BuildLimits { file_size: 1 << 29, archive_size: 1 << 34, files: 10_000_000 }
    }
}

/// A built database, and the account of it.
#[derive(Debug)]
pub struct BuildOutcome {
    /// The file; [`BuildOutcome::save`] puts it where it belongs.
    pub bytes: Vec<u8>,
    /// What each source brought, by its id.
    pub sources: Vec<(Source, Counts)>,
    /// What could not be read, sorted.
    pub problems: Vec<FeedProblem>,
    /// Number of files that belong to a feed.
    pub files: u64,
    /// Number of files that no feed knows (licences, remarks, formats without a parser).
    pub unrecognised: u64,
    /// Number of documents in archives that were passed over because there is a newer one beside
    /// the archive, and of marks of documents that were taken back.
    pub superseded: u64,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// An input cannot be read at all.
    #[error("cannot read {}", path.display())]
    Input {
        /// The file or directory that was asked for.
        path: PathBuf,
        /// What the system or the decompressor says.
        source: io::Error,
    },
    /// Nothing among the inputs is an advisory feed.
    #[error("no known advisory feed among the {files} files of the inputs")]
    NothingFound {
        /// Number of files that were looked at.
        files: u64,
    },
    /// The records do not fit the format.
    #[error("the database would be too large ({section} section)")]
    TooLarge {
        /// The section that passes its limit.
        section: &'static str,
    },
    /// The result cannot be written.
    #[error("cannot write {}", path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl BuildOutcome {
    /// Writes the file whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), BuildError> {
        save(path, &self.bytes)
            .map_err(|source| BuildError::Output { path: path.to_owned(), source })
    }
}

/// A file on its way to a parser.
struct Job {
    feed: &'static Feed,
    path: String,
    bytes: Vec<u8>,
}

/// Reads the given files, directories and archives, and compiles what they say.
pub fn build(paths: &[PathBuf], options: &BuildOptions) -> Result<BuildOutcome, BuildError> {
    let threads = match options.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let (sender, receiver) = sync_channel::<Job>(4 * threads);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut walked = walk::Walked::default();
    let mut collector = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let receiver = Arc::clone(&receiver);
                scope.spawn(move || parse_all(&receiver))
            })
            .collect();
        // With the workers' own handles the channel closes should all of them end early.
        drop(receiver);
        let result = paths.iter().try_for_each(|path| {
            walk::walk(path, &options.limits, &mut walked, &mut |feed, path, bytes| {
                // A closed channel means that a worker panicked, which joining will show.
                let _ = sender.send(Job { feed, path, bytes });
            })
            .map_err(|source| BuildError::Input { path: path.clone(), source })
        });
        drop(sender);
        let mut all = Collector::new();
        for worker in workers {
            match worker.join() {
                Ok(collector) => all.merge(collector),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        result.map(|()| all)
    })?;
    if walked.files == 0 {
        return Err(BuildError::NothingFound { files: walked.unrecognised });
    }

    walked.problems.drain(..).for_each(|problem| collector.problem(problem));
    let problems = collector.problems().to_vec();
    let write_options = WriteOptions {
        created: options.created.clone(),
        builder: options.builder.clone(),
        starter: false,
    };
    let written = compile(collector, &write_options)
        .map_err(|TooLarge { section }| BuildError::TooLarge { section })?;
    Ok(BuildOutcome {
        bytes: written.bytes,
        sources: written.sources,
        problems,
        files: walked.files,
        unrecognised: walked.unrecognised,
        superseded: walked.superseded,
    })
}

fn parse_all(jobs: &Mutex<Receiver<Job>>) -> Collector {
    let mut collector = Collector::new();
    loop {
        // The lock is held while waiting: one waits for the channel, the others for the lock.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { feed, path, bytes }) = job else { return collector };
        (feed.parse)(&FileContext { path: &path }, &bytes, &mut collector);
    }
}

#[cfg(test)]
mod tests;
