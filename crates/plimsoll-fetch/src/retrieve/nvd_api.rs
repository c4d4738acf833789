//! The interface of the NVD (<https://nvd.nist.gov/developers/vulnerabilities>).
//!
//! First all records, in pages; from then on those that were modified, in windows of at most 120
//! days. Records are collected in the notes as they come and then go into files of a year each,
//! which look like the NVD's own yearly files. A fetch that is killed goes on at the page where it
//! was.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::time::Duration;

use super::yearly::Years;
use crate::Failure;
use crate::job::Job;

/// Records of a page; the interface gives no more.
const PAGE: &str = "2000";

/// The interface refuses longer windows.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(120 * 24);

/// How far windows reach back into the one before, as records appear late.
const OVERLAP: SignedDuration = SignedDuration::from_mins(30);

/// Pages of one question; there are some two hundred.
const MOST_PAGES: usize = 5000;

const KEY: HeaderName = HeaderName::from_static("apikey");

/// Until when all modifications are known.
const SINCE: &str = "since";
/// When the retrieval of everything began.
const STARTED: &str = "started";
/// The record at which it goes on.
const NEXT: &str = "next";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<'p> {
    start_index: u64,
    total_results: u64,
    #[serde(borrow, default)]
    vulnerabilities: Vec<&'p RawValue>,
}

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    if let (Some(_), Some(delay)) = (&job.shared.nvd_key, job.feed.keyed_delay_milliseconds) {
        job.delay = Duration::from_millis(delay);
    }
    let years = Years::new(job)?;
    let now = job.shared.now();
    let since = job.state.cursors.get(SINCE).and_then(|since| since.parse().ok());
    let mut since: Timestamp = match since.filter(|_| !job.state.files.is_empty()) {
        Some(since) => since,
        None => everything(job, &years, now).await?,
    };
    while since < now {
        let from = since - OVERLAP;
        let to = (from + LONGEST_WINDOW).min(now);
        let window = [("lastModStartDate", time(from)), ("lastModEndDate", time(to))];
        pages(job, &years, &window, 0, false).await?;
        years.merge(job)?;
        since = to;
        job.state.cursors.insert(SINCE.to_owned(), since.to_string());
        job.remember()?;
    }
    Ok(())
}

/// Brings all records, and tells since when modifications may be missing.
async fn everything(job: &mut Job, years: &Years, now: Timestamp) -> Result<Timestamp, Failure> {
    let begun = job.state.cursors.get(STARTED).and_then(|time| time.parse::<Timestamp>().ok());
    let next = job.state.cursors.get(NEXT).and_then(|next| next.parse().ok());
    let (started, next) = match (begun, next) {
        (Some(started), Some(next)) => (started, next),
        _ => {
            years.clear()?;
            job.state.cursors.insert(STARTED.to_owned(), now.to_string());
            (now, 0)
        }
    };
    pages(job, years, &[], next, true).await?;
    years.merge(job)?;
    job.state.cursors.remove(STARTED);
    job.state.cursors.remove(NEXT);
    job.state.cursors.insert(SINCE.to_owned(), started.to_string());
    job.remember()?;
    Ok(started)
}

async fn pages(
    job: &mut Job,
    years: &Years,
    window: &[(&str, String)],
    mut next: u64,
    is_resumable: bool,
) -> Result<(), Failure> {
    let mut headers = HeaderMap::new();
    if let Some(key) = &job.shared.nvd_key {
        let value = HeaderValue::from_str(key.expose());
        let mut value = value.map_err(|_| Failure::document("the key", "it is not plain text"))?;
        value.set_sensitive(true);
        headers.insert(KEY, value);
    }
    for _ in 0..MOST_PAGES {
        let url = question(&job.base, window, next);
        let document = job.loose_document(&url, headers.clone()).await?;
        job.received(document.content.len() as u64);
        let page: Page<'_> = serde_json::from_slice(&document.content)
            .map_err(|error| Failure::document(format!("the page at {next}"), error))?;
        let count = page.vulnerabilities.len() as u64;
        if page.start_index != next || (count == 0 && next < page.total_results) {
            let reason = format!(
                "it begins at {} and has {count} of {} records",
                page.start_index, page.total_results
            );
            return Err(Failure::document(format!("the page at {next}"), reason));
        }
        years.collect(job, &page.vulnerabilities)?;
        next += count;
        if is_resumable {
            job.state.cursors.insert(NEXT.to_owned(), next.to_string());
            job.remember()?;
        }
        if next >= page.total_results {
            return Ok(());
        }
    }
    Err(Failure::document(&job.feed.id, format!("there are more than {MOST_PAGES} pages")))
}

fn question(base: &Url, window: &[(&str, String)], next: u64) -> Url {
    let mut url = base.clone();
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("resultsPerPage", PAGE).append_pair("startIndex", &next.to_string());
        for (name, value) in window {
            query.append_pair(name, value);
        }
    }
    url
}

/// A time as the interface wants it: in UTC, without saying so.
fn time(time: Timestamp) -> String {
    TimeZone::UTC.to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S.000").to_string()
}
