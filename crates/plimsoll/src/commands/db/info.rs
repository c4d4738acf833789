//! `plimsoll db info`: what a database knows.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use plimsoll_advisory::Info;
use serde_json::{Value, json};

use super::super::Run;
use super::{human_size, source_line};
use crate::database::ChosenDatabase;
use crate::exit::Outcome;
use crate::output;
use crate::values::Format;

/// Shows what a database knows, and whether it is whole.
pub(crate) fn run(run: &Run<'_>, file: Option<&Path>, format: Format) -> anyhow::Result<Outcome> {
    let database = ChosenDatabase::open(file, &run.cache.directory)?;
    let info = database.get().info();
    let text = match format {
        Format::Json => {
            let value = as_json(&database, &info);
            serde_json::to_string_pretty(&value).context("cannot write JSON")? + "\n"
        }
        _ => as_table(&database, &info),
    };
    output::deliver(text.as_bytes(), None)?;
    database
        .get()
        .verify()
        .with_context(|| format!("{} is not as it was built; build it anew", database.place()))?;
    Ok(Outcome::Clean)
}

fn as_table(database: &ChosenDatabase, info: &Info) -> String {
    let mut text = format!("{}\n", database.place());
    if info.starter {
        text.push_str(
            "A small hand-made set of well-known vulnerabilities, for a first look: it misses\n\
             nearly everything. `plimsoll db pull` gets a full database.\n",
        );
    }
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "made      {} by {}",
        info.created.as_deref().unwrap_or("at an unknown time"),
        info.builder.as_deref().unwrap_or("an unknown program")
    );
    let _ = writeln!(text, "format    {}, {}", info.format_version, human_size(info.size));
    let _ = writeln!(text, "digest    blake3:{}", info.digest);
    let _ = writeln!(
        text,
        "knows     {} vulnerabilities, {} statements about {} packages",
        info.vulnerabilities, info.affected, info.packages
    );
    let _ = writeln!(
        text,
        "          {} known exploited, {} EPSS scores{}, {} releases with support dates",
        info.exploited,
        info.epss,
        info.epss_date
            .as_ref()
            .map(|date| format!(" of {}", date.get(..10).unwrap_or(date)))
            .unwrap_or_default(),
        info.end_of_life
    );
    text.push_str("\nsources\n");
    for source in &info.sources {
        text.push_str(&source_line(
            &source.source.id,
            &source.source.name,
            source.date.as_deref(),
            &source.counts,
        ));
    }
    text.push_str("\nreleases\n");
    for namespace in &info.namespaces {
        let _ = writeln!(
            text,
            "  {:<24} {:>7} packages  {}",
            namespace.name,
            namespace.packages,
            namespace.sources.join(", ")
        );
    }
    text
}

fn as_json(database: &ChosenDatabase, info: &Info) -> Value {
    let sources: Vec<Value> = info
        .sources
        .iter()
        .map(|source| {
            let counts = &source.counts;
            json!({
                "ID": source.source.id,
                "Name": source.source.name,
                "URL": source.source.url,
                "License": source.source.license,
                "Date": source.date,
                "Kept": counts.kept,
                "Skipped": counts.skipped,
                "Rejected": counts.rejected,
                "Affected": counts.affected,
                "Merged": counts.merged,
                "Vulnerabilities": counts.vulnerabilities,
            })
        })
        .collect();
    let namespaces: Vec<Value> = info
        .namespaces
        .iter()
        .map(|namespace| {
            json!({
                "Name": namespace.name,
                "Packages": namespace.packages,
                "Sources": namespace.sources,
            })
        })
        .collect();
    json!({
        "Path": database.path(),
        "Starter": info.starter,
        "CreatedAt": info.created,
        "Builder": info.builder,
        "FormatVersion": info.format_version,
        "Size": info.size,
        "Digest": format!("blake3:{}", info.digest),
        "Vulnerabilities": info.vulnerabilities,
        "Packages": info.packages,
        "Affected": info.affected,
        "Exploited": info.exploited,
        "EPSS": info.epss,
        "EPSSDate": info.epss_date,
        "EndOfLife": info.end_of_life,
        "Sources": sources,
        "Namespaces": namespaces,
    })
}
