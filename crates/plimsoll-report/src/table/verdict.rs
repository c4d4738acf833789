//! The first lines: what to do.

use plimsoll_advisory::model::Severity;
use plimsoll_match::{Finding, Gate, GateReason};

use super::group::Tally;
use super::paint::{Page, Tone, count};
use crate::Report;
use crate::report::is_fixable;
use crate::text::{fit, truncate, width};

/// Columns of the word in front, with its space.
const LABEL: usize = 9;

/// The word for an image that nobody could judge. It takes more room than the others have.
const NOT_COVERED: &str = "NOT COVERED";

/// The word for an image of which some kinds of packages could be judged, and others not.
const PARTIAL: &str = "PARTIAL";

/// The verdict, the artifact, and whatever limits what the verdict is worth.
pub(super) fn write(page: &mut Page, report: &Report) {
    let (label, tone) = label(report);
    let margin = " ".repeat(LABEL);
    let sentence = sentence(report);
    if width(label) < LABEL {
        page.paragraph(&fit(label, LABEL), tone, &sentence, Tone::Strong);
    } else {
        page.paragraph(&format!("{label}  "), tone, &sentence, Tone::Strong);
    }
    page.paragraph(&margin, Tone::Plain, &artifact(report), Tone::Plain);
    if let Some(reasons) = gate_reasons(report) {
        page.paragraph(&margin, Tone::Plain, &format!("gate: {reasons}"), Tone::Plain);
    }
    if report.database.starter {
        let text = format!(
            "STARTER DATABASE: it knows only {} of the best-known vulnerabilities. \
             Get a full one for a verdict: plimsoll db pull.",
            report.database.vulnerabilities
        );
        page.paragraph(&margin, Tone::Plain, &text, Tone::Warning);
    }
    if let Some(text) = end_of_life(report) {
        page.paragraph(&margin, Tone::Plain, &text, Tone::Warning);
    }
}

/// One line for each report.
pub(super) fn summary(page: &mut Page, reports: &[Report]) {
    page.line(&[("Summary", Tone::Strong)]);
    let longest = reports.iter().map(|report| width(&report.image.name)).max().unwrap_or(0);
    let names = longest.clamp(1, page.columns() / 3);
    let labels = reports.iter().map(|report| width(label(report).0) + 2).max().unwrap_or(0);
    let labels = labels.max(LABEL);
    for report in reports {
        let (label, tone) = label(report);
        let name = fit(&crate::text::clean(&report.image.name), names);
        page.line(&[
            (&fit(label, labels), tone),
            (&name, Tone::Plain),
            ("  ", Tone::Plain),
            (&sentence(report), Tone::Plain),
        ]);
    }
}

fn label(report: &Report) -> (&'static str, Tone) {
    match &report.gate {
        Gate::Failed(_) => return ("FAIL", Tone::Bad),
        Gate::Passed if report.coverage.is_complete() => return ("PASS", Tone::Good),
        // The exit code is that of Trivy, but nobody shall read it as a verdict.
        Gate::Passed => return (not_complete(report), Tone::Warning),
        Gate::Off => {}
    }
    let findings = &report.outcome.findings;
    if findings.iter().any(is_urgent) {
        ("ACT", Tone::Bad)
    } else if findings.iter().any(is_fixable) {
        ("UPDATE", Tone::Warning)
    } else if !report.coverage.is_complete() {
        (not_complete(report), Tone::Warning)
    } else if !findings.is_empty() {
        ("WATCH", Tone::Plain)
    } else {
        (
            "CLEAN",
            if report.has_gaps() || report.database.starter { Tone::Plain } else { Tone::Good },
        )
    }
}

/// The word where something was not judged.
fn not_complete(report: &Report) -> &'static str {
    if report.coverage.is_partial() { PARTIAL } else { NOT_COVERED }
}

/// Severe and fixable; what is malicious can always be removed.
fn is_urgent(finding: &Finding) -> bool {
    finding.malicious || is_fixable(finding) && finding.ratings.severity >= Severity::High
}

/// Why the gate is closed, unless the sentence in front says so already.
fn gate_reasons(report: &Report) -> Option<String> {
    let Gate::Failed(reasons) = &report.gate else { return None };
    let is_said = report.outcome.findings.iter().any(is_urgent);
    if is_said && matches!(reasons.as_slice(), [GateReason::Findings(_)]) {
        return None;
    }
    let reasons: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    Some(reasons.join("; "))
}

fn sentence(report: &Report) -> String {
    let findings = &report.outcome.findings;
    let exploited = match Tally::of(report, |one| one.ratings.exploited.is_some()).problems {
        0 => String::new(),
        number => format!(", {number} exploited in the wild"),
    };
    let malicious = Tally::of(report, |one| one.malicious).packages;
    let urgent = Tally::of(report, |one| is_urgent(one) && !one.malicious);
    let fixable = Tally::of(report, is_fixable);
    if urgent.problems > 0 || malicious > 0 {
        let mut parts = Vec::new();
        if malicious > 0 {
            parts.push(format!("{} to remove", count(malicious, "malicious package")));
        }
        if urgent.problems > 0 {
            let packages = count(urgent.packages, "package");
            parts.push(format!("{} fixable CRITICAL or HIGH in {packages}", urgent.problems));
        }
        return format!("{}{exploited}", parts.join(", "));
    }
    if fixable.problems > 0 {
        let packages = count(fixable.packages, "package");
        return format!(
            "{} fixable, none rated above MEDIUM, in {packages}{exploited}",
            fixable.problems
        );
    }
    if !findings.is_empty() {
        let all = Tally::of(report, |_| true);
        return format!("nothing to update: {} without a fix{exploited}", all.problems);
    }
    match report.coverage.reason() {
        Some(reason) if report.coverage.is_partial() => {
            format!("no known vulnerability in what was judged; not judged: {reason}")
        }
        Some(reason) => format!("not judged: {reason}"),
        None if report.outcome.suppressed.is_empty() => {
            format!(
                "no known vulnerability in {}",
                count(report.inventory.packages.len(), "package")
            )
        }
        None => format!(
            "nothing that counts: {} left out by filters",
            count(report.outcome.suppressed.len(), "finding")
        ),
    }
}

fn artifact(report: &Report) -> String {
    let system = match report.system() {
        Some((family, version)) => format!(" ({})", format!("{family} {version}").trim()),
        None => String::new(),
    };
    let all = &report.inventory.packages;
    let libraries = all.iter().filter(|package| package.library.is_some()).count();
    let packages = match libraries {
        0 => count(all.len(), "package"),
        _ => format!("{}, {libraries} of languages", count(all.len(), "package")),
    };
    let layers = match report.image.layers.len() {
        _ if report.is_directory() => String::new(),
        layers => format!(", {}", count(layers, "layer")),
    };
    format!("{}{system}, {packages}{layers}", truncate(&report.image.name, 200))
}

fn end_of_life(report: &Report) -> Option<String> {
    let day = report.ended_on()?;
    let (family, version) = report.system()?;
    let mut text = format!(
        "END OF LIFE: {family} {version} has had no regular security updates since \
         {day}; what is not fixed stays so."
    );
    let extended = report.end_of_life.as_ref().and_then(|end| end.extended_support.as_deref());
    let today = report.created_at.get(..10)?;
    if let Some(until) = extended.filter(|until| *until > day) {
        let word = if until < today { "ended on" } else { "until" };
        text.push_str(&format!(" Extended support {word} {until}."));
    }
    Some(text)
}
