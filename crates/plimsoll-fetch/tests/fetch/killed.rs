//! A fetch that is killed at any moment leaves what was there, or what is new, and never a half.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use plimsoll_fetch::{Outcome, State};

use crate::server::{Reply, Server};
use crate::support::{Place, sha256};

/// Tells the test of this name that it is the process that is to be killed.
const BASE: &str = "PLIMSOLL_FETCH_KILLED_BASE";
const DIRECTORY: &str = "PLIMSOLL_FETCH_KILLED_DIRECTORY";

/// How often it is killed.
const TIMES: u64 = 12;

/// A document that is right only as a whole, and large enough to take some time.
fn document(version: usize) -> Vec<u8> {
    let filling = "x".repeat(2_000_000);
    format!("{{\"vulnerabilities\":[],\"version\":{version},\"filling\":\"{filling}\"}}")
        .into_bytes()
}

fn version(content: &[u8]) -> usize {
    let document: serde_json::Value = serde_json::from_slice(content).unwrap();
    usize::try_from(document["version"].as_u64().unwrap()).unwrap()
}

/// Fetches for ever, where the environment says so.
#[test]
fn killed_process() {
    let (Ok(base), Some(directory)) = (std::env::var(BASE), std::env::var_os(DIRECTORY)) else {
        return;
    };
    let mut place = Place::of(&["kev", "photon"]);
    place.mirror("kev", &base);
    place.mirror("photon", &base);
    loop {
        let options = &place.options;
        plimsoll_fetch::fetch(directory.as_ref(), options, std::sync::Arc::new(|_| {})).unwrap();
    }
}

#[test]
fn a_killed_fetch_leaves_something_whole() {
    let served = AtomicUsize::new(0);
    // Everything is new at every question.
    let server = Server::new(move |received| {
        let number = served.fetch_add(1, Ordering::Relaxed);
        if received.target == "/photon_versions.json" {
            let newest = number % 5 + 1;
            return Reply::ok(format!("{{\"branches\":[\"1.0\",\"{newest}.5\"]}}"));
        }
        Reply::ok(document(number)).header("etag", format!("\"{number}\""))
    });
    let mut place = Place::of(&["kev", "photon"]);
    place.mirror("kev", &server.base());
    place.mirror("photon", &server.base());
    assert_eq!(place.try_fetch().unwrap().len(), 2);
    let mut newest = version(&place.read("kev/known_exploited_vulnerabilities.json"));
    for time in 0..TIMES {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::killed_process"])
            .env(BASE, server.base())
            .env(DIRECTORY, place.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(150 + time * 67));
        assert!(child.try_wait().unwrap().is_none(), "it fetches until it is killed");
        child.kill().unwrap();
        child.wait().unwrap();

        // What is remembered can be read, and belongs to files that are there or have been replaced
        // by newer ones.
        let state = State::read(place.path()).unwrap();
        assert_eq!(state.feeds.len(), 2);
        for name in place.files() {
            version(&place.read(&name));
        }
        let now = version(&place.read("kev/known_exploited_vulnerabilities.json"));
        assert!(now >= newest);
        newest = now;
    }
    let reports = place.try_fetch().unwrap();
    assert!(reports.iter().all(|report| report.outcome == Outcome::Updated), "{reports:?}");
    for (feed, state) in State::read(place.path()).unwrap().feeds {
        for (name, file) in state.files {
            assert_eq!(sha256(&place.read(&format!("{feed}/{name}"))), file.sha256, "{name}");
        }
    }
    assert_eq!(place.parts(), [] as [&str; 0]);
}
