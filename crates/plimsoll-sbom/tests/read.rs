//! Documents in their wrappers, hostile ones, and how much is told.

#![expect(clippy::unwrap_used, reason = "a test says enough by failing")]

use plimsoll_sbom::{BomFormat, read};

const PLAIN: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
    {"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"}]}"#;

fn names(document: &[u8]) -> Vec<String> {
    let parsed = read(document);
    assert_eq!(parsed.problems, []);
    parsed.value.unwrap().packages.into_iter().map(|one| one.name).collect()
}

/// Base64 by hand: what is tested shall not be tested by itself.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |sum, &byte| sum << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            text.push(char::from(SIGNS[(group >> (18 - 6 * index)) as usize & 63]));
        }
    }
    text
}

#[test]
fn wrappers_are_taken_off() {
    let statement = format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://cyclonedx.org/bom","predicate":{PLAIN}}}"#
    );
    let envelope = format!(
        r#"{{"payloadType":"application/vnd.in-toto+json","payload":"{}","signatures":[]}}"#,
        base64(statement.as_bytes())
    );
    let bundle = format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{envelope}}}"#
    );
    let other = r#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildType":"x"}}"#;
    let lines = format!("{other}\n{envelope}\n");
    let utf16: Vec<u8> = [0xfffe_u16.swap_bytes()]
        .into_iter()
        .chain(PLAIN.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for document in [PLAIN, &statement, &envelope, &bundle, &lines, &format!("\u{feff}{PLAIN}")] {
        assert_eq!(names(document.as_bytes()), ["a"], "{document}");
    }
    assert_eq!(names(&utf16), ["a"]);
    let message = &read(other.as_bytes()).problems[0].message;
    assert!(message.contains("slsa.dev"), "{message}");
}

#[test]
fn what_is_no_document_is_one_problem() {
    let mut wrapped = PLAIN.to_owned();
    for _ in 0..20 {
        wrapped = format!(r#"{{"predicate":{wrapped}}}"#);
    }
    let deep = "[".repeat(100_000);
    for document in
        ["", "hello", "{}", "[1]", "7", "{\"a\":", "<html/>", &wrapped, &deep, "\u{0}\u{1}"]
    {
        let parsed = read(document.as_bytes());
        assert!(parsed.value.is_none(), "{document:.40}");
        assert_eq!(parsed.problems.len(), 1, "{document:.40}");
    }
}

#[test]
fn what_cannot_be_used_is_told_by_reason() {
    let mut components =
        vec![r#"{"type":"library","name":"good","purl":"pkg:npm/good@1"}"#.to_owned()];
    for index in 0..100 {
        components.push(format!(r#"{{"type":"library","name":"n{index}","version":"1"}}"#));
        components
            .push(format!(r#"{{"type":"library","name":"x{index}","purl":"pkg:nix/x{index}@1"}}"#));
    }
    components.push(r#"{"type":"library","name":"bad","purl":"lodash@4"}"#.to_owned());
    components.push(r#"{"type":"file","name":"/etc/passwd"}"#.to_owned());
    let document = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]}}"#,
        components.join(",")
    );
    let parsed = read(document.as_bytes());
    assert_eq!(parsed.value.unwrap().packages.len(), 1);
    let told: Vec<&str> = parsed.problems.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "100 components cannot be matched (neither a package URL nor a CPE name): n0 1, n1 1, n2 1, n3 1, n4 1, …",
            "100 components cannot be matched (package URLs of the unknown type \"nix\"): x0, x1, x2, x3, x4, …",
            "1 component cannot be matched (the package URL cannot be read: lodash@4): bad",
        ]
    );
}

#[test]
fn wrong_types_cost_nothing_but_themselves() {
    let parsed = read(
        br#"{"bomFormat":"CycloneDX","specVersion":1.5,"components":[
            {"type":"library","name":7,"version":4.5,"purl":"pkg:npm/a@4.5","hashes":{"alg":"MD5","content":"x"},
             "licenses":"MIT","properties":[1,{"name":"plimsoll:layer","value":"x"}],"evidence":7}],
          "dependencies":{"ref":"pkg:npm/a@4.5","dependsOn":"pkg:npm/b@1"},"metadata":[]}"#,
    );
    assert_eq!(parsed.problems, []);
    let bom = parsed.value.unwrap();
    assert_eq!(bom.packages[0].depends_on, ["pkg:npm/b@1"]);
    assert_eq!((bom.packages[0].name.as_str(), bom.packages[0].layer), ("7", None));
}

#[test]
fn a_report_of_trivy_is_a_document_too() {
    let parsed = read(
        br#"{"SchemaVersion":2,"ArtifactName":"alpine:3.19","Metadata":{"OS":{"Family":"alpine","Name":"3.19.1"},
             "ImageID":"sha256:aa","DiffIDs":["sha256:01"]},
            "Results":[{"Target":"alpine","Class":"os-pkgs","Type":"alpine","Packages":[
              {"ID":"libssl3@3.1.4-r5","Name":"libssl3","Version":"3.1.4-r5","SrcName":"openssl","SrcVersion":"3.1.4-r5",
               "Identifier":{"PURL":"pkg:apk/alpine/libssl3@3.1.4-r5?arch=x86_64&distro=3.19.1"},
               "Layer":{"DiffID":"sha256:01"},"DependsOn":["musl@1"]}]},
             {"Target":"Python","Class":"lang-pkgs","Type":"python-pkg","Packages":[
              {"ID":"six@1","Name":"six","Version":"1","FilePath":"usr/lib/six","Identifier":{"PURL":"pkg:pypi/six@1"},
               "Plimsoll":{"OwnedBy":"libssl3@3.1.4-r5","Code":true,"Extractor":"wheel"}}]}]}"#,
    );
    assert_eq!(parsed.problems, []);
    let bom = parsed.value.unwrap();
    assert_eq!((bom.format, bom.name.as_str()), (BomFormat::Trivy, "alpine:3.19"));
    assert_eq!(bom.packages[0].source, Some(("openssl".to_owned(), "3.1.4-r5".to_owned())));
    assert_eq!(bom.packages[0].layer, Some(0));
    assert_eq!(bom.packages[1].owner.as_ref(), Some(&bom.packages[0].reference));
    assert_eq!(
        (bom.packages[1].code, bom.packages[1].extractor.as_deref()),
        (Some(true), Some("wheel"))
    );
    assert_eq!(bom.system.unwrap().id, "alpine");
}

const SYFT: &str = r#"{"schema":{"version":"16.0.0"},"distro":{"id":"alpine","versionID":"3.19.1"},
    "source":{"type":"image","metadata":{"userInput":"x","imageID":"sha256:aa","layers":[{"digest":"sha256:01"},{"digest":"sha256:02"}]}},
    "artifacts":[
      {"id":"1","name":"py3-six","version":"1.16-r1","type":"apk","purl":"pkg:apk/alpine/py3-six@1.16-r1?arch=x86_64",
       "metadata":{"originPackage":"py3-six","maintainer":"M <m@example.org>"},"licenses":["MIT"],
       "locations":[{"path":"/lib/apk/db/installed","layerID":"sha256:01"}]},
      {"id":"2","name":"six","version":"1.16","purl":"pkg:pypi/six@1.16","cpes":[{"cpe":"cpe:2.3:a:b:six:1.16:*:*:*:*:*:*:*"}],
       "licenses":[{"value":"MIT License","spdxExpression":"MIT"}],
       "locations":[{"path":"/usr/lib/six.dist-info/METADATA","layerID":"sha256:02"}]}],
    "artifactRelationships":[{"parent":"1","child":"2","type":"ownership-by-file-overlap"},
      {"parent":"2","child":"1","type":"dependency-of"}]}"#;

#[test]
fn syfts_own_form_is_read() {
    let parsed = read(SYFT.as_bytes());
    assert_eq!(parsed.problems, []);
    let bom = parsed.value.unwrap();
    assert_eq!((bom.format, bom.layers.len()), (BomFormat::Syft, 2));
    let [system, library] = bom.packages.as_slice() else { panic!("{:?}", bom.packages) };
    assert_eq!((system.layer, system.path.as_str()), (Some(0), "lib/apk/db/installed"));
    assert_eq!(system.source, Some(("py3-six".to_owned(), String::new())));
    assert_eq!(system.depends_on, ["2"]);
    assert_eq!((library.owner.as_deref(), library.layer), (Some("1"), Some(1)));
    assert_eq!(library.licenses, ["MIT"]);
}

#[test]
fn no_cut_and_no_changed_byte_panics() {
    let tags = "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageComment: <text>x\n</text>\n\
                ExternalRef: PACKAGE-MANAGER purl pkg:npm/%40a/b@1?x=%2F#y\nAnnotator: t\nSPDXREF: SPDXRef-a\n\
                AnnotationComment: <text>plimsoll:lines=1-2</text>\n";
    let xml = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library">
                <name>a&#65;</name><purl>pkg:npm/a@1</purl></component></components></bom>"#;
    for document in [PLAIN, SYFT, tags, xml] {
        for end in 0..document.len() {
            let _ = read(&document.as_bytes()[..end]);
            for change in [1, 0x5d] {
                let mut changed = document.as_bytes().to_vec();
                changed[end] = changed[end].wrapping_add(change);
                let _ = read(&changed);
            }
        }
    }
}
