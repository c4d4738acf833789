//! Busy servers, broken connections, blobs of the wrong length.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::fixture::{TestImage, failure, layer, not_found, open, options, range_of};
use plimsoll_loopback::{Received, Reply, Server};

/// A registry whose answers for the layer are made by `reply`, which knows how often it was asked.
fn layer_registry(
    image: &TestImage,
    reply: impl Fn(&TestImage, &Received, usize) -> Reply + Send + Sync + 'static,
) -> Server {
    let (image, asked) = (image.clone(), AtomicUsize::new(0));
    Server::plain(move |received| {
        if received.target.contains(&image.layer_digest().to_string()) {
            reply(&image, received, asked.fetch_add(1, Ordering::SeqCst))
        } else {
            image.answer(received)
        }
    })
}

#[test]
fn a_busy_server_is_asked_again() {
    let (image, asked) = (TestImage::new(), AtomicUsize::new(0));
    let server = Server::plain(move |received| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::new(429, "").header("retry-after", "1"),
        1 => Reply::new(503, ""),
        _ => image.answer(received),
    });
    let start = Instant::now();
    assert!(open(&server.host(), &options()).is_ok());
    assert!(start.elapsed() >= Duration::from_secs(1), "Retry-After was not honoured");
}

#[test]
fn a_server_that_is_busy_for_long_is_left() {
    let server = Server::plain(|_| Reply::new(429, "").header("retry-after", "3600"));
    let error = failure(open(&server.host(), &options()));
    assert!(error.contains("come back in 3600 s"), "{error}");
}

#[test]
fn repetition_is_bounded() {
    let server = Server::plain(|_| Reply::new(502, ""));
    let error = failure(open(&server.host(), &options()));
    assert!(error.contains("answered 502"), "{error}");
    // Five over HTTP; HTTPS, which loopback is tried with as well, sends no request that counts.
    assert_eq!(server.requests().iter().filter(|r| r.method == "GET").count(), 5);
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    let made = TestImage::new();
    let server = layer_registry(&made, |image, received, asked| {
        let reply = image.answer(received);
        if asked < 3 { reply.cut(500_000) } else { reply }
    });
    let opened = open(&server.host(), &options()).unwrap();
    assert_eq!(layer(&opened).unwrap(), made.layer);
    let ranges: Vec<_> = server.requests().iter().filter_map(range_of).collect();
    assert_eq!(ranges, [500_000, 1_000_000, 1_500_000]);
}

#[test]
fn a_server_without_ranges_sends_all_again() {
    let made = TestImage::new();
    let server = layer_registry(&made, |image, _, asked| {
        let reply = Reply::new(200, image.layer.clone());
        if asked < 2 { reply.cut(700_000 * (asked + 1)) } else { reply }
    });
    let opened = open(&server.host(), &options()).unwrap();
    assert_eq!(layer(&opened).unwrap(), made.layer);
}

#[test]
fn another_range_than_asked_for_is_refused() {
    let made = TestImage::new();
    let server = layer_registry(&made, |image, received, _| match range_of(received) {
        None => image.answer(received).cut(1_000),
        Some(_) => Reply::new(206, image.layer[500..].to_vec())
            .header("content-range", format!("bytes 500-2999999/{}", image.layer.len())),
    });
    let opened = open(&server.host(), &options()).unwrap();
    let error = layer(&opened).unwrap_err().to_string();
    assert!(error.contains("another part"), "{error}");
}

#[test]
fn a_connection_that_always_breaks_is_given_up() {
    let made = TestImage::new();
    let server = layer_registry(&made, |image, received, _| image.answer(received).cut(10));
    let opened = open(&server.host(), &options()).unwrap();
    assert!(layer(&opened).is_err());
    let asked = server.requests().iter().filter(|r| r.method == "GET").count();
    assert!((5..20).contains(&asked), "{asked}");
}

#[test]
fn a_network_that_fails_fails_the_examination() {
    // Half of an image must not pass for a damaged but complete one.
    let made = TestImage::new();
    let server = layer_registry(&made, |image, received, _| image.answer(received).cut(10));
    let opened = open(&server.host(), &options()).unwrap();
    let examination = opened.examine(&Indifferent, &crate::Limits::default(), 1);
    let error = failure(examination);
    assert!(error.contains("ended after") || error.contains("connection"), "{error}");
}

/// Wants nothing of a layer.
struct Indifferent;

impl crate::LayerVisitor for Indifferent {
    fn entry(&mut self, _: &crate::Entry<'_>) -> crate::Interest {
        crate::Interest::Skip
    }

    fn head(&mut self, _: &crate::Entry<'_>, _: &[u8]) -> crate::Interest {
        crate::Interest::Skip
    }

    fn content(&mut self, _: &crate::Entry<'_>, _: &[u8]) {}

    fn problem(&mut self, _: crate::Problem) {}
}

impl crate::Examiner for Indifferent {
    type Visitor = Indifferent;
    type Facts = ();

    fn recall(&self, _: &crate::Digest) -> Option<()> {
        None
    }

    fn start(&self) -> Indifferent {
        Indifferent
    }

    fn finish(&self, _: Indifferent, _: &[crate::Digest]) {}
}

#[test]
fn a_blob_has_the_promised_length() {
    let made = TestImage::new();
    for change in [-1_i32, 1] {
        let server = layer_registry(&made, move |image, _, _| {
            let mut body = image.layer.clone();
            body.resize(body.len().saturating_add_signed(change as isize), 0);
            Reply::new(200, body)
        });
        let opened = open(&server.host(), &options()).unwrap();
        let error = layer(&opened).unwrap_err().to_string();
        assert!(error.contains("where the manifest promises 3000000"), "{error}");
    }
}

#[test]
fn a_refused_connection_is_final() {
    let gone = Server::plain(|_| not_found()).host();
    let start = Instant::now();
    let error = failure(open(&gone, &crate::RegistryOptions::default()));
    assert!(error.contains("refused"), "{error}");
    // Loading certificates takes a moment, the first wait is longer.
    assert!(start.elapsed() < Duration::from_millis(250), "{:?}", start.elapsed());
}

#[test]
fn a_silent_server_is_not_waited_for() {
    let mut impatient = options();
    impatient.read_timeout = Duration::from_millis(100);
    impatient.retry.retries = 1;
    let server = Server::plain(|_| {
        std::thread::sleep(Duration::from_secs(2));
        not_found()
    });
    let start = Instant::now();
    let error = failure(open(&server.host(), &impatient));
    assert!(error.contains("no answer within 0.1 s"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_foreign_layer_that_is_absent_is_explained() {
    let made = TestImage::of("amd64", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    let server = layer_registry(&made, |_, _, _| not_found());
    let opened = open(&server.host(), &options()).unwrap();
    let error = layer(&opened).unwrap_err().to_string();
    assert!(error.contains("foreign"), "{error}");
}
