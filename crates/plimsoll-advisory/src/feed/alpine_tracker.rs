//! Alpine's security tracker: one JSON-LD document for each CVE, in `all.tar.gz` from
//! <https://security.alpinelinux.org/> (<https://gitlab.alpinelinux.org/kaniini/secfixes-tracker>).
//!
//! What the security database does not have is here: packages that are vulnerable and not fixed.
//! A document lists, for each repository of each release (`3.13-community`, `edge-main`), the source
//! package and the version that the repository had, and whether that version has the fix. A version
//! without the fix is no bound, as the next build of it need not have it either.

use plimsoll_version::Distribution;
use serde::Deserialize;

use super::alpine::ALPINE;
use super::identifier::{is_id, is_word};
use super::{FileContext, Speaker, contains, file_name, first_sign, osv};
use crate::model::{Affected, Range, Status, Vulnerability};
use crate::sink::Sink;

#[derive(Deserialize)]
struct Document {
    id: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    cvss3: Option<Score>,
    #[serde(default, rename = "ref")]
    references: Vec<Reference>,
    #[serde(default)]
    state: Vec<State>,
}

#[derive(Deserialize)]
struct Score {
    #[serde(default)]
    vector: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    rel: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    #[serde(default)]
    fixed: bool,
    #[serde(default = "yes")]
    published: bool,
    #[serde(default)]
    repo: String,
    #[serde(default)]
    package_name: Option<String>,
    #[serde(default)]
    package_version: String,
}

fn yes() -> bool {
    true
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let is_ours = contains(head, "security.alpinelinux.org")
        || contains(head, "\"referenceType\"")
        || contains(head, "\"VulnerabilityState\"");
    first_sign(head) == Some(b'{')
        && is_ours
        && contains(head, "\"id\"")
        && (contains(head, "\"state\"") || file_name(path).starts_with("CVE-"))
        && !contains(head, "\"dataType\"")
        // Alpine's records in the OSV database link to the tracker too.
        && !osv::recognises(path, head)
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &ALPINE, file);
    let document: Document = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) => return speaker.rejected("", error),
    };
    // In JSON-LD an id is an address.
    let id = last_part(&document.id);
    if !is_id(id) {
        return speaker.rejected(id, "the id is none");
    }
    let mut whole = true;
    for state in document.state.iter().filter(|state| state.published) {
        match statement(state, id) {
            Ok(affected) => speaker.affected(affected),
            Err(reason) => {
                whole = false;
                speaker.problem(id, reason);
            }
        }
    }
    let vector = document.cvss3.and_then(|score| score.vector);
    speaker.vulnerability(Vulnerability {
        id: id.to_owned(),
        description: document.description.unwrap_or_default(),
        cvss: vector.filter(|vector| vector.starts_with("CVSS:")).into_iter().collect(),
        references: document.references.into_iter().filter_map(|one| one.rel).collect(),
        ..Vulnerability::default()
    });
    if whole { speaker.kept() } else { speaker.rejected_in_part() }
}

fn last_part(text: &str) -> &str {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text)
}

fn statement(state: &State, id: &str) -> Result<Affected, String> {
    let repository = last_part(&state.repo);
    let release = repository.split('-').next().unwrap_or("");
    let is_release = release == "edge"
        || release.split('.').count() == 2
            && release.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !is_release {
        return Err(format!("repository {repository:?} is of no release"));
    }
    // `…/srcpkg/jenkins/2.287-r0`, or the two apart.
    let version = last_part(&state.package_version);
    let of_address = state.package_version.rsplit('/').nth(1).unwrap_or("");
    let package = state.package_name.as_deref().unwrap_or(of_address);
    if !is_word(package) || !is_word(version) {
        return Err(format!("{package:?} {version:?} is no package"));
    }
    let range = state.fixed.then(|| Range { fixed: Some(version.to_owned()), ..Range::default() });
    let status = if state.fixed { Status::Fixed } else { Status::Affected };
    Ok(Affected {
        namespace: Distribution::Alpine.namespace(release),
        package: package.to_owned(),
        vulnerability: id.to_owned(),
        ranges: range.into_iter().collect(),
        ..Affected::with_status(status)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn states_become_statements_by_release() {
        let text = r#"{"type":"Vulnerability","id":"https://security.alpinelinux.org/vuln/CVE-2019-1003051","description":"Words.",
            "cvss3":{"score":8.8,"vector":"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"},"ref":[{"type":"Reference","referenceType":"x","rel":"https://jenkins.io/"}],
            "state":[{"type":"VulnerabilityState","fixed":false,"published":true,"repo":"3.13-community","packageName":"jenkins","packageVersion":"2.287-r0"},
            {"fixed":true,"published":true,"repo":"https://security.alpinelinux.org/branch/edge-community","packageVersion":"https://security.alpinelinux.org/srcpkg/jenkins/2.297-r0"},
            {"fixed":true,"published":false,"repo":"3.14-main","packageName":"hidden","packageVersion":"1-r0"},
            {"fixed":true,"repo":"somewhere","packageName":"x","packageVersion":"1-r0"}]}"#;
        let read = read("data/CVE-2019-1003051.json", text);
        assert_eq!(read.counts(), (0, 0, 1));
        assert_eq!(read.problems.len(), 1);
        assert_eq!(
            read.rows(),
            [
                "alpine:3.13 jenkins CVE-2019-1003051 affected -",
                "alpine:edge jenkins CVE-2019-1003051 fixed 2.297-r0",
            ]
        );
        assert_eq!(read.vulnerabilities[0].cvss.len(), 1);
    }
}
