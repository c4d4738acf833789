//! Builds a database from the given files and says how long each part took, how large the result
//! is and how fast it answers: `cargo run --release --example measure -- DIR|FILE…`.
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plimsoll_advisory::Database;
use plimsoll_advisory::build::{BuildOptions, build};
use plimsoll_advisory::delta;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let start = Instant::now();
    let outcome = build(&paths, &BuildOptions::default())?;
    println!("built in {:.2?}: {} bytes", start.elapsed(), outcome.bytes.len());
    println!("{} files, {} without a feed", outcome.files, outcome.unrecognised);
    for (source, counts) in &outcome.sources {
        println!("{:12} read {:7} {counts:?}", source.id, counts.read());
    }
    println!("{} problems", outcome.problems.len());
    for problem in outcome.problems.iter().take(20) {
        println!("  {} {}: {}", problem.file, problem.record, problem.reason);
    }

    let file = std::env::temp_dir().join(format!("plimsoll-measure-{}.db", std::process::id()));
    outcome.save(&file)?;
    let start = Instant::now();
    let database = Database::open(&file)?;
    let first = database.affected("debian:12", "openssl").count();
    println!("open and first lookup ({first} entries): {:.1?}", start.elapsed());
    let start = Instant::now();
    database.verify()?;
    println!("verify: {:.1?}", start.elapsed());

    for (section, size) in database.section_sizes() {
        println!("  {section:16} {size:10}");
    }
    measure_lookups(&database);
    measure_resident(&file)?;
    measure_delta(&paths, &database)?;
    std::fs::remove_file(&file)?;
    Ok(())
}

/// How much of the file is in memory after the lookups of a scan: five hundred packages with all that
/// is said about them and the scores of each problem, then also the texts of as many problems as a
/// report prints.
fn measure_resident(file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let names: Vec<String> = Database::open(file)?
        .iter_packages()
        .filter(|(namespace, ..)| *namespace == "debian:11")
        .map(|(_, package, _)| package.to_owned())
        .collect();
    let step = (names.len() / 500).max(1);
    let names: Vec<String> = names.into_iter().step_by(step).collect();
    let database = Database::open(file)?;
    let (mut statements, mut bytes, mut printed) = (0, 0, Vec::new());
    for name in &names {
        for entry in database.affected("debian:11", name) {
            statements += 1;
            bytes += entry.to_affected("debian:11", name).package.len();
            let details = entry.details().into_iter().flat_map(|details| details.details());
            bytes += details.map(|detail| detail.cvss().count()).sum::<usize>();
            printed.extend(entry.details().filter(|_| statements % 25 == 0));
        }
    }
    black_box(bytes);
    let looked_up = resident(file)?;
    let texts = printed.iter().flat_map(|entry| entry.details()).map(|one| one.text().title.len());
    black_box(texts.sum::<usize>());
    println!(
        "{} packages, {statements} statements: {looked_up} kB of the file in memory; with the texts \
         of {} problems {} kB",
        names.len(),
        printed.len(),
        resident(file)?
    );
    Ok(())
}

/// Kilobytes of the file that the map used least has in memory; the others are those of the
/// measurements before, which read all of it.
fn resident(file: &Path) -> std::io::Result<u64> {
    let maps = std::fs::read_to_string("/proc/self/smaps")?;
    let name = file.to_string_lossy().into_owned();
    let lines: Vec<&str> = maps.lines().collect();
    let maps = lines.split(|line| line.starts_with("VmFlags:"));
    let ours = maps.filter(|map| map.first().is_some_and(|line| line.contains(&name)));
    let resident = ours.filter_map(|map| {
        let line = map.iter().find_map(|line| line.strip_prefix("Rss:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    Ok(resident.min().unwrap_or_default())
}

/// Makes a delta from the state of a week before the newest source, and applies it.
fn measure_delta(paths: &[PathBuf], database: &Database) -> Result<(), Box<dyn std::error::Error>> {
    let Some(day) = std::env::var_os("UNTIL").and_then(|day| day.into_string().ok()) else {
        println!("set UNTIL=YYYY-MM-DD to measure a delta from the state of that day");
        return Ok(());
    };
    let options = BuildOptions { until: Some(day.clone()), ..BuildOptions::default() };
    let before = Database::from_bytes(build(paths, &options)?.bytes)?;
    let start = Instant::now();
    let delta = delta::make(&before, database)?;
    let share = delta.len() as f64 * 100.0 / database.bytes().len() as f64;
    println!(
        "delta since {day}: {} bytes ({share:.3} %), made in {:.2?}",
        delta.len(),
        start.elapsed()
    );
    let start = Instant::now();
    let applied = delta::apply(&before, &delta)?;
    println!("applied in {:.2?}, identical: {}", start.elapsed(), applied == database.bytes());
    Ok(())
}

/// Looks packages up in an order that is no order of the file.
fn measure_lookups(database: &Database) {
    let mut keys: Vec<(&str, &str)> =
        database.iter_packages().map(|(namespace, package, _)| (namespace, package)).collect();
    keys.sort_by_key(|(namespace, package)| {
        blake3::hash(format!("{namespace} {package}").as_bytes()).as_bytes().to_owned()
    });
    let count = keys.len();
    println!("{count} packages");
    let time = |what: &str, work: &mut dyn FnMut() -> usize| {
        let start = Instant::now();
        let mut rounds = 0;
        while start.elapsed() < Duration::from_secs(1) {
            black_box(work());
            rounds += 1;
        }
        let rate = (rounds * count) as f64 / start.elapsed().as_secs_f64();
        println!("{what}: {:.2} million a second", rate / 1e6);
    };
    time("lookups, first entry read", &mut || {
        keys.iter()
            .filter_map(|(namespace, package)| database.affected(namespace, package).next())
            .count()
    });
    time("lookups, all entries read", &mut || {
        keys.iter().map(|(namespace, package)| database.affected(namespace, package).count()).sum()
    });
    let absent: Vec<String> = keys.iter().map(|(_, package)| format!("{package}~")).collect();
    time("lookups of what is not there", &mut || {
        absent.iter().filter(|name| database.affected("debian:12", name).next().is_some()).count()
    });
}
