//! Where the problems are, when there are several places.

use std::collections::BTreeSet;

use plimsoll_advisory::model::Severity;

use super::paint::{Page, Tone, count};
use crate::Report;
use crate::results::{Part, PartKind};
use crate::text::{clean, fit, truncate_left, width};

/// Lines of the summary; more places are counted.
const MOST_PLACES: usize = 15;

/// The columns, the worst first.
const COLUMNS: [(Severity, &str); 5] = [
    (Severity::Critical, " CRIT"),
    (Severity::High, " HIGH"),
    (Severity::Medium, "  MED"),
    (Severity::Low, "  LOW"),
    (Severity::Unknown, "  UNK"),
];

/// One line for each part that has problems.
pub(super) fn write(page: &mut Page, report: &Report, parts: &[Part<'_>]) {
    let mut affected: Vec<_> = parts.iter().filter(|part| !part.findings.is_empty()).collect();
    if parts.len() < 2 || affected.is_empty() {
        return;
    }
    let numbers = |part: &Part<'_>| COLUMNS.map(|(severity, _)| problems(report, part, severity));
    // The system stands first, the others by what is worst in them.
    affected.sort_by_key(|part| {
        (part.kind != PartKind::System, std::cmp::Reverse(numbers(part)), part.target)
    });
    let columns: usize = COLUMNS.iter().map(|(_, title)| title.len()).sum();
    let room = page.columns().saturating_sub(columns + 1);
    let shown = &affected[..affected.len().min(MOST_PLACES)];
    let names: Vec<_> = shown.iter().map(|part| name(report, part)).collect();
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0).min(room);
    page.blank();
    let titles: String = COLUMNS.iter().map(|(_, title)| *title).collect();
    page.line(&[(&fit("", longest), Tone::Plain), (&titles, Tone::Faint)]);
    for (part, name) in shown.iter().zip(&names) {
        let mut pieces = vec![(fit(&truncate_left(name, longest), longest), Tone::Plain)];
        for ((severity, title), number) in COLUMNS.iter().zip(numbers(part)) {
            let width = title.len();
            match number {
                0 => pieces.push((format!("{:>width$}", "-"), Tone::Faint)),
                number => pieces.push((format!("{number:>width$}"), Tone::of(*severity))),
            }
        }
        let pieces: Vec<_> = pieces.iter().map(|(text, tone)| (text.as_str(), *tone)).collect();
        page.line(&pieces);
    }
    let more = affected.len() - shown.len();
    let clean = parts.len() - affected.len();
    let mut rest = Vec::new();
    if more > 0 {
        rest.push(format!("{} with problems", count(more, "more place")));
    }
    if clean > 0 {
        rest.push(format!("{} without any", count(clean, "place")));
    }
    if !rest.is_empty() {
        page.line(&[(&format!("and {}", rest.join(", ")), Tone::Faint)]);
    }
}

/// Problems of a severity, each counted once for what is updated together.
fn problems(report: &Report, part: &Part<'_>, severity: Severity) -> usize {
    let of_severity = part.findings.iter().filter(|one| one.ratings.severity == severity);
    let distinct: BTreeSet<_> = of_severity
        .filter_map(|one| Some((super::group::name(report.package(one)?), &one.vulnerability)))
        .collect();
    distinct.len()
}

/// `debian 12.1`, `Node.js (node-pkg)`, `srv/app/package-lock.json (npm)`.
pub(super) fn name(report: &Report, part: &Part<'_>) -> String {
    match (part.kind, report.system()) {
        (PartKind::System, Some((family, version))) => clean(format!("{family} {version}").trim()),
        (PartKind::System, None) => "packages".to_owned(),
        (PartKind::Library(kind), _) => format!("{} ({})", clean(part.target), clean(kind)),
    }
}
