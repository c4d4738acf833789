//! Broken and malicious input, seen from outside: each ends with 2 or is told in every format of the
//! report, with file and layer; nothing is called clean without a word, and `--strict` fails.

use serde_json::json;

use crate::image::{Layer, append, blob, config, gzip, tar, write_layout};
use crate::machine::{Machine, Ran};
use crate::tools::demo_image;

const OS_RELEASE: &[u8] = b"ID=debian\nVERSION_ID=\"11\"\nVERSION_CODENAME=bullseye\n";

const STATUS: &[u8] = b"Package: openssl\nStatus: install ok installed\nArchitecture: amd64\n\
    Version: 9.9-1\nDescription: test\n";

/// A Debian with one package that has no known vulnerability.
fn base() -> Vec<u8> {
    tar(&[("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", STATUS)])
}

fn machine_with(layers: &[Layer]) -> Machine {
    let machine = Machine::new();
    write_layout(&machine.path("image"), layers, &config(layers));
    machine
}

/// Every format ends with 2 and these words.
fn fails(machine: &Machine, target: &str, words: &[&str]) {
    for format in ["table", "json", "sarif"] {
        let ran = machine.run(&format!("{target} -f {format}"));
        ran.fails(2, words);
        assert_eq!(ran.stdout, "", "no report about an image that could not be read");
    }
}

/// Every format tells these words in the report, and `--strict` fails.
fn tells(machine: &Machine, target: &str, words: &[&str]) {
    for format in ["table", "json", "sarif"] {
        let ran = machine.run(&format!("{target} -f {format}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        // Lines of the table are broken at spaces.
        let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in {format}:\n{}", ran.stdout);
        }
    }
    machine.run(&format!("{target} --exit-code 1 --strict --allow-starter-db")).fails(2, &[]);
}

/// Not a panic, and either a failure with a reason or a report.
fn is_orderly(ran: &Ran, what: &str) {
    assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
    match ran.code {
        0 => assert!(!ran.stdout.is_empty(), "{what}"),
        2 => assert!(ran.stderr.contains("error: "), "{what}: {}", ran.stderr),
        code => panic!("{what} ended with {code}: {}", ran.stderr),
    }
}

#[test]
fn things_that_are_no_image() {
    let machine = machine_with(&[Layer::gzip(&base(), "ADD root")])
        .write("empty.tar", "")
        .write("text.tar", "hello, this is no archive")
        .write("directory/file", "");
    fails(&machine, "image --input empty.tar", &["empty.tar", "empty"]);
    fails(&machine, "image --input text.tar", &["text.tar", "not a container image"]);
    fails(&machine, "image --input directory", &["directory", "rootfs"]);
    fails(&machine, "image --input image:nosuch", &["nosuch", "latest"]);
    fails(&machine, "image --input none.tar", &["none.tar", "No such file"]);
    let ran = machine.run("image --input none.tar");
    assert_eq!(ran.stderr.matches("os error 2").count(), 1, "told once: {}", ran.stderr);
}

#[test]
fn an_archive_cut_anywhere() {
    let machine = Machine::new();
    let demo = demo_image().display().to_string();
    crate::tools::run(
        "tar",
        &["-C", &demo, "-cf", &machine.path("whole.tar").display().to_string(), "."],
    );
    let whole = std::fs::read(machine.path("whole.tar")).unwrap();
    let expected = machine.run("image --input whole.tar -f json --cache-backend memory").stdout;
    for step in 0..40 {
        let length = whole.len() * step / 40;
        for (name, bytes) in
            [("cut.tar", whole[..length].to_vec()), ("cut.tar.gz", gzip(&whole[..length]))]
        {
            std::fs::write(machine.path(name), bytes).unwrap();
            let line = format!("image --input {name} -f json --cache-backend memory");
            let ran = machine.run(&line);
            is_orderly(&ran, &format!("{name} of {length} bytes"));
            // Only the padding at the end may be missing without harm.
            let same = ran.stdout.replace(name, "whole.tar").len() == expected.len();
            assert!(ran.code == 2 || same, "{name} of {length} bytes: {}", ran.stderr);
        }
    }
}

#[test]
fn an_archive_with_flipped_bits() {
    let machine = Machine::new();
    let demo = demo_image().display().to_string();
    crate::tools::run(
        "tar",
        &["-C", &demo, "-cf", &machine.path("whole.tar").display().to_string(), "."],
    );
    let whole = std::fs::read(machine.path("whole.tar")).unwrap();
    for step in 0..60 {
        let mut flipped = whole.clone();
        let place = whole.len() * step / 60 + step;
        flipped[place] ^= 1 << (step % 8);
        std::fs::write(machine.path("flipped.tar"), &flipped).unwrap();
        let ran = machine.run("image --input flipped.tar -f json --cache-backend memory");
        is_orderly(&ran, &format!("bit {} of byte {place}", step % 8));
        if ran.code == 0 {
            // The damage lies where nobody reads: all that is known of the image is still there.
            assert!(ran.stdout.contains("CVE-2021-4034"), "byte {place}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_layer_that_is_not_what_the_manifest_promises() {
    let layers = [Layer::plain(base(), "ADD root"), Layer::plain(tar(&[("a", b"1")]), "RUN one")];
    let machine = machine_with(&layers);
    let path = blob(&machine.path("image"), &layers[1]);
    std::fs::write(&path, tar(&[("a", b"2")])).unwrap();
    fails(&machine, "image --input image", &["layer 2", "digest", "tampered"]);
    std::fs::remove_file(&path).unwrap();
    fails(&machine, "image --input image", &["layer 2", "missing"]);
}

#[test]
fn a_layer_that_ends_in_the_middle() {
    // The digests are right, so what could be read counts, and the rest is told.
    let mut cut = Layer::gzip(&base(), "ADD root");
    cut.stored.truncate(cut.stored.len() / 2);
    tells(&machine_with(&[cut]), "image --input image", &["layer 1"]);
    let mut noise = Layer::gzip(&base(), "ADD root");
    noise.stored = b"this is neither a tar nor compressed".repeat(40);
    let ran = machine_with(&[noise]).run("image --input image");
    is_orderly(&ran, "noise");
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("layer 1"), "{ran:?}");
}

#[test]
fn a_configuration_that_disagrees_with_the_manifest() {
    let layers = [Layer::gzip(&base(), "ADD root")];
    let machine = Machine::new();
    let mut more = config(&layers);
    more["rootfs"]["diff_ids"] =
        json!([layers[0].diff_id.to_string(), layers[0].diff_id.to_string()]);
    write_layout(&machine.path("more"), &layers, &more);
    fails(&machine, "image --input more", &["more", "layers"]);
    // Builders write null for what they do not know.
    for field in ["history", "config", "created", "author", "architecture", "os"] {
        let mut nulled = config(&layers);
        nulled[field] = json!(null);
        write_layout(&machine.path(field), &layers, &nulled);
        let ran = machine.run(&format!("image --input {field} -f json"));
        assert_eq!(ran.code, 0, "{field}: null: {}", ran.stderr);
        assert!(ran.stdout.contains("openssl"), "{field}: {}", ran.stdout);
    }
}

#[test]
fn names_that_want_to_leave_the_image() {
    let mut builder = ::tar::Builder::new(Vec::new());
    let regular = ::tar::EntryType::Regular;
    append(&mut builder, "../../../etc/os-release", regular, "", b"ID=alpine\n");
    append(&mut builder, "/etc/os-release", regular, "", OS_RELEASE);
    append(&mut builder, "./var//lib/./dpkg/status", regular, "", STATUS);
    let layer = Layer::plain(builder.into_inner().unwrap(), "ADD root");
    let machine = machine_with(&[layer]);
    let ran = machine.run("image --input image -f json");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("\"Family\": \"debian\""), "{}", ran.stdout);
    assert!(ran.stdout.contains("openssl"), "{}", ran.stdout);
}

#[test]
fn links_that_go_in_circles() {
    let mut builder = ::tar::Builder::new(Vec::new());
    let link = ::tar::EntryType::Symlink;
    append(&mut builder, "etc/os-release", ::tar::EntryType::Regular, "", OS_RELEASE);
    append(&mut builder, "var/lib/dpkg", link, "/var/lib/other", b"");
    append(&mut builder, "var/lib/other", link, "/var/lib/dpkg", b"");
    append(&mut builder, "lib", link, "lib", b"");
    append(&mut builder, "usr/lib", link, "../usr/lib", b"");
    let layer = Layer::plain(builder.into_inner().unwrap(), "ADD root");
    let ran = machine_with(&[layer]).run("image --input image");
    is_orderly(&ran, "circles");
    assert!(ran.stdout.starts_with("NOT COVERED"), "nothing was found: {}", ran.stdout);
}

#[test]
fn a_bomb_in_a_layer() {
    // 160 MiB of a package database in 160 KiB: more than any database may have.
    let status = vec![b'\n'; 160 << 20];
    let bomb = tar(&[("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", &status)]);
    let layer = Layer::gzip(&bomb, "ADD bomb");
    assert!(layer.stored.len() < 2 << 20);
    tells(&machine_with(&[layer]), "image --input image", &["var/lib/dpkg/status"]);
}

/// A database whose record is cut: the report says which file of which layer.
#[test]
fn package_databases_cut_in_the_middle() {
    let rpm_header = b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20\0\0\0\x01\0\0\0\x09";
    let rest = b"ID=almalinux\nVERSION_ID=\"9.4\"\n";
    let alpine = b"ID=alpine\nVERSION_ID=3.19.1\n";
    let cases: [(&str, &[u8], &str, &[u8]); 3] = [
        ("dpkg", OS_RELEASE, "var/lib/dpkg/status", b"Package: openssl\nStatus: install ok inst"),
        ("apk", alpine, "lib/apk/db/installed", b"C:Q1x\nP:openssl\nV:3."),
        ("rpm", rest, "var/lib/rpm/rpmdb.sqlite", rpm_header),
    ];
    for (name, os, path, content) in cases {
        let layers = [
            Layer::plain(tar(&[("etc/os-release", os)]), "ADD base"),
            Layer::plain(tar(&[(path, content)]), "RUN install"),
        ];
        println!("{name}");
        tells(&machine_with(&layers), "image --input image", &[path]);
    }
}

#[test]
fn a_registry_that_does_not_answer_or_not_in_http() {
    let machine = Machine::new();
    let line = "image --image-src remote --timeout 50s";
    let ran = machine.run(&format!("{line} 127.0.0.1:9/no/image:1"));
    ran.fails(2, &["127.0.0.1:9", "refused"]);
    assert!(!ran.stderr.contains("corrupt"), "{}", ran.stderr);

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the test program.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = std::io::Write::write_all(&mut stream.unwrap(), b"SSH-2.0-OpenSSH_9.2\r\n");
        }
    });
    let ran = machine.run(&format!("{line} 127.0.0.1:{port}/no/image:1"));
    ran.fails(2, &[&port.to_string()]);
    assert!(!ran.stderr.contains("corrupt"), "{}", ran.stderr);
}

#[test]
fn a_database_with_flipped_bits_or_cut() {
    let machine = Machine::with_vulnerable_debian().with_database();
    let whole = std::fs::read(machine.path("test.db")).unwrap();
    for step in 0..40 {
        let place = whole.len() * step / 40;
        std::fs::write(machine.path("cut.db"), &whole[..place]).unwrap();
        machine.run("rootfs root --db cut.db").fails(2, &["cut.db"]);
        let mut flipped = whole.clone();
        flipped[place] ^= 1 << (step % 8);
        std::fs::write(machine.path("flipped.db"), &flipped).unwrap();
        machine.run("rootfs root -f json --db flipped.db").fails(2, &["flipped.db"]);
        machine.run("db info flipped.db").fails(2, &["flipped.db"]);
    }
}

#[test]
fn a_database_that_was_whole_is_checked_again_when_it_changes() {
    let machine = Machine::with_vulnerable_debian().with_database();
    let whole = std::fs::read(machine.path("test.db")).unwrap();
    let found = machine.run("rootfs root -f json --db test.db");
    assert_eq!(found.code, 0, "{}", found.stderr);
    let again = machine.run("rootfs root -f json --db test.db");
    assert_eq!(again.code, 0, "{}", again.stderr);
    let mut flipped = whole.clone();
    flipped[whole.len() - 1] ^= 1;
    std::fs::write(machine.path("test.db"), &flipped).unwrap();
    machine.run("rootfs root -f json --db test.db").fails(2, &["test.db", "damaged"]);
}
