//! One rule for each vulnerability.

use std::collections::BTreeMap;

use plimsoll_advisory::model::Severity;
use plimsoll_match::{Confidence, Finding, Ratings, word_of_score};
use plimsoll_version::Ecosystem;

use super::model::{Configuration, Help, Message, Rule, RuleProperties};
use super::{MAX_TEXT, level};
use crate::report::primary_url;
use crate::text::{clean, clean_lines, truncate};
use crate::{Text, Texts};

/// GitHub refuses a rule with more than 20 tags and shows 10.
const MAX_TAGS: usize = 10;

/// The longest description in the help; it is there to be read.
const MAX_HELP: usize = 4000;

/// The rules in the order in which results first name them.
pub(super) struct Rules {
    list: Vec<Rule>,
    index: BTreeMap<String, usize>,
}

impl Rules {
    /// Makes the rules for findings that come worst first: so the first finding with a
    /// vulnerability is its worst.
    pub(super) fn of(findings: &[&Finding], texts: Texts<'_>) -> Rules {
        let mut rules = Rules { list: Vec::new(), index: BTreeMap::new() };
        for finding in findings {
            if !rules.index.contains_key(&finding.vulnerability) {
                rules.index.insert(finding.vulnerability.clone(), rules.list.len());
                rules.list.push(rule(finding, &texts(&finding.vulnerability)));
            }
        }
        rules
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    pub(super) fn into_list(self) -> Vec<Rule> {
        self.list
    }
}

fn rule(finding: &Finding, text: &Text) -> Rule {
    let id = clean(&finding.vulnerability);
    let severity = finding.ratings.severity;
    let url = primary_url(finding);
    let title = match clean(text.title.trim()) {
        title if title.is_empty() => id.clone(),
        title => title,
    };
    let description = match clean_lines(text.description.trim()) {
        description if description.is_empty() => title.clone(),
        description => description,
    };
    Rule {
        // Trivy's names, by which viewers filter.
        name: match Ecosystem::from_id(&finding.evidence.namespace) {
            Some(_) => "LanguageSpecificPackageVulnerability",
            None => "OsPackageVulnerability",
        },
        short_description: Message { text: truncate(&title, MAX_TEXT) },
        full_description: Message { text: truncate(&description, MAX_TEXT) },
        default_configuration: Configuration { level: level(severity) },
        help: help(finding, &id, &truncate(&description, MAX_HELP), &url),
        help_uri: url,
        properties: RuleProperties {
            precision: match finding.confidence {
                Confidence::Usual => "very-high",
                Confidence::Doubtful => "medium",
            },
            security_severity: security_severity(&finding.ratings),
            tags: tags(finding, text),
        },
        id,
    }
}

fn help(finding: &Finding, id: &str, description: &str, url: &str) -> Help {
    let ratings = &finding.ratings;
    let mut rows = vec![("Severity", ratings.severity.word().to_owned())];
    if let Some(source) = &ratings.severity_source {
        rows.push(("Severity by", source.clone()));
    }
    if let Some(entry) = &ratings.exploited {
        let ransomware = if entry.ransomware { ", used for ransomware" } else { "" };
        rows.push(("Exploited", format!("known since {} (CISA KEV){ransomware}", entry.added)));
    }
    if let Some(epss) = ratings.epss {
        rows.push(("EPSS", format!("{:.1} %", f64::from(epss.probability) * 100.0)));
    }
    for (source, cvss) in &ratings.cvss {
        for one in cvss {
            rows.push(("CVSS", format!("{:.1} {} ({source})", one.score, one.vector)));
        }
    }
    if !finding.aliases.is_empty() {
        rows.push(("Aliases", finding.aliases.join(", ")));
    }
    if !finding.advisories.is_empty() {
        rows.push(("Advisories", finding.advisories.join(", ")));
    }
    let plain: String =
        rows.iter().map(|(key, value)| format!("{key}: {}\n", clean(value))).collect();
    let table: String = rows
        .iter()
        .map(|(key, value)| format!("| {key} | {} |\n", in_markdown(&clean(value))))
        .collect();
    Help {
        text: format!("{id}\n{plain}{url}\n\n{description}"),
        markdown: format!(
            "**[{}]({url})**\n\n| | |\n| --- | --- |\n{table}\n{}",
            in_markdown(id),
            in_markdown(description)
        ),
    }
}

/// Keeps a text of unknown origin from becoming markup.
fn in_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '[' | ']' | '`' | '\\' | '*' | '_' | '!' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// The number from which GitHub makes its own word again; so the score is only used where it gives
/// the severity that was chosen, and a typical one stands in otherwise.
fn security_severity(ratings: &Ratings) -> String {
    let typical = match ratings.severity {
        Severity::Critical => 9.5,
        Severity::High => 8.0,
        Severity::Medium => 5.5,
        Severity::Low => 2.0,
        Severity::Unknown => 0.0,
    };
    let chosen = ratings.severity_source.as_ref().and_then(|source| ratings.cvss.get(source));
    let scores = chosen.into_iter().chain(ratings.cvss.values()).flatten();
    let score = scores
        .filter(|one| one.version() != "2.0" && word_of_score(one.score) == ratings.severity)
        .map(|one| one.score)
        .next();
    format!("{:.1}", score.unwrap_or(typical))
}

fn tags(finding: &Finding, text: &Text) -> Vec<String> {
    let mut tags = vec![
        "security".to_owned(),
        "vulnerability".to_owned(),
        finding.ratings.severity.word().to_owned(),
    ];
    if finding.ratings.exploited.is_some() {
        tags.push("exploited".to_owned());
    }
    // The form that GitHub recognises as a weakness.
    let weaknesses = text.weaknesses.iter();
    tags.extend(weaknesses.map(|cwe| format!("external/cwe/{}", clean(cwe).to_lowercase())));
    tags.truncate(MAX_TAGS);
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_match::Cvss;

    #[test]
    fn the_score_always_gives_the_chosen_word() {
        let cvss = |score| Cvss { vector: "CVSS:3.1/AV:N".to_owned(), score };
        for (severity, scores, expected) in [
            (Severity::Critical, vec![9.8], "9.8"),
            (Severity::Low, vec![9.8], "2.0"),
            (Severity::High, vec![5.0, 7.5], "7.5"),
            (Severity::Unknown, vec![], "0.0"),
        ] {
            let ratings = Ratings {
                severity,
                cvss: [("nvd".to_owned(), scores.into_iter().map(cvss).collect())].into(),
                ..Ratings::default()
            };
            assert_eq!(security_severity(&ratings), expected);
        }
    }

    #[test]
    fn advisories_cannot_smuggle_markup() {
        assert_eq!(in_markdown("<img src=x> [a](b) |c"), "&lt;img src=x> \\[a\\](b) \\|c");
    }
}
