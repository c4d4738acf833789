//! From product statuses to statements about packages, few of them.
//!
//! A document lists each package of each architecture in each variant of each product: thousands
//! of entries that say a handful of things. Entries with the same verdict become one statement that
//! names all their architectures and products.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::component::Kind;
use super::document::{List, Text, Vulnerability};
use super::products::{Products, Resolved};
use crate::feed::identifier::is_word;
use crate::model::{Affected, Range, Severity, Status};

/// Where a vendor's product stands in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) channel: Option<&'static str>,
    /// Whether the product's CPE restricts the statement.
    pub(super) by_cpe: bool,
}

/// What differs between those who publish CSAF.
pub(super) struct Habits {
    /// Where a product's packages stand; nothing where it has none that a scanner could find.
    pub(super) place: fn(&Resolved) -> Option<Place>,
    /// Namespace of what is no package (container images, Java archives).
    pub(super) others: &'static str,
    /// Whether what has no architecture is a source package, and not a binary one of all.
    pub(super) no_architecture_is_source: bool,
    /// Whether `recommended` lists the versions that have the fix.
    pub(super) recommended_is_fixed: bool,
    /// The advisory that a link of a remediation leads to.
    pub(super) advisory: fn(&str) -> Option<&str>,
}

/// All that makes one statement differ from another, but what it restricts itself to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    namespace: String,
    package: String,
    channel: Option<&'static str>,
    modularity: Option<String>,
    source: bool,
    status: Status,
    raw_status: Option<String>,
    bound: Bound,
    advisories: Vec<String>,
    severity: Option<Severity>,
}

/// Which versions a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    All,
    Below(String),
    Only(String),
}

/// What the entries of one statement restrict it to.
#[derive(Debug, Default)]
struct Restrictions {
    architectures: BTreeSet<String>,
    every_architecture: bool,
    cpes: BTreeSet<String>,
    every_product: bool,
}

/// The architectures for which Red Hat and SUSE build everything: a package that is listed for
/// these is listed for all that there are.
const ALL_ARCHITECTURES: [&str; 4] = ["aarch64", "ppc64le", "s390x", "x86_64"];

/// The statements of one vulnerability, and what could not be read.
#[derive(Default)]
pub(super) struct Statements {
    pub(super) affected: Vec<Affected>,
    pub(super) wrong: Vec<String>,
}

/// What remediations, flags and threats say of single products.
struct Remarks<'d> {
    remedies: HashMap<&'d str, (Status, &'d str)>,
    advisories: HashMap<&'d str, BTreeSet<&'d str>>,
    flags: HashMap<&'d str, &'d str>,
    severities: HashMap<&'d str, Severity>,
}

impl<'d> Remarks<'d> {
    fn of(vulnerability: &'d Vulnerability<'d>, habits: &Habits) -> Remarks<'d> {
        let mut remarks = Remarks {
            remedies: HashMap::new(),
            advisories: HashMap::new(),
            flags: HashMap::new(),
            severities: HashMap::new(),
        };
        for remediation in &vulnerability.remediations {
            let advisory = (habits.advisory)(&remediation.url);
            let remedy = remedy(&remediation.category, &remediation.details);
            for id in &remediation.product_ids {
                if let Some(advisory) = advisory {
                    let known = remarks.advisories.entry(id).or_default();
                    if known.len() < MOST_ADVISORIES {
                        known.insert(advisory);
                    }
                }
                if let Some(remedy) = remedy {
                    remarks.remedies.entry(id).or_insert(remedy);
                }
            }
        }
        for flag in &vulnerability.flags {
            for id in &flag.product_ids {
                remarks.flags.entry(id).or_insert(&flag.label);
            }
        }
        for threat in vulnerability.threats.iter().filter(|threat| &*threat.category == "impact") {
            if let Some(severity) = Severity::from_word(&threat.details) {
                for id in &threat.product_ids {
                    remarks.severities.entry(id).or_insert(severity);
                }
            }
        }
        remarks
    }
}

/// What a remediation says will become of an affected product, and in which words.
fn remedy<'d>(category: &'d str, details: &'d str) -> Option<(Status, &'d str)> {
    let details = details.trim();
    let status = match (category, details) {
        ("no_fix_planned", "Out of support scope") => Status::EndOfLife,
        ("no_fix_planned", _) => Status::WillNotFix,
        ("none_available" | "fix_planned", "Fix deferred") => Status::FixDeferred,
        ("none_available" | "fix_planned", _) => Status::Affected,
        _ => return None,
    };
    // A sentence is an explanation, not a status.
    let is_status = !details.is_empty() && details.len() <= LONGEST_STATUS;
    Some((status, if is_status { details } else { category }))
}

/// The longest word for a status is `vulnerable_code_cannot_be_controlled_by_adversary`.
const LONGEST_STATUS: usize = 64;

/// A product gets its fix with one advisory, or a few.
const MOST_ADVISORIES: usize = 64;

/// Sums up what a document says about one vulnerability.
///
/// `advisory` is the document's own id where the document is an advisory.
pub(super) fn statements(
    id: &str,
    advisory: Option<&str>,
    vulnerability: &Vulnerability,
    products: &Products,
    habits: &Habits,
) -> Statements {
    let status = &vulnerability.product_status;
    let none = List::default();
    let recommended = if habits.recommended_is_fixed { &status.recommended } else { &none };
    let groups: [(Status, &List<Text>); 8] = [
        (Status::Fixed, &status.first_fixed),
        (Status::Fixed, &status.fixed),
        (Status::Fixed, recommended),
        (Status::Affected, &status.first_affected),
        (Status::Affected, &status.known_affected),
        (Status::Affected, &status.last_affected),
        (Status::NotAffected, &status.known_not_affected),
        (Status::UnderInvestigation, &status.under_investigation),
    ];
    let mut collected = Collected {
        remarks: Remarks::of(vulnerability, habits),
        habits,
        advisory,
        fixed: Fixed::default(),
        groups: BTreeMap::new(),
        wrong: Vec::new(),
    };
    let mut entries = Vec::new();
    for (status, list) in groups {
        for product in list {
            match products.resolve(product) {
                Some(resolved) => {
                    if status == Status::Fixed {
                        collected.fixed.note(&resolved);
                    }
                    entries.push((status, &**product, resolved));
                }
                None => collected.wrong.push(format!(
                    "product {:?} is not in the document's product tree",
                    &**product
                )),
            }
        }
    }
    for (status, product, resolved) in &entries {
        collected.add(*status, product, resolved);
    }
    let affected =
        collected.groups.into_iter().map(|(key, only)| statement(id, key, only)).collect();
    Statements { affected, wrong: collected.wrong }
}

/// What is known from all fixed entries together.
#[derive(Default)]
struct Fixed<'e> {
    /// Builds with the fix, wherever they were released.
    builds: HashSet<(String, String)>,
    /// Product and version of binary packages: their source needs no statement of its own.
    binaries: HashSet<(&'e str, String)>,
    /// Product and module of packages: their module needs no statement of its own.
    modules: HashSet<(&'e str, String)>,
}

impl<'e> Fixed<'e> {
    fn note(&mut self, resolved: &Resolved<'e>) {
        let Some(component) = &resolved.component else { return };
        let Some(version) = component.version.as_ref() else { return };
        self.builds.insert((component.name.clone().into_owned(), version.clone()));
        if component.kind == Kind::Rpm {
            if !matches!(&*component.architecture, "" | "src" | "nosrc") {
                self.binaries.insert((resolved.platform, version.clone()));
            }
            if let Some(module) = &resolved.module {
                self.modules.insert((resolved.platform, module.clone()));
            }
        }
    }
}

struct Collected<'e> {
    remarks: Remarks<'e>,
    habits: &'e Habits,
    advisory: Option<&'e str>,
    fixed: Fixed<'e>,
    groups: BTreeMap<Key, Restrictions>,
    wrong: Vec<String>,
}

impl<'e> Collected<'e> {
    fn add(&mut self, status: Status, product: &'e str, resolved: &Resolved<'e>) {
        // What is said of a product as a whole names no package.
        let Some(component) = &resolved.component else { return };
        let name = &*component.name;
        let architecture = &*component.architecture;
        let mut others = [architecture].into_iter().chain(component.version.as_deref());
        if !is_word(name) || others.any(|text| !text.is_empty() && !is_word(text)) {
            return self.wrong.push(format!("product {product:?} names no package"));
        }
        if component.kind == Kind::Rpm && is_for_debuggers(name) {
            return;
        }
        let version = component.version.clone();
        let (status, raw_status) = self.verdict(status, product);
        let label = component.module.clone().or_else(|| resolved.module.clone());
        let (place, package, source) = match component.kind {
            Kind::Other => {
                // To say of something that nobody calls affected that it is not helps nobody, and
                // there are as many of these as of everything else.
                if status == Status::NotAffected || status == Status::Fixed && version.is_none() {
                    return;
                }
                let namespace = self.habits.others.to_owned();
                (Place { namespace, channel: None, by_cpe: true }, name.to_owned(), false)
            }
            Kind::Rpm | Kind::Module => {
                let Some(place) = (self.habits.place)(resolved) else {
                    return self.wrong.push(format!("product {product:?} is of no known release"));
                };
                // Red Hat's purl without architecture and version is that of a binary package.
                let source = match (&*component.architecture, component.kind) {
                    ("src" | "nosrc", _) | (_, Kind::Module) => true,
                    ("", _) => {
                        self.habits.no_architecture_is_source
                            && (version.is_some() || !component.has_purl)
                    }
                    _ => false,
                };
                let implied = match (&label, &version) {
                    (Some(label), _) if component.kind == Kind::Module => {
                        self.fixed.modules.contains(&(resolved.platform, label.clone()))
                    }
                    (_, Some(version)) if source => {
                        self.fixed.binaries.contains(&(resolved.platform, version.clone()))
                    }
                    _ => false,
                };
                if implied && status == Status::Fixed {
                    return;
                }
                let package = match &label {
                    Some(label) if component.kind == Kind::Module => label.clone(),
                    _ => name.to_owned(),
                };
                (place, package, source)
            }
        };
        let bound = match (status, version) {
            (Status::Fixed, Some(version)) => Bound::Below(version),
            (Status::Fixed, None) => {
                return self.wrong.push(format!("product {product:?} is fixed in no version"));
            }
            (Status::NotAffected, Some(version)) => Bound::Only(version),
            // The build that is named is only the latest; but one that has the fix elsewhere has it.
            (_, Some(version)) => {
                match self.fixed.builds.contains(&(name.to_owned(), version.clone())) {
                    true => Bound::Below(version),
                    false => Bound::All,
                }
            }
            (_, None) => Bound::All,
        };
        let mut advisories: Vec<String> = self.advisory.map(str::to_owned).into_iter().collect();
        if status == Status::Fixed && advisories.is_empty() {
            let known = self.remarks.advisories.get(product).into_iter().flatten();
            advisories.extend(known.map(|&advisory| advisory.to_owned()));
        }
        let key = Key {
            namespace: place.namespace,
            package,
            channel: place.channel,
            modularity: label.filter(|label| is_word(label)),
            source,
            status,
            raw_status,
            bound,
            advisories,
            severity: self.remarks.severities.get(product).copied(),
        };
        let only = self.groups.entry(key).or_default();
        match &*component.architecture {
            "" | "noarch" => only.every_architecture = true,
            word => {
                only.architectures.insert(word.to_owned());
            }
        }
        if place.by_cpe && is_word(resolved.cpe) {
            only.cpes.insert(resolved.cpe.to_owned());
        } else {
            only.every_product = true;
        }
    }

    fn verdict(&self, status: Status, product: &str) -> (Status, Option<String>) {
        let (status, word) = match status {
            Status::Affected => match self.remarks.remedies.get(product) {
                Some(&(status, word)) => (status, Some(word)),
                None => (Status::Affected, None),
            },
            Status::NotAffected => (status, self.remarks.flags.get(product).copied()),
            status => (status, None),
        };
        let is_word = |word: &&str| (1..=LONGEST_STATUS).contains(&word.len());
        (status, word.filter(is_word).map(str::to_owned))
    }
}

/// Whether a package has symbols and sources for debuggers: it is rebuilt with every other and has no
/// code that runs, so nothing in it is vulnerable.
fn is_for_debuggers(name: &str) -> bool {
    name.contains("-debuginfo") || name.ends_with("-debugsource")
}

fn statement(id: &str, key: Key, only: Restrictions) -> Affected {
    let (ranges, versions) = match key.bound {
        Bound::All => (Vec::new(), Vec::new()),
        Bound::Below(version) => {
            (vec![Range { fixed: Some(version), ..Range::default() }], Vec::new())
        }
        Bound::Only(version) => (Vec::new(), vec![version]),
    };
    let all = ALL_ARCHITECTURES.iter().all(|one| only.architectures.contains(*one));
    let architectures = if key.source {
        vec!["src".to_owned()]
    } else if only.every_architecture || all {
        Vec::new()
    } else {
        only.architectures.into_iter().collect()
    };
    Affected {
        namespace: key.namespace,
        package: key.package,
        vulnerability: id.to_owned(),
        advisories: key.advisories,
        raw_status: key.raw_status,
        ranges,
        versions,
        severity: key.severity,
        architectures,
        modularity: key.modularity,
        channel: key.channel.map(str::to_owned),
        cpes: if only.every_product { Vec::new() } else { only.cpes.into_iter().collect() },
        ..Affected::with_status(key.status)
    }
}
