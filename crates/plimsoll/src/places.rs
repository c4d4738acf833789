//! Where this user's container engines listen and credentials are kept, as the environment tells.

use std::path::PathBuf;

use plimsoll_image::{CredentialSources, DaemonOptions};

use crate::settings::Sources;

/// The sockets of container engines: those that the user named, else the usual ones.
pub(crate) fn daemons(
    sources: &Sources,
    environment: &dyn Fn(&str) -> Option<String>,
) -> DaemonOptions {
    let set = |name: &str| environment(name).filter(|text| !text.is_empty());
    let usual = DaemonOptions::default();
    let podman_sockets = match &sources.podman_host {
        Some(host) => vec![PathBuf::from(host.strip_prefix("unix://").unwrap_or(host))],
        None => {
            let own = set("XDG_RUNTIME_DIR").map(PathBuf::from);
            let own = own.map(|directory| directory.join("podman/podman.sock"));
            own.into_iter().chain(usual.podman_sockets).collect()
        }
    };
    DaemonOptions {
        docker_host: sources
            .docker_host
            .clone()
            .or_else(|| set("DOCKER_HOST"))
            .unwrap_or(usual.docker_host),
        podman_sockets,
        containerd_address: set("CONTAINERD_ADDRESS")
            .map_or(usual.containerd_address, PathBuf::from),
        containerd_namespace: set("CONTAINERD_NAMESPACE").unwrap_or(usual.containerd_namespace),
    }
}

/// The files that Docker and Podman write, in the order in which they are asked.
///
/// Docker's comes before Podman's, because Trivy's users know it that way; a file that was named by
/// `REGISTRY_AUTH_FILE` comes before both.
pub(crate) fn credentials(environment: &dyn Fn(&str) -> Option<String>) -> CredentialSources {
    let path = |name: &str| environment(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    let home = path("HOME");
    let below_home = |rest: &str| home.as_ref().map(|home| home.join(rest));
    let docker = path("DOCKER_CONFIG").or_else(|| below_home(".docker"));
    let configuration = path("XDG_CONFIG_HOME").or_else(|| below_home(".config"));
    let files = [
        path("REGISTRY_AUTH_FILE"),
        docker.map(|directory| directory.join("config.json")),
        path("XDG_RUNTIME_DIR").map(|directory| directory.join("containers/auth.json")),
        configuration.map(|directory| directory.join("containers/auth.json")),
    ];
    CredentialSources {
        files: files.into_iter().flatten().collect(),
        search_path: environment("PATH").map(Into::into),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(variables: &[(&str, &str)]) -> Vec<String> {
        let found = credentials(&|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        });
        found.files.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn named_engines_replace_the_usual_ones() {
        let environment = |name: &str| match name {
            "DOCKER_HOST" => Some("tcp://127.0.0.1:2375".to_owned()),
            "XDG_RUNTIME_DIR" => Some("/run/user/1".to_owned()),
            "CONTAINERD_NAMESPACE" => Some("k8s.io".to_owned()),
            _ => None,
        };
        let usual = daemons(&Sources::default(), &environment);
        assert_eq!(usual.docker_host, "tcp://127.0.0.1:2375");
        assert_eq!(usual.podman_sockets[0], PathBuf::from("/run/user/1/podman/podman.sock"));
        assert_eq!(usual.containerd_namespace, "k8s.io");
        let named = Sources {
            docker_host: Some("unix:///d.sock".to_owned()),
            podman_host: Some("unix:///p.sock".to_owned()),
            ..Sources::default()
        };
        let named = daemons(&named, &environment);
        assert_eq!(named.docker_host, "unix:///d.sock");
        assert_eq!(named.podman_sockets, [PathBuf::from("/p.sock")]);
    }

    #[test]
    fn the_usual_places_are_asked_in_order() {
        assert_eq!(
            files(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/user/1")]),
            [
                "/h/.docker/config.json",
                "/run/user/1/containers/auth.json",
                "/h/.config/containers/auth.json"
            ]
        );
        assert_eq!(
            files(&[
                ("HOME", "/h"),
                ("DOCKER_CONFIG", "/d"),
                ("REGISTRY_AUTH_FILE", "/a.json"),
                ("XDG_CONFIG_HOME", "/c"),
            ]),
            ["/a.json", "/d/config.json", "/c/containers/auth.json"]
        );
        assert!(files(&[]).is_empty());
    }
}
