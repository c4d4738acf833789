//! Echo's advisories: <https://advisory.echohq.com/data.json>.
//!
//! An object of source packages → CVEs → `fixed_version`. A fix in version `0` means that the
//! package never had the problem, none at all that it has no fix.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::identifier::{is_id, is_word};
use super::{FileContext, Publisher, Speaker, contains, file_name, first_sign};
use crate::model::{Affected, Range, Status};
use crate::sink::Sink;

pub(super) static ECHO: Publisher = Publisher {
    id: "echo",
    name: "Echo advisories",
    url: "https://advisory.echohq.com/",
    license: "unknown",
};

/// Echo is a rolling distribution.
const NAMESPACE: &str = "echo";

#[derive(Deserialize)]
struct Advisory<'a> {
    #[serde(borrow, default)]
    fixed_version: Option<Cow<'a, str>>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path) == "data.json"
        && path.contains("echo")
        && first_sign(head) == Some(b'{')
        && (contains(head, "\"fixed_version\"") || contains(head, "\"CVE-"))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ECHO, file);
    type Packages<'a> = BTreeMap<Cow<'a, str>, BTreeMap<Cow<'a, str>, Advisory<'a>>>;
    let packages: Packages = match serde_json::from_slice(bytes) {
        Ok(packages) => packages,
        Err(error) => return speaker.rejected("", error),
    };
    speaker.covers(NAMESPACE);
    for (package, advisories) in &packages {
        for (id, advisory) in advisories {
            let fixed = advisory.fixed_version.as_deref().filter(|version| !version.is_empty());
            if !is_word(package) || !is_id(id) || fixed.is_some_and(|version| !is_word(version)) {
                speaker.rejected(&format!("{package} {id}"), "not a package, an id and a version");
                continue;
            }
            let (status, ranges) = match fixed {
                Some("0") => (Status::NotAffected, Vec::new()),
                Some(fixed) => {
                    let fixed = Some(fixed.to_owned());
                    (Status::Fixed, vec![Range { fixed, ..Range::default() }])
                }
                None => (Status::Affected, Vec::new()),
            };
            speaker.affected(Affected {
                namespace: NAMESPACE.to_owned(),
                package: package.clone().into_owned(),
                vulnerability: id.clone().into_owned(),
                ranges,
                ..Affected::with_status(status)
            });
            speaker.kept();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn fixes_and_their_absence_are_told() {
        let read = read(
            "echo/data.json",
            r#"{"empty":{},"nginx":{"CVE-2021-3618":{"fixed_version":"1.21.0"},"CVE-2021-1":{"fixed_version":"0"},
                "CVE-2023-44487":{},"CVE 3":{}}}"#,
        );
        assert_eq!(read.counts(), (3, 0, 1));
        assert_eq!(
            read.rows(),
            [
                "echo nginx CVE-2021-1 not_affected -",
                "echo nginx CVE-2021-3618 fixed 1.21.0",
                "echo nginx CVE-2023-44487 affected -",
            ]
        );
    }

    #[test]
    fn a_broken_file_is_reported() {
        let read =
            read("echo/data.json", r#"{"nginx":{"CVE-2024-9287":{"fixed_version":"3.9.21"}"#);
        assert_eq!((read.counts(), read.problems.len()), ((0, 0, 1), 1));
    }
}
