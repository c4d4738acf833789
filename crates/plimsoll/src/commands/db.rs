//! `plimsoll db build` and `plimsoll db info`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use plimsoll_advisory::build::{self, BuildOptions};
use plimsoll_advisory::{Counts, Info};
use serde_json::{Value, json};

use super::Run;
use crate::database::ChosenDatabase;
use crate::exit::Outcome;
use crate::output;
use crate::progress::Progress;
use crate::values::Format;

/// Problems of feeds that are shown one by one; a broken feed can have a hundred thousand.
const PROBLEMS_SHOWN: usize = 20;

/// Compiles advisories into a database file and tells what each source brought.
pub(crate) fn build(run: &Run<'_>, from: &[PathBuf], file: &Path) -> anyhow::Result<Outcome> {
    let progress = Progress::start(run.progress, "reading advisories");
    let options = BuildOptions {
        created: Some(run.clock.rfc3339()),
        builder: Some(concat!("plimsoll ", env!("CARGO_PKG_VERSION")).to_owned()),
        ..BuildOptions::default()
    };
    let built = build::build(from, &options).context("no database was built")?;
    built.save(file).context("the database was built, but could not be kept")?;
    drop(progress);

    for problem in built.problems.iter().take(PROBLEMS_SHOWN) {
        let record = if problem.record.is_empty() { "" } else { ": " };
        run.messages.warn(format_args!(
            "{}{record}{}: {}",
            printable(&problem.file),
            printable(&problem.record),
            printable(&problem.reason)
        ));
    }
    let more = built.problems.len().saturating_sub(PROBLEMS_SHOWN);
    if more > 0 {
        run.messages.warn(format_args!("and {more} more records that could not be read"));
    }
    if built.unrecognised > 0 {
        run.messages.detail(format_args!("{} files are of no known feed", built.unrecognised));
    }
    let mut text = format!(
        "{}: {} from {} files\n",
        file.display(),
        human_size(built.bytes.len() as u64),
        built.files
    );
    for (source, counts) in &built.sources {
        text.push_str(&source_line(&source.id, &source.name, None, counts));
    }
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}

/// Shows what a database knows, and whether it is whole.
pub(crate) fn info(run: &Run<'_>, file: Option<&Path>, format: Format) -> anyhow::Result<Outcome> {
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
             nearly everything. Build a full database with `plimsoll db build`.\n",
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
        info.epss_date.as_ref().map(|date| format!(" of {date}")).unwrap_or_default(),
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

fn source_line(id: &str, name: &str, date: Option<&str>, counts: &Counts) -> String {
    let mut line = format!("  {id:<16} {:>8} records", counts.kept);
    if counts.rejected > 0 {
        line.push_str(&format!(", {} not understood", counts.rejected));
    }
    if let Some(date) = date {
        line.push_str(&format!(", as of {}", date.get(..10).unwrap_or(date)));
    }
    format!("{line}  ({name})\n")
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

fn human_size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Text of a feed for a terminal: what could control it is shown instead of done.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_default());
            let plain = escaped.is_none().then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        assert_eq!(human_size(512), "512 bytes");
        assert_eq!(human_size(123_456), "123 kB");
        assert_eq!(human_size(12_345_678), "12.3 MB");
    }

    #[test]
    fn nothing_of_a_feed_acts_on_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jé\n"), "a\\u{1b}[2Jé\\n");
    }
}
