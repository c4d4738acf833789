//! Several processes at once, and processes that are killed. This test program itself is the
//! process: it starts itself with a word in the environment.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use plimsoll_advisory::Database;
use plimsoll_sync::{Source, publish_directory, update};

use crate::support::{Local, database, options, overlay, release, serve, web_source};
use plimsoll_loopback::Server;

const SOURCE: &str = "PLIMSOLL_TEST_SOURCE";
const DATABASE: &str = "PLIMSOLL_TEST_DATABASE";

/// What the child does; alone it does nothing.
#[test]
fn child() {
    let (Ok(source), Ok(database)) = (std::env::var(SOURCE), std::env::var(DATABASE)) else {
        return;
    };
    let options = options(Path::new(&database), vec![source.parse().unwrap()], None);
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

#[test]
fn a_process_may_be_killed_at_any_moment() {
    let directory = tempfile::tempdir().unwrap();
    let server = slow(directory.path(), Duration::from_millis(3));
    let source = web_source(&server);
    let local = Local::new(vec![source.clone()], None);
    publish_directory(&release(1, &[]), directory.path(), None).unwrap();
    local.update().unwrap();
    let (mut day, mut killed) = (1, 0);
    for round in 0..60_u64 {
        let (old, new) = (day, day % 20 + 1);
        let from: &[u32] = if round % 2 == 0 { &[] } else { &[old] };
        // Days go round, so that dates would be in the way.
        let mut release = release(new, from);
        if new < old {
            release.database = database(old);
            release.deltas.clear();
        }
        publish_directory(&release, directory.path(), None).unwrap();
        let mut child = start(&source, &local.options.database);
        std::thread::sleep(Duration::from_millis(round * 2 % 70));
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();

        let opened = Database::open(&local.options.database).unwrap();
        opened.verify().unwrap();
        let bytes = std::fs::read(&local.options.database).unwrap();
        let states = [old, new.max(old)].map(database);
        assert!(states.contains(&bytes), "round {round}: neither the old nor the new");
        let scores = std::fs::read(local.options.overlay.as_ref().unwrap()).unwrap();
        Database::from_bytes(scores).unwrap().verify().unwrap();
        if bytes == states[1] {
            day = new.max(old);
        }
    }
    assert!(killed > 10, "only {killed} were killed at work");
    // What they left does not stop the next, and is cleaned.
    let mut local = local;
    local.options.allow_older = true;
    publish_directory(&release(25, &[]), directory.path(), None).unwrap();
    local.update().unwrap();
    local.check(25, 25);
    assert!(overlay(25) != overlay(24));
}
