//! A sink that remembers everything, with the source that said it.

use std::collections::BTreeMap;

use plimsoll_advisory::model::{
    Affected, EndOfLife, Epss, Exploited, Range, Repository, Source, Status, Vulnerability,
};
use plimsoll_advisory::{Fate, FeedProblem, Sink, SourceId};

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) sources: Vec<Source>,
    pub(crate) dates: BTreeMap<String, String>,
    pub(crate) covered: Vec<String>,
    pub(crate) vulnerabilities: Vec<(String, Vulnerability)>,
    pub(crate) affected: Vec<(String, Affected)>,
    pub(crate) exploited: Vec<Exploited>,
    pub(crate) epss: Vec<(String, Epss)>,
    pub(crate) repositories: Vec<Repository>,
    pub(crate) problems: Vec<FeedProblem>,
    /// Kept, skipped and rejected by source.
    pub(crate) counts: BTreeMap<String, [usize; 3]>,
}

impl Memory {
    fn id(&self, source: SourceId) -> String {
        self.sources[usize::from(source.0)].id.clone()
    }

    /// Kept, skipped and rejected of all sources.
    pub(crate) fn total(&self) -> [usize; 3] {
        self.counts.values().fold([0; 3], |sum, counts| [0, 1, 2].map(|at| sum[at] + counts[at]))
    }

    /// Each statement in one line: `source namespace package id status ranges`, then whatever else
    /// it says.
    pub(crate) fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = self
            .affected
            .iter()
            .map(|(source, affected)| format!("{source} {}", row(affected)))
            .collect();
        rows.sort();
        rows
    }

    /// What a source says about an id, where it does so once.
    pub(crate) fn said(&self, source: &str, id: &str) -> &Vulnerability {
        let mut found = self
            .vulnerabilities
            .iter()
            .filter(|(from, vulnerability)| from == source && vulnerability.id == id);
        let first = found.next().unwrap_or_else(|| panic!("{source} says nothing about {id}"));
        assert!(found.next().is_none(), "{source} says several things about {id}");
        &first.1
    }

    pub(crate) fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = self
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.record, problem.reason))
            .collect();
        reasons.sort();
        reasons
    }
}

/// A statement in one line.
fn row(affected: &Affected) -> String {
    let ranges: Vec<String> = affected.ranges.iter().map(range).collect();
    let mut row = format!(
        "{} {} {} {} [{}]",
        affected.namespace,
        affected.package,
        affected.vulnerability,
        affected.status.word(),
        ranges.join(" or "),
    );
    let mut more = |name: &str, texts: &[String]| {
        if !texts.is_empty() {
            row.push_str(&format!(" {name}={}", texts.join(",")));
        }
    };
    more("raw", affected.raw_status.as_slice());
    more("advisories", &affected.advisories);
    more("severity", affected.severity.map(|word| word.word().to_owned()).as_slice());
    more("arches", &affected.architectures);
    more("module", affected.modularity.as_slice());
    more("channel", affected.channel.as_slice());
    more("cpes", &affected.cpes);
    more("platforms", &affected.platforms);
    let imports: Vec<String> = affected
        .imports
        .iter()
        .map(|import| format!("{}#{}", import.path, import.symbols.join("+")))
        .collect();
    more("imports", &imports);
    row
}

fn range(range: &Range) -> String {
    let bounds = [
        (">=", &range.introduced),
        (">", &range.after),
        ("<", &range.fixed),
        ("<=", &range.last_affected),
    ];
    let bounds: Vec<String> = bounds
        .into_iter()
        .filter_map(|(sign, bound)| Some(format!("{sign}{}", bound.as_ref()?)))
        .collect();
    bounds.join(" ")
}

impl Sink for Memory {
    fn source(&mut self, source: &Source) -> SourceId {
        let known = self.sources.iter().position(|known| known.id == source.id);
        let index = known.unwrap_or_else(|| {
            self.sources.push(source.clone());
            self.sources.len() - 1
        });
        SourceId(u16::try_from(index).unwrap())
    }

    fn dated(&mut self, source: SourceId, date: &str) {
        let latest = self.dates.entry(self.id(source)).or_default();
        if date > latest.as_str() {
            date.clone_into(latest);
        }
    }

    fn covers(&mut self, _: SourceId, namespace: &str) {
        self.covered.push(namespace.to_owned());
    }

    fn vulnerability(&mut self, source: SourceId, vulnerability: Vulnerability) {
        self.vulnerabilities.push((self.id(source), vulnerability));
    }

    fn affected(&mut self, source: SourceId, affected: Affected) {
        assert!(!affected.package.is_empty() && !affected.vulnerability.is_empty(), "{affected:?}");
        assert!(
            affected.status != Status::Fixed
                || affected.ranges.iter().any(|range| range.fixed.is_some()),
            "fixed without a version: {affected:?}"
        );
        self.affected.push((self.id(source), affected));
    }

    fn exploited(&mut self, _: SourceId, exploited: Exploited) {
        self.exploited.push(exploited);
    }

    fn epss(&mut self, _: SourceId, id: &str, score: Epss) {
        self.epss.push((id.to_owned(), score));
    }

    fn end_of_life(&mut self, _: SourceId, end_of_life: EndOfLife) {
        panic!("no import has dates of support: {end_of_life:?}");
    }

    fn repository(&mut self, _: SourceId, repository: Repository) {
        self.repositories.push(repository);
    }

    fn count(&mut self, source: SourceId, fate: Fate) {
        let counts = self.counts.entry(self.id(source)).or_default();
        match fate {
            Fate::Kept => counts[0] += 1,
            Fate::Skipped => counts[1] += 1,
            Fate::Rejected => counts[2] += 1,
        }
    }

    fn problem(&mut self, problem: FeedProblem) {
        self.problems.push(problem);
    }
}
