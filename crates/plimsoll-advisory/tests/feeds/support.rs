//! Streams packed real data through the feeds, and remembers what a test asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::time::Instant;

use plimsoll_advisory::feed::{FileContext, HEAD, detect};
use plimsoll_advisory::model::{
    Affected, EndOfLife, Epss, Exploited, Repository, Source, Status, Vulnerability,
};
use plimsoll_advisory::{Fate, FeedProblem, Sink, SourceId};

/// Kept, skipped and rejected records of one source.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) kept: usize,
    pub(crate) skipped: usize,
    pub(crate) rejected: usize,
}

impl Counts {
    pub(crate) fn all(self) -> usize {
        self.kept + self.skipped + self.rejected
    }
}

/// Counts everything, and keeps the records of the vulnerabilities that were asked for.
#[derive(Default)]
pub(crate) struct Watch {
    wanted: BTreeSet<String>,
    /// Every id is wanted.
    all: bool,
    pub(crate) sources: Vec<Source>,
    pub(crate) counts: BTreeMap<String, Counts>,
    pub(crate) covered: BTreeSet<String>,
    pub(crate) statuses: BTreeMap<Status, usize>,
    pub(crate) affected: Vec<Affected>,
    pub(crate) affected_total: usize,
    pub(crate) vulnerabilities: Vec<(String, Vulnerability)>,
    pub(crate) vulnerabilities_total: usize,
    pub(crate) repositories_total: usize,
    pub(crate) exploited: BTreeMap<String, Exploited>,
    pub(crate) epss: BTreeMap<String, Epss>,
    pub(crate) end_of_life: Vec<(String, EndOfLife)>,
    pub(crate) problems: Vec<FeedProblem>,
    pub(crate) latest: BTreeMap<String, String>,
    pub(crate) files: usize,
}

impl Watch {
    pub(crate) fn of(wanted: &[&str]) -> Watch {
        Watch { wanted: wanted.iter().map(|id| (*id).to_owned()).collect(), ..Watch::default() }
    }

    /// Keeps every record.
    pub(crate) fn all() -> Watch {
        Watch { all: true, ..Watch::default() }
    }

    /// Offers one file to the feeds; whether one of them took it.
    pub(crate) fn read(&mut self, path: &str, bytes: &[u8]) -> bool {
        let Some(feed) = detect(path, &bytes[..bytes.len().min(HEAD)]) else { return false };
        self.files += 1;
        (feed.parse)(&FileContext { path }, bytes, self);
        true
    }

    pub(crate) fn counts(&self, source: &str) -> Counts {
        self.counts.get(source).copied().unwrap_or_default()
    }

    /// Status, and the bound of the first range, of each matching record without a channel.
    pub(crate) fn verdicts(
        &self,
        namespace: &str,
        package: &str,
        id: &str,
    ) -> Vec<(Status, String)> {
        let matching = self.affected.iter().filter(|record| {
            record.namespace == namespace
                && record.package == package
                && record.vulnerability == id
                && record.channel.is_none()
        });
        let mut verdicts: Vec<_> = matching
            .map(|record| {
                let bound = record
                    .ranges
                    .first()
                    .and_then(|range| range.fixed.clone().or_else(|| range.last_affected.clone()));
                (record.status, bound.unwrap_or_default())
            })
            .collect();
        verdicts.sort();
        verdicts.dedup();
        verdicts
    }

    pub(crate) fn fixed_in(&self, namespace: &str, package: &str, id: &str) -> Vec<String> {
        let verdicts = self.verdicts(namespace, package, id);
        assert!(
            verdicts.iter().all(|(status, _)| *status == Status::Fixed),
            "{namespace} {package} {id}: {verdicts:?}"
        );
        verdicts.into_iter().map(|(_, bound)| bound).collect()
    }

    /// Prints what came in, and the problems by reason.
    pub(crate) fn report(&self, title: &str, begun: Instant) {
        println!(
            "{title}: {} files in {:.2} s, {} package records, {} vulnerability records, {} namespaces",
            self.files,
            begun.elapsed().as_secs_f64(),
            self.affected_total,
            self.vulnerabilities_total,
            self.covered.len(),
        );
        for (source, counts) in &self.counts {
            println!(
                "  {source}: {} in, {counts:?}, as of {:?}",
                counts.all(),
                self.latest.get(source)
            );
        }
        println!("  {:?}", self.statuses);
        for problem in self.problems.iter().take(12) {
            println!("  {} [{}]: {}", problem.file, problem.record, problem.reason);
        }
        println!("  {} problems", self.problems.len());
    }

    fn id(&self, source: SourceId) -> &str {
        &self.sources[usize::from(source.0)].id
    }
}

impl Sink for Watch {
    fn source(&mut self, source: &Source) -> SourceId {
        let index = self.sources.iter().position(|known| known == source).unwrap_or_else(|| {
            self.sources.push(source.clone());
            self.sources.len() - 1
        });
        SourceId(u16::try_from(index).expect("few sources"))
    }

    fn dated(&mut self, source: SourceId, date: &str) {
        let latest = self.latest.entry(self.sources[usize::from(source.0)].id.clone()).or_default();
        if date > latest.as_str() {
            date.clone_into(latest);
        }
    }

    fn covers(&mut self, _: SourceId, namespace: &str) {
        self.covered.insert(namespace.to_owned());
    }

    fn vulnerability(&mut self, source: SourceId, vulnerability: Vulnerability) {
        self.vulnerabilities_total += 1;
        if self.all || self.wanted.contains(&vulnerability.id) {
            self.vulnerabilities.push((self.id(source).to_owned(), vulnerability));
        }
    }

    fn affected(&mut self, _: SourceId, affected: Affected) {
        assert!(!affected.package.is_empty() && !affected.vulnerability.is_empty(), "{affected:?}");
        assert!(
            affected.status != Status::Fixed
                || affected.ranges.iter().any(|range| range.fixed.is_some()),
            "fixed without a version: {affected:?}"
        );
        self.affected_total += 1;
        *self.statuses.entry(affected.status).or_default() += 1;
        if !self.covered.contains(&affected.namespace) {
            self.covered.insert(affected.namespace.clone());
        }
        if self.all || self.wanted.contains(&affected.vulnerability) {
            self.affected.push(affected);
        }
    }

    fn exploited(&mut self, _: SourceId, exploited: Exploited) {
        self.exploited.insert(exploited.id.clone(), exploited);
    }

    fn epss(&mut self, _: SourceId, id: &str, score: Epss) {
        self.epss.insert(id.to_owned(), score);
    }

    fn end_of_life(&mut self, source: SourceId, end_of_life: EndOfLife) {
        self.end_of_life.push((self.id(source).to_owned(), end_of_life));
    }

    fn repository(&mut self, _: SourceId, repository: Repository) {
        assert!(!repository.cpes.is_empty(), "{repository:?}");
        self.repositories_total += 1;
    }

    fn count(&mut self, source: SourceId, fate: Fate) {
        let counts = self.counts.entry(self.sources[usize::from(source.0)].id.clone()).or_default();
        match fate {
            Fate::Kept => counts.kept += 1,
            Fate::Skipped => counts.skipped += 1,
            Fate::Rejected => counts.rejected += 1,
        }
    }

    fn problem(&mut self, problem: FeedProblem) {
        self.problems.push(problem);
    }
}

/// A file below the directory of real data; nothing, and a word about it, where it is absent.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

/// Calls back with every regular file of a `.tar.zst`; false where the archive is absent.
pub(crate) fn each_file(archive: &str, mut take: impl FnMut(&str, &[u8])) -> bool {
    let Some(path) = shared(archive) else { return false };
    let file = std::fs::File::open(path).expect("the archive opens");
    let mut decoder = zstd::Decoder::new(file).expect("it is zstd");
    decoder.window_log_max(27).expect("a window of 128 MiB is allowed");
    let mut tar = tar::Archive::new(decoder);
    let mut bytes = Vec::new();
    for entry in tar.entries().expect("it is a tar") {
        let mut entry = entry.expect("a whole entry");
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        bytes.clear();
        entry.read_to_end(&mut bytes).expect("whole content");
        take(&path, &bytes);
    }
    true
}
