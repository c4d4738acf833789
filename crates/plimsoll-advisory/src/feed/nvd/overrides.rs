//! Configurations that Anchore adds where NVD has none yet, or wrong ones:
//! <https://github.com/anchore/nvd-data-overrides>. One JSON file per CVE with an `_annotation`
//! (whose record, why) and, under `cve`, what is to replace the same member of NVD's record.
//!
//! Quirks: an emptied record (the CVE was rejected later) says nothing; it is skipped.

use std::borrow::Cow;

use serde::Deserialize;

use super::super::cve_record::tidy;
use super::super::identifier::{is_cve, rfc3339};
use super::super::{FileContext, Publisher, Speaker, contains};
use super::configurations::{Configuration, Statements};
use super::record::Reference;
use crate::model::Vulnerability;
use crate::sink::Sink;

pub(in crate::feed) static ANCHORE: Publisher = Publisher {
    id: "anchore-overrides",
    name: "Anchore NVD data overrides",
    url: "https://github.com/anchore/nvd-data-overrides",
    license: "CC0-1.0",
};

#[derive(Deserialize)]
struct Override<'a> {
    #[serde(borrow, rename = "_annotation")]
    annotation: Annotation<'a>,
    #[serde(borrow, default)]
    cve: Body<'a>,
}

#[derive(Deserialize)]
struct Annotation<'a> {
    #[serde(borrow)]
    cve_id: Cow<'a, str>,
    #[serde(borrow, default)]
    description: Cow<'a, str>,
    #[serde(borrow, default)]
    published: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    modified: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    references: Vec<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    configurations: Vec<Configuration<'a>>,
    #[serde(borrow)]
    references: Vec<Reference<'a>>,
}

pub(in crate::feed) fn recognises_override(_: &str, head: &[u8]) -> bool {
    contains(head, "\"_annotation\"") && contains(head, "\"cve_id\"")
}

pub(in crate::feed) fn parse_override(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ANCHORE, file);
    let Override { annotation, cve } = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) => return speaker.rejected("", error),
    };
    let id = annotation.cve_id;
    if !is_cve(&id) {
        return speaker.rejected(&id, "the id is no CVE");
    }
    if cve.configurations.is_empty() && cve.references.is_empty() {
        return speaker.skipped();
    }
    let links = cve.references.into_iter().map(|link| link.url);
    let mut own = Vulnerability {
        id: id.clone().into_owned(),
        description: annotation.description.into_owned(),
        references: annotation.references.into_iter().chain(links).map(Cow::into_owned).collect(),
        published: annotation.published.as_deref().and_then(rfc3339),
        modified: annotation.modified.as_deref().and_then(rfc3339),
        ..Vulnerability::default()
    };
    if let Some(date) = &own.modified {
        speaker.dated(date);
    }
    tidy(&mut own);
    speaker.vulnerability(own);
    let mut statements = Statements::default();
    for configuration in &cve.configurations {
        statements.add(&id, configuration);
    }
    super::account(&mut speaker, &id, statements);
}
