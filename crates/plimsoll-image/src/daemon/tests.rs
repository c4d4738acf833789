//! Engines that are scripted: what Docker answers, on a socket of its own.

use std::io::Read;
use std::path::PathBuf;

use crate::{DaemonOptions, Digest, Image, Opened, RemoteOptions, SourceKind, open_reference};
use plimsoll_loopback::{Received, Reply, Server};

/// As Docker 20.10 answers, shortened.
const INSPECTION: &str = r#"{"Id":"sha256:472b9ad577efcc7b65530630a8b8aec19d8dc9475668c90b953ddcbdc981716f",
    "RepoTags":["example/alpine:1","<none>:<none>"],"RepoDigests":[],"Parent":"","DockerVersion":"",
    "Created":"2026-11-24T01:46:55.861111389Z","Architecture":"amd64","Os":"linux","Variant":"",
    "Config":{"User":"app","Env":["PATH=/bin"],"Cmd":["/bin/sh"],"Entrypoint":null,"Labels":{"a":"b"}},
    "GraphDriver":{"Data":null,"Name":"vfs"},"Size":7395830,
    "RootFS":{"Type":"layers","Layers":["sha256:94b0f5987cb71badf41e0e98ad0305e7ae36e2f5a4c92c26f6a7b42eb2303ba2",
    "sha256:8b8b1317460c87e8f10bcc86742c6c31f855d21ba6c7e46219c2b30a0a0c4318"]}}"#;

const HISTORY: &str = r#"[{"Created":1795484815,"CreatedBy":"CMD [\"/bin/sh\"]","Size":0,"Tags":["x"]},
    {"Created":1795484815,"CreatedBy":"RUN adduser -D app","Size":4670,"Tags":null},
    {"Created":1795484814,"CreatedBy":"ADD root.tar /","Size":7391160,"Tags":null}]"#;

struct Engine {
    // Stops before its socket is deleted.
    server: Server,
    directory: tempfile::TempDir,
}

impl Engine {
    fn new(inspection: &'static str, history: &'static str) -> Engine {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("docker.sock");
        let server =
            Server::unix(&path, move |received: &Received| match received.target.as_str() {
                "/images/example/alpine:1/json" => Reply::new(200, inspection),
                "/images/example/alpine:1/history" => Reply::new(200, history),
                "/images/example/alpine:1/get" => Reply::new(200, vec![7; 2_000_000]),
                _ => Reply::new(404, r#"{"message":"no such image"}"#),
            });
        Engine { server, directory }
    }

    fn options(&self) -> RemoteOptions {
        let path = |name: &str| self.directory.path().join(name);
        RemoteOptions {
            daemons: DaemonOptions {
                docker_host: format!("unix://{}", path("docker.sock").display()),
                podman_sockets: vec![path("absent.sock"), path("docker.sock")],
                containerd_address: path("absent.sock"),
                ..DaemonOptions::default()
            },
            ..RemoteOptions::default()
        }
    }

    fn described(&self) -> Option<Image> {
        match open_reference("example/alpine:1", &[SourceKind::Docker], &self.options()).unwrap() {
            Opened::Stream { described, .. } => described,
            Opened::Random { .. } => panic!("Docker gives a stream"),
        }
    }
}

#[test]
fn an_image_of_docker_is_described_and_streamed() {
    let engine = Engine::new(INSPECTION, HISTORY);
    for source in [SourceKind::Docker, SourceKind::Podman] {
        let opened = open_reference("example/alpine:1", &[source], &engine.options()).unwrap();
        let Opened::Stream { mut archive, described, source: from, .. } = opened else {
            panic!("Docker gives a stream")
        };
        assert_eq!(from, source);
        let described = described.unwrap();
        assert_eq!(described.repo_tags, ["example/alpine:1"]);
        assert_eq!(described.config.config.user.as_deref(), Some("app"));
        let made_by: Vec<_> = described.layers.iter().map(|l| l.created_by.as_deref()).collect();
        assert_eq!(made_by, [Some("ADD root.tar /"), Some("RUN adduser -D app")]);
        assert_eq!(described.config.history[2].created.as_deref(), Some("2026-11-24T01:46:55Z"));

        // Nothing is exported before it is wanted.
        assert!(
            engine.server.requests().iter().all(|r| !r.target.ends_with("/get"))
                || from == SourceKind::Podman
        );
        let mut content = Vec::new();
        archive.read_to_end(&mut content).unwrap();
        assert_eq!(content, vec![7; 2_000_000]);
    }
}

#[test]
fn an_image_is_described_only_if_nothing_must_be_guessed() {
    let engine = Engine::new(INSPECTION, HISTORY);
    let id = engine.described().unwrap().id.unwrap();
    assert!(id.to_string().starts_with("sha256:472b9ad5"));
    // Three steps, none with a size, for two layers.
    let empty = r#"[{"CreatedBy":"a"},{"CreatedBy":"b"},{"CreatedBy":"c"}]"#;
    assert_eq!(Engine::new(INSPECTION, empty).described(), None);
    // As many steps as layers, so each made one, empty or not.
    let even = r#"[{"CreatedBy":"b","Size":0},{"CreatedBy":"a","Size":0}]"#;
    let described = Engine::new(INSPECTION, even).described().unwrap();
    assert_eq!(described.layers[1].created_by.as_deref(), Some("b"));
    // With containerd's store the id is not that of the configuration.
    let other: &'static str =
        Box::leak(INSPECTION.replacen('{', r#"{"Descriptor":{"size":1},"#, 1).into_boxed_str());
    assert_eq!(Engine::new(other, HISTORY).described(), None);
}

#[test]
fn another_platform_than_wanted_is_not_taken() {
    let engine = Engine::new(INSPECTION, HISTORY);
    let mut options = engine.options();
    options.registry.platform = Some("linux/arm64".parse().unwrap());
    let error = open_reference("example/alpine:1", &[SourceKind::Docker], &options);
    let error = error.err().unwrap().to_string();
    assert!(error.contains("for linux/arm64 (it is for linux/amd64)"), "{error}");
}

#[test]
fn all_sources_are_told_when_none_has_the_image() {
    let engine = Engine::new(INSPECTION, HISTORY);
    let registry = Server::plain(|_| Reply::new(404, ""));
    let name = format!("{}/absent:1", registry.host());
    let error = open_reference(&name, &crate::DEFAULT_SOURCES, &engine.options());
    let error = error.err().unwrap().to_string();
    let lines: Vec<_> = error.lines().collect();
    assert!(lines[0].contains("was found nowhere"), "{error}");
    assert!(lines[1].starts_with("  - docker: Docker does not have image"), "{error}");
    assert!(
        lines[2].contains("containerd: no containerd at") && lines[2].contains("no such socket")
    );
    assert!(lines[3].starts_with("  - podman: Podman does not have"), "{error}");
    assert!(lines[4].contains("remote: ") && lines[4].contains("does not have"), "{error}");
}

#[test]
fn an_image_that_only_a_later_source_has_is_found() {
    let engine = Engine::new(INSPECTION, HISTORY);
    let mut options = engine.options();
    options.daemons.docker_host = "/nonexistent/docker.sock".to_owned();
    let opened = open_reference("example/alpine:1", &crate::DEFAULT_SOURCES, &options).unwrap();
    assert!(matches!(opened, Opened::Stream { source: SourceKind::Podman, .. }));
}

#[test]
fn names_cannot_reach_other_parts_of_the_interface() {
    let engine = Engine::new(INSPECTION, HISTORY);
    for name in ["../containers/x", "a/../../b", "x?all=1", "x#y", "a b", "a//b", "%2e%2e/x"] {
        assert!(open_reference(name, &[SourceKind::Docker], &engine.options()).is_err(), "{name}");
    }
    assert!(engine.server.requests().is_empty());
}

#[test]
fn a_server_that_is_not_containerd_is_an_error() {
    let engine = Engine::new(INSPECTION, HISTORY);
    let mut options = engine.options();
    options.daemons.containerd_address = engine.directory.path().join("docker.sock");
    let error = open_reference("alpine", &[SourceKind::Containerd], &options).err().unwrap();
    assert!(error.to_string().contains("containerd: "), "{error}");
}

#[test]
fn ids_are_for_docker_only() {
    let id = Digest::sha256(b"").hex();
    let engine = Engine::new(INSPECTION, HISTORY);
    let mut options = engine.options();
    options.daemons.podman_sockets = vec![PathBuf::from("/nonexistent")];
    let error = open_reference(&id, &crate::DEFAULT_SOURCES, &options).err().unwrap().to_string();
    assert!(error.contains("docker: Docker does not have"), "{error}");
    assert!(error.contains("remote: ") && error.contains("image id"), "{error}");
    assert!(engine.server.requests()[0].target.contains(&id));
}

#[test]
fn a_wrong_name_is_the_plainest_reason_when_nobody_can_be_asked() {
    let engine = Engine::new(INSPECTION, HISTORY);
    let mut options = engine.options();
    options.daemons.docker_host = "/nonexistent/docker.sock".to_owned();
    options.daemons.podman_sockets.clear();
    let error = open_reference("Alpine", &crate::DEFAULT_SOURCES, &options).err().unwrap();
    assert!(matches!(error, crate::Error::Reference(_)), "{error}");
}
