//! Authentication, certificates, mirrors, and what must not leak to whom.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::fixture::{TestImage, failure, layer, not_found, open, options};
use crate::{Credential, RegistryOptions, Secret};
use plimsoll_loopback::{Received, Reply, Server};

/// Basic for `me:hunter2`.
const BASIC: &str = "Basic bWU6aHVudGVyMg==";

fn with_password(password: &str) -> RegistryOptions {
    let password = Secret::new(password);
    let credential = Credential::Password { username: "me".to_owned(), password };
    RegistryOptions { credential, ..options() }
}

/// A registry that wants `token`, and sends clients to `/token` on itself for it.
fn token_registry(
    token: &'static str,
    issue: impl Fn(&Received) -> Reply + Send + Sync + 'static,
) -> Server {
    let image = TestImage::new();
    Server::plain(move |received| {
        if received.target.starts_with("/token") {
            return issue(received);
        }
        if received.header("authorization") == Some(&format!("Bearer {token}")) {
            return image.answer(received);
        }
        let host = received.header("host").unwrap_or_default();
        Reply::new(401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"hunter2"}]}"#).header(
            "www-authenticate",
            format!(r#"Bearer realm="http://{host}/token?x=y",service="a registry""#),
        )
    })
}

#[test]
fn an_anonymous_token_is_fetched_once() {
    let server = token_registry("t1", |_| Reply::new(200, r#"{"token":"t1","expires_in":300}"#));
    let opened = open(&server.host(), &options()).unwrap();
    assert_eq!(layer(&opened).unwrap().len(), 3_000_000);
    let requests = server.requests();
    let tokens: Vec<_> = requests.iter().filter(|r| r.target.starts_with("/token")).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(
        tokens[0].target,
        "/token?x=y&scope=repository%3Alibrary%2Ftest%3Apull&service=a+registry"
    );
    assert_eq!(tokens[0].header("authorization"), None);
}

#[test]
fn a_password_goes_to_the_token_server_only() {
    let server = token_registry("t2", |received| match received.header("authorization") {
        Some(BASIC) => Reply::new(200, r#"{"access_token":"t2"}"#),
        _ => Reply::new(401, ""),
    });
    assert!(open(&server.host(), &with_password("hunter2")).is_ok());
    for request in server.requests() {
        let seen = request.header("authorization").is_some_and(|value| value == BASIC);
        assert_eq!(seen, request.target.starts_with("/token"), "{}", request.target);
    }
    let error = failure(open(&server.host(), &with_password("hunter22")));
    assert!(error.contains("the credential was not accepted"), "{error}");
}

#[test]
fn an_identity_token_is_posted() {
    let server = token_registry("t3", |received| {
        let form = "scope=repository%3Alibrary%2Ftest%3Apull&service=a+registry\
                    &grant_type=refresh_token&client_id=plimsoll&refresh_token=hunter2%26";
        match (received.method.as_str(), received.body.as_str()) {
            ("POST", body) if body == form => Reply::new(200, r#"{"access_token":"t3"}"#),
            _ => Reply::new(400, ""),
        }
    });
    let mut options = options();
    options.credential = Credential::IdentityToken(Secret::new("hunter2&"));
    assert!(open(&server.host(), &options).is_ok());
    options.credential = Credential::IdentityToken(Secret::new("hunter2-old"));
    assert!(failure(open(&server.host(), &options)).contains("400"));
}

#[test]
fn a_registry_token_is_shown_as_it_is() {
    let server = token_registry("hunter2", |_| not_found());
    let mut options = options();
    options.credential = Credential::RegistryToken(Secret::new("hunter2"));
    assert!(open(&server.host(), &options).is_ok());
}

#[test]
fn a_token_server_must_be_named_in_full_and_be_safe_to_talk_to() {
    for (realm, reason) in [
        ("/token", "not valid"),
        ("http://token.example/", "not encrypted"),
        ("file:///etc/passwd", "not encrypted"),
    ] {
        let server = Server::plain(move |_| {
            Reply::new(401, "").header("www-authenticate", format!("Bearer realm=\"{realm}\""))
        });
        let error = failure(open(&server.host(), &with_password("hunter2")));
        assert!(error.contains(reason), "{realm}: {error}");
    }
}

#[test]
fn layers_renew_a_token_that_expired() {
    let image = TestImage::new();
    let issued = AtomicUsize::new(0);
    let server = Server::plain(move |received| {
        if received.target.starts_with("/token") {
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            return Reply::new(200, format!(r#"{{"token":"number-{number}"}}"#));
        }
        let wanted = 1 + usize::from(received.target.contains(&image.layer_digest().to_string()));
        let host = received.header("host").unwrap_or_default();
        match received.header("authorization") {
            Some(value) if value == format!("Bearer number-{wanted}") => image.answer(received),
            _ => Reply::new(401, "")
                .header("www-authenticate", format!("Bearer realm=\"http://{host}/token\"")),
        }
    });
    let opened = open(&server.host(), &options()).unwrap();
    assert_eq!(layer(&opened).unwrap().len(), 3_000_000);
}

#[test]
fn basic_authentication() {
    let image = TestImage::new();
    let server = Server::plain(move |received| match received.header("authorization") {
        Some(BASIC) => image.answer(received),
        _ => Reply::new(401, "").header("www-authenticate", "Basic realm=\"r\""),
    });
    assert!(open(&server.host(), &with_password("hunter2")).is_ok());
    let error = failure(open(&server.host(), &with_password("hunter22")));
    assert!(error.contains("was not accepted"), "{error}");
    let error = failure(open(&server.host(), &options()));
    assert!(error.contains("docker login"), "{error}");

    // The same out of a file.
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.json");
    let content = format!(r#"{{"auths":{{"{}":{{"auth":"{}"}}}}}}"#, server.host(), &BASIC[6..]);
    std::fs::write(&file, content).unwrap();
    let mut stored = options();
    stored.credential_sources.files = vec![file];
    assert!(open(&server.host(), &stored).is_ok());
    assert!(!format!("{stored:?} {:?}", with_password("hunter2")).contains("hunter2"));
}

#[test]
fn a_redirect_takes_no_credential_along() {
    let made = TestImage::new();
    let served = made.clone();
    let storage = Server::plain(move |_| Reply::new(200, served.layer.clone()));
    let (image, target) = (made.clone(), format!("http://{}/signed?key=hunter2", storage.host()));
    let server = Server::plain(move |received| {
        if received.header("authorization") != Some(BASIC) {
            return Reply::new(401, "").header("www-authenticate", "Basic realm=r");
        }
        if received.target.ends_with(&image.layer_digest().to_string()) {
            return Reply::new(307, "").header("location", target.clone());
        }
        image.answer(received)
    });
    let opened = open(&server.host(), &with_password("hunter2")).unwrap();
    assert_eq!(layer(&opened).unwrap(), made.layer);
    let seen = storage.requests();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].header("authorization"), None);
}

#[test]
fn a_challenge_behind_a_redirect_gets_nothing() {
    let thief = Server::plain(|_| Reply::new(401, "").header("www-authenticate", "Basic realm=r"));
    let target = format!("http://{}/", thief.host());
    let server = Server::plain(move |_| Reply::new(302, "").header("location", target.clone()));
    assert!(failure(open(&server.host(), &with_password("hunter2"))).contains("401"));
    assert!(thief.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn redirects_end() {
    let server = Server::plain(|_| Reply::new(302, "").header("location", "/again"));
    assert!(failure(open(&server.host(), &options())).contains("more than 8 redirects"));
}

#[test]
fn mirrors_are_tried_in_order_and_never_see_the_password() {
    let made = TestImage::new();
    let refused = {
        let gone = Server::plain(|_| not_found());
        gone.host()
    };
    let empty = Server::plain(|_| not_found());
    let served = made.clone();
    let mirror = Server::plain(move |received| match received.header("authorization") {
        None => Reply::new(401, "").header("www-authenticate", "Basic realm=r"),
        Some(_) => served.answer(received),
    });
    let served = made.clone();
    let origin = Server::plain(move |received| match received.header("authorization") {
        Some(BASIC) => served.answer(received),
        _ => Reply::new(401, "").header("www-authenticate", "Basic realm=r"),
    });
    let mut options = with_password("hunter2");
    let mirrors = [refused, empty.host(), mirror.host()];
    let mirrors = mirrors.iter().map(|host| format!("http://{host}")).collect();
    options.mirrors.insert(origin.host(), mirrors);
    let opened = open(&origin.host(), &options).unwrap();
    assert_eq!(layer(&opened).unwrap(), made.layer);
    assert_eq!(empty.requests().len(), 1);
    assert!(mirror.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_mirror_that_lacks_a_layer_is_helped_by_the_registry() {
    let made = TestImage::new();
    let served = made.clone();
    let mirror = Server::plain(move |received| match served.answer(received) {
        _ if received.target.contains(&served.layer_digest().to_string()) => not_found(),
        reply => reply,
    });
    let served = made.clone();
    let origin = Server::plain(move |received| served.answer(received));
    let mut options = options();
    options.mirrors.insert(origin.host(), vec![format!("http://{}", mirror.host())]);
    let opened = open(&origin.host(), &options).unwrap();
    assert_eq!(layer(&opened).unwrap(), made.layer);
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn certificates_are_verified() {
    let made = TestImage::new();
    let served = made.clone();
    let (server, certificate) = Server::tls(move |received| served.answer(received));
    let host = format!("localhost:{}", server.port());

    let error = failure(open(&host, &options()));
    assert!(error.contains("certificate") && error.contains("--insecure"), "{error}");

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, certificate).unwrap();
    let trusting = RegistryOptions { certificate_authorities: vec![file.clone()], ..options() };
    assert_eq!(layer(&open(&host, &trusting).unwrap()).unwrap(), made.layer);

    let insecure = RegistryOptions { insecure: true, ..options() };
    assert!(open(&host, &insecure).is_ok());

    std::fs::write(&file, "no certificate").unwrap();
    assert!(failure(open(&host, &trusting)).contains("none in PEM form"));
}

#[test]
fn a_registry_that_answered_is_not_asked_in_the_other_scheme() {
    let server = Server::plain(|_| not_found());
    let error = failure(open(&server.host(), &options()));
    assert!(error.ends_with(&format!("{}/library/test:1", server.host())), "{error}");
    assert_eq!(server.requests().len(), 1);
}
