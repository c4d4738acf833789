//! Fedora's update system: the security updates of each release that is current
//! (<https://bodhi.fedoraproject.org/docs/server_api/index.html>).

use std::collections::BTreeSet;

use serde::Deserialize;

use super::pages::list;
use crate::job::Job;
use crate::name::is_part;
use crate::{Failure, Paging};

/// Releases, with those of EPEL; there are some ten.
const MOST_RELEASES: usize = 100;

/// Releases of packages; the others are of containers, modules and flatpaks.
const PREFIXES: [&str; 3] = ["FEDORA", "FEDORA-EPEL", "FEDORA-EPEL-NEXT"];

#[derive(Deserialize)]
struct Releases {
    releases: Vec<Release>,
}

#[derive(Deserialize)]
struct Release {
    name: String,
    id_prefix: String,
}

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let index = "releases/?state=current&rows_per_page=100";
    let url = job.url(index)?;
    let content = job.document(&url).await?;
    let releases: Releases =
        serde_json::from_slice(&content).map_err(|error| Failure::document(index, error))?;
    let mut found = BTreeSet::new();
    let of_packages = |release: &Release| PREFIXES.contains(&release.id_prefix.as_str());
    for release in releases.releases.into_iter().filter(of_packages).take(MOST_RELEASES) {
        let release = release.name;
        if !is_part(&release)
            || !release.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        {
            return Err(Failure::document(index, format!("{release:?} is no release")));
        }
        let name = format!("{release}.tar.gz");
        let remote = format!(
            "{}?releases={release}&type=security&status=stable&rows_per_page=100&page={{page}}",
            job.feed.paths[0]
        );
        match list(job, &remote, &name, Paging::Count).await {
            Ok(()) => job.went_well(),
            Err(failure) => job.put_up_with(failure)?,
        }
        found.insert(name);
    }
    if found.is_empty() {
        return Err(Failure::document(index, "it names no release"));
    }
    job.keep_only(&found)
}
