//! One image in all forms that can hold it, whole and damaged.

use std::io::{Cursor, Read, Write as _};
use std::path::Path;
use std::sync::Mutex;

use crate::tar::testing::{Diary, Tar};
use crate::{
    Choice, Digest, Error, Examination, Examiner, Limits, OpenOptions, Opened, Platform,
    SourceKind, open_path,
};

/// Examines with [`Diary`], and remembers what it finished.
#[derive(Default)]
struct Diarist(Mutex<Vec<(Digest, Diary)>>);

impl Examiner for Diarist {
    type Visitor = Diary;
    type Facts = Diary;

    fn recall(&self, content: &Digest) -> Option<Diary> {
        let known = self.0.lock().unwrap();
        known.iter().find(|(digest, _)| digest == content).map(|(_, diary)| diary.clone())
    }

    fn start(&self) -> Diary {
        Diary::default()
    }

    fn finish(&self, visitor: Diary, content: &[Digest]) -> Diary {
        let mut known = self.0.lock().unwrap();
        known.extend(content.iter().map(|digest| (*digest, visitor.clone())));
        visitor
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn layers() -> Vec<Vec<u8>> {
    let large: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
    vec![
        Tar::new().directory("etc/").file("etc/os-release", b"ID=test\n").end(),
        Tar::new().file("usr/large", &large).file("usr/sniff", &large[..9_000]).end(),
        Tar::new().file("etc/.wh.os-release", b"").end(),
        // The same layer a second time.
        Tar::new().directory("etc/").file("etc/os-release", b"ID=test\n").end(),
    ]
}

fn config(layers: &[Vec<u8>]) -> Vec<u8> {
    let ids: Vec<_> = layers.iter().map(|layer| format!("\"{}\"", Digest::sha256(layer))).collect();
    format!(
        r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
        ids.join(",")
    )
    .into_bytes()
}

/// The files of an OCI layout.
fn layout(compress: &dyn Fn(usize, &[u8]) -> Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let blob = |content: &[u8]| {
        (format!("blobs/sha256/{}", Digest::sha256(content).hex()), content.to_vec())
    };
    let describe = |content: &[u8]| {
        format!(r#""digest":"{}","size":{}"#, Digest::sha256(content), content.len())
    };
    let layers = layers();
    let config = config(&layers);
    let stored: Vec<_> =
        layers.iter().enumerate().map(|(index, layer)| compress(index, layer)).collect();
    let descriptors: Vec<_> =
        stored.iter().map(|layer| format!("{{{}}}", describe(layer))).collect();
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{{}}},"layers":[{}]}}"#,
        describe(&config),
        descriptors.join(",")
    );
    let inner = format!(
        r#"{{"schemaVersion":2,"manifests":[{{{},"platform":{{"os":"linux","architecture":"amd64"}}}},
            {{"digest":"{}","size":2,"platform":{{"os":"unknown","architecture":"unknown"}}}}]}}"#,
        describe(manifest.as_bytes()),
        Digest::sha256(b"attestation"),
    );
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.index.v1+json",{},
            "annotations":{{"org.opencontainers.image.ref.name":"latest"}}}}]}}"#,
        describe(inner.as_bytes()),
    );
    let mut files: Vec<_> = stored.iter().map(|layer| blob(layer)).collect();
    files.extend([blob(&config), blob(manifest.as_bytes()), blob(inner.as_bytes())]);
    files.push(("index.json".to_owned(), index.into_bytes()));
    files.push(("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
    files
}

/// A `docker save` with links between equal layers, its manifest last.
fn saved(compress: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let layers = layers();
    let config = config(&layers);
    let name = format!("{}.json", Digest::sha256(&config).hex());
    let tar = Tar::new()
        .file("one/VERSION", b"1.0")
        .file("one/json", b"{}")
        .file("one/layer.tar", &compress(&layers[0]))
        .file("two/layer.tar", &compress(&layers[1]))
        .file("three/layer.tar", &compress(&layers[2]))
        .link("four/layer.tar", b'2', "../one/layer.tar")
        .file(&name, &config);
    let manifest = format!(
        r#"[{{"Config":"{name}","RepoTags":["test:1"],"Layers":["one/layer.tar","two/layer.tar","three/layer.tar","four/layer.tar"]}}]"#
    );
    tar.file("manifest.json", manifest.as_bytes()).end()
}

fn tarred(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    files.iter().fold(Tar::new(), |tar, (name, content)| tar.file(name, content)).end()
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn examine(opened: Opened, threads: usize) -> Result<Examination<Diary>, Error> {
    opened.examine(&Diarist::default(), &Limits::default(), threads)
}

fn open(path: &Path) -> Result<Opened, Error> {
    open_path(path, &OpenOptions::default())
}

fn streamed(archive: Vec<u8>) -> Opened {
    Opened::Stream {
        name: "the export".to_owned(),
        source: SourceKind::Docker,
        archive: Box::new(Cursor::new(archive)),
        described: None,
        choice: Choice::default(),
    }
}

/// What the layers must give, whatever holds them.
fn wanted() -> Vec<Diary> {
    layers().iter().map(|layer| crate::tar::testing::diary(layer, &Limits::default()).0).collect()
}

fn facts(outcome: Result<Examination<Diary>, Error>) -> Vec<Diary> {
    let (image, examined) = outcome.unwrap();
    assert_eq!(image.layers.len(), examined.len());
    assert!(examined.iter().all(|layer| layer.problems.is_empty()));
    examined.into_iter().map(|layer| layer.facts).collect()
}

#[test]
fn every_form_gives_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let plain = |_: usize, layer: &[u8]| layer.to_vec();
    let mixed = |index: usize, layer: &[u8]| match index {
        0 => gzip(layer),
        1 => zstd::encode_all(layer, 1).unwrap(),
        _ => layer.to_vec(),
    };
    let wanted = wanted();
    for (name, files) in [("plain", layout(&plain)), ("mixed", layout(&mixed))] {
        for (path, content) in &files {
            write(&root.join(name).join(path), content);
        }
        let archive = tarred(&files);
        write(&root.join("oci.tar"), &archive);
        write(&root.join("oci.tar.gz"), &gzip(&archive));
        for path in [name, "oci.tar", "oci.tar.gz"] {
            for threads in [1, 3] {
                let outcome = examine(open(&root.join(path)).unwrap(), threads);
                assert!(facts(outcome) == wanted, "{name} {path} {threads}");
            }
        }
        let tagged = root.join(format!("{name}:latest"));
        assert!(facts(examine(open(&tagged).unwrap(), 2)) == wanted);
        assert!(facts(examine(streamed(archive), 2)) == wanted);
    }
    for (name, archive) in [("plain", saved(&<[u8]>::to_vec)), ("gzip", saved(&gzip))] {
        write(&root.join("saved.tar"), &archive);
        write(&root.join("saved.tar.zst"), &zstd::encode_all(archive.as_slice(), 1).unwrap());
        for path in ["saved.tar", "saved.tar.zst"] {
            let (image, examined) = examine(open(&root.join(path)).unwrap(), 2).unwrap();
            assert_eq!(image.repo_tags, ["test:1"]);
            let found: Vec<_> = examined.into_iter().map(|layer| layer.facts).collect();
            assert!(found == wanted, "{name} {path}");
        }
        assert!(facts(examine(streamed(archive), 2)) == wanted, "{name}");
    }
}

#[test]
fn what_is_known_is_not_read_again() {
    let archive = saved(&<[u8]>::to_vec);
    let diarist = Diarist::default();
    for recalled in [false, true] {
        let opened = streamed(archive.clone());
        let (image, examined) = opened.examine(&diarist, &Limits::default(), 2).unwrap();
        // Only a name that is a digest tells a streamed layer before it is read.
        assert!(examined.iter().all(|layer| !layer.recalled));
        if recalled {
            let unreadable: Box<dyn Read + Send> = Box::new(Cursor::new(Vec::new()));
            let opened = Opened::Stream {
                name: String::new(),
                source: SourceKind::Docker,
                archive: unreadable,
                described: Some(image),
                choice: Choice::default(),
            };
            let (_, examined) = opened.examine(&diarist, &Limits::default(), 2).unwrap();
            assert!(examined.iter().all(|layer| layer.recalled));
        }
    }
}

#[test]
fn a_wrong_choice_is_answered_with_what_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for (path, content) in layout(&|_, layer| gzip(layer)) {
        write(&root.join("layout").join(path), &content);
    }
    write(&root.join("saved.tar"), &saved(&gzip));
    write(&root.join("text"), &[b'x'; 2_000]);
    let message = |path: &str, platform: Option<&str>| {
        let platform = platform.map(|text| text.parse::<Platform>().unwrap());
        let options = OpenOptions { platform, ..OpenOptions::default() };
        open_path(&root.join(path), &options).err().map(|error| error.to_string())
    };
    for (path, platform, part) in [
        ("layout:none", None, "there is latest"),
        ("saved.tar:none", None, "there is test:1"),
        ("layout", Some("linux/s390x"), "it has linux/amd64"),
        (".", None, "rootfs"),
        ("text", None, "is not a container image"),
        ("absent", None, "cannot read"),
    ] {
        let error = message(path, platform).unwrap_or_default();
        assert!(error.contains(part), "{path}: {error}");
    }
    assert_eq!(message("layout", Some("linux/amd64")), None);
    assert_eq!(message("saved.tar:test:1", None), None);
}

#[test]
fn a_layer_that_is_not_the_promised_one_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let files = layout(&|_, layer| gzip(layer));
    let (name, content) = &files[1];
    for damage in 0..3 {
        for (path, content) in &files {
            write(&root.join(path), content);
        }
        let mut bad = content.clone();
        match damage {
            0 => bad[5_000] ^= 1,
            1 => bad.truncate(5_000),
            _ => bad.push(0),
        }
        write(&root.join(name), &bad);
        for threads in [1, 2] {
            let error = examine(open(root).unwrap(), threads).unwrap_err().to_string();
            assert!(error.contains("layer 2 (sha256:"), "{error}");
        }
    }
    std::fs::remove_file(root.join(name)).unwrap();
    let error = examine(open(root).unwrap(), 2).unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error}");
}

/// Every damage to an archive is an error or a problem, unless it is to what no digest guards.
#[test]
fn cut_and_damaged_archives_are_never_silently_clean() {
    let layer = Tar::new().file("etc/a", b"content").end();
    let config = config(std::slice::from_ref(&layer));
    let name = format!("{}.json", Digest::sha256(&config).hex());
    let manifest = format!(r#"[{{"Config":"{name}","Layers":["l.tar"]}}]"#);
    let tar = Tar::new().file("l.tar", &layer).file(&name, &config);
    let archive = tar.file("manifest.json", manifest.as_bytes()).end();
    let whole = facts(examine(streamed(archive.clone()), 1));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tar");
    let check = |damaged: &[u8], what: &str| {
        write(&path, damaged);
        let outcomes = [
            open(&path).and_then(|opened| examine(opened, 2)),
            examine(streamed(damaged.to_vec()), 1),
        ];
        for (_, examined) in outcomes.into_iter().flatten() {
            let facts: Vec<_> = examined.iter().map(|layer| layer.facts.clone()).collect();
            let told = examined.iter().any(|layer| !layer.problems.is_empty());
            assert!(told || facts == whole, "{what}");
        }
    };
    for length in (0..archive.len()).step_by(37) {
        check(&archive[..length], &format!("cut at {length}"));
    }
    for offset in (0..archive.len()).step_by(11) {
        let mut damaged = archive.clone();
        damaged[offset] ^= 1 << (offset % 8);
        check(&damaged, &format!("bit at {offset}"));
    }
}

#[test]
fn a_directory_is_walked_without_following_links() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    write(&root.join("etc/os-release"), b"ID=test\n");
    write(&root.join("etc/sniff"), b"yes");
    std::os::unix::fs::symlink("/", root.join("all")).unwrap();
    std::os::unix::fs::symlink("os-release", root.join("etc/link")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe"), rustix::fs::Mode::RWXU).unwrap();
    let (image, examined) = examine(crate::open_directory(root).unwrap(), 2).unwrap();
    assert_eq!(image.source, SourceKind::Directory);
    assert_eq!(examined[0].facts.problems, []);
    assert_eq!(
        examined[0].facts.lines,
        [
            "symlink all -> /",
            "directory etc",
            "symlink etc/link -> os-release",
            "file etc/os-release 8",
            "  content ID=test\n",
            "file etc/sniff 3",
            "  head yes",
            "  content yes",
            "special pipe",
        ]
    );
}
