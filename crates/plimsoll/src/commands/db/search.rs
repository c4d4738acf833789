//! `plimsoll db search`: what a database knows of a vulnerability or a package.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};
use plimsoll_advisory::model::Severity;
use plimsoll_advisory::{AffectedEntry, Database, VulnerabilityEntry};
use serde_json::{Value, json};

use super::super::Run;
use super::{printable, versions};
use crate::database::ChosenDatabase;
use crate::exit::Outcome;
use crate::output;
use crate::values::Format;

/// Releases and ecosystems that are named for one package.
const PLACES: usize = 4;

/// What was found, the most telling first.
struct Found<'d> {
    database: &'d Database,
    /// The vulnerability of that name, with every statement that names it.
    named: Option<(VulnerabilityEntry<'d>, Vec<Row<'d>>)>,
    /// Packages whose name has the word: namespace, name and statements.
    packages: Vec<(&'d str, &'d str, Vec<AffectedEntry<'d>>)>,
    /// Vulnerabilities of those packages, or whose title has the word, with the title; the worst
    /// first.
    titles: Vec<(VulnerabilityEntry<'d>, String)>,
}

/// Namespace, package and statement.
type Row<'d> = (&'d str, &'d str, AffectedEntry<'d>);

/// Looks a word up: an id or another name of a vulnerability, else part of a package's name or of
/// a title.
pub(crate) fn run(
    run: &Run<'_>,
    word: &str,
    file: Option<&Path>,
    limit: usize,
    format: Format,
) -> anyhow::Result<Outcome> {
    let word = word.trim();
    if word.is_empty() {
        bail!("there is nothing to search for: give an id such as CVE-2021-44228, or a package");
    }
    let chosen = ChosenDatabase::open(file, &run.cache.directory)?;
    let found = Found::of(chosen.get(), word);
    if let Some(damage) = chosen.get().damage() {
        bail!("{}: {damage}", chosen.place());
    }
    let text = match format {
        Format::Json => {
            serde_json::to_string_pretty(&found.as_json()).context("cannot write JSON")? + "\n"
        }
        _ => found.as_table(word, limit, &chosen.place()),
    };
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

impl<'d> Found<'d> {
    fn of(database: &'d Database, word: &str) -> Found<'d> {
        let upper = word.to_ascii_uppercase();
        let named = database.vulnerability(word).or_else(|| database.vulnerability(&upper));
        if let Some(entry) = named {
            let rows = database.iter_packages().flat_map(|(namespace, package, entries)| {
                let about = entries.filter(|one| one.vulnerability() == entry.id());
                about.map(move |one| (namespace, package, one))
            });
            let mut rows: Vec<Row<'d>> = rows.collect();
            rows.sort_by_key(|(namespace, package, _)| (*namespace, *package));
            let (packages, titles) = (Vec::new(), Vec::new());
            return Found { database, named: Some((entry, rows)), packages, titles };
        }
        let word = word.to_lowercase();
        let has_word = |text: &str| text.to_lowercase().contains(&word);
        let packages = database.iter_packages().filter(|(_, package, _)| has_word(package));
        let packages = packages
            .map(|(namespace, package, entries)| (namespace, package, entries.collect::<Vec<_>>()));
        // The name itself goes before names that contain it.
        let mut packages: Vec<_> = packages.collect();
        packages.sort_by_key(|(namespace, package, _)| {
            (!package.eq_ignore_ascii_case(&word), *package, *namespace)
        });
        let of_packages: BTreeSet<&str> = packages
            .iter()
            .flat_map(|(_, _, entries)| entries)
            .map(|entry| entry.vulnerability())
            .collect();
        let titled = database.iter_vulnerabilities().filter_map(|entry| {
            let title = title(&entry).unwrap_or_default();
            (of_packages.contains(entry.id()) || has_word(&title)).then_some((entry, title))
        });
        let mut titles: Vec<_> = titled.collect();
        titles.sort_by_cached_key(|(entry, _)| {
            let exploited = database.exploited(entry.id()).is_some();
            let probability = database.epss(entry.id()).map_or(0.0, |one| one.probability);
            let millionths = (f64::from(probability) * 1e6) as u32;
            (!exploited, std::cmp::Reverse((severity(entry), millionths)), entry.id())
        });
        Found { database, named: None, packages, titles }
    }

    fn as_table(&self, word: &str, limit: usize, place: &str) -> String {
        let mut text = String::new();
        if let Some((entry, rows)) = &self.named {
            self.describe(entry, &mut text);
            let mut by_namespace: BTreeMap<&str, usize> = BTreeMap::new();
            rows.iter().for_each(|(namespace, ..)| {
                *by_namespace.entry(namespace).or_default() += 1;
            });
            let _ = writeln!(
                text,
                "\n{} statements about packages in {} releases and ecosystems",
                rows.len(),
                by_namespace.len()
            );
            for (namespace, package, entry) in rows.iter().take(limit) {
                let _ = writeln!(
                    text,
                    "  {namespace:<18} {:<28} {:<20} {}{} ({})",
                    printable(package),
                    entry.status().word(),
                    printable(&versions(entry)),
                    entry.channel().map(|channel| format!(" in {channel}")).unwrap_or_default(),
                    entry.source().id()
                );
            }
            more(&mut text, rows.len(), limit);
            return text;
        }
        if self.packages.is_empty() && self.titles.is_empty() {
            return format!("nothing about {word:?} in {place}\n");
        }
        // One line for a name, wherever it is a package.
        let mut names: Vec<(&str, usize, Vec<&str>)> = Vec::new();
        for (namespace, package, entries) in &self.packages {
            match names.last_mut().filter(|(name, ..)| name == package) {
                Some((_, statements, places)) => {
                    *statements += entries.len();
                    places.push(namespace);
                }
                None => names.push((package, entries.len(), vec![namespace])),
            }
        }
        if !names.is_empty() {
            let _ = writeln!(text, "{} packages", names.len());
        }
        for (name, statements, places) in names.iter().take(limit) {
            let first = places.iter().take(PLACES).copied().collect::<Vec<_>>().join(", ");
            let others = match places.len().saturating_sub(PLACES) {
                0 => String::new(),
                others => format!(" and {others} more"),
            };
            let _ = writeln!(
                text,
                "  {:<40} {statements:>6} statements in {first}{others}",
                printable(name)
            );
        }
        more(&mut text, names.len(), limit);
        if !self.titles.is_empty() {
            let _ = writeln!(text, "{} vulnerabilities, the worst first", self.titles.len());
        }
        for (entry, title) in self.titles.iter().take(limit) {
            let exploited = self.database.exploited(entry.id()).map_or("", |_| " [exploited]");
            let _ = writeln!(
                text,
                "  {:<18} {:<8} {}{exploited}",
                entry.id(),
                severity(entry).word(),
                printable(title)
            );
        }
        more(&mut text, self.titles.len(), limit);
        text
    }

    fn describe(&self, entry: &VulnerabilityEntry<'_>, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}  {}", entry.id(), printable(&title(entry).unwrap_or_default()));
        let aliases: Vec<&str> = entry.aliases().collect();
        if !aliases.is_empty() {
            let _ = writeln!(text, "also known as  {}", aliases.join(", "));
        }
        if let Some(known) = self.database.exploited(entry.id()) {
            let ransomware = if known.ransomware { ", used by ransomware" } else { "" };
            let due = known.due.map(|due| format!(", to be fixed by {due}")).unwrap_or_default();
            let _ = writeln!(text, "exploited      known since {}{due}{ransomware}", known.added);
        }
        if let Some(score) = self.database.epss(entry.id()) {
            let _ = writeln!(
                text,
                "EPSS           {:.2} % within 30 days, higher than {:.1} % of all",
                score.probability * 100.0,
                score.percentile * 100.0
            );
        }
        for detail in entry.details() {
            let withdrawn = if detail.is_withdrawn() { " withdrawn" } else { "" };
            let word = detail.severity().map_or("", Severity::word);
            let scores: Vec<String> = detail
                .cvss()
                .map(|score| format!("CVSS {} {:.1}", score.version, score.score))
                .collect();
            let _ = writeln!(
                text,
                "{:<14} {}{withdrawn} {}",
                detail.source().id(),
                word,
                scores.join(", ")
            );
        }
    }

    fn as_json(&self) -> Value {
        let statement = |namespace: &str, package: &str, entry: &AffectedEntry<'_>| {
            json!({
                "Namespace": namespace,
                "Package": package,
                "VulnerabilityID": entry.vulnerability(),
                "Source": entry.source().id(),
                "Status": entry.status().word(),
                "RawStatus": entry.raw_status(),
                "Channel": entry.channel(),
                "Versions": versions(entry),
                "Advisories": entry.advisories().collect::<Vec<_>>(),
            })
        };
        let named = self.named.as_ref().map(|(entry, rows)| {
            let rows =
                rows.iter().map(|(namespace, package, one)| statement(namespace, package, one));
            json!({
                "VulnerabilityID": entry.id(),
                "Title": title(entry),
                "Aliases": entry.aliases().collect::<Vec<_>>(),
                "Severity": severity(entry).word(),
                "Exploited": self.database.exploited(entry.id()).is_some(),
                "EPSS": self.database.epss(entry.id()).map(|score| score.probability),
                "Statements": rows.collect::<Vec<_>>(),
            })
        });
        let packages = self.packages.iter().map(|(namespace, package, entries)| {
            let list = entries.iter().map(|one| statement(namespace, package, one));
            json!({
                "Namespace": namespace,
                "Name": package,
                "Statements": list.collect::<Vec<_>>(),
            })
        });
        let titles = self.titles.iter().map(|(entry, title)| {
            json!({
                "VulnerabilityID": entry.id(),
                "Title": title,
                "Severity": severity(entry).word(),
            })
        });
        json!({
            "Vulnerability": named,
            "Packages": packages.collect::<Vec<_>>(),
            "Titles": titles.collect::<Vec<_>>(),
        })
    }
}

fn more(text: &mut String, all: usize, limit: usize) {
    if all > limit {
        let _ = writeln!(text, "  and {} more (--limit {all} shows all)", all - limit);
    }
}

/// The first title that a source gives.
fn title(entry: &VulnerabilityEntry<'_>) -> Option<String> {
    entry.details().map(|detail| detail.text().title).find(|title| !title.is_empty())
}

/// The worst word or score that a source gives.
fn severity(entry: &VulnerabilityEntry<'_>) -> Severity {
    let said = entry.details().flat_map(|detail| {
        let scored = detail.cvss().map(|score| score.severity);
        detail.severity().into_iter().chain(scored)
    });
    said.max().unwrap_or_default()
}
