//! Which findings count, and whether the gate opens.
//!
//! Filters never delete: what they take out is kept aside with the reason.

use std::fmt;

use plimsoll_advisory::model::{Severity, Status};

use crate::ignore::Rule;
use crate::{Finding, Matched};

/// Which findings count. The default lets all count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Severities that count; none means all.
    pub severities: Vec<Severity>,
    /// Statuses that do not count. With any, [`Policy::ignore_unfixed`] has no effect, as in Trivy.
    pub ignore_statuses: Vec<Status>,
    /// Only findings with a fix count.
    pub ignore_unfixed: bool,
    /// Ids that do not count.
    pub rules: Vec<Rule>,
    /// The day on which rules are judged, `YYYY-MM-DD`.
    pub today: String,
}

/// Findings, sorted into those that count and those that do not. Both keep their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// They count.
    pub findings: Vec<Finding>,
    /// They do not.
    pub suppressed: Vec<Suppressed>,
    /// Rules that would have applied but have expired.
    pub expired: Vec<Rule>,
}

/// A finding that does not count, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why it does not count.
    pub reason: Reason,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its severity was not asked for.
    Severity,
    /// Its status was asked to be left out.
    Status,
    /// Somebody listed its id.
    Ignored(Rule),
}

/// What the gate looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GateSettings {
    /// Whether findings close the gate at all (`--exit-code`).
    pub enabled: bool,
    /// Whether everything that was not looked at closes it too (`--strict`).
    pub strict: bool,
    /// Whether the starter database is good enough.
    pub allow_starter: bool,
}

/// Whether the image may pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Gate {
    /// Nobody asked.
    #[default]
    Off,
    /// It may.
    Passed,
    /// It may not, for these reasons.
    Failed(Vec<GateReason>),
}

/// Why the gate is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateReason {
    /// So many findings count.
    Findings(usize),
    /// The starter database knows too little.
    Starter,
    /// The image could not be judged.
    NotJudged(String),
    /// So many matches are undecided.
    Undecided(usize),
    /// So many things in the image could not be read.
    Problems(usize),
}

impl fmt::Display for GateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GateReason::Findings(1) => f.write_str("1 finding"),
            GateReason::Findings(number) => write!(f, "{number} findings"),
            GateReason::Starter => {
                f.write_str("the starter database knows too little to pass a gate")
            }
            GateReason::NotJudged(reason) => f.write_str(reason),
            GateReason::Undecided(1) => f.write_str("1 undecided match"),
            GateReason::Undecided(number) => write!(f, "{number} undecided matches"),
            GateReason::Problems(1) => f.write_str("1 problem reading the image"),
            GateReason::Problems(number) => write!(f, "{number} problems reading the image"),
        }
    }
}

impl Policy {
    /// Sorts findings by severity, then status, then rules.
    pub fn apply(&self, findings: Vec<Finding>) -> Outcome {
        let mut outcome = Outcome::default();
        for finding in findings {
            match self.reason(&finding, &mut outcome.expired) {
                Some(reason) => outcome.suppressed.push(Suppressed { finding, reason }),
                None => outcome.findings.push(finding),
            }
        }
        outcome
    }

    fn reason(&self, finding: &Finding, expired: &mut Vec<Rule>) -> Option<Reason> {
        if !self.severities.is_empty() && !self.severities.contains(&finding.ratings.severity) {
            return Some(Reason::Severity);
        }
        let status_counts = if self.ignore_statuses.is_empty() {
            !self.ignore_unfixed || finding.status == Status::Fixed
        } else {
            !self.ignore_statuses.contains(&finding.status)
        };
        if !status_counts {
            return Some(Reason::Status);
        }
        for rule in self.rules.iter().filter(|rule| finding.is_called(&rule.id)) {
            if rule.holds(&self.today) {
                return Some(Reason::Ignored(rule.clone()));
            }
            if !expired.contains(rule) {
                expired.push(rule.clone());
            }
        }
        None
    }
}

impl Finding {
    /// Whether `name` is the id of the problem, another name of it, or an advisory about it.
    pub fn is_called(&self, name: &str) -> bool {
        let others = self.aliases.iter().chain(&self.advisories);
        others.chain([&self.vulnerability]).any(|one| one.eq_ignore_ascii_case(name))
    }
}

impl Gate {
    /// Judges the findings that count, and in strict mode what was not looked at.
    ///
    /// `problems` is the number of things in the image that could not be read.
    pub fn judge(
        settings: GateSettings,
        findings: &[Finding],
        matched: &Matched,
        problems: usize,
        starter: bool,
    ) -> Gate {
        if !settings.enabled && !settings.strict {
            return Gate::Off;
        }
        let mut reasons = Vec::new();
        if settings.enabled && !findings.is_empty() {
            reasons.push(GateReason::Findings(findings.len()));
        }
        if starter && !settings.allow_starter {
            reasons.push(GateReason::Starter);
        }
        if settings.strict {
            if let Some(reason) = matched.coverage.reason() {
                reasons.push(GateReason::NotJudged(reason));
            }
            if !matched.undecided.is_empty() {
                reasons.push(GateReason::Undecided(matched.undecided.len()));
            }
            if problems > 0 {
                reasons.push(GateReason::Problems(problems));
            }
        }
        if reasons.is_empty() { Gate::Passed } else { Gate::Failed(reasons) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Records, debian, fixed, inventory, package, unfixed};
    use crate::{MatchOptions, ignore, match_inventory};

    fn matched(database: &Records) -> Matched {
        let packages = vec![package("curl", "7.88-1"), package("zlib1g", "1.2.13-1")];
        match_inventory(&inventory("debian", "12", packages), database, MatchOptions::default())
    }

    fn database() -> Records {
        let mut critical = fixed("debian:12", "curl", "CVE-2023-38545", "7.88-2");
        critical.severity = Some(Severity::Critical);
        critical.advisories = vec!["DSA-5523-1".to_owned()];
        let mut low = unfixed("debian:12", "zlib1g", "CVE-2023-45853", Status::WillNotFix);
        low.severity = Some(Severity::Low);
        debian(&[critical, low])
    }

    fn kept(policy: &Policy) -> Vec<String> {
        let outcome = policy.apply(matched(&database()).findings);
        assert_eq!(outcome.findings.len() + outcome.suppressed.len(), 2, "nothing is lost");
        outcome.findings.into_iter().map(|finding| finding.vulnerability).collect()
    }

    #[test]
    fn filters_mean_what_trivys_mean() {
        let (curl, zlib) = ("CVE-2023-38545", "CVE-2023-45853");
        let all = Policy { today: "2026-11-24".to_owned(), ..Policy::default() };
        assert_eq!(kept(&all), [curl, zlib]);
        let severe = Policy { severities: vec![Severity::Critical, Severity::High], ..all.clone() };
        assert_eq!(kept(&severe), [curl]);
        let fixable = Policy { ignore_unfixed: true, ..all.clone() };
        assert_eq!(kept(&fixable), [curl]);
        let status = Policy { ignore_statuses: vec![Status::Fixed], ..fixable };
        assert_eq!(kept(&status), [zlib], "--ignore-status switches --ignore-unfixed off");
        for (line, expected) in [
            ("cve-2023-38545", &[zlib][..]),
            ("DSA-5523-1", &[zlib][..]),
            ("CVE-2023-38545 exp:2026-11-25", &[zlib][..]),
            ("CVE-2023-38545 exp:2026-11-24", &[curl, zlib][..]),
            ("CVE-2023-3854", &[curl, zlib][..]),
        ] {
            let (rules, _) = ignore::parse("f", line.as_bytes());
            assert_eq!(kept(&Policy { rules, ..all.clone() }), expected, "{line}");
        }
    }

    #[test]
    fn expired_rules_are_named_once() {
        let (rules, _) = ignore::parse("f", b"CVE-2023-38545 exp:2020-01-01\nCVE-1 exp:2020-01-01");
        let policy = Policy { rules, today: "2026-11-24".to_owned(), ..Policy::default() };
        let expired = policy.apply(matched(&database()).findings).expired;
        assert_eq!(
            expired.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(),
            ["CVE-2023-38545"]
        );
    }

    #[test]
    fn the_gate_names_its_reasons() {
        let found = matched(&database());
        let clean = Matched { findings: Vec::new(), ..matched(&debian(&[])) };
        let bare = match_inventory(
            &plimsoll_inventory::Inventory::default(),
            &database(),
            MatchOptions::default(),
        );
        let enabled = GateSettings { enabled: true, ..GateSettings::default() };
        let strict = GateSettings { strict: true, ..enabled };
        let off = GateSettings::default();
        let judge = |settings, matched: &Matched, problems, starter| {
            Gate::judge(settings, &matched.findings, matched, problems, starter)
        };
        assert_eq!(judge(off, &found, 0, true), Gate::Off);
        assert_eq!(judge(enabled, &clean, 3, false), Gate::Passed);
        assert_eq!(judge(enabled, &found, 0, false), Gate::Failed(vec![GateReason::Findings(2)]));
        assert_eq!(judge(strict, &clean, 1, false), Gate::Failed(vec![GateReason::Problems(1)]));
        assert!(matches!(judge(enabled, &clean, 0, true), Gate::Failed(_)));
        let told = GateSettings { allow_starter: true, ..enabled };
        assert_eq!(judge(told, &clean, 0, true), Gate::Passed);
        assert!(matches!(judge(strict, &bare, 0, false), Gate::Failed(_)));
        assert_eq!(judge(enabled, &bare, 0, false), Gate::Passed);
    }
}
