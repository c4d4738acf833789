//! The last lines: what is not listed, what was not looked at, how old the knowledge is.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_advisory::model::Severity;
use plimsoll_match::{Confidence, Finding, LinkState, Reason, SystemCoverage};

use super::Detail;
use super::findings::{is_linkage, is_listed};
use super::group::Tally;
use super::paint::{Page, Tone, count};
use crate::report::is_fixable;
use crate::{Report, instruction};

/// Problems named one by one; the others are counted.
const PROBLEMS: usize = 5;

/// The worst first.
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Unknown];

/// Columns of the labels.
const LABEL: &str = "            ";

pub(super) fn write(page: &mut Page, report: &Report, detail: Detail) {
    page.blank();
    layers(page, report, detail);
    not_listed(page, report, detail);
    suppressed(page, report);
    judged(page, report);
    gaps(page, report);
    for note in &report.notes {
        item(page, "Note", Tone::Warning, note);
    }
    if has_scores(report, detail) {
        let text = "EXPLOITED: in CISA's catalogue (KEV). Percent: the chance of exploitation \
                    within 30 days (EPSS).";
        item(page, "Legend", Tone::Faint, text);
    }
    marks(page, report, detail);
    item(page, "Database", Tone::Plain, &database(report));
}

fn item(page: &mut Page, label: &str, tone: Tone, text: &str) {
    let label = crate::text::fit(label, LABEL.len());
    page.paragraph(&label, tone, text, Tone::Plain);
}

/// The build instructions of the layers that brought what is listed. People count layers from one.
fn layers(page: &mut Page, report: &Report, detail: Detail) {
    if report.is_directory() {
        return;
    }
    let listed = report.outcome.findings.iter().filter(|one| is_listed(report, one, detail));
    let layers: BTreeSet<u32> = listed.filter_map(|one| report.package(one)?.layer).collect();
    for layer in layers {
        let Some(instruction) = instruction::of(&report.image, layer) else { continue };
        let label = crate::text::fit(&format!("Layer {}", u64::from(layer) + 1), LABEL.len());
        page.short_paragraph(&label, &instruction, 2);
    }
}

fn not_listed(page: &mut Page, report: &Report, detail: Detail) {
    let counts = |fixable: bool| {
        let of = |severity: Severity| {
            let tally = Tally::of(report, |one| {
                one.ratings.severity == severity
                    && is_fixable(one) == fixable
                    && !is_listed(report, one, detail)
            });
            (severity, tally.problems)
        };
        let counts: Vec<_> = SEVERITIES.map(of).into_iter().filter(|(_, n)| *n > 0).collect();
        let total: usize = counts.iter().map(|(_, number)| number).sum();
        let words = counts.iter().map(|(severity, number)| format!("{number} {}", severity.word()));
        (total, words.collect::<Vec<_>>().join(", "))
    };
    let parts: Vec<_> = [(counts(true), "fixable"), (counts(false), "without a fix")]
        .into_iter()
        .filter(|((total, _), _)| *total > 0)
        .map(|((total, words), what)| format!("{total} {what} ({words})"))
        .collect();
    if !parts.is_empty() {
        let text = format!("{}; --table-mode detailed lists them", parts.join(", "));
        item(page, "Not listed", Tone::Plain, &text);
    }
}

fn suppressed(page: &mut Page, report: &Report) {
    let number = |select: fn(&Reason) -> bool| {
        report.outcome.suppressed.iter().filter(|one| select(&one.reason)).count()
    };
    let parts: Vec<_> = [
        (number(|reason| *reason == Reason::Severity), "by severity"),
        (number(|reason| *reason == Reason::Status), "by status"),
        (number(|reason| matches!(reason, Reason::Ignored(_))), "by ignore files"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, why)| format!("{number} {why}"))
    .collect();
    if !parts.is_empty() {
        item(page, "Left out", Tone::Plain, &parts.join(", "));
    }
    for rule in &report.outcome.expired {
        let expires = rule.expires.as_deref().unwrap_or_default();
        let text = format!("{} no longer ignores {}, since {expires}", rule.place, rule.id);
        item(page, "Expired", Tone::Warning, &text);
    }
}

/// What was looked up where, if that is not the distribution's packages alone.
fn judged(page: &mut Page, report: &Report) {
    let coverage = &report.coverage;
    if coverage.libraries.is_empty() {
        return;
    }
    let mut places = Vec::new();
    match (&coverage.system, coverage.namespace()) {
        (SystemCoverage::NoPackages { missing: false, .. }, _) => {
            places.push("no operating system".to_owned());
        }
        (_, Some(namespace)) => places.push(namespace.to_owned()),
        (_, None) => {}
    }
    let covered = coverage.libraries.iter().filter(|one| one.covered);
    places.extend(
        covered.map(|one| format!("{} ({})", one.namespace, count(one.packages, "package"))),
    );
    if !places.is_empty() {
        item(page, "Judged", Tone::Plain, &places.join(", "));
    }
}

fn gaps(page: &mut Page, report: &Report) {
    if !report.has_gaps() {
        return;
    }
    const TITLE: &str = "Not checked";
    for reason in report.coverage.reasons() {
        item(page, TITLE, Tone::Warning, &reason);
    }
    let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for undecided in &report.undecided {
        let package = report.inventory.packages.get(undecided.package);
        let name = package.map_or("?", |package| package.name.as_str());
        reasons.entry(&undecided.reason).or_insert((0, name)).0 += 1;
    }
    for (index, (reason, (number, name))) in reasons.iter().enumerate() {
        if index == PROBLEMS {
            let text = format!("… and {} more reasons", reasons.len() - PROBLEMS);
            item(page, TITLE, Tone::Warning, &text);
            break;
        }
        let others = match number {
            1 => String::new(),
            number => format!(" and {} more", number - 1),
        };
        item(page, TITLE, Tone::Warning, &format!("{name}{others}: {reason}"));
    }
    for (layer, problem) in report.inventory.problems.iter().take(PROBLEMS) {
        let mut text = String::new();
        if let Some(path) = &problem.path {
            text.push_str(path);
        }
        if let Some(layer) = layer.filter(|_| !report.is_directory()) {
            let gap = if text.is_empty() { "" } else { " " };
            text.push_str(&format!("{gap}(layer {})", u64::from(layer) + 1));
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&problem.message);
        item(page, TITLE, Tone::Warning, &text);
    }
    let more = report.inventory.problems.len().saturating_sub(PROBLEMS);
    if more > 0 {
        let text = format!("… and {}; --format json has all", count(more, "more problem"));
        item(page, TITLE, Tone::Warning, &text);
    }
}

fn has_scores(report: &Report, detail: Detail) -> bool {
    report
        .outcome
        .findings
        .iter()
        .filter(|one| is_listed(report, one, detail))
        .any(|finding| finding.ratings.epss.is_some() || finding.ratings.exploited.is_some())
}

/// What the other marks behind findings mean, those that are there.
fn marks(page: &mut Page, report: &Report, detail: Detail) {
    type Select = fn(&Finding) -> bool;
    let is_there = |select: Select| {
        let mut listed =
            report.outcome.findings.iter().filter(|one| is_listed(report, one, detail));
        listed.any(select)
    };
    let marks: [(Select, &str); 5] = [
        (|one| one.malicious, "MALICIOUS: the package itself was published to do harm."),
        (
            |one| is_linkage(one, LinkState::Linked),
            "linked: the vulnerable code is in the program.",
        ),
        (
            |one| is_linkage(one, LinkState::NotSeen),
            "not seen: no vulnerable function among those of the program; a hint, not a proof.",
        ),
        (
            |one| one.confidence == Confidence::Doubtful,
            "doubtful: something speaks against it; --format json says what.",
        ),
        (|one| one.code == Some(false), "no code: the package has nothing that runs."),
    ];
    let there: Vec<_> =
        marks.into_iter().filter(|(select, _)| is_there(*select)).map(|(_, text)| text).collect();
    if !there.is_empty() {
        item(page, "Legend", Tone::Faint, &there.join(" "));
    }
}

fn database(report: &Report) -> String {
    let database = &report.database;
    let name = if database.starter { "the starter inside the program" } else { "built" };
    let date = match database.created.as_deref().and_then(|created| created.get(..10)) {
        Some(date) if database.starter => format!(" of {date}"),
        Some(date) => format!(" on {date}"),
        None if database.starter => String::new(),
        None => " on an unknown day".to_owned(),
    };
    let known = match database.vulnerabilities {
        0 => String::new(),
        1 => ", 1 vulnerability".to_owned(),
        number => format!(", {number} vulnerabilities"),
    };
    format!("{name}{date}{known}{}", sources(report))
}

/// More sources than this are too many for the foot of a page.
const MOST_SOURCES: usize = 6;

/// The sources with their dates; of many, those that this report is from.
fn sources(report: &Report) -> String {
    let all = &report.database.sources;
    let quoted: BTreeSet<&str> = report
        .outcome
        .findings
        .iter()
        .flat_map(|finding| {
            let rated = finding.ratings.severity_source.as_deref();
            [Some(finding.source.id.as_str()), rated].into_iter().flatten()
        })
        .chain(["kev", "epss"])
        .collect();
    let few = all.len() <= MOST_SOURCES;
    let mut texts: Vec<String> = all
        .iter()
        .filter(|source| few || quoted.contains(source.id.as_str()))
        .map(|source| match source.date.as_deref().and_then(|date| date.get(..10)) {
            Some(date) => format!("{} {date}", source.id),
            None => source.id.clone(),
        })
        .collect();
    let others = all.len() - texts.len();
    if others > 0 {
        texts.push(format!("and {others} others (`plimsoll db info`)"));
    }
    match texts.as_slice() {
        [] => String::new(),
        _ => format!(": {}", texts.join(", ")),
    }
}
