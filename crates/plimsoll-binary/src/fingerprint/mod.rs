//! Programs known by their looks: interpreters, servers and libraries that were built from source,
//! of which no package manager knows.
//!
//! [`RULES`] is the knowledge; here is how it is used. A file's name chooses rules, and only those
//! search the program. Some libraries are so often linked statically into others that their banners
//! are looked for in the read-only data of every program.

mod banner;
mod rules;
mod table;

use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use memchr::memmem;
use plimsoll_language::{Component, Evidence, Extractor, Input, Parsed, Parser};
use plimsoll_version::Ecosystem;
use regex::bytes::{Captures, Regex};

use self::rules::Rule;
use self::table::RULES;
use crate::Program;

pub(crate) use banner::read_banners;
pub(crate) use rules::cpe;

/// [`Extractor::id`] of this evidence.
const ID: &str = "fingerprint";

/// The row of this evidence.
pub(crate) const EXTRACTOR: Extractor = Extractor {
    id: ID,
    ecosystem: Ecosystem::Generic,
    type_name: "binary",
    evidence: Evidence::Fingerprint,
    files: &[],
    limit: crate::MAX_PROGRAM,
    parser: Parser::Program,
    defined_by: "https://csrc.nist.gov/pubs/ir/7695/final",
};

/// A product that is recognised, for lists of them.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    /// Its name.
    pub name: &'static str,
    /// Names of the files that are looked at, with `*` for any characters.
    pub files: &'static [&'static str],
    /// `vendor:product` in CPE names.
    pub cpes: &'static [&'static str],
    /// Whether copies of it are looked for in every program.
    pub linked: bool,
}

/// All products that are recognised, in the order of the table; a product may have several rows.
pub fn products() -> impl Iterator<Item = Product> {
    RULES.iter().map(|rule| Product {
        name: rule.name,
        files: rule.files,
        cpes: rule.cpes,
        linked: rule.banner.is_some(),
    })
}

/// Texts that look like a version, up to which one is looked for that is confirmed; real programs
/// have a handful.
const MAX_CANDIDATES: usize = 24;

/// A longer version is none.
const MAX_VERSION: usize = 64;

/// Looks for what the file's name promises.
pub(crate) fn read(input: Input<'_>, parsed: &mut Parsed<Program>) {
    let name = plain_name(input.name());
    let mut found: Vec<Component> = Vec::new();
    for (index, rule) in RULES.iter().enumerate() {
        if !rule.fits(&name) || found.iter().any(|known| known.name == rule.name) {
            continue;
        }
        if let Some(version) = version(rule, expression(index), input.content) {
            found.push(rule.component(&version));
        }
    }
    if !found.is_empty() {
        parsed.value.add_part(ID, found);
    }
}

/// The name without `.exe`, and without the checksum that Python's `auditwheel` puts into names of
/// libraries that it copies into a package: `libcrypto-fb8d5b21.so.3`.
fn plain_name(name: &str) -> Cow<'_, str> {
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let Some((stem, rest)) = name.split_once(".so") else { return name.into() };
    match stem.rsplit_once('-') {
        Some((stem, sum)) if sum.len() == 8 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{stem}.so{rest}").into()
        }
        _ => name.into(),
    }
}

/// The version that a program with this content has; empty for products without versions.
fn version(rule: &Rule, expression: Option<&Regex>, content: &[u8]) -> Option<String> {
    expression?
        .captures_iter(content)
        .take(MAX_CANDIDATES)
        .filter_map(|captures| Some((captured(&captures)?, captures)))
        .find(|(version, captures)| confirmed(rule, version, captures, content))
        .map(|(version, _)| version)
}

/// The version in a match: one group of that name, or three numbers.
fn captured(captures: &Captures<'_>) -> Option<String> {
    let text = |name| Some(std::str::from_utf8(captures.name(name)?.as_bytes()).ok()?.to_owned());
    let version = match text("version") {
        Some(version) => version,
        None if captures.len() == 1 => String::new(),
        None => {
            let number = |name| text(name)?.parse::<u32>().ok();
            format!("{}.{}.{}", number("major")?, number("minor")?, number("patch")?)
        }
    };
    (version.len() <= MAX_VERSION).then_some(version)
}

fn confirmed(rule: &Rule, version: &str, captures: &Captures<'_>, content: &[u8]) -> bool {
    if !rule.unless.is_empty() && memmem::find(content, rule.unless.as_bytes()).is_some() {
        return false;
    }
    if rule.confirm.is_empty() {
        return true;
    }
    let series =
        captures.name("series").and_then(|found| std::str::from_utf8(found.as_bytes()).ok());
    let series = series.unwrap_or(version);
    let wanted = rule
        .confirm
        .replace("{version}", &regex::escape(version))
        .replace("{series}", &regex::escape(series))
        .replace("{digits}", &series.replace('.', ""));
    compile(&wanted).is_some_and(|expression| expression.is_match(content))
}

/// The compiled pattern of a rule: most are never needed in a scan.
fn expression(index: usize) -> Option<&'static Regex> {
    static COMPILED: LazyLock<Vec<OnceLock<Option<Regex>>>> =
        LazyLock::new(|| RULES.iter().map(|_| OnceLock::new()).collect());
    let rule = RULES.get(index)?;
    COMPILED.get(index)?.get_or_init(|| compile(&rule.expression())).as_ref()
}

/// A test compiles every pattern, so that none is missing.
fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("(?-u){pattern}")).ok()
}

#[cfg(test)]
mod tests;
