//! Photon OS: a list of versions, and a file for each
//! (<https://github.com/vmware/photon/wiki/Security-Advisories>).

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::Failure;
use crate::job::Job;
use crate::name::is_part;

/// Versions; there are five.
const MOST_VERSIONS: usize = 100;

#[derive(Deserialize)]
struct Versions {
    branches: Vec<String>,
}

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let index = job.feed.paths[0].as_str();
    let url = job.url(index)?;
    let content = job.document(&url).await?;
    let versions: Versions =
        serde_json::from_slice(&content).map_err(|error| Failure::document(index, error))?;
    if versions.branches.is_empty() || versions.branches.len() > MOST_VERSIONS {
        let reason = format!("it names {} versions", versions.branches.len());
        return Err(Failure::document(index, reason));
    }
    let mut found = BTreeSet::new();
    for version in versions.branches {
        let name = format!("cve_data_photon{version}.json");
        if !is_part(&name) {
            return Err(Failure::document(index, format!("{version:?} is no version")));
        }
        let url = job.url(&name)?;
        match job.file(url, &name, None, None).await {
            Ok(_) => job.went_well(),
            Err(failure) => job.put_up_with(failure)?,
        }
        found.insert(name);
    }
    job.keep_only(&found)
}
