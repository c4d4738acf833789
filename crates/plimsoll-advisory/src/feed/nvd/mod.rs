//! The National Vulnerability Database: <https://nvd.nist.gov/developers/vulnerabilities> (2.0, as
//! pages of the API and as yearly files), the older feed 1.1
//! (<https://nvd.nist.gov/vuln/data-feeds>), and what Anchore adds to it,
//! <https://github.com/anchore/nvd-data-overrides>.
//!
//! Who said what stays apart. A record repeats the scores and weaknesses of the numbering authority
//! and of CISA beside NVD's own; each names its `source`. NVD's are the source `nvd`; those of CISA
//! and of the authorities are given to `cisa` and `cve`, the sources under which CVE records speak.
//!
//! Files of 100 MB and more are normal: records are read one at a time, and one that is broken
//! costs itself. Which vulnerabilities are exploited, KEV says itself; its copy in here is not read.

pub(super) mod configurations;
mod legacy;
mod overrides;
mod record;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::identifier::rfc3339;
use super::{FileContext, HEAD, Publisher, Speaker, contains, file_name, first_sign};
use crate::sink::Sink;

use configurations::Statements;

pub(super) use overrides::{ANCHORE, parse_override, recognises_override};

pub(super) static NVD: Publisher = Publisher {
    id: "nvd",
    name: "National Vulnerability Database",
    url: "https://nvd.nist.gov/",
    license: "public domain",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    // A CVE record may have a copy of itself in the form that 1.1 was made of.
    if first_sign(head) != Some(b'{') || contains(head, "\"containers\"") {
        return false;
    }
    let name = file_name(path);
    let is_record = contains(head, "\"sourceIdentifier\"")
        && (contains(head, "\"vulnStatus\"") || contains(head, "\"lastModified\""))
        && name.starts_with("CVE-");
    // The name alone is enough where a page begins with its records.
    contains(head, "\"NVD_CVE\"")
        || contains(head, "\"CVE_Items\"")
        || (name.starts_with("nvdcve-") && contains(head, "\"vulnerabilities\""))
        || (contains(head, "\"CVE_data_meta\"") && contains(head, "\"cve\""))
        || is_record
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &NVD, file);
    let head = &bytes[..bytes.len().min(HEAD)];
    let is_page = ["\"NVD_CVE\"", "\"vulnerabilities\"", "\"CVE_Items\""];
    if is_page.iter().any(|key| contains(head, key)) {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let page = json.deserialize_map(Page { speaker: &mut speaker });
        if let Err(error) = page.and_then(|()| json.end()) {
            speaker.rejected("", error);
        }
        return;
    }
    match serde_json::from_slice::<&RawValue>(bytes) {
        Ok(raw) if contains(head, "\"CVE_data_meta\"") => legacy::read(raw, &mut speaker),
        Ok(raw) => record::read(raw, &mut speaker),
        Err(error) => speaker.rejected("", error),
    }
}

/// Reads one record.
type Read = fn(&RawValue, &mut Speaker);

/// A page or a yearly file: one object with a list of records.
struct Page<'s, 'k> {
    speaker: &'s mut Speaker<'k>,
}

impl<'de> Visitor<'de> for Page<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a page of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<str>>()? {
            let read: Read = match &*key {
                "vulnerabilities" => record::read,
                "CVE_Items" => legacy::read,
                "timestamp" | "CVE_data_timestamp" => {
                    let date: &RawValue = map.next_value()?;
                    if let Some(date) = rfc3339(date.get().trim_matches('"')) {
                        self.speaker.dated(&date);
                    }
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            map.next_value_seed(Records { speaker: self.speaker, read })?;
        }
        Ok(())
    }
}

/// The list, of which one record is held at a time.
struct Records<'s, 'k> {
    speaker: &'s mut Speaker<'k>,
    read: Read,
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(raw) = list.next_element::<&RawValue>()? {
            (self.read)(raw, self.speaker);
        }
        Ok(())
    }
}

/// Adds what was said to the account: a record is kept whole, or else says what is missing.
fn account(speaker: &mut Speaker, id: &str, statements: Statements) {
    for affected in statements.affected {
        speaker.affected(affected);
    }
    if statements.problems.is_empty() {
        return speaker.kept();
    }
    speaker.rejected_in_part();
    for problem in statements.problems {
        speaker.problem(id, problem);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Memory, read};
    use crate::model::{Range, Status};

    fn page(configurations: &str) -> Memory {
        let record = format!(
            r#"{{"format":"NVD_CVE","version":"2.0","timestamp":"2025-06-25T03:01:03.129","vulnerabilities":[{{"cve":{{
            "id":"CVE-2024-2049","sourceIdentifier":"secure@citrix.com","vulnStatus":"Analyzed","configurations":[{configurations}]}}}}]}}"#
        );
        read("nvdcve-2.0-2024.json", record)
    }

    fn one(vulnerable: bool, product: &str, bounds: &str) -> String {
        format!(
            r#"{{"vulnerable":{vulnerable},"criteria":"cpe:2.3:{product}","matchCriteriaId":"x"{bounds}}}"#
        )
    }

    #[test]
    fn who_scored_stays_apart() {
        let read = read(
            "0-2000.json",
            r#"{"resultsPerPage":2,"format":"NVD_CVE","version":"2.0","timestamp":"2026-06-18T00:00:00.000","vulnerabilities":[
            {"cve":{"id":"CVE-2021-44228","sourceIdentifier":"security@apache.org","published":"2021-12-10T10:15:09.143","lastModified":"2026-06-17T04:12:05.460","vulnStatus":"Analyzed",
              "descriptions":[{"lang":"es","value":"Hola"},{"lang":"en","value":"JNDI features"}],
              "metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}},
                {"source":"134c704f-9b21-4f2e-91b3-4a467353bcc0","type":"Secondary","cvssData":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
                "cvssMetricV2":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"vectorString":"AV:N/AC:M/Au:N/C:C/I:C/A:C"}}],
                "ssvcV203":[{"source":"134c704f-9b21-4f2e-91b3-4a467353bcc0","ssvcData":{"options":[{"exploitation":"active"},{"automatable":"yes"}]}}]},
              "weaknesses":[{"source":"security@apache.org","type":"Secondary","description":[{"lang":"en","value":"CWE-20"}]},
                {"source":"nvd@nist.gov","type":"Secondary","description":[{"lang":"en","value":"CWE-917"},{"lang":"en","value":"NVD-CWE-noinfo"}]}],
              "references":[{"url":"https://logging.apache.org/","source":"x"},{"url":"https://logging.apache.org/"}]}},
            {"cve":{"id":"CVE-2022-0094","vulnStatus":"Rejected","lastModified":"2023-11-07T03:40:56.960","descriptions":[{"lang":"en","value":"Rejected reason: unused."}]}},
            {"cve":{"id":"CVE-2024/../../x","vulnStatus":"Analyzed"}},
            {"cve":{"id":"CVE-2024-0001","metrics":7}}]}"#,
        );
        assert_eq!(read.counts(), (2, 0, 2));
        let [own, authority, cisa, rejected] = read.vulnerabilities.as_slice() else { panic!() };
        assert_eq!(own.description, "JNDI features");
        assert_eq!(
            own.cvss,
            ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "AV:N/AC:M/Au:N/C:C/I:C/A:C"]
        );
        assert_eq!((&*own.weaknesses, own.references.len()), (&["CWE-917".to_owned()][..], 1));
        assert_eq!(authority.weaknesses, ["CWE-20"]);
        assert!(authority.cvss.is_empty());
        assert_eq!(cisa.cvss, ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]);
        assert_eq!(cisa.exploitation.as_deref(), Some("active"));
        assert_eq!(rejected.withdrawn.as_deref(), Some("2023-11-07T03:40:56Z"));
        let sources: Vec<_> = read.sources.iter().map(|source| &*source.id).collect();
        assert_eq!(sources, ["nvd", "cve", "cisa"]);
        assert_eq!(read.problems[1].record, "CVE-2024-0001");
    }

    #[test]
    fn matches_of_one_product_are_one_statement() {
        let matches = [
            one(
                true,
                "a:todd_miller:sudo:*:*:*:*:*:*:*:*",
                r#","versionStartIncluding":"1.8.2","versionEndExcluding":" 1.9.4""#,
            ),
            one(true, "a:todd_miller:sudo:1.9.5:p1:*:*:*:*:*:*", ""),
            one(true, "a:todd_miller:sudo:1.9.5:-:*:*:*:*:*:*", ""),
            one(true, "a:todd_miller:sudo:*:*:*:*:pro:*:*:*", ""),
            one(
                true,
                "a:other:tool:*:*:*:*:*:*:*:*",
                r#","versionStartExcluding":"1","versionEndIncluding":"2""#,
            ),
        ];
        let read = page(&format!(
            r#"{{"nodes":[{{"operator":"OR","negate":false,"cpeMatch":[{}]}}]}}"#,
            matches.join(",")
        ));
        assert_eq!(read.counts(), (1, 0, 0));
        assert_eq!(read.affected.len(), 3);
        let first = &read.affected[0];
        assert_eq!((&*first.namespace, &*first.package), ("cpe", "todd_miller:sudo"));
        assert_eq!(first.status, Status::Fixed);
        assert_eq!(first.versions, ["1.9.5-p1", "1.9.5"]);
        assert_eq!(first.ranges[0].fixed.as_deref(), Some("1.9.4"));
        assert_eq!(first.cpes, ["cpe:2.3:a:todd_miller:sudo:*:*:*:*:*:*:*:*"]);
        assert_eq!(read.affected[1].ranges, [Range::default()]);
        let last = read.only("cpe", "other:tool");
        assert_eq!(last.status, Status::Affected);
        assert_eq!(last.ranges[0].after.as_deref(), Some("1"));
        assert_eq!(last.ranges[0].last_affected.as_deref(), Some("2"));
    }

    #[test]
    fn what_it_runs_on_is_no_product_of_its_own() {
        let firmware =
            one(true, "o:citrix:firmware:*:*:*:*:*:*:*:*", r#","versionEndExcluding":"11.4""#);
        let hardware = one(false, "h:citrix:box:-:*:*:*:*:*:*:*", "");
        let read = page(&format!(
            r#"{{"operator":"AND","nodes":[{{"operator":"OR","cpeMatch":[{firmware}]}},{{"operator":"OR","cpeMatch":[{hardware}]}}]}}"#
        ));
        assert_eq!(read.rows(), ["cpe citrix:firmware CVE-2024-2049 fixed 11.4"]);
        assert_eq!(read.affected[0].platforms, ["cpe:2.3:h:citrix:box:-:*:*:*:*:*:*:*"]);
        let read = page(&format!(
            r#"{{"nodes":[{{"operator":"OR","cpeMatch":[{firmware},{hardware}]}}]}}"#
        ));
        assert_eq!(read.only("cpe", "citrix:box").status, Status::NotAffected);
        assert!(read.only("cpe", "citrix:firmware").platforms.is_empty());
    }

    #[test]
    fn what_is_negated_is_excepted() {
        let product = one(true, "a:test:product:1.0:*:*:*:*:*:*:*", "");
        for negated in [
            format!(
                r#"{{"negate":true,"nodes":[{{"operator":"OR","negate":false,"cpeMatch":[{product}]}}]}}"#
            ),
            format!(
                r#"{{"negate":false,"nodes":[{{"operator":"OR","negate":true,"cpeMatch":[{product}]}}]}}"#
            ),
        ] {
            let read = page(&negated);
            assert_eq!(read.only("cpe", "test:product").status, Status::NotAffected);
            assert_eq!(read.affected[0].versions, ["1.0"]);
            assert_eq!(read.counts(), (1, 0, 0));
        }
        let read = page(&format!(
            r#"{{"negate":true,"operator":"AND","nodes":[{{"operator":"OR","cpeMatch":[{product}]}}]}}"#
        ));
        assert_eq!((read.counts(), read.affected.len()), ((0, 0, 1), 0));
    }

    #[test]
    fn a_broken_criterion_costs_itself() {
        let good = one(true, "a:test:product:1.0:*:*:*:*:*:*:*", "");
        let bad = one(true, "a:*:product:1.0:*:*:*:*:*:*:*", "");
        let read = page(&format!(r#"{{"nodes":[{{"operator":"OR","cpeMatch":[{bad},{good}]}}]}}"#));
        assert_eq!((read.counts(), read.affected.len()), ((0, 0, 1), 1));
        assert_eq!(read.problems[0].record, "CVE-2024-2049");
    }

    #[test]
    fn a_page_that_breaks_off_keeps_its_beginning() {
        let read = read(
            "nvdcve-2.0-2024.json",
            r#"{"format":"NVD_CVE","vulnerabilities":[{"cve":{"id":"CVE-2024-0001","vulnStatus":"Received"}},{"cve":{"id":"CVE"#,
        );
        assert_eq!(read.counts(), (1, 0, 1));
    }

    #[test]
    fn the_older_form_says_the_same() {
        let read = read(
            "nvdcve-1.1-2021.json",
            r#"{"CVE_data_type":"CVE","CVE_data_format":"MITRE","CVE_data_timestamp":"2022-09-10T07:00Z","CVE_Items":[
            {"cve":{"CVE_data_meta":{"ID":"CVE-2021-34791"},"problemtype":{"problemtype_data":[{"description":[{"lang":"en","value":"CWE-284"}]}]},
              "references":{"reference_data":[{"url":"https://tools.cisco.com/x"}]},"description":{"description_data":[{"lang":"en","value":"Gateway."}]}},
             "configurations":{"nodes":[{"operator":"AND","children":[
               {"operator":"OR","children":[],"cpe_match":[{"vulnerable":true,"cpe23Uri":"cpe:2.3:o:cisco:asa_firmware:9.1:*:*:*:*:*:*:*","cpe_name":[]}]},
               {"operator":"OR","children":[],"cpe_match":[{"vulnerable":false,"cpe23Uri":"cpe:2.3:h:cisco:asa:-:*:*:*:*:*:*:*"}]}],"cpe_match":[]}]},
             "impact":{"baseMetricV3":{"cvssV3":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N"}},"baseMetricV2":{"cvssV2":{"vectorString":"AV:N/AC:L/Au:N/C:N/I:P/A:N"}}},
             "publishedDate":"2021-10-27T19:15Z","lastModifiedDate":"2021-10-29T16:15Z"},
            {"cve":{"CVE_data_meta":{"ID":"CVE-2021-0001"},"description":{"description_data":[{"lang":"en","value":"** REJECT ** DO NOT USE"}]}},"publishedDate":"2021-10-27T19:15Z"}]}"#,
        );
        assert_eq!(read.counts(), (2, 0, 0));
        assert_eq!(read.vulnerabilities[0].cvss.len(), 2);
        assert_eq!(read.vulnerabilities[0].weaknesses, ["CWE-284"]);
        assert_eq!(read.vulnerabilities[1].withdrawn.as_deref(), Some("2021-10-27T19:15:00Z"));
        assert_eq!(read.affected[0].versions, ["9.1"]);
        assert_eq!(read.affected[0].platforms.len(), 1);
        assert_eq!(read.affected.len(), 1);
    }

    #[test]
    fn an_override_is_anchores_word() {
        let read = read(
            "data/2024/CVE-2024-0072.json",
            r#"{"_annotation":{"cna":"nvidia","cve_id":"CVE-2024-0072","description":"A crash.","modified":"2024-08-01T17:41:15.878000+00:00","references":["https://nvidia.com/"]},
            "cve":{"configurations":[{"nodes":[{"cpeMatch":[{"criteria":"cpe:2.3:a:nvidia:cuda_toolkit:*:*:*:*:*:*:*:*","versionEndExcluding":"12.4","vulnerable":true}],"negate":false,"operator":"OR"}]}]}}"#,
        );
        assert_eq!(read.sources[0].id, "anchore-overrides");
        assert_eq!(read.rows(), ["cpe nvidia:cuda_toolkit CVE-2024-0072 fixed 12.4"]);
        let read = super::super::testing::read(
            "data/2023/CVE-2023-40159.json",
            r#"{"_annotation":{"cve_id":"CVE-2023-40159"},"cve":{}}"#,
        );
        assert_eq!(read.counts(), (0, 1, 0));
    }
}
