//! Files and helpers as users have them.

use std::os::unix::fs::PermissionsExt;

use super::*;

struct Setup {
    directory: tempfile::TempDir,
}

impl Setup {
    fn new(config: &str) -> Setup {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("config.json"), config).unwrap();
        Setup { directory }
    }

    fn helper(self, name: &str, script: &str) -> Setup {
        let path = self.directory.path().join(format!("docker-credential-{name}"));
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn find(&self, host: &str, repository: &str) -> Result<Found, RemoteError> {
        let mut path = self.directory.path().as_os_str().to_owned();
        path.push(":/usr/bin:/bin");
        let sources = CredentialSources {
            files: vec!["/nonexistent".into(), self.directory.path().join("config.json")],
            search_path: Some(path),
        };
        let (host, repository) = (host.to_owned(), repository.to_owned());
        crate::bridge::run(async move { sources.find(&host, &repository).await })
    }

    fn credential(&self, host: &str, repository: &str) -> Credential {
        self.find(host, repository).unwrap().credential
    }
}

fn password(username: &str, password: &str) -> Credential {
    Credential::Password { username: username.to_owned(), password: Secret::new(password) }
}

#[test]
fn entries_are_found_under_all_their_names() {
    // "dTpw" is u:p, "YTpiOmM=" is a:b:c.
    let setup = Setup::new(
        r#"{"auths":{
            "https://index.docker.io/v1/":{"auth":"dTpw"},
            "quay.io":{"auth":"YTpiOmM="},
            "quay.io/team":{"username":"t","password":"s"},
            "quay.io/team/deep":{"identitytoken":"i"},
            "http://localhost:5000/v2/":{"registrytoken":"r"},
            "empty.io":{}}}"#,
    );
    assert_eq!(setup.credential("docker.io", "library/alpine"), password("u", "p"));
    assert_eq!(setup.credential("quay.io", "other/x"), password("a", "b:c"));
    assert_eq!(setup.credential("quay.io", "teams/x"), password("a", "b:c"));
    assert_eq!(setup.credential("quay.io", "team/x"), password("t", "s"));
    assert_eq!(
        setup.credential("quay.io", "team/deep"),
        Credential::IdentityToken(Secret::new("i"))
    );
    assert_eq!(
        setup.credential("localhost:5000", "x"),
        Credential::RegistryToken(Secret::new("r"))
    );
    assert_eq!(setup.credential("empty.io", "x"), Credential::Anonymous);
    assert_eq!(setup.credential("quay.io.evil.example", "x"), Credential::Anonymous);
}

#[test]
fn helpers_are_asked_by_the_names_they_know() {
    let echo = r#"read s; echo "{\"ServerURL\":\"$s\",\"Username\":\"$1 $s\",\"Secret\":\"x\"}""#;
    let setup = Setup::new(
        r#"{"credHelpers":{"gcr.io":"special"},"credsStore":"store","auths":{"a.io":{"auth":"dTpw"}}}"#,
    )
    .helper("special", r#"echo '{"Username":"<token>","Secret":"idtoken"}'"#)
    .helper("store", echo);
    assert_eq!(setup.credential("gcr.io", "x"), Credential::IdentityToken(Secret::new("idtoken")));
    assert_eq!(
        setup.credential("docker.io", "x"),
        password("get https://index.docker.io/v1/", "x")
    );
    assert_eq!(setup.credential("a.io", "x"), password("get a.io", "x"));
}

#[test]
fn a_helper_that_does_not_know_or_fails_leaves_the_file() {
    let config = r#"{"credsStore":"store","auths":{"a.io":{"auth":"dTpw"}}}"#;
    let unknown = Setup::new(config)
        .helper("store", "echo 'credentials not found in native keychain'; exit 1");
    let found = unknown.find("a.io", "x").unwrap();
    assert_eq!((found.credential, found.notes), (password("u", "p"), Vec::new()));

    let broken = Setup::new(config).helper("store", "echo 'hunter2 went wrong'; exit 3");
    let found = broken.find("b.io", "x").unwrap();
    assert_eq!(found.notes, ["the helper docker-credential-store failed"]);

    let absent = Setup::new(config).find("b.io", "x").unwrap();
    assert!(absent.notes[0].contains("did not run"), "{:?}", absent.notes);

    let path = Setup::new(r#"{"credsStore":"../../bin/sh"}"#).find("b.io", "x").unwrap();
    assert!(path.notes[0].contains("not the name"), "{:?}", path.notes);
}

#[test]
fn a_broken_file_is_an_error_that_does_not_show_its_contents() {
    for config in [
        r#"{"auths":"hunter2"}"#,
        r#"{"auths":{"a.io":"hunter2"}}"#,
        r#"{"auths":{"a.io":{"auth":"hunter2!"}}}"#,
        // Base64 of "hunter2", without a colon.
        r#"{"auths":{"a.io":{"auth":"aHVudGVyMg=="}}}"#,
        r#"hunter2"#,
    ] {
        let error = Setup::new(config).find("a.io", "x").unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("config.json"), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVy"), "{shown}");
    }
}

#[test]
fn credentials_do_not_show_in_debug_output() {
    let setup = Setup::new(r#"{"auths":{"a.io":{"auth":"dTpodW50ZXIy"}}}"#);
    let found = setup.find("a.io", "x").unwrap();
    assert_eq!(found.credential, password("u", "hunter2"));
    assert!(!format!("{found:?}").contains("hunter2"));
}
