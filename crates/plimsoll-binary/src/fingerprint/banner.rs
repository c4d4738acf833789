//! Libraries that were linked statically into other programs.

use std::sync::LazyLock;

use memchr::memmem;
use object::{Object, ObjectSection, SectionKind};
use plimsoll_language::{Component, Input, Parsed};
use regex::bytes::Regex;

use super::rules::{Banner, Rule};
use super::{ID, RULES, captured, compile, confirmed, expression};
use crate::Program;

/// Banners up to which a program is examined; one with all libraries has a dozen.
const MAX_BANNERS: usize = 64;

/// All banners in one expression, whose literal beginnings are searched for together: read-only
/// data passes once.
static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let patterns = RULES.iter().filter(|rule| rule.banner != Banner::No);
    let patterns: Vec<_> =
        patterns.map(|rule| rule.expression().replace("(?P<version>", "(?:")).collect();
    compile(&patterns.join("|"))
});

/// Looks for banners in the read-only data of a program.
pub(crate) fn read_banners(
    input: Input<'_>,
    file: &object::File<'_>,
    parsed: &mut Parsed<Program>,
) {
    let mut found: Vec<Component> = Vec::new();
    let mut tried = 0;
    for section in file.sections() {
        if !matches!(section.kind(), SectionKind::ReadOnlyData | SectionKind::ReadOnlyString) {
            continue;
        }
        let (Ok(content), Some(any)) = (section.data(), ANY.as_ref()) else { continue };
        for hit in any.find_iter(content) {
            tried += 1;
            if tried > MAX_BANNERS {
                break;
            }
            if let Some((rule, version)) = which(hit.as_bytes(), input.content)
                && !is_known(rule, &found, &parsed.value)
                && !is_linked(rule, file, input.content)
            {
                found.push(copy(rule, &version));
            }
        }
    }
    if !found.is_empty() {
        parsed.value.add_part(ID, found);
    }
}

fn which(banner: &[u8], content: &[u8]) -> Option<(&'static Rule, String)> {
    let rules = RULES.iter().enumerate().filter(|(_, rule)| rule.banner != Banner::No);
    rules.into_iter().find_map(|(index, rule)| {
        let captures = expression(index)?.captures(banner)?;
        let version = captured(&captures)?;
        confirmed(rule, &version, &captures, content).then_some((rule, version))
    })
}

/// Whether the product was found already, by the file's name or by another banner: a program that
/// has a library twice is rarer than a library with two banners.
fn is_known(rule: &Rule, found: &[Component], program: &Program) -> bool {
    let parts = program.parts.iter().filter(|(id, _)| id == ID);
    parts.flat_map(|(_, components)| components).chain(found).any(|known| known.name == rule.name)
}

fn is_linked(rule: &Rule, file: &object::File<'_>, content: &[u8]) -> bool {
    let Banner::UnlessLinked(library) = rule.banner else { return false };
    // ELF has the names of the libraries that it loads among its dynamic symbols; other formats
    // have them in several places.
    let names = match file.section_by_name(".dynstr") {
        Some(section) => section.data().unwrap_or_default(),
        None if file.format() == object::BinaryFormat::Elf => return false,
        None => content,
    };
    memmem::find(names, library.as_bytes()).is_some()
}

fn copy(rule: &Rule, version: &str) -> Component {
    let mut component = rule.component(version);
    let mut doubt = "a statically linked copy, known by its banner".to_owned();
    if !rule.doubt.is_empty() {
        doubt.push_str("; ");
        doubt.push_str(rule.doubt);
    }
    component.doubt = Some(doubt);
    component
}
