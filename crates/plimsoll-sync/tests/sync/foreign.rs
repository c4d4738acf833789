//! Trivy's and Grype's databases.

use std::io::Write as _;
use std::path::Path;

use plimsoll_image::{
    Access, ArtifactBlob, ArtifactManifest, Digest, Reference, RegistryOptions, Repository,
};
use plimsoll_loopback::{Reply, Server, Store};
use plimsoll_sync::UpdateError;
use plimsoll_sync::foreign::{ForeignFiles, TrivyDatabase, pull_grype, pull_trivy};

const LAYER: &str = "application/vnd.aquasec.trivy.db.layer.v1.tar+gzip";
const CONFIG: &str = "application/vnd.aquasec.trivy.config.v1+json";

/// A tar with members of these names and contents.
fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        // Written by hand, since the library refuses what a hostile archive has.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A registry with an artifact as Trivy publishes it.
struct Published {
    store: Store,
    server: Server,
    layer: ArtifactBlob,
}

impl Published {
    fn new(media_type: &str, archive: Vec<u8>) -> Published {
        let store = Store::default();
        let server = store.serve(|_, _| None);
        let reference: Reference = format!("{}/team/db:2", server.host()).parse().unwrap();
        let repository =
            Repository::open(&reference, &RegistryOptions::default(), Access::Push).unwrap();
        let config = repository.push_blob(CONFIG, &b"{}"[..]).unwrap();
        let layer = repository.push_blob(media_type, archive).unwrap();
        let mut manifest = ArtifactManifest::with_config(config);
        manifest.layers.push(layer.clone());
        repository.push_artifact(Some("2"), &manifest).unwrap();
        Published { store, server, layer }
    }

    fn pull(&self, which: TrivyDatabase, directory: &Path) -> Result<ForeignFiles, UpdateError> {
        let reference = format!("{}/team/db:2", self.server.host()).parse().unwrap();
        pull_trivy(&reference, which, directory, None, &RegistryOptions::default())
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn trivys_databases_are_fetched_once() {
    let java = "application/vnd.aquasec.trivy.javadb.layer.v1.tar+gzip";
    for (which, media_type, main) in [
        (TrivyDatabase::Vulnerabilities, LAYER, "trivy.db"),
        (TrivyDatabase::Java, java, "trivy-java.db"),
    ] {
        let big = vec![7; 1_000_000];
        let archive = tar(&[("metadata.json", b"{\"Version\":2}"), (main, &big)]);
        let published = Published::new(media_type, gzip(&archive));
        let directory = tempfile::tempdir().unwrap();
        let pulled = published.pull(which, directory.path()).unwrap();
        assert!(!pulled.unchanged && pulled.digest == published.layer.digest.to_string());
        assert!(std::fs::read(&pulled.files[0]).unwrap() == big);
        assert_eq!(std::fs::read(&pulled.files[1]).unwrap(), b"{\"Version\":2}");
        let lock = format!("{main}.lock");
        assert_eq!(names(directory.path()), ["metadata.json", "source.json", main, &lock]);
        let asked = published.server.requests().len();
        assert!(published.pull(which, directory.path()).unwrap().unchanged);
        assert_eq!(published.server.requests().len(), asked + 1);
        // A file that is gone is fetched again.
        std::fs::remove_file(&pulled.files[1]).unwrap();
        assert!(!published.pull(which, directory.path()).unwrap().unchanged);
    }
}

#[test]
fn hostile_archives_leave_nothing_behind() {
    let good: (&str, &[u8]) = ("metadata.json", b"{}");
    let many: Vec<(String, Vec<u8>)> = (0..1_001).map(|n| (format!("m{n}"), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> =
        many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let mut cut = gzip(&tar(&[good, ("trivy.db", &[7; 90_000])]));
    cut.truncate(cut.len() / 2);
    let mut huge = tar(&[good, ("trivy.db", b"x")]);
    // The size of the second member, in octal digits.
    huge[1024 + 124..1024 + 135].copy_from_slice(b"77777777777");
    for (archive, reason) in [
        (
            gzip(&tar(&[good, ("../trivy.db", b"x"), ("/etc/passwd", b"x")])),
            "trivy.db is not in it",
        ),
        (gzip(&tar(&[good, ("trivy.db", b"x"), ("./trivy.db", b"y")])), "in it twice"),
        (gzip(&tar(&many)), "more than 1000 members"),
        (gzip(&huge), "checksum"),
        (cut, "cannot be decompressed"),
        (b"no gzip".to_vec(), "cannot be decompressed"),
    ] {
        let published = Published::new(LAYER, archive);
        let outer = tempfile::tempdir().unwrap();
        let directory = outer.path().join("inner");
        let pulled = published.pull(TrivyDatabase::Vulnerabilities, &directory);
        let error = pulled.unwrap_err().to_string();
        assert!(error.contains(reason), "{reason}: {error}");
        assert_eq!(names(&directory), ["trivy.db.lock"]);
        assert_eq!(names(outer.path()), ["inner"]);
    }
}

#[test]
fn an_archive_of_other_bytes_is_refused_though_it_unpacks() {
    let archive = |byte| gzip(&tar(&[("metadata.json", b"{}"), ("trivy.db", &[byte; 100])]));
    let published = Published::new(LAYER, archive(1));
    let other = archive(2);
    assert_eq!(other.len() as u64, published.layer.size);
    published.store.stored().blobs.insert(published.layer.digest.to_string(), other);
    let directory = tempfile::tempdir().unwrap();
    let pulled = published.pull(TrivyDatabase::Vulnerabilities, directory.path());
    let error = pulled.unwrap_err().to_string();
    assert!(error.contains("tampered"), "{error}");
    assert_eq!(names(directory.path()), ["trivy.db.lock"]);
    // Java's is another kind of layer.
    let error = published.pull(TrivyDatabase::Java, directory.path()).unwrap_err().to_string();
    assert!(error.contains("not exactly one layer"), "{error}");
}

#[test]
fn grypes_database_is_fetched_once() {
    let archive = zstd::bulk::compress(&tar(&[("vulnerability.db", b"SQLite")]), 3).unwrap();
    let latest = |checksum: &Digest, path: &str| {
        format!(
            r#"{{"status":"active","schemaVersion":"v6.1.9","built":"2026-01-02T03:04:05Z",
               "path":"{path}","checksum":"{checksum}"}}"#
        )
    };
    let path = "vulnerability-db_v6.1.9_2026-01-01T00:00:00Z_1.tar.zst";
    let serve = |document: String, archive: Vec<u8>| {
        Server::plain(move |received| match received.target.strip_prefix("/v6/") {
            Some("latest.json") => Reply::new(200, document.clone()),
            Some(name) if name == path => Reply::new(200, archive.clone()),
            _ => Reply::new(404, ""),
        })
    };
    let directory = tempfile::tempdir().unwrap();
    let pull = |server: &Server| {
        let address = format!("http://{}/v6/latest.json", server.host());
        pull_grype(&address, directory.path(), None, &RegistryOptions::default())
    };
    let right = Digest::sha256(&archive);
    for (checksum, path, reason) in [
        (&Digest::sha256(b"other"), path, "SHA-256"),
        (&right, "../x", "no plain file"),
        (&right, "https://elsewhere.example/x", "no plain file"),
        (&right, "absent", "does not have"),
    ] {
        let server = serve(latest(checksum, path), archive.clone());
        let error = pull(&server).unwrap_err().to_string();
        assert!(error.contains(reason), "{reason}: {error}");
        assert_eq!(names(directory.path()), ["vulnerability.db.lock"]);
    }
    let server = serve(latest(&right, path), archive);
    let (document, pulled) = pull(&server).unwrap();
    assert_eq!((document.schema_version.as_str(), pulled.unchanged), ("v6.1.9", false));
    assert_eq!(std::fs::read(&pulled.files[0]).unwrap(), b"SQLite");
    assert!(pull(&server).unwrap().1.unchanged);
}
