//! Nothing that a feed says is lost on its way into the database: every statement of every
//! complete source is found again by its package and a version that it speaks of, every
//! vulnerability by its id with all that its source said.
//!
//! That the feeds themselves lose nothing of their documents is tested in `feeds/`. Reading all of
//! it twice takes minutes without optimisation, so this runs in release builds:
//! `cargo test --release -p plimsoll-advisory --test nothing_lost`.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use plimsoll_advisory::build::{BuildOptions, build, read};
use plimsoll_advisory::model::{
    Affected, EndOfLife, Epss, Exploited, Range, Repository, Source, Vulnerability,
};
use plimsoll_advisory::{AffectedEntry, Database, Fate, FeedProblem, Sink, SourceId};
use plimsoll_version::Scheme;

/// Lists of what is missing are not longer than this.
const SHOWN: usize = 20;

/// Everything but samples of formats and vectors of versions.
fn complete_sources() -> Option<Vec<PathBuf>> {
    let shared = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let mut paths: Vec<PathBuf> = std::fs::read_dir(shared.join("data"))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .filter(|path| {
            !path.ends_with("upstream-feed-samples") && !path.ends_with("version-compare-vectors")
        })
        .collect();
    paths.sort();
    Some(paths)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimisation")]
fn every_statement_of_every_source_is_found_again() {
    let Some(paths) = complete_sources() else {
        println!("skipped: there is no shared data");
        return;
    };
    let outcome = build(&paths, &BuildOptions::default()).unwrap();
    for (source, counts) in &outcome.sources {
        println!("{:24} {counts:?}", source.id);
        assert_eq!(counts.read(), counts.kept + counts.skipped + counts.rejected);
    }
    let database = outcome.into_database().unwrap();
    let index = Index::of(&database);
    let read = read(&paths, &BuildOptions::default(), || Check::new(&database, &index)).unwrap();
    let mut checked: BTreeMap<&str, u64> = BTreeMap::new();
    let mut missing = Vec::new();
    for check in read.sinks {
        for (kind, count) in check.checked {
            *checked.entry(kind).or_default() += count;
        }
        missing.extend(check.missing);
    }
    println!("{checked:?}");
    assert!(checked["statements"] > 1_000_000 && checked["in range"] > 1_500_000, "{checked:?}");
    assert!(
        missing.is_empty(),
        "{} missing, such as {:#?}",
        missing.len(),
        &missing[..SHOWN.min(missing.len())]
    );
    assert!(database.damage().is_none(), "{:?}", database.damage());
}

/// What lookups by package give, by every name of the vulnerability: some packages have thousands
/// of statements, and going through them for each one would take hours.
struct Index<'d>(HashMap<&'d str, HashMap<&'d str, ByName<'d>>>);

type ByName<'d> = HashMap<&'d str, Vec<AffectedEntry<'d>>>;

impl<'d> Index<'d> {
    fn of(database: &'d Database) -> Index<'d> {
        let mut index: HashMap<_, HashMap<_, ByName<'d>>> = HashMap::new();
        for (namespace, package, _) in database.iter_packages() {
            let names = index.entry(namespace).or_default().entry(package).or_default();
            for entry in database.affected(namespace, package) {
                names.entry(entry.vulnerability()).or_default().push(entry);
                for alias in entry.details().into_iter().flat_map(|details| details.aliases()) {
                    names.entry(alias).or_default().push(entry);
                }
            }
        }
        Index(index)
    }

    fn about(&self, wanted: &Affected) -> &[AffectedEntry<'d>] {
        let packages = self.0.get(wanted.namespace.as_str());
        let names = packages.and_then(|packages| packages.get(wanted.package.as_str()));
        names.and_then(|names| names.get(wanted.vulnerability.as_str())).map_or(&[], Vec::as_slice)
    }
}

/// Looks up everything that it is told.
struct Check<'d> {
    database: &'d Database,
    index: &'d Index<'d>,
    sources: Vec<String>,
    checked: BTreeMap<&'static str, u64>,
    missing: Vec<String>,
}

impl<'d> Check<'d> {
    fn new(database: &'d Database, index: &'d Index<'d>) -> Check<'d> {
        let (sources, checked, missing) = (Vec::new(), BTreeMap::new(), Vec::new());
        Check { database, index, sources, checked, missing }
    }

    fn check(&mut self, kind: &'static str, found: bool, what: impl FnOnce() -> String) {
        *self.checked.entry(kind).or_default() += 1;
        if !found {
            self.missing.push(format!("{kind}: {}", what()));
        }
    }

    /// Whether a lookup of this package and version leads to the vulnerability.
    fn finds(&self, wanted: &Affected, scheme: Scheme, version: &str) -> bool {
        self.index.about(wanted).iter().any(|entry| {
            is_about_all(entry.ranges().count(), entry.versions().count())
                || entry.ranges().any(|range| contains(&range.to_range(), scheme, version))
                || entry.versions().any(|listed| listed == version)
        })
    }
}

fn contains(range: &Range, scheme: Scheme, version: &str) -> bool {
    let range = plimsoll_version::Range {
        introduced: range.introduced.as_deref(),
        after: range.after.as_deref(),
        fixed: range.fixed.as_deref(),
        last_affected: range.last_affected.as_deref(),
    };
    range.contains(scheme, version) == Ok(true)
}

/// A statement with neither ranges nor versions is about every version.
fn is_about_all(ranges: usize, versions: usize) -> bool {
    ranges == 0 && versions == 0
}

/// The order of lists means nothing.
fn sorted(mut affected: Affected) -> Affected {
    let Affected { advisories, versions, architectures, cpes, platforms, imports, .. } =
        &mut affected;
    for list in [advisories, versions, architectures, cpes, platforms] {
        list.sort();
        list.dedup();
    }
    for import in imports.iter_mut() {
        for list in [&mut import.symbols, &mut import.systems, &mut import.architectures] {
            list.sort();
            list.dedup();
        }
    }
    imports.sort();
    imports.dedup();
    affected
}

impl Sink for Check<'_> {
    fn source(&mut self, source: &Source) -> SourceId {
        let known = self.sources.iter().position(|known| *known == source.id);
        let place = known.unwrap_or_else(|| {
            self.sources.push(source.id.clone());
            self.sources.len() - 1
        });
        SourceId(u16::try_from(place).expect("some dozens of sources"))
    }

    fn dated(&mut self, _: SourceId, _: &str) {}

    fn covers(&mut self, _: SourceId, namespace: &str) {
        self.check("covered", self.database.covers(namespace), || namespace.to_owned());
    }

    fn vulnerability(&mut self, source: SourceId, wanted: Vulnerability) {
        let source = &self.sources[usize::from(source.0)];
        let entry = self.database.vulnerability(&wanted.id);
        let detail = entry.and_then(|entry| Some((entry, entry.detail(source)?)));
        let found = detail.is_some_and(|(entry, detail)| {
            let known = detail.to_vulnerability(&entry);
            let all = |wanted: &[String], known: &[String]| {
                wanted.iter().all(|one| one.is_empty() || known.contains(one) || *one == entry.id())
            };
            all(&wanted.aliases, &known.aliases)
                && all(&wanted.related, &known.related)
                && all(&wanted.cvss, &known.cvss)
                && all(&wanted.weaknesses, &known.weaknesses)
                && (wanted.title.is_empty() || !known.title.is_empty())
                && (wanted.description.is_empty() || !known.description.is_empty())
                && known.malicious >= wanted.malicious
                && wanted.severity <= known.severity
        });
        self.check("vulnerabilities", found, || format!("{wanted:?}"));
    }

    fn affected(&mut self, source: SourceId, wanted: Affected) {
        let source = self.sources[usize::from(source.0)].clone();
        let wanted = sorted(wanted);
        let found = self.index.about(&wanted).iter().any(|entry| {
            let mut known = sorted(entry.to_affected(&wanted.namespace, &wanted.package));
            known.vulnerability.clone_from(&wanted.vulnerability);
            entry.source().id() == source && known == wanted
        });
        self.check("statements", found, || format!("{source} {wanted:?}"));

        let Some(scheme) = Scheme::of_namespace(&wanted.namespace) else { return };
        let bounds = wanted
            .ranges
            .iter()
            .flat_map(|range| [&range.introduced, &range.last_affected].into_iter().flatten());
        // A range without a lower bound has the lowest versions.
        let candidates = bounds.chain(&wanted.versions).map(String::as_str).chain(["0", "0.0.0"]);
        let inside = candidates.filter(|version| {
            is_about_all(wanted.ranges.len(), wanted.versions.len())
                || wanted.versions.iter().any(|listed| listed == version)
                || wanted.ranges.iter().any(|range| contains(range, scheme, version))
        });
        if let Some(version) = inside.map(str::to_owned).next() {
            let found = self.finds(&wanted, scheme, &version);
            self.check("in range", found, || format!("{source} {version} {wanted:?}"));
        }
    }

    /// The sets here hold nothing that their own source took back.
    fn deleted(&mut self, source: SourceId, id: &str, _: Option<&str>) {
        let source = self.sources[usize::from(source.0)].clone();
        // In the complete data, no document was put up again after it was taken back.
        let entry = self.database.vulnerability(id);
        let gone = entry.is_none_or(|entry| entry.detail(&source).is_none());
        self.check("taken back", gone, || format!("{source} {id}"));
    }

    fn exploited(&mut self, _: SourceId, wanted: Exploited) {
        let found = self.database.exploited(&wanted.id).is_some();
        self.check("exploited", found, || wanted.id);
    }

    fn epss(&mut self, _: SourceId, id: &str, wanted: Epss) {
        let known = self.database.epss(id);
        let found = known.is_some_and(|known| known.probability >= wanted.probability - 1e-6);
        self.check("scores", found, || id.to_owned());
    }

    fn end_of_life(&mut self, _: SourceId, wanted: EndOfLife) {
        let found = self.database.end_of_life(&wanted.product, &wanted.release).is_some();
        self.check("support dates", found, || format!("{wanted:?}"));
    }

    fn repository(&mut self, _: SourceId, wanted: Repository) {
        let known: Vec<&str> =
            self.database.repository(&wanted.name).into_iter().flatten().collect();
        let found = wanted.cpes.iter().all(|cpe| known.contains(&cpe.as_str()));
        self.check("repositories", found, || format!("{wanted:?}"));
    }

    fn count(&mut self, _: SourceId, _: Fate) {}

    fn problem(&mut self, _: FeedProblem) {}
}
