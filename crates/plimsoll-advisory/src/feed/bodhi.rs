//! Fedora and EPEL: pages of updates from Bodhi, <https://bodhi.fedoraproject.org/docs/>, and single
//! updates of the same form.
//!
//! An update names *source* builds (`firefox-102.0-1.fc36`), whereas Fedora's packages are looked up
//! by their installed names. Where somebody has put the list of built packages beside the build
//! (`package`, by architecture), those are taken; elsewhere the source's name is what there is, and
//! most sources have a package of their name. A module names no packages without that list.
//!
//! CVEs stand in the titles of bugs and in the notes. Updates that are not published (`pending`,
//! `testing`, `obsolete`, `unpushed`) are no fixes and are skipped, as are those that are neither
//! for security nor name a CVE.

use std::collections::HashMap;

use plimsoll_version::Distribution;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::erratum::{Build, Erratum, Flaw, evr, is_source, name_and_version};
use super::identifier::rfc3339;
use super::prose::cves;
use super::{FileContext, Publisher, Speaker, contains, first_sign};
use crate::model::Severity;
use crate::sink::{Fate, Sink};

pub(super) static FEDORA: Publisher = Publisher {
    id: "fedora",
    name: "Fedora updates",
    url: "https://bodhi.fedoraproject.org/",
    license: "not stated",
};

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    updates: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Update {
    alias: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    date_stable: Option<String>,
    #[serde(default)]
    date_pushed: Option<String>,
    #[serde(default)]
    date_modified: Option<String>,
    release: Release,
    #[serde(default)]
    bugs: Vec<Bug>,
    #[serde(default)]
    builds: Vec<Built>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(default)]
    version: String,
    #[serde(default)]
    id_prefix: String,
}

#[derive(Deserialize)]
struct Bug {
    #[serde(default)]
    title: Option<String>,
}

#[derive(Deserialize)]
struct Built {
    #[serde(default)]
    nvr: String,
    #[serde(default)]
    epoch: Option<u64>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    package: HashMap<String, Vec<Package>>,
    #[serde(default)]
    module: Option<Module>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    epoch: Option<serde_json::Value>,
    version: String,
    release: String,
    #[serde(default)]
    arch: String,
}

#[derive(Deserialize)]
struct Module {
    name: String,
    stream: String,
}

pub(super) fn recognises(path: &str, head: &[u8]) -> bool {
    // The update's own fields may stand behind long comments, so that several marks are tried.
    let is_json = matches!(first_sign(head), Some(b'{' | b'['));
    let has = |mark: &str| contains(head, mark);
    is_json
        && ((has("\"alias\"") && has("FEDORA-"))
            || (has("\"updates\"") && (has("\"autokarma\"") || has("bodhi")))
            || super::file_name(path).starts_with("FEDORA-"))
}

pub(super) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let mut speaker = Speaker::new(sink, &FEDORA, file);
    let page: Result<Vec<&RawValue>, _> = match first_sign(bytes) {
        Some(b'[') => serde_json::from_slice(bytes),
        _ => match serde_json::from_slice::<Page>(bytes) {
            Ok(page) => Ok(page.updates),
            Err(_) => serde_json::from_slice(bytes).map(|one| vec![one]),
        },
    };
    let updates = match page {
        Ok(updates) => updates,
        Err(error) => return speaker.rejected("", error),
    };
    for raw in updates {
        let update: Update = match serde_json::from_str(raw.get()) {
            Ok(update) => update,
            Err(error) => {
                speaker.rejected("", error);
                continue;
            }
        };
        match tell(&update, &mut speaker) {
            Ok(Fate::Skipped) => speaker.skipped(),
            Ok(_) => speaker.kept(),
            Err(reason) => speaker.rejected(&update.alias, reason),
        }
    }
}

fn tell(update: &Update, speaker: &mut Speaker) -> Result<Fate, String> {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let modified = update.date_modified.as_deref().or(update.date_pushed.as_deref());
    if let Some(date) = modified.and_then(rfc3339) {
        speaker.dated(&date);
    }
    if update.status.as_deref().is_some_and(|status| status != "stable") {
        return Ok(Fate::Skipped);
    }
    let titles = update.bugs.iter().filter_map(|bug| bug.title.as_deref());
    let texts: Vec<&str> =
        titles.chain(update.notes.as_deref()).chain(update.title.as_deref()).collect();
    let joined = texts.join(" ");
    let flaws: Vec<Flaw> =
        cves(&joined).into_iter().map(|id| Flaw { id: id.to_owned(), ..Flaw::default() }).collect();
    if flaws.is_empty() && update.kind.as_deref() != Some("security") {
        return Ok(Fate::Skipped);
    }
    let builds = builds(update)?;
    if builds.is_empty() && update.builds.iter().all(|build| build.kind.as_deref() != Some("rpm")) {
        return Ok(Fate::Skipped);
    }
    Erratum {
        id: update.alias.clone(),
        title: text(&update.title),
        description: text(&update.notes),
        severity: update.severity.as_deref().and_then(severity),
        published: update.date_stable.as_deref().and_then(rfc3339),
        modified: modified.and_then(rfc3339),
        references: update.url.clone().into_iter().collect(),
        flaws,
        builds,
    }
    .tell(speaker)?;
    Ok(Fate::Kept)
}

/// Bodhi's words differ from those of the rest of Fedora in one.
fn severity(word: &str) -> Option<Severity> {
    if word == "urgent" {
        return Some(Severity::Critical);
    }
    Severity::from_word(word).filter(|severity| *severity != Severity::Unknown)
}

fn builds(update: &Update) -> Result<Vec<Build>, String> {
    let version = &*update.release.version;
    let number = version.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let namespace = match (&*update.release.id_prefix, number) {
        (_, false) => return Err(format!("release {version:?} is none")),
        ("FEDORA-EPEL" | "FEDORA-EPEL-NEXT", true) => Distribution::Epel.namespace(version),
        _ => Distribution::Fedora.namespace(version),
    };
    let mut builds = Vec::new();
    for built in &update.builds {
        if built.package.is_empty() && built.kind.as_deref().is_none_or(|kind| kind == "rpm") {
            let (package, version) = name_and_version(&built.nvr)
                .ok_or_else(|| format!("{:?} is no build", built.nvr))?;
            let epoch = built.epoch.filter(|epoch| *epoch > 0);
            builds.push(Build {
                namespace: namespace.clone(),
                channel: None,
                package: package.to_owned(),
                version: epoch.map_or(version.clone(), |epoch| format!("{epoch}:{version}")),
                architecture: String::new(),
                modularity: None,
            });
        }
        let packages = built.package.values().flatten();
        for package in packages.filter(|package| !is_source(&package.arch)) {
            let epoch = package.epoch.as_ref().map_or(String::new(), |epoch| {
                epoch.as_u64().map_or_else(
                    || epoch.as_str().unwrap_or_default().to_owned(),
                    |epoch| epoch.to_string(),
                )
            });
            let module = built.module.as_ref();
            builds.push(Build {
                namespace: namespace.clone(),
                channel: None,
                package: package.name.clone(),
                version: evr(&epoch, &package.version, &package.release),
                architecture: package.arch.clone(),
                modularity: module.map(|module| format!("{}:{}", module.name, module.stream)),
            });
        }
    }
    Ok(builds)
}

#[cfg(test)]
mod tests {
    use super::super::testing::read;

    fn update(alias: &str, more: &str) -> String {
        format!(
            r#"{{"alias":"{alias}","title":"firefox-102.0-1.fc36","notes":"Fixes CVE-2024-1111","severity":"urgent","type":"security","status":"stable",
            "date_stable":"2022-06-30 01:17:00","url":"https://bodhi.fedoraproject.org/updates/{alias}","bugs":[{{"title":"CVE-2024-2222 firefox: flaw"}}],{more}}}"#
        )
    }

    const FEDORA: &str = r#""release":{"name":"F36","version":"36","id_prefix":"FEDORA"},"builds":[{"nvr":"firefox-102.0-1.fc36","type":"rpm","epoch":1}]"#;

    #[test]
    fn pages_lists_and_single_updates_say_the_same() {
        let one = update("FEDORA-2022-59e474cd5c", FEDORA);
        let expected = [
            "fedora:36 firefox CVE-2024-1111 fixed 1:102.0-1.fc36",
            "fedora:36 firefox CVE-2024-2222 fixed 1:102.0-1.fc36",
        ];
        for text in [one.clone(), format!("[{one}]"), format!("{{\"updates\":[{one}],\"page\":1}}")]
        {
            let read = read("updates.json", text);
            assert_eq!(read.counts(), (1, 0, 0), "{:?}", read.problems);
            assert_eq!(read.rows(), expected);
        }
    }

    #[test]
    fn what_is_not_published_is_no_fix() {
        let one = update("FEDORA-2022-1", FEDORA).replace("stable\",", "testing\",");
        assert_eq!(read("FEDORA-2022-1.json", one).counts(), (0, 1, 0));
    }

    #[test]
    fn epel_and_built_packages() {
        let builds = r#""release":{"version":"10.0","id_prefix":"FEDORA-EPEL"},"builds":[{"nvr":"x-1-1","type":"rpm","package":{"x86_64":[{"name":"x-libs","epoch":2,"version":"1","release":"1.el10","arch":"x86_64"},{"name":"x","version":"1","release":"1.el10","arch":"src"}]}}]"#;
        let read = read("u.json", update("FEDORA-EPEL-2025-0d08cf47ee", builds));
        assert_eq!(read.affected.len(), 2);
        let record = &read.affected[0];
        assert_eq!((&*record.namespace, &*record.package), ("epel:10", "x-libs"));
        assert_eq!(record.ranges[0].fixed.as_deref(), Some("2:1-1.el10"));
    }

    #[test]
    fn a_bad_update_costs_itself() {
        let good = update("FEDORA-2022-1", FEDORA);
        let bad =
            update("FEDORA-2022-2", &FEDORA.replace("firefox-102.0-1.fc36\",\"type", "x\",\"type"));
        let read = read("u.json", format!("[{good},{bad},{{\"alias\":1}}]"));
        assert_eq!(read.counts(), (1, 0, 2));
    }
}
