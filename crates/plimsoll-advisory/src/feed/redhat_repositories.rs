//! Red Hat's `repository-to-cpe.json`, which tells the products that a repository belongs to:
//! <https://security.access.redhat.com/data/meta/v1/repository-to-cpe.json>, described at
//! <https://www.redhat.com/en/blog/how-accurately-match-oval-security-data-installed-rpms>.
//!
//! An object `data` of repository → `cpes`. An image says in its content manifests which repositories
//! its packages come from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::csaf::REDHAT;
use super::identifier::is_word;
use super::{FileContext, Speaker, contains, file_name};
use crate::model::Repository;
use crate::sink::Sink;

/// The list has ten thousand repositories; each belongs to some products.
const MOST_PRODUCTS: usize = 1000;

#[derive(Deserialize)]
struct Mapping<'a> {
    #[serde(borrow)]
    data: BTreeMap<Cow<'a, str>, Products<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Products<'a> {
    #[serde(borrow)]
    cpes: Vec<Cow<'a, str>>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    name.starts_with("repository-to-cpe") && name.ends_with(".json") && contains(head, "\"data\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &REDHAT, file);
    let mapping: Mapping = match serde_json::from_slice(bytes) {
        Ok(mapping) => mapping,
        Err(error) => return speaker.rejected("", error),
    };
    for (name, products) in mapping.data {
        if !is_word(&name) || !products.cpes.iter().all(|cpe| is_word(cpe)) {
            speaker.rejected(&name, "not a repository and its products");
        } else if products.cpes.len() > MOST_PRODUCTS {
            speaker.rejected(&name, "more products than any real repository has");
        } else if products.cpes.is_empty() {
            speaker.skipped();
        } else {
            let cpes = products.cpes.into_iter().map(Cow::into_owned).collect();
            speaker.repository(Repository { name: name.into_owned(), cpes });
            speaker.kept();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn repositories_belong_to_products() {
        let read = read(
            "meta/v1/repository-to-cpe.json",
            r#"{"data":{
                "ubi-9-baseos-rpms":{"cpes":["cpe:/o:redhat:enterprise_linux:9::baseos"]},
                "nobody":{"cpes":[],"repo_relative_urls":["content/x"]},
                "with space":{"cpes":["cpe:/o:redhat:x"]}}}"#,
        );
        assert_eq!(read.counts(), (1, 1, 1));
        assert_eq!(read.repositories[0].name, "ubi-9-baseos-rpms");
        assert_eq!(read.repositories[0].cpes, ["cpe:/o:redhat:enterprise_linux:9::baseos"]);
    }
}
