//! An archive of 200 MB with archives in archives is read in bounded memory: what is stored costs
//! nothing, and what is deflated is inflated one at a time.
//!
//! `cargo test -p plimsoll-language --test large_archive -- --ignored --nocapture` prints figures.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test says enough by failing")]

use std::io::{Cursor, Write as _};
use std::time::Instant;

use plimsoll_language::{Dispatcher, Input, Parser, extractors};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MEGABYTE: usize = 1 << 20;

/// Bytes of an inner archive: so many that freed memory goes back to the system and is not measured
/// with what comes after.
const INNER: usize = 40 * MEGABYTE;

/// Bytes that do not get smaller.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed * 2 + 1;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&(state >> 24).to_le_bytes()[..4]);
    }
    bytes.truncate(length);
    bytes
}

fn archive(entries: &[(String, Vec<u8>, CompressionMethod)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, method) in entries {
        let options = SimpleFileOptions::default().compression_method(*method);
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn library(name: &str, length: usize, seed: u64) -> Vec<u8> {
    let text = format!("version=1.0\ngroupId=org.example\nartifactId={name}\n");
    let path = format!("META-INF/maven/org.example/{name}/pom.properties");
    archive(&[
        (path, text.into_bytes(), CompressionMethod::Deflated),
        ("org/example/A.class".to_owned(), noise(length, seed), CompressionMethod::Stored),
    ])
}

/// Most kilobytes that the program had since the last call.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes = line.split_whitespace().next().unwrap().parse().unwrap();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    kilobytes
}

#[test]
#[ignore = "takes some seconds and 500 MB"]
fn two_hundred_megabytes_cost_one_inner_archive_at_a_time() {
    let mut inner = Vec::new();
    for seed in 0..3 {
        let name = format!("deflated{seed}");
        let content = library(&name, INNER, seed);
        inner.push((format!("WEB-INF/lib/{name}-1.0.jar"), content, CompressionMethod::Deflated));
    }
    for seed in 3..5 {
        let name = format!("stored{seed}");
        let content = library(&name, INNER, seed);
        inner.push((format!("WEB-INF/lib/{name}-1.0.jar"), content, CompressionMethod::Stored));
    }
    let war = archive(&inner);
    drop(inner);
    let ear = archive(&[("site.war".to_owned(), war, CompressionMethod::Stored)]);
    assert!(ear.len() > 200 * MEGABYTE);
    let row = Dispatcher::new(extractors()).find(b"app.ear").unwrap();
    let Parser::Alone(parse) = row.parser else { panic!("{}", row.id) };

    peak();
    let before = peak();
    let started = Instant::now();
    let parsed = parse(Input { path: "app.ear", content: &ear });
    let took = started.elapsed();
    let grown = (peak() - before) * 1024;
    println!("{} bytes in {took:?} with {grown} bytes more at most", ear.len());
    assert_eq!((parsed.value.len(), parsed.problems.len()), (5, 0));
    assert!(grown < 2 * INNER, "{grown}");
}
