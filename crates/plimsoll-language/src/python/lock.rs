//! A lock file in TOML as records that know their lines.
//!
//! A merge conflict or a cut end costs the records that it is in; the others are read.

use std::collections::BTreeSet;
use std::ops::Range;

use plimsoll_version::Ecosystem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{MAX_WORD, is_name};
use crate::{Component, Lines, Parsed, Positions, ProblemKind};

/// A document in TOML.
pub(super) struct Document<'a> {
    root: DeTable<'a>,
    positions: Positions<'a>,
    /// Where it could not be read.
    damage: Vec<usize>,
    length: usize,
}

/// A table of an array.
pub(super) struct Record<'d, 'a> {
    pub(super) table: &'d DeTable<'a>,
    pub(super) lines: Lines,
}

impl<'a> Document<'a> {
    /// Reads a document and tells what could not be read. Nothing if that is all of it.
    pub(super) fn read(
        content: &'a [u8],
        parsed: &mut Parsed<Vec<Component>>,
    ) -> Option<Document<'a>> {
        let Ok(text) = std::str::from_utf8(content) else {
            parsed.problem(ProblemKind::Malformed, "the file is not in UTF-8");
            return None;
        };
        let (root, errors) = DeTable::parse_recoverable(text);
        let positions = Positions::new(content);
        let place = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
        let mut damage: Vec<usize> = errors.iter().map(place).collect();
        damage.sort_unstable();
        // One error leads to others in its line.
        let mut told = BTreeSet::new();
        for error in &errors {
            let line = positions.line(place(error));
            if told.insert(line) {
                let message = format!("line {line}: {}", error.message());
                parsed.problem(ProblemKind::Malformed, message);
            }
        }
        Some(Document { root: root.into_inner(), positions, damage, length: content.len() })
    }

    /// All of it.
    pub(super) fn root(&self) -> &DeTable<'a> {
        &self.root
    }

    /// The undamaged tables of the array at a key.
    pub(super) fn records(&self, key: &str) -> Vec<Record<'_, 'a>> {
        let array = self.root.get(key).and_then(|value| value.get_ref().as_array());
        let members: Vec<_> = array.into_iter().flat_map(|array| array.iter()).collect();
        // Where records, and whatever else stands at the top, begin.
        let mut starts: Vec<usize> = members.iter().map(|member| member.span().start).collect();
        starts.extend(self.root.iter().map(|(_, value)| value.span().start));
        starts.push(self.length);
        starts.sort_unstable();
        let whole = |member: &&&Spanned<DeValue<'a>>| {
            let start = member.span().start;
            let next = starts.partition_point(|&other| other <= start);
            let next = starts.get(next).copied().unwrap_or(self.length);
            let first = self.damage.partition_point(|&at| at < start);
            // What is cut off is damaged at its very end.
            self.damage
                .get(first)
                .is_none_or(|&at| at > next || (at == next && next != self.length))
        };
        let record = |member: &&'_ Spanned<DeValue<'a>>| member.get_ref().as_table().is_some();
        members
            .iter()
            .filter(whole)
            .filter(|member| record(member))
            .filter_map(|member| {
                let table = member.get_ref().as_table()?;
                let extent = extent(member);
                Some(Record { table, lines: self.positions.lines(extent.start, extent.end) })
            })
            .collect()
    }
}

/// From the first byte of a table's head to the last one of what is in it.
fn extent(value: &Spanned<DeValue<'_>>) -> Range<usize> {
    let mut extent = value.span();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        extent.end = extent.end.max(value.span().end);
        match value.get_ref() {
            DeValue::Table(table) => pending.extend(table.iter().map(|(_, member)| member)),
            DeValue::Array(array) => pending.extend(array.iter()),
            _ => {}
        }
    }
    extent
}

/// The text of a value; a number is taken as it is written.
pub(super) fn text<'t>(value: &'t Spanned<DeValue<'_>>) -> Option<&'t str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        DeValue::Integer(number) => Some(number.as_str()),
        DeValue::Float(number) => Some(number.as_str()),
        _ => None,
    }
}

/// The text at a key, unless it is empty.
pub(super) fn text_at<'t>(table: &'t DeTable<'_>, key: &str) -> Option<&'t str> {
    table.get(key).and_then(text).map(str::trim).filter(|text| !text.is_empty())
}

/// The table at a key.
pub(super) fn table_at<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> Option<&'t DeTable<'a>> {
    table.get(key)?.get_ref().as_table()
}

/// The members of the array at a key.
pub(super) fn list_at<'t, 'a>(
    table: &'t DeTable<'a>,
    key: &str,
) -> impl Iterator<Item = &'t Spanned<DeValue<'a>>> {
    table.get(key).and_then(|value| value.get_ref().as_array()).into_iter().flat_map(|it| it.iter())
}

/// The texts of the array at a key.
pub(super) fn texts_at<'t>(table: &'t DeTable<'_>, key: &str) -> impl Iterator<Item = &'t str> {
    list_at(table, key).filter_map(text)
}

/// The tables of the array at a key.
pub(super) fn tables_at<'t, 'a>(
    table: &'t DeTable<'a>,
    key: &str,
) -> impl Iterator<Item = &'t DeTable<'a>> {
    list_at(table, key).filter_map(|value| value.get_ref().as_table())
}

/// A package whose record has a name, and a version unless it comes from elsewhere than a registry,
/// as `source` says. What has not is told.
pub(super) fn component(
    record: &Record<'_, '_>,
    source: Option<(&str, &str)>,
    parsed: &mut Parsed<Vec<Component>>,
) -> Option<Component> {
    let line = record.lines.start;
    let version = text_at(record.table, "version").unwrap_or_default();
    let problem = match text_at(record.table, "name") {
        None => format!("line {line}: a package without a name"),
        Some(name) if !is_name(name) => format!("line {line}: the name is none of a package"),
        Some(name) if version.is_empty() && source.is_none() => {
            format!("line {line}: no version of {name}")
        }
        Some(name) if version.len() > MAX_WORD => {
            format!("line {line}: the version of {name} is too long for one")
        }
        Some(name) => {
            let mut component = Component::new(Ecosystem::PyPi, name, version);
            component.lines = vec![record.lines];
            component.doubt = doubt(source);
            return Some(component);
        }
    };
    parsed.problem(ProblemKind::Malformed, problem);
    None
}

/// What is not certain about a package that comes from a repository, an archive or a directory: its
/// version is what it says itself, if anything, and need not be the one of the registry.
pub(super) fn doubt(source: Option<(&str, &str)>) -> Option<String> {
    let (kind, place) = source?;
    let kind = match kind {
        "git" | "hg" | "svn" | "bzr" | "vcs" => "repository",
        "url" | "archive" | "address" => "address",
        _ => "path",
    };
    Some(format!("it comes from the {kind} {}, not from a registry", without_user(place)))
}

/// An address without the name and the password in it, which are nobody's business.
fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, usize) {
        let mut parsed = Parsed::clean(Vec::new());
        let document = Document::read(text.as_bytes(), &mut parsed).unwrap();
        let records = document.records("package");
        let names = records.iter().map(|one| {
            let name = text_at(one.table, "name").unwrap_or("?");
            format!("{name} {}-{}", one.lines.start, one.lines.end)
        });
        (names.collect(), parsed.problems.len())
    }

    #[test]
    fn damage_costs_the_record_that_it_is_in() {
        let whole = "a = 1\n\n[[package]]\nname = \"a\"\n[package.needs]\nb = \"1\"\n\n\
                     [[package]]\nname = \"b\"\nlist = [\n  1,\n]\n\n[metadata]\nx = 1\n";
        assert_eq!(names(whole), (vec!["a 3-6".into(), "b 8-12".into()], 0));
        let (found, problems) = names(&whole.replace("name = \"b\"", "<<<<<<< HEAD\nname = \"b\""));
        assert_eq!(found, ["a 3-6"]);
        assert!(problems > 0);
        let (found, problems) = names(&whole[..whole.find("  1,").unwrap()]);
        assert_eq!(found, ["a 3-6"]);
        assert!(problems > 0);
        let (found, problems) = names(&whole.replace("x = 1", "x = "));
        assert_eq!(found, ["a 3-6", "b 8-12"]);
        assert!(problems > 0);
    }

    #[test]
    fn passwords_are_not_told() {
        let doubt = |place| doubt(Some(("git", place))).unwrap();
        assert!(doubt("git+https://me:secret@x.org/a@v1").contains(" git+https://x.org/a@v1,"));
        assert!(doubt("../core").contains(" ../core,"));
    }
}
