//! GitLab's advisories, community edition:
//! <https://gitlab.com/gitlab-org/advisories-community>, whose `README.md` and schema define the
//! fields.
//!
//! One YAML file per advisory and package, `TYPE/PACKAGE/ID.yml`. `package_slug` is type and name,
//! `affected_range` is in the syntax of the package's own ecosystem.
//!
//! Quirks: an empty range means all versions. All but NuGet and Maven separate alternatives by `||`.
//! The name of a Maven artifact has a slash between group and artifact. What is named for Go may be a
//! module or a package in one. `not_impacted` and `solution` repeat the range in words. A range that
//! cannot be read (a version that the ecosystem does not know, a slip) costs the statement: the words
//! are kept, and the record counts as rejected.

use plimsoll_version::Ecosystem;

use super::identifier::{is_word, rfc3339};
use super::language::{Names, conclude, ranges, statement};
use super::tree::{Tree, from_yaml};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::{Range, Vulnerability};
use crate::sink::Sink;

pub(super) static GITLAB: Publisher = Publisher {
    id: "gitlab",
    name: "GitLab Advisory Database (community)",
    url: "https://gitlab.com/gitlab-org/advisories-community",
    license: "MIT",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path).ends_with(".yml")
        && contains(head, "\npackage_slug:")
        && contains(head, "identifier:")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &GITLAB, file);
    let stem = file_name(file.path).trim_end_matches(".yml");
    match from_yaml(&String::from_utf8_lossy(bytes)) {
        Ok(document) => match tell(&document, &mut speaker) {
            Ok(()) => speaker.kept(),
            Err(reason) => speaker.rejected(stem, reason),
        },
        Err(error) => speaker.rejected(stem, error),
    }
}

/// Tells what it can; the error is what it could not.
fn tell(document: &Tree, speaker: &mut Speaker) -> Result<(), String> {
    let slug = document.text_at("package_slug").unwrap_or("");
    let (kind, package) = slug.split_once('/').ok_or("package_slug names no package")?;
    let ecosystem = match kind {
        "go" => Some(Ecosystem::Golang),
        "packagist" => Some(Ecosystem::Composer),
        kind => Ecosystem::from_id(kind),
    };
    let ecosystem = ecosystem.ok_or_else(|| format!("{kind:?} is an unknown kind of packages"))?;
    if !is_word(package) {
        return Err(format!("{package:?} is no name of a package"));
    }
    let package = match (ecosystem, package.split_once('/')) {
        (Ecosystem::Maven, Some((group, artifact))) => format!("{group}:{artifact}"),
        _ => package.to_owned(),
    };
    let texts = |field: &str| -> Vec<String> {
        document.list_at(field).iter().filter_map(|entry| entry.text().map(str::to_owned)).collect()
    };
    let mut names = Names::new(document.text_at("identifier").unwrap_or(""), texts("identifiers"));
    if names.first().is_none() {
        // One is called "unknown".
        names = Names::new(&format!("GITLAB-{}", document.text_at("uuid").unwrap_or("")), []);
    }
    if names.first().is_none() {
        return Err("it has no id".to_owned());
    }
    let text = document.get("affected_range").and_then(Tree::text).unwrap_or("").trim();
    let affected = match text {
        _ if document.get("affected_range").is_none() => Err("it has no affected_range".to_owned()),
        "" => Ok(vec![Range::default()]),
        text => ranges(ecosystem.syntax(), text).map_err(|error| format!("{text:?}: {error}")),
    };
    // What is wrong with the range costs the statement, not the words.
    let (statements, result) = match affected {
        Ok(affected) => {
            let mut new = statement(ecosystem, &package);
            conclude(&mut new, ecosystem.scheme(), affected, &texts("fixed_versions"));
            (vec![new], Ok(()))
        }
        Err(reason) => (Vec::new(), Err(reason)),
    };
    let scores = ["cvss_v4", "cvss_v3", "cvss_v2"];
    let vulnerability = Vulnerability {
        title: document.text_at("title").unwrap_or("").to_owned(),
        description: document.text_at("description").unwrap_or("").to_owned(),
        cvss: scores
            .iter()
            .filter_map(|field| document.text_at(field).map(str::to_owned))
            .collect(),
        weaknesses: texts("cwe_ids"),
        references: texts("urls"),
        published: document.text_at("pubdate").and_then(rfc3339),
        modified: document.text_at("date").and_then(rfc3339),
        ..Vulnerability::default()
    };
    if let Some(date) = &vulnerability.modified {
        speaker.dated(date);
    }
    names.tell(speaker, &vulnerability, &statements).and(result)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Memory, read};
    use crate::model::{Range, Status};

    fn advisory(slug: &str, range: &str, fixes: &str) -> Memory {
        read(
            "npm/a/CVE-2019-11250.yml",
            format!(
                "---\nidentifier: \"CVE-2019-11250\"\npackage_slug: \"{slug}\"\ntitle: \"Credentials\"\ndate: \"2019-09-19\"\npubdate: \"2019-08-29\"\n\
                 affected_range: \"{range}\"\nfixed_versions: {fixes}\nurls:\n- \"https://a/\"\ncvss_v2: \"AV:N/AC:M/Au:S/C:P/I:N/A:N\"\ncwe_ids:\n- \"CWE-532\"\n\
                 identifiers:\n- \"CVE-2019-11250\"\n- \"GHSA-aaaa-bbbb-2222\"\n"
            ),
        )
    }

    #[test]
    fn each_kind_has_its_own_syntax() {
        for (slug, range, fixes, row) in [
            (
                "go/k8s.io/client-go",
                "<v0.16.4",
                "[v0.16.4]",
                "golang k8s.io/client-go CVE-2019-11250 fixed v0.16.4",
            ),
            (
                "maven/org.a/b",
                "(,1.0],[2.0,2.3)",
                "[1.1, 2.3]",
                "maven org.a:b CVE-2019-11250 fixed 1.1",
            ),
            ("nuget/A.B", "[1.0]", "[]", "nuget a.b CVE-2019-11250 affected 1.0"),
            (
                "packagist/a/b",
                ">=1.0,<2.0||=3.0",
                "[\"2.0\"]",
                "composer a/b CVE-2019-11250 fixed 2.0",
            ),
            ("pypi/A_b", "==1.0", "[]", "pypi a-b CVE-2019-11250 affected 1.0"),
            ("gem/a", ">=1.0 <2.0", "[]", "gem a CVE-2019-11250 affected 2.0"),
            ("conan/a", "=cci.2021", "[]", "conan a CVE-2019-11250 affected cci.2021"),
            ("npm/@a/b", "<1.0.0||>=2.0.0", "[1.0.0]", "npm @a/b CVE-2019-11250 fixed 1.0.0"),
        ] {
            let read = advisory(slug, range, fixes);
            assert_eq!(read.rows(), [row], "{slug}");
        }
        let said = &advisory("npm/a", "<1", "[]").vulnerabilities[0];
        assert_eq!(said.aliases, ["GHSA-aaaa-bbbb-2222"]);
        assert_eq!((said.cvss.len(), said.weaknesses.len()), (1, 1));
    }

    #[test]
    fn an_empty_range_is_all_and_a_wrong_one_an_error() {
        let read = advisory("go/a.b/c", "", "[]");
        assert_eq!(
            (read.affected[0].status, &*read.affected[0].ranges),
            (Status::Affected, &[Range::default()][..])
        );
        let wrong = advisory("npm/a", "<<1", "[]");
        assert_eq!((wrong.counts(), wrong.affected.len()), ((0, 0, 1), 0));
        assert_eq!(wrong.vulnerabilities[0].title, "Credentials");
        assert_eq!(advisory("cobol/a", "<1", "[]").counts(), (0, 0, 1));
        assert_eq!(advisory("npm", "<1", "[]").counts(), (0, 0, 1));
    }
}
