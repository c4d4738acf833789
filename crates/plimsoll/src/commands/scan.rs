//! `plimsoll image` and `plimsoll rootfs`: open, take the inventory, match, judge, report.

use anyhow::{Context, bail};
use plimsoll_image::{Image, Limits};
use plimsoll_inventory::{Cache, Inventory, ScanOptions, take_inventory};
use plimsoll_license::Policy as LicensePolicy;
use plimsoll_match::ignore::Rule;
use plimsoll_match::{Gate, GateReason, GateSettings, MatchOptions, Policy, match_inventory};
use plimsoll_report::{DatabaseInfo, DatabaseSource, Report, Repository, Text};

use super::Run;
use crate::database::{self, ChosenDatabase};
use crate::exit::Outcome;
use crate::messages::with_causes;
use crate::open::{Opener, Source};
use crate::progress::Progress;
use crate::render;
use crate::settings::{Scan, Target};
use crate::values::Format;
use crate::{document, ignorefile, java_names, output, refresh, verified};

/// Bytes of the scan cache, after which the least recently used facts go.
const CACHE_LIMIT: u64 = 2 << 30;

/// Scans all targets and writes one report about those that could be scanned.
pub(crate) fn run(run: &Run<'_>, scan: &Scan) -> anyhow::Result<Outcome> {
    let opener = Opener::new(&scan.sources, run.environment)?;
    let fresh_notes = refresh::refresh(run, &scan.database, opener.registry().clone())?;
    let database = ChosenDatabase::open(scan.database.file.as_deref(), &run.cache.directory)?;
    verified::ensure_whole(&database, run.cache)?;
    verified::ensure_signed(&database, &scan.database)?;
    run.messages.detail(format_args!("database: {}", database.place()));
    let (rules, mut notes) = ignorefile::read(scan.filter.ignore_file.as_deref(), run.directory)?;
    notes.extend(scan.not_looked_at.iter().cloned());
    let info = describe(&database);
    refresh::check_age(info.created.as_deref(), run, &scan.database)?;
    notes.extend(fresh_notes);
    notes.extend(database::age_warning(info.created.as_deref(), info.starter, run.clock));
    for note in &notes {
        run.messages.warn(note);
    }
    let scanner = Scanner {
        run,
        scan,
        cache: open_cache(run),
        opener,
        database: &database,
        policy: policy(scan, rules, run),
        info,
        notes,
    };

    let mut outcome = Outcome::Clean;
    let mut reports = Vec::with_capacity(scan.targets.len());
    for target in &scan.targets {
        match scanner.scan_one(target) {
            Ok(report) => {
                outcome = outcome.and(judge(run, scan, &report));
                reports.push(report);
            }
            // The other images are still worth a report, but the run has failed.
            Err(error) => {
                run.messages.error(with_causes(&error));
                outcome = Outcome::Failed;
            }
        }
    }
    if let Some(cache) = &scanner.cache {
        cache.prune();
    }
    if !reports.is_empty() {
        let texts = |id: &str| Text::merge(plimsoll_match::Advisories::texts(database.get(), id));
        let bytes = render::report(&reports, &scan.report, &texts, run.environment)?;
        output::deliver(&bytes, scan.report.output.as_deref())?;
    }
    if let Some(damage) = database.get().damage() {
        bail!("{damage}; the report may lack findings: build the database anew");
    }
    Ok(outcome)
}

/// What all targets of a run share.
struct Scanner<'a> {
    run: &'a Run<'a>,
    scan: &'a Scan,
    cache: Option<Cache>,
    opener: Opener,
    database: &'a ChosenDatabase,
    policy: Policy,
    info: DatabaseInfo,
    notes: Vec<String>,
}

impl Scanner<'_> {
    fn scan_one(&self, target: &Target) -> anyhow::Result<Report> {
        if let Target::Document(name) = target {
            let (image, mut inventory, form) = document::read(name)?;
            let _ = inventory.retain(|package| self.scan.packages.wants(package));
            let report = self.judge(image, inventory, None)?;
            return Ok(Report { document: Some(form), ..report });
        }
        let name = target.name();
        let started = std::time::Instant::now();
        let progress = Progress::start(self.run.progress, &name);
        let Source { opened, repository, missing } = self.opener.open(target)?;
        let options = ScanOptions {
            cache: self.cache.as_ref(),
            limits: Limits::default(),
            threads: self.scan.threads,
            selection: &self.scan.selection,
            skip: &|path| self.scan.skip.matches(path),
            skip_key: self.scan.skip.key(),
            progress: &|read| progress.update(read),
        };
        let (image, mut inventory) =
            take_inventory(opened, &options).with_context(|| format!("cannot scan {name}"))?;
        drop(progress);
        inventory.problems.extend(missing.into_iter().map(|problem| (None, problem)));
        let _ = inventory.retain(|package| self.scan.packages.wants(package));
        self.run.messages.detail(format_args!(
            "{name}: {} packages, {} files, {:?}",
            inventory.packages.len(),
            inventory.file_count,
            started.elapsed()
        ));

        let index = super::db::pull::java_index_path(self.run);
        if let Some(warning) = java_names::settle(&mut inventory, &index) {
            self.run.messages.warn(warning);
        }
        self.judge(image, inventory, repository)
    }

    /// From an inventory to its report.
    fn judge(
        &self,
        image: Image,
        mut inventory: Inventory,
        repository: Option<Repository>,
    ) -> anyhow::Result<Report> {
        let options = MatchOptions { priority: self.scan.priority };
        let mut matched = match_inventory(&inventory, self.database.get(), options);
        matched.keep(self.scan.packages.kinds, &mut inventory);
        if !self.scan.vulnerabilities {
            matched.forget_vulnerabilities();
        }
        let licenses = self.scan.licenses.as_ref().map(|ignored| {
            let policy = LicensePolicy { ignored: ignored.clone(), ..LicensePolicy::default() };
            let mut findings = plimsoll_report::license_findings(&inventory, &policy);
            let counts = &self.policy.severities;
            findings.retain(|one| counts.is_empty() || counts.contains(&one.severity()));
            findings
        });
        let outcome = self.policy.apply(std::mem::take(&mut matched.findings));
        let gate = Gate::judge(
            GateSettings {
                enabled: self.scan.gate.exit_code.is_some(),
                strict: self.scan.gate.strict,
                allow_starter: self.scan.gate.allow_starter,
            },
            &outcome.findings,
            &matched,
            inventory.problems.len() + self.scan.not_looked_at.len(),
            self.info.starter,
        );
        Ok(Report {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: self.run.clock.rfc3339(),
            database: self.info.clone(),
            gate,
            list_all_packages: self.scan.report.all_packages,
            repository,
            show_owned: self.scan.report.show_owned,
            dependency_tree: self.scan.report.dependency_tree,
            license_findings: licenses,
            list_vulnerabilities: self.scan.report.list_vulnerabilities,
            notes: self.notes.clone(),
            ..Report::new(image, inventory, matched, outcome)
        })
    }
}

/// What a report means for the exit code.
fn judge(run: &Run<'_>, scan: &Scan, report: &Report) -> Outcome {
    let name = &report.image.name;
    // The table says these things itself.
    let quiet_format = scan.report.format != Format::Table;
    if let Some(day) = ended_on(report) {
        if quiet_format {
            run.messages.warn(format_args!(
                "{name}: its release is not looked after since {day}; new vulnerabilities get no fixes"
            ));
        }
        // As in Trivy, this is looked at before the findings.
        if let Some(code) = scan.gate.exit_on_end_of_life {
            return Outcome::Found(code);
        }
    }
    if quiet_format && let Some(reason) = report.coverage.reason() {
        run.messages.warn(format_args!("{name}: not covered: {reason}"));
    }
    match (&report.gate, scan.gate.exit_code) {
        (_, Some(code)) if report.license_findings.as_ref().is_some_and(|all| !all.is_empty()) => {
            Outcome::Found(code)
        }
        (Gate::Off | Gate::Passed, _) => Outcome::Clean,
        (Gate::Failed(_), Some(code)) if !report.outcome.findings.is_empty() => {
            Outcome::Found(code)
        }
        (Gate::Failed(reasons), _) => {
            let hint = if reasons.contains(&GateReason::Starter) {
                "; use a full database (`plimsoll db pull`, or --db FILE), or accept the starter \
                 with --allow-starter-db"
            } else {
                ""
            };
            let found = match report.outcome.findings.len() {
                0 => "nothing was found, but the gate",
                _ => "the gate",
            };
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            run.messages.error(format_args!(
                "{name}: {found} cannot be passed: {}{hint}",
                reasons.join(", ")
            ));
            Outcome::Failed
        }
    }
}

/// The day on which the image's release ended, if it has.
fn ended_on(report: &Report) -> Option<&str> {
    let dates = report.end_of_life.as_ref()?;
    let day = dates.end_of_life.as_deref()?;
    (day < report.created_at.get(..10)?).then_some(day)
}

fn policy(scan: &Scan, rules: Vec<Rule>, run: &Run<'_>) -> Policy {
    Policy {
        severities: scan.filter.severities.clone(),
        ignore_statuses: scan.filter.ignore_statuses.clone(),
        ignore_unfixed: scan.filter.ignore_unfixed,
        rules,
        today: run.clock.today(),
    }
}

/// A cache that cannot be used costs time, nothing else.
fn open_cache(run: &Run<'_>) -> Option<Cache> {
    if !run.cache.keep_facts {
        return None;
    }
    match Cache::open(&run.cache.directory, CACHE_LIMIT, run.clock.system_time()) {
        Ok(cache) => Some(cache),
        Err(error) => {
            run.messages.warn(format_args!(
                "scanning without a cache, because {} cannot be used: {error}",
                run.cache.directory.display()
            ));
            None
        }
    }
}

fn describe(database: &ChosenDatabase) -> DatabaseInfo {
    let info = database.get().info();
    DatabaseInfo {
        starter: info.starter,
        created: info.created,
        vulnerabilities: info.vulnerabilities as u64,
        sources: info
            .sources
            .into_iter()
            .map(|source| DatabaseSource {
                records: u64::from(source.counts.kept),
                id: source.source.id,
                name: source.source.name,
                date: source.date,
            })
            .collect(),
    }
}
