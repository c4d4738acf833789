//! The table of feeds, as `feeds.toml` has it.

use std::sync::OnceLock;

use serde::Deserialize;

/// How a feed is retrieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Single files.
    Files,
    /// A tarball of a repository.
    Repository,
    /// The files that index pages link to.
    Listing,
    /// The files that a Pulp manifest names, with their checksums.
    Manifest,
    /// The `updateinfo` of package repositories, with its checksum.
    Updateinfo,
    /// The files of Photon's list of versions.
    Photon,
    /// A CSAF directory: an archive and the documents that changed since.
    Csaf,
    /// The bucket of OSV: an archive for each ecosystem and the records that changed since.
    Osv,
    /// The interface of the NVD.
    NvdApi,
    /// Pages of JSON.
    Pages,
    /// Fedora's update system: pages for each release.
    Bodhi,
}

/// How one page leads to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Paging {
    /// `links.next` is the address of the next one.
    Links,
    /// They are numbered, and the one after the last is an empty list.
    UntilEmpty,
    /// They are numbered, and `pages` says how many there are.
    Count,
}

/// One feed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Feed {
    /// Short stable name; the directory that its files are put in.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Who makes it.
    pub publisher: String,
    /// What the publisher says about use.
    pub licence: String,
    /// How it is retrieved.
    pub kind: Kind,
    /// How its pages are linked.
    pub paging: Option<Paging>,
    /// Where it is.
    pub base: String,
    /// What is there; `REMOTE => LOCAL` where it gets another name here.
    pub paths: Vec<String>,
    /// The first year of `{year}` in a path.
    pub first_year: Option<i16>,
    /// Megabytes that one retrieval may bring.
    #[serde(rename = "most")]
    pub most_megabytes: u64,
    /// Milliseconds between two requests to its host.
    #[serde(rename = "delay", default = "default_delay")]
    pub delay_milliseconds: u64,
    /// The same, for those who have a key.
    #[serde(rename = "keyed_delay")]
    pub keyed_delay_milliseconds: Option<u64>,
    /// Whether it is fetched when nothing is named.
    pub on: bool,
    /// Whether a database with it may be given to others.
    pub publish: bool,
    /// Why it is off or must not be published.
    #[serde(default)]
    pub why: String,
}

/// Ten requests a second is what a careful person's browser does too.
fn default_delay() -> u64 {
    100
}

/// All feeds, in the order of the table.
pub fn feeds() -> &'static [Feed] {
    #[derive(Deserialize)]
    struct Table {
        feed: Vec<Feed>,
    }
    static FEEDS: OnceLock<Vec<Feed>> = OnceLock::new();
    FEEDS.get_or_init(|| {
        let table: Table = toml::from_str(include_str!("../feeds.toml"))
            .expect("the table is part of the program, and a test reads it");
        table.feed
    })
}

/// Splits `REMOTE => LOCAL`; without an arrow both are the same.
pub(crate) fn names(path: &str) -> (&str, &str) {
    path.split_once(" => ").unwrap_or((path, path))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use reqwest::Url;

    use super::*;
    use crate::name::is_path;

    #[test]
    fn every_row_is_sound() {
        let mut seen = BTreeSet::new();
        for feed in feeds() {
            let id = &feed.id;
            assert!(seen.insert(id), "{id} twice");
            assert!(is_path(id) && !id.contains(['/', ' ']), "{id}");
            let base = Url::parse(&feed.base).unwrap();
            assert_eq!(base.scheme(), "https", "{id}");
            assert!(feed.base.ends_with('/') || feed.kind == Kind::NvdApi, "{id}");
            assert!(base.query().is_none() && !feed.paths.is_empty(), "{id}");
            assert!((1..=16 << 10).contains(&feed.most_megabytes), "{id}");
            assert_eq!(feed.kind == Kind::Pages, feed.paging.is_some(), "{id}");
            assert!(!feed.title.is_empty() && !feed.publisher.is_empty(), "{id}");
            assert!(!feed.licence.is_empty(), "{id}");
            assert_eq!(feed.why.is_empty(), feed.on && feed.publish, "{id}: why");
            for path in &feed.paths {
                assert!(base.join(names(path).0).is_ok(), "{id}: {path}");
                let year = path.contains("{year}");
                assert_eq!(year, feed.first_year.is_some(), "{id}: {path}");
            }
        }
    }

    /// A feed as `docs/feeds.md` has it.
    fn row(feed: &Feed) -> String {
        let kind = match feed.kind {
            Kind::Files => "files",
            Kind::Repository => "repository tarball",
            Kind::Listing => "index page → files",
            Kind::Manifest => "manifest → files, checksums",
            Kind::Updateinfo => "repository index → updateinfo, checksum",
            Kind::Photon => "list of versions → files",
            Kind::Csaf if feed.paths == ["index.txt"] => "index → new documents",
            Kind::Csaf => "archive, then changed documents",
            Kind::Osv => "archives, then changed records",
            Kind::NvdApi => "pages, then windows of changes",
            Kind::Pages => "pages",
            Kind::Bodhi => "pages for each release",
        };
        let yes = |is: bool| if is { "yes" } else { "no" };
        format!(
            "| `{}` | {} | {} | <{}> | {} | {kind} | {} | {} | {} |",
            feed.id,
            feed.title,
            feed.publisher,
            feed.base,
            feed.licence,
            yes(feed.on),
            yes(feed.publish),
            feed.why,
        )
    }

    #[test]
    fn the_page_about_feeds_has_every_row() {
        let page = include_str!("../../../docs/feeds.md");
        for feed in feeds() {
            assert!(page.contains(&row(feed)), "docs/feeds.md lacks\n{}", row(feed));
        }
        assert_eq!(page.matches("\n| `").count(), feeds().len());
    }

    #[test]
    fn what_is_not_free_is_not_published() {
        for feed in feeds() {
            let unclear = feed.licence == "not stated" || feed.licence.contains("proprietary");
            assert!(!(unclear && feed.publish), "{}", feed.id);
        }
        for id in ["wolfi", "chainguard", "chainguard-osv"] {
            let feed = feeds().iter().find(|feed| feed.id == id).unwrap();
            assert!(!feed.on && !feed.publish && feed.why.contains("competing"), "{id}");
        }
    }
}
