//! PHP packages, by FriendsOfPHP: <https://github.com/FriendsOfPHP/security-advisories>, whose
//! `README.md` defines the fields.
//!
//! One YAML file per advisory and package, `VENDOR/PACKAGE/ID.yaml`, with one list of comparisons of
//! Composer for each branch; what fulfils all of a list is affected. The end of a branch is its fix.
//!
//! Quirks: there are no ids besides CVEs. An advisory without one is named after its path,
//! `FOP-VENDOR-PACKAGE-2015-08-06`. A package that is on other repositories than Packagist
//! (`composer-repository`) has the same name there.

use plimsoll_version::{Ecosystem, Syntax};

use super::identifier::{ids, is_word, rfc3339};
use super::language::{Names, conclude, ranges, statement};
use super::tree::{Tree, from_yaml};
use super::{FileContext, Publisher, Speaker, contains, file_name};
use crate::model::Vulnerability;
use crate::sink::Sink;

pub(super) static FRIENDS_OF_PHP: Publisher = Publisher {
    id: "php-security-advisories",
    name: "FriendsOfPHP security advisories",
    url: "https://github.com/FriendsOfPHP/security-advisories",
    license: "Unlicense",
};

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    let name = file_name(path);
    (name.ends_with(".yaml") || name.ends_with(".yml"))
        && contains(head, "reference:")
        && contains(head, "composer://")
        && contains(head, "branches:")
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &FRIENDS_OF_PHP, file);
    let stem = file_name(file.path);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    match from_yaml(&String::from_utf8_lossy(bytes)) {
        Ok(document) => match tell(stem, &document, &mut speaker) {
            Ok(()) => speaker.kept(),
            Err(reason) => speaker.rejected(stem, reason),
        },
        Err(error) => speaker.rejected(stem, error),
    }
}

fn tell(stem: &str, document: &Tree, speaker: &mut Speaker) -> Result<(), String> {
    let package = document.text_at("reference").and_then(|name| name.strip_prefix("composer://"));
    let package = package.filter(|name| is_word(name)).ok_or("it names no package of Composer")?;
    let cves: Vec<String> =
        ids(document.text_at("cve").unwrap_or("")).into_iter().map(|id| id.into_owned()).collect();
    let own = match cves.first() {
        Some(cve) => cve.clone(),
        None => format!("FOP-{}-{stem}", package.replace('/', "-")),
    };
    let names = Names::new(&own, cves);
    if names.first().is_none() {
        return Err("it has no id".to_owned());
    }
    let Some(Tree::Map(branches)) = document.get("branches") else {
        return Err("it has no branches".to_owned());
    };
    let mut affected = Vec::new();
    let mut published: Option<String> = None;
    for (branch, content) in branches {
        let versions: Vec<&str> =
            content.list_at("versions").iter().filter_map(Tree::text).collect();
        let text = versions.join(",");
        let read = ranges(Syntax::Composer, &text)
            .map_err(|error| format!("branch {branch} {text:?}: {error}"))?;
        affected.extend(read);
        let time = content.text_at("time").and_then(rfc3339);
        published = [published, time].into_iter().flatten().min();
    }
    if affected.is_empty() {
        return Err("its branches have no versions".to_owned());
    }
    let mut new = statement(Ecosystem::Composer, package);
    let fixes: Vec<String> = affected.iter().filter_map(|range| range.fixed.clone()).collect();
    conclude(&mut new, Syntax::Composer.scheme(), affected, &fixes);
    if let Some(date) = &published {
        speaker.dated(date);
    }
    let vulnerability = Vulnerability {
        title: document.text_at("title").unwrap_or("").to_owned(),
        references: document.text_at("link").map(str::to_owned).into_iter().collect(),
        published,
        ..Vulnerability::default()
    };
    names.tell(speaker, &vulnerability, &[new])
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn every_branch_is_a_range() {
        let one = read(
            "security-advisories/cakephp/cakephp/CVE-2019-11458.yaml",
            "title:     Unsafe\nlink:      https://a/\ncve:       CVE-2019-11458\nbranches:\n    3.5.x:\n        time:     2019-04-23 22:08:00\n\
             \x20       versions: ['>=3.0.0', '<3.5.18']\n    3.6.x:\n        time:     2019-04-20 22:08:00\n        versions: ['>=3.6.0', '<=3.6.14']\n\
             reference: composer://CakePHP/cakephp\n",
        );
        assert_eq!(one.rows(), ["composer cakephp/cakephp CVE-2019-11458 fixed 3.5.18"]);
        assert_eq!(one.affected[0].ranges[1].last_affected.as_deref(), Some("3.6.14"));
        assert_eq!(one.vulnerabilities[0].published.as_deref(), Some("2019-04-20T22:08:00Z"));
    }

    #[test]
    fn without_a_cve_the_path_is_the_name() {
        let one = read(
            "a/b/2015-08-06.yaml",
            "title: x\nlink: https://a/\ncve: ~\nbranches:\n    master:\n        time: ~\n        versions: ['<2']\nreference: composer://a/b\n",
        );
        assert_eq!(one.rows(), ["composer a/b FOP-a-b-2015-08-06 fixed 2"]);
        let none = read("a/b/1.yaml", "title: x\nbranches: {}\nreference: composer://a/b\n");
        assert_eq!(none.counts(), (0, 0, 1));
    }
}
