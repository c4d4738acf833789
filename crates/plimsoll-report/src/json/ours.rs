//! What stands under `Plimsoll`.

use plimsoll_advisory::model;
use plimsoll_image::ProblemKind;
use plimsoll_match::{Confidence, Gate, LinkState, Reason, SystemCoverage};
use serde::Serialize;

use crate::{DatabaseSource, results};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Report<'a> {
    gate: Judgement,
    coverage: Covered<'a>,
    database: Database<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_of_life: Option<EndOfLife<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    undecided: Vec<Undecided<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<Suppressed<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Judgement {
    /// `off`, `passed`, `failed`.
    state: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Covered<'a> {
    /// Only then does "no finding" mean "nothing known".
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Packages of languages and recognised programs, by where their advisories stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    libraries: Vec<CoveredLibrary<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CoveredLibrary<'a> {
    namespace: &'a str,
    packages: usize,
    covered: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Database<'a> {
    starter: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<&'a str>,
    vulnerabilities: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Source<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    records: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EndOfLife<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    support_ends: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extended_support_ends: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Problem<'a> {
    kind: ProblemKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Undecided<'a> {
    #[serde(rename = "PkgID")]
    package_id: String,
    #[serde(rename = "PkgPath", skip_serializing_if = "Option::is_none")]
    package_path: Option<&'a str>,
    #[serde(rename = "VulnerabilityID", skip_serializing_if = "Option::is_none")]
    vulnerability_id: Option<&'a str>,
    reason: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Suppressed<'a> {
    #[serde(rename = "VulnerabilityID")]
    vulnerability_id: &'a str,
    #[serde(rename = "PkgID")]
    package_id: String,
    severity: &'static str,
    status: &'static str,
    /// `severity`, `status`, `ignored`.
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Layer<'a> {
    /// From the bottom, beginning with 0.
    pub(super) index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instruction: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Package<'a> {
    found_in: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<Layer<'a>>,
    /// `false`: it has nothing that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<bool>,
    /// The distribution's package that brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owned_by: Option<String>,
    /// The kind of file that proves it, by its id in docs/coverage.md.
    #[serde(skip_serializing_if = "Option::is_none")]
    extractor: Option<&'a str>,
    /// The file, where it is found inside of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// `installed`, `locked`, `listed`, `embedded`, `fingerprint`: what its file proves.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'a str>,
    /// All checksums, where there are several.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    digests: &'a [String],
    #[serde(rename = "CPEs", skip_serializing_if = "<[_]>::is_empty")]
    cpes: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Finding<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    aliases: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_fix: Option<SubscriptionFix<'a>>,
    #[serde(rename = "EPSS", skip_serializing_if = "Option::is_none")]
    epss: Option<Epss>,
    #[serde(rename = "KEV", skip_serializing_if = "Option::is_none")]
    exploited: Option<Exploited<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exploitation: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    withdrawn_by: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    third_party: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    malicious: bool,
    /// Only where it is not the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linkage: Option<Linkage<'a>>,
    evidence: Evidence<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Linkage<'a> {
    /// `linked`, `not_seen`, `unknown`.
    state: &'static str,
    /// The functions linked in, else those that were looked for.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    code: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SubscriptionFix<'a> {
    channel: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Epss {
    probability: f64,
    percentile: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Exploited<'a> {
    date_added: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<&'a str>,
    ransomware: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Evidence<'a> {
    package: Package<'a>,
    source: &'a str,
    namespace: &'a str,
    name: &'a str,
    name_kind: &'static str,
    comparison: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
}

impl<'a> Report<'a> {
    pub(super) fn of(report: &'a crate::Report) -> Report<'a> {
        let package_id = |index: usize| {
            report.inventory.packages.get(index).map(super::package::id).unwrap_or_default()
        };
        let undecided = report.undecided.iter().map(|one| Undecided {
            package_id: package_id(one.package),
            package_path: report
                .inventory
                .packages
                .get(one.package)
                .filter(|package| package.library.is_some())
                .map(|package| package.found_in.path.as_str()),
            vulnerability_id: one.vulnerability.as_deref(),
            reason: &one.reason,
        });
        let suppressed = report.outcome.suppressed.iter().map(|one| {
            let (by, rule) = match &one.reason {
                Reason::Severity => ("severity", None),
                Reason::Status => ("status", None),
                Reason::Ignored(rule) => ("ignored", Some(rule)),
            };
            Suppressed {
                vulnerability_id: &one.finding.vulnerability,
                package_id: package_id(one.finding.package),
                severity: one.finding.ratings.severity.word(),
                status: one.finding.status.word(),
                by,
                rule: rule.map(|rule| rule.place.as_str()),
                expires: rule.and_then(|rule| rule.expires.as_deref()),
                statement: rule.and_then(|rule| rule.statement.as_deref()),
            }
        });
        let problems = report.inventory.problems.iter().map(|(layer, problem)| Problem {
            kind: problem.kind,
            path: problem.path.as_deref(),
            layer: *layer,
            message: &problem.message,
        });
        let (state, reasons) = match &report.gate {
            Gate::Off => ("off", Vec::new()),
            Gate::Passed => ("passed", Vec::new()),
            Gate::Failed(reasons) => ("failed", reasons.iter().map(ToString::to_string).collect()),
        };
        Report {
            gate: Judgement { state, reasons },
            coverage: Covered {
                complete: report.coverage.is_complete(),
                namespace: match &report.coverage.system {
                    SystemCoverage::Covered { namespace } => Some(namespace),
                    SystemCoverage::NotCovered { namespace, .. } => namespace.as_deref(),
                    SystemCoverage::NoPackages { .. } | SystemCoverage::NotAsked => None,
                },
                reason: report.coverage.reason(),
                libraries: report
                    .coverage
                    .libraries
                    .iter()
                    .map(|one| CoveredLibrary {
                        namespace: &one.namespace,
                        packages: one.packages,
                        covered: one.covered,
                    })
                    .collect(),
            },
            database: Database {
                starter: report.database.starter,
                created_at: report.database.created.as_deref(),
                vulnerabilities: report.database.vulnerabilities,
                sources: report.database.sources.iter().map(Source::of).collect(),
            },
            end_of_life: report.end_of_life.as_ref().map(|end| EndOfLife {
                support_ends: end.end_of_life.as_deref(),
                extended_support_ends: end.extended_support.as_deref(),
            }),
            problems: problems.collect(),
            undecided: undecided.collect(),
            suppressed: suppressed.collect(),
            notes: &report.notes,
        }
    }
}

impl<'a> Source<'a> {
    fn of(source: &'a DatabaseSource) -> Source<'a> {
        Source {
            id: &source.id,
            name: &source.name,
            date: source.date.as_deref(),
            records: source.records,
        }
    }
}

impl<'a> Package<'a> {
    pub(super) fn of(
        report: &'a crate::Report,
        package: &'a plimsoll_inventory::Package,
    ) -> Package<'a> {
        let index = package.layer.and_then(|index| usize::try_from(index).ok());
        let layer = index.and_then(|index| Some((index, report.image.layers.get(index)?)));
        let library = package.library.as_deref();
        Package {
            code: package.code.filter(|code| !code),
            owned_by: results::owner(report, package).map(super::package::id),
            extractor: library.map(|library| library.extractor.as_str()),
            file: library
                .map(|library| library.file.as_str())
                .filter(|file| *file != package.found_in.path),
            proof: library
                .and_then(|library| plimsoll_inventory::extractor(&library.extractor))
                .map(|row| row.evidence.word()),
            doubt: library.and_then(|library| library.doubt.as_deref()),
            digests: library
                .map(|library| library.digests.as_slice())
                .filter(|digests| digests.len() > 1)
                .unwrap_or_default(),
            cpes: library.map(|library| library.cpes.as_slice()).unwrap_or_default(),
            found_in: &package.found_in.path,
            layer: layer
                .filter(|_| !report.is_directory())
                .map(|(index, layer)| Layer { index, instruction: layer.created_by.as_deref() }),
        }
    }
}

impl<'a> Finding<'a> {
    pub(super) fn of(
        report: &'a crate::Report,
        finding: &'a plimsoll_match::Finding,
        package: &'a plimsoll_inventory::Package,
    ) -> Finding<'a> {
        let ratings = &finding.ratings;
        let fix = finding.subscription_fix.as_ref();
        let evidence = &finding.evidence;
        Finding {
            aliases: &finding.aliases,
            raw_status: finding.raw_status.as_deref(),
            subscription_fix: fix
                .map(|fix| SubscriptionFix { channel: &fix.channel, version: &fix.version }),
            epss: ratings.epss.map(Epss::of),
            exploited: ratings.exploited.as_ref().map(|entry| Exploited {
                date_added: &entry.added,
                due_date: entry.due.as_deref(),
                ransomware: entry.ransomware,
            }),
            exploitation: ratings.exploitation.as_deref(),
            withdrawn_by: &ratings.withdrawn,
            third_party: finding.third_party,
            malicious: finding.malicious,
            confidence: (finding.confidence != Confidence::Usual)
                .then(|| finding.confidence.word()),
            linkage: finding.linkage.as_ref().map(|linkage| Linkage {
                state: LinkState::word(linkage.state),
                code: &linkage.code,
            }),
            evidence: Evidence {
                package: Package::of(report, package),
                source: &finding.source.id,
                namespace: &evidence.namespace,
                name: &evidence.name,
                name_kind: evidence.name_kind.word(),
                comparison: &evidence.comparison,
                notes: &evidence.notes,
            },
        }
    }
}

impl Epss {
    /// EPSS is published with five digits; more would be noise of the number format.
    fn of(epss: model::Epss) -> Epss {
        let digits = |value: f32| (f64::from(value) * 1e5).round() / 1e5;
        Epss { probability: digits(epss.probability), percentile: digits(epss.percentile) }
    }
}
