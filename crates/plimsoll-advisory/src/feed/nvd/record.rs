//! One record of the 2.0 form: `{"cve": {"id": "CVE-…", …}}`, or the inner object alone, as some
//! mirrors keep it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::Speaker;
use super::super::cve_record::{
    CISA, CVE, WITHDRAWN_ON_AN_UNKNOWN_DAY, Words, english, product_statements, tidy,
};
use super::super::identifier::{is_cve, rfc3339};
use super::configurations::{Configuration, Statements};
use crate::model::Vulnerability;

/// The two ways in which the records name NVD itself.
const NVD_NAMES: [&str; 2] = ["nvd@nist.gov", "nvd"];

/// The organisation that CISA's programme speaks as.
const CISA_NAME: &str = "134c704f-9b21-4f2e-91b3-4a467353bcc0";

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    cve: Option<Record<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    vuln_status: Cow<'a, str>,
    #[serde(borrow, default)]
    published: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    last_modified: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    descriptions: Vec<Words<'a>>,
    #[serde(borrow, default)]
    metrics: Metrics<'a>,
    #[serde(borrow, default)]
    weaknesses: Vec<Weakness<'a>>,
    #[serde(borrow, default)]
    references: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    configurations: Vec<Configuration<'a>>,
    /// What the authorities say of products, since 2026.
    #[serde(borrow, default)]
    affected: Vec<Products<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Products<'a> {
    #[serde(borrow, default)]
    source: Cow<'a, str>,
    #[serde(borrow, default)]
    affected_data: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metrics<'a> {
    #[serde(borrow, rename = "cvssMetricV40")]
    version_4: Vec<Metric<'a>>,
    #[serde(borrow, rename = "cvssMetricV31")]
    version_3_1: Vec<Metric<'a>>,
    #[serde(borrow, rename = "cvssMetricV30")]
    version_3: Vec<Metric<'a>>,
    #[serde(borrow, rename = "cvssMetricV2")]
    version_2: Vec<Metric<'a>>,
    #[serde(borrow, rename = "ssvcV203")]
    decisions: Vec<Decision<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow, default)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    cvss_data: Score<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Score<'a> {
    #[serde(borrow)]
    vector_string: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decision<'a> {
    #[serde(borrow, default)]
    source: Cow<'a, str>,
    #[serde(borrow, default)]
    ssvc_data: Choices<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Choices<'a> {
    #[serde(borrow)]
    options: Vec<Choice<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Choice<'a> {
    #[serde(borrow)]
    exploitation: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Weakness<'a> {
    #[serde(borrow, default)]
    source: Cow<'a, str>,
    #[serde(borrow, default)]
    description: Vec<Words<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Reference<'a> {
    #[serde(borrow, default)]
    pub(super) url: Cow<'a, str>,
}

/// Whose word a part of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Voice {
    Nvd,
    Authority,
    Cisa,
}

impl Voice {
    fn of(source: &str) -> Voice {
        match source {
            CISA_NAME => Voice::Cisa,
            source if NVD_NAMES.contains(&source) => Voice::Nvd,
            _ => Voice::Authority,
        }
    }
}

pub(super) fn read(raw: &RawValue, speaker: &mut Speaker) {
    let record = match serde_json::from_str::<Entry>(raw.get()) {
        Ok(Entry { cve: Some(record) }) => Ok(record),
        Ok(Entry { cve: None }) => serde_json::from_str::<Record>(raw.get()),
        Err(error) => Err(error),
    };
    match record {
        Ok(record) if is_cve(&record.id) => tell(&record, speaker),
        Ok(record) => speaker.rejected(&record.id, "the id is no CVE"),
        Err(error) => speaker.rejected(&name(raw.get()), error),
    }
}

/// The id of a record that is otherwise broken, for the report.
fn name(text: &str) -> String {
    let after = text.split_once("\"CVE-").map_or("", |(_, rest)| rest);
    after.split_once('"').map_or_else(String::new, |(number, _)| format!("CVE-{number}"))
}

fn tell(record: &Record, speaker: &mut Speaker) {
    let date = |text: &Option<Cow<str>>| text.as_deref().and_then(rfc3339);
    let mut own = Vulnerability {
        id: record.id.clone().into_owned(),
        description: english(&record.descriptions),
        references: record.references.iter().map(|link| link.url.clone().into_owned()).collect(),
        published: date(&record.published),
        modified: date(&record.last_modified),
        ..Vulnerability::default()
    };
    if let Some(date) = &own.modified {
        speaker.dated(date);
    }
    if record.vuln_status == "Rejected" {
        let known = own.modified.clone().or_else(|| own.published.clone());
        own.withdrawn = Some(known.unwrap_or_else(|| WITHDRAWN_ON_AN_UNKNOWN_DAY.to_owned()));
        tidy(&mut own);
        speaker.vulnerability(own);
        return speaker.kept();
    }
    let mut voices = BTreeMap::from([(Voice::Nvd, own)]);
    let Metrics { version_4, version_3_1, version_3, version_2, decisions } = &record.metrics;
    for metric in [version_4, version_3_1, version_3, version_2].into_iter().flatten() {
        said_by(&mut voices, &record.id, &metric.source)
            .cvss
            .push(metric.cvss_data.vector_string.clone().into_owned());
    }
    for weakness in &record.weaknesses {
        let names = weakness.description.iter().filter(|words| is_weakness(&words.value));
        said_by(&mut voices, &record.id, &weakness.source)
            .weaknesses
            .extend(names.map(|words| words.value.to_string()));
    }
    for decision in decisions {
        let word =
            decision.ssvc_data.options.iter().find_map(|choice| choice.exploitation.as_deref());
        if let Some(word) = word.filter(|word| ["none", "poc", "active"].contains(word)) {
            said_by(&mut voices, &record.id, &decision.source).exploitation = Some(word.to_owned());
        }
    }
    for (voice, mut said) in voices {
        tidy(&mut said);
        match voice {
            Voice::Nvd => speaker.vulnerability(said),
            Voice::Authority => speaker.speak_for(&CVE).vulnerability(said),
            Voice::Cisa => speaker.speak_for(&CISA).vulnerability(said),
        }
    }
    let mut statements = Statements::default();
    for configuration in &record.configurations {
        statements.add(&record.id, configuration);
    }
    for products in &record.affected {
        let said = product_statements(&record.id, &products.affected_data, &[]);
        let publisher = if Voice::of(&products.source) == Voice::Cisa { &CISA } else { &CVE };
        let mut speaker = speaker.speak_for(publisher);
        said.affected.into_iter().for_each(|statement| speaker.affected(statement));
        statements.problems.extend(said.problems);
    }
    super::account(speaker, &record.id, statements);
}

fn said_by<'v>(
    voices: &'v mut BTreeMap<Voice, Vulnerability>,
    id: &str,
    source: &str,
) -> &'v mut Vulnerability {
    let empty = || Vulnerability { id: id.to_owned(), ..Vulnerability::default() };
    voices.entry(Voice::of(source)).or_insert_with(empty)
}

/// `NVD-CWE-Other` and `NVD-CWE-noinfo` are none.
pub(super) fn is_weakness(text: &str) -> bool {
    text.strip_prefix("CWE-").is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
