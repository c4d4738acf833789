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
               "Layer":{"DiffID":"sha256:01"},"DependsOn":["musl@1"]}]}]}"#,
    );
    assert_eq!(parsed.problems, []);
    let bom = parsed.value.unwrap();
    assert_eq!((bom.format, bom.name.as_str()), (BomFormat::Trivy, "alpine:3.19"));
    assert_eq!(bom.packages[0].source, Some(("openssl".to_owned(), "3.1.4-r5".to_owned())));
    assert_eq!(bom.packages[0].layer, Some(0));
    assert_eq!(bom.system.unwrap().id, "alpine");
}
