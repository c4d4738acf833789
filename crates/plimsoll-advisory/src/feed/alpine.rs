//! Alpine's security database, <https://secdb.alpinelinux.org/> (layout in
//! <https://gitlab.alpinelinux.org/alpine/infra/docker/secdb>), and the files of the same layout
//! that Wolfi, Chainguard and MinimOS publish.
//!
//! A file is one repository of one release. Each *source* package (origin) lists, per version, the
//! ids fixed in it: `"3.1.4-r5": ["CVE-2024-0727"]`. Version `"0"` means that the package was
//! never affected. Unfixed problems are not in it. The live form is JSON, that of 2020 YAML.
//!
//! Quirks:
//! * The ids of an entry are one string for people: `CVE-2018-19961 XSA-275`, `CVE 2018-16859`.
//!   Each CVE becomes a record; other ids beside it are kept as advisories.
//! * What has no entries may be `{}` or null instead of an empty list, `packages` too.
//! * The files of Wolfi and its relatives have no release, and list a GHSA beside its CVE without
//!   saying that they are the same.

use plimsoll_version::Distribution;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::identifier::{ids, is_cve, is_word};
use super::tree::{Tree, from_json, from_yaml};
use super::wolfi::WOLFI;
use super::{FileContext, Publisher, Speaker, contains, directory, first_sign};
use crate::model::{Affected, Range, Status};
use crate::sink::Sink;

pub(super) static ALPINE: Publisher = Publisher {
    id: "alpine",
    name: "Alpine Secdb",
    url: "https://secdb.alpinelinux.org/",
    license: "not stated",
};

pub(super) static CHAINGUARD: Publisher = Publisher {
    id: "chainguard",
    name: "Chainguard Security Data",
    url: "https://packages.cgr.dev/chainguard/security.json",
    license: "not stated",
};

pub(super) static MINIMOS: Publisher = Publisher {
    id: "minimos",
    name: "MinimOS Security Data",
    url: "https://packages.mini.dev/advisories/secdb/security.json",
    license: "not stated",
};

/// What stands around the packages.
#[derive(Default)]
struct Repository {
    release: String,
    name: String,
    prefix: String,
}

#[derive(Deserialize)]
struct JsonRepository<'a> {
    #[serde(default)]
    distroversion: Option<String>,
    #[serde(default)]
    reponame: Option<String>,
    #[serde(default)]
    urlprefix: Option<String>,
    #[serde(borrow, default)]
    packages: Option<&'a RawValue>,
}

pub(super) fn recognises(_: &str, head: &[u8]) -> bool {
    let names = |quote: &str| {
        let has = |word: &str| contains(head, &format!("{quote}{word}{quote}:"));
        has("secfixes") || has("packages") && (has("apkurl") || has("urlprefix"))
    };
    if first_sign(head) == Some(b'{') {
        names("\"")
    } else {
        names("") && contains(head, "distroversion:")
    }
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    if first_sign(bytes) == Some(b'{') { json(file, bytes, sink) } else { yaml(file, bytes, sink) }
}

fn json(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let document: JsonRepository = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) => return Speaker::new(sink, &ALPINE, file).rejected("", error),
    };
    let repository = Repository {
        release: document.distroversion.unwrap_or_default(),
        name: document.reponame.unwrap_or_default(),
        prefix: document.urlprefix.unwrap_or_default(),
    };
    let Some((mut speaker, namespace)) = begin(file, &repository, sink) else { return };
    let packages = document.packages.map_or("[]", RawValue::get);
    if !packages.starts_with('[') {
        return;
    }
    match serde_json::from_str::<Vec<&RawValue>>(packages) {
        Ok(packages) => {
            for raw in packages {
                match from_json(raw.get().as_bytes()) {
                    Ok(tree) => package(&tree, &namespace, &mut speaker),
                    Err(error) => speaker.rejected("", error),
                }
            }
        }
        Err(error) => speaker.rejected("", error),
    }
}

fn yaml(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let document = match from_yaml(&String::from_utf8_lossy(bytes)) {
        Ok(document) => document,
        Err(error) => return Speaker::new(sink, &ALPINE, file).rejected("", error),
    };
    let text = |key| document.text_at(key).unwrap_or("").to_owned();
    let repository = Repository {
        release: text("distroversion"),
        name: text("reponame"),
        prefix: text("urlprefix"),
    };
    let Some((mut speaker, namespace)) = begin(file, &repository, sink) else { return };
    for entry in document.list_at("packages") {
        package(entry, &namespace, &mut speaker);
    }
}

/// Finds out whose file it is, and of which release.
fn begin<'a>(
    file: &FileContext<'a>,
    repository: &Repository,
    sink: &'a mut dyn Sink,
) -> Option<(Speaker<'a>, String)> {
    let rolling = |publisher, distribution: Distribution| (publisher, distribution.namespace(""));
    let (publisher, namespace) = match &*repository.prefix {
        prefix if prefix.contains("wolfi.dev") => rolling(&WOLFI, Distribution::Wolfi),
        prefix if prefix.contains("cgr.dev") => rolling(&CHAINGUARD, Distribution::Chainguard),
        prefix if prefix.contains("mini.dev") => rolling(&MINIMOS, Distribution::MinimOs),
        prefix if prefix.is_empty() || prefix.contains("alpinelinux.org") => {
            match release(&repository.release).or_else(|| release(directory(file.path))) {
                Some(release) => (&ALPINE, Distribution::Alpine.namespace(release)),
                None => {
                    Speaker::new(sink, &ALPINE, file)
                        .rejected(&repository.name, "the release is not said");
                    return None;
                }
            }
        }
        prefix => {
            let reason = format!("the repository {prefix:?} is of no known distribution");
            Speaker::new(sink, &ALPINE, file).rejected(&repository.name, reason);
            return None;
        }
    };
    let mut speaker = Speaker::new(sink, publisher, file);
    speaker.covers(&namespace);
    Some((speaker, namespace))
}

/// `3.19` of `v3.19`, and `edge`.
fn release(text: &str) -> Option<&str> {
    if text == "edge" {
        return Some(text);
    }
    let number = text.strip_prefix('v')?;
    let plain = number.split('.').count() == 2
        && number
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    plain.then_some(number)
}

/// One entry of `packages`: `{"pkg": {"name": …, "secfixes": {version: [ids]}}}`.
fn package(entry: &Tree, namespace: &str, speaker: &mut Speaker) {
    let entry = entry.get("pkg").unwrap_or(entry);
    let Some(name) = entry.text_at("name").filter(|name| is_word(name)) else {
        return speaker.rejected("", "a package without a name");
    };
    let fixes = match entry.get("secfixes") {
        Some(Tree::Map(fixes)) => fixes.as_slice(),
        Some(Tree::Null) | None => &[],
        Some(Tree::List(list)) if list.is_empty() => &[],
        Some(_) => return speaker.rejected(name, "secfixes is no map"),
    };
    for (version, listed) in fixes {
        let single = std::slice::from_ref(listed);
        let listed = match listed {
            Tree::List(members) => members,
            Tree::Text(_) => single,
            _ => &[],
        };
        for text in listed {
            let record = || format!("{name} {version}");
            let Some(text) = text.text() else {
                speaker.rejected(&record(), "an id that is no text");
                continue;
            };
            if !is_word(version) || !version.bytes().any(|byte| byte.is_ascii_digit()) {
                speaker.rejected(&record(), "this is no version");
                continue;
            }
            if tell(namespace, name, version, text, speaker) {
                speaker.kept();
            } else {
                speaker.rejected(&record(), format!("no id in {text:?}"));
            }
        }
    }
}

/// Hands on one string of ids; whether there was one in it.
fn tell(namespace: &str, package: &str, version: &str, text: &str, speaker: &mut Speaker) -> bool {
    let ids = ids(text);
    let cves = ids.iter().take_while(|id| is_cve(id)).count();
    let (reported, others) = ids.split_at(cves.max(1).min(ids.len()));
    for id in reported {
        let (status, ranges) = match version {
            "0" => (Status::NotAffected, Vec::new()),
            version => {
                (Status::Fixed, vec![Range { fixed: Some(version.to_owned()), ..Range::default() }])
            }
        };
        speaker.affected(Affected {
            namespace: namespace.to_owned(),
            package: package.to_owned(),
            vulnerability: id.clone().into_owned(),
            advisories: others.iter().map(|id| id.clone().into_owned()).collect(),
            ranges,
            ..Affected::with_status(status)
        });
    }
    !reported.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    #[test]
    fn the_live_form_is_read() {
        let read = read(
            "v3.19/main.json",
            r#"{"apkurl":"x","archs":["x86_64"],"reponame":"main","urlprefix":"https://dl-cdn.alpinelinux.org/alpine",
            "distroversion":"v3.19","packages":[
              {"pkg":{"name":"openssl","secfixes":{"3.1.4-r5":["CVE-2024-0727"],"0":["CVE-2022-1343"]}}},
              {"pkg":{"name":"xen","secfixes":{"4.11.1-r0":["CVE-2018-3620 CVE-2018-3646 XSA-273","XSA-207"],"4.12.0-r0":{}}}},
              {"pkg":{"name":"none","secfixes":{}}},
              {"pkg":{"secfixes":{"1-r0":["CVE-2020-1111"]}}},
              {"pkg":{"name":"odd","secfixes":{"1-r0":[7,"nothing"]}}}]}"#,
        );
        assert_eq!(
            read.rows(),
            [
                "alpine:3.19 openssl CVE-2022-1343 not_affected -",
                "alpine:3.19 openssl CVE-2024-0727 fixed 3.1.4-r5",
                "alpine:3.19 xen CVE-2018-3620 fixed 4.11.1-r0",
                "alpine:3.19 xen CVE-2018-3646 fixed 4.11.1-r0",
                "alpine:3.19 xen XSA-207 fixed 4.11.1-r0",
            ]
        );
        assert_eq!(read.covered, ["alpine:3.19"]);
        assert_eq!(read.affected[2].advisories, ["XSA-273"]);
        assert_eq!(read.counts(), (4, 0, 3));
    }

    #[test]
    fn packages_may_be_an_empty_map() {
        let read = read(
            "edge/releases.json",
            r#"{"apkurl":"x","urlprefix":"","packages":{},"distroversion":"edge"}"#,
        );
        assert_eq!(read.covered, ["alpine:edge"]);
        assert_eq!(read.counts(), (0, 0, 0));
    }

    #[test]
    fn the_form_of_2020_is_read() {
        let read = read(
            "v3.9/main.yaml",
            "---\ndistroversion: v3.9\nreponame: main\narchs:\n  - x86_64\napkurl: \"{{urlprefix}}\"\npackages:\n\
             \x20 - pkg:\n      name: ansible\n      secfixes:\n        2.7.3-r0:\n          - CVE 2018-16859\n\
             \x20       0:\n          - CVE-2019-3828\n",
        );
        assert_eq!(
            read.rows(),
            [
                "alpine:3.9 ansible CVE-2018-16859 fixed 2.7.3-r0",
                "alpine:3.9 ansible CVE-2019-3828 not_affected -"
            ]
        );
    }

    #[test]
    fn the_relatives_have_namespaces_and_voices_of_their_own() {
        for (prefix, namespace) in [
            ("https://packages.wolfi.dev", "wolfi"),
            ("https://packages.cgr.dev", "chainguard"),
            ("https://packages.mini.dev", "minimos"),
        ] {
            let text = format!(
                r#"{{"apkurl":"x","urlprefix":"{prefix}","reponame":"os","packages":[{{"pkg":{{"name":"a","secfixes":{{"1-r0":["GHSA-rq3x-83w4-p28c"]}}}}}}]}}"#
            );
            let read = read("security.json", text);
            assert_eq!(read.rows(), [format!("{namespace} a GHSA-rq3x-83w4-p28c fixed 1-r0")]);
            assert_eq!(read.sources[0].id, namespace);
        }
        let unknown = read(
            "security.json",
            r#"{"apkurl":"x","urlprefix":"https://apk.example","packages":[]}"#,
        );
        assert_eq!(unknown.counts(), (0, 0, 1));
    }
}
