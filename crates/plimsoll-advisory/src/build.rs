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
use crate::database::{Bytes, Database, DatabaseError, TooLarge, WriteOptions, compile, save};
use crate::feed::{Feed, FileContext};
use crate::import;
use crate::model::Source;
use crate::sink::{FeedProblem, Sink};

/// How a database is built.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// When, as RFC 3339. Two builds of the same data are identical without it.
    pub created: Option<String>,
    /// What builds it, such as `plimsoll 0.1.0`.
    pub builder: Option<String>,
    /// Leave out what sources said after this day (`YYYY-MM-DD`), by the dates of their records.
    pub until: Option<String>,
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
    /// EPSS and KEV, which change every day while the rest hardly does; nothing if the inputs had
    /// neither.
    pub scores: Option<Vec<u8>>,
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
    /// The file is no database that can be imported.
    #[error("{} is neither a trivy.db nor a vulnerability.db of Grype", path.display())]
    UnknownDatabase {
        /// The file.
        path: PathBuf,
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
    /// Opens the database from memory, with its scores.
    pub fn into_database(self) -> Result<Database, DatabaseError> {
        let mut database = Database::from_bytes(self.bytes)?;
        if let Some(scores) = self.scores {
            database.set_scores(Database::from_bytes(scores)?);
        }
        Ok(database)
    }

    /// Writes the database, and the scores [beside it](scores_path), each whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), BuildError> {
        let scores = scores_path(path);
        let files = self.scores.iter().map(|bytes| (scores.as_path(), bytes));
        for (path, bytes) in files.chain([(path, &self.bytes)]) {
            save(path, bytes)
                .map_err(|source| BuildError::Output { path: path.to_owned(), source })?;
        }
        Ok(())
    }
}

/// Where the scores of a database are: `plimsoll.scores.db` for `plimsoll.db`.
pub fn scores_path(database: &Path) -> PathBuf {
    let mut name = database.file_stem().unwrap_or_default().to_owned();
    name.push(".scores.db");
    database.with_file_name(name)
}

/// A file on its way to a parser.
struct Job {
    feed: &'static Feed,
    path: String,
    bytes: Vec<u8>,
}

/// What was found in the inputs.
#[derive(Debug)]
pub struct ReadOutcome<S> {
    /// One sink for each thread, with what it was told.
    pub sinks: Vec<S>,
    /// Number of files that belong to a feed.
    pub files: u64,
    /// Number of files that no feed knows.
    pub unrecognised: u64,
    /// Number of documents in archives that were passed over because there is a newer one beside
    /// the archive, and of marks of documents that were taken back.
    pub superseded: u64,
    /// What could not be read at all.
    pub problems: Vec<FeedProblem>,
}

/// Reads the given files, directories and archives on all threads, each into a sink of its own.
pub fn read<S: Sink + Send>(
    paths: &[PathBuf],
    options: &BuildOptions,
    make_sink: impl Fn() -> S + Sync,
) -> Result<ReadOutcome<S>, BuildError> {
    let threads = match options.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    let (sender, receiver) = sync_channel::<Job>(4 * threads);
    let receiver = Arc::new(Mutex::new(receiver));
    let mut walked = walk::Walked::default();
    let make_sink = &make_sink;
    let sinks = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let receiver = Arc::clone(&receiver);
                scope.spawn(move || parse_all(&receiver, make_sink()))
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
        let sinks = workers.into_iter().map(|worker| match worker.join() {
            Ok(sink) => sink,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        let sinks: Vec<S> = sinks.collect();
        result.map(|()| sinks)
    })?;
    let walk::Walked { files, unrecognised, superseded, problems } = walked;
    if files == 0 {
        return Err(BuildError::NothingFound { files: unrecognised });
    }
    Ok(ReadOutcome { sinks, files, unrecognised, superseded, problems })
}

/// Reads another scanner's database, and compiles what it says.
pub fn import(path: &Path, options: &BuildOptions) -> Result<BuildOutcome, BuildError> {
    let input = |source| BuildError::Input { path: path.to_owned(), source };
    let bytes = Bytes::map(path).map_err(input)?;
    let kind = import::detect(&bytes)
        .ok_or_else(|| BuildError::UnknownDatabase { path: path.to_owned() })?;
    let mut collector = Collector::new();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    import::import(kind, &bytes, &mut collector, &name);
    finish(collector, options, &FileCounts { files: 1, ..FileCounts::default() })
}

/// Reads the given files, directories and archives, and compiles what they say.
pub fn build(paths: &[PathBuf], options: &BuildOptions) -> Result<BuildOutcome, BuildError> {
    let read = read(paths, options, Collector::new)?;
    let mut collector = Collector::new();
    read.sinks.into_iter().for_each(|other| collector.merge(other));
    read.problems.into_iter().for_each(|problem| collector.problem(problem));
    let count = FileCounts {
        files: read.files,
        unrecognised: read.unrecognised,
        superseded: read.superseded,
    };
    finish(collector, options, &count)
}

/// Numbers of files of the inputs, as [`BuildOutcome`] tells them.
#[derive(Debug, Default)]
struct FileCounts {
    files: u64,
    unrecognised: u64,
    superseded: u64,
}

fn finish(
    mut collector: Collector,
    options: &BuildOptions,
    count: &FileCounts,
) -> Result<BuildOutcome, BuildError> {
    let problems = collector.problems().to_vec();
    if let Some(day) = &options.until {
        collector.forget_after(day);
    }
    let compiled = compile_both(collector, options)?;
    Ok(BuildOutcome {
        bytes: compiled.bytes,
        scores: compiled.scores,
        sources: compiled.sources,
        problems,
        files: count.files,
        unrecognised: count.unrecognised,
        superseded: count.superseded,
    })
}

/// The two files of a build.
#[derive(Debug)]
pub struct Compiled {
    /// The database.
    pub bytes: Vec<u8>,
    /// Its scores.
    pub scores: Option<Vec<u8>>,
    /// What each source brought, by its id.
    pub sources: Vec<(Source, Counts)>,
}

/// Compiles what was collected into a database and its scores.
pub fn compile_both(
    mut collector: Collector,
    options: &BuildOptions,
) -> Result<Compiled, BuildError> {
    let write_options = |scores| WriteOptions {
        created: options.created.clone(),
        builder: options.builder.clone(),
        scores,
        starter: false,
    };
    let too_large = |TooLarge { section }| BuildError::TooLarge { section };
    let scores = collector.split_scores();
    let scores = scores.map(|scores| compile(scores, &write_options(true)));
    let scores = scores.transpose().map_err(too_large)?;
    let main = compile(collector, &write_options(false)).map_err(too_large)?;
    let mut sources = main.sources;
    let (scores, others) = scores.map(|one| (one.bytes, one.sources)).unzip();
    for (source, counts) in others.into_iter().flatten() {
        // A source that speaks in both files is shown once, by its place in the database.
        if !sources.iter().any(|(known, _)| known.id == source.id) {
            sources.push((source, counts));
        }
    }
    sources.sort_by(|(left, _), (right, _)| left.id.cmp(&right.id));
    Ok(Compiled { bytes: main.bytes, scores, sources })
}

fn parse_all<S: Sink>(jobs: &Mutex<Receiver<Job>>, mut sink: S) -> S {
    loop {
        // The lock is held while waiting: one waits for the channel, the others for the lock.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { feed, path, bytes }) = job else { return sink };
        (feed.parse)(&FileContext { path: &path }, &bytes, &mut sink);
    }
}

#[cfg(test)]
mod tests;
