//! RustSec's own form: Markdown behind a head of TOML, defined by
//! <https://github.com/rustsec/advisory-db/blob/main/EXAMPLE_ADVISORY.md>.
//!
//! It says which versions are *not* affected; the rest is. RustSec publishes the same as OSV, and
//! what is read from either is the same statement: the ends of ranges are computed in the same
//! way, with `1.2.4-0` as the first version behind `1.2.3`. Two things are in this form only: the
//! versions in which a single function is affected, which a statement has no place for, and the
//! advisories of the standard library and of `cargo`, whose packages are in the namespace `rust`.

use std::collections::BTreeMap;

use plimsoll_version::constraint::{complement, parse as parse_constraint};
use plimsoll_version::{Interval, Scheme, Syntax};
use serde::Deserialize;

use super::super::{FileContext, Speaker, contains, file_name};
use super::publisher::RUSTSEC;
use super::schema::{
    EcosystemNotes, Event, EventRange, Known, Package, Product, ProductNotes, Rating, Record,
    Reference, RustAffects,
};
use crate::sink::Sink;

/// The example beside the advisories.
const EXAMPLE: &str = "RUSTSEC-0000-0000";

/// Requirements of one advisory; those for every branch of a large project are some twenty.
const MOST_REQUIREMENTS: usize = 256;

#[derive(Deserialize)]
struct Head {
    advisory: Advisory,
    #[serde(default)]
    affected: Option<Affects>,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    package: String,
    date: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    related: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    informational: Option<String>,
    #[serde(default)]
    cvss: Option<String>,
    #[serde(default)]
    withdrawn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Affects {
    arch: Vec<String>,
    os: Vec<String>,
    functions: BTreeMap<String, toml::Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Versions {
    patched: Vec<String>,
    unaffected: Vec<String>,
}

pub(in crate::feed) fn recognises(path: &str, head: &[u8]) -> bool {
    file_name(path).ends_with(".md") && head.starts_with(b"```toml") && contains(head, "[advisory]")
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let read = std::str::from_utf8(bytes).map_err(|error| error.to_string()).and_then(read);
    match read {
        Ok(record) if record.id == EXAMPLE => Speaker::new(sink, &RUSTSEC, file).skipped(),
        Ok(record) => super::say(record, &RUSTSEC, file, sink),
        Err(reason) => Speaker::new(sink, &RUSTSEC, file).rejected("", reason),
    }
}

fn read(text: &str) -> Result<Record, String> {
    let text = text.strip_prefix("```toml").ok_or("no head of TOML")?;
    let (head, body) = text.split_once("\n```").ok_or("the head does not end")?;
    let head: Head = toml::from_str(head).map_err(|error| error.message().to_owned())?;
    let body = body.trim_start();
    let (title, details) = match body.strip_prefix("# ") {
        Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
        None => ("", body),
    };
    let Head { advisory, affected, versions } = head;
    let ecosystem = if advisory.id.starts_with("CVE-") { "Rust" } else { "crates.io" };
    let affects = affected.unwrap_or_default();
    let functions = affects.functions.into_keys().collect();
    let product = Product {
        package: Some(Package { ecosystem: ecosystem.to_owned(), name: advisory.package }),
        ranges: vec![EventRange {
            kind: "SEMVER".to_owned(),
            events: events(&versions)?,
            ..EventRange::default()
        }],
        ecosystem_specific: Known(EcosystemNotes {
            affects: Known(RustAffects { arch: affects.arch, os: affects.os, functions }),
            ..EcosystemNotes::default()
        }),
        database_specific: Known(ProductNotes {
            informational: Known(advisory.informational.unwrap_or_default()),
            categories: Known(advisory.categories),
            ..ProductNotes::default()
        }),
        ..Product::default()
    };
    let vector = advisory.cvss.map(|score| Rating { kind: "CVSS".to_owned(), score });
    // The page of the crate and that of the advisory stand before the others, as in OSV.
    let own = match ecosystem {
        "Rust" => Vec::new(),
        _ => vec![
            format!("https://crates.io/crates/{}", package_of(&product)),
            format!("https://rustsec.org/advisories/{}.html", advisory.id),
        ],
    };
    let links = own.into_iter().chain(advisory.url).chain(advisory.references);
    // OSV dates them to noon.
    let noon = |date: String| format!("{date}T12:00:00Z");
    Ok(Record {
        id: advisory.id,
        summary: title.trim().to_owned(),
        details: details.trim().to_owned(),
        published: Some(noon(advisory.date)),
        withdrawn: advisory.withdrawn.map(noon),
        aliases: advisory.aliases,
        related: advisory.related,
        severity: Known(vector.into_iter().collect()),
        references: links.map(|url| Reference { url, ..Reference::default() }).collect(),
        affected: vec![product],
        ..Record::default()
    })
}

fn package_of(product: &Product) -> &str {
    product.package.as_ref().map_or("", |package| &package.name)
}

/// What is neither patched nor unaffected, as events.
fn events(versions: &Versions) -> Result<Vec<Event>, String> {
    let requirements = || versions.patched.iter().chain(&versions.unaffected);
    if requirements().count() > MOST_REQUIREMENTS {
        return Err("more requirements than any real advisory has".to_owned());
    }
    let mut safe: Vec<Interval> = Vec::new();
    for requirement in requirements() {
        let intervals = parse_constraint(Syntax::Cargo, requirement);
        safe.extend(intervals.map_err(|error| format!("{requirement:?}: {error}"))?);
    }
    let mut events = Vec::new();
    for Interval { lower, upper } in complement(Scheme::Semver, &safe) {
        let introduced = match lower {
            None => "0".to_owned(),
            Some(bound) if bound.inclusive => bound.version,
            Some(bound) => behind(&bound.version),
        };
        events.push(Event { introduced: Some(introduced), ..Event::default() });
        if let Some(bound) = upper {
            let fixed = if bound.inclusive { behind(&bound.version) } else { bound.version };
            events.push(Event { fixed: Some(fixed), ..Event::default() });
        }
    }
    Ok(events)
}

/// The first version behind another, which need not exist.
fn behind(version: &str) -> String {
    let (version, _build) = version.split_once('+').unwrap_or((version, ""));
    if version.contains('-') {
        return format!("{version}.0");
    }
    let (front, patch) = version.rsplit_once('.').unwrap_or(("", version));
    match patch.parse::<u64>() {
        Ok(patch) if !front.is_empty() => format!("{front}.{}-0", patch.saturating_add(1)),
        _ => format!("{version}.0"),
    }
}
