//! Single documents that are newer than the archive that they belong to.
//!
//! Beside the archive, the directory `changed` has them under their names in the archive; an empty
//! file stands for a document that was taken back. A build prefers them. Each is put in place by
//! itself, so that a fetch that is killed leaves every document in one of its states.
//!
//! Which documents are new is found by comparing upstream's list of all of them with the list of
//! the time before, which is kept in the notes. Comparing times with the newest one seen would be
//! less to keep, but misses documents that appear late under an earlier time.

use std::collections::BTreeMap;
use std::fs;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::task::Poll;

use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::HeaderMap;

use crate::Failure;
use crate::job::{Document, Job, join, remove};
use crate::name::is_path;
use crate::state::{FileState, write_atomically};

/// The directory of newer documents.
const CHANGED: &str = "changed";

/// Documents of one list; npm has some 250 000.
const MOST_DOCUMENTS: usize = 5_000_000;

/// Documents that may fail, each for itself, before something must be wrong with all of them.
const MOST_FAILURES: u32 = 100;

/// Pairs of documents after which it is noted how far it came. With a list of some megabytes that
/// costs nothing beside the requests.
const REMEMBERED_EVERY: usize = 250;

/// Parts of a list that may vanish at once. More means that the list is broken, not that so much
/// was taken back.
const MOST_VANISHED_PERCENT: usize = 10;

/// What upstream says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// When it changed; the empty text where the list has no times.
    pub(crate) time: String,
    /// Whether it was taken back.
    pub(crate) deleted: bool,
}

/// All documents that upstream has, and those that it took back, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listing(pub(crate) BTreeMap<String, Entry>);

impl Listing {
    /// Adds a document; of two statements the later holds.
    pub(crate) fn add(&mut self, path: String, entry: Entry) {
        match self.0.get(&path) {
            Some(known) if !is_later(&entry.time, &known.time) => {}
            _ => {
                self.0.insert(path, entry);
            }
        }
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        for (path, entry) in &self.0 {
            let fate = if entry.deleted { "deleted" } else { "there" };
            text.push_str(&format!("{path}\t{}\t{fate}\n", entry.time));
        }
        text
    }

    fn from_text(text: &str) -> Listing {
        let entry = |line: &str| {
            let mut fields = line.split('\t');
            let (path, time, fate) = (fields.next()?, fields.next()?, fields.next()?);
            let entry = Entry { time: time.to_owned(), deleted: fate == "deleted" };
            Some((path.to_owned(), entry))
        };
        Listing(text.lines().take(MOST_DOCUMENTS).filter_map(entry).collect())
    }

    /// Without what has happened since a moment: the list of an archive that was made then.
    pub(crate) fn until(mut self, moment: Timestamp) -> Listing {
        self.0.retain(|_, entry| entry.time.parse::<Timestamp>().is_ok_and(|time| time < moment));
        self
    }

    /// What has to be done to get from an earlier list to this one.
    fn since(&self, before: &Listing) -> Vec<(String, Entry)> {
        let differs = |path: &String, entry: &Entry| before.0.get(path) != Some(entry);
        let news = self.0.iter().filter(|(path, entry)| differs(path, entry));
        news.map(|(path, entry)| (path.clone(), entry.clone())).collect()
    }
}

/// Whether a time is later than another. Both are RFC 3339, with whatever offset.
fn is_later(time: &str, than: &str) -> bool {
    match (time.parse::<Timestamp>(), than.parse::<Timestamp>()) {
        (Ok(time), Ok(than)) => time > than,
        (time, _) => time.is_ok(),
    }
}

/// An archive that documents may be newer than.
pub(crate) struct Archive<'a> {
    /// Its name here, always the same, so that a new one takes the old one's place.
    pub(crate) name: &'a str,
    pub(crate) url: Url,
    /// Reads the moment before which a document is surely in it.
    pub(crate) made: &'a (dyn Fn(&FileState) -> Option<Timestamp> + Sync),
}

/// An archive, or a set of documents without one, with what changed since.
pub(crate) struct Overlay<'o> {
    /// Its name in the notes.
    pub(crate) name: &'o str,
    /// Its directory inside the feed's, or the empty text.
    pub(crate) directory: &'o str,
    /// Where its documents are.
    pub(crate) base: Url,
}

impl Overlay<'_> {
    fn list(&self, job: &Job) -> PathBuf {
        job.shared.lists.join(format!("{}-{}.tsv", job.feed.id, self.name))
    }

    fn changed(&self, job: &Job) -> PathBuf {
        job.directory().join(self.directory).join(CHANGED)
    }

    /// The list of the time before, if there is one.
    pub(crate) fn before(&self, job: &Job) -> Option<Listing> {
        let text = fs::read_to_string(self.list(job)).ok()?;
        Some(Listing::from_text(&text))
    }

    /// Brings a new archive where that is better than many single documents. Tells what the
    /// archive and the newer documents have together.
    ///
    /// `made` tells when an archive was made; without that every document would have to be fetched
    /// again, and then rather none is.
    pub(crate) async fn renew(
        &self,
        job: &mut Job,
        archive: &Archive<'_>,
        now: &Listing,
        before: Option<Listing>,
    ) -> Result<Listing, Failure> {
        // Which archive the list and the newer documents belong to.
        let base = format!("{} archive", self.name);
        let there = job.target(archive.name)?.is_file();
        let before = before.filter(|_| there && self.belongs(job, archive.name, &base));
        if let Some(before) = &before
            && now.since(before).len() + self.held(job) <= job.shared.most_changes
        {
            return Ok(before.clone());
        }
        job.file(archive.url.clone(), archive.name, None, None).await?;
        if let Some(before) = before.filter(|_| self.belongs(job, archive.name, &base)) {
            // There is no newer one yet.
            return Ok(before);
        }
        remove(&self.list(job))?;
        self.clear(job)?;
        let made = job.state.files.get(archive.name).and_then(archive.made);
        let reached = match made {
            Some(made) => now.clone().until(made),
            None => now.clone(),
        };
        self.write(job, &reached)?;
        if let Some(file) = job.state.files.get(archive.name) {
            job.state.cursors.insert(base, file.sha256.clone());
        }
        job.remember()?;
        Ok(reached)
    }

    fn belongs(&self, job: &Job, archive: &str, base: &str) -> bool {
        let digest = job.state.files.get(archive).map(|file| &file.sha256);
        digest.is_some() && digest == job.state.cursors.get(base)
    }

    /// Number of newer documents that are here.
    fn held(&self, job: &Job) -> usize {
        let mut count = 0;
        let mut waiting = vec![self.changed(job)];
        while let Some(directory) = waiting.pop() {
            let Ok(entries) = fs::read_dir(&directory) else { continue };
            for entry in entries.flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                    _ => count += 1,
                }
            }
        }
        count
    }

    fn clear(&self, job: &Job) -> Result<(), Failure> {
        let path = self.changed(job);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::local(&path)(error))
            }
            _ => Ok(()),
        }
    }

    /// Marks documents that vanished from a list that has all of them as taken back.
    pub(crate) fn take_back_vanished(
        &self,
        now: &mut Listing,
        before: &Listing,
    ) -> Result<(), Failure> {
        let gone = |path: &&String| !now.0.contains_key(*path);
        let vanished: Vec<String> = before.0.keys().filter(gone).cloned().collect();
        let alive = before.0.values().filter(|entry| !entry.deleted).count();
        let newly = vanished.iter().filter(|path| !before.0[*path].deleted).count();
        if newly * 100 > alive * MOST_VANISHED_PERCENT && newly > 1 {
            let reason = format!("{newly} of {alive} documents have vanished from the list");
            return Err(Failure::document(self.name, reason));
        }
        for path in vanished {
            let time = before.0[&path].time.clone();
            now.0.insert(path, Entry { time, deleted: true });
        }
        Ok(())
    }

    /// Brings what differs between two lists, and remembers how far that came.
    pub(crate) async fn apply(
        &self,
        job: &mut Job,
        now: Listing,
        before: Listing,
    ) -> Result<(), Failure> {
        let news = now.since(&before);
        let mut reached = before;
        let (mut outcome, mut failed) = (Ok(()), 0);
        // Two at a time, as many as a host gets connections.
        for (number, pair) in news.chunks(2).enumerate() {
            let [first, second] = [pair.first(), pair.get(1)].map(|item| item.cloned());
            let (first, second) =
                both(self.bring(job, first.as_ref()), self.bring(job, second.as_ref())).await;
            for ((path, entry), brought) in pair.iter().zip([first, second]) {
                match brought.and_then(|content| self.put(job, path, content)) {
                    Ok(()) => {
                        job.went_well();
                        reached.0.insert(path.clone(), entry.clone());
                    }
                    Err(failure) if failure.is_of_the_server() || failed >= MOST_FAILURES => {
                        outcome = Err(failure);
                    }
                    Err(failure) => {
                        failed += 1;
                        job.problem(failure.to_string());
                    }
                }
            }
            if outcome.is_err() {
                break;
            }
            if number % REMEMBERED_EVERY == REMEMBERED_EVERY - 1 {
                self.write(job, &reached)?;
            }
        }
        // What was not brought is not in the list, and so it is tried again.
        self.write(job, &reached)?;
        outcome
    }

    fn write(&self, job: &Job, listing: &Listing) -> Result<(), Failure> {
        let path = self.list(job);
        write_atomically(&path.with_extension("tsv~"), &path, listing.to_text().as_bytes())
            .map_err(Failure::local(&path))
    }

    /// A document, or nothing where it was taken back.
    async fn bring(
        &self,
        job: &Job,
        item: Option<&(String, Entry)>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Some((path, entry)) = item else { return Ok(None) };
        if entry.deleted {
            return Ok(None);
        }
        if !is_path(path) {
            return Err(Failure::document(self.name, format!("{path:?} is no path of a document")));
        }
        let url = join(&self.base, &format!("./{path}"))?;
        match job.loose_document(&url, HeaderMap::new()).await {
            // openEuler has empty files for what it does not say yet.
            Ok(Document { content, .. }) if content.is_empty() => Ok(None),
            Ok(Document { content, .. }) => match crate::signature::mismatch(path, &content) {
                Some(expected) => Err(Failure::Content { what: path.clone(), expected }),
                None => Ok(Some(content)),
            },
            // It was taken back after the list was made.
            Err(Failure::Missing { .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn put(&self, job: &mut Job, path: &str, content: Option<Vec<u8>>) -> Result<(), Failure> {
        let prefix = if self.directory.is_empty() { "" } else { "/" };
        let target = job.target(&format!("{}{prefix}{CHANGED}/{path}", self.directory))?;
        if let Some(directory) = target.parent() {
            fs::create_dir_all(directory).map_err(Failure::local(directory))?;
        }
        let content = content.unwrap_or_default();
        job.received(content.len() as u64);
        let temporary = job.shared.parts.join(format!("{}-{}.document", job.feed.id, self.name));
        write_atomically(&temporary, &target, &content).map_err(Failure::local(&target))?;
        job.changed += 1;
        Ok(())
    }
}

/// Waits for two things side by side.
async fn both<L: Future, R: Future>(left: L, right: R) -> (L::Output, R::Output) {
    let (mut left, mut right) = (pin!(left), pin!(right));
    let (mut left_done, mut right_done) = (None, None);
    poll_fn(|context| {
        if left_done.is_none()
            && let Poll::Ready(done) = left.as_mut().poll(context)
        {
            left_done = Some(done);
        }
        if right_done.is_none()
            && let Poll::Ready(done) = right.as_mut().poll(context)
        {
            right_done = Some(done);
        }
        match (left_done.take(), right_done.take()) {
            (Some(left), Some(right)) => Poll::Ready((left, right)),
            (left, right) => {
                (left_done, right_done) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(rows: &[(&str, &str, bool)]) -> Listing {
        let mut listing = Listing::default();
        for (path, time, deleted) in rows {
            let entry = Entry { time: (*time).to_owned(), deleted: *deleted };
            listing.add((*path).to_owned(), entry);
        }
        listing
    }

    const OVERLAY_BASE: &str = "https://x.example/";

    fn overlay() -> Overlay<'static> {
        Overlay { name: "x", directory: "", base: Url::parse(OVERLAY_BASE).unwrap() }
    }

    #[test]
    fn the_later_statement_holds() {
        let found = listing(&[
            ("a", "2024-01-02T00:00:00Z", false),
            ("a", "2024-01-02T00:00:00+02:00", true),
            ("b", "2024-01-01T00:00:00Z", false),
            ("b", "2024-01-01T00:00:01+00:00", true),
        ]);
        assert!(!found.0["a"].deleted);
        assert!(found.0["b"].deleted);
        assert_eq!(Listing::from_text(&found.to_text()), found);
        let early = found.until("2024-01-01T12:00:00Z".parse().unwrap());
        assert_eq!(early.0.keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_list_that_lost_much_is_not_believed() {
        let rows: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
        let rows: Vec<_> =
            rows.iter().map(|path| (path.as_str(), "2024-01-01T00:00:00Z", false)).collect();
        let before = listing(&rows);
        let mut fewer = listing(&rows[..18]);
        overlay().take_back_vanished(&mut fewer, &before).unwrap();
        assert_eq!(fewer.0.values().filter(|entry| entry.deleted).count(), 2);
        let mut half = listing(&rows[..10]);
        let error = overlay().take_back_vanished(&mut half, &before).unwrap_err();
        assert!(error.to_string().contains("10 of 20"), "{error}");
        // What was taken back before does not count again.
        let mut now = listing(&rows[..18]);
        overlay().take_back_vanished(&mut now, &fewer).unwrap();
        assert_eq!(now, fewer);
    }
}
