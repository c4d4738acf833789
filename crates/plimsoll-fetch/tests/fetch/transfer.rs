//! One file: conditions, repetition, breaks, limits, redirects.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use plimsoll_fetch::{FetchError, Outcome, Selection, feeds};

use crate::server::{Received, Reply, Server};
use crate::support::{Place, gzip, reason};

const KEV: &str = r#"{"catalogVersion":"1","vulnerabilities":[]}"#;
const KEV_FILE: &str = "kev/known_exploited_vulnerabilities.json";

/// A server whose answers are made by `reply`, which knows how often it was asked before.
fn counting(reply: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::new(move |received| reply(count.fetch_add(1, Ordering::Relaxed), received))
}

#[test]
fn what_has_not_changed_does_not_come_again() {
    for (tag, value, condition) in [
        ("etag", "\"v1\"", "if-none-match"),
        ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT", "if-modified-since"),
    ] {
        let server = Server::new(move |received| {
            assert!(received.header("user-agent").unwrap().starts_with("plimsoll/"));
            assert_eq!(received.header("accept-encoding"), Some("identity"));
            match received.header(condition) {
                Some(known) if known == value => Reply::new(304, ""),
                _ => Reply::ok(KEV).header(tag, value),
            }
        });
        let place = Place::new("kev", &server);
        assert_eq!(place.fetch_all(), Outcome::Updated);
        assert_eq!(place.read(KEV_FILE), KEV.as_bytes());
        let state = place.state("kev");
        let file = &state.files["known_exploited_vulnerabilities.json"];
        assert_eq!(file.size, KEV.len() as u64);
        assert_eq!(file.fetched, "2026-01-01T00:00:00Z");
        assert_eq!(state.succeeded.as_deref(), Some("2026-01-01T00:00:00Z"));
        let report = place.fetch();
        assert_eq!((report.outcome, report.bytes, report.files), (Outcome::Unchanged, 0, 0));

        // Whoever lost the file gets it again.
        std::fs::remove_file(place.path().join(KEV_FILE)).unwrap();
        assert_eq!(place.fetch_all(), Outcome::Updated);
        assert_eq!(place.read(KEV_FILE), KEV.as_bytes());
        assert_eq!(place.parts(), [] as [&str; 0]);
    }
}

#[test]
fn the_same_bytes_without_a_tag_are_no_change() {
    let server = Server::new(|_| Reply::ok(KEV));
    let place = Place::new("kev", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let report = place.fetch();
    assert_eq!((report.outcome, report.bytes), (Outcome::Unchanged, KEV.len() as u64));
}

#[test]
fn a_busy_server_is_given_the_time_it_asks_for() {
    let server = counting(|asked, _| match asked {
        0 => Reply::new(429, "").header("retry-after", "1"),
        // A date in the past means now.
        1 => Reply::new(503, "").header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        _ => Reply::ok(KEV),
    });
    let place = Place::new("kev", &server);
    let started = Instant::now();
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(server.take().len(), 3);

    let server = Server::new(|_| Reply::new(429, "").header("retry-after", "86400"));
    let place = Place::new("kev", &server);
    let outcome = place.fetch().outcome;
    assert!(reason(&outcome).contains("come back in 86400 s"), "{outcome:?}");
    assert_eq!(server.take().len(), 1);
}

#[test]
fn errors_of_a_moment_are_got_over_and_lasting_ones_keep_what_is_there() {
    let server = counting(|asked, _| match asked {
        0 | 1 => Reply::new(500, "oops"),
        2 => Reply::ok(KEV),
        _ => Reply::new(502, "oops"),
    });
    let place = Place::new("kev", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    let before = place.state("kev");
    let outcome = place.fetch().outcome;
    assert!(matches!(&outcome, Outcome::Kept { reason } if reason.contains("502")), "{outcome:?}");
    // One and three repetitions, the second time.
    assert_eq!(server.take().len(), 3 + 4);
    assert_eq!(place.read(KEV_FILE), KEV.as_bytes());
    let after = place.state("kev");
    assert_eq!((&after.files, &after.succeeded), (&before.files, &before.succeeded));
    assert!(after.failure.unwrap().contains("502"));

    let server = Server::new(|_| Reply::missing());
    let place = Place::new("kev", &server);
    let outcome = place.fetch().outcome;
    assert!(matches!(&outcome, Outcome::Failed { reason } if reason.contains("does not have")));
    assert_eq!(server.take().len(), 1, "what is missing stays missing");
}

/// A file of 3 MB whose server knows ranges, and breaks off as `cut` says.
fn ranged(
    etag: &'static str,
    cut: impl Fn(usize) -> Option<usize> + Send + Sync + 'static,
) -> (Server, Vec<u8>) {
    let mut content = gzip(b"cve,epss\n");
    content.extend((0..3_000_000_u32).map(|n| (n / 7 % 251) as u8));
    let served = content.clone();
    let server = counting(move |asked, received| {
        let range = received.header("range").and_then(|range| {
            let fits = received.header("if-range") == Some(etag);
            range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok().filter(|_| fits)
        });
        let first: usize = range.unwrap_or(0);
        let mut reply = match range {
            Some(first) => Reply::new(206, served[first..].to_vec()).header(
                "content-range",
                format!("bytes {first}-{}/{}", served.len() - 1, served.len()),
            ),
            None => Reply::ok(served.clone()),
        };
        if let Some(cut) = cut(asked) {
            reply = reply.cut(cut.min(served.len() - first));
        }
        reply.header("etag", etag)
    });
    (server, content)
}

#[test]
fn a_broken_download_goes_on_where_it_was() {
    let (server, content) = ranged("\"a\"", |asked| (asked < 2).then_some(1_000_000));
    let place = Place::new("epss", &server);
    let report = place.fetch();
    assert_eq!(report.outcome, Outcome::Updated);
    assert_eq!(report.bytes, content.len() as u64, "nothing came twice");
    assert_eq!(place.read("epss/epss_scores-current.csv.gz"), content);
    let ranges: Vec<_> =
        server.take().iter().map(|one| one.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, [None, Some("bytes=1000000-".into()), Some("bytes=2000000-".into())]);
}

#[test]
fn a_fetch_that_was_killed_goes_on_the_next_time() {
    // Not one byte more comes in the first fetch than the first connection brings.
    let (server, content) = ranged("\"a\"", |asked| match asked {
        0 => Some(500_000),
        1..4 => Some(0),
        _ => None,
    });
    let place = Place::new("epss", &server);
    assert!(reason(&place.fetch().outcome).contains("broke"), "nothing else is wrong");
    assert_eq!(place.files(), [] as [&str; 0], "what is not complete is not there");
    assert_eq!(place.parts().len(), 2);
    let report = place.fetch();
    assert_eq!(report.outcome, Outcome::Updated);
    assert_eq!(report.bytes, content.len() as u64 - 500_000);
    assert_eq!(place.read("epss/epss_scores-current.csv.gz"), content);
    assert_eq!(place.parts(), [] as [&str; 0]);
}

#[test]
fn partial_files_that_nobody_goes_on_with_are_removed() {
    let server = Server::new(|_| Reply::ok(KEV));
    let place = Place::new("kev", &server);
    let parts = place.path().join(".fetch/parts");
    std::fs::create_dir_all(&parts).unwrap();
    for (name, days) in [("old.part", 15), ("new.part", 13)] {
        let file = std::fs::File::create(parts.join(name)).unwrap();
        let time = std::time::SystemTime::now() - Duration::from_secs(days * 86_400);
        file.set_modified(time).unwrap();
    }
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.parts(), ["new.part"]);
}

#[test]
fn the_rest_of_another_file_is_not_put_behind_the_first_part() {
    let old = gzip(&[b'a'; 100_000]);
    let new = gzip(b"cve,epss,percentile\n");
    let (first, second) = (old.clone(), new.clone());
    let server = counting(move |asked, received| {
        if asked == 0 {
            return Reply::ok(first.clone()).header("etag", "\"old\"").cut(50);
        }
        assert_eq!(received.header("if-range"), Some("\"old\""));
        Reply::ok(second.clone()).header("etag", "\"new\"")
    });
    let place = Place::new("epss", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
    assert_eq!(place.read("epss/epss_scores-current.csv.gz"), new);

    // A weak tag proves nothing, so everything is asked for again.
    let server = counting(move |asked, received| {
        assert_eq!(received.header("range"), None);
        let reply = Reply::ok(old.clone()).header("etag", "W/\"old\"");
        if asked == 0 { reply.cut(50) } else { reply }
    });
    let place = Place::new("epss", &server);
    assert_eq!(place.fetch_all(), Outcome::Updated);
}

#[test]
fn a_length_that_is_wrong_is_no_file() {
    let server = Server::new(|_| Reply::ok(KEV).length(KEV.len() + 10));
    let place = Place::new("kev", &server);
    let outcome = place.fetch().outcome;
    assert!(reason(&outcome).contains("broke"), "{outcome:?}");
    assert_eq!(place.files(), [] as [&str; 0]);
}

#[test]
fn an_endless_answer_ends() {
    let server = Server::new(|_| Reply::ok(vec![b'v'; 100_000]).endless());
    // It may have a megabyte.
    let place = Place::new("distro-info", &server);
    let report = place.fetch();
    assert!(reason(&report.outcome).contains("longer than"), "{report:?}");
    assert!(report.bytes < 3 << 20, "{}", report.bytes);
    assert_eq!(place.parts(), [] as [&str; 0]);
}

#[test]
fn silence_and_dawdling_end() {
    let server = Server::new(|_| Reply::ok(KEV).wait(Duration::from_secs(2)));
    let mut place = Place::new("kev", &server);
    place.options.read_timeout = Duration::from_millis(50);
    let outcome = place.fetch().outcome;
    assert!(reason(&outcome).contains("no byte within 0.05 s"), "{outcome:?}");

    place.options.read_timeout = Duration::from_secs(5);
    place.options.feed_timeout = Duration::from_millis(100);
    let outcome = place.fetch().outcome;
    assert!(reason(&outcome).contains("not done within"), "{outcome:?}");
}

#[test]
fn redirects_are_followed_where_it_is_safe() {
    let server = Server::new(|received| match received.target.as_str() {
        "/there" => Reply::ok(KEV),
        _ => Reply::new(302, "").header("location", "/there"),
    });
    assert_eq!(Place::new("kev", &server).fetch_all(), Outcome::Updated);

    for target in ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://example.invalid/x"] {
        let server = Server::new(move |_| Reply::new(301, "").header("location", target));
        let outcome = Place::new("kev", &server).fetch().outcome;
        assert!(reason(&outcome).contains("not safe to follow"), "{target}: {outcome:?}");
        assert_eq!(server.take().len(), 1);
    }
    let server = Server::new(|_| Reply::new(307, "").header("location", "/again"));
    let outcome = Place::new("kev", &server).fetch().outcome;
    assert!(reason(&outcome).contains("more than 5 redirects"), "{outcome:?}");
}

#[test]
fn a_page_in_place_of_a_file_is_refused() {
    for page in ["<!DOCTYPE html><title>Maintenance</title>", "sorry", ""] {
        let server = Server::new(move |_| Reply::ok(page));
        for feed in ["kev", "epss", "go"] {
            let outcome = Place::new(feed, &server).fetch().outcome;
            assert!(reason(&outcome).contains(" is no "), "{feed}: {outcome:?}");
        }
    }
}

#[test]
fn a_dead_host_costs_its_feed_only() {
    let server = Server::files(&[("/known_exploited_vulnerabilities.json", KEV.as_bytes())]);
    let dead = Server::files(&[]).base();
    let mut place = Place::of(&["kev", "epss", "distro-info"]);
    place.mirror("kev", &server.base());
    place.mirror("epss", &dead);
    place.mirror("distro-info", &server.base());
    let reports = place.try_fetch().unwrap();
    let outcomes: Vec<_> =
        reports.iter().map(|report| (report.feed.as_str(), &report.outcome)).collect();
    assert_eq!(outcomes[1], ("kev", &Outcome::Updated));
    assert_eq!(outcomes[0].0, "epss");
    assert!(reason(outcomes[0].1).contains("cannot talk to 127.0.0.1"), "{outcomes:?}");
    assert!(reason(outcomes[2].1).contains("does not have /debian.csv"), "{outcomes:?}");
}

#[test]
fn one_fetch_at_a_time() {
    let (arrived, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (there, gone) = (Arc::clone(&arrived), Arc::clone(&go));
    let server = Server::new(move |_| {
        there.wait();
        gone.wait();
        Reply::ok(KEV)
    });
    let place = Place::new("kev", &server);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| place.fetch_all());
        arrived.wait();
        let error = place.try_fetch().unwrap_err();
        assert!(matches!(error, FetchError::Locked { .. }), "{error}");
        assert!(error.to_string().contains("another fetch"), "{error}");
        go.wait();
        assert_eq!(first.join().unwrap(), Outcome::Updated);
    });
}

#[test]
fn odd_settings_are_refused() {
    let mut place = Place::of(&["nothing"]);
    assert!(place.try_fetch().unwrap_err().to_string().contains("no feed \"nothing\""));
    place = Place::of(&["kev"]);
    for mirror in ["", "x", "ftp://127.0.0.1/", "http://example.invalid/", "https://u:hunter2@x/"] {
        place.mirror("kev", mirror);
        let error = place.try_fetch().unwrap_err().to_string();
        assert!(error.contains("mirror's address of kev"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    place.options.mirrors.clear();
    place.mirror("nothing", "https://x.invalid/");
    assert!(place.try_fetch().is_err());
}

#[test]
fn what_must_not_be_published_is_not_fetched_for_that() {
    let dead = Server::files(&[]).base();
    let mut place = Place::of(&[]);
    for feed in feeds() {
        place.mirror(&feed.id, &dead);
    }
    for (selection, wanted) in [(Selection::On, false), (Selection::Publishable, true)] {
        place.options.selection = selection;
        place.options.retry.retries = 0;
        let reports = place.try_fetch().unwrap();
        let chosen: Vec<_> = reports.into_iter().map(|report| report.feed).collect();
        let expected: Vec<_> = feeds()
            .iter()
            .filter(|feed| feed.on && (feed.publish || !wanted))
            .map(|feed| feed.id.clone())
            .collect();
        assert_eq!(chosen, expected);
        assert_eq!(chosen.contains(&"debian-tracker".to_owned()), !wanted);
        assert!(!chosen.contains(&"wolfi".to_owned()));
    }
}
