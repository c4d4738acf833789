//! Ubuntu images cut by Chisel, which have no dpkg database.
//!
//! The manifest is a zstd-compressed "jsonwall": one JSON object a line, a header first
//! (<https://documentation.ubuntu.com/chisel/en/latest/reference/manifest/>; types in
//! <https://github.com/canonical/chisel/blob/main/public/manifest/manifest.go>).

mod sources;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use plimsoll_image::ProblemKind;
use serde::Deserialize;

use crate::text::lines;
use crate::{FileList, Package, PackageKind, Parsed, SourcePackage};

/// Bytes of an uncompressed manifest that are read. A line for each file of an image that is made
/// to be small takes a few MiB.
const MAX_MANIFEST: u64 = 32 << 20;

/// Broken lines after which the rest is not looked at.
const MAX_BROKEN: usize = 1_000;

/// The only schema there is so far.
const SCHEMA: &str = "1.0";

/// A line of any kind; fields of other kinds stay empty.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow, default)]
    arch: Cow<'a, str>,
    #[serde(borrow, default)]
    path: Cow<'a, str>,
    #[serde(borrow, default)]
    slices: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow, default)]
    schema: Cow<'a, str>,
    /// Lines of the file, the header included.
    count: Option<usize>,
}

/// Reads `var/lib/chisel/manifest.wall`: packages with the files that were cut from them. Chisel
/// does not record source packages; the common ones are known, others are a problem.
pub fn parse_manifest(content: &[u8]) -> Parsed<Vec<Package>> {
    let mut parsed = Parsed::clean(Vec::new());
    let text = decompress(content, &mut parsed);
    let mut files: HashMap<String, FileList> = HashMap::new();
    let (mut count, mut broken) = (0, 0);
    for (index, line) in lines(&text).enumerate() {
        count = index + 1;
        if index == 0 {
            check_header(line, &text, &mut parsed);
            continue;
        }
        let Ok(line) = serde_json::from_slice::<Line<'_>>(line) else {
            let message = format!("line {count} is not a JSON object as Chisel writes it");
            parsed.problem(ProblemKind::Malformed, message);
            broken += 1;
            if broken > MAX_BROKEN {
                break;
            }
            continue;
        };
        match &*line.kind {
            "package" if line.name.is_empty() || line.version.is_empty() => {
                let message = format!("the package on line {count} has no name or no version");
                parsed.problem(ProblemKind::Malformed, message);
            }
            "package" if parsed.add(package(&line)) => {}
            "package" => break,
            // Directories end in `/`.
            "path" if !line.path.ends_with('/') => own(&mut files, &line),
            _ => {}
        }
    }
    if count == 0 && parsed.problems.is_empty() {
        parsed.problem(ProblemKind::Malformed, "the manifest is empty");
    }
    report_unknown_sources(&mut parsed);
    for package in &mut parsed.value {
        package.files = files.remove(&package.name).unwrap_or_default();
    }
    parsed
}

fn decompress(content: &[u8], parsed: &mut Parsed<Vec<Package>>) -> Vec<u8> {
    let mut text = Vec::new();
    let read = zstd::Decoder::with_buffer(content)
        .and_then(|decoder| decoder.take(MAX_MANIFEST + 1).read_to_end(&mut text));
    if let Err(error) = read {
        let message = format!("cannot decompress the manifest to its end: {error}");
        parsed.problem(ProblemKind::Truncated, message);
    } else if text.len() as u64 > MAX_MANIFEST {
        let message =
            format!("the manifest has more than {MAX_MANIFEST} bytes; the rest is left out");
        parsed.problem(ProblemKind::TooLarge, message);
    }
    text
}

fn check_header(line: &[u8], text: &[u8], parsed: &mut Parsed<Vec<Package>>) {
    let Ok(header) = serde_json::from_slice::<Header<'_>>(line) else {
        parsed.problem(ProblemKind::Malformed, "the manifest has no header");
        return;
    };
    if header.schema != SCHEMA {
        let schema: String = header.schema.chars().take(20).collect();
        let message =
            format!("the manifest has the unknown schema {schema:?}; it is read as {SCHEMA}");
        parsed.problem(ProblemKind::Unsupported, message);
    }
    let count = lines(text).count();
    if header.count.is_some_and(|promised| promised != count) {
        let message = format!("the manifest has {count} lines instead of the number it promises");
        parsed.problem(ProblemKind::Truncated, message);
    }
}

fn package(line: &Line<'_>) -> Package {
    let package = Package::new(PackageKind::Deb, line.name.to_string(), line.version.to_string());
    let source = sources::source_of(&line.name, &line.version)
        .map(|name| SourcePackage { name, version: line.version.to_string() });
    Package { architecture: line.arch.to_string(), source, ..package }
}

fn report_unknown_sources(parsed: &mut Parsed<Vec<Package>>) {
    let mut unknown = parsed.value.iter().filter(|package| package.source.is_none());
    let Some(first) = unknown.next() else { return };
    let message = match unknown.count() {
        0 => format!(
            "the manifest does not record source packages, and that of {} is not known: its \
             vulnerabilities may be missing",
            first.name
        ),
        more => format!(
            "the manifest does not record source packages, and those of {} and {more} others are \
             not known: their vulnerabilities may be missing",
            first.name
        ),
    };
    parsed.problem(ProblemKind::Unsupported, message);
}

/// Gives a path to the packages of its slices, which are named `PACKAGE_SLICE`; several slices of
/// a package may have it.
fn own(files: &mut HashMap<String, FileList>, line: &Line<'_>) {
    let path = line.path.strip_prefix('/').unwrap_or(&line.path);
    let owners = || line.slices.iter().filter_map(|slice| Some(slice.split_once('_')?.0));
    for (index, owner) in owners().enumerate() {
        if owners().take(index).any(|earlier| earlier == owner) {
            continue;
        }
        match files.get_mut(owner) {
            Some(list) => list.push(path.as_bytes()),
            None => {
                files.insert(owner.to_owned(), std::iter::once(path.as_bytes()).collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: &str = r#"{"jsonwall":"1.0","schema":"1.0","count":8}
{"kind":"content","slice":"libc6_libs","path":"/lib/x86_64-linux-gnu/libc.so.6"}
{"kind":"package","name":"openssl","version":"3.0.2-0ubuntu1.18","sha256":"7503","arch":"amd64"}
{"kind":"package","name":"libc6","version":"2.35-0ubuntu3.8","sha256":"76d5","arch":"amd64"}
{"kind":"path","path":"/etc/\u0061","mode":"0644","slices":["openssl_bins","openssl_conf","libc6_config"],"size":1}
{"kind":"path","path":"/lib/x86_64-linux-gnu/libc.so.6","mode":"0755","slices":["libc6_libs"]}
{"kind":"path","path":"/run/","mode":"0755","slices":["libc6_libs"]}
{"kind":"slice","name":"libc6_libs"}
"#;

    fn compressed(text: &str) -> Vec<u8> {
        zstd::encode_all(text.as_bytes(), 3).expect("memory cannot fail")
    }

    fn files(package: &Package) -> Vec<String> {
        package.files.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    }

    #[test]
    fn packages_come_with_their_files() {
        let parsed = parse_manifest(&compressed(WALL));
        assert_eq!(parsed.problems, []);
        let [openssl, libc] = parsed.value.as_slice() else { panic!("{:?}", parsed.value) };
        assert_eq!((&*openssl.name, &*openssl.version), ("openssl", "3.0.2-0ubuntu1.18"));
        assert_eq!(libc.architecture, "amd64");
        assert_eq!(libc.source.as_ref().map(|source| &*source.name), Some("glibc"));
        assert_eq!(files(openssl), ["etc/a"]);
        assert_eq!(files(libc), ["etc/a", "lib/x86_64-linux-gnu/libc.so.6"]);
    }

    #[test]
    fn a_source_that_is_not_known_is_told() {
        let text = WALL.replace("\"name\":\"openssl\"", "\"name\":\"hello\"");
        let parsed = parse_manifest(&compressed(&text));
        assert_eq!((parsed.value.len(), parsed.problems.len()), (2, 1));
        assert!(parsed.problems[0].message.contains("that of hello is not known"));
    }

    #[test]
    fn damage_is_told() {
        let cases = [
            (WALL.replace(r#""schema":"1.0""#, r#""schema":"2.0""#), ProblemKind::Unsupported, 2),
            (WALL.replace(r#""count":8"#, r#""count":80"#), ProblemKind::Truncated, 2),
            (WALL.replace(r#""3.0.2-0ubuntu1.18""#, "2"), ProblemKind::Malformed, 1),
            (WALL.replace(r#""version":"3.0.2-0ubuntu1.18","#, ""), ProblemKind::Malformed, 1),
            (String::new(), ProblemKind::Malformed, 0),
        ];
        for (text, kind, packages) in cases {
            let parsed = parse_manifest(&compressed(&text));
            assert_eq!(parsed.value.len(), packages, "{text}");
            assert_eq!(parsed.problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [kind]);
        }
    }

    #[test]
    fn cut_and_flipped_bytes_never_pass_for_whole() {
        let whole = compressed(WALL);
        for end in 0..whole.len() {
            assert!(!parse_manifest(&whole[..end]).problems.is_empty(), "{end}");
        }
        let mut bytes = whole.clone();
        for bit in 0..whole.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            parse_manifest(&bytes);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_bomb_is_cut_off() {
        let bomb = zstd::encode_all(std::io::repeat(b'\n').take(MAX_MANIFEST + (1 << 20)), 1);
        let parsed = parse_manifest(&bomb.expect("memory cannot fail"));
        assert!(parsed.problems.iter().any(|problem| problem.kind == ProblemKind::TooLarge));
    }
}
