//! `plimsoll db …`: one file for each thing to do with databases, and what they share.

pub(crate) mod build;
pub(crate) mod delta;
pub(crate) mod diff;
pub(crate) mod fetch;
pub(crate) mod import;
pub(crate) mod info;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod search;
pub(crate) mod verify;

use plimsoll_advisory::{AffectedEntry, Counts};

use super::Run;
use crate::exit::Outcome;
use crate::settings::DatabaseAction;

/// Does what was asked for.
pub(crate) fn run(run: &Run<'_>, action: &DatabaseAction) -> anyhow::Result<Outcome> {
    match action {
        DatabaseAction::Build(build) => build::run(run, build),
        DatabaseAction::Fetch(fetch) => fetch::run(run, fetch),
        DatabaseAction::Search { word, file, limit, format } => {
            search::run(run, word, file.as_deref(), *limit, *format)
        }
        DatabaseAction::Diff { old, new, format } => diff::run(old, new, *format),
        DatabaseAction::Delta { old, new, output } => delta::run(run, old, new, output),
        DatabaseAction::Import { from, to } => import::run(run, from, to.as_deref()),
        DatabaseAction::Pull(pull) => pull::run(run, pull),
        DatabaseAction::Push(push) => push::run(run, push),
        DatabaseAction::Verify { file, keys, signature } => {
            verify::run(run, file.as_deref(), keys, signature.as_deref())
        }
        DatabaseAction::Sign { file, key } => verify::sign(run, file, key),
        DatabaseAction::GenerateKeyPair { prefix } => verify::generate_key_pair(run, prefix),
        DatabaseAction::Info { file, format } => info::run(run, file.as_deref(), *format),
    }
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

/// The versions that a statement is about: `from 1.2 before 1.4, 2.0 to 2.3`.
fn versions(entry: &AffectedEntry<'_>) -> String {
    let ranges = entry.ranges().map(|range| {
        let from = match (range.introduced.filter(|version| *version != "0"), range.after) {
            (Some(version), _) => format!("from {version} "),
            (None, Some(version)) => format!("after {version} "),
            (None, None) => String::new(),
        };
        let to = match (range.fixed, range.last_affected) {
            (Some(version), _) => format!("before {version}"),
            (None, Some(version)) => format!("up to {version}"),
            (None, None) => String::new(),
        };
        match format!("{from}{to}") {
            text if text.is_empty() => "all versions".to_owned(),
            text => text.trim_end().to_owned(),
        }
    });
    let texts: Vec<String> = ranges.collect();
    let listed = entry.versions().count();
    match (texts.is_empty(), listed) {
        (true, 0) => "all versions".to_owned(),
        (true, 1) => entry.versions().collect(),
        (true, listed) => format!("{listed} versions, listed"),
        (false, 0) => texts.join(", "),
        (false, listed) => format!("{}, and {listed} listed", texts.join(", ")),
    }
}

pub(crate) fn human_size(bytes: u64) -> String {
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
