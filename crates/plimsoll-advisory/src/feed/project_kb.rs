//! Java artifacts, by SAP's project KB: <https://github.com/SAP/project-kb/tree/vulnerability-data>.
//!
//! One YAML file per vulnerability, `statements/ID/statement.yaml`: notes, the commits that fix it,
//! and artifacts as package URLs with one version each, of which a person or a program found that they
//! are `affected` or not.
//!
//! The affected versions of an artifact are one statement that enumerates them; those that are not are
//! another one. There are no ranges, so nothing is said of a version that nobody looked at. Fix commits
//! are references.

use std::collections::BTreeMap;

use plimsoll_version::Ecosystem;

use super::language::{Names, statement};
use super::purl::Purl;
use super::tree::{Tree, from_yaml};
use super::{FileContext, Publisher, Speaker, contains, directory, file_name};
use crate::model::{Affected, Status, Vulnerability};
use crate::sink::Sink;

pub(super) static PROJECT_KB: Publisher = Publisher {
    id: "project-kb",
    name: "SAP project KB",
    url: "https://github.com/SAP/project-kb",
    license: "Apache-2.0",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    matches!(file_name(path), "statement.yaml" | "statement.yml")
        && contains(head, "vulnerability_id:")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &PROJECT_KB, file);
    let place = directory(file.path);
    let document = match from_yaml(&String::from_utf8_lossy(bytes)) {
        Ok(document) => document,
        Err(error) => return speaker.rejected(place, error),
    };
    let own = document.text_at("vulnerability_id").unwrap_or(place);
    let names = Names::new(
        own,
        document.list_at("aliases").iter().filter_map(|id| id.text().map(str::to_owned)),
    );
    if names.first().is_none() {
        return speaker.rejected(place, format!("{own:?} is no id"));
    }
    let mut found: BTreeMap<(&str, String, bool), Affected> = BTreeMap::new();
    let mut wrong = false;
    for artifact in document.list_at("artifacts") {
        let id = artifact.text_at("id").unwrap_or("");
        let Some((ecosystem, name, version)) = read(id) else {
            speaker.problem(own, format!("{id:?} is no package URL with a version"));
            wrong = true;
            continue;
        };
        let affected = match artifact.text_at("affected") {
            Some("true") => true,
            Some("false") => false,
            // Nobody has found out yet.
            _ => continue,
        };
        let new = || {
            let mut new = statement(ecosystem, &name);
            if !affected {
                new.status = Status::NotAffected;
            }
            new
        };
        let key = (ecosystem.id(), name.clone(), affected);
        let versions = &mut found.entry(key).or_insert_with(new).versions;
        versions.push(version);
    }
    let mut statements: Vec<Affected> = found.into_values().collect();
    for statement in &mut statements {
        statement.versions.sort();
        statement.versions.dedup();
    }
    let notes = document.list_at("notes").iter();
    let links = document.list_at("notes").iter().flat_map(|note| note.list_at("links"));
    let commits = document.list_at("fixes").iter().flat_map(|fix| fix.list_at("commits"));
    let references = links.filter_map(|link| link.text().map(str::to_owned));
    let vulnerability = Vulnerability {
        description: notes.filter_map(|note| note.text_at("text")).collect::<Vec<_>>().join("\n\n"),
        references: references.chain(commits.filter_map(commit)).collect(),
        ..Vulnerability::default()
    };
    match names.tell(&mut speaker, &vulnerability, &statements) {
        Err(reason) => speaker.rejected(own, reason),
        Ok(()) if wrong => speaker.rejected_in_part(),
        Ok(()) => speaker.kept(),
    }
}

fn read(id: &str) -> Option<(Ecosystem, String, String)> {
    let purl = Purl::parse(id)?;
    Some((Ecosystem::from_purl_type(&purl.ecosystem)?, purl.name, purl.version?))
}

/// The address of a commit; on GitHub and the like that is one to look at.
fn commit(commit: &Tree) -> Option<String> {
    let id = commit.text_at("id")?;
    let repository = commit.text_at("repository")?.trim_end_matches('/');
    let repository = repository.strip_suffix(".git").unwrap_or(repository);
    Some(format!("{repository}/commit/{id}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;
    use crate::model::Status;

    #[test]
    fn artifacts_are_enumerated() {
        let read = read(
            "statements/CVE-2015-1831/statement.yaml",
            "vulnerability_id: CVE-2015-1831\nnotes:\n- text: The default patterns.\n  links:\n  - https://a/\nfixes:\n- id: DEFAULT_BRANCH\n  commits:\n\
             \x20 - id: d832747d647df343ed07a58b1b5e540a05a4d51b\n    repository: https://github.com/apache/struts\nartifacts:\n\
             - id: pkg:maven/org.apache.struts/struts2-core@2.0.5\n  reason: Reviewed manually\n  affected: true\n\
             - id: pkg:maven/org.apache.struts/struts2-core@2.0.11.2\n  affected: true\n\
             - id: pkg:maven/org.apache.struts/struts2-core@2.5.17\n  affected: false\n- id: pkg:maven/nothing\n  affected: true\n",
        );
        assert_eq!(read.counts(), (0, 0, 1));
        assert_eq!(
            read.rows(),
            [
                "maven org.apache.struts:struts2-core CVE-2015-1831 affected -",
                "maven org.apache.struts:struts2-core CVE-2015-1831 not_affected -",
            ]
        );
        let affected = read.affected.iter().find(|one| one.status == Status::Affected).unwrap();
        assert_eq!(affected.versions, ["2.0.11.2", "2.0.5"]);
        let said = &read.vulnerabilities[0];
        assert_eq!(said.description, "The default patterns.");
        assert_eq!(
            said.references[1],
            "https://github.com/apache/struts/commit/d832747d647df343ed07a58b1b5e540a05a4d51b"
        );
    }
}
