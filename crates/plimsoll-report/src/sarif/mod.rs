//! SARIF 2.1.0, in the part that GitHub code scanning reads.
//!
//! The format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. What GitHub
//! asks of it:
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
//!
//! - a rule has `id`, `shortDescription`, `fullDescription` (1024 characters each), `help.text`,
//!   and for severities `properties.security-severity`, a number in a string;
//! - a result has `ruleId`, `message.text`, at least one location with a relative path and a
//!   region, and `partialFingerprints` that survive a new build, or alerts open again every time;
//! - runs of one tool in one upload need an `automationDetails.id` of their own;
//! - at most 20 runs, 25,000 results and rules in a run (5,000 of them shown, so the worst come
//!   first), 20 tags for a rule, 10 MB compressed.
//!
//! A package of a language is located in the file that says so, in its lines where the file has some.
//! For a package of a distribution the location is the image's name as a path. The package is a
//! logical location in both.

mod model;
mod rule;

use std::io::{self, Write};

use plimsoll_advisory::model::Severity;
use plimsoll_match::{Finding, Reason};

use crate::text::{clean, truncate};
use crate::{Report, Texts, identity};
use model::{
    ArtifactLocation, AutomationDetails, Driver, Fingerprints, Invocation, Location, Log,
    LogicalLocation, Message, Notification, PhysicalLocation, Region, Result, Run, RunProperties,
    Tool,
};

/// GitHub refuses a run with more.
const MAX_RESULTS: usize = 25_000;

/// Longest text where GitHub cuts or refuses longer ones.
const MAX_TEXT: usize = 1000;

/// More messages about one scan help nobody.
const MAX_NOTIFICATIONS: usize = 100;

/// Writes one run for each report.
pub(crate) fn write(out: &mut dyn Write, reports: &[Report], texts: Texts<'_>) -> io::Result<()> {
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: reports.iter().map(|report| run(report, texts)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn run(report: &Report, texts: Texts<'_>) -> Run {
    let mut findings: Vec<&Finding> = report.outcome.findings.iter().collect();
    findings.sort_by(|left, right| {
        let key = |one: &Finding| {
            let exploited = one.ratings.exploited.is_some();
            (std::cmp::Reverse(one.ratings.severity), std::cmp::Reverse(exploited))
        };
        key(left)
            .cmp(&key(right))
            .then_with(|| left.vulnerability.cmp(&right.vulnerability))
            .then_with(|| left.package.cmp(&right.package))
    });
    let left_out = findings.len().saturating_sub(MAX_RESULTS);
    findings.truncate(MAX_RESULTS);

    let rules = rule::Rules::of(&findings, texts);
    let results = findings.iter().filter_map(|finding| result(report, finding, &rules)).collect();
    let name = artifact_path(report);
    Run {
        tool: Tool {
            driver: Driver {
                name: "Plimsoll",
                full_name: "Plimsoll container security scanner",
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                semantic_version: report.tool_version.clone(),
                rules: rules.into_list(),
            },
        },
        automation_details: AutomationDetails { id: format!("plimsoll/{name}/") },
        invocations: vec![Invocation {
            execution_successful: true,
            end_time_utc: Some(report.created_at.clone()).filter(|time| !time.is_empty()),
            tool_execution_notifications: notifications(report, left_out),
        }],
        results,
        column_kind: "utf16CodeUnits",
        properties: RunProperties {
            image_name: report.image.name.clone(),
            image_id: report.image.id.map(|id| id.to_string()),
            repo_tags: report.image.repo_tags.clone(),
            repo_digests: report.image.repo_digests.clone(),
        },
    }
}

fn result(report: &Report, finding: &Finding, rules: &rule::Rules) -> Option<Result> {
    let package = report.package(finding)?;
    let id = clean(&finding.vulnerability);
    let fix = match (&finding.fixed_version, &finding.subscription_fix) {
        (Some(version), _) => format!("Fixed version: {version}"),
        (None, Some(fix)) => format!("Fixed version: {} ({} only)", fix.version, fix.channel),
        (None, None) => format!("Fixed version: none ({})", finding.status.word()),
    };
    let text = [
        format!("Package: {}", package.name),
        format!("Installed version: {}", package.version),
        format!("Vulnerability: {id}"),
        format!("Severity: {}", finding.ratings.severity.word()),
        fix,
        format!("Evidence: {}", finding.evidence.comparison),
    ];
    let notes = finding.evidence.notes.iter().filter(|_| package.library.is_some());
    let text: Vec<_> = text.into_iter().chain(notes.map(|note| format!("Note: {note}"))).collect();
    let text: Vec<_> = text.iter().map(|line| truncate(&clean(line), MAX_TEXT)).collect();
    let mut fields =
        vec![stable_name(report), &package.name, &package.architecture, &finding.vulnerability];
    let library = package.library.as_deref();
    // One package may be in several files.
    fields.extend(library.map(|library| library.file.as_str()));
    let fingerprint = identity::hash(&fields);
    let uri = match library {
        Some(library) => as_path(&library.file),
        None => artifact_path(report),
    };
    let lines = library.and_then(|library| library.lines.first());
    let place = match library {
        Some(_) => &package.found_in.path,
        None => &report.image.name,
    };
    let line_hash = fingerprint.get(..16).unwrap_or_default();
    Some(Result {
        rule_index: rules.index(&finding.vulnerability)?,
        rule_id: id,
        level: level(finding.ratings.severity),
        message: Message { text: text.join("\n") },
        locations: vec![Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri },
                region: Region {
                    start_line: lines.map_or(1, |lines| lines.start.max(1)),
                    start_column: 1,
                    end_line: lines.map_or(1, |lines| lines.end.max(lines.start).max(1)),
                    end_column: 1,
                },
            },
            logical_locations: vec![LogicalLocation {
                name: clean(&package.name),
                fully_qualified_name: plimsoll_inventory::purl(
                    package,
                    report.inventory.os.as_ref(),
                ),
                kind: "package",
            }],
            message: Message {
                text: clean(&format!("{place}: {}@{}", package.name, package.version)),
            },
        }],
        partial_fingerprints: Fingerprints {
            plimsoll: fingerprint.clone(),
            primary_location_line_hash: format!("{line_hash}:1"),
        },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Unknown => "note",
    }
}

/// The artifact's name without what changes with the next build: tag and digest.
fn stable_name(report: &Report) -> &str {
    if report.is_named() { identity::without_tag(&report.image.name) } else { &report.image.name }
}

/// The stable name as a relative path.
fn artifact_path(report: &Report) -> String {
    as_path(stable_name(report))
}

/// A name as a relative path.
fn as_path(name: &str) -> String {
    let mut path = String::new();
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    for part in parts {
        if !path.is_empty() {
            path.push('/');
        }
        for byte in part.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => {
                    path.push(char::from(byte));
                }
                _ => path.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    if path.is_empty() { "image".to_owned() } else { path }
}

/// What kept the scan from being complete.
fn notifications(report: &Report, left_out: usize) -> Vec<Notification> {
    let mut all = Vec::new();
    let mut say = |level, text: String| {
        all.push(Notification {
            level,
            message: Message { text: truncate(&clean(&text), MAX_TEXT) },
        });
    };
    if left_out > 0 {
        say("warning", format!("{left_out} less severe findings do not fit the format's limits"));
    }
    if let Some(reason) = report.coverage.reason() {
        say("warning", format!("not judged: {reason}"));
    }
    if report.database.starter {
        let text = "the starter database was used: only some of the best-known vulnerabilities \
                    were looked for";
        say("warning", text.to_owned());
    }
    if let Some(day) = report.ended_on() {
        say("warning", format!("the distribution's regular security support ended on {day}"));
    }
    for note in &report.notes {
        say("warning", note.clone());
    }
    let ignored = report.outcome.suppressed.iter();
    let ignored = ignored.filter(|one| matches!(one.reason, Reason::Ignored(_))).count();
    if ignored > 0 {
        say("note", format!("findings left out by ignore files: {ignored}"));
    }
    for undecided in &report.undecided {
        let package = report.inventory.packages.get(undecided.package);
        let name = package.map_or("?", |package| package.name.as_str());
        let id = undecided.vulnerability.as_deref().unwrap_or("all advisories");
        say("warning", format!("undecided: {name}, {id}: {}", undecided.reason));
    }
    for (layer, problem) in &report.inventory.problems {
        let path = problem.path.as_deref().unwrap_or("image");
        let layer = layer.map(|layer| format!(" in layer {layer}")).unwrap_or_default();
        say("warning", format!("{path}{layer}: {}", problem.message));
    }
    let more = all.len().saturating_sub(MAX_NOTIFICATIONS);
    all.truncate(MAX_NOTIFICATIONS);
    if more > 0 {
        let text = format!("and {more} more; the JSON report has all of them");
        all.push(Notification { level: "warning", message: Message { text } });
    }
    all
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
