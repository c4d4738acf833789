//! The files that a Pulp manifest names: lines of `path,sha256,size`, as Red Hat has for its OVAL
//! (<https://www.redhat.com/en/blog/how-red-hat-publishes-oval>).

use std::collections::BTreeSet;

use crate::Failure;
use crate::delivery::Checksum;
use crate::job::Job;

/// Files of a manifest; Red Hat's has some five hundred.
const MOST_FILES: usize = 20_000;

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let mut found = BTreeSet::new();
    for path in &job.feed.paths {
        let url = job.url(path)?;
        let content = job.document(&url).await?;
        let content = String::from_utf8_lossy(&content).into_owned();
        for line in content.lines().filter(|line| !line.trim().is_empty()).take(MOST_FILES) {
            let mut fields = line.trim().split(',');
            let (name, sha256) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
            if sha256.len() != 64 {
                job.problem(format!("{path}: not a file with its checksum: {line:?}"));
                continue;
            }
            let checksum = Checksum::Sha256(sha256.to_owned());
            let url = job.url(&format!("./{name}"))?;
            match job.file(url, name, Some(&checksum), None).await {
                Ok(_) => job.went_well(),
                Err(failure) => job.put_up_with(failure)?,
            }
            found.insert(name.to_owned());
        }
    }
    if found.is_empty() {
        return Err(Failure::document(&job.feed.paths[0], "it names no file"));
    }
    job.keep_only(&found)
}
