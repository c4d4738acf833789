//! Writes small valid inputs for every fuzz target: `seeds DIRECTORY` makes `DIRECTORY/TARGET/N`.
//!
//! Without them a fuzzer spends its minutes on finding a magic number. Archives are packed without
//! compression, or a change of one byte would break everything behind it.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

// The other code is built with coverage marks, which this library counts.
use libfuzzer_sys as _;
use plimsoll_advisory::database::{WriteOptions, compile};
use plimsoll_advisory::feed::{FEEDS, FileContext, HEAD, detect};
use plimsoll_advisory::{Collector, Database};
use plimsoll_image::Digest;
use plimsoll_inventory::extractors;
use plimsoll_inventory::os::OS_FILES;
use plimsoll_inventory::rpm::testing::{berkeley, header, log, ndb, sample, sqlite};
use plimsoll_language::Dispatcher;

/// Reads one of the hand-made texts.
macro_rules! text {
    ($name:literal) => {
        include_bytes!(concat!("../seeds/", $name)).as_slice()
    };
}

fn main() -> io::Result<()> {
    let directory = env::args_os().nth(1).ok_or_else(|| io::Error::other("say a directory"))?;
    for (target, inputs) in all() {
        let directory = Path::new(&directory).join(target);
        fs::create_dir_all(&directory)?;
        for (number, input) in inputs.iter().enumerate() {
            fs::write(directory.join(format!("seed-{number}")), input)?;
        }
    }
    Ok(())
}

fn all() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let texts = |texts: &[&[u8]]| texts.iter().map(|text| text.to_vec()).collect::<Vec<_>>();
    let packages = [sample(3), vec![header("large", 60)]].concat();
    let (berkeley, ndb) = ([berkeley(&packages, false), berkeley(&packages, true)], ndb(&packages));
    let layers = layers(&berkeley[0], &ndb, &sqlite(&packages));
    vec![
        ("fuzz_apk", texts(&[text!("installed")])),
        ("fuzz_dpkg", texts(&[text!("status"), text!("copyright"), b"/.\n/usr\n/usr/bin/a\n"])),
        (
            "fuzz_pacman_chisel",
            [
                texts(&[text!("desc"), text!("files"), text!("manifest.wall")]),
                vec![zstd(text!("manifest.wall"))],
            ]
            .concat(),
        ),
        ("fuzz_os_release", os_files()),
        (
            "fuzz_sbom",
            texts(&[
                br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"purl":"pkg:npm/a@1"}]}"#,
                b"SPDXVersion: SPDX-2.3\nPackageName: a\nExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\n",
                br#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components/></bom>"#,
                br#"{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}"#,
            ]),
        ),
        ("fuzz_rpm_berkeley", berkeley.to_vec()),
        ("fuzz_rpm_ndb", vec![ndb[4..].to_vec()]),
        ("fuzz_rpm_sqlite", sqlite_inputs(&packages)),
        (
            "fuzz_versions",
            texts(&[
                b"1:2.3~rc1-4+deb12u12:2.3-4.el9_4",
                b"1.2.3_alpha2-r41.2.3b_p1-r0",
                b"1.0^20240101git~a-11.0.1-1.module_el8.5.0+1",
            ])
            .into_iter()
            .chain([pair("1.0-alpha-1-SNAPSHOT", "1.0.0.Final"), pair("1!1.0.post1", "1.0rc1+a")])
            .chain([pair("v0.0.0-20200101000000-abc", "go1.21rc2"), pair("1.0.x-dev", "1.0RC1")])
            .collect(),
        ),
        (
            "fuzz_constraints",
            vec![
                pair("1.2.3", ">=1.2 <2 || ^3.1 || ~1.2.x || 1.2 - 2.3"),
                pair("5.2.4", "~> 5.2.4, >= 5.2.4.3, != 6"),
                pair("1.2.3", "[1.0,2.0),(,1.5],[1.2]"),
                pair("1.4.2", "~=1.4.2, ==1.*, !=1.5.*||===2"),
            ],
        ),
        ("fuzz_feeds", feeds()),
        ("fuzz_language", languages()),
        ("fuzz_program", programs()),
        ("fuzz_database", vec![small_database()]),
        ("fuzz_delta", vec![delta_document()]),
        ("fuzz_bolt", vec![bolt()]),
        ("fuzz_trivy_db", vec![bolt()]),
        ("fuzz_sqlite", vec![sqlite(&packages)[16..].to_vec(), text!("grype.db")[16..].to_vec()]),
        ("fuzz_grype_db", vec![text!("grype.db")[16..].to_vec()]),
        ("fuzz_java_index", vec![java_index()]),
        ("fuzz_archive", layers.iter().flat_map(|layer| images(layer)).collect()),
        ("fuzz_layer", layers.iter().flat_map(|l| [l.clone(), gzip(l), zstd(l)]).collect()),
    ]
}

/// Two texts as a target that asks for two finds them: the length of the first stands at the end.
fn pair(left: &str, right: &str) -> Vec<u8> {
    let length = u8::try_from(left.len()).expect("seeds are short");
    [left.as_bytes(), right.as_bytes(), &[length]].concat()
}

/// Each feed's sample behind the byte that picks the feed.
fn feeds() -> Vec<Vec<u8>> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/feeds");
    (0u8..)
        .zip(FEEDS)
        .map(|(number, feed)| {
            let sample = fs::read(samples.join(feed.id)).unwrap_or_else(|error| {
                panic!("seeds/feeds has no sample of {}: {error}", feed.id)
            });
            let found =
                detect(plimsoll_fuzz::feed_path(feed.id), &sample[..sample.len().min(HEAD)]);
            assert_eq!(found.map(|found| found.id), Some(feed.id), "the sample is of another feed");
            [&[number][..], &sample].concat()
        })
        .collect()
}

/// Each kind of file's samples behind the byte that picks the kind.
fn languages() -> Vec<Vec<u8>> {
    let dispatcher = Dispatcher::new(extractors());
    let mut inputs = Vec::new();
    for (number, row) in extractors().enumerate() {
        let number = u8::try_from(number).expect("one byte picks the kind");
        for path in files(&fixtures_of("plimsoll-language").join(row.id).join("good")) {
            let name = path.to_string_lossy();
            if dispatcher.find(name.as_bytes()).is_some_and(|found| found.id == row.id) {
                let content = fs::read(&path).expect("it was listed");
                inputs.push([&[number][..], &content].concat());
            }
        }
    }
    inputs
}

/// A program of Go and one that is known by its looks: an ELF header, one segment that is the whole
/// file, and what gives it away.
fn programs() -> Vec<Vec<u8>> {
    let elf = |content: &[u8]| {
        let length = 120 + content.len() as u64;
        let mut file = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let halves = |file: &mut Vec<u8>, numbers: &[u16]| {
            file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        };
        // An executable for x86-64, its entry, its one program header, and no sections.
        halves(&mut file, &[2, 62, 1, 0]);
        file.extend([0x40_0078u64, 64, 0].iter().flat_map(|number| number.to_le_bytes()));
        halves(&mut file, &[0, 0, 64, 56, 1, 64, 0, 0]);
        halves(&mut file, &[1, 0, 6, 0]);
        let segment = [0u64, 0x40_0000, 0x40_0000, length, length, 0x1000];
        file.extend(segment.iter().flat_map(|number| number.to_le_bytes()));
        file.extend_from_slice(content);
        file
    };
    let modules = "path\ta.b/c\nmod\ta.b/c\tv1.2.3\ndep\tgolang.org/x/net\tv0.1.0\n";
    let mut go = vec![0; 8];
    go.extend_from_slice(b"\xff Go buildinf:\x08\x02");
    go.resize(8 + 32, 0);
    go.push(8);
    go.extend_from_slice(b"go1.22.3");
    let sentinel = [0x30; 16];
    go.push(u8::try_from(modules.len() + 32).expect("seeds are short"));
    go.extend([&sentinel[..], modules.as_bytes(), &sentinel].concat());
    vec![elf(&go), elf(b"\0node.js/v20.11.0\0OpenSSL 3.0.11 19 Sep 2023\0")]
}

fn fixtures_of(krate: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(krate).join("tests/fixtures")
}

fn files(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut pending) = (Vec::new(), vec![root.to_owned()]);
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The samples of all feeds, compiled.
fn small_database() -> Vec<u8> {
    let mut collector = Collector::default();
    for (input, feed) in feeds().iter().zip(FEEDS) {
        let path = plimsoll_fuzz::feed_path(feed.id);
        (feed.parse)(&FileContext { path }, &input[1..], &mut collector);
    }
    let written = compile(collector, &WriteOptions::default());
    written.expect("samples are small").bytes
}

/// A `trivy.db` with buckets of each kind, large enough for branches and overflow pages.
fn bolt() -> Vec<u8> {
    let mut tree = plimsoll_bolt::Tree::default();
    let mut put = |path: &[&str], json: &str| {
        let (key, buckets) = path.split_last().expect("a path");
        buckets.iter().fold(&mut tree, |tree, name| tree.bucket(*name)).put(*key, json);
    };
    let alpine = r#"{"ID":"alpine","Name":"Alpine Secdb","URL":"https://secdb.alpinelinux.org/"}"#;
    put(&["data-source", "alpine 3.10"], alpine);
    put(&["alpine 3.10", "openssl", "CVE-2019-1549"], r#"{"FixedVersion":"1.1.1d-r0"}"#);
    put(&["debian 9", "bash", "CVE-2019-18276"], r#"{"Severity":1,"Status":7}"#);
    put(
        &["rocky 8", "openssl-libs", "CVE-2021-3712"],
        r#"{"Entries":[{"FixedVersion":"1:1.1.1k-5.el8","Arches":["x86_64"],"VendorIDs":["RLSA-1"]}]}"#,
    );
    put(
        &["Red Hat", "nodejs:12::npm", "RHSA-2020:0598"],
        r#"{"Entries":[{"FixedVersion":"1:6.13.4-1.el8","Affected":[5],"Cves":[{"ID":"CVE-2019-16776","Severity":3}]}]}"#,
    );
    put(&["Red Hat CPE", "cpe", "5"], r#""cpe:/o:redhat:enterprise_linux:8::baseos""#);
    put(&["Red Hat CPE", "repository", "rhel-8-baseos"], "[5]");
    put(
        &["rubygems::Ruby", "rack", "CVE-2020-8161"],
        r#"{"PatchedVersions":["~> 2.1.3",">= 2.2.0"],"UnaffectedVersions":["< 1.0"],"VendorIDs":["GHSA-1"]}"#,
    );
    let nvd = r#"{"nvd":{"V3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}}"#;
    for number in 0..40 {
        let text = "x".repeat(number * number);
        let json = format!(
            r#"{{"Title":"{text}","VendorSeverity":{{"nvd":2}},"CVSS":{nvd},"Severity":"LOW"}}"#
        );
        put(&["vulnerability", &format!("CVE-2020-10{number:02}")], &json);
    }
    plimsoll_bolt::write(&tree, 1024)
}

/// An index of a few archives.
fn java_index() -> Vec<u8> {
    let mut builder = plimsoll_java_index::Builder::new();
    for (first, group, artifact, version) in [
        (0, "org.a", "core", "1.0"),
        (70, "org.a", "core", "1.1"),
        (90, "org.b", "core", "1.0"),
        (255, "org.c", "other", "2.0.RELEASE"),
    ] {
        let mut sha1 = [7; 20];
        sha1[0] = first;
        builder.add(sha1, group, artifact, version, first > 0).expect("names are short");
    }
    builder.finish("2026-08-20").expect("it is small")
}

fn os_files() -> Vec<Vec<u8>> {
    let place = |name: &str| {
        let index = OS_FILES.iter().position(|path| *path == name).expect("a known file");
        u8::try_from(index).expect("few files")
    };
    vec![
        [&[place("etc/os-release")][..], text!("os-release")].concat(),
        [&[place("etc/redhat-release")][..], text!("redhat-release")].concat(),
        [&[place("etc/alpine-release")][..], b"3.19.1\n"].concat(),
        [&[0][..], text!("application-inventory.json")].concat(),
    ]
}

/// Databases without and with a write-ahead log, and the list that some images have instead.
fn sqlite_inputs(packages: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let database = sqlite(packages);
    let log = log(&sqlite(&packages[..1]));
    // The target takes 255/512 of the input for the log when its first byte is 255.
    let mut both = [&log, &database[16..]].concat();
    both.resize((log.len() * 512).div_ceil(255).max(both.len()), 0);
    vec![
        [&[0][..], &database[16..]].concat(),
        [&[255][..], &both].concat(),
        [&[0][..], text!("container-manifest-2")].concat(),
    ]
}

/// Layers as tar files.
fn layers(berkeley: &[u8], ndb: &[u8], sqlite: &[u8]) -> Vec<Vec<u8>> {
    let os = ("etc/os-release", text!("os-release"));
    [
        &[
            os,
            ("var/lib/dpkg/status", text!("status")),
            ("var/lib/dpkg/info/bash.list", b"/.\n/usr/bin/bash\n"),
            ("usr/share/doc/bash/copyright", text!("copyright")),
            ("etc/.wh.old", b""),
            ("usr/.wh..wh..opq", b""),
        ][..],
        &[
            os,
            ("var/lib/dpkg/status.d/base", text!("status")),
            ("var/lib/dpkg/status.d/base.md5sums", b"89269e1298235f1b12b4c16e4065ad0d  usr/a\n"),
        ],
        &[("etc/alpine-release", b"3.19.1\n"), ("lib/apk/db/installed", text!("installed"))],
        &[("etc/redhat-release", text!("redhat-release")), ("var/lib/rpm/Packages", berkeley)],
        &[os, ("usr/lib/sysimage/rpm/Packages.db", ndb)],
        &[os, ("usr/lib/sysimage/rpm/rpmdb.sqlite", sqlite)],
        &[os, ("var/lib/rpmmanifest/container-manifest-2", text!("container-manifest-2"))],
        &[
            os,
            ("var/lib/pacman/local/bash-5.2.021-1/desc", text!("desc")),
            ("var/lib/pacman/local/bash-5.2.021-1/files", text!("files")),
            ("var/lib/chisel/manifest.wall", &zstd(text!("manifest.wall"))),
        ],
    ]
    .iter()
    .map(|files| tar(files))
    .collect()
}

/// The same layer as `docker save` and as an OCI layout pack it.
fn images(layer: &[u8]) -> [Vec<u8>; 2] {
    let diff_id = Digest::sha256(layer);
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":["{diff_id}"]}},"history":[{{"created_by":"COPY"}}]}}"#
    );
    let blob =
        |bytes: &[u8]| format!("blobs/{}", Digest::sha256(bytes).to_string().replace(':', "/"));
    let listed = format!(
        r#"[{{"Config":"{}","RepoTags":["a:1"],"Layers":["l/layer.tar"]}}]"#,
        blob(config.as_bytes())
    );
    let docker = tar(&[
        (&blob(config.as_bytes()), config.as_bytes()),
        ("l/layer.tar", layer),
        ("manifest.json", listed.as_bytes()),
    ]);
    let described = |kind: &str, bytes: &[u8]| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.{kind}","digest":"{}","size":{}}}"#,
            Digest::sha256(bytes),
            bytes.len()
        )
    };
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[{}]}}"#,
        described("config.v1+json", config.as_bytes()),
        described("layer.v1.tar", layer)
    );
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{}]}}"#,
        described("manifest.v1+json", manifest.as_bytes())
    );
    let oci = tar(&[
        ("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#),
        ("index.json", index.as_bytes()),
        (&blob(manifest.as_bytes()), manifest.as_bytes()),
        (&blob(config.as_bytes()), config.as_bytes()),
        (&blob(layer), layer),
    ]);
    [docker, oci]
}

/// A POSIX tar file with extended headers, links and the given files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    member(&mut tar, "usr/", b'5', "", b"");
    member(&mut tar, "bin", b'2', "usr/bin", b"");
    member(&mut tar, "pax", b'x', "", b"18 path=etc/named\n19 mtime=1700000.5\n");
    member(&mut tar, "short", b'0', "", b"x");
    member(&mut tar, "././@LongLink", b'L', "", &[&[b'n'; 120][..], b"\0"].concat());
    member(&mut tar, "short", b'0', "", b"x");
    for (name, content) in files {
        member(&mut tar, name, b'0', "", content);
    }
    member(&mut tar, "hard", b'1', files.first().map_or("short", |(name, _)| name), b"");
    tar.resize(tar.len() + 1024, 0);
    tar
}

fn member(tar: &mut Vec<u8>, name: &str, kind: u8, link: &str, content: &[u8]) {
    let mut block = [0; 512];
    let mut put =
        |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(124, &format!("{:011o}", content.len()));
    put(136, "00000000000");
    put(148, "        ");
    put(157, link);
    put(257, "ustar\x0000");
    block[156] = kind;
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    block[154] = 0;
    tar.extend(block);
    tar.extend(content);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

/// A gzip file of stored blocks.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    let count = bytes.chunks(0xffff).len();
    for (number, block) in (1..).zip(bytes.chunks(0xffff)) {
        let length = u16::try_from(block.len()).expect("chunks are no longer");
        packed.push(u8::from(number == count));
        packed.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        packed.extend(block);
    }
    let mut sum = !0u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    packed.extend([(!sum).to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat());
    packed
}

/// A zstd frame of raw blocks.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut packed = b"\x28\xb5\x2f\xfd\xa0".to_vec();
    packed.extend((bytes.len() as u32).to_le_bytes());
    let count = bytes.chunks(0xffff).len();
    for (number, block) in (1..).zip(bytes.chunks(0xffff)) {
        let head = (block.len() as u32) << 3 | u32::from(number == count);
        packed.extend(&head.to_le_bytes()[..3]);
        packed.extend(block);
    }
    packed
}

/// What a delta from the starter to a small database says.
fn delta_document() -> Vec<u8> {
    let small = Database::from_bytes(small_database()).expect("a database made here opens");
    let delta =
        plimsoll_advisory::delta::make(Database::starter(), &small).expect("both are whole");
    // Behind the header is one frame.
    zstd::stream::decode_all(&delta[112..]).expect("compressed a moment ago")
}
