//! One record of the feed 1.1, which ended in 2023 and which copies still have: the JSON form 4.0
//! of CVE records, with configurations and scores beside it. All in it is NVD's own word.
//!
//! A rejected record has no other mark than its description, which begins with `** REJECT **`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::Speaker;
use super::super::cve_record::{WITHDRAWN_ON_AN_UNKNOWN_DAY, Words, english, tidy};
use super::super::identifier::{is_cve, rfc3339};
use super::configurations::{Configuration, Node, Statements};
use super::record::{Reference, is_weakness};
use crate::model::Vulnerability;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    cve: Body<'a>,
    #[serde(borrow, default)]
    configurations: Configurations<'a>,
    #[serde(borrow, default)]
    impact: Impact<'a>,
    #[serde(borrow, default)]
    published_date: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    last_modified_date: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, rename = "CVE_data_meta")]
    meta: Meta<'a>,
    #[serde(borrow, default)]
    problemtype: ProblemTypes<'a>,
    #[serde(borrow, default)]
    references: References<'a>,
    #[serde(borrow, default)]
    description: Descriptions<'a>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "ID")]
    id: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProblemTypes<'a> {
    #[serde(borrow)]
    problemtype_data: Vec<ProblemType<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ProblemType<'a> {
    #[serde(borrow)]
    description: Vec<Words<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct References<'a> {
    #[serde(borrow)]
    reference_data: Vec<Reference<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Descriptions<'a> {
    #[serde(borrow)]
    description_data: Vec<Words<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Configurations<'a> {
    #[serde(borrow)]
    nodes: Vec<Node<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Impact<'a> {
    #[serde(borrow)]
    base_metric_v3: Option<Metric<'a>>,
    #[serde(borrow)]
    base_metric_v2: Option<Metric<'a>>,
}

#[derive(Deserialize)]
struct Metric<'a> {
    #[serde(borrow, alias = "cvssV3", alias = "cvssV2")]
    score: Score<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Score<'a> {
    #[serde(borrow)]
    vector_string: Cow<'a, str>,
}

pub(super) fn read(raw: &RawValue, speaker: &mut Speaker) {
    let record: Record = match serde_json::from_str(raw.get()) {
        Ok(record) => record,
        Err(error) => return speaker.rejected("", error),
    };
    let id = record.cve.meta.id;
    if !is_cve(&id) {
        return speaker.rejected(&id, "the id is no CVE");
    }
    let date = |text: Option<Cow<str>>| text.as_deref().and_then(rfc3339);
    let kinds = record.cve.problemtype.problemtype_data.iter().flat_map(|kind| &kind.description);
    let links = record.cve.references.reference_data.iter();
    let impact = record.impact;
    let scores = [impact.base_metric_v3, impact.base_metric_v2].into_iter().flatten();
    let mut own = Vulnerability {
        id: id.clone().into_owned(),
        description: english(&record.cve.description.description_data),
        cvss: scores.map(|metric| metric.score.vector_string.into_owned()).collect(),
        weaknesses: kinds
            .filter(|words| is_weakness(&words.value))
            .map(|words| words.value.clone().into_owned())
            .collect(),
        references: links.map(|link| link.url.clone().into_owned()).collect(),
        published: date(record.published_date),
        modified: date(record.last_modified_date),
        ..Vulnerability::default()
    };
    let mut statements = Statements::default();
    if own.description.starts_with("** REJECT **") {
        let known = own.modified.clone().or_else(|| own.published.clone());
        own.withdrawn = Some(known.unwrap_or_else(|| WITHDRAWN_ON_AN_UNKNOWN_DAY.to_owned()));
    } else {
        for node in record.configurations.nodes {
            statements.add(&id, &Configuration::from_node(node));
        }
    }
    tidy(&mut own);
    speaker.vulnerability(own);
    super::account(speaker, &id, statements);
}
