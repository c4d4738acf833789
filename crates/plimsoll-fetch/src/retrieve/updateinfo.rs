//! The `updateinfo` of package repositories, found through `repodata/repomd.xml`, which promises
//! its checksum (<https://createrepo-c.readthedocs.io/en/latest/>).
//!
//! A path of the table leads to repositories in one of three ways: a directory, possibly with
//! patterns; Amazon's `mirror.list`, which names addresses of one repository; and the catalogue of
//! Amazon's extras, each of whose topics is a repository with a `mirror.list`.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use reqwest::Url;
use serde::Deserialize;

use super::listing::expand;
use crate::Failure;
use crate::client::{host_of, path_of};
use crate::delivery::Checksum;
use crate::job::{Job, join};
use crate::name::is_part;

/// Addresses of one repository that are tried.
const MOST_MIRRORS: usize = 5;

/// Topics of the catalogue; there are some seventy.
const MOST_TOPICS: usize = 1000;

const MIRROR_LIST: &str = "/mirror.list";
const CATALOGUE: &str = "/extras-catalog.json";
const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

/// One repository.
struct Repository {
    /// The directory of its file here.
    local: String,
    /// Where it is, or may be.
    bases: Vec<Url>,
}

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let mut found = BTreeSet::new();
    for path in &job.feed.paths {
        let repositories = match repositories(job, path).await {
            Ok(repositories) => repositories,
            Err(failure) => {
                job.put_up_with(failure)?;
                continue;
            }
        };
        for repository in repositories {
            match one(job, &repository).await {
                Ok(name) => {
                    job.went_well();
                    found.extend(name);
                }
                Err(failure) => job.put_up_with(failure)?,
            }
        }
    }
    if found.is_empty() && job.problems.is_empty() {
        return Err(Failure::document(&job.feed.id, "no repository has an updateinfo"));
    }
    job.keep_only(&found)
}

async fn repositories(job: &mut Job, path: &str) -> Result<Vec<Repository>, Failure> {
    if path.ends_with(MIRROR_LIST) {
        return Ok(vec![by_mirror_list(job, path).await?]);
    }
    if let Some(directory) = path.strip_suffix(CATALOGUE) {
        return by_catalogue(job, directory, path).await;
    }
    let places = expand(job, path).await?;
    let repository = |place: super::listing::Place| {
        let base = join(&place.url, &format!("{}/", place.url.path()))?;
        Ok(Repository { local: place.path, bases: vec![base] })
    };
    places.into_iter().map(repository).collect()
}

async fn by_mirror_list(job: &mut Job, path: &str) -> Result<Repository, Failure> {
    let url = job.url(path)?;
    let content = job.document(&url).await?;
    let content = String::from_utf8_lossy(&content);
    let mut bases = Vec::new();
    for line in content.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_MIRRORS) {
        let base = join(&url, &format!("{}/", line.trim_end_matches('/')))?;
        if job.shared.client.may_go(&url, &base) {
            bases.push(base);
        }
    }
    if bases.is_empty() {
        return Err(Failure::document(path, "it names no address that is safe to go to"));
    }
    // `mirrors/latest` says nothing of what the repository is.
    let parts = path.trim_end_matches(MIRROR_LIST).split('/');
    let telling: Vec<&str> = parts.filter(|part| !matches!(*part, "mirrors" | "latest")).collect();
    Ok(Repository { local: telling.join("/"), bases })
}

#[derive(Deserialize)]
struct Catalogue {
    topics: Vec<Topic>,
}

#[derive(Deserialize)]
struct Topic {
    n: String,
}

async fn by_catalogue(
    job: &mut Job,
    directory: &str,
    path: &str,
) -> Result<Vec<Repository>, Failure> {
    let url = job.url(path)?;
    let content = job.document(&url).await?;
    let catalogue: Catalogue =
        serde_json::from_slice(&content).map_err(|error| Failure::document(path, error))?;
    let mut repositories = Vec::new();
    for Topic { n: topic } in catalogue.topics.into_iter().take(MOST_TOPICS) {
        if !is_part(&topic) {
            job.problem(format!("{path}: {topic:?} is no topic"));
            continue;
        }
        for architecture in ARCHITECTURES {
            let list = format!("{directory}/extras/{topic}/latest/{architecture}{MIRROR_LIST}");
            match by_mirror_list(job, &list).await {
                Ok(repository) => repositories.push(repository),
                // Not every topic is there for every processor.
                Err(Failure::Missing { .. }) => {}
                Err(failure) => job.put_up_with(failure)?,
            }
        }
    }
    Ok(repositories)
}

/// Brings the updateinfo of a repository, if it has one, and tells its name here.
async fn one(job: &mut Job, repository: &Repository) -> Result<Option<String>, Failure> {
    let mut last = None;
    for base in &repository.bases {
        match from(job, repository, base).await {
            Ok(name) => return Ok(name),
            Err(failure) => last = Some(failure),
        }
    }
    Err(last.unwrap_or_else(|| Failure::document(&repository.local, "it has no address")))
}

async fn from(
    job: &mut Job,
    repository: &Repository,
    base: &Url,
) -> Result<Option<String>, Failure> {
    let index = join(base, "repodata/repomd.xml")?;
    let content = job.document(&index).await?;
    let Some(entry) =
        entry(&content).map_err(|reason| Failure::document(path_of(&index), reason))?
    else {
        return Ok(None);
    };
    let url = join(base, &entry.location)?;
    if url.origin() != base.origin() {
        let what = "an updateinfo that is elsewhere".to_owned();
        return Err(Failure::Protocol { host: host_of(base), what });
    }
    let packing = ["gz", "xz", "bz2", "zst"].iter().find(|end| url.path().ends_with(**end));
    let name = match packing {
        Some(end) => format!("{}/updateinfo.xml.{end}", repository.local),
        None => format!("{}/updateinfo.xml", repository.local),
    };
    job.file(url, &name, Some(&entry.checksum), None).await?;
    Ok(Some(name))
}

/// What `repomd.xml` says of the updateinfo.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    location: String,
    checksum: Checksum,
}

fn entry(document: &[u8]) -> Result<Option<Entry>, String> {
    let mut reader = Reader::from_reader(document);
    let mut buffer = Vec::new();
    let (mut inside, mut kind, mut location, mut sum) = (false, None, None, None);
    let mut is_repomd = false;
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|error| error.to_string())?;
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "repomd" => is_repomd = true,
                "data" => inside = attribute(&tag, "type").as_deref() == Some("updateinfo"),
                "checksum" if inside => kind = attribute(&tag, "type"),
                "location" if inside => location = attribute(&tag, "href"),
                _ => {}
            },
            Event::Text(text) if inside && kind.is_some() && sum.is_none() => {
                sum = Some(text.trim().to_owned());
            }
            Event::End(tag) if inside && tag.local_name().as_ref() == "data" => break,
            Event::Eof if !is_repomd => return Err("it is no index of a repository".to_owned()),
            Event::Eof => return Ok(None),
            _ => {}
        }
        buffer.clear();
    }
    let location = location.ok_or("the updateinfo has no location")?;
    let sum = sum.ok_or("the updateinfo has no checksum")?;
    let checksum = match kind.as_deref() {
        Some("sha256") => Checksum::Sha256(sum),
        Some("sha512") => Checksum::Sha512(sum),
        other => return Err(format!("checksums of type {other:?} are not known")),
    };
    Ok(Some(Entry { location, checksum }))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    Some(attribute.value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = r#"<?xml version="1.0"?>
        <repomd xmlns="http://linux.duke.edu/metadata/repo">
        <data type="primary"><checksum type="sha256">aa</checksum><location href="p"/></data>
        <data type="updateinfo">
          <checksum type="sha256">bb</checksum><open-checksum type="sha256">cc</open-checksum>
          <location href="repodata/updateinfo.xml.gz"/>
        </data></repomd>"#;

    #[test]
    fn the_updateinfo_is_found() {
        let found = entry(INDEX.as_bytes()).unwrap().unwrap();
        assert_eq!(found.location, "repodata/updateinfo.xml.gz");
        assert_eq!(found.checksum, Checksum::Sha256("bb".to_owned()));
        let without = INDEX.replace("\"updateinfo\"", "\"other\"");
        assert_eq!(entry(without.as_bytes()), Ok(None));
        let old = INDEX.replace("sha256", "md5");
        assert!(entry(old.as_bytes()).unwrap_err().contains("md5"));
        assert!(entry(b"<html></html>").is_err());
        assert!(entry(b"").is_err());
    }
}
