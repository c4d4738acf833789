//! `data-source`: whose words a root bucket has.

use std::collections::HashMap;

use plimsoll_bolt::{Bucket, Entry};
use serde::Deserialize;

use super::json::from_json;
use super::{Import, is_name};
use crate::import::account::LICENSE;
use crate::model::Source;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataSource {
    #[serde(rename = "ID")]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default, rename = "URL")]
    url: String,
}

/// Sources by root bucket, and by id.
#[derive(Default)]
pub(super) struct Sources {
    by_root: HashMap<String, Source>,
    by_id: HashMap<String, Source>,
}

impl Import<'_> {
    /// Reads the bucket.
    pub(super) fn data_sources(&mut self, bucket: Bucket<'_, '_>) {
        for entry in bucket.entries() {
            let (key, source) = match entry {
                Ok(Entry::Value { key, value }) => {
                    let source = from_json::<DataSource>(value).and_then(|source| {
                        match is_name(&source.id) {
                            true => Ok(source),
                            false => Err("it has no id".to_owned()),
                        }
                    });
                    (String::from_utf8_lossy(key), source)
                }
                Ok(Entry::Bucket { key, .. }) => {
                    (String::from_utf8_lossy(key), Err("it is a bucket".to_owned()))
                }
                Err(error) => ("".into(), Err(error.to_string())),
            };
            match source {
                Ok(source) => {
                    let source = Source {
                        id: source.id,
                        name: source.name,
                        url: source.url,
                        license: LICENSE.to_owned(),
                    };
                    self.sources.by_id.entry(source.id.clone()).or_insert_with(|| source.clone());
                    self.sources.by_root.insert(key.into_owned(), source);
                    self.account.kept(self.own);
                }
                Err(reason) => {
                    self.account.rejected(self.own, &format!("data-source {key}"), reason);
                }
            }
        }
    }
}

impl Sources {
    /// The source of a root bucket. Some, such as RapidFort's, are not in the list: those are named
    /// after the bucket without its release.
    pub(super) fn of_root(&self, root: &str) -> Source {
        self.by_root.get(root).cloned().unwrap_or_else(|| {
            let words: Vec<&str> = root
                .split([' ', ':'])
                .filter(|word| {
                    !word.is_empty() && !word.starts_with(|sign: char| sign.is_ascii_digit())
                })
                .collect();
            unknown(&words.join("-").to_ascii_lowercase(), root)
        })
    }

    /// The source with an id, as severities and scores name it.
    pub(super) fn of_id(&self, id: &str) -> Source {
        self.by_id.get(id).cloned().unwrap_or_else(|| unknown(id, id))
    }
}

fn unknown(id: &str, name: &str) -> Source {
    Source {
        id: id.to_owned(),
        name: name.to_owned(),
        url: super::URL.to_owned(),
        license: LICENSE.to_owned(),
    }
}
