//! Single files at fixed addresses, packed as they are served.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::Failure;
use crate::job::Job;
use crate::table::names;

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let this_year = TimeZone::UTC.to_datetime(job.shared.now()).year();
    let mut wanted = Vec::new();
    for path in &job.feed.paths {
        match job.feed.first_year {
            Some(first) => wanted.extend(
                (first..=this_year)
                    .map(|year| (path.replace("{year}", &year.to_string()), Some(year))),
            ),
            None => wanted.push((path.clone(), None)),
        }
    }
    let mut kept = BTreeSet::new();
    for (path, year) in wanted {
        let (remote, local) = names(&path);
        let url = job.url(remote)?;
        match job.file(url, local, None, None).await {
            Ok(_) => job.went_well(),
            // The file of a year that has just begun may not have been made yet.
            Err(Failure::Missing { .. }) if year == Some(this_year) => {}
            Err(failure) => job.put_up_with(failure)?,
        }
        kept.insert(local.to_owned());
    }
    job.keep_only(&kept)
}
