//! Lists that come in pages of JSON. They are kept as they came, as members of one archive.

use reqwest::Url;
use serde::Deserialize;

use crate::client::path_of;
use crate::job::{Job, join};
use crate::pack::Pack;
use crate::table::names;
use crate::{Failure, Paging};

/// Pages of one list; the longest live one has some hundreds.
const MOST_PAGES: usize = 20_000;

pub(super) async fn retrieve(job: &mut Job) -> Result<(), Failure> {
    let paging = job.feed.paging.unwrap_or(Paging::UntilEmpty);
    for path in &job.feed.paths {
        let (remote, local) = names(path);
        list(job, remote, local, paging).await?;
    }
    Ok(())
}

/// Brings all pages of a list into one file. `{page}` in the address is the number of a page.
pub(super) async fn list(
    job: &mut Job,
    remote: &str,
    local: &str,
    paging: Paging,
) -> Result<(), Failure> {
    let numbered = |page: usize| remote.replace("{page}", &page.to_string());
    let first = job.url(&numbered(1))?;
    let mut pack = Pack::new(job, local)?;
    let mut url = first.clone();
    for page in 1..=MOST_PAGES {
        let content = job.document(&url).await?;
        let next = next(paging, page, &url, &content)
            .map_err(|reason| Failure::document(path_of(&url), reason))?;
        if next != Next::Beyond {
            pack.add(&format!("page-{page:05}.json"), &content)?;
        }
        url = match next {
            Next::Numbered => job.url(&numbered(page + 1))?,
            Next::At(next) => {
                let next = join(&url, &next)?;
                // A list does not go on at another's.
                if next.origin() != url.origin() || next == url {
                    let reason = "the next page is not one of the same list";
                    return Err(Failure::document(path_of(&url), reason));
                }
                next
            }
            Next::Last | Next::Beyond => return pack.finish(job, local, first.to_string()),
        };
    }
    Err(Failure::document(path_of(&first), format!("it has more than {MOST_PAGES} pages")))
}

/// What comes after a page.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The page with the next number.
    Numbered,
    /// The page at this address.
    At(String),
    /// Nothing.
    Last,
    /// Nothing, and this was none any more.
    Beyond,
}

#[derive(Deserialize)]
struct Linked {
    links: Links,
}

#[derive(Deserialize)]
struct Links {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    pages: usize,
}

fn next(paging: Paging, page: usize, url: &Url, content: &[u8]) -> Result<Next, String> {
    let text = |error: serde_json::Error| error.to_string();
    match paging {
        Paging::Links => {
            let Linked { links } = serde_json::from_slice(content).map_err(text)?;
            Ok(links.next.map_or(Next::Last, Next::At))
        }
        Paging::Count => {
            let Counted { pages } = serde_json::from_slice(content).map_err(text)?;
            Ok(if page < pages { Next::Numbered } else { Next::Last })
        }
        Paging::UntilEmpty => {
            let items: Vec<&serde_json::value::RawValue> =
                serde_json::from_slice(content).map_err(text)?;
            match (items.is_empty(), page) {
                (true, 1) => Err(format!("{} has nothing at all", url.path())),
                (true, _) => Ok(Next::Beyond),
                (false, _) => Ok(Next::Numbered),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_on() {
        let url = Url::parse("https://x.example/a").unwrap();
        let next = |paging, page, content: &str| next(paging, page, &url, content.as_bytes());
        let linked = r#"{"advisories":[],"links":{"next":"/b?page=2"}}"#;
        assert_eq!(next(Paging::Links, 1, linked), Ok(Next::At("/b?page=2".to_owned())));
        assert_eq!(next(Paging::Links, 2, r#"{"links":{"next":null}}"#), Ok(Next::Last));
        assert!(next(Paging::Links, 1, "{}").is_err());
        assert_eq!(next(Paging::Count, 1, r#"{"pages":2}"#), Ok(Next::Numbered));
        assert_eq!(next(Paging::Count, 2, r#"{"pages":2}"#), Ok(Next::Last));
        assert_eq!(next(Paging::UntilEmpty, 1, r#"[{"a":1}]"#), Ok(Next::Numbered));
        assert_eq!(next(Paging::UntilEmpty, 2, "[]"), Ok(Next::Beyond));
        assert!(next(Paging::UntilEmpty, 1, "[]").is_err());
    }
}
