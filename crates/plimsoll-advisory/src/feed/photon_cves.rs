//! Photon OS: `cve_data_photon4.0.json` from
//! <https://packages.vmware.com/photon/photon_cve_metadata/>.
//!
//! One row is one CVE of one package. The release stands in the file's name. `res_ver` is the
//! version with the fix; `NA`, or the status "Not Affected", is none. Ids that Photon made up while
//! there was no other (`UNK-1`) say nothing and are skipped.

use plimsoll_version::Distribution;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::identifier::{is_cve, is_id, is_word};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Affected, Range, Status};
use crate::sink::{Fate, Sink};

pub(super) static PHOTON: Publisher = Publisher {
    id: "photon",
    name: "Photon OS CVE metadata",
    url: "https://packages.vmware.com/photon/photon_cve_metadata/",
    license: "not stated",
};

#[derive(Deserialize)]
struct Row {
    cve_id: String,
    pkg: String,
    #[serde(default)]
    res_ver: String,
    #[serde(default)]
    status: Option<String>,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path).starts_with("cve_data_photon") && contains(head, "\"cve_id\"")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &PHOTON, file);
    let Some(namespace) = release(file_name(file.path)) else {
        return speaker.rejected("", "the file's name says no release");
    };
    speaker.covers(&namespace);
    let rows: Vec<&RawValue> = match serde_json::from_slice(bytes) {
        Ok(rows) => rows,
        Err(error) => return speaker.rejected("", error),
    };
    for raw in rows {
        let row: Row = match serde_json::from_str(raw.get()) {
            Ok(row) => row,
            Err(error) => {
                speaker.rejected("", error);
                continue;
            }
        };
        match tell(&row, &namespace, &mut speaker) {
            Ok(Fate::Skipped) => speaker.skipped(),
            Ok(_) => speaker.kept(),
            Err(reason) => speaker.rejected(&format!("{} {}", row.cve_id, row.pkg), reason),
        }
    }
}

/// `photon:4.0` of `cve_data_photon4.0.json`.
fn release(name: &str) -> Option<String> {
    let version = name.strip_prefix("cve_data_photon")?.trim_start_matches('_');
    let end =
        version.find(|sign: char| !(sign.is_ascii_digit() || sign == '.')).unwrap_or(version.len());
    let version = version[..end].trim_matches('.');
    version.contains('.').then(|| Distribution::Photon.namespace(version))
}

fn tell(row: &Row, namespace: &str, speaker: &mut Speaker) -> Result<Fate, String> {
    if row.cve_id.starts_with("UNK-") {
        return Ok(Fate::Skipped);
    }
    if !is_id(&row.cve_id) || row.cve_id.starts_with("CVE-") && !is_cve(&row.cve_id) {
        return Err(format!("{:?} is no id", row.cve_id));
    }
    if !is_word(&row.pkg) {
        return Err(format!("{:?} is no package", row.pkg));
    }
    let fixed = Some(&row.res_ver)
        .filter(|version| is_word(version) && version.bytes().any(|byte| byte.is_ascii_digit()));
    let status = match (row.status.as_deref(), fixed) {
        (Some("Not Affected"), _) => Status::NotAffected,
        (Some("Fixed") | None, Some(_)) => Status::Fixed,
        (Some("Fixed"), None) => return Err("fixed without a version".to_owned()),
        (None, None) => Status::Affected,
        // Other words are about a package without a fix.
        (Some(_), _) => Status::Affected,
    };
    let range = fixed
        .filter(|_| status != Status::NotAffected)
        .map(|version| Range { fixed: Some(version.clone()), ..Range::default() });
    speaker.affected(Affected {
        namespace: namespace.to_owned(),
        package: row.pkg.clone(),
        vulnerability: row.cve_id.clone(),
        raw_status: row.status.clone().filter(|_| status != Status::Fixed),
        ranges: range.into_iter().collect(),
        ..Affected::with_status(status)
    });
    Ok(Fate::Kept)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn rows_become_statements() {
        let text = r#"[{"cve_id":"CVE-2025-9086","pkg":"curl","cve_score":7.5,"aff_ver":"all versions before 8.16.0-1.ph4 are vulnerable","res_ver":"8.16.0-1.ph4","status":"Fixed"},
            {"cve_id":"CVE-2019-3828","pkg":"ansible","cve_score":10,"aff_ver":"x","res_ver":"2.7.6-2.ph3"},
            {"cve_id":"CVE-2025-1111","pkg":"linux","res_ver":"NA","status":"Not Affected"},
            {"cve_id":"CVE-2025-2222","pkg":"linux","res_ver":"NA"},
            {"cve_id":"UNK-1","pkg":"curl","res_ver":"NA","status":"Not Affected"},
            {"cve_id":"Re","pkg":"linux","res_ver":"NA","status":"Not Affected"},
            {"cve_id":"CVE-2019-3828-0001","pkg":"x","res_ver":"1-1"},{"cve_id":5}]"#;
        let read = read("cve_data_photon4.0.json", text);
        assert_eq!(read.counts(), (4, 1, 3), "{:?}", read.problems);
        assert_eq!(
            read.rows(),
            [
                "photon:4.0 ansible CVE-2019-3828 fixed 2.7.6-2.ph3",
                "photon:4.0 curl CVE-2025-9086 fixed 8.16.0-1.ph4",
                "photon:4.0 linux CVE-2025-1111 not_affected -",
                "photon:4.0 linux CVE-2025-2222 affected -",
            ]
        );
    }

    #[test]
    fn a_name_without_release_is_reported() {
        let text = r#"[{"cve_id":"CVE-2025-9086","pkg":"curl"}]"#;
        assert_eq!(read("cve_data_photon_empty.json", text).counts(), (0, 0, 1));
    }
}
