//! CSAF directories.
//!
//! Red Hat's have an archive of everything, whose name is in `archive_latest.txt`, and beside it
//! `changes.csv` and `deletions.csv`: rows of a document's path and the time of the change
//! (<https://security.access.redhat.com/data/csaf/v2/vex/>). Others have an `index.txt` of all
//! documents only (<https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#7112-requirement-12-indextxt>).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::Failure;
use crate::job::Job;
use crate::name::{is_part, is_path};
use crate::overlay::{Archive, Entry, Listing, Overlay};
use crate::state::FileState;

/// The archive's name here.
const ARCHIVE: &str = "archive.tar.zst";

/// How much earlier than its date an archive may have been made.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// Bytes of a file that holds one name.
const LONGEST_NAME: usize = 200;

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let overlay = Overlay { name: "documents", directory: "", base: job.base.clone() };
    let index = job.feed.paths[0].as_str();
    if index == "index.txt" {
        return by_index(job, &overlay, index).await;
    }
    let mut now = Listing::default();
    rows(job, "changes.csv", false, &mut now).await?;
    rows(job, "deletions.csv", true, &mut now).await?;
    let before = overlay.before(job);
    let url = job.url(index)?;
    let content = job.document(&url).await?;
    let name = String::from_utf8_lossy(&content).trim().to_owned();
    if name.len() > LONGEST_NAME || !is_part(&name) || !name.ends_with(".tar.zst") {
        return Err(Failure::document(index, format!("{name:?} is no name of an archive")));
    }
    let made = |file: &FileState| {
        let modified = || file.last_modified.as_deref().and_then(http_date);
        date_in(&name).or_else(|| modified().map(|time| time - MARGIN))
    };
    let archive = Archive { name: ARCHIVE, url: job.url(&format!("./{name}"))?, made: &made };
    let before = overlay.renew(job, &archive, &now, before).await?;
    overlay.apply(job, now, before).await
}

/// The day in a name like `csaf_vex_2024-08-04.tar.zst`, from its first second.
fn date_in(name: &str) -> Option<Timestamp> {
    let stem = name.strip_suffix(".tar.zst")?;
    let date: jiff::civil::Date = stem.get(stem.len().checked_sub(10)?..)?.parse().ok()?;
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
}

/// A date as HTTP writes it.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// Adds the rows of a table of changes.
async fn rows(
    job: &mut Job,
    name: &str,
    deleted: bool,
    listing: &mut Listing,
) -> Result<(), Failure> {
    let url = job.url(name)?;
    let content = job.document(&url).await?;
    let content = String::from_utf8_lossy(&content).into_owned();
    let lines = content.lines().filter(|line| !line.trim().is_empty());
    let (mut read, mut bad) = (0_usize, 0_usize);
    for line in lines {
        match row(line) {
            Some((path, time)) => {
                listing.add(path, Entry { time, deleted });
                read += 1;
            }
            None => bad += 1,
        }
    }
    if bad > read {
        return Err(Failure::document(name, "most rows are not a path and a time"));
    }
    if bad > 0 {
        job.problem(format!("{name}: {bad} rows are not a path and a time"));
    }
    Ok(())
}

fn row(line: &str) -> Option<(String, String)> {
    let (path, time) = line.trim().split_once(',')?;
    let (path, time) = (path.trim().trim_matches('"'), time.trim().trim_matches('"'));
    let sound = is_path(path) && time.parse::<Timestamp>().is_ok();
    sound.then(|| (path.to_owned(), time.to_owned()))
}

async fn by_index(job: &mut Job, overlay: &Overlay<'_>, index: &str) -> Result<(), Failure> {
    let url = job.url(index)?;
    let content = job.document(&url).await?;
    let content = String::from_utf8_lossy(&content).into_owned();
    let mut now = Listing::default();
    let mut bad = 0_usize;
    for path in content.lines().map(str::trim).filter(|path| !path.is_empty()) {
        if is_path(path) {
            now.add(path.to_owned(), Entry { time: String::new(), deleted: false });
        } else {
            bad += 1;
        }
    }
    if now.0.is_empty() {
        return Err(Failure::document(index, "it names no document"));
    }
    if bad > 0 {
        job.problem(format!("{index}: {bad} lines are not the path of a document"));
    }
    let before = overlay.before(job).unwrap_or_default();
    overlay.take_back_vanished(&mut now, &before)?;
    overlay.apply(job, now, before).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_names_are_read() {
        let (path, time) = row("\"2024/cve-2024-1.json\",\"2024-08-04T10:17:22+00:00\"").unwrap();
        assert_eq!((path.as_str(), time.len()), ("2024/cve-2024-1.json", 25));
        for bad in ["", "a", "../a,2024-08-04T10:17:22Z", "a,yesterday", "/a,2024-08-04T10:17:22Z"]
        {
            assert_eq!(row(bad), None, "{bad}");
        }
        let made = date_in("csaf_vex_2024-08-04.tar.zst").unwrap();
        assert_eq!(made.to_string(), "2024-08-04T00:00:00Z");
        assert_eq!(date_in("vex-archive.tar.zst"), None);
        assert_eq!(date_in("x.tar.zst"), None);
        assert!(http_date("Sun, 06 Nov 1994 08:49:37 GMT").is_some());
    }
}
