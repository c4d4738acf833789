//! The bucket of OSV (<https://google.github.io/osv.dev/data/>): for each ecosystem `all.zip` and
//! `modified_id.csv`, which has a row of time and id for every record, the newest first.

use jiff::{SignedDuration, Timestamp};

use super::csaf::http_date;
use crate::Failure;
use crate::job::Job;
use crate::name::is_part;
use crate::overlay::{Entry, Listing, MOST_CHANGES, Overlay};

const ARCHIVE: &str = "all.zip";
const LIST: &str = "modified_id.csv";

/// How much older than its date the content of an archive may be. Archives are made every hour or
/// so.
const MARGIN: SignedDuration = SignedDuration::from_hours(6);

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    for ecosystem in &job.feed.paths {
        match one(job, ecosystem).await {
            Ok(()) => job.went_well(),
            Err(failure) => job.put_up_with(failure)?,
        }
    }
    Ok(())
}

async fn one(job: &mut Job, ecosystem: &str) -> Result<(), Failure> {
    let base = job.url(&format!("./{ecosystem}/"))?;
    let overlay = Overlay { name: ecosystem, directory: ecosystem, base };
    let archive = format!("{ecosystem}/{ARCHIVE}");
    let there = job.state.files.contains_key(&archive) && job.directory().join(&archive).is_file();
    let before = overlay.before(job).filter(|_| there);
    let tag = job.state.cursors.get(ecosystem).filter(|_| before.is_some()).cloned();
    let url = job.url(&format!("./{ecosystem}/{LIST}"))?;
    let Some(list) = job.document_unless(&url, tag.as_deref()).await? else {
        return Ok(());
    };
    let mut now = read(job, ecosystem, &list.content)?;
    let before = match before {
        Some(before) => {
            overlay.take_back_vanished(&mut now, &before)?;
            before
        }
        None => Listing::default(),
    };
    let first = before.0.is_empty();
    let before = if first || Overlay::news(&now, &before) > MOST_CHANGES {
        // Until the list is there again, everything is fetched anew.
        overlay.forget(job)?;
        let url = job.url(&format!("./{archive}"))?;
        job.file(url, &archive, None, None).await?;
        overlay.clear(job)?;
        now.0.retain(|_, entry| !entry.deleted);
        let modified = job.state.files.get(&archive).and_then(|file| file.last_modified.clone());
        match modified.as_deref().and_then(http_date) {
            Some(made) => now.clone().until(made - MARGIN),
            None => now.clone(),
        }
    } else {
        before
    };
    let problems = job.problems.len();
    overlay.apply(job, now, before).await?;
    // With the tag the next list would not be read, so it is kept only if this one is done with.
    match list.etag.filter(|_| job.problems.len() == problems) {
        Some(etag) => job.state.cursors.insert(ecosystem.to_owned(), etag),
        None => job.state.cursors.remove(ecosystem),
    };
    job.remember()
}

fn read(job: &mut Job, ecosystem: &str, content: &[u8]) -> Result<Listing, Failure> {
    let content = String::from_utf8_lossy(content);
    let mut listing = Listing::default();
    let mut bad = 0_usize;
    for line in content.lines().filter(|line| !line.trim().is_empty()) {
        match row(line) {
            Some((id, time)) => {
                listing.add(format!("{id}.json"), Entry { time, deleted: false });
            }
            None => bad += 1,
        }
    }
    let what = format!("{ecosystem}/{LIST}");
    if listing.0.is_empty() || bad > listing.0.len() {
        return Err(Failure::document(what, "it is no list of times and ids"));
    }
    if bad > 0 {
        job.problem(format!("{what}: {bad} rows are not a time and an id"));
    }
    Ok(listing)
}

fn row(line: &str) -> Option<(String, String)> {
    let (time, id) = line.trim().split_once(',')?;
    let sound = is_part(id) && time.parse::<Timestamp>().is_ok();
    sound.then(|| (id.to_owned(), time.to_owned()))
}
