//! What a container of a CVE record says about products:
//! <https://github.com/CVEProject/cve-schema/blob/main/schema/docs/versions.md>.
//!
//! A product is a statement where it can be told which one is meant: by a package URL, by the name
//! in a collection that is a known registry, or by a CPE name. All others (a vendor and a product
//! in free words, a package of a distribution, a commit) are not. A name in a collection that is no
//! known registry, beside CPE names, is a package *of* those products (as Red Hat writes them); the
//! distribution's own feed says that better, and here it is none either.
//!
//! Of the versions, those with the status `affected` are kept; where there is none, those that are
//! `unaffected`. `changes` split a range. Quirks: the beginning is `0`, `*`, `n/a` or `unspecified`;
//! the end may be `*`, or a branch (`5.10.*`), whose end is the beginning of the next; `version`
//! may hold a whole comparison (`>= 1.0, < 2.0`). Commits and prose are no versions. Where all is
//! affected by default, only exceptions without an end can be told.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use plimsoll_version::Ecosystem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::cpe::Cpe;
use super::super::identifier::is_word;
use super::super::language::statement;
use super::super::nvd::configurations::{Configuration, Statements};
use super::super::purl::Purl;
use crate::model::{Affected, Range, Status};

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Product<'a> {
    #[serde(borrow, rename = "collectionURL")]
    collection: Option<Cow<'a, str>>,
    #[serde(borrow)]
    package_name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "packageURL")]
    purl: Option<Cow<'a, str>>,
    #[serde(borrow)]
    cpes: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    default_status: Cow<'a, str>,
    #[serde(borrow)]
    versions: Vec<Version<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Version<'a> {
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow)]
    version_type: Cow<'a, str>,
    #[serde(borrow)]
    less_than: Option<Cow<'a, str>>,
    #[serde(borrow)]
    less_than_or_equal: Option<Cow<'a, str>>,
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Change<'a> {
    #[serde(borrow)]
    at: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
}

/// Names times versions of one product: every name gets all of its versions. Cisco has products of
/// some thousand versions, with few names.
const MOST_PAIRS: usize = 1 << 20;

/// Registries by the beginning of a collection's address, without scheme and `www.`.
const REGISTRIES: &[(&str, Ecosystem)] = &[
    ("registry.npmjs.org", Ecosystem::Npm),
    ("npmjs.com", Ecosystem::Npm),
    ("npmjs.org", Ecosystem::Npm),
    ("pypi.org", Ecosystem::PyPi),
    ("pypi.python.org", Ecosystem::PyPi),
    ("repo.maven.apache.org", Ecosystem::Maven),
    ("repo1.maven.org", Ecosystem::Maven),
    ("mvnrepository.com", Ecosystem::Maven),
    ("search.maven.org", Ecosystem::Maven),
    ("central.sonatype.com", Ecosystem::Maven),
    ("rubygems.org", Ecosystem::Gem),
    ("crates.io", Ecosystem::Cargo),
    ("packagist.org", Ecosystem::Composer),
    ("nuget.org", Ecosystem::NuGet),
    ("api.nuget.org", Ecosystem::NuGet),
    ("pkg.go.dev", Ecosystem::Golang),
    ("proxy.golang.org", Ecosystem::Golang),
    ("hex.pm", Ecosystem::Hex),
    ("repo.hex.pm", Ecosystem::Hex),
    ("pub.dev", Ecosystem::Pub),
    ("cocoapods.org", Ecosystem::CocoaPods),
    ("hackage.haskell.org", Ecosystem::Hackage),
    ("cran.r-project.org", Ecosystem::Cran),
    ("cpan.org", Ecosystem::Cpan),
    ("metacpan.org", Ecosystem::Cpan),
];

/// The statements of a container's `affected` and `cpeApplicability`.
pub(in crate::feed) fn statements(
    id: &str,
    products: &[&RawValue],
    configurations: &[&RawValue],
) -> Statements {
    let mut statements = Statements::default();
    for raw in configurations {
        match serde_json::from_str::<Configuration>(raw.get()) {
            Ok(configuration) => statements.add(id, &configuration),
            Err(error) => statements.problems.push(error.to_string()),
        }
    }
    for raw in products {
        match serde_json::from_str::<Product>(raw.get()) {
            Ok(product) => tell(id, &product, &mut statements),
            Err(error) => statements.problems.push(error.to_string()),
        }
    }
    statements
}

fn tell(id: &str, product: &Product, statements: &mut Statements) {
    let registered = registered(product);
    // A package of a distribution: see above.
    let is_part = registered.is_none() && product.package_name.as_deref().is_some_and(is_word);
    let cpes: &[Cow<str>] = if is_part { &[] } else { &product.cpes };
    if registered.is_none() && cpes.is_empty() {
        return;
    }
    let verdict = verdict(product);
    if let (Some((ecosystem, package)), Some(verdict)) = (&registered, &verdict) {
        let mut new = statement(*ecosystem, package);
        id.clone_into(&mut new.vulnerability);
        verdict.give(&mut new);
        statements.affected.push(new);
    }
    let size = verdict.as_ref().map_or(1, |verdict| verdict.ranges.len() + verdict.versions.len());
    // Names that differ by architecture or edition are one product.
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut known = HashSet::new();
    for cpe in cpes.iter().filter_map(|name| Cpe::parse(name)) {
        if places.len().saturating_mul(size) > MOST_PAIRS {
            statements.problems.push("a product has too many names and versions".to_owned());
            break;
        }
        let place = *places.entry(cpe.package.clone()).or_insert_with(|| {
            let mut new = statement(Ecosystem::Cpe, &cpe.package);
            id.clone_into(&mut new.vulnerability);
            if let Some(verdict) = &verdict {
                verdict.give(&mut new);
            }
            statements.affected.push(new);
            statements.affected.len() - 1
        });
        let new = &mut statements.affected[place];
        if known.insert(cpe.any_version.clone()) {
            new.cpes.push(cpe.any_version);
        }
        // No versions beside it: the name's own version is the one that is meant.
        if verdict.is_none() && product.versions.is_empty() && cpe.version != "*" {
            new.versions.push(cpe.version);
        }
    }
    // Whatever was said of versions, nothing of it was understood.
    if verdict.is_none() {
        let begin = statements.affected.len() - places.len();
        let mut index = 0;
        statements.affected.retain(|one| {
            index += 1;
            index <= begin || !one.versions.is_empty()
        });
    }
}

/// Ecosystem and package, where a known registry has it.
fn registered(product: &Product) -> Option<(Ecosystem, String)> {
    if let Some(purl) = product.purl.as_deref().and_then(Purl::parse) {
        return Some((Ecosystem::from_purl_type(&purl.ecosystem)?, purl.name));
    }
    let package = product.package_name.as_deref()?.trim();
    let address = product.collection.as_deref()?.trim();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let address = address.strip_prefix("www.").unwrap_or(address);
    let host = address.split('/').next()?;
    let (_, ecosystem) = REGISTRIES.iter().find(|(known, _)| *known == host)?;
    let whole = is_word(package) && (*ecosystem != Ecosystem::Maven || package.contains(':'));
    whole.then(|| (*ecosystem, package.to_owned()))
}

/// Versions, and what is so about them.
struct Verdict {
    status: Status,
    ranges: Vec<Range>,
    versions: Vec<String>,
}

impl Verdict {
    fn give(&self, statement: &mut Affected) {
        statement.status = self.status;
        statement.ranges.clone_from(&self.ranges);
        statement.versions.clone_from(&self.versions);
    }
}

/// One stretch of versions with one status; `fix` if its end was named as such.
struct Stretch {
    affected: bool,
    range: Range,
    fix: bool,
}

fn verdict(product: &Product) -> Option<Verdict> {
    let all = || vec![Range::default()];
    let whole = |status| Some(Verdict { status, ranges: all(), versions: Vec::new() });
    let by_default = match &*product.default_status {
        "affected" => Some(Status::Affected),
        "unaffected" => Some(Status::NotAffected),
        _ => None,
    };
    if product.versions.is_empty() {
        return by_default.and_then(whole);
    }
    let mut stretches = Vec::new();
    let mut exact: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for entry in product.versions.iter().filter(|entry| entry.version_type != "git") {
        let affected = match &*entry.status {
            "affected" => true,
            "unaffected" => false,
            _ => continue,
        };
        match read(entry, affected) {
            Some(Read::Stretches(found)) => stretches.extend(found),
            Some(Read::Exact(version)) => exact[usize::from(affected)].push(version),
            None => {}
        }
    }
    let [unaffected, affected] = exact;
    let of = |wanted: bool| stretches.iter().filter(move |stretch| stretch.affected == wanted);
    let ranges = |wanted: bool| of(wanted).map(|stretch| stretch.range.clone()).collect::<Vec<_>>();
    if of(true).next().is_some() || !affected.is_empty() {
        let fixed = of(true).any(|stretch| stretch.fix);
        let status = if fixed { Status::Fixed } else { Status::Affected };
        return Some(Verdict { status, ranges: ranges(true), versions: affected });
    }
    let exceptions = ranges(false);
    if by_default != Some(Status::Affected) {
        let said = !exceptions.is_empty() || !unaffected.is_empty();
        return said.then_some(Verdict {
            status: Status::NotAffected,
            ranges: exceptions,
            versions: unaffected,
        });
    }
    match exceptions.as_slice() {
        // Affected up to where the exception begins.
        [Range { introduced: Some(fixed), fixed: None, last_affected: None, .. }]
            if unaffected.is_empty() =>
        {
            let range = Range { fixed: Some(fixed.clone()), ..Range::default() };
            Some(Verdict { status: Status::Fixed, ranges: vec![range], versions: Vec::new() })
        }
        _ => None,
    }
}

enum Read {
    Stretches(Vec<Stretch>),
    Exact(String),
}

/// Reads one entry; nothing where it names no version.
fn read(entry: &Version, affected: bool) -> Option<Read> {
    let text = entry.version.trim();
    if entry.less_than.is_none() && entry.less_than_or_equal.is_none() && entry.changes.is_empty() {
        if text.starts_with(['<', '>', '=']) {
            return comparison(text, affected);
        }
        if text == "*" {
            return Some(Read::Stretches(vec![Stretch {
                affected,
                range: Range::default(),
                fix: false,
            }]));
        }
        return is_version(text).then(|| Read::Exact(text.to_owned()));
    }
    let start = match text.trim_start_matches(['<', '>', '=', ' ']) {
        "0" | "*" | "" | "-" => None,
        start if is_version(start) => Some(start.to_owned()),
        // "n/a", "unspecified" and the like.
        _ => None,
    };
    let mut last =
        Stretch { affected, range: Range { introduced: start, ..Range::default() }, fix: false };
    let mut stretches = Vec::new();
    for change in &entry.changes {
        let at = change.at.trim();
        if !is_version(at) {
            continue;
        }
        let next = Range { introduced: Some(at.to_owned()), ..Range::default() };
        last.range.fixed = Some(at.to_owned());
        last.fix = last.affected;
        stretches.push(std::mem::replace(
            &mut last,
            Stretch { affected: change.status == "affected", range: next, fix: false },
        ));
    }
    // Behind the last change the entry's own end counts; a changed rest that begins beyond that end
    // would be empty, and is only kept where it can matter.
    if stretches.is_empty() || last.affected {
        let clean = |text: &Option<Cow<str>>| {
            let text = text.as_deref()?.trim_start_matches(['<', '=', ' ']).trim_end();
            (text.bytes().any(|byte| byte.is_ascii_digit()) && is_word(text))
                .then(|| text.to_owned())
        };
        match (clean(&entry.less_than), clean(&entry.less_than_or_equal)) {
            (Some(end), _) | (None, Some(end)) if end.ends_with('*') => {
                last.range.fixed = next_branch(&end);
            }
            (Some(end), _) => {
                last.range.fixed = Some(end);
                last.fix = last.affected;
            }
            (None, Some(end)) => last.range.last_affected = Some(end),
            (None, None) => {}
        }
        stretches.push(last);
    }
    Some(Read::Stretches(stretches))
}

/// `>= 1.0, < 2.0`, as the numbering authority of GitHub writes it.
fn comparison(text: &str, affected: bool) -> Option<Read> {
    let mut stretch = Stretch { affected, range: Range::default(), fix: false };
    for part in text.split(',') {
        let part = part.trim();
        let version = part.trim_start_matches(['<', '>', '=']);
        let sign = &part[..part.len() - version.len()];
        let version = version.trim();
        if !is_version(version) {
            return None;
        }
        let range = &mut stretch.range;
        match sign {
            ">=" => range.introduced = Some(version.to_owned()),
            ">" => range.after = Some(version.to_owned()),
            "<" => {
                range.fixed = Some(version.to_owned());
                stretch.fix = affected;
            }
            "<=" => range.last_affected = Some(version.to_owned()),
            "=" | "==" => return Some(Read::Exact(version.to_owned())),
            _ => return None,
        }
    }
    Some(Read::Stretches(vec![stretch]))
}

/// The beginning of the branch behind `5.10.*`: `5.11`.
fn next_branch(branch: &str) -> Option<String> {
    let branch = branch.trim_end_matches(['*', '.']);
    let (front, number) = branch.rsplit_once('.').unwrap_or(("", branch));
    let number = number.parse::<u64>().ok()?.checked_add(1)?;
    Some(if front.is_empty() { number.to_string() } else { format!("{front}.{number}") })
}

/// One word with a number in it.
fn is_version(text: &str) -> bool {
    is_word(text) && text.bytes().any(|byte| byte.is_ascii_digit())
}
