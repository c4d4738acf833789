//! Documents that Red Hat took back: `deletions.csv` beside its CSAF documents, advisories and VEX.
//! <https://redhatproductsecurity.github.io/security-data-guidelines/csaf-vex/>
//!
//! Archives are made once a day, and older ones still hold what was deleted since. A line is
//! `"2024/cve-2024-44943.json","2024-08-28T09:39:21+00:00"`: the file, and when it went.
//! (`changes.csv` has the same form; it only says what to fetch.)

use super::csaf::{REDHAT, REDHAT_ADVISORIES};
use super::identifier::{is_id, rfc3339};
use super::{FileContext, Speaker, contains, file_name};
use crate::sink::Sink;

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path) == "deletions.csv" && contains(head, ".json\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let text = String::from_utf8_lossy(bytes);
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let mut fields = line.trim().split(',').map(|field| field.trim().trim_matches('"'));
        let id = fields.next().and_then(document_id);
        let date = fields.next().and_then(rfc3339);
        let publisher = match &id {
            Some(id) if id.starts_with("CVE-") => &REDHAT,
            _ => &REDHAT_ADVISORIES,
        };
        let mut speaker = Speaker::new(sink, publisher, file);
        match (id, date) {
            (Some(id), Some(date)) => {
                speaker.deleted(&id, Some(&date));
                speaker.kept();
            }
            _ => speaker.rejected(&format!("line {number}"), "not a document and a date"),
        }
    }
}

/// `RHSA-2023:6202` for `2023/rhsa-2023_6202.json`, `CVE-2024-44943` for
/// `2024/cve-2024-44943.json`.
fn document_id(path: &str) -> Option<String> {
    let stem = file_name(path).strip_suffix(".json")?;
    let id = stem.to_ascii_uppercase().replace('_', ":");
    is_id(&id).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn each_line_takes_a_document_back() {
        let read = read(
            "vex/deletions.csv",
            "\"2024/cve-2024-44943.json\",\"2024-08-28T09:39:21+00:00\"\n\
             \"2023/rhsa-2023_6202.json\",\"2024-08-17T03:23:31+00:00\"\n\
             \"2023/readme.txt\",\"2024-08-17T03:23:31+00:00\"\n\"2024/cve-2024-1.json\"\n\n",
        );
        assert_eq!(read.counts(), (2, 0, 2));
        assert_eq!(
            read.deleted,
            [
                ("redhat", "CVE-2024-44943", "2024-08-28T09:39:21+00:00"),
                ("redhat-csaf", "RHSA-2023:6202", "2024-08-17T03:23:31+00:00"),
            ]
            .map(|(source, id, date)| {
                (source.to_owned(), id.to_owned(), Some(date.to_owned()))
            })
        );
    }
}
