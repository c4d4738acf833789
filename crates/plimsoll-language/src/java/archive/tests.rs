use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

const CLASS: &[u8] = b"\xca\xfe\xba\xbe\0\0\0\x3d";

/// An archive of these entries, deflated.
fn jar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    archive(entries, CompressionMethod::Deflated)
}

fn archive(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).expect("a new entry");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// `pom.properties` of `org.example:NAME:VERSION`, and its path.
fn properties(name: &str, version: &str) -> (String, String) {
    let path = format!("META-INF/maven/org.example/{name}/pom.properties");
    (path, format!("version={version}\r\ngroupId=org.example\r\nartifactId={name}\r\n"))
}

fn library(name: &str, version: &str) -> Vec<u8> {
    let (path, content) = properties(name, version);
    jar(&[(&path, content.as_bytes()), ("org/example/A.class", CLASS)])
}

fn read(name: &str, content: &[u8]) -> Parsed<Vec<Component>> {
    parse(Input { path: &format!("opt/{name}"), content })
}

fn ids(parsed: &Parsed<Vec<Component>>) -> Vec<String> {
    parsed.value.iter().map(Component::id).collect()
}

#[test]
fn what_is_shaded_in_is_told_from_the_archive_itself() {
    let (own, own_text) = properties("core", "2.0");
    let (other, other_text) = properties("core-api", "1.1");
    let bytes = jar(&[
        (&other, other_text.as_bytes()),
        (&own, own_text.as_bytes()),
        ("org/example/A.class", CLASS),
        // Its manifest may be that of anything that was shaded in.
        ("META-INF/MANIFEST.MF", b"Implementation-Vendor-Id: org.other.group\n\n"),
    ]);
    let parsed = read("core-2.0.jar", &bytes);
    assert_eq!(ids(&parsed), ["org.example:core@2.0", "org.example:core-api@1.1"]);
    assert_eq!(parsed.value[0].depends_on, ["org.example:core-api@1.1"]);
    assert_eq!(parsed.value[1].relationship.word(), "indirect");
    assert!(parsed.value[1].digests.is_empty() && parsed.value[0].digests.len() == 1);

    let parsed = read("server-7.1.jar", &bytes);
    assert_eq!(ids(&parsed)[0], "server@7.1");
    assert!(
        parsed.value[0].doubt.as_deref().is_some_and(|doubt| doubt.contains("group is unknown"))
    );
    // A single description in a renamed file is the file's own.
    assert_eq!(ids(&read("app.jar", &library("shop", "1.2"))), ["org.example:shop@1.2"]);
    assert_eq!(ids(&read("shop_2-1.2.jar", &library("shop", "1.2"))), ["org.example:shop@1.2"]);
}

#[test]
fn text_is_no_code() {
    let (path, content) = properties("shop", "1.0");
    let javadoc = jar(&[(&path, content.as_bytes()), ("index.html", b"x")]);
    assert_eq!(ids(&read("shop-1.0-javadoc.jar", &javadoc)), Vec::<String>::new());
    assert_eq!(ids(&read("shop-1.0-sources.jar", &jar(&[("A.java", b"x")]))), Vec::<String>::new());
    // Data without classes is a package where it says so (WebJars), and not where it does not.
    assert_eq!(ids(&read("shop-1.0.jar", &javadoc)), ["org.example:shop@1.0"]);
    assert_eq!(ids(&read("data-1.0.jar", &jar(&[("a.txt", b"x")]))), Vec::<String>::new());
}

#[test]
fn damage_costs_what_is_damaged() {
    let good = library("good", "1.0");
    let inner = [("WEB-INF/lib/bad-1.0.jar", &good[..40]), ("WEB-INF/lib/good-1.0.jar", &good[..])];
    let parsed = read("app.war", &jar(&inner));
    assert_eq!(ids(&parsed), ["org.example:good@1.0"]);
    assert_eq!(parsed.problems.len(), 1);
    assert!(parsed.problems[0].message.starts_with("WEB-INF/lib/bad-1.0.jar: "));

    // A changed byte in the deflated data of one of two.
    let mut bytes = archive(&inner[1..], CompressionMethod::Deflated);
    let at = bytes.len() / 2;
    bytes[at..at + 8].fill(0xff);
    assert!(!read("app.war", &bytes).problems.is_empty());
    // Other formats with the same extension are none of ours.
    assert_eq!(read("song.kar", b"MThd").problems, []);
    assert_eq!(read("song.jar", b"MThd").problems.len(), 1);
    assert_eq!(read("empty.jar", &jar(&[])).problems, []);
}

#[test]
fn prefixes_and_wide_numbers_are_understood() {
    let inner = library("good", "1.0");
    let entries = [("BOOT-INF/lib/good-1.0.jar", &inner[..])];
    let mut script = b"#!/bin/bash\nPK\x03\x04 is no archive here\n".to_vec();
    script.extend(archive(&entries, CompressionMethod::Stored));
    assert_eq!(ids(&read("app.jar", &script)), ["org.example:good@1.0"]);

    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().large_file(true);
    writer.start_file("lib/good-1.0.jar", options).expect("a new entry");
    writer.write_all(&inner).expect("memory");
    for number in 0..70_000 {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(format!("a/{number}"), options).expect("a new entry");
    }
    let large = writer.finish().expect("memory").into_inner();
    assert_eq!(ids(&read("app.jar", &large)), ["org.example:good@1.0"]);
}

#[test]
fn archives_that_were_made_to_hurt_end_at_a_limit() {
    // Forty levels.
    let mut bytes = library("deep", "1.0");
    for _ in 0..40 {
        bytes = jar(&[("a.jar", &bytes)]);
    }
    let parsed = read("deep.jar", &bytes);
    assert_eq!((parsed.value.len(), parsed.problems.len()), (0, 1));
    assert_eq!(parsed.problems[0].kind, ProblemKind::TooLarge);

    // An entry that says that it has 3 GB of zeros, and has 30 MB of them.
    let zeros = vec![0; 30 << 20];
    let mut bomb = jar(&[("b.jar", &zeros)]);
    let at = memchr::memmem::rfind(&bomb, b"PK\x01\x02").expect("its directory");
    bomb[at + 24..at + 28].copy_from_slice(&3_000_000_000u32.to_le_bytes());
    assert_eq!(read("bomb.jar", &bomb).problems.len(), 1);

    // Ten thousand entries that share their bytes, which are 2 MB each.
    let one = archive(&[("c.jar", &vec![b'P'; 2 << 20])], CompressionMethod::Stored);
    let at = memchr::memmem::rfind(&one, b"PK\x01\x02").expect("its directory");
    let end = memchr::memmem::rfind(&one, b"PK\x05\x06").expect("its end");
    let mut shared = one[..at].to_vec();
    for _ in 0..10_000 {
        shared.extend(&one[at..end]);
    }
    let size = u32::try_from(shared.len() - at).expect("small");
    shared.extend(&one[end..]);
    let tail = shared.len() - 22;
    shared[tail + 12..tail + 16].copy_from_slice(&size.to_le_bytes());
    let parsed = read("shared.jar", &shared);
    assert!(parsed.problems.len() <= 20);
}

#[test]
fn encrypted_entries_are_told() {
    let mut bytes = jar(&[("lib/a-1.0.jar", &library("a", "1.0"))]);
    let at = memchr::memmem::rfind(&bytes, b"PK\x01\x02").expect("its directory");
    bytes[at + 8] |= 1;
    let parsed = read("app.jar", &bytes);
    assert_eq!(parsed.problems[0].message, "lib/a-1.0.jar: it is encrypted");
}

#[test]
fn runtimes_and_templates_are_no_artifacts() {
    let manifest =
        b"Implementation-Title: Java Runtime Environment\nImplementation-Version: 17\n\n";
    let bytes = jar(&[("META-INF/MANIFEST.MF", manifest), ("jdk/A.class", CLASS)]);
    assert_eq!(ids(&read("jrt-fs.jar", &bytes)), Vec::<String>::new());
    let (path, content) = properties("template", "1.0");
    let path = format!("archetype-resources/{path}");
    let bytes = jar(&[
        (&path, content.as_bytes()),
        ("archetype-resources/lib/x-1.0.jar", &library("x", "1.0")),
    ]);
    assert_eq!(ids(&read("archetype.jar", &bytes)), Vec::<String>::new());
}

#[test]
fn a_version_that_nobody_filled_in_is_none() {
    let path = "META-INF/maven/org.example/a/pom.properties";
    let text = b"version=${project.version}\ngroupId=org.example\nartifactId=a\n";
    let bytes = jar(&[(path, text), ("A.class", CLASS)]);
    let parsed = read("a-1.7.jar", &bytes);
    assert_eq!(ids(&parsed), ["org.example:a@1.7"]);
    assert!(parsed.value[0].doubt.is_some());
    let parsed = read("a.jar", &bytes);
    assert_eq!(ids(&parsed), ["org.example:a@"]);
    assert!(parsed.value[0].doubt.is_some());
}
