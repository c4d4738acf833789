//! What was meant about a scan: of what, looking for what, and what to do with the result.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use plimsoll_advisory::model::{Severity, Status};
use plimsoll_inventory::{Package, Relationship, Scope, Selection};
use plimsoll_match::{Kinds, Priority};

use super::{DatabaseSettings, Lookup, Sources, database_settings};
use crate::args::{RepositoryArgs, ScanArgs, TreeArgs};
use crate::lookup::Origin;
use crate::skip::SkipPatterns;
use crate::values::{self, Format, PackageType, Scanner};

/// A scan of one or more targets.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) targets: Vec<Target>,
    pub(crate) sources: Sources,
    pub(crate) skip: SkipPatterns,
    /// Which files are read.
    pub(crate) selection: Selection,
    pub(crate) packages: PackageFilter,
    /// Whether vulnerabilities are looked for.
    pub(crate) vulnerabilities: bool,
    /// Licences that do not count, if licences are looked at.
    pub(crate) licenses: Option<Vec<String>>,
    pub(crate) priority: Priority,
    /// Threads that may be busy at once.
    pub(crate) threads: usize,
    pub(crate) database: DatabaseSettings,
    pub(crate) filter: Filter,
    pub(crate) gate: GateSettings,
    pub(crate) report: ReportSettings,
    /// What was asked for and is not looked at, for the report.
    pub(crate) not_looked_at: Vec<String>,
}

/// One thing to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// An image by its name.
    Reference(String),
    /// An image in a file or directory, possibly with `:tag` or `@digest` behind the path.
    Input(String),
    /// An unpacked root file system.
    RootFileSystem(PathBuf),
    /// A source tree, or a single file.
    Tree(PathBuf),
    /// A repository at an address, and what of it.
    Repository(String, Revision),
    /// A source tree under version control.
    Checkout(PathBuf),
    /// A bill of materials, or `-` for the standard input.
    Document(String),
}

/// What of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Revision {
    /// What its default branch has.
    #[default]
    Head,
    Branch(String),
    Tag(String),
    Commit(String),
}

/// Which packages are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackageFilter {
    pub(crate) kinds: Kinds,
    /// Also what is there for development and tests only.
    pub(crate) development: bool,
    /// Empty for all.
    pub(crate) relationships: Vec<Relationship>,
}

impl PackageFilter {
    /// Whether a package is looked at, its kind aside.
    pub(crate) fn wants(&self, package: &Package) -> bool {
        let Some(library) = &package.library else { return true };
        (self.development || !library.dev)
            && (self.relationships.is_empty() || self.relationships.contains(&library.relationship))
    }
}

/// Which findings count.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) severities: Vec<Severity>,
    pub(crate) ignore_statuses: Vec<Status>,
    pub(crate) ignore_unfixed: bool,
    /// A file that the user named.
    pub(crate) ignore_file: Option<PathBuf>,
}

/// When the run ends with another code than 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateSettings {
    pub(crate) exit_code: Option<u8>,
    pub(crate) exit_on_end_of_life: Option<u8>,
    pub(crate) strict: bool,
    pub(crate) allow_starter: bool,
}

/// What is written, and where.
#[derive(Debug)]
pub(crate) struct ReportSettings {
    pub(crate) format: Format,
    /// Nothing for the standard output.
    pub(crate) output: Option<PathBuf>,
    /// Whether machines get all packages.
    pub(crate) all_packages: bool,
    /// Whether people get all findings one by one.
    pub(crate) all_findings: bool,
    /// Whether bills of materials list the findings, which must be asked for.
    pub(crate) list_vulnerabilities: bool,
    /// Whether packages of languages are listed that the distribution brought.
    pub(crate) show_owned: bool,
    /// Whether people are told which packages need the vulnerable ones.
    pub(crate) dependency_tree: bool,
}

impl Target {
    /// What kind of thing it is for the extractors.
    fn scope(&self) -> Scope {
        match self {
            Target::Tree(_) | Target::Repository(..) | Target::Checkout(_) => Scope::Source,
            _ => Scope::Image,
        }
    }

    /// What the user calls it.
    pub(crate) fn name(&self) -> String {
        match self {
            Target::Reference(name)
            | Target::Input(name)
            | Target::Repository(name, _)
            | Target::Document(name) => name.clone(),
            Target::RootFileSystem(path) | Target::Tree(path) | Target::Checkout(path) => {
                path.display().to_string()
            }
        }
    }
}

/// The settings of a scan of anything but an image; `tree` are those that source trees have beyond.
pub(super) fn scan(
    targets: Vec<Target>,
    args: &ScanArgs,
    tree: Option<&TreeArgs>,
    lookup: &Lookup<'_>,
) -> anyhow::Result<Scan> {
    let path = |option, typed: &Option<String>| -> anyhow::Result<Option<PathBuf>> {
        Ok(lookup.text(option, typed.as_ref())?.map(|found| PathBuf::from(found.value)))
    };
    let exit_code = |option, typed: &Option<String>| -> anyhow::Result<Option<u8>> {
        let found = lookup.text(option, typed.as_ref())?;
        Ok(found.map(|found| found.read(|text| values::exit_code(text))).transpose()?.flatten())
    };
    let threads = match lookup.text("parallel", args.parallel.as_ref())? {
        Some(found) => found.read(|text| values::parallel(text))?,
        None => None,
    };
    let severities = match lookup.list("severity", &args.severity)? {
        Some(found) => found.read_each(values::severity)?,
        None => Vec::new(),
    };
    let ignore_statuses = match lookup.list("ignore-status", &args.ignore_status)? {
        Some(found) => found.read_each(values::status)?.into_iter().flatten().collect(),
        None => Vec::new(),
    };
    let format = match lookup.text("format", args.format.as_ref())? {
        Some(found) => found.read(|word| values::format(word))?,
        None => Format::default(),
    };
    let all_findings = match lookup.list("table-mode", &args.table_mode)? {
        Some(found) => found.read_each(values::is_detailed)?.contains(&true),
        None => false,
    };
    let priority = match lookup.text("detection-priority", args.detection_priority.as_ref())? {
        Some(found) => found.read(|word| values::priority(word))?,
        None => Priority::default(),
    };
    if format.is_bill_of_materials() && targets.len() > 1 {
        bail!("a bill of materials is about one image; scan the others in runs of their own");
    }
    let (scanners, named) = scanners(args, lookup)?;
    let scope = targets.first().map_or(Scope::Image, Target::scope);
    Ok(Scan {
        targets,
        sources: Sources::default(),
        selection: selection(scope, args, lookup)?,
        packages: package_filter(args, tree, lookup)?,
        vulnerabilities: scanners.contains(&Scanner::Vulnerabilities),
        licenses: licenses(&scanners, args, lookup)?,
        priority,
        skip: skip_patterns(args, lookup)?,
        threads: threads
            .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
            .unwrap_or(1),
        database: database_settings::of_scan(&args.database, lookup)?,
        filter: Filter {
            severities,
            ignore_statuses,
            ignore_unfixed: lookup.switch("ignore-unfixed", args.ignore_unfixed)?,
            ignore_file: path("ignorefile", &args.ignorefile)?,
        },
        gate: GateSettings {
            exit_code: exit_code("exit-code", &args.exit_code)?,
            exit_on_end_of_life: exit_code("exit-on-eol", &args.exit_on_eol)?,
            strict: lookup.switch("strict", args.strict)?,
            allow_starter: lookup.switch("allow-starter-db", args.allow_starter_db)?,
        },
        report: ReportSettings {
            format,
            output: path("output", &args.output)?,
            all_packages: lookup.set_switch("list-all-pkgs", args.list_all_pkgs)?.unwrap_or(true),
            all_findings,
            list_vulnerabilities: named.is_some() && scanners.contains(&Scanner::Vulnerabilities),
            show_owned: lookup.switch("show-owned", args.show_owned)?,
            dependency_tree: lookup.switch("dependency-tree", args.dependency_tree)?,
        },
        not_looked_at: not_looked_at(&scanners, named.as_ref()),
    })
}

fn skip_patterns(args: &ScanArgs, lookup: &Lookup<'_>) -> anyhow::Result<SkipPatterns> {
    let patterns = |option, typed: &[String]| -> anyhow::Result<Vec<String>> {
        Ok(lookup.list(option, typed)?.map(|found| found.value).unwrap_or_default())
    };
    let files = patterns("skip-files", &args.skip_files)?;
    let directories = patterns("skip-dirs", &args.skip_dirs)?;
    SkipPatterns::new(&files, &directories)
}

/// What to look for, and who said so; an error if nothing of it exists.
fn scanners(
    args: &ScanArgs,
    lookup: &Lookup<'_>,
) -> anyhow::Result<(Vec<Scanner>, Option<Origin>)> {
    let Some(found) = lookup.list("scanners", &args.scanners)? else {
        return Ok((vec![Scanner::Vulnerabilities], None));
    };
    let origin = found.origin.clone();
    let scanners = found.read_each(values::scanner)?;
    if scanners.iter().all(|scanner| matches!(scanner, Scanner::Missing(_))) {
        bail!(
            "{origin}: none of these scanners exists in this version; there are vuln and license"
        );
    }
    Ok((scanners, Some(origin)))
}

/// What Trivy would look for and this version does not.
fn not_looked_at(scanners: &[Scanner], origin: Option<&Origin>) -> Vec<String> {
    let missing = scanners.iter().filter_map(|scanner| match scanner {
        Scanner::Missing(word) => Some(word),
        Scanner::Vulnerabilities | Scanner::Licenses => None,
    });
    let told = |word| {
        let origin = origin.map(ToString::to_string).unwrap_or_default();
        format!(
            "{origin}: the scanner {word} does not exist in this version, so nothing was looked for \
             by it"
        )
    };
    missing.map(told).collect()
}

fn licenses(
    scanners: &[Scanner],
    args: &ScanArgs,
    lookup: &Lookup<'_>,
) -> anyhow::Result<Option<Vec<String>>> {
    let ignored = lookup.list("ignored-licenses", &args.ignored_licenses)?;
    let ignored = ignored.map(|found| found.value).unwrap_or_default();
    Ok(scanners.contains(&Scanner::Licenses).then_some(ignored))
}

fn selection(scope: Scope, args: &ScanArgs, lookup: &Lookup<'_>) -> anyhow::Result<Selection> {
    let patterns = match lookup.list("file-patterns", &[])? {
        // An expression may have a comma in it, so what was typed is not split.
        _ if !args.file_patterns.is_empty() => args.file_patterns.clone(),
        Some(found) => found.value,
        None => Vec::new(),
    };
    Selection::new(scope, &patterns).map_err(|message| anyhow!("--file-patterns: {message}"))
}

fn package_filter(
    args: &ScanArgs,
    tree: Option<&TreeArgs>,
    lookup: &Lookup<'_>,
) -> anyhow::Result<PackageFilter> {
    let types = match lookup.list("pkg-types", &args.pkg_types)? {
        Some(found) => found.read_each(values::package_type)?,
        None => vec![PackageType::OperatingSystem, PackageType::Libraries],
    };
    let relationships = match lookup.list("pkg-relationships", &args.pkg_relationships)? {
        Some(found) => found.read_each(values::relationship)?,
        None => Vec::new(),
    };
    let development = match tree {
        Some(tree) => lookup.switch("include-dev-deps", tree.include_dev_deps)?,
        None => false,
    };
    Ok(PackageFilter {
        kinds: Kinds {
            system: types.contains(&PackageType::OperatingSystem),
            libraries: types.contains(&PackageType::Libraries),
        },
        development,
        relationships,
    })
}

/// A directory is looked at where it is; everything else is an address.
pub(super) fn repository(args: &RepositoryArgs, lookup: &Lookup<'_>) -> anyhow::Result<Target> {
    let revision = |option, typed: &Option<String>| -> anyhow::Result<Option<String>> {
        Ok(lookup.text(option, typed.as_ref())?.map(|found| found.value))
    };
    let branch = revision("branch", &args.branch)?.map(Revision::Branch);
    let tag = revision("tag", &args.tag)?.map(Revision::Tag);
    let commit = revision("commit", &args.commit)?.map(Revision::Commit);
    let revision = commit.or(tag).or(branch);
    let path = PathBuf::from(&args.repository);
    match (path.exists(), revision) {
        (true, None) => Ok(Target::Checkout(path)),
        (true, Some(_)) => bail!(
            "a directory is scanned as it is, so --branch, --tag and --commit are for addresses; \
             use file://{} to scan what is committed",
            path.canonicalize().unwrap_or(path).display()
        ),
        (false, revision) => {
            Ok(Target::Repository(args.repository.clone(), revision.unwrap_or_default()))
        }
    }
}
