//! Libraries that were linked statically into other programs.

use std::sync::LazyLock;

use memchr::memmem;
use object::{Object, ObjectSection, SectionKind};
use plimsoll_language::{Component, Input, Parsed};
use regex::bytes::Regex;

use super::rules::{Banner, Rule};
use super::{ID, RULES, captured, compile, confirmed, expression};
use crate::Program;

/// Texts up to which a program is looked at, and banners among them: one that speaks much of
/// OpenSSL has hundreds of texts, one with all libraries a dozen banners.
const MAX_TEXTS: usize = 4096;
const MAX_BANNERS: usize = 32;

/// How far before its text a banner begins, and how long it is.
const BEFORE: usize = 16;
const LENGTH: usize = 256;

/// The texts of all banners, which are searched for together in one pass; measured at 2 % of the
/// time that inflating the program takes.
static TEXTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let texts = RULES.iter().filter_map(|rule| rule.banner);
    let texts: Vec<_> = texts.map(|banner| regex::escape(banner.text)).collect();
    compile(&texts.join("|"))
});

/// Looks for banners in the read-only data of a program.
pub(crate) fn read_banners(
    input: Input<'_>,
    file: &object::File<'_>,
    parsed: &mut Parsed<Program>,
) {
    let Some(texts) = TEXTS.as_ref() else { return };
    let is_constant = |section: &object::Section<'_, '_>| {
        matches!(section.kind(), SectionKind::ReadOnlyData | SectionKind::ReadOnlyString)
    };
    let data: Vec<&[u8]> =
        file.sections().filter(is_constant).filter_map(|section| section.data().ok()).collect();
    let hits = data.iter().flat_map(|data| {
        texts.find_iter(data).map(|hit| {
            let start = hit.start().saturating_sub(BEFORE);
            let end = hit.start().saturating_add(LENGTH).min(data.len());
            (hit.as_bytes(), data.get(start..end).unwrap_or_default())
        })
    });
    let mut found: Vec<Component> = Vec::new();
    let mut banners = 0;
    for (text, around) in hits.take(MAX_TEXTS) {
        for (index, rule) in RULES.iter().enumerate() {
            let Some(banner) = rule.banner.filter(|one| one.text.as_bytes() == text) else {
                continue;
            };
            let captures = expression(index).and_then(|expression| expression.captures(around));
            let Some(captures) = captures else { continue };
            banners += 1;
            if banners > MAX_BANNERS {
                break;
            }
            if let Some(version) = captured(&captures)
                && !is_known(rule, &found, &parsed.value)
                && !is_linked(banner, file, input.content)
                && confirmed(rule, &version, &captures, input.content)
            {
                found.push(copy(rule, &version));
            }
        }
    }
    if !found.is_empty() {
        parsed.value.add_part(ID, found);
    }
}

/// Whether the product was found already, by the file's name or by another banner: a program that
/// has a library twice is rarer than a library with two banners.
fn is_known(rule: &Rule, found: &[Component], program: &Program) -> bool {
    let parts = program.parts.iter().filter(|(id, _)| id == ID);
    parts.flat_map(|(_, components)| components).chain(found).any(|known| known.name == rule.name)
}

fn is_linked(banner: Banner, file: &object::File<'_>, content: &[u8]) -> bool {
    if banner.unless_linked.is_empty() {
        return false;
    }
    // ELF has the names of the libraries that it loads among its dynamic symbols; other formats
    // have them in several places.
    let names = match file.section_by_name(".dynstr") {
        Some(section) => section.data().unwrap_or_default(),
        None if file.format() == object::BinaryFormat::Elf => return false,
        None => content,
    };
    memmem::find(names, banner.unless_linked.as_bytes()).is_some()
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
