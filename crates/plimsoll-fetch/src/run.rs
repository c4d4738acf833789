//! All feeds of a fetch, side by side.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Url;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::job::{Job, Shared};
use crate::lock::Lock;
use crate::state::{NOTES, State};
use crate::{
    Event, Failure, Feed, FeedReport, FetchError, FetchOptions, Outcome, Selection, feeds, retrieve,
};

/// Feeds at work at a time. Most wait for their host most of the time.
const FEEDS_AT_ONCE: usize = 12;

/// Partial files that are older are of addresses that nobody asks for any more.
const FORGOTTEN: Duration = Duration::from_secs(14 * 86_400);

/// Threads that move bytes.
const THREADS: usize = 2;

/// Brings the feeds in a directory up to date; the directory is made where there is none.
///
/// A feed that fails is told in its report and fails nothing else. Blocks; must not be called from
/// an asynchronous task.
pub fn fetch(
    directory: &Path,
    options: &FetchOptions,
    observer: Arc<dyn Fn(&Event<'_>) + Send + Sync>,
) -> Result<Vec<FeedReport>, FetchError> {
    let chosen = choose(options)?;
    let client = Client::new(options)?;
    let notes = directory.join(NOTES);
    let (parts, lists) = (notes.join("parts"), notes.join("lists"));
    for made in [&parts, &lists] {
        fs::create_dir_all(made)
            .map_err(|source| FetchError::Directory { path: made.clone(), source })?;
    }
    let _lock = Lock::take(directory, &notes)?;
    let state = State::read(directory)?;
    sweep(&parts);
    let shared = Arc::new(Shared {
        client,
        directory: directory.to_owned(),
        parts,
        lists,
        nvd_key: options.nvd_key.clone(),
        now: options.now,
        most_changes: options.most_changes,
        state: Mutex::new(state),
        observer,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("plimsoll-fetch")
        .enable_all()
        .build()
        .map_err(|error| FetchError::Settings(format!("cannot start network threads: {error}")))?;
    Ok(runtime.block_on(all(&shared, chosen, options.feed_timeout)))
}

/// Removes partial files that nobody went on with. What cannot be removed does no harm.
fn sweep(parts: &Path) {
    for entry in fs::read_dir(parts).into_iter().flatten().flatten() {
        let Ok(file) = entry.metadata() else { continue };
        let age = file.modified().ok().and_then(|time| time.elapsed().ok());
        if file.is_file() && age.is_some_and(|age| age > FORGOTTEN) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The feeds that are wanted, and where each is.
fn choose(options: &FetchOptions) -> Result<Vec<(&'static Feed, Url)>, FetchError> {
    let named = match &options.selection {
        Selection::Named(names) => names.as_slice(),
        _ => &[],
    };
    for name in named.iter().chain(options.mirrors.keys()) {
        if !feeds().iter().any(|feed| feed.id == *name) {
            return Err(FetchError::Settings(format!("there is no feed {name:?}")));
        }
    }
    let wanted = |feed: &&Feed| match &options.selection {
        Selection::On => feed.on,
        Selection::Publishable => feed.on && feed.publish,
        Selection::Named(names) => names.contains(&feed.id),
    };
    let located = |feed: &'static Feed| Ok((feed, base(feed, options)?));
    feeds().iter().filter(wanted).map(located).collect()
}

fn base(feed: &Feed, options: &FetchOptions) -> Result<Url, FetchError> {
    let fail = |reason: &str| {
        FetchError::Settings(format!("the mirror's address of {} {reason}", feed.id))
    };
    let text = options.mirrors.get(&feed.id).unwrap_or(&feed.base);
    let mut url = Url::parse(text).map_err(|_| fail("cannot be understood"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fail("must not contain a user or password"));
    }
    let open =
        url.scheme() == "http" && (options.insecure || plimsoll_image::http::is_loopback(&url));
    if !url.has_host() || (url.scheme() != "https" && !open) {
        return Err(fail("must begin with https:// (http:// only for loopback or if insecure)"));
    }
    let directory = feed.base.ends_with('/');
    if directory && !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

async fn all(
    shared: &Arc<Shared>,
    chosen: Vec<(&'static Feed, Url)>,
    limit: Duration,
) -> Vec<FeedReport> {
    let order: Vec<&str> = chosen.iter().map(|(feed, _)| feed.id.as_str()).collect();
    let places = Arc::new(Semaphore::new(FEEDS_AT_ONCE));
    let mut tasks = JoinSet::new();
    let mut running = BTreeMap::new();
    for (feed, base) in chosen {
        let (shared, places) = (Arc::clone(shared), Arc::clone(&places));
        let task = tasks.spawn(async move {
            let _place = places.acquire_owned().await;
            one(shared, feed, base, limit).await
        });
        running.insert(task.id(), feed);
    }
    let mut reports = Vec::new();
    while let Some(done) = tasks.join_next_with_id().await {
        let report = match done {
            Ok((_, report)) => report,
            Err(error) => {
                // A bug of ours in one feed is no reason to lose the others.
                let feed = running.get(&error.id()).map_or("", |feed| feed.id.as_str());
                let reason = format!("stopped unexpectedly: {error}");
                FeedReport {
                    feed: feed.to_owned(),
                    outcome: Outcome::Failed { reason },
                    files: 0,
                    bytes: 0,
                    problems: Vec::new(),
                }
            }
        };
        (shared.observer)(&Event::Finished(&report));
        reports.push(report);
    }
    reports.sort_by_key(|report| order.iter().position(|feed| *feed == report.feed));
    reports
}

async fn one(shared: Arc<Shared>, feed: &'static Feed, base: Url, limit: Duration) -> FeedReport {
    (shared.observer)(&Event::Started { feed: &feed.id });
    let mut job = Job::new(Arc::clone(&shared), feed, base);
    let now = shared.now().to_string();
    job.state.attempted = Some(now.clone());
    let had_files = !job.state.files.is_empty() || job.state.succeeded.is_some();
    let retrieved = tokio::time::timeout(limit, retrieve::retrieve(&mut job)).await;
    let retrieved = retrieved.unwrap_or(Err(Failure::Time { limit }));
    let mut problems = job.take_problems();
    let reason = match retrieved {
        Ok(()) if job.nothing_went_well() && !problems.is_empty() => Some(problems.remove(0)),
        Ok(()) => None,
        Err(failure) => Some(failure.to_string()),
    };
    let mut outcome = match reason {
        None if job.changed > 0 => Outcome::Updated,
        None => Outcome::Unchanged,
        Some(reason) if had_files => Outcome::Kept { reason },
        Some(reason) => Outcome::Failed { reason },
    };
    job.state.failure = match &outcome {
        Outcome::Kept { reason } | Outcome::Failed { reason } => Some(reason.clone()),
        _ => problems.first().cloned(),
    };
    if job.state.failure.is_none() {
        job.state.succeeded = Some(now);
    }
    if let Err(failure) = job.remember() {
        // The files are right, but the next fetch will not know it.
        outcome = Outcome::Kept { reason: failure.to_string() };
    }
    FeedReport { feed: feed.id.clone(), outcome, files: job.changed, bytes: job.bytes, problems }
}
