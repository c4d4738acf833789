//! The findings worth acting on, by package.

use plimsoll_match::{Confidence, Finding, LinkState};

use super::Detail;
use super::group::{Group, groups, is_actionable};
use super::paint::{Page, Tone, count};
use super::summary;
use crate::dependency_tree::{self, Needs};
use crate::results::{self, Part, PartKind};
use crate::text::{clean, fit, truncate, truncate_left, width};
use crate::{Report, Texts};

/// With no more findings than this there is nothing to summarise.
const FEW: usize = 10;

/// Less of a path says nothing.
const SHORTEST_PATH: usize = 24;

/// Titles shorter than this say nothing.
const SHORTEST_TITLE: usize = 14;

/// Whether a finding is listed by itself.
pub(super) fn is_listed(report: &Report, finding: &Finding, detail: Detail) -> bool {
    detail == Detail::All || report.outcome.findings.len() <= FEW || is_actionable(finding)
}

/// Lists groups of findings.
pub(super) fn write(
    page: &mut Page,
    report: &Report,
    parts: &[Part<'_>],
    texts: Texts<'_>,
    detail: Detail,
) {
    let needs = report.dependency_tree.then(|| Needs::of(report));
    for part in parts {
        let listed: Vec<_> = part
            .findings
            .iter()
            .copied()
            .filter(|finding| is_listed(report, finding, detail))
            .collect();
        if listed.is_empty() {
            continue;
        }
        if matches!(part.kind, PartKind::Library(_)) {
            title(page, report, part);
        }
        for group in groups(report, part, listed.into_iter()) {
            page.blank();
            heading(page, report, &group);
            let widths = Widths::of(page, &group);
            for finding in &group.findings {
                line(page, finding, &widths, texts);
            }
            if let (Some(needs), Some(package)) = (&needs, group.library) {
                for line in needs.tree(package) {
                    page.line(&[("  ", Tone::Plain), (&line, Tone::Faint)]);
                }
            }
        }
    }
}

/// `── srv/app/package-lock.json (npm), 1204 packages ──`.
fn title(page: &mut Page, report: &Report, part: &Part<'_>) {
    let packages = format!(", {} ", count(part.packages.len(), "package"));
    let name = summary::name(report, part);
    let room = page.columns().saturating_sub(width(&packages) + 5);
    let mut text = format!("── {}{packages}", truncate_left(&name, room));
    let missing = page.columns().saturating_sub(width(&text));
    text.extend(std::iter::repeat_n('─', missing));
    page.blank();
    page.line(&[(&text, Tone::Strong)]);
}

/// `openssl 3.0.9-1  (libssl3, openssl)  layer 2`, `lodash 4.17.4  indirect  layer 2`.
fn heading(page: &mut Page, report: &Report, group: &Group<'_>) {
    let name = clean(group.name);
    let mut version = clean(group.version);
    version.insert(0, ' ');
    let layer = match group.layer.filter(|_| !report.is_directory()) {
        Some(layer) => format!("  layer {}", u64::from(layer) + 1),
        None => String::new(),
    };
    if let Some(package) = group.library {
        return library_heading(page, report, group, package, [&name, &version, &layer]);
    }
    let members = match group.packages.as_slice() {
        [only] if *only == group.name => String::new(),
        several => {
            let room =
                page.columns().saturating_sub(width(&name) + width(&version) + 4 + width(&layer));
            format!("  ({})", some_of(several, room))
        }
    };
    page.line(&[
        (&name, Tone::Strong),
        (&version, Tone::Plain),
        (&members, Tone::Faint),
        (&layer, Tone::Faint),
    ]);
}

fn library_heading(
    page: &mut Page,
    report: &Report,
    group: &Group<'_>,
    package: usize,
    [name, version, layer]: [&str; 3],
) {
    let package = report.inventory.packages.get(package);
    let mut words = package.map(dependency_tree::words).unwrap_or_default();
    if let Some(owner) = package.and_then(|package| results::owner(report, package)) {
        words.push_str(&format!("{}of {}", separator(&words), clean(&owner.name)));
    }
    if !words.is_empty() {
        words.insert_str(0, "  ");
    }
    let place = match group.places.as_slice() {
        [] => String::new(),
        [first, others @ ..] => {
            let more = match others.len() {
                0 => String::new(),
                number => format!(" and {}", count(number, "more place")),
            };
            let used = [name, version, &words, layer, &more].map(width).iter().sum::<usize>();
            let room = page.columns().saturating_sub(used + 2);
            match room {
                0..SHORTEST_PATH => String::new(),
                room => format!("  {}{more}", truncate_left(&clean(first), room)),
            }
        }
    };
    page.line(&[
        (name, Tone::Strong),
        (version, Tone::Plain),
        (&words, Tone::Faint),
        (&place, Tone::Faint),
        (layer, Tone::Faint),
    ]);
    // A path that does not fit beside the name has a line of its own.
    if let (true, Some(first)) = (place.is_empty(), group.places.first()) {
        let room = page.columns().saturating_sub(2);
        page.line(&[("  ", Tone::Plain), (&truncate_left(&clean(first), room), Tone::Faint)]);
    }
}

fn separator(before: &str) -> &'static str {
    if before.is_empty() { "" } else { ", " }
}

/// As many names as there is room for, then how many more there are.
fn some_of(names: &[&str], room: usize) -> String {
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let rest = names.len() - index - 1;
        let more = if rest > 0 { width(&format!(" and {rest} more")) } else { 0 };
        let piece = if index == 0 { clean(name) } else { format!(", {}", clean(name)) };
        if index > 0 && width(&text) + width(&piece) + more > room {
            return format!("{text} and {} more", names.len() - index);
        }
        text.push_str(&piece);
    }
    text
}

struct Widths {
    id: usize,
    fix: usize,
    marks: usize,
}

impl Widths {
    fn of(page: &Page, group: &Group<'_>) -> Widths {
        let longest = |text: fn(&Finding) -> String| {
            group.findings.iter().map(|finding| width(&text(finding))).max().unwrap_or(0)
        };
        // Severity, indentation and gaps take 16 columns.
        let room = page.columns().saturating_sub(16);
        let marks = longest(marks);
        let id = longest(|finding| clean(&finding.vulnerability)).min(room / 3);
        let fix = longest(fix).min(room.saturating_sub(id + marks));
        Widths { id, fix, marks }
    }
}

/// `  CRITICAL  CVE-2023-38545  → 7.88.1-10+deb12u4  EXPLOITED 94%  heap overflow…`.
fn line(page: &mut Page, finding: &Finding, widths: &Widths, texts: Texts<'_>) {
    let severity = finding.ratings.severity;
    let id = fit(&clean(&finding.vulnerability), widths.id);
    let fix = fit(&fix(finding), widths.fix);
    let marks = fit(&marks(finding), widths.marks);
    let gap = if widths.marks > 0 { "  " } else { "" };
    let used = 2 + 8 + 2 + widths.id + 2 + widths.fix + gap.len() + widths.marks;
    let room = page.columns().saturating_sub(used + 2);
    let mut title = String::new();
    if room >= SHORTEST_TITLE {
        title = clean(&texts(&finding.vulnerability).title);
        title = truncate(title.trim(), room);
    }
    let fix_tone = if finding.fixed_version.is_some() { Tone::Good } else { Tone::Plain };
    let is_alarm = finding.ratings.exploited.is_some() || finding.malicious;
    let marks_tone = if is_alarm { Tone::Bad } else { Tone::Plain };
    page.line(&[
        ("  ", Tone::Plain),
        (&fit(severity.word(), 8), Tone::of(severity)),
        ("  ", Tone::Plain),
        (&id, Tone::Plain),
        ("  ", Tone::Plain),
        (&fix, fix_tone),
        (gap, Tone::Plain),
        (&marks, marks_tone),
        ("  ", Tone::Plain),
        (&title, Tone::Faint),
    ]);
}

/// The version to update to, or why there is none.
fn fix(finding: &Finding) -> String {
    if let Some(version) = &finding.fixed_version {
        return format!("→ {}", clean(version));
    }
    if finding.malicious {
        return "remove it".to_owned();
    }
    match &finding.subscription_fix {
        Some(fix) => format!("{}: {}", clean(&fix.channel), clean(&fix.version)),
        None => finding.status.word().replace('_', " "),
    }
}

/// How likely it is that the problem is used.
fn marks(finding: &Finding) -> String {
    let mut marks = Vec::new();
    if let Some(entry) = &finding.ratings.exploited {
        marks.push(if entry.ransomware { "RANSOMWARE" } else { "EXPLOITED" }.to_owned());
    }
    if let Some(epss) = finding.ratings.epss {
        marks.push(percent(epss.probability));
    }
    if finding.malicious {
        marks.push("MALICIOUS".to_owned());
    }
    for (holds, mark) in [
        (finding.third_party, "third party"),
        (is_linkage(finding, LinkState::Linked), "linked"),
        (is_linkage(finding, LinkState::NotSeen), "not seen"),
        (finding.confidence == Confidence::Doubtful, "doubtful"),
        (finding.code == Some(false), "no code"),
    ] {
        if holds {
            marks.push(mark.to_owned());
        }
    }
    marks.join(" ")
}

/// Whether this is what is known of the vulnerable functions.
pub(super) fn is_linkage(finding: &Finding, state: LinkState) -> bool {
    finding.linkage.as_ref().is_some_and(|linkage| linkage.state == state)
}

/// Right-aligned in the width of `100%`: `94%`, `3.4%`, `<.1%`.
fn percent(probability: f32) -> String {
    let percent = f64::from(probability) * 100.0;
    let text = if percent >= 9.95 {
        format!("{percent:.0}%")
    } else if percent >= 0.1 {
        format!("{percent:.1}%")
    } else {
        "<.1%".to_owned()
    };
    format!("{text:>4}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihoods_are_readable_and_as_wide_as_each_other() {
        for (probability, expected) in [
            (1.0, "100%"),
            (0.943, " 94%"),
            (0.0996, " 10%"),
            (0.034, "3.4%"),
            (0.001, "0.1%"),
            (0.0004, "<.1%"),
        ] {
            assert_eq!(percent(probability), expected);
        }
    }

    #[test]
    fn long_lists_of_names_are_counted() {
        let names = ["libperl5.36", "perl", "perl-base", "perl-modules-5.36"];
        assert_eq!(some_of(&names, 60), "libperl5.36, perl, perl-base, perl-modules-5.36");
        assert_eq!(some_of(&names, 36), "libperl5.36, perl and 2 more");
        assert_eq!(some_of(&names, 5), "libperl5.36 and 3 more");
    }
}
