//! Against cosign itself, where it is installed: each side accepts what the other made.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::Path;
use std::process::{Command, Stdio};

use plimsoll_attest::{
    Password, PrivateKey, PublicKey, Signature, TrustedKeys, sign_manifest, verify_manifest,
};
use plimsoll_image::{Access, ArtifactBlob, ArtifactManifest, RegistryOptions, Repository};
use plimsoll_loopback::Store;

const PASSWORD: &str = "hunter2";

/// Whether a program can be started; says so if not.
fn installed(program: &str) -> bool {
    let mut command = Command::new(program);
    let found = command.arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Runs cosign in a directory of its own; whether it succeeded, and what it wrote.
fn cosign(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("cosign")
        .args(arguments)
        .current_dir(directory)
        .env("COSIGN_PASSWORD", PASSWORD)
        .env("HOME", directory)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// A directory with a key pair and a file.
fn directory(key: &PrivateKey) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        std::fs::write(directory.path().join(name), content).unwrap();
    };
    write("key", &key.to_encrypted_pem(&Password::new(PASSWORD)).unwrap());
    write("pub", &key.public_key().to_pem());
    write("file", "content");
    directory
}

#[test]
fn keys_of_cosign_are_read() {
    if !installed("cosign") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (made, text) = cosign(directory.path(), &["generate-key-pair"]);
    assert!(made, "{text}");
    let read = |name: &str| std::fs::read(directory.path().join(name)).unwrap();
    let key = PrivateKey::from_pem(&read("cosign.key"), Some(&Password::new(PASSWORD))).unwrap();
    let public = PublicKey::from_pem(&read("cosign.pub")).unwrap();
    assert_eq!(key.public_key(), public);
    assert_eq!(public.to_pem().into_bytes(), read("cosign.pub"));
}

#[test]
fn keys_of_openssl_are_read() {
    if !installed("openssl") {
        return;
    }
    let output = Command::new("openssl")
        .args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .output()
        .unwrap();
    let key = PrivateKey::from_pem(&output.stdout, None).unwrap();
    let signature = key.sign(b"x").unwrap();
    assert!(key.public_key().accepts(b"x", &signature));
}

#[test]
fn files_are_signed_and_verified_by_both() {
    if !installed("cosign") {
        return;
    }
    let key = PrivateKey::generate().unwrap();
    let directory = directory(&key);
    let ours = key.sign(b"content").unwrap();
    std::fs::write(directory.path().join("ours"), ours.to_string()).unwrap();
    let check = ["verify-blob", "--key", "pub", "--insecure-ignore-tlog", "--signature", "ours"];
    let (accepted, text) = cosign(directory.path(), &[&check[..], &["file"]].concat());
    assert!(accepted, "{text}");
    std::fs::write(directory.path().join("other"), "Content").unwrap();
    assert!(!cosign(directory.path(), &[&check[..], &["other"]].concat()).0);

    let sign = ["sign-blob", "--yes", "--key", "key", "--tlog-upload=false"];
    let (signed, text) =
        cosign(directory.path(), &[&sign[..], &["--output-signature", "theirs", "file"]].concat());
    assert!(signed, "{text}");
    let theirs = std::fs::read_to_string(directory.path().join("theirs")).unwrap();
    let theirs: Signature = theirs.parse().unwrap();
    assert!(key.public_key().accepts(b"content", &theirs));
}

#[test]
fn manifests_are_signed_and_verified_by_both() {
    if !installed("cosign") {
        return;
    }
    let store = Store::default();
    let server = store.serve(|_, _| None);
    let (ours, theirs) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
    let (our_directory, their_directory) = (directory(&ours), directory(&theirs));
    let reference = format!("localhost:{}/team/db:1", server.port()).parse().unwrap();
    let repository =
        Repository::open(&reference, &RegistryOptions::default(), Access::Push).unwrap();
    let mut manifest = ArtifactManifest::new("application/vnd.test.v1");
    manifest.layers.push(ArtifactBlob::of("text/plain", b"x"));
    let subject = repository.push_artifact(Some("1"), &manifest).unwrap().digest;
    let name = format!("{}@{subject}", repository.name());
    let verify = |directory: &Path| {
        let check = ["verify", "--key", "pub", "--insecure-ignore-tlog", "--allow-http-registry"];
        cosign(directory, &[&check[..], &[&name]].concat())
    };

    assert!(!verify(our_directory.path()).0);
    sign_manifest(&repository, &subject, &ours).unwrap();
    let (accepted, text) = verify(our_directory.path());
    assert!(accepted && text.contains(&subject.to_string()), "{text}");
    assert!(!verify(their_directory.path()).0);

    let sign = ["sign", "--yes", "--key", "key", "--tlog-upload=false", "--allow-http-registry"];
    let (signed, text) = cosign(their_directory.path(), &[&sign[..], &[&name]].concat());
    assert!(signed, "{text}");
    for key in [&ours, &theirs] {
        let keys = TrustedKeys::new().with(key.public_key());
        verify_manifest(&repository, &subject, &keys).unwrap();
    }
    assert!(verify(our_directory.path()).0);
}
