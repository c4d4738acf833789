//! Files that index pages link to.
//!
//! A path of the table is a pattern: `*` stands for any text and `#` for a number, inside one part
//! of the path. Each part with one of them costs the index page of the directory that it is in.

use std::collections::BTreeSet;

use reqwest::Url;

use super::html::members;
use crate::Failure;
use crate::job::{Job, join};

/// Directories and files that patterns may lead to.
const MOST_PLACES: usize = 20_000;

/// Something that a pattern led to.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its path below the feed's base.
    pub(super) path: String,
    pub(super) url: Url,
}

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let mut found = BTreeSet::new();
    for pattern in &job.feed.paths {
        let places = expand(job, pattern).await?;
        if places.is_empty() {
            return Err(Failure::document(pattern, "no index page names such a file"));
        }
        for place in places {
            match job.file(place.url, &place.path, None, None).await {
                Ok(_) => job.went_well(),
                Err(failure) => job.put_up_with(failure)?,
            }
            found.insert(place.path);
        }
    }
    job.keep_only(&found)
}

/// The places that a pattern leads to.
pub(super) async fn expand(job: &mut Job, pattern: &str) -> Result<Vec<Place>, Failure> {
    let mut places = vec![Place { path: String::new(), url: job.base.clone() }];
    let mut parts = pattern.split('/').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        let mut next = Vec::new();
        for place in places {
            let mut names = vec![part.to_owned()];
            if part.contains(['*', '#']) {
                let page = job.document(&place.url).await?;
                let fitting = members(&place.url, &page)
                    .into_iter()
                    .filter(|member| (last || member.is_directory) && matches(part, &member.name));
                names = fitting.map(|member| member.name).collect();
            }
            for name in names {
                // A reference that begins with a word and a colon would be an address of its own.
                let end = if last { "" } else { "/" };
                let url = join(&place.url, &format!("./{name}{end}"))?;
                let slash = if place.path.is_empty() { "" } else { "/" };
                next.push(Place { path: format!("{}{slash}{name}", place.path), url });
            }
            if next.len() > MOST_PLACES {
                let reason = format!("index pages name more than {MOST_PLACES} files");
                return Err(Failure::document(pattern, reason));
            }
        }
        places = next;
    }
    Ok(places)
}

/// Whether a name fits a pattern, in time that grows with the product of their lengths at most.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    // `fits[n]`: the pattern so far fits the first `n` bytes of the name.
    let mut fits = vec![false; name.len() + 1];
    fits[0] = true;
    for sign in pattern {
        let mut next = vec![false; name.len() + 1];
        for end in 0..=name.len() {
            next[end] = match sign {
                b'*' => fits[end] || end > 0 && next[end - 1],
                b'#' => {
                    end > 0 && name[end - 1].is_ascii_digit() && (fits[end - 1] || next[end - 1])
                }
                sign => end > 0 && name[end - 1] == *sign && fits[end - 1],
            };
        }
        fits = next;
    }
    fits[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names() {
        for (pattern, name, fit) in [
            ("v*", "v3.20", true),
            ("v*", "edge", false),
            ("*.json", "main.json", true),
            ("*.json", "main.json~", false),
            ("#", "8", true),
            ("#", "10", true),
            ("#", "8.10", false),
            ("#", "", false),
            ("com.ubuntu.*.cve.oval.xml.bz2", "com.ubuntu.noble.cve.oval.xml.bz2", true),
            ("com.ubuntu.*.cve.oval.xml.bz2", "com.ubuntu.noble.usn.oval.xml.bz2", false),
            ("*a*a*a*", "aa", false),
        ] {
            assert_eq!(matches(pattern, name), fit, "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(50), &"a".repeat(49)));
    }
}
