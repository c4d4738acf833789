//! Several processes at once, and processes that are killed. This test program itself is the
//! process: it starts itself with a word in the environment.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll_advisory::Database;
use plimsoll_loopback::Server;
use plimsoll_sync::{Release, Source, publish_directory, update};

use crate::support::{Local, large_database, options, overlay, release, serve, web_source};

const SOURCE: &str = "PLIMSOLL_TEST_SOURCE";
const DATABASE: &str = "PLIMSOLL_TEST_DATABASE";

/// What the child does; alone it does nothing.
#[test]
fn child() {
    let (Ok(source), Ok(database)) = (std::env::var(SOURCE), std::env::var(DATABASE)) else {
        return;
    };
    let mut options = options(Path::new(&database), vec![source.parse().unwrap()], None);
    options.allow_older = true;
    let outcome = update(&options).unwrap();
    println!("transferred {}", outcome.transferred);
}

fn start(source: &Source, database: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--nocapture"])
        .env(SOURCE, source.to_string())
        .env(DATABASE, database)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A server that takes its time, so that others come while one is at work.
fn slow(directory: &Path, wait: Duration) -> Server {
    let directory = directory.to_owned();
    Server::plain(move |received| {
        std::thread::sleep(wait);
        serve(&directory, received)
    })
}

#[test]
fn of_several_at_once_one_works_and_all_succeed() {
    let directory = tempfile::tempdir().unwrap();
    publish_directory(&release(1, &[]), directory.path(), None).unwrap();
    let server = slow(directory.path(), Duration::from_millis(200));
    let source = web_source(&server);
    let local = Local::new(vec![source.clone()], None);
    let children: Vec<_> = (0..4).map(|_| start(&source, &local.options.database)).collect();
    let mut worked = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        worked += usize::from(!text.contains("transferred 0\n"));
    }
    assert_eq!(worked, 1);
    local.check(1, 1);
    let files = server.requests().into_iter().filter(|one| !one.target.ends_with("json"));
    assert_eq!(files.count(), 2, "a file was fetched twice");
}

/// Days of two releases between which the local database goes to and fro.
const DAYS: [u32; 2] = [1, 2];
/// How often a process is killed.
const ROUNDS: usize = 120;

#[test]
fn a_process_may_be_killed_at_any_moment() {
    let databases = DAYS.map(large_database);
    let mut release = Release { database: databases[0].clone(), ..release(DAYS[0], &[]) };
    let directories = DAYS.map(|_| tempfile::tempdir().unwrap());
    for (directory, database) in directories.iter().zip(&databases) {
        release.database = database.clone();
        publish_directory(&release, directory.path(), None).unwrap();
    }
    let sources = directories.each_ref().map(|one| Source::Path(one.path().to_owned()));
    let mut local = Local::new(vec![sources[0].clone()], None);
    local.options.allow_older = true;
    local.update().unwrap();
    let begun = Instant::now();
    start(&sources[1], &local.options.database).wait().unwrap();
    let whole = begun.elapsed();
    let (mut killed_at_work, mut outcomes) = (0, [0, 0]);
    for round in 0..ROUNDS {
        let before = std::fs::read(&local.options.database).unwrap();
        let now = usize::from(before == databases[1]);
        let mut child = start(&sources[1 - now], &local.options.database);
        if round % 2 == 0 {
            std::thread::sleep(whole.mul_f64(round as f64 / ROUNDS as f64));
        } else {
            // The moment at which something is being written, and a little later each time.
            while !is_writing(&local, before.len()) && child.try_wait().unwrap().is_none() {}
            std::thread::sleep(Duration::from_micros(50 * round as u64));
        }
        killed_at_work += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();

        Database::open(&local.options.database).unwrap().verify().unwrap();
        let bytes = std::fs::read(&local.options.database).unwrap();
        let found = databases.iter().position(|one| *one == bytes);
        let found = found.unwrap_or_else(|| panic!("round {round}: neither the old nor the new"));
        outcomes[usize::from(found != now)] += 1;
        let scores = std::fs::read(local.options.overlay.as_ref().unwrap()).unwrap();
        assert!(scores == overlay(DAYS[0]), "round {round}");
    }
    println!("{killed_at_work} of {ROUNDS} at work; old and new afterwards: {outcomes:?}");
    assert!(killed_at_work > ROUNDS / 4 && outcomes.iter().all(|count| *count > 0));
    // What they left does not stop the next, and is cleaned.
    local.options.sources = vec![sources[1].clone()];
    local.update().unwrap();
    assert!(std::fs::read(&local.options.database).unwrap() == databases[1]);
    assert!(!is_writing(&local, databases[1].len()));
}

/// Whether an unfinished file lies there, or the database itself is not what it was.
fn is_writing(local: &Local, length: usize) -> bool {
    let changed = std::fs::metadata(&local.options.database).unwrap().len() != length as u64;
    let entries = std::fs::read_dir(local.directory.path()).unwrap().flatten();
    changed || entries.into_iter().any(|one| one.path().extension().is_some_and(|e| e == "part"))
}
