//! Builds from files, archives and directories, small ones made here and the real ones.

use std::io::Write;
use std::path::Path;

use super::*;
use crate::database::Database;

const KEV: &str = r#"{"title":"CISA Catalog of Known Exploited Vulnerabilities",
"catalogVersion":"2026.08.07","dateReleased":"2026-08-07T16:00:00.0000Z","count":1,
"vulnerabilities":[{"cveID":"CVE-2014-0160","vendorProject":"OpenSSL","product":"OpenSSL",
"vulnerabilityName":"OpenSSL Information Disclosure","dateAdded":"2022-05-04",
"shortDescription":"x","requiredAction":"x","dueDate":"2022-05-25",
"knownRansomwareCampaignUse":"Unknown","notes":"","cwes":["CWE-125"]}]}"#;

const KEV_NAME: &str = "known_exploited_vulnerabilities.json";

fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8], preset: u32) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(preset);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn build_one(path: &Path) -> Result<BuildOutcome, BuildError> {
    build(&[path.to_owned()], &BuildOptions::default())
}

#[test]
fn one_feed_is_found_however_it_is_packed() {
    let directory = tempfile::tempdir().unwrap();
    let archive = tar_of(&[("LICENSE", b"free"), (KEV_NAME, KEV.as_bytes())]);
    let zip = zip_of(&[("LICENSE", b"free"), (KEV_NAME, KEV.as_bytes())]);
    let cases = [
        ("plain.d/known_exploited_vulnerabilities.json", KEV.as_bytes().to_vec()),
        ("gz.d/known_exploited_vulnerabilities.json.gz", gzip(KEV.as_bytes())),
        ("tar.d/kev.tar", archive.clone()),
        ("tar.gz.d/kev.tar.gz", gzip(&archive)),
        ("tgz.d/kev.tgz", gzip(&archive)),
        ("tar.zst.d/kev.tar.zst", zstd::bulk::compress(&archive, 3).unwrap()),
        ("bz2.d/known_exploited_vulnerabilities.json.bz2", bzip2(KEV.as_bytes())),
        ("tar.bz2.d/kev.tar.bz2", bzip2(&archive)),
        ("xz.d/known_exploited_vulnerabilities.json.xz", xz(KEV.as_bytes(), 6)),
        ("tar.xz.d/kev.tar.xz", xz(&archive, 6)),
        ("zip.d/all.zip", zip.clone()),
        ("zip.zst.d/all.zip.zst", zstd::bulk::compress(&zip, 3).unwrap()),
        ("zip.in.tar.d/feeds.tar.gz", gzip(&tar_of(&[("a/all.zip", &zip)]))),
        ("tar.in.zip.d/feeds.zip", zip_of(&[("a/kev.tar.bz2", &bzip2(&archive))])),
        (
            "gz.in.zip.d/feeds.zip",
            zip_of(&[("known_exploited_vulnerabilities.json.gz", &gzip(KEV.as_bytes()))]),
        ),
    ];
    let mut first = None;
    for (name, bytes) in cases {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        for input in [path.as_path(), path.parent().unwrap()] {
            let outcome = build_one(input).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(outcome.problems, [], "{name}");
            assert_eq!(outcome.files, 1, "{name}");
            let first = first.get_or_insert_with(|| outcome.scores.clone());
            assert!(*first == outcome.scores, "{name}");
        }
    }
    // What changes every day is in a file of its own.
    let saved = directory.path().join("all.db");
    build_one(&directory.path().join("plain.d")).unwrap().save(&saved).unwrap();
    let database = Database::open(&saved).unwrap();
    assert_eq!(database.exploited("CVE-2014-0160"), None);
    assert_eq!(database.info().sources, []);
    let database = Database::open_with_scores(&saved).unwrap();
    assert_eq!(database.exploited("CVE-2014-0160").unwrap().added, "2022-05-04");
    let info = database.info();
    assert_eq!((info.exploited, info.sources[0].source.id.as_str()), (1, "kev"));
    assert!(!info.starter);
    let scores = Database::open(&scores_path(&saved)).unwrap();
    assert!(scores.is_scores() && scores.exploited("CVE-2014-0160").is_some());
    assert!(Some(scores.bytes()) == first.unwrap().as_deref());
}

#[test]
fn a_broken_file_of_a_directory_costs_that_file() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(KEV_NAME), KEV).unwrap();
    let archive = gzip(&tar_of(&[(KEV_NAME, KEV.as_bytes())]));
    let broken = directory.path().join("broken.tar.gz");
    std::fs::write(&broken, &archive[..archive.len() / 2]).unwrap();
    let outcome = build_one(directory.path()).unwrap();
    assert_eq!((outcome.files, outcome.problems.len()), (1, 1), "{:?}", outcome.problems);
    assert!(outcome.problems[0].file.ends_with("broken.tar.gz"), "{:?}", outcome.problems);
    // Asked for by name, it is an error.
    assert!(matches!(build_one(&broken), Err(BuildError::Input { .. })));
}

#[test]
fn a_broken_archive_in_an_archive_costs_that_one() {
    let inner = zip_of(&[(KEV_NAME, KEV.as_bytes())]);
    let mut flipped = inner.clone();
    // Within the packed content, behind the local header and the name.
    flipped[80] ^= 0xff;
    let cut = xz(&tar_of(&[("x/known_exploited_vulnerabilities.json", KEV.as_bytes())]), 0);
    let outer = [
        ("a/all.zip", &inner[..inner.len() / 2]),
        ("b/all.zip", &flipped[..]),
        ("c/all.tar.xz", &cut[..cut.len() / 2]),
        ("d/all.zip", &inner[..]),
    ];
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in [("o.tar", tar_of(&outer)), ("o.zip", zip_of(&outer))] {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let outcome = build_one(&path).unwrap();
        assert_eq!(outcome.files, 1, "{name}: {:?}", outcome.problems);
        let files: Vec<_> = outcome.problems.iter().map(|problem| &*problem.file).collect();
        let expected =
            ["a/all.zip", "b/all.zip/known_exploited_vulnerabilities.json", "c/all.tar.xz"];
        assert_eq!(files, expected, "{name}: {:?}", outcome.problems);
    }
}

#[test]
fn archives_are_opened_in_archives_and_no_deeper() {
    let once = zip_of(&[(KEV_NAME, KEV.as_bytes())]);
    let twice = tar_of(&[("once.zip", &once)]);
    let thrice = zip_of(&[("twice.tar", &twice)]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("thrice.zip");
    std::fs::write(&path, thrice).unwrap();
    let error = build_one(&path).unwrap_err();
    assert!(matches!(error, BuildError::NothingFound { files: 1 }), "{error}");
}

#[test]
fn what_is_packed_in_each_other_shares_one_allowance() {
    let packed = gzip(format!("{KEV}{}", " ".repeat(1 << 20)).as_bytes());
    let names: Vec<_> = (0..8).map(|number| format!("{number}/{KEV_NAME}.gz")).collect();
    let entries: Vec<_> = names.iter().map(|name| (&**name, &packed[..])).collect();
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in [("bomb.zip", zip_of(&entries)), ("bomb.tar", tar_of(&entries))] {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let limits = BuildLimits { archive_size: 3 << 20, ..BuildLimits::default() };
        let options = BuildOptions { limits, ..BuildOptions::default() };
        let error = build(&[path], &options).unwrap_err();
        let BuildError::Input { source, .. } = error else { panic!("{name}: {error}") };
        assert_eq!(source.to_string(), "the archive unpacks to more than any feed", "{name}");
    }
}

#[test]
fn a_packer_that_wants_too_much_memory_is_refused() {
    let mut options = lzma_rust2::XzOptions::with_preset(0);
    options.lzma_options.dict_size = 512 << 20;
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    writer.write_all(KEV.as_bytes()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("known_exploited_vulnerabilities.json.xz");
    std::fs::write(&path, writer.finish().unwrap()).unwrap();
    assert!(matches!(build_one(&path), Err(BuildError::Input { .. })));
}

#[test]
fn nothing_known_is_an_error_and_not_an_empty_database() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("notes.txt"), "hello").unwrap();
    let error = build_one(directory.path()).unwrap_err();
    assert_eq!(error.to_string(), "no known advisory feed among the 1 files of the inputs");
    assert!(matches!(build_one(Path::new("/does/not/exist")), Err(BuildError::Input { .. })));
}

#[test]
fn limits_stop_what_is_too_large() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(KEV_NAME), KEV).unwrap();
    let limits = BuildLimits { file_size: 100, ..BuildLimits::default() };
    let options = BuildOptions { limits, ..BuildOptions::default() };
    let error = build(&[directory.path().to_owned()], &options).unwrap_err();
    assert!(matches!(error, BuildError::NothingFound { .. }), "{error}");
}

#[test]
fn a_name_of_many_megabytes_is_refused_before_it_is_in_memory() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(1 << 33);
    header.set_cksum();
    let mut archive = header.as_bytes().to_vec();
    archive.resize(64 << 20, b'a');
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bomb.tar.zst");
    std::fs::write(&path, zstd::bulk::compress(&archive, 3).unwrap()).unwrap();
    let limits = BuildLimits { file_size: 1 << 20, ..BuildLimits::default() };
    let options = BuildOptions { limits, ..BuildOptions::default() };
    let error = build(&[path], &options).unwrap_err();
    let BuildError::Input { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.to_string(), "an entry of the archive is larger than any feed");
}

#[cfg(unix)]
#[test]
fn links_inside_a_directory_are_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(directory.path().join(KEV_NAME), KEV).unwrap();
    std::os::unix::fs::symlink(directory.path().join(KEV_NAME), tree.join(KEV_NAME)).unwrap();
    std::os::unix::fs::symlink(directory.path(), tree.join("up")).unwrap();
    assert!(matches!(build_one(&tree), Err(BuildError::NothingFound { files: 0 })));
}

#[test]
fn newer_documents_beside_an_archive_stand_for_those_in_it() {
    let kev = |id: &str| KEV.replace("CVE-2014-0160", id);
    let documents = ["CVE-2014-0160", "CVE-2014-6271", "CVE-2017-0144"].map(kev);
    let entries = [
        ("./1/kev.json", documents[0].as_bytes()),
        ("./2/kev.json", documents[1].as_bytes()),
        ("./3/kev.json", documents[2].as_bytes()),
    ];
    let zipped = zip_of(&entries.map(|(name, bytes)| (&name[2..], bytes)));
    for (name, archive) in [("kev.tar", tar_of(&entries)), ("kev.zip", zipped)] {
        let directory = tempfile::tempdir().unwrap();
        let feed = directory.path().join("feed");
        for (path, content) in [
            (format!("feed/{name}"), archive),
            ("feed/changed/1/kev.json".to_owned(), kev("CVE-2020-0001").into_bytes()),
            ("feed/changed/2/kev.json".to_owned(), Vec::new()),
            // Hidden directories are notes of a fetch.
            (".fetch/parts/kev.json".to_owned(), kev("CVE-2020-0002").into_bytes()),
            // What belongs to one archive does not belong to another.
            ("other/kev.tar".to_owned(), tar_of(&entries[..1])),
        ] {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let exploited = |path: &Path| {
            let outcome = build_one(path).unwrap();
            assert_eq!((outcome.unrecognised, outcome.problems.as_slice()), (0, &[][..]), "{name}");
            let database = Database::from_bytes(outcome.scores.unwrap()).unwrap();
            let ids = ["CVE-2014-0160", "CVE-2014-6271", "CVE-2017-0144", "CVE-2020-0001"];
            let known = ids.map(|id| database.exploited(id).is_some());
            (known, database.info().exploited, outcome.files, outcome.superseded)
        };
        assert_eq!(exploited(&feed), ([false, false, true, true], 2, 2, 3), "{name}");
        assert_eq!(exploited(directory.path()), ([true, false, true, true], 3, 3, 3), "{name}");
    }
}
