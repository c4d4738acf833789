//! The bucket of OSV (<https://google.github.io/osv.dev/data/>): for each ecosystem `all.zip` and
//! `modified_id.csv`, which has a row of time and id for every record, the newest first.

use jiff::{SignedDuration, Timestamp};

use super::csaf::http_date;
use crate::Failure;
use crate::job::Job;
use crate::name::is_part;
use crate::overlay::{Archive, Entry, Listing, Overlay};
use crate::state::FileState;

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
    let before = overlay.before(job).filter(|_| job.directory().join(&archive).is_file());
    let tag = job.state.cursors.get(ecosystem).filter(|_| before.is_some()).cloned();
    let url = job.url(&format!("./{ecosystem}/{LIST}"))?;
    let Some(list) = job.document_unless(&url, tag.as_deref()).await? else {
        return Ok(());
    };
    let mut now = read(job, ecosystem, &list.content)?;
    if let Some(before) = &before {
        overlay.take_back_vanished(&mut now, before)?;
    }
    let made = |file: &FileState| {
        let modified = file.last_modified.as_deref().and_then(http_date);
        modified.map(|time| time - MARGIN)
    };
    let url = job.url(&format!("./{archive}"))?;
    let archive = Archive { name: &archive, url, made: &made };
    let before = overlay.renew(job, &archive, &now, before).await?;
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
